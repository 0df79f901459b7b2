//! What ends trials early: the pruners, each with its settings and its words.
//!
//! To add a pruner, add it here and to `decide/pruner` of the search crate; the compiler names the rest.

use super::rungs::Rungs;
use super::setting::{GivenSettings, SearchSetting, SettingValues};
use crate::space::MAX_TRIALS;

/// What ends trials early. Trials climb from [rung](super::Rung) to rung, each of more epochs or more folds.
#[derive(Clone, Debug, PartialEq)]
pub struct Pruner {
    pub kind: PrunerKind,
    /// The rungs below the last; none where nothing is pruned.
    pub rungs: Rungs,
}

/// A rule by which trials are pruned at a rung.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PrunerKind {
    /// No trial is pruned.
    None,
    /// A trial is pruned if its score is worse than the median of earlier ones at the same rung, of which there must be
    /// `startup`.
    Median { startup: u32 },
    /// The best 1/`factor` of all trials at a rung are promoted.
    Halving,
    /// Several successive halvings, which begin at different rungs.
    Hyperband,
    /// As halving, but a trial is promoted as soon as it is among the best 1/`factor` of those that have reached its rung.
    Asha,
    /// Hyperband whose trials TPE proposes, from the highest rung with enough trials.
    Bohb,
    /// A trial is pruned if a corrected paired test over finished folds says that it can't win. The test is of `level`, in
    /// (0, 1), at each rung.
    Racing { level: f64 },
}

/// What specs, their schema and `docs/spec.md` say of a pruner.
#[derive(Clone, Debug)]
pub struct PrunerDefinition {
    /// The name used in specs.
    pub name: &'static str,
    /// The description in the schema of specs.
    pub documentation: &'static str,
    /// When a trial ends early, in `docs/spec.md`.
    pub guide: &'static str,
    /// What a paper calls it: `median pruning`; empty for none.
    pub method: &'static str,
    /// Its own settings, and those of its rungs.
    pub settings: Vec<SearchSetting>,
}

const MEDIAN_STARTUP: SearchSetting = SearchSetting {
    name: "startup",
    documentation: "The number of trials that must reach a rung before any is pruned there.",
    guide: "trials at a rung before any ends there, {range}",
    default_in_words: "",
    values: SettingValues::Count { least: 1, most: MAX_TRIALS as u32, default: Some(5) },
};

const LEVEL: SearchSetting = SearchSetting {
    name: "level",
    documentation: "The significance level, at each rung, of the test whether a trial is worse than the leader.",
    guide: "the level of the test at each rung, {range}; the smaller, the more trials go on",
    default_in_words: "",
    values: SettingValues::Share { default: 0.005 },
};

/// How much more work each rung is than the one before.
pub const FACTOR: SearchSetting = SearchSetting {
    name: "factor",
    documentation: "How much more work each rung is than the one before.",
    guide: "how much more work each rung is than the one before: at first more epochs, then more folds; {range}",
    default_in_words: "",
    values: SettingValues::Count { least: 2, most: 100, default: Some(3) },
};

const MEDIAN_FACTOR: SearchSetting = FACTOR.with_default(2);

/// The epochs of the first rung.
pub const MIN_EPOCHS: SearchSetting = SearchSetting {
    name: "min_epochs",
    documentation: "The epochs of the first rung.",
    guide: "the epochs of the first rung",
    default_in_words: "`1`, of `racing` a tenth of the most",
    values: SettingValues::Count { least: 1, most: 100_000, default: None },
};

/// The folds of the first rung.
pub const MIN_FOLDS: SearchSetting = SearchSetting {
    name: "min_folds",
    documentation: "The folds of the first rung.",
    guide: "the folds of the first rung, repeats included",
    default_in_words: "all, of `racing` `2`",
    values: SettingValues::Count { least: 1, most: 1_000_000, default: None },
};

/// The rungs themselves.
pub const RUNGS: SearchSetting = SearchSetting {
    name: "rungs",
    documentation: "The rungs themselves, in place of `factor`, `min_epochs` and `min_folds`.",
    guide: "the rungs themselves, such as `[{epochs: 2, folds: 1}, {epochs: 6, folds: 2}]`, in place of the three above; \
            each has at least the epochs and the folds of the one before, and more of one; `folds` left out: all",
    default_in_words: "",
    values: SettingValues::Rungs,
};

impl PrunerKind {
    /// All pruners, with their default settings.
    pub const ALL: &'static [PrunerKind] = &[
        PrunerKind::None,
        PrunerKind::Median { startup: MEDIAN_STARTUP.default_count() },
        PrunerKind::Halving,
        PrunerKind::Hyperband,
        PrunerKind::Asha,
        PrunerKind::Bohb,
        PrunerKind::Racing { level: LEVEL.default_share() },
    ];

    pub fn definition(self) -> PrunerDefinition {
        let with_rungs = |own: &[SearchSetting], factor| [own, &[factor, MIN_EPOCHS, MIN_FOLDS, RUNGS]].concat();
        let (name, documentation, guide, method, settings) = match self {
            PrunerKind::None => ("none", "", "never", "", Vec::new()),
            PrunerKind::Median { .. } => (
                "median",
                "Ends a trial that is worse than the median of earlier ones at the same rung.",
                "where its score is worse than the median of those that reached the same rung before, once there are \
                 `startup` of them",
                "median pruning",
                with_rungs(&[MEDIAN_STARTUP], MEDIAN_FACTOR),
            ),
            PrunerKind::Halving => (
                "halving",
                "Successive halving: the best trials of a rung are promoted to the next.",
                "unless it is among the best 1/`factor` of all trials at its rung",
                "successive halving",
                with_rungs(&[], FACTOR),
            ),
            PrunerKind::Hyperband => (
                "hyperband",
                "Several successive halvings, which begin at different rungs.",
                "as with `halving`; several halvings run side by side, which begin at different rungs",
                "Hyperband",
                with_rungs(&[], FACTOR),
            ),
            PrunerKind::Asha => (
                "asha",
                "As halving, but a trial is promoted as soon as it is among the best so far.",
                "unless it is among the best 1/`factor` of those that reached its rung so far; none waits for others",
                "asynchronous successive halving (ASHA)",
                with_rungs(&[], FACTOR),
            ),
            PrunerKind::Bohb => (
                "bohb",
                "Hyperband with `strategy: tpe`, which learns from the highest rung with enough trials.",
                "as with `hyperband`; goes with `strategy: tpe`, which learns from the highest rung that says enough",
                "BOHB",
                with_rungs(&[], FACTOR),
            ),
            PrunerKind::Racing { .. } => (
                "racing",
                "Ends trials that can't win according to a paired test over folds.",
                "where a corrected paired test over finished folds says that it can't win; needs several folds",
                "racing by corrected paired tests",
                with_rungs(&[LEVEL], FACTOR),
            ),
        };
        PrunerDefinition { name, documentation, guide, method, settings }
    }

    /// The pruner with the settings that a spec gives, and defaults for the others.
    #[must_use]
    pub fn with(self, given: &GivenSettings) -> PrunerKind {
        match self {
            PrunerKind::None | PrunerKind::Halving | PrunerKind::Hyperband | PrunerKind::Asha | PrunerKind::Bohb => {
                self
            }
            PrunerKind::Median { .. } => PrunerKind::Median { startup: given.count_or_default(&MEDIAN_STARTUP) },
            PrunerKind::Racing { .. } => PrunerKind::Racing { level: given.share_or_default(&LEVEL) },
        }
    }

    /// The rungs where a spec says nothing of them, in a study whose longest trials have `epochs` epochs on `folds` folds;
    /// `None` where these are not known.
    pub fn default_rungs(self, epochs: Option<u32>, folds: Option<u32>) -> Rungs {
        let (factor, epochs, folds) = match self {
            PrunerKind::None => return Rungs::Given(Vec::new()),
            PrunerKind::Median { .. } => (MEDIAN_FACTOR, 1, None),
            PrunerKind::Halving | PrunerKind::Hyperband | PrunerKind::Asha | PrunerKind::Bohb => (FACTOR, 1, None),
            // From two folds, the fewest from which noise is estimated, and from a tenth of the epochs.
            PrunerKind::Racing { .. } => {
                (FACTOR, epochs.map_or(1, |most| most.div_ceil(10)), Some(folds.map_or(2, |folds| folds.min(2))))
            }
        };
        Rungs::Growing { factor: factor.default_count(), epochs, folds }
    }

    /// Whether all trials begin before any is promoted, so that their number must be known. `learns` is whether the
    /// sampler does.
    pub fn begins_all_trials_first(self, learns: bool) -> bool {
        match self {
            PrunerKind::Halving => true,
            // A sampler that learns gains more from trials that are finished than from many that begin.
            PrunerKind::Racing { .. } => !learns,
            PrunerKind::None
            | PrunerKind::Median { .. }
            | PrunerKind::Hyperband
            | PrunerKind::Asha
            | PrunerKind::Bohb => false,
        }
    }

    /// The name used in specs.
    pub fn name(self) -> &'static str {
        self.definition().name
    }
}

impl Pruner {
    /// Prunes no trial: what a search does by default.
    pub const NONE: Pruner = Pruner { kind: PrunerKind::None, rungs: Rungs::Given(Vec::new()) };

    /// The name used in specs.
    pub fn name(&self) -> &'static str {
        self.kind.name()
    }

    /// Whether it can end any trial early.
    pub fn prunes(&self) -> bool {
        self.kind != PrunerKind::None
    }

    /// The promoted share of trials is one over this.
    pub fn factor(&self) -> u32 {
        match self.rungs {
            Rungs::Growing { factor, .. } => factor,
            Rungs::Given(_) => FACTOR.default_count(),
        }
    }
}
