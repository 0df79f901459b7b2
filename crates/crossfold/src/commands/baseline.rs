//! `crossfold baseline NAME -o FILE`: what later runs are held against.

use std::fs;
use std::path::Path;

use crossfold_report::Baseline;

use crate::args::BaselineArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::preparation::absolute;
use crate::result_files::ResultFiles;
use crate::stored_study::{self, StoredStudy};
use crate::terminal::Terminal;

pub(crate) fn baseline(args: &BaselineArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let store = stored_study::open(&args.results, &args.name)?;
    let stored = StoredStudy::find(&store, &args.name, &args.results, terminal)?;
    let folder = match args.output.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let unwritable = |source| Error::Output { path: args.output.clone(), source };
    // Before paths are made relative to it: where it lies can be told only of a folder that exists.
    fs::create_dir_all(folder).map_err(unwritable)?;
    let baseline = take(&stored.files(&store), folder)?;
    let mut text = Vec::new();
    baseline.write(&mut text).expect("memory takes any text");
    fs::write(&args.output, &text).map_err(unwritable)?;
    let mean = crossfold_report::figure(baseline.metric, baseline.mean);
    terminal.say(&format!("the baseline {} holds {} {mean}", args.output.display(), baseline.metric));
    Ok(Exit::Done)
}

/// The winner of a study and what it came to; paths in its spec start from `folder`.
pub(crate) fn take(files: &ResultFiles<'_>, folder: &Path) -> Result<Baseline, Error> {
    let leaderboard = files.leaderboard();
    let name = || files.record.name.to_string();
    let winner = leaderboard.winner().ok_or_else(|| Error::NoWinner { name: name() })?;
    let predictions = files.predictions(winner)?.ok_or_else(|| Error::NoPredictions { name: name() })?;
    let folds: Vec<_> = files.record.validation.iter().zip(&predictions).collect();
    let spec = files.best(winner, &absolute(folder));
    let baseline = Baseline::new(&leaderboard, winner, spec, files.record, &folds, env!("CARGO_PKG_VERSION"));
    Ok(baseline.expect("a winner has a score"))
}
