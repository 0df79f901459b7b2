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

mod carry_out;
mod decide;
mod foresee;
#[cfg(test)]
mod simulation;

pub use carry_out::outcome::{Outcome, RunError};
pub use carry_out::recall::{Wanted, follow, keys, missing};
pub use carry_out::retention::{Kept, places};
pub use carry_out::run::{Beginning, MOST_THREADS, Run};
pub use carry_out::search::Search;
pub use carry_out::worker::catch;
pub use decide::budget::Limit;
pub use decide::course::{Course, Explained, Step};
pub use decide::frame::Frame;
pub use decide::journal::Entry;
pub use decide::pruner::{Reason, Verdict};
pub use decide::sampler;
pub use decide::single_trial::alone;
pub use decide::terms::Terms;
pub use decide::wish::Wish;
pub use foresee::deadline::Deadline;
pub use foresee::estimate::{Estimate, Probe};
pub use foresee::preview::{examples, plan};
pub use foresee::rehearsal::Rehearsal;
pub use foresee::schedule::Schedule;
