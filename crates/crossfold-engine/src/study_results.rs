//! A study with its results: everything that result files are made from.

use std::collections::BTreeSet;
use std::path::Path;

use crossfold_network::{Configuration, Shapes};
use crossfold_report::{BaselineFits, Calibration, Exhibits, Leaderboard, Row};
use crossfold_search::KeptPredictions;
use crossfold_study::{
    DataSpec, Evaluation, FitKey, Origin, Part, Plan, Predictions, RefitRecord, Results, Store, StoreError, Study,
    StudyRecord, TrialNumber, ValidationRows,
};

use crate::baseline_fits;
use crate::files::{absolute, path_between, text_to_path};
use crate::machine::Machine;
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

/// The temperature that a leaderboard's winner is calibrated with.
fn temperature(leaderboard: &Leaderboard<'_>) -> f64 {
    leaderboard.calibration().map_or(1.0, Calibration::applied)
}

/// The shapes of a stored study's networks.
pub(crate) fn shapes(record: &StudyRecord, study: &Study) -> Shapes {
    let exhibits = record.exhibits.as_deref().filter(|_| !study.searched_steps().is_empty());
    exhibits.and_then(Exhibits::read).and_then(|exhibits| exhibits.shapes).unwrap_or_else(|| record.shape.into())
}

/// A training of the winner on all rows.
pub(crate) struct Retraining {
    pub(crate) configuration: Configuration,
    pub(crate) epochs: u32,
    /// The number of networks, which differ in their seeds.
    pub(crate) networks: u32,
    /// The temperature of class probabilities.
    pub(crate) temperature: f64,
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
        if self.study.finish.calibrate
            && let Some(winner) = leaderboard.winner()
            && let Some(found) = predictions(winner)?
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

    /// How the winner is retrained on all rows. Early stopping may have left the schedule of the folds' fits unfinished;
    /// that of the retraining is finished, in the epochs that it has.
    pub(crate) fn retraining(&self, leaderboard: &Leaderboard<'_>, winner: &Row<'_>) -> Retraining {
        let epochs = self.results.refit_epochs(self.plan, winner.trial);
        let configuration = winner.configuration.for_refit().compressed_into(epochs);
        Retraining {
            configuration,
            epochs,
            networks: self.study.finish.networks(winner.configuration),
            temperature: temperature(leaderboard),
        }
    }

    /// The key of the winner's network trained on all rows: of the configuration before its schedule is compressed. With the
    /// epochs, that says how.
    pub(crate) fn refit_key(&self, leaderboard: &Leaderboard<'_>, winner: &Row<'_>) -> FitKey {
        let networks = self.study.finish.networks(winner.configuration);
        self.origin.calibrated_key(&winner.configuration.for_refit(), networks, temperature(leaderboard))
    }

    /// The winner's network trained on all rows, where it is stored.
    pub(crate) fn refit(
        &self,
        leaderboard: &Leaderboard<'_>,
        winner: &Row<'_>,
    ) -> Result<Option<RefitRecord>, StoreError> {
        self.store.refit(&self.refit_key(leaderboard, winner), self.results.refit_epochs(self.plan, winner.trial))
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
