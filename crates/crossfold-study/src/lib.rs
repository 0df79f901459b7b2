//! The words of Crossfold: what a study is, what a trial is, what a fit reports.
//!
//! This crate is the leaf that every other one stands on. It knows no burn, starts no threads,
//! reads no clock and opens no files, so that a spec can be checked in a browser, a leaderboard
//! re-made on another day, and every other crate rebuilt in seconds.
//!
//! The flow, in its types: YAML text becomes a raw spec, then a checked [`Study`] ([`spec::read`]); a
//! sampler turns its [`SearchSpace`] into a [`Plan`] of [`Trial`]s; an [`Objective`] trains each
//! [`Fit`] and reports [`EpochReport`]s; [`Results`] collect them.

mod checkpoint;
mod configuration;
pub mod conformance;
mod crash_log;
mod event;
mod fingerprint;
mod fit;
mod hyperparameter;
mod key;
mod metric;
mod plan;
mod randomness;
mod results;
mod search;
mod settings;
mod space;
pub mod spec;
mod store;
mod study;
mod table;
mod words;

pub use checkpoint::Checkpoint;
pub use configuration::{
    Activation, ActivationName, Augmentation, Block, Cell, Configuration, Convolution, Form, Front, HiddenLayer, Image,
    Init, Kind, Layer, Loss, LossName, MAX_PARAMETERS, Misfit, Normalization, NormalizationKind, Optimizer,
    OptimizerName, Padding, Pooling, PoolingKind, Progress, Recurrence, Recurrent, Role, Schedule, ScheduleName, Shape,
    Summary, TensorSpec, tensors,
};
pub use crash_log::{CrashLog, LoggedRun, NoCrashLog, RunningFits, SUSPECT_AFTER};
pub use event::Event;
pub use fingerprint::{Fingerprint, NoFingerprint};
pub use fit::{EpochReport, Failure, Fit, FitEnd, FoldId, Objective, Part, Predictions, Stop, Trained, Watched};
pub use hyperparameter::{Param, PerLayer, Setting};
pub use key::{FitKey, Origin};
pub use metric::{
    ClassScorer, ClassScores, Direction, Evaluation, Metric, Score, Scored, Tally, Task, UndefinedMetric, influence,
    most_probable,
};
pub use plan::{ConfigurationNumber, Plan, PlannedConfiguration, Trial, TrialNumber};
pub use randomness::{Generator, Seed, Stream};
pub use results::{FitResult, FoldScore, Results, RungScores, TrialState};
pub use search::{Budget, Enqueued, Order, Pace, Pruner, Rung, Rungs, Strategy};
pub use settings::{Settings, SettingsError};
pub use space::{Dimension, Domain, MAX_ASSIGNMENTS, MAX_TABULATED, MAX_TRIALS, Prior, SearchSpace, When};
pub use store::{
    EpochRecord, FitRecord, Garbage, RefitRecord, Store, StoreError, StoredFit, StudyRecord, Truth, ValidationRows,
};
pub use study::{
    ClassWeights, DataSource, DataSpec, Device, Final, Limits, MaxFailures, ModelSpace, Refit, Retention,
    SequenceColumns, Splits, Study, StudyName, TableSource, TestRows,
};
pub use table::{
    CategoricalImpute, CategoricalSteps, ColumnKind, ColumnSteps, DecimalMark, Delimiter, Encode, GivenKind,
    NumericImpute, NumericSteps, Preprocessing, Rare, Scale, Smoothing, TableFormat, TextEncoding,
};
