//! `crossfold data FILE`: what a table holds, and what is suspicious in it.

use crossfold_engine::{Error as EngineError, Machine as _};
use crossfold_sources::Profile;

use crate::args::{DataArgs, DataFormatArg};
use crate::error::Error;
use crate::exit::Exit;
use crate::machine::ThisMachine;
use crate::terminal::Terminal;

pub(crate) fn data(args: &DataArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let memory = ThisMachine::start().available_memory();
    let profile =
        Profile::read(&args.file, &args.table.format(), args.target.as_deref(), memory).map_err(EngineError::Table)?;
    let mut text = Vec::new();
    match args.format {
        DataFormatArg::Table => profile.write_text(&mut text, terminal.width()),
        DataFormatArg::Json => profile.write_json(&mut text),
    }
    .expect("memory takes any text");
    terminal.data(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Done)
}
