//! `crossfold gate FILE`: is a baseline's network, trained again, still as good?

use std::fs;
use std::io::Write as _;
use std::path::Path;

use crossfold_report::{Baseline, BaselineError, Leaderboard, Terms, Told, Untrained, Verdict};
use crossfold_store::{MemoryStore, SqliteStore};
use crossfold_study::Store;

use crate::args::GateArgs;
use crate::commands::baseline;
use crate::error::Error;
use crate::exit::Exit;
use crate::retraining::Retraining;
use crate::signals::Signals;
use crate::terminal::Terminal;
use crossfold_engine::Error as EngineError;
use crossfold_engine::Prepared;
use crossfold_engine::ResultsFolder;
use crossfold_engine::SpecFile;
use crossfold_engine::StudyResults;

pub(crate) fn gate(args: &GateArgs, terminal: &Terminal) -> Result<Exit, Error> {
    if let Some(path) = &args.junit {
        // Of an earlier gate: should this one not come to a verdict, that one's must not be taken for its.
        let clear = || match fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => path.parent().map_or(Ok(()), fs::create_dir_all),
        };
        clear().map_err(|source| EngineError::Output { path: path.clone(), source })?;
    }
    let unreadable = |source| EngineError::SpecFile { path: args.file.clone(), source };
    let text = fs::read(&args.file).map_err(unreadable)?;
    let baseline = Baseline::read(&text).map_err(|error| unusable(args, error))?;
    if args.exact && baseline.trace.is_empty() {
        return Err(unusable(args, BaselineError::NoTrace));
    }
    let spec = SpecFile::given(args.file.clone(), baseline.spec.clone().into_bytes());
    let prepared = Prepared::new(spec, args.overrides.all())?;
    terminal.remark(&prepared);
    let signals = Signals::catch(terminal.announcement()).map_err(Error::Signals)?;
    if args.cached {
        // The folder's lock keeps two gates from training the same fits at once.
        let _folder = ResultsFolder::create(&args.results.folder, &prepared.study.name)?;
        let store = SqliteStore::open(&args.results.folder)?;
        hold(args, terminal, &baseline, &prepared, &store, &signals)
    } else {
        hold(args, terminal, &baseline, &prepared, &MemoryStore::default(), &signals)
    }
}

/// Trains what `store` lacks, and holds it against the baseline.
fn hold(
    args: &GateArgs,
    terminal: &Terminal,
    baseline: &Baseline,
    prepared: &Prepared,
    store: &dyn Store,
    signals: &Signals,
) -> Result<Exit, Error> {
    // The store hears of the fits alone: a study of the same name that a run has made stays as it is.
    let record = prepared.record(jiff::Timestamp::now());
    let retraining = Retraining::carry_out(prepared, store, args.jobs.count(), args.exact, signals, terminal)?;
    let (Prepared { study, origin, .. }, plan, results) = (prepared, &retraining.plan, &retraining.results);
    let files = StudyResults { study, plan, origin, record: &record, results, store };
    let leaderboard: Leaderboard<'_> = files.leaderboard();
    if leaderboard.tally().complete == 0 {
        let untrained = Untrained::new(&leaderboard, &baseline.name);
        tell(args, terminal, &untrained)?;
        return Ok(signals.exit().unwrap_or(Exit::NoneCompleted));
    }
    let mut fresh = baseline::of_winner(&files, Path::new("."))?;
    if args.exact {
        fresh.trace = baseline::fresh_trace(&files, &retraining);
    }
    let terms = Terms { margin: args.margin, allow_inconclusive: args.allow_inconclusive, exact: args.exact };
    let comparison = baseline.compare(&fresh, terms).map_err(|error| unusable(args, error))?;
    tell(args, terminal, &comparison)?;
    Ok(match comparison.verdict {
        Verdict::Better | Verdict::Equivalent | Verdict::Identical => Exit::Done,
        Verdict::Inconclusive if comparison.passes => Exit::Done,
        Verdict::Inconclusive => Exit::Inconclusive,
        Verdict::Worse | Verdict::Differs => Exit::Worse,
    })
}

fn unusable(args: &GateArgs, error: BaselineError) -> Error {
    EngineError::Baseline { path: args.file.clone(), error }
}

fn tell(args: &GateArgs, terminal: &Terminal, verdict: &dyn Told) -> Result<(), Error> {
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
        fs::write(path, text).map_err(|source| EngineError::Output { path: path.clone(), source })?;
    }
    if let Some(path) = args.summary() {
        let mut text = Vec::new();
        verdict.write_markdown(&mut text).expect("memory takes any text");
        // Other steps of a job have their say in the same file.
        let append = || fs::OpenOptions::new().create(true).append(true).open(path)?.write_all(&text);
        match append() {
            Ok(()) => {}
            Err(source) if args.summary_is_asked_for() => {
                return Err(EngineError::Unwritable { path: path.to_owned(), source }.into());
            }
            // The variable is the server's: what it names can't be a reason to lose the verdict.
            Err(error) => terminal.say(&format!("note: can't write the summary `{}`: {error}", path.display())),
        }
    }
    Ok(())
}
