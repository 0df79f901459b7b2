//! `crossfold gate FILE`: is a baseline's network, trained again, still as good?

use std::fs;
use std::io::Write as _;
use std::path::Path;

use crossfold_report::{Baseline, BaselineError, GateCriteria, GateReport, GateVerdict, Leaderboard, Untrained};
use crossfold_store::{MemoryStore, SqliteStore};
use crossfold_study::{CrashLog, NoCrashLog, Store};

use crate::args::GateArgs;
use crate::commands::baseline;
use crate::error::Error;
use crate::exit::Exit;
use crate::preparation::Prepared;
use crate::result_files::ResultFiles;
use crate::results_folder::ResultsFolder;
use crate::retraining::Retraining;
use crate::signals::Signals;
use crate::spec_file::SpecFile;
use crate::terminal::Terminal;

pub(crate) fn gate(args: &GateArgs, terminal: &Terminal) -> Result<Exit, Error> {
    if let Some(path) = &args.junit {
        // Of an earlier gate: should this one not come to a verdict, that one's must not be taken for its.
        let clear = || match fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => path.parent().map_or(Ok(()), fs::create_dir_all),
        };
        clear().map_err(|source| Error::Output { path: path.clone(), source })?;
    }
    let unreadable = |source| Error::SpecFile { path: args.file.clone(), source };
    let text = fs::read(&args.file).map_err(unreadable)?;
    let baseline = Baseline::read(&text).map_err(|error| unusable(args, error))?;
    if args.exact && baseline.trace.is_empty() {
        return Err(unusable(args, BaselineError::NoTrace));
    }
    let spec = SpecFile::given(args.file.clone(), baseline.spec.clone().into_bytes());
    let prepared = Prepared::new(spec, args.overrides.all(), terminal)?;
    prepared.remark(terminal);
    let signals = Signals::catch(terminal.announcement()).map_err(Error::Signals)?;
    if args.cached {
        // The folder's lock keeps two gates from training the same fits at once.
        let _folder = ResultsFolder::create(&args.results.folder, &prepared.study.name)?;
        let store = SqliteStore::open(&args.results.folder)?;
        hold(args, terminal, &baseline, &prepared, (&store, &store), &signals)
    } else {
        hold(args, terminal, &baseline, &prepared, (&MemoryStore::default(), &NoCrashLog), &signals)
    }
}

/// Trains what `store` lacks, and holds it against the baseline.
fn hold(
    args: &GateArgs,
    terminal: &Terminal,
    baseline: &Baseline,
    prepared: &Prepared,
    (store, log): (&dyn Store, &dyn CrashLog),
    signals: &Signals,
) -> Result<Exit, Error> {
    // The store hears of the fits alone: a study of the same name that a run has made stays as it is.
    let record = prepared.record(jiff::Timestamp::now());
    let retraining = Retraining::carry_out(prepared, store, log, args.jobs.count(), args.exact, signals, terminal)?;
    let (Prepared { study, origin, .. }, plan, results) = (prepared, &retraining.plan, &retraining.results);
    let files = ResultFiles { study, plan, origin, record: &record, results, store };
    let leaderboard: Leaderboard<'_> = files.leaderboard();
    if leaderboard.counts().complete == 0 {
        let untrained = Untrained::new(&leaderboard, &baseline.name);
        tell(args, terminal, &untrained)?;
        return Ok(signals.exit().unwrap_or(Exit::NoneCompleted));
    }
    let mut fresh = baseline::of_winner(&files, Path::new("."))?;
    if args.exact {
        fresh.trace = baseline::fresh_trace(&files, &retraining);
    }
    let terms = GateCriteria { margin: args.margin, allow_inconclusive: args.allow_inconclusive, exact: args.exact };
    let comparison = baseline.gate(&fresh, terms).map_err(|error| unusable(args, error))?;
    tell(args, terminal, &comparison)?;
    Ok(match comparison.verdict {
        GateVerdict::Better | GateVerdict::Equivalent | GateVerdict::Identical => Exit::Done,
        GateVerdict::Inconclusive if comparison.passes => Exit::Done,
        GateVerdict::Inconclusive => Exit::Inconclusive,
        GateVerdict::Worse | GateVerdict::Differs => Exit::Worse,
    })
}

fn unusable(args: &GateArgs, error: BaselineError) -> Error {
    Error::Baseline { path: args.file.clone(), error }
}

fn tell(args: &GateArgs, terminal: &Terminal, verdict: &dyn GateReport) -> Result<(), Error> {
    let mut text = Vec::new();
    if args.json {
        verdict.write_json(&mut text).expect("memory takes any text");
    } else {
        verdict.write_text(&mut text).expect("memory takes any text");
    }
    terminal.data(&String::from_utf8_lossy(&text))?;
    if let Some(path) = &args.junit {
        let mut text = Vec::new();
        verdict.write_junit(&mut text).expect("memory takes any text");
        fs::write(path, text).map_err(|source| Error::Output { path: path.clone(), source })?;
    }
    if let Some(path) = args.summary() {
        let mut text = Vec::new();
        verdict.write_markdown(&mut text).expect("memory takes any text");
        // Other steps of a job have their say in the same file.
        let append = || fs::OpenOptions::new().create(true).append(true).open(path)?.write_all(&text);
        match append() {
            Ok(()) => {}
            Err(source) if args.summary_is_asked_for() => {
                return Err(Error::Unwritable { path: path.to_owned(), source });
            }
            // The variable is the server's: what it names can't be a reason to lose the verdict.
            Err(error) => terminal.say(&format!("note: can't write the summary `{}`: {error}", path.display())),
        }
    }
    Ok(())
}
