//! `crossfold status [NAME] [--watch]`: how far runs have got, asked from another terminal.

use std::time::Duration;

use crate::args::StatusArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::machine::ThisMachine;
use crate::store;
use crate::terminal::Terminal;

pub(crate) fn status(args: &StatusArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let (folder, name, machine) = (&args.results.folder, args.name.as_deref(), ThisMachine::start());
    let mut before = String::new();
    loop {
        let status = match (store::open_existing(&args.results)?, name) {
            (Some(store), _) => crossfold_engine::status(&*store, folder, name, &machine),
            (None, None) => Ok(crossfold_engine::StatusText::of_nothing(folder)),
            (None, Some(name)) => return Err(store::unknown_study(&args.results, name, Vec::new())),
        };
        let status = status.map_err(|error| store::in_folder(error, &args.results))?;
        terminal.replace(&before, &status.text)?;
        if !status.is_running || !args.watch {
            if args.watch || status.text.is_empty() {
                terminal.say(&status.closing);
            }
            return Ok(Exit::Done);
        }
        before = status.text;
        std::thread::sleep(Duration::from_secs(1));
    }
}
