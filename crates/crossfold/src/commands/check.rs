//! `crossfold check FILE…`: is each a spec that runs?

use crossfold_network::Shape;
use crossfold_search::{Course, DataSize};
use crossfold_study::{Budget, MAX_TRIALS, Study};

use crate::args::CheckArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::terminal::Terminal;
use crossfold_engine::SpecFile;

/// Looks at every file, so that one bad spec hides no other.
pub(crate) fn check(args: &CheckArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let mut exit = Exit::Done;
    for path in &args.files {
        let trials = || {
            let study = SpecFile::read(path)?.check(&[])?;
            Ok(count(&study))
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

/// How many trials a study comes to, as far as that can be told without its data.
fn count(study: &Study) -> String {
    // How many folds there are can hang on the data, which isn't read here.
    let trials = if Course::depends_on_results(study) || study.budget != Budget::default() {
        Course::new(study, Vec::new(), DataSize::new(Shape::dense(1, 1), 1, 0)).most_trials()
    } else {
        crossfold_search::initial_plan(study, Vec::new()).trials.len() as u64
    };
    let plural = if trials == 1 { "" } else { "s" };
    match (trials < MAX_TRIALS, Course::depends_on_results(study) || study.budget != Budget::default()) {
        (true, false) => format!("{trials} trial{plural}"),
        (true, true) => format!("at most {trials} trial{plural}"),
        (false, _) => "trials until its budget ends".to_owned(),
    }
}
