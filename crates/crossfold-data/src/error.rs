//! Errors in a study's rows.

use crate::folds::FoldsError;
use crate::messages::listed;

/// Why a study's rows can't be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    #[error("`data.train_rows` asks for {asked} of {rows} rows")]
    TooFewRows { asked: usize, rows: usize },
    #[error("there is nothing to learn: every training row is of class `{class}`")]
    OneClass {
        class: String,
        /// Whether `train_rows` selected the rows.
        subset: bool,
    },
    #[error("can't set test rows aside by `data.test_share`: {0}")]
    TestShare(FoldsError),
    #[error(
        "{parts} parts of the rows with {inputs} inputs each take {} MB as networks see them, and {} MB of memory are left",
        .bytes / 1_000_000, .available / 1_000_000
    )]
    PartsTooLarge { parts: usize, inputs: usize, bytes: u64, available: u64 },
    #[error("`training.class_weights` has a weight for `{class}`, which is not a class")]
    NoSuchClass { class: String, classes: Vec<String> },
}

impl DataError {
    /// What to do about it, if there is any advice.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            DataError::TooFewRows { rows, .. } => {
                return Some(format!("ask for at most {rows}, or leave it out to take all"));
            }
            DataError::OneClass { subset: true, .. } => "raise `data.train_rows`",
            DataError::OneClass { subset: false, .. } => "give rows of at least two classes",
            DataError::TestShare(error) => return error.hint(),
            DataError::PartsTooLarge { .. } => {
                "make fewer folds or repeats, read fewer rows (`data.rows`), or encode names of many levels by `target` or \
                 `embedding` in place of `one_hot`"
            }
            DataError::NoSuchClass { classes, .. } => return Some(format!("the classes are {}", listed(classes))),
        };
        Some(hint.to_owned())
    }
}
