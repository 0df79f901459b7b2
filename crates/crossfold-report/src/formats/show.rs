//! A leaderboard for `crossfold show`: some of its rows, in some order, in one of five formats.

use std::cmp::Ordering;
use std::io::{self, Write};

use serde::{Serialize, Serializer};
use serde_json::{Number, Value};

use super::chosen_columns::{ChosenColumn, chosen_columns, usual_columns};
use super::csv::{self, Column, ColumnType};
use super::latex::write_latex;
use super::table::{TableText, fitted};
use super::text_table::{TextColumn, write_markdown};
use crate::analysis::leaderboard::{Leaderboard, Row};

/// A format of a leaderboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A table for a terminal, with its meaning below.
    Table,
    /// The format of `leaderboard.csv`.
    Csv,
    /// A list of objects with the columns of `leaderboard.csv`: numbers as numbers, empty cells as null.
    Json,
    /// The table in GitHub's Markdown.
    Md,
    /// A table in LaTeX.
    Latex,
}

/// What to show of a leaderboard.
#[derive(Clone, Copy, Debug)]
pub struct ShowOptions<'a> {
    /// The most rows to show.
    pub top: Option<usize>,
    /// The column to sort by; `None` for the leaderboard's order.
    pub sort: Option<SortColumn>,
    /// The columns to show, by [`Leaderboard::column_index`]; empty for those of the format.
    pub columns: &'a [usize],
    /// The significant digits of numbers for people; `None` for four.
    pub digits: Option<u8>,
    pub format: Format,
    /// The width of the terminal, in columns.
    pub width: u16,
    /// What a table says first, in place of its own words.
    pub heading: Option<&'a str>,
}

/// A column of `leaderboard.csv` to sort by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SortColumn {
    index: usize,
    descending: bool,
}

/// The error that a leaderboard has no column of some name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the leaderboard has no column `{name}`")]
pub struct UnknownColumn {
    name: String,
    nearest: Option<String>,
    columns: Vec<String>,
}

impl UnknownColumn {
    /// The nearest name, and all names.
    pub fn hint(&self) -> Option<String> {
        let nearest = self.nearest.as_ref().map(|nearest| format!("did you mean `{nearest}`? "));
        Some(format!("{}there are `{}`", nearest.unwrap_or_default(), self.columns.join("`, `")))
    }
}

impl Leaderboard<'_> {
    /// The column of `leaderboard.csv` to sort by; a `-` before its name reverses the order.
    ///
    /// # Errors
    /// If there is no such column.
    pub fn column(&self, name: &str) -> Result<SortColumn, UnknownColumn> {
        let (descending, bare) = name.strip_prefix('-').map_or((false, name), |bare| (true, bare));
        Ok(SortColumn { index: self.column_index(bare)?, descending })
    }

    /// The place of a column of `leaderboard.csv`; the name of a metric, as here or as in a heading, is that of its mean.
    ///
    /// # Errors
    /// If there is no such column.
    pub fn column_index(&self, name: &str) -> Result<usize, UnknownColumn> {
        let all = csv::leaderboard::columns(self);
        let columns: Vec<String> = all.iter().map(|column| column.name.clone()).collect();
        let mean = format!("mean_{}", name.to_lowercase().replace(' ', "_"));
        let named = columns.iter().position(|column| column == name);
        named.or_else(|| columns.iter().position(|column| *column == mean)).ok_or_else(|| {
            let likeness = |column: &&String| strsim::jaro_winkler(column, name);
            let nearest = columns.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
            let nearest = nearest.filter(|column| likeness(column) > 0.8).cloned();
            // Of the folds' columns, which may be hundreds, the first stands for all.
            let folds = all.iter().filter(|column| column.is_one_of_many).skip(1);
            let folds: Vec<&String> = folds.map(|column| &column.name).collect();
            let columns = columns.iter().filter(|column| !folds.contains(column)).cloned().collect();
            UnknownColumn { name: name.to_owned(), nearest, columns }
        })
    }
}

/// Writes a leaderboard in the order and format of `options`.
///
/// # Errors
/// If `out` can't be written to.
pub fn write_board(mut out: impl Write, board: &Leaderboard<'_>, options: &ShowOptions<'_>) -> io::Result<()> {
    let columns = csv::leaderboard::columns(board);
    let mut rows: Vec<&Row<'_>> = board.rows().iter().collect();
    if let Some(SortColumn { index, descending }) = options.sort {
        let column = &columns[index];
        // Stable, so that ties stay in the leaderboard's order.
        rows.sort_by(|a, b| compare_cells(&column.cell(a), &column.cell(b), descending));
    }
    rows.truncate(options.top.unwrap_or(usize::MAX));
    let is_usual = options.columns.is_empty();
    let for_people = || {
        let indices = if is_usual { usual_columns(board, &columns, &rows) } else { options.columns.to_vec() };
        chosen_columns(board, &selected(csv::leaderboard::columns(board), &indices), &rows, options.digits)
    };
    match options.format {
        Format::Table if is_usual && options.digits.is_none() => {
            let table = TableText::new(board, &rows);
            let table = options.heading.into_iter().fold(table, TableText::with_heading);
            out.write_all(table.render(options.width).as_bytes())
        }
        Format::Md if is_usual && options.digits.is_none() => TableText::new(board, &rows).write_markdown(out),
        Format::Table => {
            out.write_all(fitted(&for_people().into_iter().map(text).collect::<Vec<_>>(), options.width).as_bytes())
        }
        Format::Md => write_markdown(out, &for_people().into_iter().map(text).collect::<Vec<_>>()),
        Format::Latex => write_latex(out, board, &for_people(), rows.len()),
        Format::Csv if is_usual => csv::write_rows(out, &columns, rows),
        Format::Csv => csv::write_rows(out, &selected(csv::leaderboard::columns(board), options.columns), rows),
        Format::Json => {
            let all = csv::leaderboard::columns(board);
            let columns = if is_usual { all } else { selected(all, options.columns) };
            serde_json::to_writer_pretty(&mut out, &objects(&columns, &rows))?;
            out.write_all(b"\n")
        }
    }
}

/// The columns at these places, in this order, each once.
fn selected<'a>(columns: Vec<Column<'a, &'a Row<'a>>>, indices: &[usize]) -> Vec<Column<'a, &'a Row<'a>>> {
    let mut columns: Vec<Option<_>> = columns.into_iter().map(Some).collect();
    indices.iter().filter_map(|&index| columns.get_mut(index)?.take()).collect()
}

fn text(column: ChosenColumn) -> TextColumn {
    [column.name].into_iter().chain(column.cells).collect()
}

/// The order of two cells: numbers by value, text by its characters, empty cells last.
fn compare_cells(a: &str, b: &str, descending: bool) -> Ordering {
    let order = match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => a.total_cmp(&b),
        (Ok(_) | Err(_), Ok(_) | Err(_)) => a.cmp(b),
    };
    let order = if descending { order.reverse() } else { order };
    a.is_empty().cmp(&b.is_empty()).then(order)
}

/// A row as a JSON object, whose keys have the order of the columns.
struct Object(Vec<(String, Value)>);

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

fn objects<'a>(columns: &[Column<'a, &'a Row<'a>>], rows: &[&'a Row<'a>]) -> Vec<Object> {
    let object = |row: &&'a Row<'a>| {
        let value = |column: &Column<'a, &'a Row<'a>>| json_value(column.values, column.cell(row));
        Object(columns.iter().map(|column| (column.name.clone(), value(column))).collect())
    };
    rows.iter().map(object).collect()
}

/// A cell as JSON: numbers, truth values and lists of numbers or words as such, an empty cell as null.
fn json_value(values: ColumnType, cell: String) -> Value {
    if cell.is_empty() {
        return Value::Null;
    }
    match values {
        ColumnType::Boolean => Value::Bool(cell == "TRUE"),
        ColumnType::Text if cell.starts_with('[') => list(&cell).unwrap_or(Value::String(cell)),
        ColumnType::Integer | ColumnType::Number | ColumnType::Text | ColumnType::Outcome => {
            cell.parse::<Number>().map_or(Value::String(cell), Value::Number)
        }
    }
}

/// A list of values per layer, `[256, 128]` or `[relu, tanh]`.
fn list(cell: &str) -> Option<Value> {
    let inner = cell.strip_prefix('[')?.strip_suffix(']')?;
    let item = |item: &str| item.parse::<Number>().map_or_else(|_| Value::String(item.to_owned()), Value::Number);
    Some(Value::Array(inner.split(", ").filter(|item| !item.is_empty()).map(item).collect()))
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
        write_board(
            &mut out,
            &board,
            &ShowOptions { top, sort, columns: &[], digits: None, format, width: 80, heading: None },
        )
        .unwrap();
        String::from_utf8(out).unwrap()
    }

    fn trials(sort: &str) -> Vec<u64> {
        let objects: Vec<Value> = serde_json::from_str(&shown(Some(sort), None, Format::Json)).unwrap();
        objects.iter().map(|object| object["trial"].as_u64().unwrap()).collect()
    }

    /// The leaderboard's order is 1, 2, 0, then 3, 4, 5 without a score.
    #[test]
    fn rows_are_sorted_by_value_and_empty_cells_come_last() {
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
| rank | trial | accuracy | log loss | layers | nodes | epochs | parameters |
|---:|---:|---:|---:|---:|---:|---:|---:|
| 1 | 1 | 0.7500 ± 0.0000 | 1.2500 | 0 |  | 2 | 8 |
| 2 | 2 | 0.7500 ± 0.2500 | 1.2500 | 1 | 4 | 1 | 26 |
"
        );
    }

    #[test]
    fn json_has_lists_and_whole_numbers() {
        let objects: Vec<Value> = serde_json::from_str(&shown(None, Some(2), Format::Json)).unwrap();
        assert_eq!(objects[1]["hidden"], serde_json::json!([4]));
        assert_eq!((&objects[0]["hidden"], &objects[0]["nodes"]), (&serde_json::json!([]), &Value::Null));
        assert!(objects[1]["nodes"].is_u64() && objects[1]["tied_with_best"].is_null());
        let value = |values, cell: &str| json_value(values, cell.to_owned());
        assert_eq!(value(ColumnType::Boolean, "TRUE"), Value::Bool(true));
        assert_eq!(value(ColumnType::Text, "[0.5, none]"), serde_json::json!([0.5, "none"]));
    }

    #[test]
    fn csv_equals_the_leaderboards_file() {
        let (study, plan) = (example::study(Metric::Accuracy), example::plan());
        let board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
        let mut file = Vec::new();
        csv::leaderboard::FILE.write(&mut file, &example::inputs(&board, &example::results())).unwrap();
        assert_eq!(shown(None, None, Format::Csv).into_bytes(), file);
    }

    #[test]
    fn an_unknown_column_suggests_the_nearest() {
        let (study, plan) = (example::study(Metric::Accuracy), example::plan());
        let board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
        let hint = |name| board.column(name).unwrap_err().hint().unwrap();
        assert!(hint("-noodes").starts_with("did you mean `nodes`? there are `rank`, `trial`"), "{}", hint("-noodes"));
        assert!(hint("xyz").starts_with("there are `rank`, `trial`"));
        assert!(hint("xyz").contains("`fold_1`, `parameters`"), "{}", hint("xyz"));
    }

    #[test]
    fn a_metric_is_the_column_of_its_mean() {
        assert_eq!(trials("accuracy"), trials("mean"));
        assert_eq!(trials("-log loss"), trials("-mean_log_loss"));
    }
}
