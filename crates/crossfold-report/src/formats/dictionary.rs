//! `README.md` of a study's results: what each file is and what each of its columns means.

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use crossfold_study::visible_line;

use super::markdown::code;
use super::result_file::{ColumnEntry, Listing, ReportInputs, ResultFile, Section};
use super::summary::reproducibility_notice;

/// Writes the table of `files`, then the documentation of each CSV file's columns, as this study has them.
pub(super) fn write(out: &mut dyn Write, inputs: &ReportInputs<'_>, files: &[ResultFile]) -> io::Result<()> {
    let study = inputs.board.study();
    writeln!(out, "# Results of `{}`\n", study.name)?;
    if let Some(sentence) = reproducibility_notice(study) {
        writeln!(out, "**{sentence}**\n")?;
    }
    writeln!(out, "| file | content |\n|---|---|")?;
    for (names, description) in file_lines(files) {
        writeln!(out, "| `{}` | {description} |", names.join("`, `"))?;
    }
    out.write_all(CONVENTIONS.as_bytes())?;
    for file in files {
        let Some(section) = file.section else { continue };
        let Section { rows, columns } = section(inputs);
        writeln!(out, "\n## `{}`\n\n{rows}\n\n| column | meaning |\n|---|---|", file.path)?;
        for (names, column) in column_lines(&columns) {
            writeln!(out, "| {} | {} |", escape_cell(&names), escape_cell(&column.meaning))?;
        }
    }
    Ok(())
}

const CONVENTIONS: &str = "
CSV files are UTF-8, with a header, comma-separated, with `\\n` line ends. Numbers have a decimal point and full precision: they
read back as the same bits. A cell is empty where the value is unknown or has no effect. Logical columns are `TRUE` or `FALSE`.
Repeats, folds, epochs and ranks count from 1; trials, configurations and rows count from 0.
";

/// The logs, which are no result files.
const LOGS: (&str, Listing) = ("logs/", Listing::WithPrevious);

/// The lines of the table of files: names, and what they are.
fn file_lines(files: &[ResultFile]) -> Vec<(Vec<&'static str>, &'static str)> {
    let mut lines: Vec<(Vec<&str>, &str)> = Vec::new();
    for (path, listing) in files.iter().map(|file| (file.path, file.listing)).chain([LOGS]) {
        match listing {
            Listing::Line(description) => lines.push((vec![path], description)),
            Listing::Folder(folder, description) => lines.push((vec![folder], description)),
            Listing::WithPrevious => {
                if let Some((names, _)) = lines.last_mut() {
                    names.push(path);
                }
            }
            Listing::Unlisted => {}
        }
    }
    lines
}

/// The lines of a table of columns: names as Markdown, and the column that documents them. Similar columns share a line.
fn column_lines(columns: &[ColumnEntry]) -> Vec<(String, &ColumnEntry)> {
    let share_a_line = |a: &ColumnEntry, b: &ColumnEntry| a.is_one_of_many && b.is_one_of_many;
    let line = |columns: &[ColumnEntry]| match columns {
        [first, .., last] => format!("{} … {}", code(&first.name), code(&last.name)),
        columns => columns.iter().map(|column| code(&column.name)).collect(),
    };
    columns.chunk_by(share_a_line).map(|columns| (line(columns), &columns[0])).collect()
}

/// Text that ends neither a table's cell nor its row.
fn escape_cell(text: &str) -> String {
    visible_line(text).replace('|', "\\|")
}
