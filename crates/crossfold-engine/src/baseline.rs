//! Baselines: a winner with its scores and predictions, in a file that later runs are compared with.

use std::path::{Path, PathBuf};

use crossfold_report::{Baseline, BaselineError, FoldTrace, Leaderboard, Row, RowDigests, TrialCounts};
use crossfold_study::{Override, Store};
use crossfold_system::{Destination, input};

use crate::engine::Engine;
use crate::error::Error;
use crate::files::{absolute, refuse_clashes, unwritable, write};
use crate::machine::Machine;
use crate::notice::Watch;
use crate::prepared::PreparedStudy;
use crate::spec_file::SpecFile;
use crate::stored_study::StoredStudy;
use crate::study_results::StudyResults;
use crate::version::CROSSFOLD_VERSION;

/// The longest baseline that is read, in bytes: one of some twenty million rows.
const MAX_BYTES: u64 = 256 << 20;

/// A baseline and its file, from whose folder the paths of its spec start.
pub struct BaselineFile {
    pub path: PathBuf,
    pub baseline: Baseline,
}

impl BaselineFile {
    /// Reads a baseline.
    ///
    /// # Errors
    /// Where there is no such file, or it holds no baseline of a version that is known.
    pub fn read(path: &Path) -> Result<BaselineFile, Error> {
        let read = || {
            let bytes = input::read(path, MAX_BYTES)?;
            Baseline::read(&bytes).map_err(|error| if_spec(path, &bytes).unwrap_or(error))
        };
        let unusable = |error| Error::Baseline { path: path.to_owned(), error };
        Ok(BaselineFile { path: path.to_owned(), baseline: read().map_err(unusable)? })
    }

    /// The files that a gate with `overrides` of its spec reads; none where they make the spec invalid.
    pub(crate) fn inputs(&self, overrides: &[Override]) -> Vec<PathBuf> {
        self.spec().check(overrides).map_or(Vec::new(), |study| self.spec().inputs(&study))
    }

    fn spec(&self) -> SpecFile {
        SpecFile::from_text(self.path.clone(), self.baseline.spec.clone().into_bytes())
    }

    /// The winner of a stored study, as it will be written to `output`, whose folder is created; with notes for users.
    ///
    /// # Errors
    /// Where no trial has a score, the winner's out-of-fold predictions are not stored, or `output` is a file of the study's rows.
    pub fn from_study(
        stored: &StoredStudy,
        store: &dyn Store,
        output: &Destination,
        machine: &dyn Machine,
    ) -> Result<(BaselineFile, Vec<String>), Error> {
        refuse_clashes(&stored.inputs(), &[output])?;
        // Before paths are made relative to it: only a folder that exists has a place.
        let folder = output.create_folder().map_err(|source| unwritable(output, source))?;
        let results = stored.results(store);
        let baseline = winner_baseline(&results, folder)?;
        // Paths in the spec start from `folder`, also where `output` is a descriptor.
        let path = folder.join(output.name().file_name().unwrap_or_default());
        let mut file = BaselineFile { path, baseline };
        let unscored = unscored_trials(results.leaderboard().counts());
        let of_one = without_ensemble(stored.study.finish.ensemble);
        let without_digests = file
            .add_row_digests(stored, machine)
            .map(|reason| format!("{reason}; so a gate can't match rows by their content should the data change"));
        Ok((file, unscored.into_iter().chain(of_one).chain(without_digests).collect()))
    }

    /// Adds the digests of the rows. Returns why they can't be added: the rows can't be read any more, or are no longer those
    /// of the study.
    fn add_row_digests(&mut self, stored: &StoredStudy, machine: &dyn Machine) -> Option<String> {
        let prepared = match self.prepare(Vec::new(), machine) {
            Ok(prepared) => prepared,
            Err(error) => return Some(error.to_string()),
        };
        if differing_lines(stored.origin.text(), prepared.origin.text()).iter().any(|line| line == "data") {
            return Some(format!("the data have changed since `{}` was run", stored.record.name));
        }
        add_digests(&mut self.baseline, &prepared);
        None
    }

    /// Writes the file to `output`, whole or not at all.
    ///
    /// # Errors
    /// Where it can't be written.
    pub fn write(&self, output: &Destination) -> Result<(), Error> {
        write(output, |out| self.baseline.write(out))
    }

    /// Reads the rows of the baseline's study, with `overrides` of its spec.
    ///
    /// # Errors
    /// As [`PreparedStudy::read`].
    pub fn prepare(&self, overrides: Vec<Override>, machine: &dyn Machine) -> Result<PreparedStudy, Error> {
        PreparedStudy::read(self.spec(), overrides, machine)
    }
}

/// That a gate compares the best trial, where an ensemble of several is retrained.
fn without_ensemble(picks: u32) -> Option<String> {
    (picks > 1)
        .then(|| "the baseline is the best trial alone: a gate retrains no ensemble (`final.ensemble`)".to_owned())
}

/// That the winner is only the best of the trials that have a score, where others failed or were stopped.
fn unscored_trials(counts: TrialCounts) -> Option<String> {
    let TrialCounts { complete, pruned: _, failed, cancelled } = counts;
    let reasons = [(failed, "failed"), (cancelled, "weren't trained to the end")];
    let reasons: Vec<String> =
        reasons.iter().filter(|(count, _)| *count > 0).map(|(count, reason)| format!("{count} {reason}")).collect();
    let scored = if complete == 1 {
        "the only trial with a score".to_owned()
    } else {
        format!("the best of the {complete} trials with a score")
    };
    (!reasons.is_empty()).then(|| format!("the baseline is {scored}: {}", reasons.join(", ")))
}

/// That a file is a spec: by its content, or by its name.
fn if_spec(path: &Path, bytes: &[u8]) -> Option<BaselineError> {
    let study = crossfold_spec::read(bytes, &[]).ok();
    let is_named_so = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    (study.is_some() || is_named_so).then(|| BaselineError::Spec { name: study.map(|study| study.name.to_string()) })
}

impl Engine<'_> {
    /// Retrains the winner of a stored study, and describes each of its epochs to the bit. The engine's store should be
    /// empty, so that everything is retrained.
    ///
    /// # Errors
    /// [`Error::Retrained`] where the scores of `file` are not reproduced.
    pub fn trace(
        &self,
        file: &BaselineFile,
        stored: &StoredStudy,
        watch: &mut dyn Watch,
    ) -> Result<Vec<FoldTrace>, Error> {
        let prepared = file.prepare(Vec::new(), self.machine)?;
        let differing = differing_lines(stored.origin.text(), prepared.origin.text());
        let name = || stored.record.name.to_string();
        if !differing.is_empty() {
            return Err(Error::Retrained { name: name(), differing });
        }
        let retraining = self.retrain(&prepared, true, watch)?;
        let fresh = winner_baseline(&retraining.results(self), Path::new("."))?;
        if (&fresh.folds, &fresh.metrics) != (&file.baseline.folds, &file.baseline.metrics) {
            return Err(Error::Retrained { name: name(), differing: Vec::new() });
        }
        Ok(retraining.winner_trace(self))
    }
}

/// The winner of a study; paths in its spec start from `folder`.
pub(crate) fn winner_baseline(results: &StudyResults<'_>, folder: &Path) -> Result<Baseline, Error> {
    let leaderboard = results.leaderboard();
    let winner = leaderboard.winner().ok_or_else(|| Error::NoWinner { name: results.record.name.to_string() })?;
    trial_baseline(results, &leaderboard, winner, folder)
}

/// A trial of a study; paths in its spec start from `folder`.
pub(crate) fn trial_baseline(
    results: &StudyResults<'_>,
    leaderboard: &Leaderboard<'_>,
    row: &Row<'_>,
    folder: &Path,
) -> Result<Baseline, Error> {
    let (name, trial) = (results.record.name.to_string(), row.trial.number);
    let Some(predictions) = results.predictions(row)? else { return Err(Error::NoPredictions { name, trial }) };
    let folds: Vec<_> = results.record.validation.iter().zip(&predictions).collect();
    let spec = results.winner_spec(row, &absolute(folder));
    let baseline = Baseline::new(leaderboard, row, spec, results.record, &folds, CROSSFOLD_VERSION);
    baseline.ok_or(Error::NoScore { name, trial })
}

/// Adds the digests of a study's rows and of its test rows.
pub(crate) fn add_digests(baseline: &mut Baseline, prepared: &PreparedStudy) {
    let data = prepared.data();
    baseline.row_digests = RowDigests(data.row_digests());
    baseline.test_digests = RowDigests(data.set_aside_digests().into_iter().map(Some).collect());
}

/// The first words of the lines that differ between two origins.
fn differing_lines(old: &str, new: &str) -> Vec<String> {
    let lines = old.lines().zip(new.lines());
    lines.filter(|(old, new)| old != new).filter_map(|(line, _)| line.split(' ').next()).map(str::to_owned).collect()
}
