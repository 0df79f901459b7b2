//! `crossfold compare A B`: do two stored trials differ, or may that be chance?

use std::path::Path;

use crossfold_report::{Baseline, BaselineError};
use crossfold_store::SqliteStore;

use crate::args::{CompareArgs, TrialName};
use crate::commands::baseline;
use crate::error::Error;
use crate::exit::Exit;
use crate::stored_study::{self, StoredStudy};
use crate::terminal::Terminal;

pub(crate) fn compare(args: &CompareArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let store = stored_study::open(&args.results, &args.first.study)?;
    let [first, second] = [&args.first, &args.second].map(|side| find(side, &store, args, terminal));
    let (first, second) = (first?, second?);
    let [name, other] = [&args.first, &args.second].map(TrialName::to_string);
    let contrast = first.compare(&second, [&name, &other], args.margin).map_err(|error| match error {
        BaselineError::Metric { baseline, fresh } => {
            Error::OtherMetrics { first: name.clone(), second: other.clone(), metrics: [baseline, fresh] }
        }
        error @ (BaselineError::Unreadable(_)
        | BaselineError::Version { .. }
        | BaselineError::NoTrace
        | BaselineError::Unsound) => Error::Baseline { path: name.clone().into(), error },
    })?;
    let mut text = Vec::new();
    let written = if args.json { contrast.write_json(&mut text) } else { contrast.write_text(&mut text) };
    written.expect("memory takes any text");
    terminal.data(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Done)
}

/// One side: a trial and what it came to.
fn find(side: &TrialName, store: &SqliteStore, args: &CompareArgs, terminal: &Terminal) -> Result<Baseline, Error> {
    let stored = StoredStudy::find(store, &side.study, &args.results, terminal)?;
    let files = stored.files(store);
    let name = || side.study.clone();
    let Some(trial) = side.trial else { return baseline::of_winner(&files, Path::new(".")) };
    let leaderboard = files.leaderboard();
    let row = leaderboard.rows().iter().find(|row| row.trial.number == trial);
    let row = row.ok_or_else(|| Error::UnknownTrial { name: name(), trial, trials: leaderboard.rows().len() })?;
    match row.mean {
        Some(_) => baseline::of_trial(&files, row, Path::new(".")),
        None => Err(Error::NoScore { name: name(), trial }),
    }
}
