//! `crossfold explain NAME [TRIAL]`: why a trial was proposed, and how it ended.

use crossfold_study::TrialNumber;

use crate::args::ExplainArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::store;
use crate::terminal::Terminal;

pub(crate) fn explain(args: &ExplainArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let (store, study) = store::find_study(&args.results, &args.name)?;
    terminal.text(&crossfold_engine::explain(&*store, &study, args.trial.map(TrialNumber))?.text())?;
    Ok(Exit::Done)
}
