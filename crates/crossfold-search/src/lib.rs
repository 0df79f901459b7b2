//! What a search tries, in which order, and the threads that try it.
//!
//! [`plan()`] turns a checked study into trials and the fits they share; a [`Schedule`] puts the fits
//! in order; [`run()`] carries them out. An [`Estimate`] says beforehand how long that takes.
//!
//! This crate knows no network and no trainer, only the [`Objective`](crossfold_study::Objective)
//! it is handed: so its tests drive whole searches with a simulated one, in milliseconds. It opens
//! no file, prints nothing, and reads no clock but the one passed in.

mod estimate;
mod failures;
mod grid;
mod plan;
mod random;
mod recall;
mod retention;
mod run;
mod schedule;
#[cfg(test)]
mod simulation;

pub use estimate::{Estimate, Probe};
pub use plan::plan;
pub use recall::{Recalled, Wanted, keys, recall, recall_all};
pub use retention::{Kept, places};
pub use run::{Outcome, RunError, Search, catch, run};
pub use schedule::Schedule;
