//! What a study's results say, and the files and text that say it.
//!
//! [`analysis`](mod@analysis) computes: the leaderboard, statistics, hyperparameter importance, comparisons with a
//! baseline. [`formats`](mod@formats) writes: CSV, HTML, Markdown, JSON, JUnit XML, the terminal. Analysis names no format.
//!
//! Every format is a pure function of a study, its plan and its results, written to a writer that
//! is passed in. This crate opens no file, reads no clock, and knows neither networks nor threads,
//! so the same results give the same bytes on another day and another machine. What differs from
//! run to run (times, versions) is in `timings.csv`, `study.json` and `report.html`, and in no other file.

mod analysis;
#[cfg(test)]
mod example;
mod formats;

pub use analysis::against::Matched;
pub use analysis::baseline::{BASELINE_VERSION, Baseline, BaselineError};
pub use analysis::compare::{Contrast, Contrasted};
pub use analysis::exhibits::{Exhibits, Picture, Pictures, errors_of_rows, interval_of_rows};
pub use analysis::findings::{Findings, RunnerUp};
pub use analysis::gate::{
    Comparison, Exactness, FirstDifference, FoldComparison, Settles, Terms, Told, Untrained, Verdict, What,
};
pub use analysis::importance::{Alone, Effect, Importance, OverTrees, Together};
pub use analysis::leaderboard::{Leaderboard, Row, Tally};
pub use analysis::nested::NestedFold;
pub use analysis::out_of_fold::{Changed, ErrorChange, PerRow};
pub use analysis::test_score::TestScore;
pub use analysis::trace::{Fingerprints, FoldTrace, trace};
pub use formats::csv::{
    SeenRows, write_curves, write_folds, write_importance, write_inputs, write_leaderboard, write_nested,
    write_predicted, write_predictions, write_test, write_timings,
};
pub use formats::dictionary::write_dictionary;
pub use formats::events::{EVENTS_VERSION, JsonEvent, write_event};
pub use formats::figure::figure;
pub use formats::html::{MISTAKES_SHOWN, Mistake, OutOfFoldView, Page, worst_mistakes, write_html};
pub use formats::markdown_report::{Report, write_report};
pub use formats::model_card::{Builder, CardInputs, CardTest, ModelCard, Selection, TableInputs, write_model_card};
pub use formats::progress::{DrawTarget, Outlook, Progress, Screen};
pub use formats::show::{Column, ColumnError, Format, ShowOptions, write_board};
pub use formats::study_json::{DataRecord, Provenance, STUDY_JSON_VERSION, Versions, Winner, write_study};
pub use formats::summary::summary;
pub use formats::table::top_ten;
