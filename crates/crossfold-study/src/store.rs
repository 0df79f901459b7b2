//! What remembers fits from one run to the next.

use std::time::Duration;

use crate::{Checkpoint, EpochReport, FitEnd, FitKey, Override, Part, Predictions, Scored, StudyName, ValidationRows};
use crossfold_network::Shape;

/// A fit that has ended, and everything it reported.
#[derive(Clone, Debug, PartialEq)]
pub struct FitRecord {
    pub key: FitKey,
    /// [`Configuration::canonical`](crossfold_network::Configuration::canonical), for people who look into the store.
    pub configuration: String,
    pub part: Part,
    pub end: FitEnd,
    /// Epochs 1, 2, …
    pub epochs: Vec<EpochRecord>,
    /// Where it can go on.
    pub checkpoint: Option<Checkpoint>,
}

impl FitRecord {
    /// Whether it says where the fit can go on, or that it has nowhere to go: what was cut short says nothing of it.
    pub fn settles_checkpoint(&self) -> bool {
        self.checkpoint.is_some()
            || match &self.end {
                FitEnd::Complete | FitEnd::Stopped => true,
                FitEnd::Failed(failure) => failure.is_final(),
                FitEnd::Cancelled => false,
            }
    }
}

/// An epoch's report, and when it came.
#[derive(Clone, Debug, PartialEq)]
pub struct EpochRecord {
    pub report: EpochReport,
    /// Wall time since the fit began.
    pub elapsed: Duration,
}

/// What is stored of a fit.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredFit {
    /// How the longest attempt ended.
    pub end: FitEnd,
    /// Epochs 1, 2, …, without their predictions.
    pub epochs: Vec<EpochRecord>,
    /// The epochs whose predictions are stored, ascending.
    pub predicted: Vec<u32>,
}

/// A study as it was last run: with its fits, enough to make every result file again.
#[derive(Clone, Debug, PartialEq)]
pub struct StudyRecord {
    pub name: StudyName,
    /// The spec's text.
    pub spec: Vec<u8>,
    /// What the command line put over it.
    pub overrides: Vec<Override>,
    /// The spec's folder, absolute: where its paths start from.
    pub folder: String,
    /// [`Origin::text`](crate::Origin::text).
    pub origin: String,
    pub shape: Shape,
    /// The classes' names, by label; empty where numbers are learnt.
    pub classes: Vec<String>,
    /// Rows that the study searches on.
    pub rows: u64,
    /// Digest of the test rows, where they were asked for.
    pub test_digest: Option<String>,
    /// Which rows validate each fold, in the plan's order of folds.
    pub validation: Vec<ValidationRows>,
    /// When it was last run, RFC 3339 in UTC.
    pub started: String,
    /// `study.json` as it was last written.
    pub record: Option<String>,
    /// `model/model.json` as it was last written: what the winner's weights are the weights of, and how rows
    /// become its inputs. Studies that share a network may read their files in ways of their own.
    pub model: Option<String>,
    /// What reports show beside fits, as JSON, as it was last made: what can't be told from the store alone.
    pub exhibits: Option<String>,
}

/// A network trained on all of a study's rows, and what became of it on the test rows.
#[derive(Clone, Debug, PartialEq)]
pub struct RefitRecord {
    /// The bytes of its safetensors file.
    pub weights: Vec<u8>,
    /// Digest of the test rows, and its score on them.
    pub tests: Vec<(String, Scored)>,
}

/// What no study refers to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Garbage {
    pub fits: u64,
    pub refits: u64,
    /// What they take in the store, about.
    pub bytes: u64,
}

/// Remembers fits for good.
///
/// What is committed is whole and survives the process and the power, and is never stored twice: a
/// fit is its [`FitKey`]. [`conformance::check_store`](crate::conformance::check_store) holds each
/// implementation to this. Several processes may use one store.
pub trait Store: Sync {
    /// What is stored of each of `keys`, in their order.
    fn fits(&self, keys: &[FitKey]) -> Result<Vec<Option<StoredFit>>, StoreError>;

    /// Stores `fits`, all or none.
    ///
    /// A fit that is stored already keeps the longer of the two lists of epochs, with the end that
    /// goes with it (of equally long ones the new end, but one that [stopped](FitEnd::Stopped) has), and the
    /// predictions of both. Its checkpoint, or that it has none, takes the place of what there was, unless its list
    /// of epochs is the shorter one.
    ///
    /// # Errors
    /// [`StoreError::Differs`] where an epoch known from before was reported otherwise this time.
    fn commit(&self, fits: &[FitRecord]) -> Result<(), StoreError>;

    /// Predictions of a fit's validation rows at an epoch; `None` where they aren't stored.
    fn predictions(&self, key: &FitKey, epoch: u32) -> Result<Option<Predictions>, StoreError>;

    /// Drops predictions that `study` has no use for, but for those of fits that another study refers to.
    fn forget_predictions(&self, study: &StudyName, of: &[(FitKey, u32)]) -> Result<(), StoreError>;

    /// Where a fit can go on; `None` where nothing is stored of that.
    fn checkpoint(&self, key: &FitKey) -> Result<Option<Checkpoint>, StoreError>;

    /// Drops the checkpoints of some fits, whose room is for others then. Whatever study has them: it loses nothing but time.
    fn forget_checkpoints(&self, of: &[FitKey]) -> Result<(), StoreError>;

    /// Drops fits and refits of `study` altogether, but for those that another study refers to.
    fn forget(&self, study: &StudyName, keys: &[FitKey]) -> Result<(), StoreError>;

    /// Stores a network trained on all rows for `epochs`, in place of any before.
    fn put_refit(&self, key: &FitKey, epochs: u32, refit: &RefitRecord) -> Result<(), StoreError>;

    fn refit(&self, key: &FitKey, epochs: u32) -> Result<Option<RefitRecord>, StoreError>;

    /// Stores a study and the keys of all that it refers to, in place of what is known of it but its journal.
    fn put_study(&self, study: &StudyRecord, refers_to: &[FitKey]) -> Result<(), StoreError>;

    /// Replaces a stored study's [`StudyRecord::record`], [`StudyRecord::model`] and [`StudyRecord::exhibits`].
    fn put_record(
        &self,
        study: &StudyName,
        record: &str,
        model: Option<&str>,
        exhibits: Option<&str>,
    ) -> Result<(), StoreError>;

    /// Adds to what a stored study refers to.
    fn refer(&self, study: &StudyName, to: &[FitKey]) -> Result<(), StoreError>;

    fn study(&self, name: &StudyName) -> Result<Option<StudyRecord>, StoreError>;

    /// The names of all studies, ascending.
    fn studies(&self) -> Result<Vec<StudyName>, StoreError>;

    /// What a study's search decided, line by line; empty where nothing is stored of that.
    fn journal(&self, study: &StudyName) -> Result<Vec<String>, StoreError>;

    /// Keeps the first `from` lines of a study's journal, and puts `lines` in place of those behind them. It may be
    /// written before the study is stored.
    fn put_journal(&self, study: &StudyName, from: usize, lines: &[String]) -> Result<(), StoreError>;

    /// Drops a study and its journal, and leaves its fits to [`Store::collect`].
    fn forget_study(&self, name: &StudyName) -> Result<(), StoreError>;

    /// What no study refers to.
    fn garbage(&self) -> Result<Garbage, StoreError>;

    /// Drops what no study refers to, and gives its room back.
    fn collect(&self) -> Result<Garbage, StoreError>;

    /// Begins a run of `study`, the only one, on so many threads. If the one before died, its marks
    /// are counted as the last death.
    ///
    /// Returns the fits that were marked at each of the study's last three deaths.
    fn begin(&self, study: &StudyName, threads: usize) -> Result<Vec<FitKey>, StoreError>;

    /// Says, before it begins, that a thread of the run works on a fit, or that it is over. Meant to
    /// outlive the process, not the power; costs no more than a write to memory.
    fn mark(&self, thread: usize, fit: Option<&FitKey>);

    /// Ends the run that [`Store::begin`] began.
    fn end(&self);
}

/// Why the store didn't do what it was asked.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum StoreError {
    #[error(
        "epoch {epoch} of `{configuration}` on {part} came out otherwise than before: results on this \
         machine can't be trusted"
    )]
    Differs { configuration: String, part: Part, epoch: u32 },
    #[error("the store `{path}` is damaged: {reason}")]
    Damaged { path: String, reason: String },
    #[error("the store `{path}` is of version {found}, made by a newer crossfold; this one knows up to {known}")]
    Newer { path: String, found: u32, known: u32 },
    #[error("the store `{path}` is in use by another process for too long: {reason}")]
    Busy { path: String, reason: String },
    #[error("can't write to the store `{path}`: {reason}")]
    NotWritable { path: String, reason: String },
    #[error("can't read the store `{path}`: {reason}")]
    NotReadable { path: String, reason: String },
}
impl StoreError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            StoreError::Differs { .. } => {
                "run it with `--fresh`; if it happens again, suspect the memory or a changed \
                                           library"
                    .to_owned()
            }
            StoreError::Damaged { path, .. } => {
                format!("move `{path}` away, or bring it back from a backup; result files already written are whole")
            }
            StoreError::Newer { .. } => "use that version, or another folder with `--results DIR`".to_owned(),
            StoreError::Busy { .. } => "wait for it, or use another folder with `--results DIR`".to_owned(),
            StoreError::NotWritable { .. } => {
                "what was stored before is safe; once there is room, run the same command again".to_owned()
            }
            StoreError::NotReadable { .. } => return None,
        })
    }
}
