//! Picking the trials of an ensemble, and what the ensemble is worth.

mod cross_fit;
mod picking;

use std::borrow::Cow;

use crossfold_study::{FoldScore, Metric, Predictions, Results, Scorer, StudyRecord};

use super::ensemble::{Ensemble, EnsembleEstimate, EnsembleGap, EnsembleMember, EnsembleSize};
use super::leaderboard::{Leaderboard, Row};
use super::paired_predictions::{self, FoldResults};
use super::statistics::{LEVEL, mean, standard_error};
use cross_fit::{CrossFitted, cross_fit};
use picking::{Part, Picked, pick};

impl Leaderboard<'_> {
    /// Picks the ensemble that the study asks for among the complete trials with predictions. `predictions` returns a trial's
    /// predictions on each fold, in the plan's order, where they are stored.
    ///
    /// Returns what the ensemble predicts on each fold, picked on the other folds; `None` where there is no ensemble or no
    /// such estimate.
    ///
    /// # Errors
    /// The errors of `predictions`.
    pub fn pick_ensemble<E>(
        &mut self,
        record: &StudyRecord,
        results: &Results,
        mut predictions: impl FnMut(&Row<'_>) -> Result<Option<Vec<Predictions>>, E>,
    ) -> Result<Option<Vec<Predictions>>, E> {
        let Some(winner) = self.winner() else { return Ok(None) };
        // Networks that predict together read the same inputs.
        let steps = &winner.configuration.steps;
        let is_candidate = |row: &&Row<'_>| row.rank.is_some() && row.configuration.steps == *steps;
        let mut complete: Vec<&Row<'_>> = self.rows().iter().filter(is_candidate).collect();
        // Equal scores are decided by the trial's number: the rank depends on all rows, those that score the picking included.
        complete.sort_by_key(|row| row.trial.number);
        let mut candidates = Vec::new();
        for row in &complete {
            candidates.extend(predictions(row)?.map(|predictions| (*row, predictions)));
        }
        let without_predictions = complete.len() - candidates.len();
        let found = pick_among(self, record, results, &candidates, without_predictions);
        let (ensemble, cross_fitted) = found.unzip();
        self.ensemble = ensemble;
        Ok(cross_fitted.flatten())
    }

    /// The ensemble that is retrained; `None` unless one is asked for and out-of-fold predictions are stored.
    pub fn ensemble(&self) -> Option<&Ensemble> {
        self.ensemble.as_ref()
    }
}

/// The ensemble, and what it predicts on each fold.
fn pick_among(
    board: &Leaderboard<'_>,
    record: &StudyRecord,
    results: &Results,
    candidates: &[(&Row<'_>, Vec<Predictions>)],
    without_predictions: usize,
) -> Option<(Ensemble, Option<Vec<Predictions>>)> {
    let (study, metric) = (board.study(), board.metric());
    let picks = study.finish.ensemble;
    let parts = record.validation.iter().enumerate();
    let folds: Vec<Part<'_>> = parts
        .map(|(fold, part)| Part {
            fold: part.fold,
            truth: Cow::Borrowed(&part.truth),
            predictions: candidates.iter().map(|(_, predictions)| Cow::Borrowed(&*predictions[fold].0)).collect(),
        })
        .collect();
    let Picked { weights, score, .. } = pick(&folds.iter().collect::<Vec<_>>(), picks, metric)?;
    let member = |((row, _), &weight): (&(&Row<'_>, _), &u32)| {
        Some(EnsembleMember {
            trial: row.trial.number.0,
            weight,
            score: row.mean?.get(),
            networks: study.finish.networks(row.configuration, board.folds().len()),
            epochs: results.refit_epochs(board.plan(), row.trial),
        })
    };
    let picked = candidates.iter().zip(&weights).filter(|(_, weight)| **weight > 0);
    let mut members: Vec<EnsembleMember> = picked.filter_map(member).collect();
    members.sort_by_key(|member| (std::cmp::Reverse(member.weight), member.trial));
    let groups: Vec<Option<&[u32]>> = record.validation.iter().map(|part| part.groups.as_deref()).collect();
    let fitted = cross_fit(&folds, &groups, picks, metric, study.seed.ensemble());
    let ensemble = Ensemble {
        size: size(board, record, &members),
        members,
        candidates: candidates.len(),
        without_predictions,
        picked_score: score.get(),
        estimate: fitted.as_ref().and_then(|fitted| estimate(record, metric, &folds, fitted)),
    };
    Some((ensemble, fitted.map(|fitted| fitted.ensemble)))
}

fn size(board: &Leaderboard<'_>, record: &StudyRecord, members: &[EnsembleMember]) -> EnsembleSize {
    let shapes = board.shapes();
    let mut size = EnsembleSize::default();
    for member in members {
        let Some(row) = board.rows().iter().find(|row| row.trial.number.0 == member.trial) else { continue };
        let (configuration, networks) = (row.configuration, u64::from(member.networks));
        size.networks += networks;
        size.parameters += networks * row.parameters;
        size.prediction_flops += networks * configuration.inference_flops(shapes.of(configuration));
        let epoch = record.rows as f64 * configuration.training_flops(shapes.of(configuration)) as f64;
        size.training_flops += f64::from(member.epochs) * epoch * networks as f64;
    }
    let of_winner = board.winner().map(|winner| {
        u64::from(board.study().finish.networks(winner.configuration, board.folds().len()))
            * winner.configuration.inference_flops(shapes.of(winner.configuration))
    });
    size.times_winner = size.prediction_flops as f64 / of_winner.unwrap_or(1).max(1) as f64;
    size
}

fn estimate(
    record: &StudyRecord,
    metric: Metric,
    folds: &[Part<'_>],
    CrossFitted { ensemble, single }: &CrossFitted,
) -> Option<EnsembleEstimate> {
    let mut scorer = Scorer::default();
    let mut scored = |predictions: &[Predictions]| -> Vec<FoldScore> {
        let scores = folds.iter().zip(predictions);
        scores.map(|(fold, Predictions(predictions))| fold.score(&mut scorer, metric, predictions)).collect()
    };
    let [of_ensemble, of_single] = [ensemble, single].map(|predictions| scored(predictions));
    let by_fold = |scores: &[FoldScore]| -> Vec<Option<f64>> {
        scores.iter().map(|score| score.evaluation?.get(metric)).collect()
    };
    let (own, others) = (by_fold(&of_ensemble), by_fold(&of_single));
    let [ensemble, single] = [ensemble, single].map(|predictions| predictions.iter().collect::<Vec<&Predictions>>());
    let first = FoldResults { scores: &others, predictions: Some(&single) };
    let second = FoldResults { scores: &own, predictions: Some(&ensemble) };
    let gap = paired_predictions::difference(record, metric, first, second).map(|found| EnsembleGap {
        difference: found.value,
        error: found.error(),
        interval: found.interval(1.0 - LEVEL),
        p: found.p_value(),
    });
    let known: Vec<f64> = own.iter().copied().flatten().collect();
    Some(EnsembleEstimate {
        mean: FoldScore::mean(&of_ensemble, metric)?.get(),
        standard_error: standard_error(&known, mean(&known)),
        single: FoldScore::mean(&of_single, metric)?.get(),
        gap,
        folds: own,
    })
}
