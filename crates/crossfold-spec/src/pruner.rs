//! What becomes of trials that look bad: `halving`, or `{median: {startup: 10}}`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::choice::{Choice, Detailed};
use super::findings::Findings;
use super::model::Epochs;
use super::number::{Count, ProperShare, Real};
use super::path::Path;
use super::raw::Raw;
use super::values::Home;
use super::word::Named;
use crossfold_network::{Param, Setting};
use crossfold_study::{MAX_TRIALS, ModelSpace, Pruner, Rung, Rungs, Splits, Strategy};

/// What becomes of trials that look bad before their end.
pub(super) type PrunerSpec = Choice<PrunerWord, PrunerForms>;

/// A pruner by its name alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PrunerWord {
    None,
    Median,
    Halving,
    Hyperband,
    Asha,
    Bohb,
    Racing,
}

impl Named for PrunerWord {
    const ALL: &'static [PrunerWord] = &[
        PrunerWord::None,
        PrunerWord::Median,
        PrunerWord::Halving,
        PrunerWord::Hyperband,
        PrunerWord::Asha,
        PrunerWord::Bohb,
        PrunerWord::Racing,
    ];

    fn name(self) -> &'static str {
        match self {
            PrunerWord::None => "none",
            PrunerWord::Median => "median",
            PrunerWord::Halving => "halving",
            PrunerWord::Hyperband => "hyperband",
            PrunerWord::Asha => "asha",
            PrunerWord::Bohb => "bohb",
            PrunerWord::Racing => "racing",
        }
    }
}

/// A pruner with what is to say of it; a map of one key.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(inline, extend("minProperties" = 1, "maxProperties" = 1))]
pub(super) struct PrunerForms {
    /// A trial worse than the median of earlier ones at the same rung ends there.
    median: Option<MedianSpec>,
    /// Of all trials at a rung, the best go on: successive halving.
    halving: Option<RungsSpec>,
    /// Successive halvings side by side, which begin at different rungs.
    hyperband: Option<RungsSpec>,
    /// As halving, but a trial goes on as soon as it is among the best so far.
    asha: Option<RungsSpec>,
    /// Hyperband with `strategy: tpe`, which learns from the highest rung that says enough.
    bohb: Option<RungsSpec>,
    /// A trial that a paired test over folds says can't win ends.
    racing: Option<RacingSpec>,
}

impl Detailed for PrunerForms {
    const FORM: &'static str = "a map such as `{halving: {factor: 4}}`";
}

/// The keys of rungs, which stand beside those of a pruner.
macro_rules! with_rungs {
    ($($(#[$meta:meta])* $name:ident { $($(#[$of_key:meta])* $key:ident: $type:ty),* } factor $factor:literal;)*) => {
        $($(#[$meta])*
        #[derive(Debug, Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, expecting = "a map")]
        #[schemars(inline)]
        struct $name {
            $($(#[$of_key])* $key: Option<$type>,)*
            /// How much more work each rung is than the one before.
            #[schemars(extend("default" = $factor))]
            factor: Option<Count<2, 100>>,
            /// The epochs of the first rung.
            min_epochs: Option<Epochs>,
            /// The folds of the first rung.
            min_folds: Option<Folds>,
            /// The rungs themselves, in place of `factor`, `min_epochs` and `min_folds`.
            #[schemars(extend("minItems" = 1))]
            rungs: Option<Vec<Option<RungSpec>>>,
        }

        impl $name {
            fn ladder(self) -> Ladder {
                let $name { factor, min_epochs, min_folds, rungs, .. } = self;
                Ladder { factor, min_epochs, min_folds, rungs }
            }
        })*
    };
}

with_rungs! {
    /// Halving and its kind.
    RungsSpec {} factor 3;
    MedianSpec {
        /// Trials that must have come to a rung before any ends there.
        #[schemars(extend("default" = 5))]
        startup: Count<1, { MAX_TRIALS }>
    } factor 2;
    RacingSpec {
        /// Of the test, at each rung, whether a trial trails the leader by more than chance explains.
        #[schemars(extend("default" = 0.005))]
        level: Real<ProperShare>
    } factor 3;
}

/// A number of folds, repeats included.
type Folds = Count<1, 1_000_000>;

/// How far a trial is trained before it is looked at.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(inline)]
struct RungSpec {
    #[schemars(required)]
    epochs: Option<Epochs>,
    /// The first so many. Left out: all of them.
    folds: Option<Folds>,
}

/// What a pruner says of its rungs.
#[derive(Debug, Default)]
struct Ladder {
    factor: Option<Count<2, 100>>,
    min_epochs: Option<Epochs>,
    min_folds: Option<Folds>,
    rungs: Option<Vec<Option<RungSpec>>>,
}

/// What a study lets a pruner do.
pub(super) struct Around<'a> {
    pub(super) strategy: Option<&'a Strategy>,
    pub(super) splits: Option<&'a Splits>,
    pub(super) models: &'a [ModelSpace],
}

/// The pruner that is asked for; `None` where `findings` holds a reason.
pub(super) fn check(given: Option<PrunerSpec>, around: &Around<'_>, findings: &mut Findings<'_>) -> Option<Pruner> {
    let at = Path::of("search.pruner");
    let (word, forms) = match given {
        None if findings.is_hole(&at) => return None,
        None => return Some(Pruner::None),
        Some(Choice::Word(word)) => (word, PrunerForms::default()),
        Some(Choice::Map(forms)) => {
            let names: Vec<&str> =
                PrunerWord::ALL.iter().filter(|word| **word != PrunerWord::None).map(|word| word.name()).collect();
            let name = findings.one_of(&at, &names)?;
            (*PrunerWord::ALL.iter().find(|word| word.name() == name)?, forms)
        }
    };
    around.refuse(word, findings);
    let within = at.key(word.name());
    let PrunerForms { median, halving, hyperband, asha, bohb, racing } = forms;
    let all_folds = Usual { factor: 3, epochs: 1, folds: None };
    let mut rungs =
        |given: Option<RungsSpec>| around.rungs(given.unwrap_or_default().ladder(), &all_folds, &within, findings);
    match word {
        PrunerWord::None => Some(Pruner::None),
        PrunerWord::Halving => rungs(halving).map(|rungs| Pruner::Halving { rungs }),
        PrunerWord::Hyperband => rungs(hyperband).map(|rungs| Pruner::Hyperband { rungs }),
        PrunerWord::Asha => rungs(asha).map(|rungs| Pruner::Asha { rungs }),
        PrunerWord::Bohb => rungs(bohb).map(|rungs| Pruner::Bohb { rungs }),
        PrunerWord::Median => {
            let mut given = median.unwrap_or_default();
            let startup = given.startup.take().map_or(Some(5), |startup| startup.checked())?;
            let usual = Usual { factor: 2, epochs: 1, folds: None };
            around.rungs(given.ladder(), &usual, &within, findings).map(|rungs| Pruner::Median { rungs, startup })
        }
        PrunerWord::Racing => {
            let mut given = racing.unwrap_or_default();
            let level = given.level.take().map_or(Some(0.005), |level| level.checked())?;
            // From two folds on, of which noise can be told, and of a tenth of the epochs, over both.
            let epochs = around.epochs().map_or(1, |most| most.div_ceil(10));
            let folds = around.folds().map_or(2, |folds| folds.min(2));
            let usual = Usual { factor: 3, epochs, folds: Some(folds) };
            around.rungs(given.ladder(), &usual, &within, findings).map(|rungs| Pruner::Racing { rungs, level })
        }
    }
}

/// What a pruner's rungs are where a spec doesn't say.
struct Usual {
    factor: u32,
    epochs: u32,
    folds: Option<u32>,
}

impl Around<'_> {
    /// How many folds a trial is scored on; `None` where the data say.
    fn folds(&self) -> Option<u32> {
        self.splits?.fits()
    }

    /// The most epochs of any model.
    fn epochs(&self) -> Option<u32> {
        let epochs = |model: &ModelSpace| {
            if let Some(Setting::Epochs(epochs)) = model.fixed.get(Param::Epochs) { Some(*epochs) } else { None }
        };
        self.models.iter().filter_map(epochs).max()
    }

    /// Refuses what doesn't go with a pruner.
    fn refuse(&self, word: PrunerWord, findings: &mut Findings<'_>) {
        if word == PrunerWord::None {
            return;
        }
        let at = Path::of("search.pruner");
        let name = word.name();
        let is_tpe = |strategy: &Strategy| matches!(strategy, Strategy::Tpe { .. });
        if word == PrunerWord::Bohb && self.strategy.is_some_and(|strategy| !is_tpe(strategy)) {
            findings.wrong(&at, "`bohb` is `hyperband` with `strategy: tpe`").hint =
                Some("set `strategy: {tpe: {trials: 100}}`, or use `hyperband`".to_owned());
        }
        if word == PrunerWord::Racing && self.folds() == Some(1) {
            findings.wrong(&at, "`racing` tests differences over folds, and there is one").hint =
                Some("use `median` or `halving`, or `cross_validation: {folds: 5}`".to_owned());
        }
        let searches = |model: &&ModelSpace| model.space.dimensions().iter().any(|one| one.param == Param::Epochs);
        for model in self.models.iter().filter(searches) {
            let own = model.fixed.get(Param::Model).map(|model| Home::of_model(&model.to_string()));
            let homes = own.into_iter().chain([Home::common()]);
            let Some(domain) = homes.filter_map(|home| home.searched(Param::Epochs, findings)).next() else { continue };
            let pruner = findings.tree.place(&at).clone();
            let mistake =
                findings.misplaced(&domain, "the pruner decides on epochs: give the most of them as `training.epochs`");
            mistake.other = Some(Box::new((pruner, format!("`{name}` ends trials early"))));
        }
    }

    fn rungs(&self, ladder: Ladder, usual: &Usual, at: &Path, findings: &mut Findings<'_>) -> Option<Rungs> {
        if findings.is_hole(at) {
            return None;
        }
        let Ladder { factor, min_epochs, min_folds, rungs } = ladder;
        let given_at = at.key("rungs");
        if findings.is_given(&given_at) {
            let place = findings.tree.key_place(&given_at).clone();
            for key in ["factor", "min_epochs", "min_folds"] {
                if findings.is_given(&at.key(key)) {
                    let mistake =
                        findings.misplaced(&at.key(key), "excluded by `rungs`, which says what rungs there are");
                    mistake.other = Some(Box::new((place.clone(), "here".to_owned())));
                }
            }
            return self.given(rungs?, &given_at, findings);
        }
        let [epochs_at, folds_at] = ["min_epochs", "min_folds"].map(|key| at.key(key));
        let epochs = min_epochs.map_or(Some(usual.epochs), |epochs| epochs.checked());
        let folds = min_folds.map_or(Some(usual.folds), |folds| folds.checked().map(Some));
        if let Some(epochs) = epochs {
            self.few_epochs(epochs, &epochs_at, findings);
        }
        if let Some(Some(folds)) = folds {
            self.few_folds(folds, &folds_at, findings);
        }
        let factor = factor.map_or(Some(usual.factor), |factor| factor.checked());
        Some(Rungs::Growing { factor: factor?, epochs: epochs?, folds: folds? })
    }

    /// Rungs as written, of which each must be more than the one before.
    fn given(&self, rungs: Vec<Option<RungSpec>>, at: &Path, findings: &mut Findings<'_>) -> Option<Rungs> {
        if rungs.is_empty() {
            findings.wrong(at, "expected at least one rung, found an empty list").hint =
                Some("for example `[{epochs: 2, folds: 1}, {epochs: 6, folds: 3}]`".to_owned());
            return None;
        }
        let mut found: Vec<Option<Rung>> = Vec::new();
        for (i, rung) in rungs.into_iter().enumerate() {
            let at = at.index(i);
            let rung = rung.and_then(|rung| self.rung(&rung, &at, findings));
            if let (Some(Some(last)), Some(rung)) = (found.last(), &rung) {
                if rung.epochs < last.epochs || rung.folds < last.folds {
                    findings.wrong(&at, format!("{} is less than {} before it", told(*rung), told(*last))).hint =
                        Some("each rung has at least the epochs and the folds of the one before".to_owned());
                } else if rung == last {
                    findings.wrong(&at, format!("{} is no more than the rung before it", told(*rung))).hint =
                        Some("each rung has more epochs or more folds than the one before".to_owned());
                }
            }
            found.push(rung);
        }
        if let (Some(Some(last)), Some(epochs), Some(folds)) = (found.last(), self.epochs(), self.folds())
            && last.epochs == epochs
            && last.folds == folds
        {
            findings
                .wrong(&at.index(found.len() - 1), format!("{} is all of a trial, where it ends anyway", told(*last)))
                .hint = Some("leave it out".to_owned());
        }
        found.into_iter().collect::<Option<_>>().map(Rungs::Given)
    }

    fn rung(&self, rung: &RungSpec, at: &Path, findings: &mut Findings<'_>) -> Option<Rung> {
        let epochs = findings.required(&at.key("epochs"), rung.epochs.as_ref(), "a number of epochs");
        let epochs = epochs.and_then(Raw::checked);
        if let Some(epochs) = epochs {
            self.few_epochs(epochs, &at.key("epochs"), findings);
        }
        let folds_at = at.key("folds");
        let folds = match &rung.folds {
            Some(folds) => folds.checked(),
            None => self.folds(),
        };
        match folds {
            Some(folds) => self.few_folds(folds, &folds_at, findings),
            None if self.splits.is_none() => {}
            None => {
                findings.required::<()>(&folds_at, None, "a number of folds, as the data say how many there are");
            }
        }
        Some(Rung { epochs: epochs?, folds: folds? })
    }

    fn few_epochs(&self, epochs: u32, at: &Path, findings: &mut Findings<'_>) {
        if let Some(most) = self.epochs().filter(|most| epochs > *most) {
            findings.wrong(at, format!("expected at most the {most} epochs of a trial, found {epochs}"));
        }
    }

    fn few_folds(&self, folds: u32, at: &Path, findings: &mut Findings<'_>) {
        if let Some(most) = self.folds().filter(|most| folds > *most) {
            let of = if most == 1 { "1 fold" } else { &format!("{most} folds, repeats included,") };
            findings.wrong(at, format!("expected at most the {of} of a trial, found {folds}"));
        }
    }
}

/// "2 epochs on 1 fold".
fn told(Rung { epochs, folds }: Rung) -> String {
    let plural = |n: u32| if n == 1 { "" } else { "s" };
    format!("{epochs} epoch{} on {folds} fold{}", plural(epochs), plural(folds))
}
