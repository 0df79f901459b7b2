//! What a study came to, for people and for their tools: the leaderboard, what it hangs on, CSV files, the
//! record of a run, and the progress shown while it lasts.
//!
//! Every format is a pure function of a study, its plan and its results, written to a writer that
//! is passed in. This crate opens no file, reads no clock, and knows neither networks nor threads,
//! so the same results give the same bytes on another day and another machine. What differs from
//! run to run (times, versions) is in `timings.csv`, `study.json` and `report.html`, and in no other file.

mod against;
mod baseline;
mod compare;
mod csv_files;
mod dictionary;
mod events;
#[cfg(test)]
mod example;
mod exhibits;
mod figure;
mod findings;
mod gate;
mod html;
mod hyperparameter;
mod importance;
mod leaderboard;
mod model_card;
mod nested;
mod out_of_fold;
mod progress;
mod provenance;
mod reached;
mod report_md;
mod show;
mod statistics;
mod summary;
mod table;
mod test_score;
mod trace;

pub use against::Matched;
pub use baseline::{BASELINE_VERSION, Baseline, BaselineError};
pub use compare::{Contrast, Contrasted};
pub use csv_files::{
    SeenRows, write_curves, write_folds, write_importance, write_inputs, write_leaderboard, write_nested,
    write_predicted, write_predictions, write_test, write_timings,
};
pub use dictionary::write_dictionary;
pub use events::{EVENTS_VERSION, JsonEvent, write_event};
pub use exhibits::{Exhibits, Picture, Pictures, errors_of_rows, interval_of_rows};
pub use figure::figure;
pub use findings::{Findings, RunnerUp};
pub use gate::{
    Comparison, Exactness, FirstDifference, FoldComparison, Settles, Terms, Told, Untrained, Verdict, What,
};
pub use html::{MISTAKES_SHOWN, Mistake, OutOfFoldView, Page, worst_mistakes, write_html};
pub use importance::{Alone, Effect, Importance, OverTrees, Together};
pub use leaderboard::{Leaderboard, Row, Tally};
pub use model_card::{Builder, CardInputs, CardTest, ModelCard, Selection, TableInputs, write_model_card};
pub use nested::NestedFold;
pub use out_of_fold::{Changed, ErrorChange, PerRow};
pub use progress::{DrawTarget, Outlook, Progress, Screen};
pub use provenance::{DataRecord, Provenance, STUDY_JSON_VERSION, Versions, Winner, write_study};
pub use report_md::{Report, write_report};
pub use show::{Column, ColumnError, Format, ShowOptions, write_board};
pub use summary::summary;
pub use table::top_ten;
pub use test_score::TestScore;
pub use trace::{Fingerprints, FoldTrace, trace};
