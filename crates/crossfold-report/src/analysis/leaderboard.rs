//! The leaderboard: every trial of a study, the best first.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crossfold_network::{Configuration, Kind, Param, Setting, Settings, Shapes, Task};
use crossfold_study::{
    Dimension, Domain, Evaluation, FoldId, FoldScore, Metric, Plan, RankedTrial, Refit, Results, Rung, Score, Study,
    Trial, TrialState,
};
use serde::{Deserialize, Serialize};

use crate::analysis::baseline_row::BaselineRow;
use crate::analysis::calibration::Calibration;
use crate::analysis::ensemble::Ensemble;
use crate::analysis::findings::Findings;
use crate::analysis::fold_scores::fold_scores;
use crate::analysis::models::ModelRanking;
use crate::analysis::statistics::{self, corrected_error, standard_error};

/// The hyperparameters with a column in every leaderboard.
const ALWAYS: [Param; 12] = [
    Param::Layers,
    Param::Nodes,
    Param::Hidden,
    Param::Activation,
    Param::Dropout,
    Param::Optimizer,
    Param::LearningRate,
    Param::Momentum,
    Param::Nesterov,
    Param::L2,
    Param::BatchSize,
    Param::Epochs,
];

/// One row per trial: those with a score in the order of [`RankedTrial`]; then pruned ones, by the work done and then by
/// score; then failed ones; then cancelled ones.
pub struct Leaderboard<'a> {
    pub(crate) study: &'a Study,
    plan: &'a Plan,
    shapes: Shapes,
    pub(crate) rows: Vec<Row<'a>>,
    counts: TrialCounts,
    columns: Vec<Param>,
    /// `None` before it is [judged](Leaderboard::judge), and where no trial has a score.
    pub(crate) findings: Option<Findings>,
    /// The best of each model, once it is judged; `None` for a study of one model.
    pub(crate) models: Option<ModelRanking>,
    /// Empty before they are compared.
    pub(crate) baselines: Vec<BaselineRow>,
    /// `None` before it is [picked](Leaderboard::pick_ensemble), and where none is asked for or known.
    pub(crate) ensemble: Option<Ensemble>,
    /// The calibration of the winner, where it is asked for and known.
    pub(crate) calibration: Option<Calibration>,
}

/// A trial and its scores.
pub struct Row<'a> {
    /// From 1; `None` for a trial without a score.
    pub rank: Option<u32>,
    pub trial: &'a Trial,
    pub configuration: &'a Configuration,
    pub state: TrialState,
    /// The metric on each of the plan's folds, where it is known and defined; for a trial that the search ended on the folds
    /// of its rung, at the rung's epochs.
    pub scores: Vec<Option<f64>>,
    /// The mean over the folds on which the metric is defined, once all are scored; `None` for a pruned trial.
    pub mean: Option<Score>,
    /// For a trial that the search ended, the mean over its rung's folds at the rung's epochs.
    pub rung_mean: Option<Score>,
    /// The means of all of the task's metrics, as `mean`.
    pub means: BTreeMap<Metric, f64>,
    /// The standard error of the mean; `None` for a single fold.
    pub standard_error: Option<f64>,
    /// The standard error of the mean with an allowance for folds that share training rows: from the scores of folds, and
    /// from rows once the leaderboard is [judged](Leaderboard::judge), where predictions are stored.
    pub corrected_error: Option<f64>,
    /// The 95 % confidence interval of the expected score of a network trained on as many rows as a fold's, made with
    /// `corrected_error`; for a single fold known once the leaderboard is judged.
    pub interval: Option<[f64; 2]>,
    /// Whether it is statistically tied with the best, once the leaderboard is judged.
    pub tied: Option<bool>,
    /// Whether it scores worse than predicting the majority class or the mean, once the leaderboard is judged.
    pub scores_below_reference: bool,
    /// Whether it does, and the best is shown to be better than that; such a trial is not tied, whatever the test says.
    pub is_below_reference: bool,
    /// The p-value of its gap to the best, as if no other had been compared; `None` for the best.
    pub p: Option<f64>,
    /// The p-value of its gap to the best, adjusted for comparing all trials; `None` for the best.
    pub adjusted_p: Option<f64>,
    /// Validation rows to training rows, averaged over the folds with a score.
    pub(crate) ratio: Option<f64>,
    /// How much more accurate it is on training than on validation rows, averaged over the folds with a score; 0 for a
    /// regression.
    pub(crate) optimism: f64,
    /// Number of weights and biases of the network.
    pub parameters: u64,
    /// The cost of training, in floating-point operations per row.
    pub price: u64,
    /// What it is ranked by; `None` for a trial without a score.
    ranked: Option<RankedTrial<'a>>,
}

/// Numbers of trials by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialCounts {
    /// Scored on all folds.
    pub complete: u32,
    /// Ended by the search before they were complete, and so without a rank.
    pub pruned: u32,
    pub failed: u32,
    /// Stopped before all folds were scored, by a budget or with the run.
    pub cancelled: u32,
}

impl TrialCounts {
    /// Counts trials in these states.
    pub fn of<'s>(states: impl IntoIterator<Item = &'s TrialState>) -> TrialCounts {
        let mut counts = TrialCounts::default();
        for state in states {
            match state {
                TrialState::Complete => counts.complete += 1,
                TrialState::Pruned { .. } => counts.pruned += 1,
                TrialState::Failed { .. } => counts.failed += 1,
                TrialState::Cancelled { .. } => counts.cancelled += 1,
            }
        }
        counts
    }
}

impl<'a> Leaderboard<'a> {
    /// Ranks the trials of `plan` by the study's metric; `shapes` are those of its networks.
    pub fn new(study: &'a Study, plan: &'a Plan, results: &Results, shapes: impl Into<Shapes>) -> Leaderboard<'a> {
        let shapes = shapes.into();
        let mut rows: Vec<Row<'a>> =
            plan.trials.iter().map(|trial| Row::new(study.metric, plan, trial, results, &shapes)).collect();
        rows.sort_by(|a, b| a.before(b, study.metric));
        for (rank, row) in (1..).zip(rows.iter_mut().take_while(|row| row.mean.is_some())) {
            row.rank = Some(rank);
        }
        let counts = TrialCounts::of(rows.iter().map(|row| &row.state));
        let columns = columns(study, &rows);
        let (findings, models, ensemble, calibration, baselines) = (None, None, None, None, Vec::new());
        Leaderboard { study, plan, shapes, rows, counts, columns, findings, models, ensemble, calibration, baselines }
    }

    /// Every trial of the plan, in order.
    pub fn rows(&self) -> &[Row<'a>] {
        &self.rows
    }

    /// The trial ranked first; `None` where no trial has a score.
    pub fn best(&self) -> Option<&Row<'a>> {
        self.rows.first().filter(|row| row.rank.is_some())
    }

    /// The trial to refit, selected as `final.refit` says; `None` where no trial has a score. [`Refit::OneSe`] selects,
    /// among the trials whose mean is within one standard error of the best, the one with the fewest parameters, then the
    /// lowest price (Breiman, Friedman, Olshen and Stone 1984, "Classification and regression trees", section 3.4.3).
    pub fn winner(&self) -> Option<&Row<'a>> {
        let best = self.best()?;
        match (self.study.finish.refit, best.mean, best.standard_error) {
            (Refit::OneSe, Some(mean), Some(error)) => {
                let is_near = |row: &&Row<'a>| row.mean.is_some_and(|other| (other.get() - mean.get()).abs() <= error);
                self.rows.iter().filter(is_near).min_by_key(|row| (row.parameters, row.price, row.rank))
            }
            (Refit::OneSe | Refit::Best | Refit::Folds | Refit::None, _, _) => Some(best),
        }
    }

    /// The conclusions that the scores support, once it is [judged](Leaderboard::judge); `None` where no trial has a score.
    pub fn findings(&self) -> Option<&Findings> {
        self.findings.as_ref()
    }

    /// Records how the probabilities of what is retrained are calibrated.
    pub fn calibrate(&mut self, calibration: Option<Calibration>) {
        self.calibration = calibration;
    }

    /// How the winner's probabilities are calibrated; `None` unless that is asked for, and its out-of-fold predictions are
    /// stored.
    pub fn calibration(&self) -> Option<&Calibration> {
        self.calibration.as_ref()
    }

    /// The best of each model, once it is [judged](Leaderboard::judge); `None` unless trials of two models have scores.
    pub fn models(&self) -> Option<&ModelRanking> {
        self.models.as_ref()
    }

    /// Number of repeats of cross-validation.
    pub(crate) fn repeats(&self) -> u32 {
        self.plan.folds.iter().map(|fold| fold.repeat + 1).max().unwrap_or(1)
    }

    /// Numbers of trials by state.
    pub fn counts(&self) -> TrialCounts {
        self.counts
    }

    /// Whether the search may end trials before they are complete.
    pub(crate) fn prunes(&self) -> bool {
        self.study.pruner.prunes()
    }

    /// What to call the trials with a rank: `trials`, or `complete trials` where others were pruned.
    pub(crate) fn ranked_in_words(&self) -> &'static str {
        if self.counts.pruned > 0 { "complete trials" } else { "trials" }
    }

    pub(crate) fn study(&self) -> &'a Study {
        self.study
    }

    pub(crate) fn plan(&self) -> &'a Plan {
        self.plan
    }

    /// The metric that ranks.
    pub fn metric(&self) -> Metric {
        self.study.metric
    }

    /// The shapes of the study's networks.
    pub(crate) fn shapes(&self) -> &Shapes {
        &self.shapes
    }

    pub(crate) fn folds(&self) -> &'a [FoldId] {
        &self.plan.folds
    }

    /// The hyperparameters that the study searches.
    pub(crate) fn searched(&self) -> impl Iterator<Item = Param> {
        self.study.searched().into_iter()
    }

    /// The domains in which the models search `param`.
    pub(crate) fn domains(&self, param: Param) -> impl Iterator<Item = &'a Domain> {
        self.dimensions(param).map(|dimension| &dimension.domain)
    }

    /// The dimensions of `param` in the models' spaces.
    pub(crate) fn dimensions(&self, param: Param) -> impl Iterator<Item = &'a Dimension> {
        let dimensions = self.study.models.iter().flat_map(|model| model.space.dimensions());
        dimensions.filter(move |dimension| dimension.param == param)
    }

    /// The hyperparameters with a column.
    pub(crate) fn columns(&self) -> &[Param] {
        &self.columns
    }

    /// Why the trial of `row` failed, and on which fold; `None` where it did not.
    pub(crate) fn failure(&self, row: &Row<'_>) -> Option<String> {
        match &row.state {
            TrialState::Failed { fold, failure } => Some(format!("{}: {failure}", fold.in_words(self.has_repeats()))),
            TrialState::Complete | TrialState::Pruned { .. } | TrialState::Cancelled { .. } => None,
        }
    }

    fn has_repeats(&self) -> bool {
        self.plan.folds.iter().any(|fold| fold.repeat > 0)
    }

    /// The name of a fold in columns: `fold_1`, or `repeat_1_fold_1` where there are several repeats; counted from 1.
    pub(crate) fn fold_name(&self, id: FoldId) -> String {
        if self.has_repeats() {
            format!("repeat_{}_fold_{}", id.repeat + 1, id.fold + 1)
        } else {
            format!("fold_{}", id.fold + 1)
        }
    }
}

/// The hyperparameters with a column: those that have one in every leaderboard, and others that are searched or have a
/// value in some trial that is not the default.
fn columns(study: &Study, rows: &[Row<'_>]) -> Vec<Param> {
    let searched = study.searched();
    let usual = Settings::defaults(study.data.task());
    let is_unusual = |param: Param, row: &Row<'_>| {
        // Without other kinds, `layers` distinguishes linear models from perceptrons.
        let only_dense = param == Param::Kind && matches!(row.configuration.kind(), Kind::Linear | Kind::Mlp);
        let no_decay = param == Param::WeightDecay && row.configuration.weight_decay == 0.0;
        let is_usual = |value| Some(&value) == usual.get(param);
        !only_dense && !no_decay && row.value(param).is_some_and(|value| !is_usual(value))
    };
    let is_unusual = |param| rows.iter().any(|row| is_unusual(param, row));
    let has_column = |&param: &Param| ALWAYS.contains(&param) || searched.contains(&param) || is_unusual(param);
    Param::ALL.iter().copied().filter(has_column).collect()
}

/// Validation rows to training rows of a fit, once it has reported an epoch.
fn validation_ratio(results: &Results, trial: &Trial, fold: FoldId) -> Option<f64> {
    let report = results.fit(trial.configuration, fold)?.report(1)?;
    Some(f64::from(report.validation?.tally.rows()) / f64::from(report.training.rows()))
}

/// The accuracy on training rows minus that on validation rows, at the epoch that the trial reads.
fn optimism(results: &Results, trial: &Trial, fold: &FoldScore) -> Option<f64> {
    let training = Evaluation::from(results.fit(trial.configuration, fold.fold)?.report(fold.epoch)?.training);
    Some(training.get(Metric::Accuracy)? - fold.evaluation?.get(Metric::Accuracy)?)
}

impl<'a> Row<'a> {
    fn new(metric: Metric, plan: &'a Plan, trial: &'a Trial, results: &Results, shapes: &Shapes) -> Row<'a> {
        let configuration = &plan.configuration(trial.configuration).configuration;
        let folds = fold_scores(plan, trial, results);
        let scores: Vec<Option<f64>> = folds.iter().map(|fold| fold.evaluation?.get(metric)).collect();
        let mean = results.mean(plan, trial, metric);
        let means = Metric::all_for(metric.task()).iter().filter(|_| trial.ended_at().is_none());
        let known: Vec<f64> = scores.iter().copied().flatten().collect();
        let defined = plan.folds.iter().zip(&scores).filter(|(_, score)| score.is_some()).map(|(&fold, _)| fold);
        let ratios: Vec<f64> = defined.filter_map(|fold| validation_ratio(results, trial, fold)).collect();
        let ratio = (!ratios.is_empty()).then(|| statistics::mean(&ratios));
        let read = folds.iter().filter(|fold| metric.task() == Task::Classification && fold.evaluation.is_some());
        let optimism: Vec<f64> = read.filter_map(|fold| optimism(results, trial, fold)).collect();
        let corrected = mean.zip(ratio).and_then(|(mean, ratio)| corrected_error(&known, mean.get(), ratio));
        let freedom = known.len() as f64 - 1.0;
        // Folds with equal scores tell nothing about the standard error.
        let known_error = corrected.filter(|&error| error > 0.0);
        let interval =
            mean.zip(known_error).map(|(mean, error)| statistics::interval(mean.get(), error, freedom, metric));
        Row {
            rank: None,
            trial,
            configuration,
            state: results.state(plan, trial),
            scores,
            mean,
            rung_mean: trial.ended_at().and_then(|at| Score::new(results.at_rung(plan, trial, at, metric)?.mean()?)),
            means: means.filter_map(|&metric| Some((metric, FoldScore::mean(&folds, metric)?.get()))).collect(),
            standard_error: mean.and_then(|mean| standard_error(&known, mean.get())),
            corrected_error: corrected,
            interval,
            tied: None,
            scores_below_reference: false,
            is_below_reference: false,
            p: None,
            adjusted_p: None,
            ratio,
            optimism: if optimism.is_empty() { 0.0 } else { statistics::mean(&optimism) },
            parameters: configuration.parameters(shapes.of(configuration)),
            price: configuration.training_flops(shapes.of(configuration)).saturating_mul(u64::from(trial.epochs)),
            ranked: RankedTrial::new(plan, trial, results, metric, shapes),
        }
    }

    /// The value of a hyperparameter; `None` where it has no effect.
    pub(crate) fn value(&self, param: Param) -> Option<Setting> {
        self.trial.setting(self.configuration, param)
    }

    /// The rung at which the search ended the trial.
    pub(crate) fn rung(&self) -> Option<Rung> {
        match self.state {
            TrialState::Pruned { at } => Some(at),
            TrialState::Cancelled { at } => at,
            TrialState::Complete | TrialState::Failed { .. } => None,
        }
    }

    fn before(&self, other: &Row<'_>, metric: Metric) -> Ordering {
        let group = |row: &Row<'_>| match row.state {
            TrialState::Complete => 0,
            TrialState::Pruned { .. } => 1,
            TrialState::Failed { .. } => 2,
            TrialState::Cancelled { .. } => 3,
        };
        let work = |row: &Row<'_>| row.rung().map_or(0, |at| u64::from(at.epochs) * u64::from(at.folds));
        let by_rung_mean = |mine: Score, theirs: Score| mine.better_first(theirs, metric.direction());
        known_first(self.ranked.as_ref(), other.ranked.as_ref(), |mine, theirs| mine.better_first(theirs))
            .then(group(self).cmp(&group(other)))
            .then(work(other).cmp(&work(self)))
            .then(known_first(self.rung_mean, other.rung_mean, by_rung_mean))
            .then(self.trial.number.cmp(&other.trial.number))
    }
}

/// Orders known values before unknown ones.
fn known_first<T>(mine: Option<T>, theirs: Option<T>, order: impl FnOnce(T, T) -> Ordering) -> Ordering {
    match (mine, theirs) {
        (Some(mine), Some(theirs)) => order(mine, theirs),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    fn order(metric: Metric) -> Vec<(Option<u32>, u32, &'static str)> {
        let (study, plan) = (example::study(metric), example::plan());
        let board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
        board.rows().iter().map(|row| (row.rank, row.trial.number.0, row.state.name())).collect()
    }

    /// Means by hand: trial 0 (0.5 + 0.25) / 2, trial 1 (0.75 + 0.75) / 2, trial 2 (1 + 0.5) / 2.
    #[test]
    fn rows_are_ordered_by_score_then_parameters_then_state() {
        let expected = [
            (Some(1), 1, "complete"),
            (Some(2), 2, "complete"),
            (Some(3), 0, "complete"),
            (None, 3, "failed"),
            (None, 4, "cancelled"),
            (None, 5, "cancelled"),
        ];
        assert_eq!(order(Metric::Accuracy), expected);
        // The example's loss is 2 − accuracy: less is better, so the order is the same.
        assert_eq!(order(Metric::LogLoss), expected);
    }

    /// Means at rungs by hand: trial 1 (0.5 + 0.25) / 2 on two folds; on one trial 3 has 1, trials 4 and 5 have 0.125.
    #[test]
    fn pruned_trials_rank_below_complete_ones_by_work_then_score() {
        let order = |metric, plan: &Plan| -> Vec<_> {
            let study = example::pruning_study(metric);
            let board = Leaderboard::new(&study, plan, &example::results(), example::SHAPE);
            assert!(board.rows().iter().all(|row| row.mean.is_none() || row.state == TrialState::Complete));
            let row = |row: &Row<'_>| (row.rank, row.trial.number.0, row.state.name(), row.rung_mean.map(Score::get));
            board.rows().iter().map(row).collect()
        };
        let mut plan = example::pruned_plan();
        let expected = [
            (Some(1), 2, "complete", None),
            (Some(2), 0, "complete", None),
            (None, 1, "pruned", Some(0.375)),
            (None, 4, "pruned", Some(0.125)),
            (None, 5, "pruned", Some(0.125)),
            (None, 3, "failed", None),
        ];
        assert_eq!(order(Metric::Accuracy, &plan), expected);
        plan.trials[3].pruned = Some(Rung { epochs: 1, folds: 1 });
        let numbers = |metric| order(metric, &plan).into_iter().map(|(_, number, ..)| number).collect::<Vec<_>>();
        assert_eq!(numbers(Metric::Accuracy), [2, 0, 1, 3, 4, 5]);
        // The loss is 2 − accuracy, and less is better.
        assert_eq!(numbers(Metric::LogLoss), [2, 0, 1, 3, 4, 5]);
        let (study, results) = (example::pruning_study(Metric::Accuracy), example::results());
        let board = Leaderboard::new(&study, &plan, &results, example::SHAPE);
        assert_eq!(board.counts(), TrialCounts { complete: 2, pruned: 4, failed: 0, cancelled: 0 });
    }

    /// The example's ROC AUC is 0.875 on the first fold, and undefined on the second. So all are equal; trials 0 and 1 have the
    /// fewest parameters, and of these trial 1 has the lower loss.
    #[test]
    fn an_undefined_fold_is_left_out_of_the_mean() {
        let (study, plan) = (example::study(Metric::RocAuc), example::plan());
        let board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
        let winner = board.winner().unwrap();
        assert_eq!((winner.trial.number.0, &winner.scores[..]), (1, &[Some(0.875), None][..]));
        assert_eq!((winner.mean.unwrap().get(), winner.standard_error), (0.875, None));
        assert_eq!([Metric::RocAuc, Metric::Brier].map(|metric| winner.means[&metric]), [0.875, 0.25]);
        assert_eq!(board.counts().complete, 3);
    }

    #[test]
    fn folds_are_counted_from_1_and_name_their_repeat_where_there_are_several() {
        let (study, mut plan) = (example::study(Metric::Accuracy), example::plan());
        let names = |plan: &Plan| {
            let board = Leaderboard::new(&study, plan, &Results::default(), example::SHAPE);
            plan.folds.iter().map(|&fold| board.fold_name(fold)).collect::<Vec<_>>()
        };
        assert_eq!(names(&plan), ["fold_1", "fold_2"]);
        plan.folds = example::folds(2);
        assert_eq!(names(&plan), ["repeat_1_fold_1", "repeat_1_fold_2", "repeat_2_fold_1", "repeat_2_fold_2"]);
    }

    #[test]
    fn without_scores_there_is_no_winner() {
        let (study, plan) = (example::study(Metric::Accuracy), example::plan());
        let board = Leaderboard::new(&study, &plan, &Results::default(), example::SHAPE);
        assert!(board.winner().is_none());
        assert_eq!(board.counts(), TrialCounts { complete: 0, pruned: 0, failed: 0, cancelled: 6 });
        let board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
        assert_eq!(board.winner().unwrap().trial.number.0, 1);
        assert_eq!(board.counts(), TrialCounts { complete: 3, pruned: 0, failed: 1, cancelled: 2 });
    }
}
