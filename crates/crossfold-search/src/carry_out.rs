//! Fits that decisions ask for: looked up in the store, or trained on threads and stored.

mod dispatcher;
pub(crate) mod executor;
mod failures;
pub(crate) mod outcome;
mod queue;
pub(crate) mod recall;
pub(crate) mod retention;
pub(crate) mod run;
pub(crate) mod worker;
