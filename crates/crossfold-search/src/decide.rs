//! What a search tries, and how far: samplers propose, pruners judge, budgets end it.
//!
//! Decisions follow from a study and from results alone. Nothing here knows when a fit is trained, or on which thread.

pub(crate) mod budget;
pub(crate) mod course;
pub(crate) mod data_size;
pub(crate) mod fit_request;
pub(crate) mod frame;
pub(crate) mod journal;
mod listed;
pub(crate) mod notes;
pub(crate) mod planner;
pub(crate) mod proposer;
pub(crate) mod pruner;
pub(crate) mod ranking;
mod rungs;
pub mod sampler;
pub(crate) mod single_trial;
