//! Columns of `leaderboard.csv` with rounded numbers, for people: what `show --columns`, `--digits` and `--format latex` show.

use crossfold_network::{exponent, significant};

use super::csv::{Column, ColumnType};
use super::figure::use_one_notation;
use crate::analysis::leaderboard::{Leaderboard, Row};

/// The number of significant digits by default.
const DIGITS: usize = 4;

/// Columns in the unit of the mean.
const BESIDE_MEAN: [&str; 7] =
    ["mean", "se", "se_corrected", "interval_low", "interval_high", "corrected", "rung_mean"];

/// A column for people.
pub(super) struct ChosenColumn {
    pub(super) name: String,
    /// What the values mean, where the name alone doesn't say it.
    pub(super) meaning: Option<String>,
    pub(super) is_numeric: bool,
    pub(super) cells: Vec<String>,
}

/// `columns`, or those that a table has by default, with numbers of `digits` significant digits. A column of scores has one
/// number of decimals; values of a hyperparameter may be powers of ten apart, so each has its own.
pub(super) fn chosen_columns<'a>(
    board: &Leaderboard<'_>,
    columns: &[Column<'a, &'a Row<'a>>],
    rows: &[&'a Row<'a>],
    digits: Option<u8>,
) -> Vec<ChosenColumn> {
    let digits = digits.map_or(DIGITS, usize::from);
    let is_hyperparameter = |name: &str| board.columns().iter().any(|param| param.name() == name);
    let best = rows.iter().filter_map(|row| Some(row.mean?.get().abs())).fold(0.0, f64::max);
    let column = |column: &Column<'a, &'a Row<'a>>| {
        let cells: Vec<String> = rows.iter().map(|row| column.cell(row)).collect();
        let is_setting = is_hyperparameter(&column.name);
        let is_key = ["rank", "trial", "configuration", "state"].contains(&column.name.as_str());
        let numbers = || cells.iter().filter_map(|cell| cell.parse::<f64>().ok());
        let mut cells: Vec<String> = match column.values {
            ColumnType::Number if is_setting => rounded(&cells, |value| significant(value, digits)),
            ColumnType::Number => {
                // A mean, its error and the scores of folds have the same decimals.
                let is_beside_mean = column.is_one_of_many || BESIDE_MEAN.contains(&column.name.as_str());
                let largest = numbers().map(f64::abs).fold(0.0, f64::max);
                let largest = if is_beside_mean && best > 0.0 { best } else { largest };
                rounded(&cells, |value| beside(value, largest, digits))
            }
            // A rate per layer, or one for all.
            ColumnType::Text if is_setting => {
                cells.iter().map(|cell| rounded_list(cell, |value| significant(value, digits))).collect()
            }
            ColumnType::Integer | ColumnType::Text | ColumnType::Outcome | ColumnType::Boolean => cells,
        };
        let is_number = |cell: &String| cell.is_empty() || cell.parse::<f64>().is_ok();
        let is_numeric = match column.values {
            ColumnType::Integer | ColumnType::Number => true,
            ColumnType::Text => is_setting && cells.iter().all(is_number),
            ColumnType::Outcome | ColumnType::Boolean => false,
        };
        use_one_notation(&mut cells);
        ChosenColumn {
            name: column.name.clone(),
            meaning: (!is_setting && !is_key).then(|| column.meaning.clone()),
            is_numeric,
            cells,
        }
    };
    columns.iter().map(column).collect()
}

/// The names of the columns of a table by default: those that identify a trial, the hyperparameters in which the rows differ,
/// and the score.
pub(super) fn usual_columns<'a>(
    board: &Leaderboard<'_>,
    columns: &[Column<'a, &'a Row<'a>>],
    rows: &[&'a Row<'a>],
) -> Vec<usize> {
    let searched: Vec<&str> = board.searched().map(|param| param.name()).collect();
    let differs = |column: &Column<'a, &'a Row<'a>>| {
        let mut cells = rows.iter().map(|row| column.cell(row));
        let first = cells.next();
        cells.any(|cell| Some(cell) != first)
    };
    let is_usual = |column: &Column<'a, &'a Row<'a>>| match column.name.as_str() {
        "rank" | "trial" | "mean" | "parameters" => true,
        "se" => board.folds().len() > 1,
        name => searched.contains(&name) && differs(column),
    };
    (0..columns.len()).filter(|&index| is_usual(&columns[index])).collect()
}

fn rounded(cells: &[String], show: impl Fn(f64) -> String) -> Vec<String> {
    cells.iter().map(|cell| cell.parse().map_or_else(|_| cell.clone(), &show)).collect()
}

/// A number, or the numbers of a list such as `[0.2, 0.5]`, as `show` shows them.
fn rounded_list(cell: &str, show: impl Fn(f64) -> String) -> String {
    let items = cell.strip_prefix('[').and_then(|cell| cell.strip_suffix(']'));
    let rounded = rounded(&items.unwrap_or(cell).split(", ").map(str::to_owned).collect::<Vec<_>>(), show).join(", ");
    if items.is_some() { format!("[{rounded}]") } else { rounded }
}

/// `value` with as many decimals as give the `largest` value of its column `digits` significant digits.
fn beside(value: f64, largest: f64, digits: usize) -> String {
    match exponent(largest, digits) {
        Some(exponent @ -3..=9) => {
            let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
            format!("{value:.decimals$}")
        }
        _ => significant(value, digits),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_per_layer_are_rounded() {
        let show = |cell| rounded_list(cell, |value| significant(value, 3));
        assert_eq!(
            [show("0.20197073"), show("[0.20197073, 0]"), show("none"), show("")],
            ["0.202", "[0.202, 0]", "none", ""]
        );
    }

    #[test]
    fn numbers_have_the_digits_that_are_asked_for() {
        assert_eq!([0.949_43, 0.95, 0.0006].map(|value| beside(value, 0.95, 3)), ["0.949", "0.950", "0.001"]);
        assert_eq!([192.345, 1021.9].map(|value| beside(value, 1021.9, 4)), ["192", "1022"]);
        assert_eq!([3.0e-5, 2.5e-6].map(|value| beside(value, 3.0e-5, 3)), ["0.00003", "0.0000025"]);
    }
}
