//! `crossfold check FILE…`: is each a spec that runs?

use crossfold_engine::{SpecFile, TrialCount};

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
                let trials = in_words(crossfold_engine::count_trials(&study));
                terminal.data(&format!("{}: ok, {trials}\n", path.display()))?;
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

fn in_words(trials: TrialCount) -> String {
    let plural = |trials| if trials == 1 { "" } else { "s" };
    match trials {
        TrialCount::Exactly(trials) => format!("{trials} trial{}", plural(trials)),
        TrialCount::AtMost(trials) => format!("at most {trials} trial{}", plural(trials)),
        TrialCount::Unlimited => "trials until its budget ends".to_owned(),
    }
}
