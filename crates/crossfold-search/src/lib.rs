//! What a search tries, in which order, and the threads that carry it out.
//!
//! A [`Course`] takes the decisions of a search: a [`sampler`] proposes points of the search space, which become trials of a plan,
//! and a pruner decides how far each is trained. An [`Executor`] trains the fits that decisions ask for; [`replay`] takes
//! the same decisions from stored fits. A [`CostModel`], a [`Schedule`] and a [`Rehearsal`] forecast how much work a search
//! is, and how long it takes.
//!
//! This crate knows no network and no trainer, only an [`Objective`](crossfold_study::Objective) and a
//! [`Store`](crossfold_study::Store), so its tests run whole searches with a simulated objective and a store in memory, in
//! milliseconds. It opens no file, prints nothing, and reads no clock but the one that it is given.

mod carry_out;
mod decide;
mod foresee;
#[cfg(test)]
mod simulation;

pub use carry_out::executor::Executor;
pub use carry_out::outcome::{Outcome, RunError};
pub use carry_out::recall::{ReusePolicy, fit_keys, missing_fits, replay};
pub use carry_out::retention::{KeptPredictions, prediction_keys};
pub use carry_out::run::{MAX_THREADS, RunStart};
pub use carry_out::worker::catch_panic;
pub use decide::budget::BudgetLimit;
pub use decide::course::{Course, Explanation};
pub use decide::data_size::DataSize;
pub use decide::fit_request::FitRequest;
pub use decide::journal::JournalEntry;
pub use decide::notes::search_notes;
pub use decide::sampler;
pub use decide::single_trial::single_trial_study;
pub use foresee::deadline::Deadline;
pub use foresee::estimate::{CostModel, Probe, usual_epoch_seconds};
pub use foresee::preview::{example_plan, initial_plan};
pub use foresee::rehearsal::Rehearsal;
pub use foresee::schedule::Schedule;
