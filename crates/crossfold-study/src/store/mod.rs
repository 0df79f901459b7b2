//! Stores, which keep fits from one run to the next.

mod crash_log;
mod records;
mod travel;

pub use crash_log::{CrashLog, LoggedRun, NoCrashLog, RunningFits, SUSPECT_AFTER};
pub use records::{EpochRecord, FitRecord, Garbage, RefitRecord, StoredFit, StudyRecord, TestUse};
pub use travel::{Conflict, Merged, RecordCounts, SharedRecord, Verified};

use crate::fit::Checkpoint;
use crate::key::FitKey;
use crate::rows::{Part, Predictions};
use crate::study::StudyName;

/// Keeps fits and studies.
///
/// A commit is atomic, and survives a crash of the process and a power cut. A fit is identified by its [`FitKey`], and
/// stored once. Several processes may use one store. [`conformance::check_store`](crate::conformance::check_store)
/// checks implementations against this contract.
///
/// # Errors
/// Each method fails with a [`StoreError`] if the store can't be read or written.
pub trait Store: Sync {
    /// The stored fits with these keys, in the order of `keys`; `None` for a fit that isn't stored.
    fn fits(&self, keys: &[FitKey]) -> Result<Vec<Option<StoredFit>>, StoreError>;

    /// Stores `fits`, all or none.
    ///
    /// If a fit is already stored, the longer list of epochs is kept, with its end. For lists of equal length, the new
    /// end is kept unless the stored fit [stopped](crate::FitEnd::Stopped) early. The predictions of both are kept. The
    /// new checkpoint, or its absence, replaces the stored one, unless the new list of epochs is shorter or the fit was
    /// [cut short](FitRecord::replaces_checkpoint).
    ///
    /// # Errors
    /// [`StoreError::Differs`] if the report of a stored epoch differs from the new one.
    fn commit(&self, fits: &[FitRecord]) -> Result<(), StoreError>;

    /// The predictions for a fit's validation rows at an epoch; `None` if they aren't stored.
    fn predictions(&self, key: &FitKey, epoch: u32) -> Result<Option<Predictions>, StoreError>;

    /// For each fit and epoch, whether there are predictions.
    fn have_predictions(&self, places: &[(FitKey, u32)]) -> Result<Vec<bool>, StoreError>;

    /// Removes predictions of fits at epochs, except those of fits that another study than `study` refers to.
    fn remove_predictions(&self, study: &StudyName, places: &[(FitKey, u32)]) -> Result<(), StoreError>;

    /// The checkpoint from which a fit can continue; `None` if there is none.
    fn checkpoint(&self, key: &FitKey) -> Result<Option<Checkpoint>, StoreError>;

    /// Removes the checkpoints of fits, even if other studies refer to the fits: a fit without one can be retrained.
    fn remove_checkpoints(&self, keys: &[FitKey]) -> Result<(), StoreError>;

    /// Removes fits and refits, except those that another study than `study` refers to.
    fn remove_fits(&self, study: &StudyName, keys: &[FitKey]) -> Result<(), StoreError>;

    /// Stores a network trained on all rows for `epochs`, in place of an earlier one.
    fn put_refit(&self, key: &FitKey, epochs: u32, refit: &RefitRecord) -> Result<(), StoreError>;

    /// The network that was trained on all rows for `epochs`; `None` if it isn't stored.
    fn refit(&self, key: &FitKey, epochs: u32) -> Result<Option<RefitRecord>, StoreError>;

    /// What was scored on the test rows with this digest, as far as it is still stored. Damage is not noticed.
    fn test_use(&self, test_digest: &str) -> Result<TestUse, StoreError>;

    /// Stores a study and the keys of all fits and refits that it refers to, in place of an earlier record of the
    /// study. Its journal is kept.
    fn put_study(&self, study: &StudyRecord, refers_to: &[FitKey]) -> Result<(), StoreError>;

    /// Replaces a stored study's [`StudyRecord::record`], [`StudyRecord::model`] and [`StudyRecord::exhibits`].
    fn put_record(
        &self,
        study: &StudyName,
        record: &str,
        model: Option<&str>,
        exhibits: Option<&str>,
    ) -> Result<(), StoreError>;

    /// Stores what the trials of a stored study amount to, in any form.
    fn put_standing(&self, study: &StudyName, standing: &str) -> Result<(), StoreError>;

    /// What [`Store::put_standing`] stored last for a study; `None` if the study was stored or a fit that it refers to may have
    /// changed since. Damage of fits is not noticed.
    fn standing(&self, study: &StudyName) -> Result<Option<String>, StoreError>;

    /// Adds keys of fits and refits that a stored study refers to.
    fn add_references(&self, study: &StudyName, keys: &[FitKey]) -> Result<(), StoreError>;

    /// A stored study; `None` if there is none of that name.
    fn study(&self, name: &StudyName) -> Result<Option<StudyRecord>, StoreError>;

    /// The names of all studies, ascending.
    fn studies(&self) -> Result<Vec<StudyName>, StoreError>;

    /// The lines of a study's journal, which record the decisions of its search; empty if there is no journal.
    fn journal(&self, study: &StudyName) -> Result<Vec<String>, StoreError>;

    /// Keeps the first `from` lines of a study's journal, and replaces the others by `lines`. A journal may be written
    /// before its study is stored.
    fn put_journal(&self, study: &StudyName, from: usize, lines: &[String]) -> Result<(), StoreError>;

    /// Removes a study and its journal, and leaves its fits to [`Store::collect_garbage`].
    fn remove_study(&self, name: &StudyName) -> Result<(), StoreError>;

    /// Removes records that aren't what was stored: fits with what belongs to them, refits, and `study` with its journal.
    /// Returns how many there were.
    fn remove_damaged(&self, study: &StudyName) -> Result<usize, StoreError>;

    /// Checks that what is stored can still be found where the store was opened; it may have been moved or deleted since.
    ///
    /// # Errors
    /// [`StoreError::Moved`].
    fn check_in_place(&self) -> Result<(), StoreError>;

    /// Counts the fits and refits that no study refers to, or only studies of `without`.
    fn garbage(&self, without: &[StudyName]) -> Result<Garbage, StoreError>;

    /// Removes the fits and refits that no study refers to, and frees their space on disk.
    fn collect_garbage(&self) -> Result<Garbage, StoreError>;
}

/// Why a request to the store failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum StoreError {
    #[error(
        "epoch {epoch} of `{configuration}` on {} did not reproduce its stored result: results from this machine can't be \
         trusted",
        part.in_words()
    )]
    Differs { configuration: String, part: Part, epoch: u32 },
    /// Another store has a different result under the same key; `others` is the number of further ones.
    #[error(
        "{first}{} differs from the result in the store `{path}`: results from one of the two machines can't be trusted",
        and_others(*others)
    )]
    Conflict { path: String, first: Conflict, others: usize },
    /// A file that is not what was exported, or that holds what no store can hold.
    #[error("can't import `{path}`: {reason}; nothing was imported")]
    Import { path: String, reason: String },
    #[error("the store `{path}` is damaged: {reason}")]
    Damaged { path: String, reason: String },
    /// A record that is not what was stored, or is lost; `study` is one that it belongs to, where that is known.
    #[error("the store `{path}` is damaged: {record} does not match its digest")]
    DamagedRecord { path: String, record: String, study: Option<StudyName> },
    #[error(
        "the store `{path}` has version {found}, written by a newer crossfold; this one reads up to version {known}"
    )]
    Newer { path: String, found: u32, known: u32 },
    #[error("the store `{path}` has been locked by another process for too long: {reason}")]
    Busy { path: String, reason: String },
    #[error("can't write to the store `{path}`: {reason}")]
    NotWritable { path: String, reason: String },
    #[error("the store `{path}` was moved or deleted during the run; other commands can't find what was stored since")]
    Moved { path: String },
    #[error("can't read the store `{path}`: {reason}")]
    NotReadable { path: String, reason: String },
}

impl StoreError {
    /// The same error, of a record that belongs to `study`.
    #[must_use]
    pub fn of(mut self, study: &StudyName) -> StoreError {
        if let StoreError::DamagedRecord { study: owner @ None, .. } = &mut self {
            *owner = Some(study.clone());
        }
        self
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            StoreError::Differs { .. } => {
                "run it with `--fresh`; if it happens again, suspect the memory or a changed \
                                           library"
                    .to_owned()
            }
            StoreError::Conflict { .. } => {
                "the stored results stay, and those that differ were not taken: `crossfold run FILE --fresh` with the \
                 study's spec shows whether this machine reproduces what is stored"
                    .to_owned()
            }
            StoreError::Import { .. } => "write it again with `crossfold store export`, and copy it again".to_owned(),
            StoreError::Damaged { path, .. } => {
                format!("move `{path}` away, or restore it from a backup; result files already written are complete")
            }
            StoreError::DamagedRecord { study: Some(study), .. } => format!(
                "`crossfold run FILE --retry` with the spec of `{study}` retrains what is damaged; \
                 `crossfold gc --forget {study} --yes` forgets the study"
            ),
            StoreError::DamagedRecord { study: None, .. } => {
                "`crossfold run FILE --retry` with the spec of its study retrains what is damaged; `crossfold list` shows \
                 which studies are damaged"
                    .to_owned()
            }
            StoreError::Newer { .. } => "use that version, or another folder with `--results DIR`".to_owned(),
            StoreError::Busy { .. } => "wait for it, or use another folder with `--results DIR`".to_owned(),
            StoreError::NotWritable { .. } => {
                "what was stored before is safe; fix that, then run the same command again".to_owned()
            }
            StoreError::Moved { .. } => {
                "move it back if it is elsewhere, then run the same command again: stored fits are not retrained"
                    .to_owned()
            }
            StoreError::NotReadable { .. } => "fix that, or use another folder with `--results DIR`".to_owned(),
        })
    }
}

fn and_others(others: usize) -> String {
    if others == 0 { String::new() } else { format!(" (and {others} more)") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FoldId;

    #[test]
    fn people_count_folds_from_1() {
        let part = Part::Fold(FoldId { repeat: 0, fold: 2 });
        let error = StoreError::Differs { configuration: "linear".to_owned(), part, epoch: 3 };
        let message = error.to_string();
        assert!(message.starts_with("epoch 3 of `linear` on repeat 1, fold 3 did not reproduce"), "{message}");
        assert_eq!((Part::All.in_words(), part.to_string()), ("all rows".to_owned(), "repeat 0 fold 2".to_owned()));
    }
}
