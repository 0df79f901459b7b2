//! Baselines: a winner with its scores and predictions, in a file that later runs are compared with.

use std::path::{Path, PathBuf};

use crossfold_report::{Baseline, FoldTrace, Leaderboard, Row};
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
        let read = || Baseline::read(&input::read(path, MAX_BYTES)?);
        let unusable = |error| Error::Baseline { path: path.to_owned(), error };
        Ok(BaselineFile { path: path.to_owned(), baseline: read().map_err(unusable)? })
    }

    /// Reads a baseline for a gate with `overrides` of its spec that writes to `junit` and `summary`. An earlier gate's verdict
    /// in `junit` is replaced by one that says that this gate has reached none, should it not get further.
    ///
    /// # Errors
    /// As [`BaselineFile::read`]; where a file to write is read or is named twice, or can't be written.
    pub fn read_for_gate(
        path: &Path,
        overrides: &[Override],
        junit: Option<&Destination>,
        summary: Option<&Path>,
    ) -> Result<BaselineFile, Error> {
        let summary = summary.map(|summary| Destination::File(summary.to_owned()));
        let written: Vec<&Destination> = junit.into_iter().chain(&summary).collect();
        refuse_clashes(&[path.to_owned()], &written)?;
        let file = BaselineFile::read(path);
        if let Ok(file) = &file
            && let Ok(study) = file.spec().check(overrides)
        {
            refuse_clashes(&file.spec().inputs(&study), &written)?;
        }
        if let Some(junit) = junit {
            junit.create_folder().map_err(|source| unwritable(junit, source))?;
            if junit.exists() {
                write(junit, crossfold_report::write_junit_without_verdict)?;
            }
        }
        file
    }

    fn spec(&self) -> SpecFile {
        SpecFile::from_text(self.path.clone(), self.baseline.spec.clone().into_bytes())
    }

    /// The winner of a stored study, as it will be written to `output`, whose folder is created.
    ///
    /// # Errors
    /// Where no trial has a score, the winner's out-of-fold predictions are not stored, or `output` is a file of the study's rows.
    pub fn from_study(stored: &StoredStudy, store: &dyn Store, output: &Destination) -> Result<BaselineFile, Error> {
        refuse_clashes(&stored.inputs(), &[output])?;
        // Before paths are made relative to it: only a folder that exists has a place.
        let folder = output.create_folder().map_err(|source| unwritable(output, source))?;
        let baseline = winner_baseline(&stored.results(store), folder)?;
        Ok(BaselineFile { path: output.name().to_owned(), baseline })
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

/// The first words of the lines that differ between two origins.
fn differing_lines(old: &str, new: &str) -> Vec<String> {
    let lines = old.lines().zip(new.lines());
    lines.filter(|(old, new)| old != new).filter_map(|(line, _)| line.split(' ').next()).map(str::to_owned).collect()
}
