//! Points of a search space become trials, and the trials share fits.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use crossfold_network::{Configuration, Param, Settings};
use crossfold_study::{
    Budget, ConfigurationNumber, FoldId, ModelSpace, Plan, PlannedConfiguration, Pruner, SearchSpace, Strategy, Study,
    Trial, TrialNumber,
};

use crate::course::proposer::{Proposed, Proposer};
use crate::frame::Frame;

/// The trials of `study`, scored on `folds`, as far as they hang on no result: of a strategy that learns those that the spec
/// asks for first.
pub fn plan(study: &Study, folds: Vec<FoldId>) -> Plan {
    listed(study, folds).plan
}

fn listed(study: &Study, folds: Vec<FoldId>) -> Planner {
    let (mut planner, mut proposer) = (Planner::new(folds), Proposer::new(study));
    while let Some(Proposed { model, settings, .. }) = proposer.next_listed() {
        planner.add(planner.resolve(&study.models[model].fixed, settings));
    }
    planner
}

/// What a search may come to, to look at beforehand: what of it [hangs on no result](plan()), and of a strategy that learns
/// `count` trials drawn at random.
pub fn examples(study: &Study, folds: Vec<FoldId>, count: u32) -> Plan {
    let (mut planner, frame) = (listed(study, folds), Frame::new(&study.models));
    let count = if study.strategy.learns() { count } else { 0 };
    for number in 0..u64::from(count) {
        let named = frame.named(&frame.draw(&mut study.seed.search(number)));
        planner.add(planner.resolve(&study.models[named.model].fixed, named.settings));
    }
    planner.plan
}

/// A study of one trial of `study` alone; `None` where the trial is of none of its models.
pub fn alone(study: &Study, trial: &Trial) -> Option<Study> {
    let point = trial.stands_for.first()?;
    let is_its = |model: &&ModelSpace| model.fixed.get(Param::Model) == point.get(Param::Model);
    let model = study.models.iter().find(is_its)?;
    let fixed = point.iter().cloned().fold(model.fixed.clone(), Settings::with);
    Some(Study {
        models: vec![ModelSpace { fixed, space: SearchSpace::default() }],
        strategy: Strategy::Grid { shuffled: false },
        pruner: Pruner::None,
        enqueued: Vec::new(),
        budget: Budget::default(),
        ..study.clone()
    })
}

/// A plan as far as its points are known.
///
/// Points that come to the same configuration and number of epochs are one trial; trials that differ in epochs alone read
/// the same fits at different epochs. Sound because training never depends on the horizon: a network of E epochs is the
/// first E epochs of a longer one.
#[derive(Debug)]
pub(crate) struct Planner {
    pub(crate) plan: Plan,
    configurations: HashMap<String, ConfigurationNumber>,
    trials: HashMap<(ConfigurationNumber, u32), TrialNumber>,
    /// Points as text, with the model they are of.
    proposed: HashSet<String>,
}

/// What has become of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Added {
    New(TrialNumber),
    /// The point comes to a trial that there is.
    Known,
}

impl Planner {
    pub(crate) fn new(folds: Vec<FoldId>) -> Planner {
        let plan = Plan { configurations: Vec::new(), trials: Vec::new(), folds };
        Planner { plan, configurations: HashMap::new(), trials: HashMap::new(), proposed: HashSet::new() }
    }

    /// One to which nothing is added.
    pub(crate) fn of(plan: Plan) -> Planner {
        Planner { plan, ..Planner::new(Vec::new()) }
    }

    /// What a point of the model with these `fixed` values comes to.
    pub(crate) fn resolve(&self, fixed: &Settings, point: Settings) -> Resolved {
        // Which model it is of is part of what was proposed.
        let point = fixed.get(Param::Model).cloned().into_iter().fold(point, Settings::with);
        let settings = point.iter().cloned().fold(fixed.clone(), Settings::with);
        let (configuration, epochs) = settings.resolve().expect("each point of a checked study makes a network");
        let canonical = configuration.canonical();
        let number = self.configurations.get(&canonical).copied();
        let known = number.and_then(|number| self.trials.get(&(number, epochs)).copied());
        Resolved { point, configuration, canonical, epochs, known }
    }

    /// Takes in a point.
    pub(crate) fn add(&mut self, resolved: Resolved) -> Added {
        let Resolved { point, configuration, canonical, epochs, known: _ } = resolved;
        let number = *self.configurations.entry(canonical).or_insert_with(|| {
            let number = ConfigurationNumber(self.plan.configurations.len() as u32);
            self.plan.configurations.push(PlannedConfiguration { number, configuration, read_at: Vec::new() });
            number
        });
        let planned = &mut self.plan.configurations[number.0 as usize];
        if let Err(place) = planned.read_at.binary_search(&epochs) {
            planned.read_at.insert(place, epochs);
        }
        let is_first = self.proposed.insert(describe(&point));
        match self.trials.entry((number, epochs)) {
            Entry::Occupied(trial) => {
                if is_first {
                    self.plan.trials[trial.get().0 as usize].stands_for.push(point);
                }
                Added::Known
            }
            Entry::Vacant(slot) => {
                let trial = *slot.insert(TrialNumber(self.plan.trials.len() as u32));
                let stands_for = vec![point];
                self.plan.trials.push(Trial { number: trial, configuration: number, epochs, stands_for, pruned: None });
                Added::New(trial)
            }
        }
    }
}

/// A point, and what it comes to.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    point: Settings,
    pub(crate) configuration: Configuration,
    canonical: String,
    pub(crate) epochs: u32,
    /// The trial that there is of it already.
    pub(crate) known: Option<TrialNumber>,
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
    use crossfold_network::{Kind, PerLayer, ScheduleName, Setting};
    use crossfold_study::Domain;

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
