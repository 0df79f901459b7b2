//! What happens in a use case, as one stream.

mod words;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use crossfold_data::Remark;
use crossfold_report::{ExpectedTraining, ExpectedWork, Leaderboard, Price, TestScore, TrialCounts, Variables};
use crossfold_search::{BudgetLimit, Course, Rehearsal, RunStart};
use crossfold_study::{
    BaselineMethod, Evaluation, Event, FoldId, MAX_TRIALS, Metric, StudyName, TestUse, Trial, TrialNumber,
};
use crossfold_system::Destination;

use crate::machine::Machine;
use crate::prepared::PreparedStudy;
use crate::trial_event::TrialEvent;

/// Receives everything that happens, in order, on the thread that called the engine.
///
/// A progress bar, a log and a live page are implementations. A notice can't fail: an implementation that can't show one
/// keeps the error itself, so that a broken screen ends no run.
///
/// A closure that takes a [`Notice`] is a `Watch`; [`NoWatch`] ignores everything.
pub trait Watch {
    fn notice(&mut self, notice: &Notice<'_>);
}

impl<F: FnMut(&Notice<'_>)> Watch for F {
    fn notice(&mut self, notice: &Notice<'_>) {
        self(notice);
    }
}

/// Ignores everything.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoWatch;

impl Watch for NoWatch {
    fn notice(&mut self, _: &Notice<'_>) {}
}

/// What was removed from the store.
#[derive(Clone, Copy, Debug)]
pub enum Removed<'a> {
    /// The study's fits, except those that other studies share.
    Fits(&'a StudyName),
    /// A number of records that were damaged.
    Damaged(usize),
}

impl fmt::Display for Removed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Removed::Fits(study) => {
                write!(f, "the stored fits of `{study}` are forgotten, but for those that other studies share")
            }
            Removed::Damaged(1) => write!(f, "1 damaged record was removed from the store"),
            Removed::Damaged(records) => write!(f, "{records} damaged records were removed from the store"),
        }
    }
}

/// Something that happened. Each kind is sent from one place in the engine.
#[derive(Clone, Copy)]
pub enum Notice<'a> {
    /// A study's rows were read and checked.
    DataRead(&'a PreparedStudy),
    /// Remarks on rows that are to be predicted.
    NewRowsRead(&'a [Remark]),
    /// A study's fits are about to be looked up or trained.
    Planned(&'a PreparedStudy),
    /// An earlier run of the study ended without writing its results; `holder` says which process it was.
    EarlierRunDied {
        holder: &'a str,
    },
    /// The last run of the study had other data, so nothing of it can be used again.
    DataChanged(&'a StudyName),
    /// Something was removed from the store before the search.
    Removed(Removed<'a>),
    /// This many fits of baseline methods are not stored, and are about to be made.
    BaselinesBegan {
        fits: usize,
    },
    /// These methods would take long or much memory on the study's rows, inputs and classes.
    BaselinesLeftOut {
        methods: &'a [BaselineMethod],
    },
    /// Methods that had no finite result on a fold: the study is not compared with them.
    BaselinesFailed {
        methods: &'a [BaselineMethod],
    },
    /// Stored fits were looked up; training begins.
    SearchBegan(SearchBegan<'a>),
    /// An event of a fit. The results of `course` include it.
    Fit {
        search: SearchKind,
        event: &'a Event,
        course: &'a Course<'a>,
    },
    /// Something happened to a trial of the study's own search.
    Trial {
        trial: &'a Trial,
        event: &'a TrialEvent<'a>,
        course: &'a Course<'a>,
    },
    /// Nothing more is trained or decided.
    SearchSettled {
        search: SearchKind,
        course: &'a Course<'a>,
    },
    /// Fits are retrained, since their out-of-fold predictions are not stored.
    RetrainedForPredictions {
        fits: usize,
    },
    /// The study's search is over, and why.
    SearchEnded(SearchEnd),
    /// The trials were ranked.
    Ranked(&'a Leaderboard<'a>),
    /// The run was stopped before any trial was complete, so an earlier run's files stay in `folder`.
    EarlierResultsStay {
        folder: &'a Path,
    },
    /// Nested cross-validation searches within one more fold, the `number`th of `folds`.
    NestedFoldBegan {
        number: usize,
        folds: usize,
    },
    /// Nested cross-validation has no score, since a fold has no winner or its winner no score.
    NestedUnscored,
    /// Nested cross-validation ended with a `mean` over folds.
    NestedScored {
        metric: Metric,
        mean: f64,
    },
    /// The winner is retrained on each fold, and its networks predict together.
    FoldsBegan {
        /// The winner.
        trial: TrialNumber,
        epochs: u32,
        folds: usize,
        /// Those that are split.
        rows: usize,
    },
    /// The winner, or an ensemble, is retrained on all rows.
    RefitBegan {
        /// The winner.
        trial: TrialNumber,
        rank: Option<u32>,
        /// The number of trials that are retrained; more than 1 for an ensemble.
        members: usize,
        /// Those of the networks that are trained longest.
        epochs: u32,
        /// The number of networks that are averaged.
        networks: u32,
        rows: usize,
    },
    /// The stored network of the winner can't be used, so it is retrained.
    StoredNetworkRefused {
        reason: &'a str,
    },
    /// The winner is retrained, for `epochs`.
    RefitEnded {
        epochs: u32,
    },
    /// The refitted network was scored on the test rows; `scores` are in every metric that is defined.
    Tested {
        metric: Metric,
        score: Evaluation,
        scores: &'a [TestScore],
    },
    /// Other networks were scored on the same test rows before.
    TestRowsUsed(&'a TestUse),
    RefitFailed {
        reason: &'a str,
    },
    /// Which columns of the table matter to the winner; `None` where `budget.wall` left no time to find out.
    Variables(Option<&'a Variables>),
    /// The winner is not retrained, since the run was stopped.
    RefitCancelled,
    /// A result file is in its place; `name` is its path in the results folder.
    FileWritten {
        name: &'a str,
        took: Duration,
    },
    StageBegan(TimedStage),
    StageEnded {
        stage: TimedStage,
        took: Duration,
    },
    /// All result files are written.
    ResultsWritten {
        folder: &'a Path,
    },
    /// The inputs that a network has for new rows are written to `path`.
    InputsWritten {
        rows: usize,
        path: &'a Destination,
    },
    /// Predictions of `target` for new rows are written to `path`.
    PredictionsWritten {
        target: &'a str,
        rows: usize,
        path: &'a Destination,
    },
}

/// Which of a command's searches a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchKind {
    /// The study's own.
    Study,
    /// The study's search on the training rows of a fold alone.
    Nested(FoldId),
    /// The winner is retrained on each fold, for networks that predict together.
    Folds,
    /// The winner is retrained on each fold, and scored with its columns shuffled.
    Variables,
    /// The study is retrained for a gate or a baseline.
    Retraining,
}

/// What is known of a search before its first fit.
#[derive(Clone, Copy)]
pub struct SearchBegan<'a> {
    pub search: SearchKind,
    pub prepared: &'a PreparedStudy,
    pub course: &'a Course<'a>,
    pub beginning: RunStart,
    /// Threads that train.
    pub jobs: usize,
    /// The time left until the study's deadline.
    pub time_left: Option<Duration>,
}

/// The most trials that are rehearsed to find out how long a search takes.
const REHEARSED: u32 = 1000;

impl SearchBegan<'_> {
    /// The work to come, for a screen.
    pub fn expected_work(&self) -> ExpectedWork {
        let SearchBegan { course, beginning, time_left, .. } = *self;
        let most = course.most_trials();
        ExpectedWork {
            missing: beginning.missing,
            is_all: course.is_over(),
            trials: (most < MAX_TRIALS).then_some(most),
            training: (!course.is_over() && most < MAX_TRIALS).then(|| self.rehearse(most)),
            deadline: time_left,
        }
    }

    /// What an epoch of a configuration costs, in seconds of a usual processor.
    pub fn price(&self) -> Price {
        let data_size = self.prepared.data_size();
        Box::new(move |configuration| crossfold_search::usual_epoch_seconds(configuration, &data_size))
    }

    /// The training of a search of `most` trials whose scores fall at random.
    fn rehearse(&self, most: u64) -> ExpectedTraining {
        let PreparedStudy { study, .. } = self.prepared;
        let folds = self.course.plan().folds.clone();
        let rehearsal = Rehearsal::run(study, folds, self.prepared.data_size(), REHEARSED);
        let times = (most as f64 / (rehearsal.trials.max(1) as f64)).max(1.0);
        ExpectedTraining {
            epochs: rehearsal.epochs as f64 * times,
            sittings: rehearsal.sittings as f64 * times,
            cost: rehearsal.usual_seconds * times,
        }
    }

    /// The trials and fits to come. Where decisions depend on results: the most trials that there can be, with a fit on each
    /// fold.
    pub fn expected(&self) -> (usize, usize) {
        let (course, plan) = (self.course, self.course.plan());
        if course.is_over() {
            return (plan.trials.len(), plan.fits());
        }
        let trials = usize::try_from(course.most_trials()).unwrap_or(usize::MAX);
        (trials, trials.saturating_mul(plan.folds.len()))
    }
}

/// Why a search is over; all false or `None` where every trial reached its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchEnd {
    /// A stop was requested.
    pub is_stopped: bool,
    /// More trials failed than `limits.max_failures` allows.
    pub too_many_failures: bool,
    /// The budget that was used up.
    pub limit: Option<BudgetLimit>,
    /// Whether it left no trial complete, and could have.
    pub leaves_no_winner: bool,
    /// Where time ended the search before any trial was complete: how much more the quickest one needs.
    pub time_missing: Option<Duration>,
    /// Where time ended the search: how much of it is left for what follows.
    pub time_kept: Option<Duration>,
    /// How its trials ended.
    pub trials: TrialCounts,
    /// Fits that were trained, and that were found in the store.
    pub trained: usize,
    pub stored: usize,
}

/// A stage that takes long enough to be timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimedStage {
    /// Reading a stored study.
    Reading,
    /// Ranking the trials.
    Ranking,
    /// Comparing the trials by their out-of-fold predictions.
    Comparing,
    /// Estimating which hyperparameters matter.
    Importance,
}

impl TimedStage {
    /// What is being done.
    pub fn in_words(self) -> &'static str {
        match self {
            TimedStage::Reading => "reading the study",
            TimedStage::Ranking => "ranking the trials",
            TimedStage::Comparing => "comparing the trials",
            TimedStage::Importance => "estimating which hyperparameters matter",
        }
    }

    /// What was done.
    pub fn done_in_words(self) -> &'static str {
        match self {
            TimedStage::Reading => "read the study",
            TimedStage::Ranking => "ranked the trials",
            TimedStage::Comparing => "compared the trials",
            TimedStage::Importance => "found what matters",
        }
    }
}

impl PreparedStudy {
    /// Sends notices of the rows and the plan to `watch`. A front end calls it once its screens and logs are open.
    pub fn announce(&self, watch: &mut dyn Watch) {
        watch.notice(&Notice::DataRead(self));
        watch.notice(&Notice::Planned(self));
    }
}

/// Carries out a stage, and sends a notice with its duration.
pub(crate) fn timed<T>(
    stage: TimedStage,
    machine: &dyn Machine,
    watch: &mut dyn Watch,
    carry_out: impl FnOnce() -> T,
) -> T {
    watch.notice(&Notice::StageBegan(stage));
    let began = machine.elapsed();
    let done = carry_out();
    watch.notice(&Notice::StageEnded { stage, took: machine.elapsed().saturating_sub(began) });
    done
}
