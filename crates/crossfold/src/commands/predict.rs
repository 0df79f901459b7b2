//! `crossfold predict MODEL NEW.csv`: what a trained network predicts for other rows.

use crossfold_engine::PredictOptions;

use crate::args::PredictArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::machine::ThisMachine;
use crate::terminal::Terminal;
use crate::watch::Screen;

pub(crate) fn predict(args: &PredictArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let options = PredictOptions {
        model: args.model.clone(),
        results: args.results.folder.clone(),
        table: args.file.clone(),
        format: args.table.format(),
        output: args.output.clone(),
        inputs: args.inputs.clone(),
    };
    crossfold_engine::predict(&options, &ThisMachine::start(), &mut Screen::new(terminal, true))?;
    Ok(Exit::Done)
}
