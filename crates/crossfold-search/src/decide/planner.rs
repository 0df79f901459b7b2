//! Points of a search space become trials, and the trials share fits.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use crossfold_study::{
    Configuration, ConfigurationNumber, FoldId, Param, Plan, PlannedConfiguration, Settings, Trial, TrialNumber,
};

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
pub(crate) fn describe(point: &Settings) -> String {
    let mut text = String::new();
    for setting in point.iter() {
        let gap = if text.is_empty() { "" } else { " " };
        write!(text, "{gap}{}={setting}", setting.param()).expect("a string takes any text");
    }
    text
}
