//! What every implementation of a trait keeps to: a suite a trait, for the tests of each.

mod objective;
mod store;

pub use objective::check_objective;
pub use store::check_store;
