//! From a study to its trials and the fits they share.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use crossfold_study::{
    ConfigurationNumber, FoldId, ModelSpace, Param, Plan, PlannedConfiguration, Settings, Strategy, Study, Trial,
    TrialNumber,
};

use crate::{grid, random};

/// Enumerates or draws the points of each of the study's models, one model after another, and merges what
/// trains the same network.
///
/// Points with equal effective configuration and epochs are one trial; trials that differ only in
/// epochs share a configuration and so its fits. Both are numbered in the order in which they are
/// first proposed.
pub fn plan(study: &Study, folds: Vec<FoldId>) -> Plan {
    let mut merger = Merger::new(folds);
    for ModelSpace { fixed, space } in &study.models {
        match study.strategy {
            Strategy::Grid { .. } => merger.merge(fixed, grid::points(space)),
            Strategy::Random { trials }
            | Strategy::Sobol { trials }
            | Strategy::Tpe { trials, .. }
            | Strategy::Gp { trials, .. } => merger.merge(fixed, random::points(space, study.seed, trials)),
        }
    }
    merger.plan
}

/// A plan as far as its points are known.
struct Merger {
    plan: Plan,
    configurations: HashMap<String, ConfigurationNumber>,
    trials: HashMap<(ConfigurationNumber, u32), TrialNumber>,
}

impl Merger {
    fn new(folds: Vec<FoldId>) -> Merger {
        let plan = Plan { configurations: Vec::new(), trials: Vec::new(), folds };
        Merger { plan, configurations: HashMap::new(), trials: HashMap::new() }
    }

    /// Takes in the points of one model.
    fn merge(&mut self, fixed: &Settings, points: impl Iterator<Item = Settings>) {
        let Merger { plan, configurations, trials } = self;
        let mut proposed = HashSet::new();
        for point in points {
            // Which model it is of is part of what was proposed.
            let point = fixed.get(Param::Model).cloned().into_iter().fold(point, Settings::with);
            if !proposed.insert(describe(&point)) {
                continue;
            }
            let settings = point.iter().cloned().fold(fixed.clone(), Settings::with);
            let (configuration, epochs) = settings.resolve().expect("each point of a checked study makes a network");

            let number = *configurations.entry(configuration.canonical()).or_insert_with(|| {
                let number = ConfigurationNumber(plan.configurations.len() as u32);
                plan.configurations.push(PlannedConfiguration { number, configuration, read_at: Vec::new() });
                number
            });
            let planned = &mut plan.configurations[number.0 as usize];
            if let Err(place) = planned.read_at.binary_search(&epochs) {
                planned.read_at.insert(place, epochs);
            }

            match trials.entry((number, epochs)) {
                Entry::Occupied(trial) => plan.trials[trial.get().0 as usize].stands_for.push(point),
                Entry::Vacant(slot) => {
                    let trial = *slot.insert(TrialNumber(plan.trials.len() as u32));
                    plan.trials.push(Trial { number: trial, configuration: number, epochs, stands_for: vec![point] });
                }
            }
        }
    }
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
    use crossfold_study::{Domain, Kind, PerLayer, ScheduleName, Setting};

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
        let plan = plan(&study(Strategy::Grid { shuffled: false }, space), folds(5));
        assert_eq!(
            rows(&plan),
            [
                "0 #0 e5: nodes=16 epochs=5",
                "1 #0 e2: nodes=16 epochs=2",
                "2 #1 e5: nodes=32 epochs=5",
                "3 #1 e2: nodes=32 epochs=2",
            ]
        );
        assert_eq!(
            plan.configurations.iter().map(|planned| &planned.read_at[..]).collect::<Vec<_>>(),
            [[2, 5], [2, 5]]
        );
        assert_eq!((plan.fits(), plan.fits_unshared()), (10, 20));
    }

    #[test]
    fn equal_networks_are_one_trial_that_names_its_points() {
        let space = vec![
            (Param::Layers, choice(Setting::Layers, [1, 0])),
            (Param::Nodes, choice(Setting::Nodes, [64, 128])),
            (Param::Dropout, choice(|rate| Setting::Dropout(PerLayer::Same(rate)), [0.0, 0.2])),
        ];
        let plan = plan(&study(Strategy::Grid { shuffled: false }, space), folds(5));
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
        let plan = plan(&study(Strategy::Random { trials: 50 }, space), folds(1));
        let mut rows = rows(&plan);
        rows.sort_by_key(|row| row.contains("128"));
        assert!(rows[0].ends_with("e3: nodes=64") && rows[1].ends_with("e3: nodes=128"), "{rows:?}");
        assert_eq!(rows.len(), 2);
    }

    #[test]
    fn models_come_one_after_another_and_equal_networks_are_one_trial() {
        let mut study =
            study(Strategy::Grid { shuffled: false }, vec![(Param::Layers, choice(Setting::Layers, [1, 0]))]);
        let net = study.models.pop().unwrap();
        let linear = net.fixed.clone().with(Setting::Kind(Kind::Linear)).with(Setting::Model("linear".to_owned()));
        let net = ModelSpace { fixed: net.fixed.with(Setting::Model("net".to_owned())), ..net };
        study.models = vec![ModelSpace { fixed: linear, ..ModelSpace::default() }, net];
        let plan = plan(&study, folds(2));
        assert_eq!(rows(&plan), ["0 #0 e3: model=linear; layers=0 model=net", "1 #1 e3: layers=1 model=net"]);
        let names = plan.trials.iter().map(|trial| {
            let configuration = &plan.configuration(trial.configuration).configuration;
            trial.setting(configuration, Param::Model).unwrap().to_string()
        });
        assert_eq!(names.collect::<Vec<_>>(), ["linear", "net"]);
        assert_eq!(study.searched(), [Param::Model, Param::Layers]);
    }

    /// A rate that follows a number of epochs follows another one otherwise: there is nothing to share.
    #[test]
    fn a_schedule_with_a_horizon_shares_no_fit() {
        let shares = |schedule| {
            let mut study =
                study(Strategy::Grid { shuffled: false }, vec![(Param::Epochs, choice(Setting::Epochs, [5, 2]))]);
            study.models[0].fixed = study.models[0].fixed.clone().with(Setting::Schedule(schedule));
            plan(&study, folds(3)).configurations.len()
        };
        assert_eq!([ScheduleName::Step, ScheduleName::Cosine, ScheduleName::OneCycle].map(shares), [1, 2, 2]);
    }

    #[test]
    fn without_a_space_there_is_one_trial() {
        let plan = plan(&study(Strategy::Grid { shuffled: false }, vec![]), folds(3));
        assert_eq!(rows(&plan), ["0 #0 e3: "]);
        assert_eq!(plan.fits(), 3);
    }
}
