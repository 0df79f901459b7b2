//! What every implementation of a trait keeps to: a suite a trait, for the tests of each.

mod crash_log;
mod objective;
mod store;

pub use crash_log::check_crash_log;
pub use objective::check_objective;
pub use store::check_store;
