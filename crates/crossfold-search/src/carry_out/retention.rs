//! The trials whose out-of-fold predictions stay in the store.

use crossfold_network::Shapes;
use crossfold_study::{
    Budget, FitKey, FoldId, Metric, Origin, Part, Plan, Results, Retention, Study, Trial, best_first,
};

use crate::decide::course::Course;

/// The trials that keep their predictions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptPredictions {
    All,
    /// The best of the complete trials, this many.
    Best(usize),
}

impl KeptPredictions {
    /// The choice of a study's [`Retention`] if each trial takes `bytes_per_trial`. A search whose trials depend on results or
    /// on a budget counts with the most that there can be.
    pub fn for_study(study: &Study, plan: &Plan, bytes_per_trial: u64) -> KeptPredictions {
        let trials = match study.strategy.trials {
            Some(trials) if Course::depends_on_results(study) || study.budget != Budget::default() => {
                study.budget.trials.map_or(trials, |most| most.min(trials)) as usize
            }
            Some(_) | None => plan.trials.len(),
        };
        KeptPredictions::new(study.predictions, trials, bytes_per_trial)
    }

    /// The choice of `retention` for this many trials of `bytes_per_trial` each.
    fn new(retention: Retention, trials: usize, bytes_per_trial: u64) -> KeptPredictions {
        let bytes = u128::from(bytes_per_trial) * trials as u128;
        if bytes <= u128::from(retention.megabytes) * 1_000_000 {
            KeptPredictions::All
        } else {
            KeptPredictions::Best(retention.best as usize)
        }
    }

    /// Splits the complete trials into those that keep their predictions and those that don't, each the best first. A
    /// trial that doesn't keep them never will: later trials can only push it down.
    pub fn split<'a>(
        self,
        plan: &'a Plan,
        results: &Results,
        metric: Metric,
        shapes: &Shapes,
    ) -> (Vec<&'a Trial>, Vec<&'a Trial>) {
        let trials = best_first(plan, results, metric, shapes);
        match self {
            KeptPredictions::All => (trials, Vec::new()),
            KeptPredictions::Best(count) => {
                let (kept, dropped) = trials.split_at(count.min(trials.len()));
                (kept.to_vec(), dropped.to_vec())
            }
        }
    }
}

/// The keys under which predictions of `trials` are stored: each fit with the epoch at which it is read.
pub fn prediction_keys(plan: &Plan, origin: &Origin, results: &Results, trials: &[&Trial]) -> Vec<(FitKey, u32)> {
    let fits = trials.iter().flat_map(|trial| plan.folds.iter().map(move |&fold| (trial, fold)));
    let key = |(trial, fold): (&&Trial, FoldId)| {
        let configuration = &plan.configuration(trial.configuration).configuration;
        (origin.key(configuration, Part::Fold(fold)), results.epoch_read(trial, fold))
    };
    fits.map(key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_predictions_are_kept_while_they_fit() {
        let retention = Retention { megabytes: 256, best: 100 };
        assert_eq!(KeptPredictions::new(retention, 640, 400_000), KeptPredictions::All);
        assert_eq!(KeptPredictions::new(retention, 641, 400_000), KeptPredictions::Best(100));
        assert_eq!(KeptPredictions::new(Retention { megabytes: 0, best: 0 }, 1, 1), KeptPredictions::Best(0));
    }
}
