//! `crossfold plan FILE`: what would be trained, what that costs, and how long it takes.

use crossfold_engine::{PreparedStudy, SpecFile};
use crossfold_study::Store;

use crate::args::PlanArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::machine::ThisMachine;
use crate::store;
use crate::terminal::Terminal;
use crate::watch::Screen;

pub(crate) fn plan(args: &PlanArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let machine = ThisMachine::start();
    let prepared = PreparedStudy::read(SpecFile::read(&args.spec.file)?, args.spec.overrides.all(), &machine)?;
    let store = if prepared.lists_fits() { store::open_existing(&args.results)? } else { None };
    let store = store.as_deref().map(|store| store as &dyn Store);
    let plan = crossfold_engine::plan(&prepared, store, args.jobs.count())?;
    prepared.announce(&mut Screen::new(terminal, true));
    terminal.text(&plan.text())?;
    let forecast = crossfold_engine::forecast(&prepared, &plan, &machine);
    terminal.text(&format!("ETA          {}\n", forecast.text(&plan)))?;
    Ok(Exit::Done)
}
