//! `crossfold completions SHELL` and `crossfold man`: generated from the arguments.

use clap::CommandFactory;

use crate::args::{Args, CompletionsArgs};
use crate::error::Error;
use crate::exit::Exit;
use crate::terminal::Terminal;

pub(crate) fn completions(args: &CompletionsArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "crossfold", &mut text);
    terminal.data(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Done)
}

/// Prints one page: the program's part, then each command's.
pub(crate) fn man(terminal: &Terminal) -> Result<Exit, Error> {
    let mut text = Vec::new();
    let render = |text: &mut Vec<u8>| {
        clap_mangen::Man::new(Args::command()).render(text)?;
        let mut program = Args::command();
        program.build();
        for command in program.get_subcommands().filter(|command| command.get_name() != "help") {
            let page = clap_mangen::Man::new(command.clone());
            page.render_name_section(text)?;
            page.render_synopsis_section(text)?;
            page.render_options_section(text)?;
        }
        Ok(())
    };
    render(&mut text).map_err(Error::Stdout)?;
    terminal.data(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Done)
}
