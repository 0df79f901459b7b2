//! A study's rows in memory: how they are split, and how they become a network's inputs.
//!
//! A reader makes [`StudyData`] from images, or from a table by a [`StudyTable`]. [`Folds`] say which rows validate
//! which fit. [`Views`] fit a [`Pipeline`] on each fold's training rows, and put all rows through it.
//!
//! A fit's bits depend only on rows, not on files: this crate opens no file and knows no file format, so readers can
//! change without invalidating stored fits. It starts no threads and knows no networks. Its data is read-only, so all
//! fits share one copy, and a fold is a list of row numbers.

mod absent_classes;
mod absurd_value;
mod accents;
mod column;
mod column_fault;
mod combination;
mod correlated;
mod dataset;
mod error;
mod exact;
mod file_rows;
mod folds;
mod inner;
pub mod leaks;
mod likeness;
pub mod messages;
mod missing_codes;
mod new_rows;
mod parts;
mod pipeline;
mod read_table;
mod remark;
mod roles;
mod sequences;
mod set_aside;
mod split_keys;
pub mod statistics;
mod strata;
mod study_data;
mod study_table;
mod subset;
mod targets;
mod view;
mod views;

pub use absent_classes::find_absent_classes;
pub use absurd_value::AbsurdValue;
pub use column::{Column, MISSING, Spelling, Table, Values};
pub use column_fault::ColumnFault;
pub use combination::Combination;
pub use correlated::CorrelatedColumns;
pub use dataset::{Dataset, Embedding, Features};
pub use error::DataError;
pub use file_rows::{RowInFile, ShownColumns};
pub use folds::{Folds, FoldsError, Whole};
pub use likeness::Likeness;
pub use missing_codes::{MissingCode, list_codes, missing_key};
pub use new_rows::{NewRows, TargetColumn};
pub use pipeline::{DenseInput, Fitted, Pipeline};
pub use read_table::{Marker, ReadTable};
pub use remark::{AbsentClass, Remark, SuspectedGroups};
pub use split_keys::SplitKeys;
pub use study_data::StudyData;
pub use study_table::{StudyTable, given_kinds};
pub use targets::Targets;
pub use view::{TrainingTargets, TrainingView};
pub use views::{FitData, TargetScaling, Views};
