//! `crossfold gc`: removes what no study refers to.

use std::time::SystemTime;

use crossfold_engine::ResultsFolder;
use crossfold_system::Signals;

use crate::args::GcArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::store;
use crate::terminal::Terminal;

pub(crate) fn gc(args: &GcArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let Some(read_only) = store::open_existing(&args.results)? else {
        terminal.say(&format!("nothing is stored in `{}`", args.results.folder.display()));
        return Ok(Exit::Done);
    };
    let forgotten =
        args.forget.iter().map(|name| store::known(&*read_only, name, &args.results)).collect::<Result<Vec<_>, _>>()?;
    if !args.yes {
        for name in &forgotten {
            terminal.text(&format!("would forget the study `{name}`\n"))?;
        }
        terminal.text(&format!("would remove {}\n", read_only.garbage(&forgotten)?))?;
        terminal.say("nothing removed; run again with `--yes`");
        return Ok(Exit::Done);
    }
    drop(read_only);
    // A run of such a study would lose what it has just stored, so nothing is forgotten while one is under way.
    let hold = |name| ResultsFolder::create(&args.results.folder, name, SystemTime::now());
    let _held = forgotten.iter().map(hold).collect::<Result<Vec<_>, _>>()?;
    let say = terminal.speaker();
    let signals = Signals::catch(move || say("finishing; press again to quit at once")).map_err(Error::Signals)?;
    let store = store::open(&args.results, &[], terminal, signals.gate())?;
    for name in &forgotten {
        store.remove_study(name)?;
    }
    terminal.text(&format!("removed {}\n", store.collect_garbage()?))?;
    Ok(Exit::by_signal(&signals).unwrap_or(Exit::Done))
}
