//! `crossfold plan FILE`: what would be trained, what that costs, and how long it takes.

use crossfold_engine::{PreparedStudy, SpecFile};
use crossfold_study::Store;

use crate::args::PlanArgs;
use crate::caches::caches;
use crate::error::Error;
use crate::exit::Exit;
use crate::machine::ThisMachine;
use crate::store;
use crate::terminal::Terminal;
use crate::watch::Screen;

pub(crate) fn plan(args: &PlanArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let machine = ThisMachine::start();
    let prepared = PreparedStudy::read(SpecFile::read(&args.spec.file)?, args.spec.overrides.all(), &machine)?;
    let (stores, remarks) = match prepared.lists_fits() {
        true => store::open_with_caches(&args.results, &caches(&args.caches.paths)?)?,
        false => Default::default(),
    };
    remarks.iter().for_each(|remark| terminal.say(remark));
    let stores: Vec<&dyn Store> = stores.iter().map(|store| store as &dyn Store).collect();
    let plan = crossfold_engine::plan(&prepared, &stores, args.jobs.count())?;
    prepared.announce(&mut Screen::new(terminal, true));
    terminal.text(&plan.text())?;
    let forecast = crossfold_engine::forecast(&prepared, &plan, &machine);
    terminal.text(&format!("ETA          {}\n", forecast.text(&plan)))?;
    Ok(Exit::Done)
}
