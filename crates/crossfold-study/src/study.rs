//! Studies: what a spec asks for, checked.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    BaselineMethod, Budget, ClassWeights, DataSpec, Device, Enqueued, FitKey, FoldId, Metric, Order, Origin, Pace,
    Pruner, SearchSpace, Seed, Splits, Strategy,
};
use crossfold_network::{Configuration, Kind, NumbersName, Param, SearchedSteps, Setting, Settings};

/// A checked study: every value is in range, every name known, every reference within the spec valid.
#[derive(Clone, Debug)]
pub struct Study {
    pub name: StudyName,
    pub seed: Seed,
    pub device: Device,
    pub data: DataSpec,
    /// At least one. If there are several, they have names.
    pub models: Vec<ModelSpace>,
    pub strategy: Strategy,
    pub pruner: Pruner,
    /// Points to try first, in this order.
    pub enqueued: Vec<Enqueued>,
    pub pace: Pace,
    pub budget: Budget,
    pub splits: Splits,
    /// The weights of classes in the loss; all equal for `None`.
    pub class_weights: Option<ClassWeights>,
    /// The metric that trials are ranked by.
    pub metric: Metric,
    /// The methods that networks are compared with, each once and in their order; empty for none.
    pub baselines: Vec<BaselineMethod>,
    pub finish: Final,
    pub limits: Limits,
    pub predictions: Retention,
}

/// A network with its fixed values and its search space: `model`, or one of `models`.
#[derive(Clone, Debug, Default)]
pub struct ModelSpace {
    /// The values of hyperparameters that aren't searched, or only under conditions, defaults included; with
    /// [`Setting::Model`](crossfold_network::Setting::Model) if the model has a name.
    pub fixed: Settings,
    pub space: SearchSpace,
}

impl Study {
    /// The hyperparameters that any of its models searches, in the order of columns; `hidden` for nodes per layer.
    pub fn searched(&self) -> Vec<Param> {
        let is_searched = |param: &&Param| {
            let mut dimensions = self.models.iter().flat_map(|model| model.space.dimensions());
            **param == Param::Model && self.models.len() > 1
                || dimensions.any(|dimension| dimension.column() == **param)
        };
        Param::ALL.iter().filter(is_searched).copied().collect()
    }

    /// Whether any of its networks may embed numbers.
    pub fn embeds_numbers(&self) -> bool {
        let embeds = |model: &ModelSpace| {
            let fixed = model.fixed.get(Param::Numbers);
            fixed.is_some_and(|fixed| *fixed != Setting::Numbers(NumbersName::Plain))
        };
        self.searched().contains(&Param::Numbers) || self.models.iter().any(embeds)
    }

    /// The values of steps of preprocessing that any of its models searches, one at a time.
    pub fn searched_steps(&self) -> Vec<SearchedSteps> {
        let dimensions = self.models.iter().flat_map(|model| model.space.dimensions());
        let steps = dimensions.filter(|dimension| dimension.param.is_step());
        let values = steps.flat_map(|step| step.domain.listed(step.param, u64::MAX).unwrap_or_default());
        let steps: BTreeSet<SearchedSteps> = values.map(|value| Settings::from_iter([value]).steps()).collect();
        steps.into_iter().collect()
    }

    /// The keys of the spec that let two runs have different results; `None` if all runs have the same.
    pub fn irreproducible(&self) -> Option<&'static str> {
        match (self.pace.order, self.budget.wall) {
            (Order::Free, None) => Some("order: free"),
            (Order::Logical, Some(_)) => Some("budget: wall"),
            (Order::Free, Some(_)) => Some("order: free and budget: wall"),
            (Order::Logical, None) => None,
        }
    }

    /// [`Study::irreproducible`] as a sentence with the reason and without a full stop.
    pub fn irreproducible_in_words(&self) -> Option<String> {
        const ORDER: &str = "decisions follow results in the order in which they arrive";
        const WALL: &str = "how much is tried depends on how long it takes";
        let why = match (self.pace.order, self.budget.wall) {
            (Order::Free, None) => ORDER.to_owned(),
            (Order::Logical, Some(_)) => WALL.to_owned(),
            (Order::Free, Some(_)) => format!("{ORDER}, and {WALL}"),
            (Order::Logical, None) => String::new(),
        };
        let words = self.irreproducible()?;
        Some(format!("not reproducible (`{words}`): another run may have different results, because {why}"))
    }
}

/// The name of a study, `[a-z0-9-]+`, which is also that of its folder of results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudyName(String);

impl StudyName {
    const MAX_LENGTH: usize = 64;

    /// `None` if `name` is empty, longer than 64 bytes or has other characters than `a-z`, `0-9` and `-`.
    pub fn new(name: &str) -> Option<StudyName> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        ((1..=StudyName::MAX_LENGTH).contains(&name.len()) && name.bytes().all(allowed))
            .then(|| StudyName(name.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the study that trains only the winner of this one.
    pub fn best(&self) -> StudyName {
        const SUFFIX: &str = "-best";
        let kept = self.0.len().min(StudyName::MAX_LENGTH - SUFFIX.len());
        StudyName(format!("{}{SUFFIX}", &self.0[..kept]))
    }
}

impl fmt::Display for StudyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What happens after the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Final {
    pub refit: Refit,
    /// The number of networks that the winner is retrained as, with seeds of their own, and whose predictions are averaged.
    pub refits: u32,
    /// The number of times that a trial is picked for the ensemble that is retrained in place of the winner; 1 for the winner
    /// alone.
    pub ensemble: u32,
    /// Whether class probabilities of the retrained winner are rescaled by a temperature that is fitted out of fold.
    pub calibrate: bool,
    /// Whether to score the retrained winner on the test rows; only with a refit.
    pub test: bool,
    /// Whether to repeat the search on the training rows of each fold, and to score its winner on the fold.
    pub nested: bool,
    /// Whether to score the winner with each column of the table shuffled; `None` where the spec doesn't say.
    pub variables: Option<bool>,
}

impl Default for Final {
    fn default() -> Final {
        Final {
            refit: Refit::default(),
            refits: 1,
            ensemble: 1,
            calibrate: false,
            test: false,
            nested: false,
            variables: None,
        }
    }
}

impl Final {
    /// The most networks that are averaged.
    pub const MOST_REFITS: u32 = 100;
    /// The most picks of an ensemble.
    pub const MOST_PICKS: u32 = 100;

    /// The number of networks that a winner of `configuration` is retrained as, after a search on this many `folds`. Linear
    /// models are retrained once on all rows: the loss has a single minimum, so another seed leads to the same model.
    pub fn networks(self, configuration: &Configuration, folds: usize) -> u32 {
        match (self.refit, configuration.kind()) {
            (Refit::Folds, _) => folds as u32,
            (Refit::Best | Refit::OneSe | Refit::None, Kind::Linear) => 1,
            (Refit::Best | Refit::OneSe | Refit::None, _) => self.refits,
        }
    }

    /// The most networks that are retrained where one of `configuration` is: those of an ensemble of as many trials like it as
    /// there are picks.
    pub fn most_networks(self, configuration: &Configuration, folds: usize) -> u32 {
        self.networks(configuration, folds) * self.ensemble
    }

    /// The key of what a winner of `configuration` is retrained as after a search on these `folds`, with probabilities at a
    /// temperature, 1 for those of the networks.
    pub fn refit_key(
        self,
        origin: &Origin,
        configuration: &Configuration,
        folds: &[FoldId],
        temperature: f64,
    ) -> FitKey {
        match self.refit {
            Refit::Folds => origin.folds_key(configuration, folds, temperature),
            Refit::Best | Refit::OneSe | Refit::None => {
                let networks = self.networks(configuration, folds.len());
                origin.calibrated_key(&configuration.for_refit(), networks, temperature)
            }
        }
    }

    /// The most columns that are shuffled without being asked for: beyond, it takes long, and no reader compares as many.
    pub const MOST_VARIABLES: usize = 200;

    /// Whether to find out which of `columns` features matter; images have 0.
    pub fn scores_variables(self, columns: usize) -> bool {
        columns > 0 && self.variables.unwrap_or(columns <= Final::MOST_VARIABLES)
    }
}

/// Limits after which a fit or the search is stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limits {
    /// The most seconds per fit.
    pub fit_seconds: Option<u32>,
    /// The most failed trials; one more stops the search.
    pub max_failures: Option<MaxFailures>,
}

/// A limit on the number of failed trials.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MaxFailures {
    Trials(u32),
    /// A percentage of the plan's trials, in [0, 100].
    Percent(f64),
}

impl MaxFailures {
    /// The number of `trials` trials that may fail.
    pub fn count_for(self, trials: usize) -> usize {
        match self {
            MaxFailures::Trials(count) => count as usize,
            MaxFailures::Percent(percent) => (percent / 100.0 * trials as f64).floor() as usize,
        }
    }
}

/// Which out-of-fold predictions the store keeps: all if they take at most `megabytes` MB (10⁶ bytes), else those of
/// the best trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    pub megabytes: u32,
    /// The number of trials whose predictions are kept if not all are.
    pub best: u32,
}

impl Default for Retention {
    fn default() -> Retention {
        Retention { megabytes: 256, best: 100 }
    }
}

/// Which trial is retrained after the search, and on which rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refit {
    /// The best trial, on all rows of the study.
    #[default]
    Best,
    /// The simplest trial within a standard error of the best one, on all rows of the study.
    OneSe,
    /// The best trial on each fold, as in the search. The networks of the folds predict together.
    Folds,
    None,
}

impl Refit {
    /// The name used in specs.
    pub fn name(self) -> &'static str {
        match self {
            Refit::Best => "best",
            Refit::OneSe => "one_se",
            Refit::Folds => "folds",
            Refit::None => "none",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn study_names_are_safe_folder_names() {
        for bad in ["", "..", "a/b", "Mnist", "a b", "é", &"a".repeat(65)] {
            assert_eq!(StudyName::new(bad), None, "{bad}");
        }
        assert_eq!(StudyName::new("mnist-10k").unwrap().as_str(), "mnist-10k");
    }
}
