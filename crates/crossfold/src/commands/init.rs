//! `crossfold init FILE --target Y`: a first spec for a table.

use crate::args::InitArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::machine::ThisMachine;
use crate::terminal::Terminal;

pub(crate) fn init(args: &InitArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let InitArgs { file, target, output, force, table } = args;
    let machine = ThisMachine::start();
    match output {
        None => terminal.data(&crossfold_engine::first_spec(file, &table.format(), target, &machine)?)?,
        Some(output) => {
            crossfold_engine::write_first_spec(file, &table.format(), target, output, *force, &machine)?;
            terminal.say(&format!("the spec is in `{}`: edit it, and `crossfold plan` it", output.display()));
        }
    }
    Ok(Exit::Done)
}
