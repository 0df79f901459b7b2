//! `crossfold gate FILE`: is a baseline's network, retrained, still as good?

use std::io::Write as _;

use crossfold_engine::{Engine, GateFiles, GateOutcome, Machine as _, ResultsFolder, no_verdict};
use crossfold_report::{GateComparison, GateCriteria, GateReport, GateVerdict, github_annotation};
use crossfold_store::MemoryStore;
use crossfold_study::{CrashLog, NoCrashLog, Stop, Store, visible_line};
use crossfold_system::{Destination, Signals};

use crate::args::GateArgs;
use crate::caches::caches;
use crate::error::Error;
use crate::exit::Exit;
use crate::machine::ThisMachine;
use crate::store;
use crate::terminal::{Terminal, written};
use crate::watch::Screen;

pub(crate) fn gate(args: &GateArgs, terminal: &Terminal) -> Result<Exit, Error> {
    // The CI server sets the variable, so a wrong path in it is no reason to lose the verdict.
    let needs_summary = args.summary_is_asked_for();
    let files = GateFiles { junit: args.junit.as_ref(), summary: args.summary(), needs_summary };
    let compared = compare(args, &files, terminal);
    if let Err(Error::Engine(error)) = &compared
        && let Some(report) = no_verdict(&args.file, error, error.hint())
    {
        // The error that ended the gate is worth more than one about a file.
        let _ = publish(&files, terminal, &report);
    }
    let (outcome, exit) = compared?;
    publish(&files, terminal, outcome.report())?;
    match (&args.junit, args.json) {
        // It has stdout for itself.
        (Some(Destination::StandardOutput), _) => {}
        (_, true) => terminal.json(&written(|out| outcome.report().write_json(out)))?,
        (_, false) => terminal.text(&written(|out| outcome.report().write_text(out)))?,
    }
    Ok(exit)
}

fn compare(args: &GateArgs, files: &GateFiles<'_>, terminal: &Terminal) -> Result<(GateOutcome, Exit), Error> {
    let overrides = args.overrides.all();
    let file = files.read_baseline(&args.file, &overrides)?;
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
        let store = store::open(&args.results, &caches(&args.cache)?, terminal, signals.gate())?;
        store.remarks().iter().for_each(|remark| terminal.say(remark));
        compare(&*store, &*store)?
    } else {
        compare(&MemoryStore::default(), &NoCrashLog)?
    };
    let exit = match &outcome {
        GateOutcome::Untrained(_) => Exit::by_signal(&signals).unwrap_or(Exit::NoneCompleted),
        GateOutcome::Compared(comparison) => exit(comparison),
    };
    Ok((outcome, exit))
}

fn exit(comparison: &GateComparison) -> Exit {
    match comparison.verdict {
        GateVerdict::Better | GateVerdict::Equivalent | GateVerdict::Identical => Exit::Done,
        GateVerdict::Inconclusive if comparison.passes => Exit::Done,
        GateVerdict::Inconclusive => Exit::Inconclusive,
        GateVerdict::Worse | GateVerdict::Differs => Exit::Worse,
    }
}

/// Writes an outcome to files and for CI servers, before stdout: they are worth more than what a full or closed one takes.
fn publish(files: &GateFiles<'_>, terminal: &Terminal, report: &dyn GateReport) -> Result<(), Error> {
    files.write(report)?.iter().for_each(|note| terminal.say(&format!("note: {note}")));
    // GitHub reads both streams, and stdout may be JSON.
    if std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true") {
        let _ = writeln!(terminal.stderr(), "{}", visible_line(&github_annotation(report)));
    }
    Ok(())
}
