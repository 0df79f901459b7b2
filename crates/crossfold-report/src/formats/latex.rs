//! A leaderboard as a table in LaTeX, for a paper. It needs the package `booktabs`.

use std::io::{self, Write};

use crossfold_study::visible_line;

use super::chosen_columns::ChosenColumn;
use crate::analysis::leaderboard::Leaderboard;

/// Writes `columns` of `rows` rows.
pub(super) fn write_latex(
    mut out: impl Write,
    board: &Leaderboard<'_>,
    columns: &[ChosenColumn],
    rows: usize,
) -> io::Result<()> {
    let alignment: String = columns.iter().map(|column| if column.is_numeric { 'r' } else { 'l' }).collect();
    let line = |cells: Vec<String>| format!("    {} \\\\", cells.join(" & "));
    let header = columns.iter().map(|column| escaped(&column.name.replace('_', " "))).collect();
    writeln!(out, "% Needs \\usepackage{{booktabs}}.")?;
    writeln!(out, "\\begin{{table}}\n  \\centering\n  \\caption{{{}}}", caption(board, columns, rows))?;
    writeln!(out, "  \\label{{tab:{}}}\n  \\begin{{tabular}}{{{alignment}}}\n    \\toprule", board.study().name)?;
    writeln!(out, "{}\n    \\midrule", line(header))?;
    for row in 0..rows {
        writeln!(out, "{}", line(columns.iter().map(|column| cell(&column.cells[row], column.is_numeric)).collect()))?;
    }
    writeln!(out, "    \\bottomrule\n  \\end{{tabular}}\n\\end{{table}}")
}

/// What the rows and the figures are.
fn caption(board: &Leaderboard<'_>, columns: &[ChosenColumn], rows: usize) -> String {
    let all = board.rows().len();
    let trials = if all == 1 { "trial" } else { "trials" };
    let shown = if rows == all { format!("{all} {trials}") } else { format!("{rows} of {all} {trials}") };
    let mut sentences = vec![format!("Study {}: {shown}, compared by {}.", board.study().name, board.metric())];
    let mut meanings: Vec<String> = Vec::new();
    for column in columns {
        let Some(meaning) = &column.meaning else { continue };
        // Of the many folds, the first explains all.
        if meanings.last().is_none_or(|last| !last.ends_with(&format!(": {meaning}"))) {
            meanings.push(format!("{}: {meaning}", column.name.replace('_', " ")));
        }
    }
    if !meanings.is_empty() {
        sentences.push(format!("{}.", meanings.join("; ")));
    }
    escaped(&sentences.join(" ").replace('`', ""))
}

fn cell(text: &str, is_numeric: bool) -> String {
    match text.split_once('e') {
        Some((mantissa, exponent)) if is_numeric => format!("${mantissa} \\times 10^{{{exponent}}}$"),
        None if is_numeric && text.starts_with('-') => format!("${text}$"),
        Some(_) | None => escaped(text),
    }
}

/// Text that LaTeX sets as it is.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in visible_line(text).chars() {
        match letter {
            '\\' => escaped.push_str("\\textbackslash{}"),
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            '<' => escaped.push_str("\\textless{}"),
            '>' => escaped.push_str("\\textgreater{}"),
            '±' => escaped.push_str("$\\pm$"),
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            letter => escaped.push(letter),
        }
    }
    // A cell that begins with a bracket would be an argument of the line before.
    if escaped.starts_with('[') { format!("{{{escaped}}}") } else { escaped }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_latex_would_take_for_commands_is_escaped() {
        for (text, is_numeric, expected) in [
            (
                "a_b & 50% of $x #{1}~^\\",
                false,
                "a\\_b \\& 50\\% of \\$x \\#\\{1\\}\\textasciitilde{}\\textasciicircum{}\\textbackslash{}",
            ),
            ("[128, 64]", false, "{[128, 64]}"),
            ("<b>", false, "\\textless{}b\\textgreater{}"),
            ("1.48e-7", true, "$1.48 \\times 10^{-7}$"),
            ("-0.5", true, "$-0.5$"),
            ("relu", false, "relu"),
            ("", true, ""),
        ] {
            assert_eq!(cell(text, is_numeric), expected);
        }
    }
}
