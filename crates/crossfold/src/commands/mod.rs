//! One module per command; each reads as the list of its stages.

pub(crate) mod baseline;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod data;
pub(crate) mod explain;
pub(crate) mod gate;
pub(crate) mod gc;
pub(crate) mod init;
pub(crate) mod list;
pub(crate) mod plan;
pub(crate) mod predict;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod show;
pub(crate) mod status;
pub(crate) mod store;
