//! `crossfold check FILE…`: is each a spec that runs?

use crossfold_engine::SpecFile;
use crossfold_study::visible_line;

use crate::args::CheckArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::terminal::Terminal;

/// Checks every file, so that one bad spec hides no other.
pub(crate) fn check(args: &CheckArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let mut exit = Exit::Done;
    for path in &args.files {
        match SpecFile::read(path).and_then(|spec| spec.check(&[])) {
            Ok(study) => {
                let trials = crossfold_engine::count_trials(&study);
                terminal.text(&format!(
                    "{}: ok, {trials}; the data are not read\n",
                    visible_line(&path.display().to_string())
                ))?;
            }
            Err(error) => {
                let error = Error::from(error);
                terminal.error(&error);
                exit = error.exit();
            }
        }
    }
    Ok(exit)
}
