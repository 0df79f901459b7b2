//! Tables of text, column by column, in a terminal and in Markdown.

use std::io::{self, Write};

use crossfold_study::visible_line;

use crate::analysis::leaderboard::Row;
use crate::formats::markdown::split_code;

/// A column: its name, then a cell per row.
pub(super) type TextColumn = Vec<String>;

/// The column of `name`, with an empty cell where `cell` has nothing.
pub(super) fn text_column(name: &str, rows: &[&Row<'_>], cell: impl Fn(&Row<'_>) -> Option<String>) -> TextColumn {
    [name.to_owned()].into_iter().chain(rows.iter().map(|row| cell(row).unwrap_or_default())).collect()
}

/// Writes columns of the same length as a table in GitHub's Markdown.
pub(super) fn write_markdown(mut out: impl Write, columns: &[TextColumn]) -> io::Result<()> {
    let line = |index: usize| {
        let cells: Vec<String> = columns.iter().map(|column| escaped(&visible_line(&column[index]))).collect();
        format!("| {} |", cells.join(" | "))
    };
    writeln!(out, "{}", line(0))?;
    let alignment = |column: &TextColumn| if is_numeric(column) { "---:|" } else { "---|" };
    writeln!(out, "|{}", columns.iter().map(alignment).collect::<String>())?;
    let lines = columns.first().map_or(1, Vec::len);
    (1..lines).try_for_each(|index| writeln!(out, "{}", line(index)))
}

/// A cell that is no markup but for code. Only a `|` needs its backslash in code as well (GitHub's Markdown, section 4.10).
fn escaped(cell: &str) -> String {
    let parts = split_code(cell).into_iter();
    let text = parts.map(|(part, is_code)| if is_code { part.to_owned() } else { part.replace('<', "\\<") });
    text.collect::<String>().replace('|', "\\|")
}

/// Whether all cells below the name are numbers: `0.9494 ± 0.0006`, `1 to 2`, `24 % ± 3`.
fn is_numeric(column: &TextColumn) -> bool {
    let is_number = |word: &str| {
        let digits = word.trim_start_matches(['+', '-']);
        digits.starts_with(|c: char| c.is_ascii_digit())
            && digits.chars().all(|c| matches!(c, '0'..='9' | '.' | ',' | 'e' | '-'))
    };
    let is_beside = |word: &str| matches!(word, "±" | "to" | "%");
    let is_numeric = |cell: &String| cell.split_whitespace().all(|word| is_number(word) || is_beside(word));
    column[1..].iter().all(is_numeric) && column[1..].iter().any(|cell| !cell.is_empty())
}

/// As [`aligned`], without the columns that are `secondary`, as far as is needed for no line to be longer than `width`.
pub fn aligned_within<const N: usize>(lines: &[[String; N]], secondary: &[usize], width: usize) -> String {
    let mut kept: Vec<usize> = (0..N).collect();
    let widest = |kept: &[usize]| {
        let cell = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        kept.iter().map(|&column| cell(column) + 2).sum::<usize>()
    };
    for column in secondary {
        if widest(&kept) > width.saturating_add(2) {
            kept.retain(|other| other != column);
        }
    }
    let without = |line: &[String; N]| {
        std::array::from_fn(|place| kept.get(place).map_or_else(String::new, |&column| line[column].clone()))
    };
    aligned::<N>(&lines.iter().map(without).collect::<Vec<[String; N]>>())
}

/// Lines whose columns are as wide as their widest cell, without spaces at their ends.
pub fn aligned<const N: usize>(lines: &[[String; N]]) -> String {
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    let padded = |line: &[String; N]| {
        let cells = line.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    lines.iter().map(padded).collect()
}

/// The lines of `text`, broken at spaces so that none is longer than `width` characters, unless a word is. What a line is
/// broken into is indented as the line is, or as the text behind its label is: `disk   0.9 MB`.
pub fn wrapped(text: &str, width: usize) -> String {
    text.split('\n').map(|line| wrapped_line(line, width)).collect::<Vec<_>>().join("\n")
}

/// The most characters of a label in front of a text, for the lines below to begin where the text does.
const LONGEST_LABEL: usize = 24;

fn wrapped_line(line: &str, width: usize) -> String {
    if line.chars().count() <= width {
        return line.to_owned();
    }
    let words = line.trim_start_matches(' ');
    let indent = &line[..line.len() - words.len()];
    let (mut text, mut length) = (String::new(), 0);
    let label = words.find("  ").filter(|&end| end <= LONGEST_LABEL).map_or("", |end| {
        let gap = words[end..].len() - words[end..].trim_start_matches(' ').len();
        &words[..end + gap]
    });
    let hanging = indent.len() + label.chars().count();
    let hanging = if hanging <= width / 2 { hanging } else { indent.len() };
    for word in words.split(' ') {
        let size = word.chars().count();
        if length > 0 && length + 1 + size <= width {
            text.push(' ');
            length += 1;
        } else {
            let (end, spaces) = if length > 0 { ("\n", hanging) } else { ("", indent.len()) };
            text.push_str(end);
            text.push_str(&" ".repeat(spaces));
            length = spaces;
        }
        text.push_str(word);
        length += size;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_markdown_are_no_markup() {
        let mut table = Vec::new();
        write_markdown(&mut table, &[vec!["a|<b>".to_owned(), "x\u{202e}".to_owned()]]).unwrap();
        assert_eq!(String::from_utf8(table).unwrap(), "| a\\|\\<b> |\n|---|\n| x\\u{202e} |\n");
    }

    #[test]
    fn text_stands_left_and_code_has_no_escapes_but_of_the_separator() {
        let column = |name: &str, cell: &str| vec![name.to_owned(), cell.to_owned(), String::new()];
        let columns = [
            column("column", "`<b>|c` <i>"),
            column("rmse", "+2,967,603 ± 1.2e-7"),
            column("interval", "-0.1 to 0.2"),
            column("verdict", "p = 0.038"),
        ];
        let mut table = Vec::new();
        write_markdown(&mut table, &columns).unwrap();
        assert_eq!(
            String::from_utf8(table).unwrap(),
            "| column | rmse | interval | verdict |\n|---|---:|---:|---|\n\
             | `<b>\\|c` \\<i> | +2,967,603 ± 1.2e-7 | -0.1 to 0.2 | p = 0.038 |\n|  |  |  |  |\n"
        );
    }

    #[test]
    fn columns_are_aligned() {
        let lines = [["a", "bb"], ["ccc", "d"]].map(|line| line.map(str::to_owned));
        assert_eq!(aligned(&lines), "a    bb\nccc  d\n");
        let lines = [["a", "bb", "c"], ["ccc", "d", "e"]].map(|line| line.map(str::to_owned));
        assert_eq!(aligned_within(&lines, &[1, 2], 10), "a    bb  c\nccc  d   e\n");
        assert_eq!(aligned_within(&lines, &[1, 2], 9), "a    c\nccc  e\n");
        assert_eq!(aligned_within(&lines, &[1, 2], 2), "a\nccc\n");
    }

    #[test]
    fn lines_are_broken_at_words() {
        let text = "one two three\n  four five-and-six\n\nseven";
        assert_eq!(wrapped(text, 8), "one two\nthree\n  four\n  five-and-six\n\nseven");
        assert_eq!(wrapped(text, 80), text);
        assert_eq!(wrapped("µ± µ±", 2), "µ±\nµ±");
        assert_eq!(wrapped("disk  one two three", 14), "disk  one two\n      three");
        assert_eq!(wrapped("  a  one two three", 13), "  a  one two\n     three");
        // Beside a label as wide as half a line there is no room.
        assert_eq!(wrapped("a-label  one two", 12), "a-label  one\ntwo");
    }
}
