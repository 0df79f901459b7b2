//! `crossfold report NAME`: every result file again, from the store alone.

use crate::args::{OutputArgs, ReportArgs};
use crate::error::Error;
use crate::exit::Exit;
use crate::machine::ThisMachine;
use crate::terminal::Terminal;
use crate::watch::RunWatch;
use crate::{logging, store};

pub(crate) fn report(args: &ReportArgs, output: &OutputArgs, terminal: &Terminal) -> Result<Exit, Error> {
    logging::start(output, terminal, None);
    let store = store::open_for(&args.results, &args.name)?;
    let figures = args.figures.then_some(args.width);
    let mut watch = RunWatch::new(terminal, false);
    crossfold_engine::report(&*store, &args.name, &args.results.folder, figures, &ThisMachine::start(), &mut watch)
        .map_err(|error| store::in_folder(error, &args.results))?;
    watch.finish()?;
    Ok(Exit::Done)
}
