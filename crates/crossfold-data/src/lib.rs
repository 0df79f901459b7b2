//! Sources of rows, and how rows are split.
//!
//! [`load`] turns a [`DataSpec`] into [`StudyData`] or says what is wrong with the files;
//! [`Folds`] says which rows validate which fit. Besides the binary, this is the only crate that
//! opens files, and it only reads them. It starts no thread and knows no model: what it hands out
//! is read-only, so that all fits share one copy and a fold is a list of row numbers.

mod dataset;
mod digest;
mod error;
mod file;
mod folds;
mod idx;
mod mistake;
mod mnist;
mod strata;
mod table;

use std::path::{Path, PathBuf};

use crossfold_study::{DataSource, DataSpec, Seed};

pub use dataset::{Dataset, Features};
pub use error::DataError;
pub use folds::{Folds, FoldsError};
pub use idx::IdxFault;
pub use mistake::Mistakes;

/// The rows of a study.
#[derive(Debug)]
pub struct StudyData {
    pub train: Dataset,
    /// `None` unless asked for.
    pub test: Option<Dataset>,
    /// SHA-256 of what fits are made from, the rows in `train`, in hexadecimal: of features, labels
    /// and class names, not of the files' names or compression. The test rows have no part in it,
    /// so asking for a test score doesn't change what a fit is.
    pub digest: String,
}

/// Reads the rows that `spec` names; relative paths are relative to `base`, the spec's folder.
///
/// With `train_rows`, the training rows are a random subset in file order, in which each class has
/// its share of the file to within one row (largest remainders). Test rows are read only where
/// `need_test` asks for them, and never cut.
///
/// # Errors
/// Whatever keeps the files from being read exactly as they claim to be.
pub fn load(spec: &DataSpec, base: &Path, seed: Seed, need_test: bool) -> Result<StudyData, DataError> {
    // Without the dots of `./rows.csv`, which would only lengthen messages.
    let locate = |path: &Path| base.join(path).components().collect::<PathBuf>();
    let (train, test) = match &spec.source {
        DataSource::Mnist { path } => mnist::load(&locate(path), spec.train_rows, seed, need_test)?,
        DataSource::Csv { path, target, test_path } => {
            let test_path = match test_path {
                None if need_test => return Err(DataError::NoTest),
                Some(path) if need_test => Some(locate(path)),
                Some(_) | None => None,
            };
            table::load(&locate(path), target, test_path.as_deref(), spec.train_rows, seed)?
        }
    };
    let first = train.labels()[0];
    if train.labels().iter().all(|&label| label == first) {
        let class = train.classes()[first as usize].clone();
        return Err(DataError::OneClass { class, subset: spec.train_rows.is_some() });
    }
    let digest = train.digest();
    Ok(StudyData { train, test, digest })
}
