//! The scores of a trial on each fold: at its last epoch, or at the rung where the search ended it.

use crossfold_study::{FitEnd, FoldScore, Plan, Results, Trial, TrialState};

/// The score of `trial` on each of the plan's folds. A trial that the search ended is read at its rung's epochs, by which it was judged,
/// even if other trials trained the shared fits further; on folds beyond the rung it has no score.
pub(crate) fn fold_scores(plan: &Plan, trial: &Trial, results: &Results) -> Vec<FoldScore> {
    let mut scores = results.fold_scores(plan, trial);
    let Some(at) = trial.ended_at() else { return scores };
    for (place, score) in (0..).zip(&mut scores) {
        let fit = results.fit(trial.configuration, score.fold);
        let report = fit.and_then(|fit| fit.read_at(at.epochs)).filter(|_| place < at.folds);
        *score = FoldScore {
            fold: score.fold,
            epoch: report.as_ref().map_or(at.epochs, |report| report.epoch),
            evaluation: report.as_ref().and_then(|report| report.validation),
            best: report.and_then(|report| Some(report.watched?.best)),
        };
    }
    scores
}

/// The state of one of [`fold_scores`], as a trial's is named.
pub(crate) fn fold_state(trial: &Trial, score: &FoldScore, results: &Results) -> &'static str {
    let is_at_end = score.epoch == results.epoch_read(trial, score.fold);
    let end = || results.fit(trial.configuration, score.fold).and_then(|fit| fit.end.clone());
    let state = match (score.evaluation, trial.ended_at()) {
        (Some(_), None) => TrialState::Complete,
        (Some(_), Some(_)) if is_at_end => TrialState::Complete,
        (Some(_) | None, Some(at)) => match trial.pruned {
            Some(_) => TrialState::Pruned { at },
            None => TrialState::Cancelled { at: Some(at) },
        },
        (None, None) => match end() {
            Some(FitEnd::Failed(failure)) => TrialState::Failed { fold: score.fold, failure },
            Some(FitEnd::Complete | FitEnd::Stopped | FitEnd::Cancelled) | None => TrialState::Cancelled { at: None },
        },
    };
    state.name()
}
