//! `crossfold list`: the studies that are stored.

use crossfold_engine::StudySummary;

use crate::args::ResultsArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::machine::ThisMachine;
use crate::store;
use crate::terminal::Terminal;

pub(crate) fn list(args: &ResultsArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let Some(store) = store::open_existing(args)? else {
        terminal.say(&format!("nothing is stored in {}", args.folder.display()));
        return Ok(Exit::Done);
    };
    let studies = crossfold_engine::list(&*store, &args.folder, &ThisMachine::start())?;
    terminal.text(&StudySummary::table(&studies, terminal.most_columns()))?;
    studies.into_iter().find_map(|study| study.damage).map_or(Ok(Exit::Done), |damage| Err(damage.into()))
}
