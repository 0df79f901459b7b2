//! Test suites that check implementations of a trait against its contract, one suite per trait.

mod crash_log;
mod objective;
mod store;

pub use crash_log::check_crash_log;
pub use objective::check_objective;
pub use store::check_store;
