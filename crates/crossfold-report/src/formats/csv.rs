//! The CSV files: which columns they have, and the order of their rows.
//!
//! Numbers are the shortest text that reads back as the same bits, whatever the locale; cells are empty where a value is
//! not known or has no effect; lines end in `\n`. If another run of a study need not give the same results, each of its
//! files has a last column `not_reproducible` that says so in each row.

pub(super) mod baselines;
mod cell;
pub(super) mod coefficients;
mod column;
pub(super) mod curves;
pub(super) mod ensemble;
pub(super) mod folds;
pub(super) mod importance;
mod inputs;
pub(super) mod leaderboard;
pub(super) mod nested;
mod predicted;
pub(super) mod predictions;
pub(super) mod test;
pub(super) mod test_predictions;
#[cfg(test)]
mod tests;
pub(super) mod timings;
pub(super) mod variables;

pub(super) use column::{Column, ColumnType, write_rows};
pub use inputs::{InputRows, write_inputs};
pub use predicted::{PredictedRows, lists_probabilities, only_one_probability};
