//! Sources of rows, and how rows are split.
//!
//! [`load`] turns a [`DataSpec`] into [`StudyData`] or says what is wrong with the files;
//! [`Folds`] says which rows validate which fit. Besides the binary, this is the only crate that
//! opens files, and it only reads them. It starts no thread and knows no model: what it hands out
//! is read-only, so that all fits share one copy and a fold is a list of row numbers.

mod adapter;
mod column;
mod column_fault;
mod dataset;
mod digest;
mod error;
mod exact;
mod file;
mod folds;
mod idx;
mod inner;
pub mod leaks;
pub mod memory;
mod mistake;
mod mnist;
mod pipeline;
mod profile;
mod proposal;
mod reading;
mod remark;
mod sequences;
mod set_aside;
mod split_keys;
mod statistics;
mod strata;
mod study_data;
mod tables;
mod targets;
mod view;
mod views;
mod yaml;

use std::path::{Path, PathBuf};

use crossfold_study::{DataSource, DataSpec, Seed, Splits};

pub use adapter::{Adapter, NewRows};
pub use column::{Column, MISSING, Table, Values};
pub use column_fault::ColumnFault;
pub use dataset::{Dataset, Embedding, Features};
pub use error::DataError;
pub use folds::{Folds, FoldsError, Whole};
pub use idx::IdxFault;
pub use mistake::Mistakes;
pub use pipeline::{Fitted, Pipeline};
pub use profile::{
    ColumnProfile, Levels, Likeness, Numbers, PROFILE_VERSION, Profile, Summary, Suspicion, TargetProfile,
};
pub use proposal::{Proposal, study_name};
pub use reading::{
    ColumnSchema, Compression, Found, FoundTable, Note, Schema, parse_table, read_table, read_table_like,
};
pub use remark::Remark;
pub use split_keys::SplitKeys;
pub use study_data::StudyData;
pub use targets::Targets;
pub use view::{TrainingTargets, TrainingView};
pub use views::{FitData, TargetScaling, Views};

/// Reads the rows that `spec` names; relative paths are relative to `base`, the spec's folder.
///
/// With `train_rows`, the training rows are a random subset in file order, in which each class has
/// its share of the file to within one row (largest remainders). Test rows are read only where
/// `need_test` asks for them, and never cut.
///
/// # Errors
/// Whatever keeps the files from being read exactly as they claim to be, or from being split so.
pub fn load(
    spec: &DataSpec,
    splits: &Splits,
    base: &Path,
    seed: Seed,
    need_test: bool,
) -> Result<StudyData, DataError> {
    // Without the dots of `./rows.csv`, which would only lengthen messages.
    let locate = |path: &Path| base.join(path).components().collect::<PathBuf>();
    let data = match &spec.source {
        DataSource::Mnist { path } => {
            if let Some(column) = splits.columns().next() {
                return Err(DataError::NoColumns { column: column.to_owned() });
            }
            let (train, test) = mnist::load(&locate(path), spec.train_rows, seed, need_test)?;
            StudyData::of_images(train, test)
        }
        DataSource::Csv(table) => tables::load(table, splits, &locate, spec.train_rows, seed, need_test)?,
    };
    if let Targets::Classes { labels, names } = &**data.targets()
        && labels.iter().all(|label| *label == labels[0])
    {
        let class = names[labels[0] as usize].clone();
        return Err(DataError::OneClass { class, subset: spec.train_rows.is_some() });
    }
    Ok(data)
}
