//! A leaderboard for `crossfold show`: some of its rows, in some order, in one of four formats.

use std::cmp::Ordering;
use std::io::{self, Write};

use serde_json::{Map, Number, Value};

use crate::analysis::leaderboard::{Leaderboard, Row};
use crate::formats::csv::{cells, column_names, write_rows};
use crate::formats::table;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For a terminal, with what the figures mean below it.
    Table,
    /// As `leaderboard.csv`.
    Csv,
    /// A list of objects with the columns of `leaderboard.csv`, numbers as numbers, empty as null.
    Json,
    /// The table's columns, as GitHub's Markdown has them.
    Md,
}

/// What to show.
#[derive(Clone, Copy, Debug)]
pub struct ShowOptions {
    /// At most so many rows.
    pub top: Option<usize>,
    /// In the leaderboard's order, or by a column.
    pub sort: Option<Column>,
    pub format: Format,
    /// Of a terminal, in columns.
    pub width: u16,
}

/// A column of `leaderboard.csv` to sort by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    index: usize,
    descending: bool,
}

/// There is no such column.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the leaderboard has no column `{name}`")]
pub struct ColumnError {
    name: String,
    nearest: Option<String>,
    columns: Vec<String>,
}

impl ColumnError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match &self.nearest {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => format!("there are `{}`", self.columns.join("`, `")),
        })
    }
}

impl Leaderboard<'_> {
    /// The column of a name, which may have a `-` before it: the greatest first.
    ///
    /// # Errors
    /// Where there is no such column.
    pub fn column(&self, name: &str) -> Result<Column, ColumnError> {
        let columns = column_names(self);
        let (descending, bare) = name.strip_prefix('-').map_or((false, name), |bare| (true, bare));
        match columns.iter().position(|column| column == bare) {
            Some(index) => Ok(Column { index, descending }),
            None => {
                let likeness = |column: &&String| strsim::jaro_winkler(column, bare);
                let nearest = columns.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
                let nearest = nearest.filter(|column| likeness(column) > 0.8).cloned();
                Err(ColumnError { name: bare.to_owned(), nearest, columns })
            }
        }
    }
}

/// Writes a leaderboard as it was asked for.
///
/// # Errors
/// Where `out` takes no more.
pub fn write_board(mut out: impl Write, board: &Leaderboard<'_>, options: &ShowOptions) -> io::Result<()> {
    let mut rows: Vec<&Row<'_>> = board.rows().iter().collect();
    if let Some(column) = options.sort {
        // Stable, so that ties stay in the leaderboard's order.
        rows.sort_by(|a, b| column.compare(board, a, b));
    }
    rows.truncate(options.top.unwrap_or(usize::MAX));
    match options.format {
        Format::Table => out.write_all(table::of(board, &rows, options.width).as_bytes()),
        Format::Csv => write_rows(out, board, rows),
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &objects(board, &rows))?;
            out.write_all(b"\n")
        }
        Format::Md => write_markdown(out, &table::columns(board, &rows, usize::MAX), rows.len()),
    }
}

impl Column {
    /// Numbers by value, text by its letters, what is empty last.
    fn compare(self, board: &Leaderboard<'_>, a: &Row<'_>, b: &Row<'_>) -> Ordering {
        let [a, b] = [a, b].map(|row| cells(board, row).swap_remove(self.index));
        let order = match (a.parse::<f64>(), b.parse::<f64>()) {
            (Ok(a), Ok(b)) => a.total_cmp(&b),
            (Ok(_) | Err(_), Ok(_) | Err(_)) => a.cmp(&b),
        };
        let order = if self.descending { order.reverse() } else { order };
        a.is_empty().cmp(&b.is_empty()).then(order)
    }
}

fn objects(board: &Leaderboard<'_>, rows: &[&Row<'_>]) -> Vec<Map<String, Value>> {
    let value = |cell: String| match cell.parse::<Number>() {
        Ok(number) => Value::Number(number),
        Err(_) if cell.is_empty() => Value::Null,
        Err(_) => Value::String(cell),
    };
    let object =
        |row: &&Row<'_>| column_names(board).into_iter().zip(cells(board, row).into_iter().map(value)).collect();
    rows.iter().map(object).collect()
}

/// A table as GitHub's Markdown has it: columns of so many rows, under their names.
pub(crate) fn write_markdown(mut out: impl Write, columns: &[table::Column], rows: usize) -> io::Result<()> {
    let line = |index: usize| {
        let cells: Vec<String> = columns.iter().map(|column| column[index].replace('|', "\\|")).collect();
        format!("| {} |", cells.join(" | "))
    };
    writeln!(out, "{}", line(0))?;
    writeln!(out, "|{}", "---:|".repeat(columns.len()))?;
    (1..=rows).try_for_each(|index| writeln!(out, "{}", line(index)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use crossfold_study::Metric;

    fn shown(sort: Option<&str>, top: Option<usize>, format: Format) -> String {
        let (study, plan) = (example::study(Metric::Accuracy), example::plan());
        let board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
        let sort = sort.map(|name| board.column(name).unwrap());
        let mut out = Vec::new();
        write_board(&mut out, &board, &ShowOptions { top, sort, format, width: 80 }).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn trials(sort: &str) -> Vec<u64> {
        let objects: Vec<Value> = serde_json::from_str(&shown(Some(sort), None, Format::Json)).unwrap();
        objects.iter().map(|object| object["trial"].as_u64().unwrap()).collect()
    }

    /// The leaderboard's order is 1, 2, 0, then 3, 4, 5 without a score.
    #[test]
    fn rows_are_sorted_by_value_and_what_is_empty_comes_last() {
        assert_eq!(trials("rank"), [1, 2, 0, 3, 4, 5]);
        assert_eq!(trials("mean"), [0, 1, 2, 3, 4, 5]);
        assert_eq!(trials("-mean"), [1, 2, 0, 3, 4, 5]);
        assert_eq!(trials("-trial"), [5, 4, 3, 2, 1, 0]);
        assert_eq!(trials("epochs"), [2, 0, 4, 1, 3, 5]);
    }

    #[test]
    fn markdown_has_the_tables_columns() {
        assert_eq!(
            shown(None, Some(2), Format::Md),
            "\
| rank | trial | accuracy | log_loss | layers | nodes | epochs | parameters |
|---:|---:|---:|---:|---:|---:|---:|---:|
| 1 | 1 | 0.7500 ± 0.0000 | 1.2500 | 0 |  | 2 | 8 |
| 2 | 2 | 0.7500 ± 0.2500 | 1.2500 | 1 | 4 | 1 | 26 |
"
        );
    }

    #[test]
    fn csv_is_the_leaderboards_own() {
        let (study, plan) = (example::study(Metric::Accuracy), example::plan());
        let board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
        let mut file = Vec::new();
        crate::formats::csv::write_leaderboard(&mut file, &board).unwrap();
        assert_eq!(shown(None, None, Format::Csv).into_bytes(), file);
    }

    #[test]
    fn an_unknown_column_is_answered_with_the_nearest() {
        let (study, plan) = (example::study(Metric::Accuracy), example::plan());
        let board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
        let hint = |name| board.column(name).unwrap_err().hint().unwrap();
        assert_eq!(hint("-noodes"), "did you mean `nodes`?");
        assert!(hint("xyz").starts_with("there are `rank`, `trial`"));
    }
}
