//! What a study's results say: which trials are best, how certain that is, and what scores depend on.
//!
//! Numbers alone: nothing here writes a file or a sentence, and nothing names a format.

pub(crate) mod baseline;
pub(crate) mod baseline_methods;
pub(crate) mod baseline_pair;
pub(crate) mod baseline_row;
pub(crate) mod calibration;
pub(crate) mod changed_data;
pub(crate) mod coefficient;
pub(crate) mod ensemble;
mod ensemble_selection;
pub(crate) mod exhibits;
pub(crate) mod file_rows;
pub(crate) mod findings;
pub(crate) mod fold_scores;
pub(crate) mod gate;
pub(crate) mod importance;
pub(crate) mod judge;
pub(crate) mod leaderboard;
pub(crate) mod model_choice;
pub(crate) mod models;
pub(crate) mod nested;
pub(crate) mod out_of_fold;
mod paired_predictions;
pub(crate) mod reference_score;
pub(crate) mod remaining_time;
pub(crate) mod row_digests;
pub(crate) mod sample_size;
pub(crate) mod search_progress;
pub(crate) mod space_edge;
pub(crate) mod statistics;
pub(crate) mod study_plan;
pub(crate) mod test_score;
pub(crate) mod trace;
pub(crate) mod trial_comparison;
pub(crate) mod trial_explanation;
pub(crate) mod variables;
