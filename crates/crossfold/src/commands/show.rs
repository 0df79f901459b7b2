//! `crossfold show NAME`: a stored study's leaderboard.

use crossfold_engine::ShowRequest;
use crossfold_report::Format;

use crate::args::{FormatArg, ShowArgs};
use crate::error::Error;
use crate::exit::Exit;
use crate::machine::ThisMachine;
use crate::store;
use crate::terminal::Terminal;

/// The number of trials in a table by default.
const TABLE: usize = 10;

pub(crate) fn show(args: &ShowArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let store = store::open_for(&args.results, &args.name)?;
    let (format, most) = match args.format {
        FormatArg::Table => (Format::Table, Some(TABLE)),
        FormatArg::Csv => (Format::Csv, None),
        FormatArg::Json => (Format::Json, None),
        FormatArg::Md => (Format::Md, None),
        FormatArg::Latex => (Format::Latex, Some(TABLE)),
    };
    let (top, sort, width) = (args.top.or(most), args.sort.as_deref(), terminal.width());
    let (columns, digits, results) = (&args.columns[..], args.digits, &args.results.folder);
    let request = ShowRequest { top, sort, columns, digits, format, width, results };
    let text = crossfold_engine::show(&*store, &args.name, &request, &ThisMachine::start())
        .map_err(|error| store::in_folder(error, &args.results))?;
    match args.format {
        FormatArg::Table => terminal.text(&text)?,
        FormatArg::Md | FormatArg::Latex => terminal.data(&crossfold_study::visible_text(&text))?,
        FormatArg::Json => terminal.json(&text)?,
        FormatArg::Csv => terminal.data(&text)?,
    }
    Ok(Exit::Done)
}
