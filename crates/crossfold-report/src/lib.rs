//! What a study's results say, and the files and text that say it.
//!
//! `analysis` computes: the leaderboard, statistics, hyperparameter importance, comparisons with a baseline. `formats`
//! writes: CSV, HTML, Markdown, JSON, JUnit XML, the terminal. Analysis names no format.
//!
//! Every format is a pure function of a study, its plan and its results, written to a writer that
//! is passed in. This crate opens no file, reads no clock, does not train, and starts no thread (a line of progress redraws itself),
//! so the same results give the same bytes on another day and another machine. What differs from
//! run to run (times, versions) is in `timings.csv`, `study.json` and `report.html`, and in no other file.

mod analysis;
#[cfg(test)]
mod example;
mod formats;

pub use analysis::baseline::{Baseline, BaselineError, FoldRecord};
pub use analysis::baseline_methods::BaselineFits;
pub use analysis::baseline_pair::Pairing;
pub use analysis::baseline_row::{BaselineGap, BaselineRow};
pub use analysis::calibration::{Calibration, CalibrationScores};
pub use analysis::changed_data::{ChangedData, RowIdentity};
pub use analysis::coefficient::Coefficient;
pub use analysis::ensemble::{Ensemble, EnsembleEstimate, EnsembleGap, EnsembleMember, EnsembleSize};
pub use analysis::exhibits::{Exhibits, FileRow, FileRows, Picture, Pictures};
pub use analysis::file_rows::{RowIds, TestRows};
pub use analysis::findings::{Findings, RunnerUp};
pub use analysis::gate::{
    DifferingPart, Exactness, FirstDifference, FoldComparison, GateComparison, GateCriteria, GateVerdict, NoVerdict,
    UntrainedGate,
};
pub use analysis::importance::{Effect, ForestEstimate, Importance, Interaction, MainEffect};
pub use analysis::leaderboard::{Leaderboard, Row, TrialCounts};
pub use analysis::models::{ModelGap, ModelRanking, RankedModel};
pub use analysis::nested::NestedFold;
pub use analysis::out_of_fold::{ErrorChange, PerRow, RowChanges};
pub use analysis::reference_score::{ConstantAnswer, NoReference, ReferenceComparison, ReferenceVerdict};
pub use analysis::remaining_time::ExpectedTraining;
pub use analysis::row_digests::RowDigests;
pub use analysis::sample_size::SampleSizeNeeded;
pub use analysis::search_progress::{BestTrial, ExpectedWork, Price, ProgressSnapshot, SearchProgress, WorkUnit};
pub use analysis::statistics::sampling_errors;
pub use analysis::study_plan::{
    ListedTrials, OpenTrials, PlannedData, PlannedNetwork, PlannedSearch, RehearsedWork, StudyPlan, TimeForecast,
};
pub use analysis::test_score::TestScore;
pub use analysis::trace::{Fingerprints, FoldTrace, trace_folds};
pub use analysis::trial_comparison::{ComparedTrial, LeaderboardVerdict, TrialComparison};
pub use analysis::trial_explanation::TrialExplanation;
pub use analysis::variables::{CorrelatedPair, STRONG_CORRELATION, ShuffledFold, Variables};
pub use formats::csv::{InputRows, PredictedRows, lists_probabilities, only_one_probability, write_inputs};
pub use formats::events::{
    BestSoFar, EVENTS_SCHEMA, EventsVersion, Goal, JsonEvent, PlanEvent, SearchEndEvent, SettingMap, TrialEndEvent,
    write_event,
};
pub use formats::figure::{format_score, format_scores};
pub use formats::figures::width::{FigureWidth, FigureWidthError};
pub use formats::gate::{GateReport, github_annotation, write_junit_without_verdict};
pub use formats::html::{MISTAKES_SHOWN, Mistake, worst_mistakes, worst_rows};
pub use formats::interrupted::{Unfinished, interrupted};
pub use formats::model_card::{
    BuildVersions, CardEnsemble, CardFolds, CardInputs, CardTest, ModelCard, Selection, TableInputs,
};
pub use formats::progress::{DrawTarget, Progress, Screen, Waiting};
pub use formats::result_file::{Nature, RefitFiles, ReportInputs, ResultFile, Stage};
pub use formats::result_files::RESULT_FILES;
pub use formats::run_status::{RunPhase, RunStatus};
pub use formats::show::{Format, ShowOptions, SortColumn, UnknownColumn, write_board};
pub use formats::study_json::{DataRecord, Provenance, Versions, Winner, write_study};
pub use formats::table::{TableText, best_trials_table};
pub use formats::text_table::{aligned, aligned_within, wrapped};
pub use formats::used_up_budget::describe_used_up_budget;
pub use formats::variables::describe_variables;
