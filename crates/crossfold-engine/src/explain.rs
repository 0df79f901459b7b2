//! Why a trial was proposed, and how it ended.

use crossfold_report::TrialExplanation;
use crossfold_search::Explanation;
use crossfold_study::{Store, TrialNumber};

use crate::error::Error;
use crate::stored_study::StoredStudy;

/// Explains why a trial of a stored study, by default the winner, was proposed, how far it was trained and why no further.
///
/// # Errors
/// Where the study has no such trial or no winner, or the store can't be read.
pub fn explain(
    store: &dyn Store,
    stored: &StoredStudy,
    number: Option<TrialNumber>,
) -> Result<TrialExplanation, Error> {
    let course = stored.course(store)?;
    let number = match number {
        Some(number) => number,
        None => {
            let results = stored.results(store);
            let leaderboard = results.leaderboard();
            let no_winner = || Error::NoWinner { name: stored.record.name.to_string() };
            leaderboard.winner().ok_or_else(no_winner)?.trial.number
        }
    };
    let (plan, results) = (course.plan(), course.results());
    let (Some(Explanation { why, steps }), Some(trial)) = (course.explain(number), plan.trials.get(number.0 as usize))
    else {
        let name = stored.record.name.to_string();
        return Err(Error::UnknownTrial { name, trial: number, trials: plan.trials.len() });
    };
    let study = &stored.study;
    let configuration = &plan.configuration(trial.configuration).configuration;
    Ok(TrialExplanation {
        study: study.name.clone(),
        trial: number,
        metric: study.metric,
        settings: study.searched().into_iter().filter_map(|param| trial.setting(configuration, param)).collect(),
        reason: why.clone(),
        rungs: steps.to_vec(),
        state: results.state(plan, trial),
        mean: results.mean(plan, trial, study.metric),
        several_repeats: plan.folds.iter().any(|fold| fold.repeat > 0),
    })
}
