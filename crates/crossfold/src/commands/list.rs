//! `crossfold list`: the studies that are stored.

use crossfold_engine::StudySummary;

use crate::args::ResultsArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::store;
use crate::terminal::Terminal;

pub(crate) fn list(args: &ResultsArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let Some(store) = store::open_existing(args)? else {
        terminal.say(&format!("nothing is stored in {}", args.folder.display()));
        return Ok(Exit::Done);
    };
    let mut lines = vec![["study", "trials", "failed", "best", "last run"].map(str::to_owned)];
    lines.extend(crossfold_engine::list(&*store)?.iter().map(StudySummary::cells));
    terminal.text(&crossfold_report::aligned(&lines))?;
    Ok(Exit::Done)
}
