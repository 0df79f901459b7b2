//! Studies, plans, fits and results, and the traits [`Objective`] and [`Store`].
//!
//! A sampler turns the [`SearchSpace`] of a [`Study`] into a [`Plan`] of [`Trial`]s. An [`Objective`] trains each
//! [`Fit`] and reports [`EpochReport`]s. [`Results`] collect them, and a [`Store`] keeps them.
//!
//! This crate depends on `crossfold-network` only. It trains nothing, starts no threads, reads no clock and opens no
//! files, so that results can be computed anywhere from a store.

pub mod conformance;
mod data;
#[cfg(test)]
mod documentation;
mod event;
mod fit;
mod json_digest;
mod key;
mod metric;
mod overrides;
mod plan;
mod ranked_trial;
mod results;
mod rows;
mod search;
mod space;
mod store;
mod study;
mod visible;

pub use data::*;
pub use event::Event;
pub use fit::{
    BaselineMethod, Checkpoint, ClassWeights, Device, EpochReport, Failure, Fingerprint, Fit, FitEnd, Generator,
    Objective, ParseFingerprintError, Seed, Stop, Stream, Trained, Watched,
};
pub use json_digest::{add_digest, has_digest};
pub use key::{FitKey, MemberKey, Origin};
pub use metric::{
    CalibrationBin, Direction, Evaluation, InfluenceSource, Metric, RowLoss, Score, Scorer, Scores, Tally,
    UndefinedMetric, calibration_bins, calibration_error, influence, most_probable, roc_area,
};
pub use overrides::Override;
pub use plan::{ConfigurationNumber, Plan, PlannedConfiguration, Trial, TrialNumber};
pub use ranked_trial::{RankedTrial, best_first};
pub use results::{FitResult, FoldScore, PruningDecision, PruningReason, Results, RungScores, RungStep, TrialState};
pub use rows::{
    CategoricalImpute, CategoricalSteps, ColumnKind, ColumnSteps, DateOrder, Encode, FoldId, GivenKind, MissingMarkers,
    NumericEncode, NumericImpute, NumericSteps, Part, Predictions, Preprocessing, Rare, RowDigest, Scale,
    SequenceColumns, Smoothing, Splits, TableSpec, TestRows, Truth, ValidationRows, clip_from_text, clip_text,
    is_hidden, yaml_scalar,
};
pub use search::{
    Budget, Enqueued, FACTOR, GivenSettings, MIN_EPOCHS, MIN_FOLDS, Order, Pace, ProposalReason, Pruner,
    PrunerDefinition, PrunerKind, RUNGS, Rung, Rungs, SamplerDefinition, SamplerKind, SearchSetting, SettingValue,
    SettingValues, Strategy, TrialsDefinition,
};
pub use space::{Dimension, Domain, MAX_ASSIGNMENTS, MAX_TABULATED, MAX_TRIALS, Prior, SearchSpace, When};
pub use store::{
    Conflict, CrashLog, EpochRecord, FitRecord, Garbage, LoggedRun, Merged, NoCrashLog, RecordCounts, RefitRecord,
    RunningFits, SUSPECT_AFTER, SharedRecord, Store, StoreError, StoredFit, StudyRecord, TestUse, Verified,
};
pub use study::{Final, Limits, MaxFailures, ModelSpace, Refit, Retention, Study, StudyName};
pub use visible::{VisibleLines, VisibleText, shell_word, shortened, visible_json, visible_line, visible_text};
