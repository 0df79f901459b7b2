//! Every trial of a study, the best first.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crossfold_network::{Configuration, Kind, Param, Setting, Settings, Shape};
use crossfold_study::{
    Domain, FoldId, FoldScore, Metric, Plan, Pruner, Refit, Results, Rung, Score, Study, Trial, TrialState,
};
use serde::Serialize;

use crate::findings::Findings;
use crate::hyperparameter;
use crate::reached;
use crate::statistics::{self, corrected_error, standard_error};

/// The hyperparameters that have a column in every leaderboard.
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

/// A row a trial: the scored ones by score and then by number, then those that the search pruned, of these first those
/// that came to more and then the better ones, then those that failed, then those that a stop cut short.
pub struct Leaderboard<'a> {
    pub(crate) study: &'a Study,
    plan: &'a Plan,
    pub(crate) rows: Vec<Row<'a>>,
    tally: Tally,
    columns: Vec<Param>,
    /// `None` until it is [judged](Leaderboard::judge), and without a score.
    pub(crate) findings: Option<Findings>,
}

/// A trial and what it came to.
pub struct Row<'a> {
    /// From 1; `None` for a trial without a score.
    pub rank: Option<u32>,
    pub trial: &'a Trial,
    pub configuration: &'a Configuration,
    pub state: TrialState,
    /// The metric on each of the plan's folds, where it is known and defined; of a pruned trial on those of its rung, at
    /// the rung's epochs.
    pub scores: Vec<Option<f64>>,
    /// The mean over the folds on which the metric is defined, once all are scored; `None` of a pruned trial.
    pub mean: Option<Score>,
    /// Of a pruned trial, the mean over its rung's folds at the rung's epochs.
    pub rung_mean: Option<Score>,
    /// Such means of all of the task's metrics.
    pub means: BTreeMap<Metric, f64>,
    /// The standard error of the mean; `None` for a single fold.
    pub standard_error: Option<f64>,
    /// The same, with what it owes to folds that share training rows.
    pub corrected_error: Option<f64>,
    /// Where the expected score of a network trained on a fold's share of the rows is, with 95 % confidence; of a
    /// single fold known once the leaderboard is [judged](Leaderboard::judge).
    pub interval: Option<[f64; 2]>,
    /// Whether it can't be told apart from the best, once the leaderboard is judged.
    pub tied: Option<bool>,
    /// The least level at which it is told apart, allowing for all trials at once; `None` of the best.
    pub adjusted_p: Option<f64>,
    /// Validation rows to training rows, the mean over the folds with a score.
    pub(crate) ratio: Option<f64>,
    /// Weights and biases of the network.
    pub parameters: u64,
    /// What training costs, in floating-point operations a row.
    pub price: u64,
}

/// How many trials ended in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub complete: u32,
    /// Ended by the search, and so without a rank.
    pub pruned: u32,
    pub failed: u32,
    pub cancelled: u32,
}

impl<'a> Leaderboard<'a> {
    /// Ranks the trials of `plan` by the study's metric; `shape` is that of its data.
    pub fn new(study: &'a Study, plan: &'a Plan, results: &Results, shape: Shape) -> Leaderboard<'a> {
        let mut rows: Vec<Row<'a>> =
            plan.trials.iter().map(|trial| Row::new(study.metric, plan, trial, results, shape)).collect();
        rows.sort_by(|a, b| a.before(b, study.metric));
        for (rank, row) in (1..).zip(rows.iter_mut().take_while(|row| row.mean.is_some())) {
            row.rank = Some(rank);
        }
        let mut tally = Tally::default();
        for row in &rows {
            match row.state {
                TrialState::Complete => tally.complete += 1,
                TrialState::Pruned { .. } => tally.pruned += 1,
                TrialState::Failed { .. } => tally.failed += 1,
                TrialState::Cancelled => tally.cancelled += 1,
            }
        }
        let columns = columns(study, &rows);
        Leaderboard { study, plan, rows, tally, columns, findings: None }
    }

    /// Every trial of the plan, in order.
    pub fn rows(&self) -> &[Row<'a>] {
        &self.rows
    }

    /// The trial ranked first; `None` where none has a score.
    pub fn best(&self) -> Option<&Row<'a>> {
        self.rows.first().filter(|row| row.rank.is_some())
    }

    /// The trial that the study is out for, as `final.refit` has it; `None` where none has a score. By
    /// [`Refit::OneSe`] it is the one of the fewest parameters, then the lowest price, whose mean is at most a standard
    /// error of the best one's mean from it (Breiman, Friedman, Olshen and Stone 1984, "Classification and regression
    /// trees", section 3.4.3).
    pub fn winner(&self) -> Option<&Row<'a>> {
        let best = self.best()?;
        match (self.study.finish.refit, best.mean, best.standard_error) {
            (Refit::OneSe, Some(mean), Some(error)) => {
                let is_near = |row: &&Row<'a>| row.mean.is_some_and(|other| (other.get() - mean.get()).abs() <= error);
                self.rows.iter().filter(is_near).min_by_key(|row| (row.parameters, row.price, row.rank))
            }
            (Refit::OneSe | Refit::Best | Refit::None, _, _) => Some(best),
        }
    }

    /// What the scores support, once it is [judged](Leaderboard::judge); `None` without a score.
    pub fn findings(&self) -> Option<&Findings> {
        self.findings.as_ref()
    }

    /// How many repeats the folds are of.
    pub(crate) fn repeats(&self) -> u32 {
        self.plan.folds.iter().map(|fold| fold.repeat + 1).max().unwrap_or(1)
    }

    /// How many trials ended in which state.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// Whether the search may end trials before they are complete.
    pub(crate) fn prunes(&self) -> bool {
        self.study.pruner.prunes()
    }

    /// What trials with a rank are called where others may have been left out for a reason of their own: `trials`, and
    /// `complete trials` beside pruned ones.
    pub(crate) fn ranked_in_words(&self) -> &'static str {
        if self.tally.pruned > 0 { "complete trials" } else { "trials" }
    }

    pub(crate) fn study(&self) -> &'a Study {
        self.study
    }

    pub(crate) fn plan(&self) -> &'a Plan {
        self.plan
    }

    pub(crate) fn metric(&self) -> Metric {
        self.study.metric
    }

    pub(crate) fn folds(&self) -> &'a [FoldId] {
        &self.plan.folds
    }

    /// The hyperparameters that the study searches.
    pub(crate) fn searched(&self) -> impl Iterator<Item = Param> {
        self.study.searched().into_iter()
    }

    /// What models search `param` in.
    pub(crate) fn domains(&self, param: Param) -> impl Iterator<Item = &'a Domain> {
        let dimensions = self.study.models.iter().flat_map(|model| model.space.dimensions());
        dimensions.filter(move |dimension| dimension.param == param).map(|dimension| &dimension.domain)
    }

    /// The hyperparameters with a column.
    pub(crate) fn columns(&self) -> &[Param] {
        &self.columns
    }

    /// The combinations of searched values that `row` stands for: `layers=0 nodes=64; layers=0
    /// nodes=128`. Empty for a single one, which the row itself spells out.
    pub(crate) fn stands_for(&self, row: &Row<'_>) -> String {
        if row.trial.stands_for.len() < 2 {
            return String::new();
        }
        let points = row.trial.stands_for.iter().map(|point| {
            let settings = self.searched().filter_map(|param| point.get(param));
            settings.map(hyperparameter::named).collect::<Vec<_>>().join(" ")
        });
        points.collect::<Vec<_>>().join("; ")
    }

    /// Why `row` failed, and on which fold; `None` where it didn't.
    pub(crate) fn failure(&self, row: &Row<'_>) -> Option<String> {
        match &row.state {
            TrialState::Failed { fold, failure } => Some(format!("{}: {failure}", self.fold_name(*fold))),
            TrialState::Complete | TrialState::Pruned { .. } | TrialState::Cancelled => None,
        }
    }

    /// `fold_1`, or `repeat_1_fold_1` where there are several repeats; both counted from 1.
    pub(crate) fn fold_name(&self, id: FoldId) -> String {
        if self.plan.folds.iter().any(|other| other.repeat > 0) {
            format!("repeat_{}_fold_{}", id.repeat + 1, id.fold + 1)
        } else {
            format!("fold_{}", id.fold + 1)
        }
    }
}

/// Those that nearly every study is about, and of the others those that are searched or that a trial has another value
/// of than is usual.
fn columns(study: &Study, rows: &[Row<'_>]) -> Vec<Param> {
    let searched = study.searched();
    let usual = Settings::usual(study.data.task());
    let is_unusual = |param: Param, row: &Row<'_>| {
        // Without the others all are regressions and perceptrons, and `layers` says which.
        let only_dense = param == Param::Kind && matches!(row.configuration.kind(), Kind::Linear | Kind::Mlp);
        let no_decay = param == Param::WeightDecay && row.configuration.weight_decay == 0.0;
        let is_usual = |value| Some(&value) == usual.get(param);
        !only_dense && !no_decay && row.value(param).is_some_and(|value| !is_usual(value))
    };
    let is_unusual = |param| rows.iter().any(|row| is_unusual(param, row));
    let has_column = |&param: &Param| ALWAYS.contains(&param) || searched.contains(&param) || is_unusual(param);
    Param::ALL.iter().copied().filter(has_column).collect()
}

/// Validation rows to training rows of a fit that has reported an epoch.
fn ratio(results: &Results, trial: &Trial, fold: FoldId) -> Option<f64> {
    let report = results.fit(trial.configuration, fold)?.report(1)?;
    Some(f64::from(report.validation?.tally.rows()) / f64::from(report.training.rows()))
}

impl<'a> Row<'a> {
    fn new(metric: Metric, plan: &'a Plan, trial: &'a Trial, results: &Results, shape: Shape) -> Row<'a> {
        let configuration = &plan.configuration(trial.configuration).configuration;
        let folds = reached::fold_scores(plan, trial, results);
        let scores: Vec<Option<f64>> = folds.iter().map(|fold| fold.evaluation?.get(metric)).collect();
        let mean = results.mean(plan, trial, metric);
        let means = Metric::all_for(metric.task()).iter().filter(|_| trial.pruned.is_none());
        let known: Vec<f64> = scores.iter().copied().flatten().collect();
        let defined = plan.folds.iter().zip(&scores).filter(|(_, score)| score.is_some()).map(|(&fold, _)| fold);
        let ratios: Vec<f64> = defined.filter_map(|fold| ratio(results, trial, fold)).collect();
        let ratio = (!ratios.is_empty()).then(|| statistics::mean(&ratios));
        let corrected = mean.zip(ratio).and_then(|(mean, ratio)| corrected_error(&known, mean.get(), ratio));
        let freedom = known.len() as f64 - 1.0;
        // Folds that happen to agree don't say how sure they are.
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
            rung_mean: trial.pruned.and_then(|at| Score::new(results.at_rung(plan, trial, at, metric)?.mean()?)),
            means: means.filter_map(|&metric| Some((metric, FoldScore::mean(&folds, metric)?.get()))).collect(),
            standard_error: mean.and_then(|mean| standard_error(&known, mean.get())),
            corrected_error: corrected,
            interval,
            tied: None,
            adjusted_p: None,
            ratio,
            parameters: configuration.parameters(shape),
            price: configuration.training_flops(shape).saturating_mul(u64::from(trial.epochs)),
        }
    }

    /// The value of a hyperparameter; `None` where it has no effect.
    pub(crate) fn value(&self, param: Param) -> Option<Setting> {
        self.trial.setting(self.configuration, param)
    }

    /// The rung at which the search ended it.
    pub(crate) fn rung(&self) -> Option<Rung> {
        match self.state {
            TrialState::Pruned { at } => Some(at),
            TrialState::Complete | TrialState::Failed { .. } | TrialState::Cancelled => None,
        }
    }

    fn before(&self, other: &Row<'_>, metric: Metric) -> Ordering {
        let group = |row: &Row<'_>| match row.state {
            TrialState::Complete => 0,
            TrialState::Pruned { .. } => 1,
            TrialState::Failed { .. } => 2,
            TrialState::Cancelled => 3,
        };
        let by_score = |mine: Option<Score>, theirs: Option<Score>| match (mine, theirs) {
            (Some(mine), Some(theirs)) => mine.better_first(theirs, metric.direction()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        let came_to = |row: &Row<'_>| row.rung().map_or(0, |at| u64::from(at.epochs) * u64::from(at.folds));
        by_score(self.mean, other.mean)
            .then(group(self).cmp(&group(other)))
            .then(came_to(other).cmp(&came_to(self)))
            .then(by_score(self.rung_mean, other.rung_mean))
            .then(self.trial.number.cmp(&other.trial.number))
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
    fn the_better_comes_first_then_the_lower_number_then_failed_then_cancelled() {
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
    fn pruned_trials_come_behind_complete_ones_those_that_came_further_first_then_the_better() {
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
        // Of the loss, 2 − accuracy, less is better.
        assert_eq!(numbers(Metric::LogLoss), [2, 0, 1, 3, 4, 5]);
        let (study, results) = (example::pruning_study(Metric::Accuracy), example::results());
        let board = Leaderboard::new(&study, &plan, &results, example::SHAPE);
        assert_eq!(board.tally(), Tally { complete: 2, pruned: 4, failed: 0, cancelled: 0 });
    }

    /// The example's ROC AUC is 0.875 on the first fold, and undefined on the second.
    #[test]
    fn a_fold_without_a_figure_leaves_the_others_mean() {
        let (study, plan) = (example::study(Metric::RocAuc), example::plan());
        let board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
        let winner = board.winner().unwrap();
        assert_eq!((winner.trial.number.0, &winner.scores[..]), (0, &[Some(0.875), None][..]));
        assert_eq!((winner.mean.unwrap().get(), winner.standard_error), (0.875, None));
        assert_eq!([Metric::RocAuc, Metric::Brier].map(|metric| winner.means[&metric]), [0.875, 0.25]);
        assert_eq!(board.tally().complete, 3);
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
    fn without_scores_nobody_wins() {
        let (study, plan) = (example::study(Metric::Accuracy), example::plan());
        let board = Leaderboard::new(&study, &plan, &Results::default(), example::SHAPE);
        assert!(board.winner().is_none());
        assert_eq!(board.tally(), Tally { complete: 0, pruned: 0, failed: 0, cancelled: 6 });
        let board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
        assert_eq!(board.winner().unwrap().trial.number.0, 1);
        assert_eq!(board.tally(), Tally { complete: 3, pruned: 0, failed: 1, cancelled: 2 });
    }
}
