//! `crossfold run FILE`: from a spec to a leaderboard and a tested network.

use crossfold_engine::{Engine, Machine as _, PreparedStudy, ResultsFolder, RunOptions, RunOutcome, SpecFile};
use crossfold_study::Stop;
use crossfold_system::Signals;

use crate::args::{OutputArgs, RunArgs};
use crate::caches::caches;
use crate::error::Error;
use crate::exit::Exit;
use crate::logging;
use crate::machine::ThisMachine;
use crate::store;
use crate::terminal::Terminal;
use crate::watch::RunWatch;

pub(crate) fn run(args: &RunArgs, output: &OutputArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let machine = ThisMachine::start();
    let started = machine.now();
    let spec = SpecFile::read(&args.spec.file)?;
    let until = args.until.as_deref().map(|time| crossfold_engine::until(time, started)).transpose();
    let until = until.map_err(crossfold_engine::Error::from)?;
    let overrides = args.spec.overrides.all().into_iter().chain(until).collect();
    let prepared = PreparedStudy::read(spec, overrides, &machine)?;
    let folder = ResultsFolder::create(&args.results.folder, &prepared.study.name, started)?;
    logging::start(output, terminal, Some(folder.log_file(started)?));
    let signals = Signals::catch(terminal.announcement()).map_err(Error::Signals)?;
    let stop = Stop::from(signals.asked());
    let caches = if args.fresh { Vec::new() } else { caches(&args.caches.paths)? };
    let store = store::open(&args.results, &caches, terminal, signals.gate())?;

    let mut watch = RunWatch::new(terminal, args.json);
    prepared.announce(&mut watch);
    store.remarks().iter().for_each(|remark| terminal.say(remark));
    let engine = Engine { store: &*store, crash_log: &*store, jobs: args.jobs.count(), stop: &stop, machine: &machine };
    let command = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect();
    let options = RunOptions { fresh: args.fresh, retry: args.retry, started, command };
    let outcome = engine.run(&prepared, &folder, &options, &mut watch)?;
    watch.finish()?;
    Ok(exit(&outcome, &signals))
}

fn exit(outcome: &RunOutcome<'_>, signals: &Signals) -> Exit {
    match Exit::by_signal(signals) {
        Some(exit) if outcome.is_stopped => exit,
        Some(_) | None if outcome.too_many_failures => Exit::TooManyFailures,
        Some(_) | None if outcome.trials.complete == 0 => Exit::NoneCompleted,
        Some(_) | None if outcome.trials.failed > 0 || outcome.refit_failed => Exit::FailedTrials,
        Some(_) | None => Exit::Done,
    }
}
