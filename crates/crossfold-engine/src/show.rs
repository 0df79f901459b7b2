//! A stored study's leaderboard.

use std::path::Path;

use crossfold_report::{Format, ShowOptions, TableText};
use crossfold_study::{Store, StudyName};

use crate::error::Error;
use crate::machine::Machine;
use crate::notice::NoWatch;
use crate::run_file::FolderRun;
use crate::standing::Standing;
use crate::stored_study::StoredStudy;

/// What to show of a leaderboard.
#[derive(Clone, Copy, Debug)]
pub struct ShowRequest<'a> {
    /// The most rows to show.
    pub top: Option<usize>,
    /// The column of `leaderboard.csv` to sort by; a `-` before its name reverses the order.
    pub sort: Option<&'a str>,
    /// The columns of `leaderboard.csv` to show; empty for those of the format.
    pub columns: &'a [String],
    /// The significant digits of numbers for people; `None` for four.
    pub digits: Option<u8>,
    pub format: Format,
    /// The width of the terminal, in columns.
    pub width: u16,
    /// The folder of all results.
    pub results: &'a Path,
}

/// The leaderboard of the study `name`, as text. Fits are read, and their digests checked, only where the table that the last
/// run stored is not enough.
///
/// # Errors
/// Where the study or a column is unknown, or the store can't be read.
pub fn show(store: &dyn Store, name: &str, request: &ShowRequest<'_>, machine: &dyn Machine) -> Result<String, Error> {
    let &ShowRequest { top, sort, columns, digits, format, width, results } = request;
    let heading = StudyName::new(name).and_then(|study| match FolderRun::find(results, &study, machine.now()) {
        FolderRun::Running { status, .. } => {
            Some(status.map_or_else(|| "Running.".to_owned(), |status| status.heading(name)))
        }
        FolderRun::Killed | FolderRun::Ended => None,
    });
    let mut text = Vec::new();
    match (format, known_table(store, name, request)?) {
        (Format::Table, Some(table)) => {
            return Ok(heading.iter().map(String::as_str).fold(table, TableText::with_heading).render(width));
        }
        (Format::Md, Some(table)) => table.write_markdown(&mut text),
        (Format::Table | Format::Md | Format::Csv | Format::Json | Format::Latex, _) => {
            let stored = StoredStudy::find(store, name)?;
            let leaderboard = stored.results(store).judged_leaderboard(machine, &mut NoWatch)?;
            let sort = sort.map(|column| leaderboard.column(column)).transpose()?;
            let columns: Result<Vec<usize>, _> = columns.iter().map(|name| leaderboard.column_index(name)).collect();
            let heading = heading.as_deref();
            let options = ShowOptions { top, sort, columns: &columns?, digits, format, width, heading };
            crossfold_report::write_board(&mut text, &leaderboard, &options)
        }
    }
    .expect("memory takes any text");
    Ok(String::from_utf8(text).expect("leaderboards are text"))
}

/// The table that the study's last run stored, if it has all that is asked for and still holds.
fn known_table(store: &dyn Store, name: &str, request: &ShowRequest<'_>) -> Result<Option<TableText>, Error> {
    if !request.columns.is_empty() || request.digits.is_some() {
        return Ok(None);
    }
    let (None, Some(top), Some(name)) = (request.sort, request.top, StudyName::new(name)) else { return Ok(None) };
    let standing = Standing::find(store, &name)?;
    let Some(table) = standing.and_then(|standing| standing.table.first(top)) else { return Ok(None) };
    // A damaged study is named. Damaged fits are not: the table was made before they were.
    store.study(&name)?;
    Ok(Some(table))
}
