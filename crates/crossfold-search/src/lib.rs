//! What a search tries, in which order, and the threads that try it.
//!
//! A [`Course`] takes a study's decisions: a [`sampler`] proposes points of its [`Frame`], which become trials of a
//! plan; a pruner says how far each is trained. [`Run`] trains what they ask for, and [`follow`] goes the
//! same way through what is stored. An [`Estimate`] says beforehand how long that takes, [`Kept`] whose predictions are
//! worth their room.
//!
//! This crate knows no network and no trainer, only the [`Objective`](crossfold_study::Objective) and
//! the [`Store`](crossfold_study::Store) it is handed: so its tests drive whole searches with a
//! simulated objective and a store in memory, in milliseconds. It opens no file, prints nothing, and
//! reads no clock but the one passed in.

mod course;
mod deadline;
mod dispatcher;
mod estimate;
mod failures;
mod frame;
mod listed;
mod plan;
mod pruner;
mod queue;
mod recall;
mod rehearsal;
mod retention;
mod run;
mod rungs;
pub mod sampler;
mod schedule;
#[cfg(test)]
mod simulation;
mod worker;

pub use course::{Course, Entry, Explained, Limit, Step, Terms, Wish};
pub use deadline::Deadline;
pub use estimate::{Estimate, Probe};
pub use frame::Frame;
pub use plan::{alone, examples, plan};
pub use pruner::{Reason, Verdict};
pub use recall::{Wanted, follow, keys, missing};
pub use rehearsal::Rehearsal;
pub use retention::{Kept, places};
pub use run::{Beginning, MOST_THREADS, Outcome, Run, RunError, Search};
pub use schedule::Schedule;
pub use worker::catch;
