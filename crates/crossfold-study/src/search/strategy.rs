//! How the search picks configurations: the samplers, each with its settings, its words and the reason of its proposals.
//!
//! To add a sampler, add it here and to `decide/sampler` of the search crate; the compiler names the rest.

use serde::{Deserialize, Serialize};

use super::setting::{GivenSettings, SearchSetting, SettingValues};
use crate::space::MAX_TRIALS;

/// How the search picks configurations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strategy {
    pub sampler: SamplerKind,
    /// The number of trials, enqueued ones included: of each model for a sampler that does not learn, else of all models
    /// together. There are fewer where a finite space has fewer, and more where more points are enqueued. `None` for a sampler
    /// that goes through all points.
    pub trials: Option<u32>,
}

/// What proposes points of a search space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SamplerKind {
    /// Every combination, in the order of a spec or in random order.
    Grid { shuffled: bool },
    /// Independent draws.
    Random,
    /// A Sobol sequence, whose points fill the space evenly.
    Sobol,
    /// A tree-structured Parzen estimator: points where good trials are dense and others are not. The first `startup`
    /// points are spread evenly.
    Tpe { startup: u32 },
    /// Points for which a Gaussian process expects the most improvement. The first `startup` points are spread evenly.
    Gp { startup: u32 },
}

/// Why a point was proposed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ProposalReason {
    /// It is a point of `search.enqueue`.
    Enqueued,
    /// It is a point of the grid.
    Grid,
    /// It was drawn at random.
    Drawn,
    /// It is one of the first points, which are spread evenly; `observed` points had values.
    Startup { observed: usize },
    /// It is the point `index` of a Sobol sequence.
    Sobol { index: u64 },
    /// Of some candidates it has the highest ratio of the density of good points to that of the others; `log_ratio` is its
    /// natural logarithm.
    Tpe { good: usize, other: usize, candidates: usize, log_ratio: f64 },
    /// A Gaussian process expects the most improvement there. All numbers are in the unit of the metric, and of
    /// `mean` smaller is better: it is negated where the metric is maximised.
    Gp { observed: usize, mean: f64, deviation: f64, improvement: f64 },
    /// The sampler had no new point to propose, so it was drawn at random.
    Exhausted,
}

impl ProposalReason {
    /// What proposed the point, in events for other programs.
    pub fn name(&self) -> &'static str {
        match self {
            ProposalReason::Enqueued => "enqueue",
            ProposalReason::Grid => "grid",
            ProposalReason::Drawn | ProposalReason::Exhausted => "random",
            ProposalReason::Startup { .. } => "startup",
            ProposalReason::Sobol { .. } => "sobol",
            ProposalReason::Tpe { .. } => "tpe",
            ProposalReason::Gp { .. } => "gp",
        }
    }
}

/// What specs, their schema, `docs/spec.md` and reports say of a sampler.
#[derive(Clone, Copy, Debug)]
pub struct SamplerDefinition {
    /// The name used in specs.
    pub name: &'static str,
    /// The description in the schema of specs.
    pub documentation: &'static str,
    /// What it picks, in `docs/spec.md`.
    pub guide: &'static str,
    /// What a paper calls it: `a random search`.
    pub method: &'static str,
    /// `None` for a sampler that goes through all points.
    pub trials: Option<TrialsDefinition>,
    pub settings: &'static [SearchSetting],
    /// Whether its proposals depend on the results of earlier ones.
    pub learns: bool,
}

/// The setting `trials` of a sampler, and words for its trials.
#[derive(Clone, Copy, Debug)]
pub struct TrialsDefinition {
    pub setting: SearchSetting,
    /// As in "40 draws of a random search".
    pub noun: &'static str,
    pub source: &'static str,
    /// As in "40 random draws of nodes, dropout".
    pub in_plan: &'static str,
}

const MOST_TRIALS: u32 = MAX_TRIALS as u32;

const ORDER: SearchSetting = SearchSetting {
    name: "order",
    documentation: "The order of trials: as listed, or a random one.",
    guide: "",
    default_in_words: "",
    values: SettingValues::Words(&["listed", SHUFFLED]),
};
const SHUFFLED: &str = "shuffled";

/// The number of trials of each model.
const POINTS: SearchSetting = SearchSetting {
    name: "trials",
    documentation: "How many trials there are of each model, `search.enqueue` included. Left out: as many as the budget is enough for.",
    guide: "",
    default_in_words: "",
    values: SettingValues::Count { least: 1, most: MOST_TRIALS, default: None },
};

/// The number of trials of all models together.
const TRIALS: SearchSetting = SearchSetting {
    documentation: "How many trials there are, `search.enqueue` included. Left out: as many as the budget is enough for.",
    ..POINTS
};

const STARTUP: SearchSetting = SearchSetting {
    name: "startup",
    documentation: "The number of initial trials, which are spread evenly.",
    guide: "",
    default_in_words: "",
    values: SettingValues::Count { least: 1, most: MOST_TRIALS, default: Some(10) },
};

impl SamplerKind {
    /// All samplers, with their default settings.
    pub const ALL: &'static [SamplerKind] = &[
        SamplerKind::Grid { shuffled: false },
        SamplerKind::Random,
        SamplerKind::Sobol,
        SamplerKind::Tpe { startup: STARTUP.default_count() },
        SamplerKind::Gp { startup: STARTUP.default_count() },
    ];

    pub fn definition(self) -> SamplerDefinition {
        match self {
            SamplerKind::Grid { .. } => SamplerDefinition {
                name: "grid",
                documentation: "Every combination.",
                guide: "every combination, at most 100000, as listed or in random order",
                method: "a grid search",
                trials: None,
                settings: &[ORDER],
                learns: false,
            },
            SamplerKind::Random => SamplerDefinition {
                name: "random",
                documentation: "Random draws, no point twice; of several models, this many of each.",
                guide: "N trials at random, no point twice",
                method: "a random search",
                trials: Some(TrialsDefinition {
                    setting: POINTS,
                    noun: "draw",
                    source: "of a random search",
                    in_plan: "random draws of",
                }),
                settings: &[],
                learns: false,
            },
            SamplerKind::Sobol => SamplerDefinition {
                name: "sobol",
                documentation: "Points that fill the space evenly; of several models, this many of each.",
                guide: "N trials that fill the space evenly, by a scrambled Sobol sequence, no point twice",
                method: "a quasi-random (Sobol) search",
                trials: Some(TrialsDefinition {
                    setting: POINTS,
                    noun: "point",
                    source: "of a Sobol sequence",
                    in_plan: "points of a Sobol sequence over",
                }),
                settings: &[],
                learns: false,
            },
            SamplerKind::Tpe { .. } => SamplerDefinition {
                name: "tpe",
                documentation: "Where good trials are dense and others are not (tree-structured Parzen estimator).",
                guide: "N trials, each where good ones are dense and others are not (tree-structured Parzen estimator); \
                        the first `startup` of them spread evenly",
                method: "a search by a tree-structured Parzen estimator (TPE)",
                trials: Some(TrialsDefinition {
                    setting: TRIALS,
                    noun: "proposal",
                    source: "by a tree-structured Parzen estimator",
                    in_plan: "proposals of TPE for",
                }),
                settings: &[STARTUP],
                learns: true,
            },
            SamplerKind::Gp { .. } => SamplerDefinition {
                name: "gp",
                documentation: "Where a Gaussian process expects the greatest improvement.",
                guide: "N trials, each where a Gaussian process expects most; `startup` as with `tpe`",
                method: "Bayesian optimization with a Gaussian process",
                trials: Some(TrialsDefinition {
                    setting: TRIALS,
                    noun: "proposal",
                    source: "by a Gaussian process",
                    in_plan: "proposals of a Gaussian process for",
                }),
                settings: &[STARTUP],
                learns: true,
            },
        }
    }

    /// The sampler with the settings that a spec gives, and defaults for the others.
    #[must_use]
    pub fn with(self, given: &GivenSettings) -> SamplerKind {
        match self {
            SamplerKind::Grid { .. } => SamplerKind::Grid { shuffled: given.has_word(&ORDER, SHUFFLED) },
            SamplerKind::Random | SamplerKind::Sobol => self,
            SamplerKind::Tpe { .. } => SamplerKind::Tpe { startup: given.count_or_default(&STARTUP) },
            SamplerKind::Gp { .. } => SamplerKind::Gp { startup: given.count_or_default(&STARTUP) },
        }
    }

    /// The name used in specs.
    pub fn name(self) -> &'static str {
        self.definition().name
    }
}

impl Strategy {
    /// Every combination, in the order of a spec: what a search does by default.
    pub const GRID: Strategy = Strategy { sampler: SamplerKind::Grid { shuffled: false }, trials: None };

    pub fn new(sampler: SamplerKind, trials: u32) -> Strategy {
        Strategy { sampler, trials: Some(trials) }
    }

    /// Whether what it picks depends on the results of earlier picks.
    pub fn learns(self) -> bool {
        self.sampler.definition().learns
    }
}
