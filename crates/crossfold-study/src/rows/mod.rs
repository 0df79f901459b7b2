//! Which rows a fit trains on, what is true of those that validate it, and what it predicts of them.

mod part;
mod validation;

pub use part::{FoldId, Part};
pub use validation::{Predictions, Truth, ValidationRows};
