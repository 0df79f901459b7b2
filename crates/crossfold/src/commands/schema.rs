//! `crossfold schema`: the JSON Schema of specs, or of events.

use crate::args::SchemaArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::terminal::Terminal;

pub(crate) fn schema(args: &SchemaArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let schema = if args.events { crossfold_report::EVENTS_SCHEMA.to_owned() } else { crossfold_spec::schema() };
    terminal.data(&schema)?;
    Ok(Exit::Done)
}
