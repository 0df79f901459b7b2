//! Untidy tables and files that aren't tables are read correctly or refused with a clear message. Files and expected
//! results are made by `tests/data/messy/make.py`.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use crossfold_data::{Column, MISSING, Values};
use crossfold_sources::{Compression, DetectedFormat, ParsedTable, SourceError, read_table};
use crossfold_study::{ColumnKind, DecimalMark, Delimiter, GivenKind, TableFormat, TextEncoding};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/messy")
}

/// Files that fuzzing found are read, or refused with a message.
#[test]
fn fuzz_corpus_is_read_or_refused() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/tables");
    let files: Vec<PathBuf> = std::fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() > 100, "{} files", files.len());
    for file in files {
        if let Err(error) = read_table(&file, &TableFormat::default(), &BTreeMap::new(), None) {
            assert!(error.to_string().contains("line ") && error.hint().is_some(), "{}: {error}", file.display());
        }
    }
}

#[test]
fn files_are_read_correctly_or_refused_with_a_message() {
    let expected = std::fs::read_to_string(folder().join("expected.txt")).unwrap();
    let cases: Vec<(&str, &str)> = expected.split("== ").skip(1).map(|case| case.split_once('\n').unwrap()).collect();
    let mut wrong = String::new();
    for (name, expected) in &cases {
        let (with, expected): (Vec<&str>, Vec<&str>) =
            expected.trim_end().lines().partition(|line| line.starts_with("with "));
        let (format, given) = given(&with);
        let found = match read_table(&folder().join(name), &format, &given, None) {
            Ok(found) => show(&found),
            Err(error) => refusal(&error),
        };
        if found.trim_end().lines().ne(expected.iter().copied()) {
            write!(wrong, "== {name}\nexpected:\n{}\nfound:\n{found}\n", expected.join("\n")).unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    let named: BTreeSet<String> = cases.iter().map(|(name, _)| (*name).to_owned()).collect();
    let files = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let files: BTreeSet<String> =
        files.filter(|name| !["make.py", "expected.txt", ".gitattributes"].contains(&name.as_str())).collect();
    assert_eq!(files, named, "each file has its expectation");
}

/// The format and kinds that a spec gives, from lines such as `with encoding utf-8` and `with numeric x`.
fn given(lines: &[&str]) -> (TableFormat, BTreeMap<String, GivenKind>) {
    let (mut format, mut given) = (TableFormat::default(), BTreeMap::new());
    for line in lines {
        let (key, value) = line.strip_prefix("with ").unwrap().split_once(' ').unwrap();
        match key {
            "encoding" => format.encoding = TextEncoding::ALL.into_iter().find(|encoding| encoding.name() == value),
            "missing" => format.missing.everywhere = Some(value.split(' ').map(str::to_owned).collect()),
            "rows" => format.rows = Some(value.parse().unwrap()),
            kind => {
                let kind = ColumnKind::ALL.into_iter().find(|known| known.name() == kind).unwrap();
                given.insert(value.to_owned(), GivenKind::Kind(kind));
            }
        }
    }
    (format, given)
}

fn refusal(error: &SourceError) -> String {
    let hint = error.hint().expect("a refusal says what to do");
    format!("{error}\nhint: {hint}").replace(&format!("{}/", folder().display()), "")
}

fn show(found: &ParsedTable) -> String {
    let DetectedFormat { compression, encoding, delimiter, header, decimal } = found.found;
    let rows = found.table.rows();
    let mut unusual: Vec<String> = Vec::new();
    match compression {
        Compression::None => {}
        Compression::Gzip => unusual.push("gzip".to_owned()),
        Compression::Zstd => unusual.push("zstd".to_owned()),
    }
    unusual.extend((encoding != TextEncoding::Utf8).then(|| encoding.name().to_owned()));
    unusual.extend((delimiter != Delimiter::Comma).then(|| delimiter.name().to_owned()));
    unusual.extend((!header).then(|| "no header".to_owned()));
    unusual.extend((decimal == DecimalMark::Comma).then(|| "decimal comma".to_owned()));
    unusual.push(if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") });
    let mut text = unusual.join(", ") + "\n";
    let columns = found.table.columns();
    for column in columns.iter().take(8) {
        writeln!(text, "{}: {} {}", column.name, column.kind.name(), values(column)).unwrap();
    }
    if columns.len() > 8 {
        writeln!(text, "… {} more columns", columns.len() - 8).unwrap();
    }
    let lines: Vec<usize> = (0..rows).map(|row| found.line(row)).collect();
    // If rows directly follow the header, lines aren't compared.
    if rows <= 8 && lines.iter().enumerate().any(|(row, &line)| line != row + 1 + usize::from(header)) {
        let lines: Vec<String> = lines.iter().map(usize::to_string).collect();
        writeln!(text, "lines: {}", lines.join(" ")).unwrap();
    }
    found.notes.iter().for_each(|note| writeln!(text, "note: {note}").unwrap());
    text
}

fn values(column: &Column) -> String {
    let value = |row: usize| match &column.values {
        Values::Numbers(numbers) if numbers[row].is_nan() => "·".to_owned(),
        Values::Numbers(numbers) => numbers[row].to_string(),
        Values::Levels { codes, .. } if codes[row] == MISSING => "·".to_owned(),
        Values::Levels { codes, levels } => {
            let level = &levels[codes[row] as usize];
            let short: String = level.chars().take(40).flat_map(visible).collect();
            if level.chars().count() > 40 { short + "…" } else { short }
        }
    };
    let rows = column.values.len();
    let mut shown: Vec<String> = (0..rows.min(5)).map(value).collect();
    if rows > 5 {
        shown.push(format!("… ({rows} values, {} missing)", column.values.missing()));
    }
    shown.join(" | ")
}

/// Line ends and quotation marks as Rust writes them.
fn visible(c: char) -> Vec<char> {
    if matches!(c, '\n' | '"') { c.escape_default().collect() } else { vec![c] }
}
