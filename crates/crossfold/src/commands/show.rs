//! `crossfold show NAME`: a stored study's leaderboard.

use crossfold_engine::NoWatch;
use crossfold_report::{Format, ShowOptions};

use crate::args::{FormatArg, ShowArgs};
use crate::error::Error;
use crate::exit::Exit;
use crate::machine::ThisMachine;
use crate::store;
use crate::terminal::{Terminal, written};

/// The number of trials in a table by default.
const TABLE: usize = 10;

pub(crate) fn show(args: &ShowArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let (store, stored) = store::find_study(&args.results, &args.name)?;
    let leaderboard = stored.results(&*store).judged_leaderboard(&ThisMachine::start(), &mut NoWatch)?;
    let (format, most) = match args.format {
        FormatArg::Table => (Format::Table, Some(TABLE)),
        FormatArg::Csv => (Format::Csv, None),
        FormatArg::Json => (Format::Json, None),
        FormatArg::Md => (Format::Md, None),
    };
    let sort = args.sort.as_deref().map(|column| leaderboard.column(column)).transpose()?;
    let options = ShowOptions { top: args.top.or(most), sort, format, width: terminal.width() };
    let text = written(|out| crossfold_report::write_board(out, &leaderboard, &options));
    match args.format {
        FormatArg::Table | FormatArg::Md => terminal.text(&text)?,
        FormatArg::Json => terminal.json(&text)?,
        FormatArg::Csv => terminal.data(&text)?,
    }
    Ok(Exit::Done)
}
