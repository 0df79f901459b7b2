//! A study with its results: everything that result files are made from.

use std::collections::BTreeSet;
use std::path::Path;

use crossfold_network::{SearchedSteps, Shapes};
use crossfold_report::{BaselineFits, Calibration, Ensemble, Exhibits, Leaderboard, Row};
use crossfold_search::KeptPredictions;
use crossfold_study::{
    DataSpec, Evaluation, FitKey, FoldId, Origin, Part, Plan, Predictions, Refit, RefitRecord, Results, Store,
    StoreError, Study, StudyRecord, TrialNumber, ValidationRows,
};

use crate::baseline_fits;
use crate::files::{absolute, path_between, text_to_path};
use crate::machine::Machine;
use crate::member::Member;
use crate::notice::{TimedStage, Watch, timed};

/// A study with its results, and the store that has its predictions and networks.
#[derive(Clone, Copy)]
pub struct StudyResults<'a> {
    pub study: &'a Study,
    pub plan: &'a Plan,
    pub origin: &'a Origin,
    pub record: &'a StudyRecord,
    pub results: &'a Results,
    pub store: &'a dyn Store,
}

/// The temperature that what is retrained is calibrated with.
fn temperature(leaderboard: &Leaderboard<'_>) -> f64 {
    leaderboard.calibration().map_or(1.0, Calibration::applied)
}

/// The shapes of a stored study's networks.
pub(crate) fn shapes(record: &StudyRecord, study: &Study) -> Shapes {
    let exhibits = record.exhibits.as_deref().filter(|_| !study.searched_steps().is_empty());
    exhibits.and_then(Exhibits::read).and_then(|exhibits| exhibits.shapes).unwrap_or_else(|| record.shape.into())
}

/// A training of the winner, or of an ensemble, on all rows; or of the winner on each fold.
pub(crate) struct Retraining {
    /// The winner, or the trials of an ensemble.
    pub(crate) members: Vec<Member>,
    /// The folds that the winner's networks are trained on, one each; empty for all rows.
    pub(crate) folds: Vec<FoldId>,
    /// The temperature of class probabilities.
    pub(crate) temperature: f64,
}

impl Retraining {
    /// The number of networks.
    pub(crate) fn networks(&self) -> u32 {
        self.members.iter().map(|member| member.networks).sum()
    }

    /// The epochs of the networks that are trained longest.
    pub(crate) fn epochs(&self) -> u32 {
        self.members.iter().map(|member| member.epochs).max().unwrap_or_default()
    }

    /// The searched steps of preprocessing, which are the same for all members.
    pub(crate) fn steps(&self) -> &SearchedSteps {
        &self.members.first().expect("something is retrained").configuration.steps
    }

    /// The rows that networks are trained on, for each preprocessing that is fitted.
    pub(crate) fn parts(&self) -> Vec<Part> {
        if self.folds.is_empty() { vec![Part::All] } else { self.folds.iter().copied().map(Part::Fold).collect() }
    }

    /// The winner's member, where it is retrained alone.
    pub(crate) fn alone(&self) -> Option<&Member> {
        if let [only] = &self.members[..] { Some(only) } else { None }
    }
}

impl<'a> StudyResults<'a> {
    /// The trials by rank.
    pub fn leaderboard(&self) -> Leaderboard<'a> {
        Leaderboard::new(self.study, self.plan, self.results, self.shapes())
    }

    /// The shapes of the study's networks.
    pub(crate) fn shapes(&self) -> Shapes {
        shapes(self.record, self.study)
    }

    /// The trials by rank, with what out-of-fold predictions say about their differences.
    ///
    /// # Errors
    /// Where the store can't be read.
    pub fn judged_leaderboard(
        &self,
        machine: &dyn Machine,
        watch: &mut dyn Watch,
    ) -> Result<Leaderboard<'a>, StoreError> {
        let mut leaderboard = timed(TimedStage::Ranking, machine, watch, || self.leaderboard());
        timed(TimedStage::Comparing, machine, watch, || self.judge(&mut leaderboard))?;
        Ok(leaderboard)
    }

    /// Finds what out-of-fold predictions say about the differences of trials.
    pub(crate) fn judge(&self, leaderboard: &mut Leaderboard<'_>) -> Result<(), StoreError> {
        // Only trials that keep their predictions count: another study may keep more of them, and what this study finds must
        // not depend on others.
        let (kept, _) = self.kept().split(self.plan, self.results, self.study.metric, &self.shapes());
        let kept: BTreeSet<TrialNumber> = kept.into_iter().map(|trial| trial.number).collect();
        let predictions = |row: &Row<'_>| -> Result<_, StoreError> {
            let predictions = kept.contains(&row.trial.number).then(|| self.predictions(row)).transpose()?;
            Ok(predictions.flatten())
        };
        leaderboard.judge(self.record, predictions)?;
        let picked = match self.study.finish.ensemble {
            1 => None,
            _ => leaderboard.pick_ensemble(self.record, self.results, predictions)?,
        };
        let found = match (leaderboard.ensemble(), leaderboard.winner()) {
            (Some(ensemble), _) if ensemble.members.len() > 1 => picked,
            (_, Some(winner)) if self.study.finish.calibrate => predictions(winner)?,
            (_, _) => None,
        };
        if self.study.finish.calibrate
            && let Some(found) = found
        {
            let folds: Vec<_> = self.record.validation.iter().zip(&found).collect();
            leaderboard.calibrate(Calibration::new(&folds, self.record.classes.len()));
        }
        let best = leaderboard.best().filter(|best| kept.contains(&best.trial.number));
        let best = best.map(|best| self.predictions(best)).transpose()?.flatten();
        leaderboard.compare_with_baselines(self.record, &self.baselines()?, best.as_deref());
        Ok(())
    }

    /// The fits of the study's baseline methods, as far as all of a method's are stored.
    fn baselines(&self) -> Result<Vec<BaselineFits>, StoreError> {
        let sizes = self.record.validation.iter().map(|part| part.rows.len() * self.record.shape.outputs);
        let sizes: Vec<usize> = sizes.collect();
        let methods = self.study.baselines.iter();
        let found: Result<Vec<Option<BaselineFits>>, StoreError> = methods
            .map(|&method| baseline_fits::stored(method, &self.plan.folds, &sizes, self.origin, self.store))
            .collect();
        Ok(found?.into_iter().flatten().collect())
    }

    /// Which trials keep their predictions.
    fn kept(&self) -> KeptPredictions {
        let rows: usize = self.record.validation.iter().map(|validation| validation.rows.len()).sum();
        let bytes = rows as u64 * Predictions::bytes_per_row(self.record.shape.outputs);
        KeptPredictions::for_study(self.study, self.plan, bytes)
    }

    /// The refitted network's score on the study's test rows, where the study asks for one.
    pub(crate) fn test<'r>(&self, refit: &'r RefitRecord) -> Option<&'r Evaluation> {
        let asked = self.record.test_digest.as_ref()?;
        let (_, scored) = refit.tests.iter().find(|(digest, _)| digest == asked)?;
        Some(scored)
    }

    /// Identifies a trial by the network and training of its first fold and its epochs.
    pub(crate) fn identify(&self, row: &Row<'_>) -> String {
        let first = self.plan.folds.first().map_or(Part::All, |&fold| Part::Fold(fold));
        format!("{}, {} epochs", self.origin.key(row.configuration, first), row.trial.epochs)
    }

    /// How the winner, or the ensemble, is retrained on all rows. Early stopping may have left the schedule of the folds' fits
    /// unfinished; that of the retraining is finished, in the epochs that it has.
    pub(crate) fn retraining(&self, leaderboard: &Leaderboard<'_>, winner: &Row<'_>) -> Retraining {
        let compressed =
            |member: Member| Member { configuration: member.configuration.compressed_into(member.epochs), ..member };
        let members = self.refitted(leaderboard, winner).into_iter();
        let (members, folds) = match self.study.finish.refit {
            Refit::Folds => (members.collect(), self.plan.folds.clone()),
            Refit::Best | Refit::OneSe | Refit::None => (members.map(compressed).collect(), Vec::new()),
        };
        Retraining { members, folds, temperature: temperature(leaderboard) }
    }

    /// The key of what is trained on all rows, and the epochs that it is stored under: of the configurations before their
    /// schedules are compressed. With the epochs, that says how.
    pub(crate) fn refit_key(&self, leaderboard: &Leaderboard<'_>, winner: &Row<'_>) -> (FitKey, u32) {
        let (members, temperature) = (self.refitted(leaderboard, winner), temperature(leaderboard));
        let epochs = members.iter().map(|member| member.epochs).max().unwrap_or_default();
        let key = match &members[..] {
            [only] => self.study.finish.refit_key(self.origin, &only.configuration, &self.plan.folds, temperature),
            members => self.origin.ensemble_key(members.iter().map(Member::keyed), temperature),
        };
        (key, epochs)
    }

    /// What is trained on all rows, with the schedules of the search.
    fn refitted(&self, leaderboard: &Leaderboard<'_>, winner: &Row<'_>) -> Vec<Member> {
        let networks = |row: &Row<'_>| self.study.finish.networks(row.configuration, self.plan.folds.len());
        let refitted = |row: &Row<'_>, weight| Member {
            configuration: row.configuration.for_refit(),
            epochs: self.results.refit_epochs(self.plan, row.trial),
            networks: networks(row),
            weight,
        };
        if self.study.finish.refit == Refit::Folds {
            let (configuration, epochs) = (winner.configuration.clone(), winner.trial.epochs);
            return vec![Member { configuration, epochs, networks: networks(winner), weight: 1 }];
        }
        let row_of = |number: u32| leaderboard.rows().iter().find(|row| row.trial.number.0 == number);
        match leaderboard.ensemble() {
            Some(Ensemble { members, .. }) => {
                members.iter().filter_map(|member| Some(refitted(row_of(member.trial)?, member.weight))).collect()
            }
            None => vec![refitted(winner, 1)],
        }
    }

    /// What was trained on all rows, where it is stored.
    pub(crate) fn refit(
        &self,
        leaderboard: &Leaderboard<'_>,
        winner: &Row<'_>,
    ) -> Result<Option<RefitRecord>, StoreError> {
        let (key, epochs) = self.refit_key(leaderboard, winner);
        self.store.refit(&key, epochs)
    }

    /// The winner's predictions on each fold, in the plan's order; `None` unless all are stored.
    pub(crate) fn predictions(&self, winner: &Row<'_>) -> Result<Option<Vec<Predictions>>, StoreError> {
        let predictions_on = |(&fold, validation): (_, &ValidationRows)| {
            let key = self.origin.key(winner.configuration, Part::Fold(fold));
            let predictions = self.store.predictions(&key, self.results.epoch_read(winner.trial, fold))?;
            // In a store without digests, other values may have been written there.
            let values = validation.rows.len() * self.record.shape.outputs;
            Ok(predictions.filter(|Predictions(found)| found.len() == values))
        };
        self.plan.folds.iter().zip(&self.record.validation).map(predictions_on).collect()
    }

    /// A trial as a spec. Its paths start `from` the folder that it is written to, which is absolute.
    pub(crate) fn winner_spec(&self, winner: &Row<'_>, from: &Path) -> String {
        // A test file need not exist where no test was asked for.
        let moved = |path: &Path| path_between(from, &absolute(&text_to_path(&self.record.folder).join(path)));
        let source = self.study.data.source.map_paths(moved);
        let data = DataSpec { source, train_rows: self.study.data.train_rows };
        crossfold_spec::write_single(self.study, &data, winner.configuration, winner.trial.epochs)
    }
}
