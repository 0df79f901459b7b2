//! The rows that a fit trains on, the targets of those that validate it, and its predictions of them.

mod part;
mod validation;

pub use part::{FoldId, Part};
pub use validation::{Predictions, Truth, ValidationRows};
