//! Why a trial was proposed, how far it was trained, and how it ended.

use crossfold_network::Setting;
use crossfold_study::{Metric, ProposalReason, RungStep, Score, StudyName, TrialNumber, TrialState};

/// Why a trial of a study was proposed, how far it was trained and why no further, and how it ended.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialExplanation {
    pub study: StudyName,
    pub trial: TrialNumber,
    /// The metric that the study is ranked by, and the unit of all scores here.
    pub metric: Metric,
    /// The trial's values of the hyperparameters that the study searches; those without an effect are left out.
    pub settings: Vec<Setting>,
    pub reason: ProposalReason,
    /// The rungs that the trial reached, from the lowest. Without a pruner, at most the last.
    pub rungs: Vec<RungStep>,
    pub state: TrialState,
    /// The mean score over the study's folds; `None` unless the trial is complete and has a score.
    pub mean: Option<Score>,
    /// Whether the study's folds are of several repeats.
    pub several_repeats: bool,
}
