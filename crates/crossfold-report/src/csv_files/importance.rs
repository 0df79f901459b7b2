//! What the scores hang on.

use std::io::{self, Write};

use crossfold_study::{Pruner, Study};

use super::sheet::{Sheet, cell, number};
use crate::importance::{Alone, Importance, OverTrees, Together};

/// Writes `importance.csv`. What a row tells is its `kind`:
///
/// | kind | `hyperparameter` | `with` | `value` | `mean` and `sd` |
/// |---|---|---|---|---|
/// | `alone` | one | | | the share of the variance that it explains by itself |
/// | `together` | one | another | | the share that both explain beyond what each does |
/// | `rest` | | | | the share that all else explains, without `sd` |
/// | `effect` | one | | one of its values | the mean score over all other hyperparameters' values |
///
/// Shares are from 0 to 1 and add up to 1 but for rounding. `mean` is over the trees of the forest and `sd` how far these
/// differ. Of each kind the most important come first; effects follow the order of the hyperparameters, then of values.
///
/// Where the study has a pruner, `from_complete_trials` says in each row how many trials it is made from: those that came to
/// their end, and none that were pruned.
///
/// # Errors
/// Where `out` takes no more.
pub fn write_importance(out: impl Write, study: &Study, importance: &Importance) -> io::Result<()> {
    let mut sheet = Sheet::of(out, study);
    let prunes = study.pruner.prunes();
    let header = ["kind", "hyperparameter", "with", "value", "mean", "sd"].map(cell);
    sheet.row(header.into_iter().chain(prunes.then(|| cell("from_complete_trials"))))?;
    let blank = String::new;
    let trials = || prunes.then(|| cell(importance.trials));
    let figures = |OverTrees { mean, sd }: OverTrees| [number(mean), number(sd)].into_iter().chain(trials());
    for Alone { param, share, .. } in &importance.alone {
        sheet.row([cell("alone"), cell(param), blank(), blank()].into_iter().chain(figures(*share)))?;
    }
    for Together { params: [one, other], share } in &importance.together {
        sheet.row([cell("together"), cell(one), cell(other), blank()].into_iter().chain(figures(*share)))?;
    }
    let rest = [cell("rest"), blank(), blank(), blank(), number(importance.rest), blank()];
    sheet.row(rest.into_iter().chain(trials()))?;
    for Alone { param, effects, .. } in &importance.alone {
        for effect in effects {
            let value = cell(&effect.value);
            sheet.row([cell("effect"), cell(param), blank(), value].into_iter().chain(figures(effect.score)))?;
        }
    }
    sheet.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use crossfold_study::Metric;

    #[test]
    fn with_a_pruner_each_row_says_how_many_trials_it_is_made_from() {
        let importance = Importance { trials: 12, alone: Vec::new(), together: Vec::new(), rest: 1.0 };
        let csv = |study: &Study| {
            let mut out = Vec::new();
            write_importance(&mut out, study, &importance).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(csv(&example::study(Metric::Accuracy)), "kind,hyperparameter,with,value,mean,sd\nrest,,,,1,\n");
        assert_eq!(
            csv(&example::pruning_study(Metric::Accuracy)),
            "kind,hyperparameter,with,value,mean,sd,from_complete_trials\nrest,,,,1,,12\n"
        );
    }
}
