//! `crossfold baseline NAME -o FILE`: what later runs are held against.

use std::fs;
use std::path::Path;

use crossfold_report::{Baseline, FoldTrace, Row};
use crossfold_store::MemoryStore;

use crate::args::BaselineArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::retraining::Retraining;
use crate::signals::Signals;
use crate::stored;
use crate::terminal::Terminal;
use crossfold_engine::Error as EngineError;
use crossfold_engine::SpecFile;
use crossfold_engine::StudyResults;
use crossfold_engine::{Prepared, absolute};

pub(crate) fn baseline(args: &BaselineArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let store = stored::open(&args.results, &args.name)?;
    let stored = stored::find(&store, &args.results, &args.name)?;
    let folder = match args.output.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let unwritable = |source| EngineError::Unwritable { path: args.output.clone(), source };
    // Before paths are made relative to it: where it lies can be told only of a folder that exists.
    fs::create_dir_all(folder).map_err(unwritable)?;
    let mut baseline = of_winner(&stored.results(&store), folder)?;
    if args.exact {
        let signals = Signals::catch(terminal.announcement()).map_err(Error::Signals)?;
        let trace = trace(args, terminal, &baseline, &stored, &signals);
        if let Some(exit) = signals.exit() {
            return Ok(exit);
        }
        baseline.trace = trace?;
    }
    let mut text = Vec::new();
    baseline.write(&mut text).expect("memory takes any text");
    fs::write(&args.output, &text).map_err(unwritable)?;
    let mean = crossfold_report::figure(baseline.metric, baseline.mean);
    terminal.say(&format!("the baseline {} holds {} {mean}", args.output.display(), baseline.metric));
    Ok(Exit::Done)
}

/// The winner of a study and what it came to; paths in its spec start from `folder`.
pub(crate) fn of_winner(files: &StudyResults<'_>, folder: &Path) -> Result<Baseline, Error> {
    let leaderboard = files.leaderboard();
    let winner = leaderboard.winner().ok_or_else(|| EngineError::NoWinner { name: files.record.name.to_string() })?;
    of_trial(files, winner, folder)
}

/// A trial and what it came to.
pub(crate) fn of_trial(files: &StudyResults<'_>, row: &Row<'_>, folder: &Path) -> Result<Baseline, Error> {
    let (name, trial) = (files.record.name.to_string(), row.trial.number);
    let Some(predictions) = files.predictions(row)? else {
        return Err(EngineError::NoPredictions { name, trial }.into());
    };
    let folds: Vec<_> = files.record.validation.iter().zip(&predictions).collect();
    let spec = files.best(row, &absolute(folder));
    let baseline = Baseline::new(&files.leaderboard(), row, spec, files.record, &folds, env!("CARGO_PKG_VERSION"));
    baseline.ok_or(EngineError::NoScore { name, trial })
}

/// Trains the winner again, and says what each of its epochs was.
fn trace(
    args: &BaselineArgs,
    terminal: &Terminal,
    baseline: &Baseline,
    stored: &StoredStudy,
    signals: &Signals,
) -> Result<Vec<FoldTrace>, Error> {
    let spec = SpecFile::given(args.output.clone(), baseline.spec.clone().into_bytes());
    let prepared = Prepared::new(spec, Vec::new())?;
    let differs = differing(stored.origin.text(), prepared.origin.text());
    let name = || args.name.clone();
    if !differs.is_empty() {
        return Err(EngineError::Retrained { name: name(), differs: format!(": other {}", differs.join(", ")) }.into());
    }
    let store = MemoryStore::default();
    let retraining = Retraining::carry_out(&prepared, &store, args.jobs.count(), true, signals, terminal)?;
    let record = prepared.record(jiff::Timestamp::now());
    let (Prepared { study, origin, .. }, plan, results) = (&prepared, &retraining.plan, &retraining.results);
    let files = StudyResults { study, plan, origin, record: &record, results, store: &store };
    let fresh = of_winner(&files, Path::new("."))?;
    if (&fresh.folds, &fresh.metrics) != (&baseline.folds, &baseline.metrics) {
        return Err(EngineError::Retrained { name: name(), differs: String::new() }.into());
    }
    Ok(fresh_trace(&files, &retraining))
}

/// What each epoch of the winner was that has just been trained.
pub(crate) fn fresh_trace(files: &StudyResults<'_>, retraining: &Retraining<'_>) -> Vec<FoldTrace> {
    let leaderboard = files.leaderboard();
    let Some(winner) = leaderboard.winner() else { return Vec::new() };
    let weights = retraining.weights(winner.configuration);
    crossfold_report::trace(files.plan, winner.trial.configuration, &retraining.results, &weights)
}

/// The names of what differs between two origins.
fn differing<'a>(old: &'a str, new: &'a str) -> Vec<&'a str> {
    let lines = old.lines().zip(new.lines());
    lines.filter(|(old, new)| old != new).filter_map(|(line, _)| line.split(' ').next()).collect()
}
