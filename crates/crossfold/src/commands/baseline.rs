//! `crossfold baseline NAME -o FILE`: what later runs are compared with.

use crossfold_engine::{BaselineFile, Engine};
use crossfold_store::MemoryStore;
use crossfold_study::{NoCrashLog, Stop};
use crossfold_system::Signals;

use crate::args::BaselineArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::machine::ThisMachine;
use crate::store;
use crate::terminal::Terminal;
use crate::watch::Screen;

pub(crate) fn baseline(args: &BaselineArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let (store, study) = store::find_study(&args.results, &args.name)?;
    let machine = ThisMachine::start();
    let (mut file, notes) = BaselineFile::from_study(&study, &*store, &args.output, &machine)?;
    notes.iter().for_each(|note| terminal.say(&format!("note: {note}")));
    if args.exact {
        let signals = Signals::catch(terminal.announcement()).map_err(Error::Signals)?;
        let stop = Stop::from(signals.asked());
        let store = MemoryStore::default();
        let engine =
            Engine { store: &store, crash_log: &NoCrashLog, jobs: args.jobs.count(), stop: &stop, machine: &machine };
        let trace = engine.trace(&file, &study, &mut Screen::new(terminal, false));
        if let Some(exit) = Exit::by_signal(&signals) {
            return Ok(exit);
        }
        file.baseline.trace = trace?;
    }
    file.write(&args.output)?;
    let (path, metric) = (&args.output, file.baseline.metric);
    let mean = crossfold_report::format_score(metric, file.baseline.mean);
    terminal.say(&format!("wrote the baseline {path}: {metric} {mean}"));
    Ok(Exit::Done)
}
