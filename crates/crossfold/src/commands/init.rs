//! `crossfold init FILE --target Y`: a first spec for a table.

use crossfold_engine::Tables;
use crossfold_study::shell_word;
use crossfold_system::Destination;

use crate::args::InitArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::machine::ThisMachine;
use crate::terminal::Terminal;

pub(crate) fn init(args: &InitArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let InitArgs { file, target, test, output, force, table } = args;
    let tables = Tables { training: file, test: test.as_deref() };
    match output {
        Destination::StandardOutput => {
            terminal.data(&crossfold_engine::first_spec(tables, &table.format(), target, &ThisMachine::start())?)?
        }
        output @ Destination::File(_) => {
            crossfold_engine::write_first_spec(tables, &table.format(), target, output, *force, &ThisMachine::start())?;
            terminal.say(&format!("wrote {output}. Next: `crossfold run {}`", shell_word(&output.to_string())));
        }
    }
    Ok(Exit::Done)
}
