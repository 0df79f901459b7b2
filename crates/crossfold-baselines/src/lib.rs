//! Methods that a table's networks are compared with: linear models and boosted trees.
//!
//! A fit of a [`BaselineMethod`](crossfold_study::BaselineMethod) is a pure function of a fold's rows. It has no files, clock, threads or search, and its
//! elementary functions are those of `libm`, so that its bits are the same on every machine.

mod cost;
mod descent;
mod fit;
mod householder;
mod linear;
mod logistic;
mod matrix;
mod trees;

pub use cost::is_affordable;
pub use fit::fit;
pub use linear::{LinearFunction, least_squares, ridge, ridge_by_gcv};
pub use logistic::{Labelled, LogisticRegression, choose_penalty};
pub use matrix::Matrix;
pub use trees::{BoostedTrees, Outcomes, choose_rounds};
