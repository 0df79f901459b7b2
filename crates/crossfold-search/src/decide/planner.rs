//! Points of a search space become trials, and trials share fits.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::Arc;

use crossfold_network::{Configuration, Param, Settings};
use crossfold_study::{ConfigurationNumber, FoldId, Plan, PlannedConfiguration, Trial, TrialNumber};

/// The plan of the points so far.
///
/// Points with the same effective configuration and number of epochs are one trial. Trials that differ in epochs alone
/// share their fits, and read them at different epochs. That is sound because training does not depend on the horizon: a
/// fit of E epochs equals the first E epochs of a longer one.
#[derive(Debug)]
pub(crate) struct Planner {
    /// Shared where all trials are known from the start.
    pub(crate) plan: Arc<Plan>,
    configurations: HashMap<String, ConfigurationNumber>,
    trials: HashMap<(ConfigurationNumber, u32), TrialNumber>,
    /// Points as text, with their model.
    proposed: HashSet<String>,
    /// The most rows that a batch can have.
    rows: u64,
}

/// The effect of adding a point to a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Addition {
    New(TrialNumber),
    /// The plan has its trial already.
    Duplicate,
}

impl Planner {
    pub(crate) fn new(folds: Vec<FoldId>) -> Planner {
        let plan = Arc::new(Plan { configurations: Vec::new(), trials: Vec::new(), folds });
        let (configurations, trials, proposed) = (HashMap::new(), HashMap::new(), HashSet::new());
        Planner { plan, configurations, trials, proposed, rows: u64::MAX }
    }

    /// A planner for data of this number of rows. Points whose batches have at least as many are the same network.
    pub(crate) fn for_rows(self, rows: u64) -> Planner {
        Planner { rows, ..self }
    }

    /// A planner to which nothing is added.
    pub(crate) fn fixed(plan: Arc<Plan>) -> Planner {
        Planner { plan, ..Planner::new(Vec::new()) }
    }

    /// The configuration of a point of the model with these `fixed` values.
    pub(crate) fn resolve(&self, fixed: &Settings, point: Settings) -> ResolvedPoint {
        // The model is part of a point.
        let point = fixed.get(Param::Model).cloned().into_iter().fold(point, Settings::with);
        let settings = point.iter().cloned().fold(fixed.clone(), Settings::with);
        let (mut configuration, epochs) = settings.resolve().expect("each point of a checked study makes a network");
        configuration.batch_size = u32::try_from(self.rows).unwrap_or(u32::MAX).min(configuration.batch_size);
        let canonical = configuration.canonical();
        let number = self.configurations.get(&canonical).copied();
        let known = number.and_then(|number| self.trials.get(&(number, epochs)).copied());
        ResolvedPoint { point, configuration, canonical, epochs, known }
    }

    /// Adds a point.
    pub(crate) fn add(&mut self, resolved: ResolvedPoint) -> Addition {
        let ResolvedPoint { point, configuration, canonical, epochs, known: _ } = resolved;
        let plan = Arc::make_mut(&mut self.plan);
        let number = *self.configurations.entry(canonical).or_insert_with(|| {
            let number = ConfigurationNumber(plan.configurations.len() as u32);
            let configuration = Arc::new(configuration);
            plan.configurations.push(PlannedConfiguration { number, configuration, read_at: Vec::new() });
            number
        });
        let planned = &mut plan.configurations[number.0 as usize];
        if let Err(place) = planned.read_at.binary_search(&epochs) {
            planned.read_at.insert(place, epochs);
        }
        let is_first = self.proposed.insert(describe(&point));
        match self.trials.entry((number, epochs)) {
            Entry::Occupied(trial) => {
                if is_first {
                    plan.trials[trial.get().0 as usize].stands_for.push(point);
                }
                Addition::Duplicate
            }
            Entry::Vacant(slot) => {
                let trial = *slot.insert(TrialNumber(plan.trials.len() as u32));
                let stands_for = vec![point];
                let new = Trial { number: trial, configuration: number, epochs, stands_for, pruned: None, cut: None };
                plan.trials.push(new);
                Addition::New(trial)
            }
        }
    }
}

/// A point and its configuration.
#[derive(Clone, Debug)]
pub(crate) struct ResolvedPoint {
    point: Settings,
    pub(crate) configuration: Configuration,
    canonical: String,
    pub(crate) epochs: u32,
    /// The trial that the plan has of it already.
    pub(crate) known: Option<TrialNumber>,
}

/// A point as text, such as `a=2 b=64`: equal for equal points of one space only.
pub(crate) fn describe(point: &Settings) -> String {
    let mut text = String::new();
    for setting in point.iter() {
        let gap = if text.is_empty() { "" } else { " " };
        write!(text, "{gap}{}={setting}", setting.param()).expect("a string takes any text");
    }
    text
}
