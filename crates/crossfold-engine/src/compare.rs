//! A comparison of two stored trials.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use crossfold_report::{Baseline, BaselineError, Leaderboard, TrialComparison};
use crossfold_study::{Store, TrialNumber};

use crate::baseline::trial_baseline;
use crate::error::Error;
use crate::stored_study::StoredStudy;
use crate::study_results::StudyResults;

/// A trial of a stored study; without a number its winner. Written `STUDY` or `STUDY:TRIAL`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialName {
    pub study: String,
    pub trial: Option<TrialNumber>,
}

impl FromStr for TrialName {
    type Err = String;

    fn from_str(text: &str) -> Result<TrialName, String> {
        let Some((study, trial)) = text.split_once(':') else {
            return Ok(TrialName { study: text.to_owned(), trial: None });
        };
        let trial = trial.parse().map_err(|_| "expected a study and the number of a trial, such as `mnist:3`")?;
        Ok(TrialName { study: study.to_owned(), trial: Some(TrialNumber(trial)) })
    }
}

impl fmt::Display for TrialName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.trial {
            Some(trial) => write!(f, "{}:{trial}", self.study),
            None => f.write_str(&self.study),
        }
    }
}

/// Compares two stored trials by their out-of-fold predictions; with a `margin`, says whether they are equivalent within it.
///
/// # Errors
/// Where a trial is unknown, has no score, or its predictions are not stored; where the two are ranked by other metrics.
pub fn compare(
    store: &dyn Store,
    first: &TrialName,
    second: &TrialName,
    margin: Option<f64>,
) -> Result<TrialComparison, Error> {
    // Each study is read once.
    let stored = StoredStudy::find(store, &first.study)?;
    let second_study = (first.study != second.study).then(|| StoredStudy::find(store, &second.study)).transpose()?;
    let results = stored.results(store);
    let mut leaderboard = results.leaderboard();
    let a = side(&results, &leaderboard, first)?;
    let b = match &second_study {
        None => side(&results, &leaderboard, second)?,
        Some(stored) => side(&stored.results(store), &stored.results(store).leaderboard(), second)?,
    };
    let [name, other] = [first, second].map(TrialName::to_string);
    let mut comparison = a.compare(&b, [&name, &other], margin).map_err(|error| match error {
        BaselineError::Metric { baseline, fresh } => {
            Error::OtherMetrics { first: name.clone(), second: other.clone(), metrics: [baseline, fresh] }
        }
        error @ (BaselineError::File(_)
        | BaselineError::Unreadable(_)
        | BaselineError::Spec { .. }
        | BaselineError::Version { .. }
        | BaselineError::Name { .. }
        | BaselineError::NoTrace
        | BaselineError::Unsound
        | BaselineError::Changed) => Error::Baseline { path: name.clone().into(), error },
    })?;
    if second_study.is_none() {
        let winner = leaderboard.winner().map(|row| row.trial.number);
        results.judge(&mut leaderboard)?;
        let numbers = first.trial.or(winner).zip(second.trial.or(winner));
        comparison.leaderboard = numbers.and_then(|(first, second)| leaderboard.verdict([first, second]));
    }
    Ok(comparison)
}

fn side(results: &StudyResults<'_>, leaderboard: &Leaderboard<'_>, side: &TrialName) -> Result<Baseline, Error> {
    let name = || side.study.clone();
    let row = match side.trial {
        None => leaderboard.winner().ok_or_else(|| Error::NoWinner { name: name() })?,
        Some(trial) => {
            let row = leaderboard.rows().iter().find(|row| row.trial.number == trial);
            row.ok_or_else(|| Error::UnknownTrial { name: name(), trial, trials: leaderboard.rows().len() })?
        }
    };
    match row.mean {
        Some(_) => trial_baseline(results, leaderboard, row, Path::new(".")),
        None => Err(Error::NoScore { name: name(), trial: row.trial.number }),
    }
}
