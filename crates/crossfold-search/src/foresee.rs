//! What a search comes to, told before or while it goes on: its trials, its work, its time.

pub(crate) mod deadline;
pub(crate) mod estimate;
pub(crate) mod preview;
pub(crate) mod rehearsal;
pub(crate) mod schedule;
