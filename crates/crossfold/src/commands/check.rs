//! `crossfold check FILE…`: is each a spec that runs?

use crate::args::CheckArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::spec_file::SpecFile;
use crate::terminal::Terminal;

/// Looks at every file, so that one bad spec hides no other.
pub(crate) fn check(args: &CheckArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let mut exit = Exit::Done;
    for path in &args.files {
        let trials = || {
            let study = SpecFile::read(path)?.check(&[], terminal)?;
            // How many folds there are can hang on the data, which isn't read here.
            let plan = crossfold_search::plan(&study, Vec::new());
            Ok(plan.trials.len())
        };
        match trials() {
            Ok(trials) => {
                let plural = if trials == 1 { "" } else { "s" };
                terminal.data(&format!("{}: ok, {trials} trial{plural}\n", path.display()))?;
            }
            Err(error) => {
                terminal.error(&error);
                exit = Error::exit(&error);
            }
        }
    }
    Ok(exit)
}
