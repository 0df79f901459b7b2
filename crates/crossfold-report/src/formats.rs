//! What people and their tools read: each format writes a study's results to a writer that is passed in.

pub(crate) mod best_spec;
pub(crate) mod csv;
pub(crate) mod dictionary;
pub(crate) mod events;
pub(crate) mod figure;
pub(crate) mod gate;
pub(crate) mod html;
pub(crate) mod json;
pub(crate) mod markdown;
pub(crate) mod markdown_report;
pub(crate) mod model_card;
pub(crate) mod model_folder;
pub(crate) mod progress;
pub(crate) mod result_file;
pub(crate) mod result_files;
pub(crate) mod row_changes;
pub(crate) mod sample_size;
pub(crate) mod settings;
pub(crate) mod show;
pub(crate) mod study_json;
pub(crate) mod study_plan;
pub(crate) mod summary;
pub(crate) mod table;
pub(crate) mod text_table;
pub(crate) mod trial_comparison;
pub(crate) mod trial_explanation;
