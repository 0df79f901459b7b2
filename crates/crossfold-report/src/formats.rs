//! What people and their tools read: each format writes a study's results to a writer that is passed in.

pub(crate) mod csv;
pub(crate) mod dictionary;
pub(crate) mod events;
pub(crate) mod figure;
pub(crate) mod html;
pub(crate) mod hyperparameter;
pub(crate) mod markdown_report;
pub(crate) mod model_card;
pub(crate) mod progress;
pub(crate) mod show;
pub(crate) mod study_json;
pub(crate) mod summary;
pub(crate) mod table;
