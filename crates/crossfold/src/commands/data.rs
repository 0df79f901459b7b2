//! `crossfold data FILE`: what a table holds, and what is suspicious in it.

use crossfold_engine::{Error as EngineError, Machine as _};
use crossfold_sources::Profile;

use crate::args::{DataArgs, DataFormatArg};
use crate::error::Error;
use crate::exit::Exit;
use crate::machine::ThisMachine;
use crate::terminal::{Terminal, written};

pub(crate) fn data(args: &DataArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let memory = ThisMachine::start().available_memory();
    let profile =
        Profile::read(&args.file, &args.table.format(), args.target.as_deref(), memory).map_err(EngineError::Table)?;
    match args.format {
        DataFormatArg::Table => terminal.text(&written(|out| profile.write_text(out, terminal.width())))?,
        DataFormatArg::Json => terminal.json(&written(|out| profile.write_json(out)))?,
    }
    Ok(Exit::Done)
}
