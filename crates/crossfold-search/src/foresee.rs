//! Forecasts of a search, before it and while it runs: its trials, its work and its time.

pub(crate) mod deadline;
pub(crate) mod estimate;
pub(crate) mod preview;
pub(crate) mod rehearsal;
pub(crate) mod schedule;
