//! From a study to its trials and the fits they share.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use crossfold_study::{
    ConfigurationNumber, FoldId, Plan, PlannedConfiguration, Settings, SettingsError, Strategy, Study, Trial,
    TrialNumber,
};

use crate::{grid, random};

/// The most points of a search space that a plan is made of. More is a mistake in a spec far more
/// often than a wish.
pub const MAX_TRIALS: u64 = 100_000;

/// Why a study can't be planned.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PlanError {
    #[error(
        "the grid has {} combinations, and {MAX_TRIALS} is the most that is planned\n\
         hint: list fewer values, or draw some with `strategy: {{random: {{trials: 100}}}}`",
        combinations.map_or_else(|| format!("more than {}", u64::MAX), |n| n.to_string())
    )]
    TooManyCombinations {
        /// `None` where there are more than a `u64` holds.
        combinations: Option<u64>,
    },
    #[error("{trials} random trials are asked for, and {MAX_TRIALS} is the most that is planned")]
    TooManyDraws { trials: u32 },
    #[error("`{point}` in the search space makes no network: {reason}")]
    NoNetwork { point: String, reason: SettingsError },
}

/// Enumerates or draws the study's points, and merges what trains the same network.
///
/// Points with equal effective configuration and epochs are one trial; trials that differ only in
/// epochs share a configuration and so its fits. Both are numbered in the order in which they are
/// first proposed.
///
/// # Errors
/// Where there are more than [`MAX_TRIALS`] points, which is told before any is made, or where a
/// point lacks a value that it needs.
pub fn plan(study: &Study, folds: Vec<FoldId>) -> Result<Plan, PlanError> {
    match study.strategy {
        Strategy::Grid => {
            let combinations = grid::combinations(&study.space);
            if combinations.is_none_or(|n| n > MAX_TRIALS) {
                return Err(PlanError::TooManyCombinations { combinations });
            }
            merge(&study.fixed, grid::points(&study.space), folds)
        }
        Strategy::Random { trials } => {
            if u64::from(trials) > MAX_TRIALS {
                return Err(PlanError::TooManyDraws { trials });
            }
            merge(&study.fixed, random::points(&study.space, study.seed, trials), folds)
        }
    }
}

fn merge(fixed: &Settings, points: impl Iterator<Item = Settings>, folds: Vec<FoldId>) -> Result<Plan, PlanError> {
    let mut plan = Plan { configurations: Vec::new(), trials: Vec::new(), folds };
    let mut proposed = HashSet::new();
    let mut configurations: HashMap<String, ConfigurationNumber> = HashMap::new();
    let mut trials: HashMap<(ConfigurationNumber, u32), TrialNumber> = HashMap::new();
    for point in points {
        let text = describe(&point);
        if proposed.contains(&text) {
            continue;
        }
        let settings = point.iter().cloned().fold(fixed.clone(), Settings::with);
        let (configuration, epochs) =
            settings.resolve().map_err(|reason| PlanError::NoNetwork { point: text.clone(), reason })?;
        proposed.insert(text);

        let number = *configurations.entry(configuration.canonical()).or_insert_with(|| {
            let number = ConfigurationNumber(plan.configurations.len() as u32);
            plan.configurations.push(PlannedConfiguration { number, configuration, horizon: epochs });
            number
        });
        let planned = &mut plan.configurations[number.0 as usize];
        planned.horizon = planned.horizon.max(epochs);

        match trials.entry((number, epochs)) {
            Entry::Occupied(trial) => plan.trials[trial.get().0 as usize].stands_for.push(point),
            Entry::Vacant(slot) => {
                let trial = *slot.insert(TrialNumber(plan.trials.len() as u32));
                plan.trials.push(Trial { number: trial, configuration: number, epochs, stands_for: vec![point] });
            }
        }
    }
    Ok(plan)
}

/// `layers=2 nodes=64`: equal exactly where the points of one space are.
fn describe(point: &Settings) -> String {
    let mut text = String::new();
    for setting in point.iter() {
        let gap = if text.is_empty() { "" } else { " " };
        write!(text, "{gap}{}={setting}", setting.param()).expect("a string takes any text");
    }
    text
}

#[cfg(test)]
mod tests {
    use crossfold_study::{Domain, Dropout, Param, Setting};

    use super::*;
    use crate::simulation::{choice, folds, study};

    /// The plan as text: a trial's configuration, epochs and points a line.
    fn rows(plan: &Plan) -> Vec<String> {
        let row = |trial: &Trial| {
            let points: Vec<String> = trial.stands_for.iter().map(describe).collect();
            format!("{} #{} e{}: {}", trial.number, trial.configuration, trial.epochs, points.join("; "))
        };
        plan.trials.iter().map(row).collect()
    }

    #[test]
    fn a_grid_varies_the_last_dimension_fastest_and_shares_fits_between_epochs() {
        // Written in another order than the space's own.
        let space = vec![
            (Param::Epochs, choice(Setting::Epochs, [5, 2])),
            (Param::Nodes, Domain::Int { low: 16, high: 40, step: 16 }),
        ];
        let plan = plan(&study(Strategy::Grid, space), folds(5)).unwrap();
        assert_eq!(
            rows(&plan),
            [
                "0 #0 e5: nodes=16 epochs=5",
                "1 #0 e2: nodes=16 epochs=2",
                "2 #1 e5: nodes=32 epochs=5",
                "3 #1 e2: nodes=32 epochs=2",
            ]
        );
        assert_eq!(plan.configurations.iter().map(|planned| planned.horizon).collect::<Vec<_>>(), [5, 5]);
        assert_eq!((plan.fits(), plan.fits_unshared()), (10, 20));
    }

    #[test]
    fn equal_networks_are_one_trial_that_names_its_points() {
        let space = vec![
            (Param::Layers, choice(Setting::Layers, [1, 0])),
            (Param::Nodes, choice(Setting::Nodes, [64, 128])),
            (Param::Dropout, choice(|rate| Setting::Dropout(Dropout::Same(rate)), [0.0, 0.2])),
        ];
        let plan = plan(&study(Strategy::Grid, space), folds(5)).unwrap();
        assert_eq!(
            rows(&plan),
            [
                "0 #0 e3: layers=1 nodes=64 dropout=0",
                "1 #1 e3: layers=1 nodes=64 dropout=0.2",
                "2 #2 e3: layers=1 nodes=128 dropout=0",
                "3 #3 e3: layers=1 nodes=128 dropout=0.2",
                "4 #4 e3: layers=0 nodes=64 dropout=0; layers=0 nodes=64 dropout=0.2; \
                 layers=0 nodes=128 dropout=0; layers=0 nodes=128 dropout=0.2",
            ]
        );
    }

    #[test]
    fn a_point_drawn_twice_is_named_once() {
        let space = vec![(Param::Nodes, choice(Setting::Nodes, [64, 128]))];
        let plan = plan(&study(Strategy::Random { trials: 50 }, space), folds(1)).unwrap();
        let mut rows = rows(&plan);
        rows.sort_by_key(|row| row.contains("128"));
        assert!(rows[0].ends_with("e3: nodes=64") && rows[1].ends_with("e3: nodes=128"), "{rows:?}");
        assert_eq!(rows.len(), 2);
    }

    #[test]
    fn without_a_space_there_is_one_trial() {
        let plan = plan(&study(Strategy::Grid, vec![]), folds(3)).unwrap();
        assert_eq!(rows(&plan), ["0 #0 e3: "]);
        assert_eq!(plan.fits(), 3);
    }

    fn refusal(strategy: Strategy, space: Vec<(Param, Domain)>) -> String {
        plan(&study(strategy, space), folds(5)).unwrap_err().to_string()
    }

    #[test]
    fn too_large_a_space_is_refused_by_its_number() {
        let int = |high| Domain::Int { low: 1, high, step: 1 };
        assert_eq!(
            refusal(Strategy::Grid, vec![(Param::Nodes, int(11)), (Param::BatchSize, int(9_091))]),
            "the grid has 100001 combinations, and 100000 is the most that is planned\n\
             hint: list fewer values, or draw some with `strategy: {random: {trials: 100}}`"
        );
        let endless = [Param::Layers, Param::Nodes, Param::BatchSize].map(|param| (param, int(u32::MAX)));
        let refused = refusal(Strategy::Grid, endless.to_vec());
        assert!(refused.starts_with("the grid has more than 18446744073709551615 combinations"), "{refused}");
        assert_eq!(
            refusal(Strategy::Random { trials: 100_001 }, vec![]),
            "100001 random trials are asked for, and 100000 is the most that is planned"
        );
    }

    #[test]
    fn a_point_without_a_network_is_named() {
        let rates = choice(|rates| Setting::Dropout(Dropout::PerLayer(rates)), [vec![0.1], vec![0.1, 0.2]]);
        assert_eq!(
            refusal(Strategy::Grid, vec![(Param::Dropout, rates)]),
            "`dropout=[0.1, 0.2]` in the search space makes no network: `dropout` has 2 rates for 1 hidden layers"
        );
    }
}
