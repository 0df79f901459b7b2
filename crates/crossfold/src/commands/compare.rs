//! `crossfold compare A B`: do two stored trials differ, or may that be chance?

use std::path::Path;

use crossfold_report::{Baseline, BaselineError};
use crossfold_store::SqliteStore;

use crate::args::{CompareArgs, TrialName};
use crate::commands::baseline;
use crate::error::Error;
use crate::exit::Exit;
use crate::stored;
use crate::terminal::Terminal;
use crossfold_engine::Error as EngineError;

pub(crate) fn compare(args: &CompareArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let store = stored::open(&args.results, &args.first.study)?;
    let [first, second] = [&args.first, &args.second].map(|side| find(side, &store, args));
    let (first, second) = (first?, second?);
    let [name, other] = [&args.first, &args.second].map(TrialName::to_string);
    let contrast = first.contrast(&second, [&name, &other], args.margin).map_err(|error| match error {
        BaselineError::Metric { baseline, fresh } => {
            EngineError::OtherMetrics { first: name.clone(), second: other.clone(), metrics: [baseline, fresh] }
        }
        error @ (BaselineError::Unreadable(_)
        | BaselineError::Version { .. }
        | BaselineError::NoTrace
        | BaselineError::Unsound) => EngineError::Baseline { path: name.clone().into(), error },
    })?;
    let mut text = Vec::new();
    let written = if args.json { contrast.write_json(&mut text) } else { contrast.write_text(&mut text) };
    written.expect("memory takes any text");
    terminal.data(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Done)
}

/// One side: a trial and what it came to.
fn find(side: &TrialName, store: &SqliteStore, args: &CompareArgs) -> Result<Baseline, Error> {
    let stored = stored::find(store, &args.results, &side.study)?;
    let files = stored.results(store);
    let name = || side.study.clone();
    let Some(trial) = side.trial else { return baseline::of_winner(&files, Path::new(".")) };
    let leaderboard = files.leaderboard();
    let row = leaderboard.rows().iter().find(|row| row.trial.number == trial);
    let row = row.ok_or_else(|| EngineError::UnknownTrial { name: name(), trial, trials: leaderboard.rows().len() })?;
    match row.mean {
        Some(_) => baseline::of_trial(&files, row, Path::new(".")),
        None => Err(EngineError::NoScore { name: name(), trial }),
    }
}
