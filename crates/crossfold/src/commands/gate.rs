//! `crossfold gate FILE`: is a baseline's network, retrained, still as good?

use std::fs;
use std::io::Write as _;

use crossfold_engine::{BaselineFile, Engine, Error as EngineError, GateOutcome, Machine as _, ResultsFolder};
use crossfold_report::{GateComparison, GateCriteria, GateReport, GateVerdict};
use crossfold_store::MemoryStore;
use crossfold_study::{CrashLog, NoCrashLog, Stop, Store};
use crossfold_system::{Destination, Signals};

use crate::args::GateArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::machine::ThisMachine;
use crate::store;
use crate::terminal::{Terminal, written};
use crate::watch::Screen;

pub(crate) fn gate(args: &GateArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let overrides = args.overrides.all();
    let file = BaselineFile::read_for_gate(&args.file, &overrides, args.junit.as_ref(), args.summary())?;
    if args.exact {
        file.check_traced()?;
    }
    let machine = ThisMachine::start();
    let prepared = file.prepare(overrides, &machine)?;
    let mut screen = Screen::new(terminal, false);
    prepared.announce(&mut screen);
    let signals = Signals::catch(terminal.announcement()).map_err(Error::Signals)?;
    let stop = Stop::from(signals.asked());
    let criteria = GateCriteria { margin: args.margin, allow_inconclusive: args.allow_inconclusive, exact: args.exact };
    let mut compare = |store: &dyn Store, crash_log: &dyn CrashLog| {
        let engine = Engine { store, crash_log, jobs: args.jobs.count(), stop: &stop, machine: &machine };
        engine.gate(&file, &prepared, criteria, &mut screen)
    };
    let outcome = if args.cached {
        // The folder's lock keeps two gates from training the same fits at once.
        let _folder = ResultsFolder::create(&args.results.folder, &prepared.study.name, machine.now())?;
        let store = store::open(&args.results, terminal, signals.gate())?;
        compare(&*store, &*store)?
    } else {
        compare(&MemoryStore::default(), &NoCrashLog)?
    };
    match outcome {
        GateOutcome::Untrained(untrained) => {
            write(args, terminal, &untrained)?;
            Ok(Exit::by_signal(&signals).unwrap_or(Exit::NoneCompleted))
        }
        GateOutcome::Compared(comparison) => {
            write(args, terminal, &*comparison)?;
            Ok(exit(&comparison))
        }
    }
}

fn exit(comparison: &GateComparison) -> Exit {
    match comparison.verdict {
        GateVerdict::Better | GateVerdict::Equivalent | GateVerdict::Identical => Exit::Done,
        GateVerdict::Inconclusive if comparison.passes => Exit::Done,
        GateVerdict::Inconclusive => Exit::Inconclusive,
        GateVerdict::Worse | GateVerdict::Differs => Exit::Worse,
    }
}

fn write(args: &GateArgs, terminal: &Terminal, verdict: &dyn GateReport) -> Result<(), Error> {
    // Files come first: they are worth more than what a full or closed stdout takes.
    if let Some(junit) = &args.junit {
        crossfold_engine::write(junit, |out| verdict.write_junit(out))?;
    }
    if let Some(path) = args.summary() {
        let text = written(|out| verdict.write_markdown(out));
        // Other steps of a job write to the same file.
        let append = || fs::OpenOptions::new().create(true).append(true).open(path)?.write_all(text.as_bytes());
        match append() {
            Ok(()) => {}
            Err(source) if args.summary_is_asked_for() => {
                return Err(EngineError::Unwritable { path: path.to_owned(), source }.into());
            }
            // The CI server set the variable, so a wrong path in it is no reason to lose the verdict.
            Err(error) => terminal.say(&format!("note: can't write the summary `{}`: {error}", path.display())),
        }
    }
    match (&args.junit, args.json) {
        // It has stdout for itself.
        (Some(Destination::StandardOutput), _) => Ok(()),
        (_, true) => terminal.json(&written(|out| verdict.write_json(out))),
        (_, false) => terminal.text(&written(|out| verdict.write_text(out))),
    }
}
