//! What Crossfold's commands do, from a spec to files.
//!
//! A front end (the command line, a page, a package for another language) reads a spec into a [`PreparedStudy`], and
//! hands it to an [`Engine`]: a store, a number of threads, a way to stop, and the machine's time and memory. While the
//! engine works it sends each [`Notice`] to a [`Watch`]; afterwards the results are in a [`ResultsFolder`] and in the store.
//!
//! Use cases return values, such as a [`StudyPlan`](crossfold_report::StudyPlan) or a
//! [`TrialExplanation`](crossfold_report::TrialExplanation). The sentences that people read are made from them by
//! `crossfold-report`, or by the front end.
//!
//! This crate knows no arguments, no terminal, no exit codes, no SQL, no signals, and no clock of its own, so that a front
//! end decides all of these. Stores are opened by their own crate.
//!
//! # Example
//!
//! Two learning rates, two folds each, and the leaderboard, without the command line:
//!
//! ```
//! use std::num::NonZeroUsize;
//! use std::time::{Duration, Instant, SystemTime};
//!
//! use crossfold_engine::{Engine, Machine, Notice, PreparedStudy, ResultsFolder, RunOptions, SpecFile, StoredStudy};
//! use crossfold_report::PlannedSearch;
//! use crossfold_store::MemoryStore;
//! use crossfold_study::{Event, NoCrashLog, ProposalReason, Stop};
//!
//! struct ThisMachine(Instant);
//!
//! impl Machine for ThisMachine {
//!     fn elapsed(&self) -> Duration {
//!         self.0.elapsed()
//!     }
//!
//!     fn now(&self) -> SystemTime {
//!         SystemTime::now()
//!     }
//!
//!     fn available_memory(&self) -> Option<u64> {
//!         None
//!     }
//! }
//!
//! # fn main() -> Result<(), crossfold_engine::Error> {
//! let spec = "
//! version: 1
//! name: votes
//! data: {source: csv, path: data/anes96/anes96.csv, target: vote}
//! model: {kind: mlp, hidden: [16]}
//! training: {epochs: 3}
//! search: {space: {learning_rate: [0.001, 0.01]}}
//! cross_validation: {folds: 2}
//! final: {variables: false}
//! ";
//! // Paths in a spec start from its own folder, here the root of the repository.
//! let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../votes.yaml");
//! let machine = ThisMachine(Instant::now());
//! let prepared = PreparedStudy::read(SpecFile::from_text(path.into(), spec.into()), Vec::new(), &machine)?;
//!
//! let (store, stop) = (MemoryStore::default(), Stop::default());
//! let engine = Engine {
//!     store: &store,
//!     crash_log: &NoCrashLog,
//!     jobs: NonZeroUsize::MIN,
//!     stop: &stop,
//!     machine: &machine,
//! };
//! // What the study would train is known beforehand.
//! let plan = crossfold_engine::plan(&prepared, &[], engine.jobs)?;
//! let PlannedSearch::Listed(planned) = &plan.search else { panic!("a grid is known beforehand") };
//! assert_eq!((planned.trials, planned.fits, planned.missing.len()), (2, 4, 4));
//!
//! let results = tempfile::tempdir().expect("a folder for results");
//! let folder = ResultsFolder::create(results.path(), &prepared.study.name, machine.now())?;
//! let options = RunOptions { fresh: false, retry: false, started: machine.now(), command: Vec::new() };
//!
//! let mut fits = 0;
//! let outcome = engine.run(&prepared, &folder, &options, &mut |notice: &Notice<'_>| {
//!     fits += usize::from(matches!(notice, Notice::Fit { event: Event::FitEnded { .. }, .. }));
//! })?;
//!
//! let leaderboard = outcome.leaderboard();
//! let winner = leaderboard.winner().expect("a trial has a score");
//! println!("trial {} is the best: {:?}", winner.trial.number, winner.mean);
//! assert_eq!((fits, leaderboard.rows().len()), (4, 2));
//! assert!(folder.path().join("leaderboard.csv").exists());
//!
//! // The store has the study, and can say where the winner came from.
//! let stored = StoredStudy::find(&store, "votes")?;
//! let explained = crossfold_engine::explain(&store, &stored, Some(winner.trial.number))?;
//! assert_eq!((explained.reason, explained.mean), (ProposalReason::Grid, winner.mean));
//! # Ok(())
//! # }
//! ```

mod baseline;
mod baseline_fits;
mod card;
mod check;
mod coefficients;
mod compare;
mod engine;
mod error;
mod event_lines;
mod explain;
mod files;
mod fingerprinting;
mod gate;
mod gate_files;
mod init;
mod list;
mod machine;
mod member;
mod model_file;
mod nested;
mod notice;
mod parallel;
mod plan;
mod predict;
mod prepared;
mod report;
mod result_files;
mod results_folder;
mod retraining;
mod run;
mod run_file;
mod search;
mod show;
mod spec_file;
mod standing;
mod status;
mod stored_study;
mod study_results;
mod trial_event;
mod trial_news;
mod until;
mod user_settings;
mod variable_scorer;
mod version;

pub use baseline::BaselineFile;
pub use check::{TrialCount, count_trials};
pub use compare::{TrialName, compare};
pub use crossfold_model::{Vectors, limit_vectors, trainer_identity};
pub use engine::Engine;
pub use error::{Error, ErrorKind, SpecMistakes};
pub use event_lines::write_event_line;
pub use explain::explain;
pub use files::{write, write_binary};
pub use gate::GateOutcome;
pub use gate_files::{GateFiles, no_verdict};
pub use init::{Tables, first_spec, write_first_spec};
pub use list::{StudyState, StudySummary, list};
pub use machine::Machine;
pub use notice::{NoWatch, Notice, Removed, SearchBegan, SearchEnd, SearchKind, TimedStage, Watch};
pub use plan::{forecast, plan};
pub use predict::{PredictOptions, predict};
pub use prepared::PreparedStudy;
pub use report::report;
pub use results_folder::ResultsFolder;
pub use run::{RunOptions, RunOutcome};
pub use show::{ShowRequest, show};
pub use spec_file::SpecFile;
pub use standing::TrialsSummary;
pub use status::{StatusText, status};
pub use stored_study::StoredStudy;
pub use study_results::StudyResults;
pub use trial_event::TrialEvent;
pub use until::{DeadlineError, until};
pub use user_settings::configured_caches;
