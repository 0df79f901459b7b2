//! `crossfold completions SHELL` and `crossfold man`: generated from the arguments.

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;
use crossfold_engine::Error as EngineError;
use crossfold_system::Destination;

use crate::args::{Args, CompletionsArgs, ManArgs, STUDY};
use crate::error::Error;
use crate::exit::Exit;
use crate::terminal::Terminal;

const PROGRAM: &str = "crossfold";
const SEE_ALSO: &str = ".SH \"SEE ALSO\"\n\\fBcrossfold\\fR(1), which has the options of all commands\n";

/// Prints the generated script, with a part of our own that completes the names of stored studies.
pub(crate) fn completions(args: &CompletionsArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let (mut program, mut text) = (Args::command(), Vec::new());
    clap_complete::generate(args.shell, &mut program, PROGRAM, &mut text);
    let text = String::from_utf8_lossy(&text);
    let takes_study = |command: &&Command| command.get_positionals().any(|one| one.get_value_hint() == STUDY);
    let all = program.get_subcommands().flat_map(|command| command.get_subcommands().chain([command]));
    let commands: Vec<&str> = all.filter(takes_study).map(Command::get_name).collect();
    let own = |script: &str| script.replace("@spaced@", &commands.join(" ")).replace("@barred@", &commands.join("|"));
    let text = match args.shell {
        Shell::Bash => format!("{text}{}", own(include_str!("completions/studies.bash"))),
        Shell::Fish => format!("{text}{}", own(include_str!("completions/studies.fish"))),
        // Where the script's function is called, ours has to be known.
        Shell::Zsh => {
            let call = "if [ \"$funcstack[1]\"";
            let defined = include_str!("completions/studies.zsh").to_owned() + call;
            text.replace(":_users' ", ":_crossfold_studies' ").replacen(call, &defined, 1)
        }
        Shell::Elvish | Shell::PowerShell | _ => text.into_owned(),
    };
    terminal.data(&text).map(|()| Exit::Done)
}

/// Prints the program's page, or writes it to a folder with one for each command.
pub(crate) fn man(args: &ManArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let program = Args::command().disable_help_subcommand(true);
    let Some(folder) = &args.folder else {
        let mut text = Vec::new();
        Man::new(program).render(&mut text).map_err(Error::Stdout)?;
        return terminal.data(&String::from_utf8_lossy(&text)).map(|()| Exit::Done);
    };
    let unwritable = |source| EngineError::Unwritable { path: folder.clone(), source };
    std::fs::create_dir_all(folder).map_err(unwritable)?;
    let write = |page: Man, more: &str| {
        let path = Destination::File(folder.join(page.get_filename()));
        crossfold_engine::write(&path, |out| page.render(out).and_then(|()| out.write_all(more.as_bytes())))
    };
    for command in program.get_subcommands() {
        write(page(command, PROGRAM), SEE_ALSO)?;
        let name = format!("{PROGRAM}-{}", command.get_name());
        command.get_subcommands().try_for_each(|inner| write(page(inner, &name), SEE_ALSO))?;
    }
    write(Man::new(program), "")?;
    Ok(Exit::Done)
}

/// A command's page, without the options that all commands have.
fn page(command: &Command, parent: &str) -> Man {
    let name = format!("{parent}-{}", command.get_name());
    let command = command.clone().bin_name(name.replace('-', " ")).display_name(name).disable_help_subcommand(true);
    let command = command.disable_help_flag(true).disable_version_flag(true);
    Man::new(command).source(format!("{PROGRAM} {}", env!("CARGO_PKG_VERSION")))
}
