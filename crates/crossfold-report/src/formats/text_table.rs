//! Tables of text, column by column, in a terminal and in Markdown.

use std::io::{self, Write};

use crate::analysis::leaderboard::Row;

/// A column: its name, then a cell per row.
pub(super) type TextColumn = Vec<String>;

/// The column of `name`, with an empty cell where `cell` has nothing.
pub(super) fn text_column(name: &str, rows: &[&Row<'_>], cell: impl Fn(&Row<'_>) -> Option<String>) -> TextColumn {
    [name.to_owned()].into_iter().chain(rows.iter().map(|row| cell(row).unwrap_or_default())).collect()
}

/// Writes columns of the same length as a table in GitHub's Markdown.
pub(super) fn write_markdown(mut out: impl Write, columns: &[TextColumn]) -> io::Result<()> {
    let line = |index: usize| {
        let cells: Vec<String> = columns.iter().map(|column| column[index].replace('|', "\\|")).collect();
        format!("| {} |", cells.join(" | "))
    };
    writeln!(out, "{}", line(0))?;
    writeln!(out, "|{}", "---:|".repeat(columns.len()))?;
    let lines = columns.first().map_or(1, Vec::len);
    (1..lines).try_for_each(|index| writeln!(out, "{}", line(index)))
}
