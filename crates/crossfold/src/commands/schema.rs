//! `crossfold schema`: the JSON Schema of specs.

use crate::error::Error;
use crate::exit::Exit;
use crate::terminal::Terminal;

pub(crate) fn schema(terminal: &Terminal) -> Result<Exit, Error> {
    terminal.data(&crossfold_spec::schema())?;
    Ok(Exit::Done)
}
