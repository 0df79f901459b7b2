//! A study's rows: what their columns are, how these become inputs, how rows are split, and what is predicted of those that
//! validate a fit.

mod missing_markers;
mod part;
mod preprocessing;
mod row_digest;
mod splits;
mod step_values;
mod table;
mod validation;
mod yaml_scalar;

pub use missing_markers::MissingMarkers;
pub use part::{FoldId, Part};
pub use preprocessing::{
    CategoricalImpute, CategoricalSteps, ColumnSteps, Encode, NumericEncode, NumericImpute, NumericSteps,
    Preprocessing, Rare, Scale, Smoothing,
};
pub use row_digest::RowDigest;
pub use splits::Splits;
pub use step_values::{clip_from_text, clip_text};
pub use table::{ColumnKind, DateOrder, GivenKind, SequenceColumns, TableSpec, TestRows};
pub use validation::{Predictions, Truth, ValidationRows};
pub use yaml_scalar::{is_hidden, yaml_scalar};
