//! `crossfold check FILE…`: is each a spec that runs?

use crossfold_engine::SpecFile;

use crate::args::CheckArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::terminal::Terminal;

/// Checks every file, so that one bad spec hides no other.
pub(crate) fn check(args: &CheckArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let mut exit = Exit::Done;
    for path in &args.files {
        let trials = || -> Result<String, Error> {
            let study = SpecFile::read(path)?.check(&[])?;
            Ok(crossfold_engine::count_trials(&study))
        };
        match trials() {
            Ok(trials) => terminal.data(&format!("{}: ok, {trials}\n", path.display()))?,
            Err(error) => {
                terminal.error(&error);
                exit = Error::exit(&error);
            }
        }
    }
    Ok(exit)
}
