//! One module a command; each reads as the list of its stages.

pub(crate) mod check;
pub(crate) mod plan;
pub(crate) mod run;
pub(crate) mod schema;
