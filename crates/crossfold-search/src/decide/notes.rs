//! What a search asks for without an effect, so that it may be meant otherwise.

use crossfold_network::{Param, Setting};
use crossfold_study::{Domain, Study};

use super::rungs::Ladder;

/// Notes on the search of a study with `folds` folds, repeats included: ranges of integers whose steps miss the end, and a
/// pruner that never prunes.
pub fn search_notes(study: &Study, folds: u32) -> Vec<String> {
    let mut notes = Vec::new();
    for dimension in study.models.iter().flat_map(|model| model.space.dimensions()) {
        let Domain::Int { low, high, step } = dimension.domain else { continue };
        let last = high - (high - low) % step;
        if last < high {
            let param = dimension.param;
            let note = format!(
                "`{param}`: steps of {step} from {low} end at {last} and miss `high: {high}`; write `high: {last}`, or \
                 another `step`"
            );
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
    }
    notes.extend(useless_pruner(study, folds));
    notes
}

fn useless_pruner(study: &Study, folds: u32) -> Option<String> {
    let epochs = study.models.iter().filter_map(|model| match model.fixed.get(Param::Epochs) {
        Some(Setting::Epochs(epochs)) => Some(*epochs),
        Some(_) | None => None,
    });
    let epochs = epochs.max()?;
    let has_rungs = Ladder::new(&study.pruner, epochs, folds).last() > 0;
    (study.pruner.prunes() && !has_rungs).then(|| {
        format!(
            "`pruner: {}` has no rung below the whole of a trial ({epochs} epochs on {folds} folds), so nothing is pruned; \
             raise `training.epochs`, or set `min_folds: 1`, a lower `factor` or `rungs`",
            study.pruner.name()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes(search: &str, epochs: u32) -> Vec<String> {
        let text = format!(
            "version: 1\nname: a\ndata: {{source: mnist, path: mnist}}\nmodel: {{kind: mlp, layers: 1, nodes: 3}}\n\
             training: {{epochs: {epochs}}}\nsearch: {{{search}}}\ncross_validation: {{folds: 3}}\n"
        )
        .replace(", nodes: 3", if search.contains("nodes") { "" } else { ", nodes: 3" });
        search_notes(&crossfold_spec::read(text.as_bytes(), &[]).unwrap(), 3)
    }

    #[test]
    fn steps_that_miss_the_end_are_noted() {
        let check = |range: &str, expected: Option<&str>| {
            let found = notes(&format!("space: {{nodes: {range}}}"), 9);
            assert_eq!(found.first().map(String::as_str), expected, "{range}");
        };
        check(
            "{int: {low: 2, high: 12, step: 4}}",
            Some("`nodes`: steps of 4 from 2 end at 10 and miss `high: 12`; write `high: 10`, or another `step`"),
        );
        check(
            "{int: {low: 2, high: 3, step: 4}}",
            Some("`nodes`: steps of 4 from 2 end at 2 and miss `high: 3`; write `high: 2`, or another `step`"),
        );
        check("{int: {low: 2, high: 12, step: 5}}", None);
        check("{int: {low: 2, high: 12}}", None);
        check("[2, 12]", None);
    }

    #[test]
    fn a_pruner_without_rungs_is_noted() {
        let check = |pruner: &str, epochs: u32, is_noted: bool| {
            let search =
                format!("space: {{learning_rate: [0.1, 0.2]}}, strategy: {{random: {{trials: 4}}}}, pruner: {pruner}");
            assert_eq!(notes(&search, epochs).len(), usize::from(is_noted), "{pruner} {epochs}");
        };
        for pruner in ["median", "halving", "hyperband", "asha"] {
            check(pruner, 1, true);
            check(pruner, 9, false);
        }
        check("{halving: {factor: 10}}", 9, true);
        check("{halving: {min_folds: 1}}", 1, false);
        check("none", 1, false);
    }
}
