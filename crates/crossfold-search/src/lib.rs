//! What a search tries, in which order, and the threads that try it.
//!
//! [`plan()`] turns a checked study into trials and the fits they share; [`recall()`] finds what of
//! them is stored; a [`Schedule`] puts the rest in order; [`run()`] carries it out. An [`Estimate`] says
//! beforehand how long that takes, [`Kept`] whose predictions are worth their room.
//!
//! This crate knows no network and no trainer, only the [`Objective`](crossfold_study::Objective) and
//! the [`Store`](crossfold_study::Store) it is handed: so its tests drive whole searches with a
//! simulated objective and a store in memory, in milliseconds. It opens no file, prints nothing, and
//! reads no clock but the one passed in.

mod dispatcher;
mod estimate;
mod failures;
mod grid;
mod plan;
mod random;
mod recall;
mod retention;
mod run;
pub mod sampler;
mod schedule;
#[cfg(test)]
mod simulation;
mod worker;

pub use estimate::{Estimate, Probe};
pub use plan::plan;
pub use recall::{Recalled, Wanted, keys, recall, recall_all};
pub use retention::{Kept, places};
pub use run::{Outcome, RunError, Search, run};
pub use schedule::Schedule;
pub use worker::catch;
