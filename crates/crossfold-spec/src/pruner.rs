//! What ends trials early: `halving`, or `{median: {startup: 10}}`.

use super::checked::Raw;
use super::configured::{Configurable, Configured, WrittenSettings, pick};
use super::findings::Findings;
use super::model::Home;
use super::path::Path;
use super::rung::RungSpec;
use super::word::Named;
use crossfold_network::{Param, Setting, counted};
use crossfold_study::{
    FACTOR, MIN_EPOCHS, MIN_FOLDS, ModelSpace, Pruner, PrunerKind, RUNGS, Rung, Rungs, SamplerKind, SearchSetting,
    Splits, Strategy,
};

/// What ends trials early.
pub(super) type PrunerSpec = Configured<PrunerKind>;

impl Named for PrunerKind {
    const ALL: &'static [PrunerKind] = PrunerKind::ALL;

    fn name(self) -> &'static str {
        PrunerKind::name(self)
    }
}

impl Configurable for PrunerKind {
    const FORM: &'static str = "a map such as `{halving: {factor: 4}}`";
    const DESCRIPTION: &'static str = "A pruner with its settings; a map of one key.";

    fn documentation(self) -> &'static str {
        self.definition().documentation
    }

    fn settings(self) -> Vec<SearchSetting> {
        self.definition().settings
    }
}

/// The parts of a study that a pruner depends on.
pub(super) struct StudyParts<'a> {
    pub(super) strategy: Option<&'a Strategy>,
    pub(super) splits: Option<&'a Splits>,
    pub(super) models: &'a [ModelSpace],
}

/// Checks a pruner; `None` if `findings` has a reason.
pub(super) fn check(given: Option<PrunerSpec>, parts: &StudyParts<'_>, findings: &mut Findings<'_>) -> Option<Pruner> {
    let at = Path::new("search.pruner");
    let (kind, written) = match given {
        None if findings.is_hole(&at) => return None,
        None => return Some(Pruner::NONE),
        Some(given) => pick(given, &at, findings)?,
    };
    if kind == PrunerKind::None {
        return Some(Pruner::NONE);
    }
    parts.refuse(kind, findings);
    let configured = kind.with(&written.given);
    parts.rungs(kind, written, &at.key(kind.name()), findings).map(|rungs| Pruner { kind: configured, rungs })
}

impl StudyParts<'_> {
    /// The number of folds of a trial; `None` where it depends on the data.
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

    /// Reports the parts of a study that a pruner does not support.
    fn refuse(&self, kind: PrunerKind, findings: &mut Findings<'_>) {
        let at = Path::new("search.pruner");
        let name = kind.name();
        let is_tpe = |strategy: &Strategy| matches!(strategy.sampler, SamplerKind::Tpe { .. });
        if kind == PrunerKind::Bohb && self.strategy.is_some_and(|strategy| !is_tpe(strategy)) {
            findings.wrong(&at, "`bohb` is `hyperband` with `strategy: tpe`").hint =
                Some("set `strategy: {tpe: {trials: 100}}`, or use `hyperband`".to_owned());
        }
        if matches!(kind, PrunerKind::Racing { .. }) && self.folds() == Some(1) {
            findings.wrong(&at, "`racing` tests differences over folds, and there is one").hint =
                Some("use `median` or `halving`, or `cross_validation: {folds: 5}`".to_owned());
        }
        let searches = |model: &&ModelSpace| model.space.dimensions().iter().any(|one| one.param == Param::Epochs);
        for model in self.models.iter().filter(searches) {
            let own = model.fixed.get(Param::Model).map(|model| Home::for_model(&model.to_string()));
            let homes = own.into_iter().chain([Home::common()]);
            let Some(domain) = homes.filter_map(|home| home.searched(Param::Epochs, findings)).next() else { continue };
            let pruner = findings.tree.place(&at).clone();
            let mistake =
                findings.misplaced(&domain, "the pruner decides on epochs: give the most of them as `training.epochs`");
            mistake.other = Some(Box::new((pruner, format!("`{name}` ends trials early"))));
        }
    }

    fn rungs(
        &self,
        kind: PrunerKind,
        written: WrittenSettings,
        at: &Path,
        findings: &mut Findings<'_>,
    ) -> Option<Rungs> {
        if findings.is_hole(at) {
            return None;
        }
        let WrittenSettings { given, rungs } = written;
        let given_at = at.key(RUNGS.name);
        if findings.is_given(&given_at) {
            let place = findings.tree.key_place(&given_at).clone();
            for key in [FACTOR, MIN_EPOCHS, MIN_FOLDS].map(|setting| setting.name) {
                if findings.is_given(&at.key(key)) {
                    let mistake =
                        findings.misplaced(&at.key(key), "excluded by `rungs`, which says what rungs there are");
                    mistake.other = Some(Box::new((place.clone(), "here".to_owned())));
                }
            }
            return self.given_rungs(rungs?, &given_at, findings);
        }
        let mut rungs = kind.default_rungs(self.epochs(), self.folds());
        if let Rungs::Growing { factor, epochs, folds } = &mut rungs {
            *factor = given.count(&FACTOR).unwrap_or(*factor);
            *epochs = given.count(&MIN_EPOCHS).unwrap_or(*epochs);
            *folds = given.count(&MIN_FOLDS).or(*folds);
            self.check_epochs(*epochs, &at.key(MIN_EPOCHS.name), findings);
            if let Some(folds) = folds {
                self.check_folds(*folds, &at.key(MIN_FOLDS.name), findings);
            }
        }
        Some(rungs)
    }

    /// Rungs as written. Each must be more than the one before.
    fn given_rungs(&self, rungs: Vec<Option<RungSpec>>, at: &Path, findings: &mut Findings<'_>) -> Option<Rungs> {
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
                    findings
                        .wrong(&at, format!("{} is less than {} before it", in_words(*rung), in_words(*last)))
                        .hint = Some("each rung has at least the epochs and the folds of the one before".to_owned());
                } else if rung == last {
                    findings.wrong(&at, format!("{} is no more than the rung before it", in_words(*rung))).hint =
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
                .wrong(
                    &at.index(found.len() - 1),
                    format!("{} is all of a trial, where it ends anyway", in_words(*last)),
                )
                .hint = Some("leave it out".to_owned());
        }
        found.into_iter().collect::<Option<_>>().map(Rungs::Given)
    }

    fn rung(&self, rung: &RungSpec, at: &Path, findings: &mut Findings<'_>) -> Option<Rung> {
        let epochs = findings.required(&at.key("epochs"), rung.epochs.as_ref(), "a number of epochs");
        let epochs = epochs.and_then(Raw::checked);
        if let Some(epochs) = epochs {
            self.check_epochs(epochs, &at.key("epochs"), findings);
        }
        let folds_at = at.key("folds");
        let folds = match &rung.folds {
            Some(folds) => folds.checked(),
            None => self.folds(),
        };
        match folds {
            Some(folds) => self.check_folds(folds, &folds_at, findings),
            None if self.splits.is_none() => {}
            None => {
                findings.required::<()>(&folds_at, None, "a number of folds, as the data say how many there are");
            }
        }
        Some(Rung { epochs: epochs?, folds: folds? })
    }

    /// Reports more epochs than a trial has.
    fn check_epochs(&self, epochs: u32, at: &Path, findings: &mut Findings<'_>) {
        if let Some(most) = self.epochs().filter(|most| epochs > *most) {
            findings.wrong(at, format!("expected at most the {most} epochs of a trial, found {epochs}"));
        }
    }

    /// Reports more folds than a trial has.
    fn check_folds(&self, folds: u32, at: &Path, findings: &mut Findings<'_>) {
        if let Some(most) = self.folds().filter(|most| folds > *most) {
            let of = if most == 1 { "1 fold" } else { &format!("{most} folds, repeats included,") };
            findings.wrong(at, format!("expected at most the {of} of a trial, found {folds}"));
        }
    }
}

/// "2 epochs on 1 fold".
fn in_words(Rung { epochs, folds }: Rung) -> String {
    format!("{} on {}", counted(epochs, "epoch"), counted(folds, "fold"))
}
