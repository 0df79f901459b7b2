//! Tables of numbers with a column of classes, as comma-separated text in UTF-8.
//!
//! The first line names the columns; blanks around fields don't count. The text is parsed in
//! memory, so that a mistake's line can be counted from its place in it.

use std::collections::HashMap;
use std::path::Path;

use crossfold_study::Seed;
use csv::{ByteRecord, ReaderBuilder, Trim};

use crate::mistake::{Fault, Mistake, Mistakes};
use crate::{DataError, Dataset, Features, file, strata};

/// What stands for a missing value, in lower case.
const MISSING: [&str; 6] = ["", "na", "n/a", "nan", "null", "?"];

/// Reads the training table, and the test table if asked for.
pub(crate) fn load(
    path: &Path,
    target: &str,
    test_path: Option<&Path>,
    train_rows: Option<usize>,
    seed: Seed,
) -> Result<(Dataset, Option<Dataset>), DataError> {
    let read = |path: &Path, like: Option<&Table>| {
        let text = file::read(path)?;
        Table::parse(&text, target, like).map_err(|mistakes| DataError::Table { path: path.to_owned(), mistakes })
    };
    let train = read(path, None)?;
    let test = test_path.map(|path| read(path, Some(&train))).transpose()?;
    let subset = strata::subset(&train.labels, train.classes.len(), train_rows, seed)?;
    Ok((train.dataset(subset.as_deref()), test.map(|test| test.dataset(None))))
}

#[derive(Debug)]
struct Table {
    /// Names, without the target.
    columns: Vec<String>,
    /// A row's features stand together, in the order of `columns`.
    features: Vec<f32>,
    labels: Vec<u32>,
    /// Names, by label.
    classes: Vec<String>,
}

impl Table {
    /// Reads a table or its first mistakes. A table that must be `like` another has the same columns,
    /// in any order, and no other classes; it takes both over.
    fn parse(text: &[u8], target: &str, like: Option<&Table>) -> Result<Table, Mistakes> {
        let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(text);
        let mut record = ByteRecord::new();
        let mut next = |record: &mut ByteRecord| {
            let read = reader.read_byte_record(record).expect("bytes in memory can be read, and any form is taken");
            let start = record.position().expect("a record that was read has a position").byte();
            read.then_some(start as usize)
        };
        let Some(header) = next(&mut record) else {
            return Err(Mistakes(vec![Mistake { line: 1, column: None, fault: Fault::NoHeader }]));
        };
        let header_line = line_of(text, header);
        let layout = Layout::of_header(&record, header_line, target, like)?;
        let fields = record.len();
        let mut classes = Classes::new(like);
        let (mut features, mut labels) = (Vec::new(), Vec::new());
        let mut mistakes = Vec::new();
        while let Some(start) = next(&mut record) {
            let mut at = |column: Option<&str>, fault| {
                if mistakes.len() < Mistakes::MOST {
                    mistakes.push(Mistake { line: line_of(text, start), column: column.map(str::to_owned), fault });
                }
            };
            if record.len() != fields {
                at(None, Fault::FieldCount { found: record.len(), expected: fields });
            } else {
                for (column, &field) in layout.columns.iter().zip(&layout.fields) {
                    match feature(&record[field]) {
                        Ok(value) => features.push(value),
                        Err(fault) => at(Some(column), fault),
                    }
                }
                match class(&record[layout.target]).and_then(|name| classes.label(name)) {
                    Ok(label) => labels.push(label),
                    Err(fault) => at(Some(target), fault),
                }
            }
            if mistakes.len() == Mistakes::MOST {
                break;
            }
        }
        if labels.is_empty() && mistakes.is_empty() {
            mistakes.push(Mistake { line: header_line, column: None, fault: Fault::NoRows });
        }
        if !mistakes.is_empty() {
            return Err(Mistakes(mistakes));
        }
        let classes = classes.sorted(&mut labels);
        Ok(Table { columns: layout.columns, features, labels, classes })
    }

    fn dataset(self, subset: Option<&[u32]>) -> Dataset {
        let Some(rows) = subset else {
            return Dataset::new(Features::Floats(self.features), self.labels, self.classes);
        };
        let rows = rows.iter().map(|&row| row as usize);
        let wide = self.columns.len();
        let features = rows.clone().flat_map(|row| &self.features[row * wide..(row + 1) * wide]).copied().collect();
        let labels = rows.map(|row| self.labels[row]).collect();
        Dataset::new(Features::Floats(features), labels, self.classes)
    }
}

/// Where a table's columns are.
struct Layout {
    /// The features' names, in the order in which they are kept.
    columns: Vec<String>,
    /// For each of `columns`, its field in a record.
    fields: Vec<usize>,
    /// The target's field in a record.
    target: usize,
}

impl Layout {
    fn of_header(header: &ByteRecord, line: usize, target: &str, like: Option<&Table>) -> Result<Layout, Mistakes> {
        let mut mistakes = Vec::new();
        let mut at = |column: Option<&str>, fault| {
            mistakes.push(Mistake { line, column: column.map(str::to_owned), fault });
        };
        let Some(names) = header.iter().map(|name| str::from_utf8(name).ok()).collect::<Option<Vec<&str>>>() else {
            at(None, Fault::NotUtf8);
            return Err(Mistakes(mistakes));
        };
        let place = |name: &str| names.iter().position(|&other| other == name);
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<String>>();
        for (index, &name) in names.iter().enumerate() {
            match place(name) {
                _ if name.is_empty() => at(None, Fault::UnnamedColumn { number: index + 1 }),
                Some(first) if first < index => {
                    at(Some(name), Fault::DuplicateColumn { number: index + 1, first: first + 1 });
                }
                Some(_) | None => {}
            }
        }
        let target_field = place(target);
        if target_field.is_none() {
            at(None, Fault::NoTarget { target: target.to_owned(), columns: owned(&names) });
        } else if names.len() == 1 {
            at(None, Fault::NoFeatures);
        }
        let found: Vec<&str> = names.iter().copied().filter(|&name| name != target).collect();
        let columns = like.map_or_else(|| owned(&found), |table| table.columns.clone());
        for column in columns.iter().filter(|column| place(column).is_none()) {
            at(Some(column), Fault::LacksColumn);
        }
        for name in found.into_iter().filter(|name| !columns.iter().any(|column| column == name)) {
            at(Some(name), Fault::ExtraColumn);
        }
        mistakes.truncate(Mistakes::MOST);
        match target_field {
            Some(target) if mistakes.is_empty() => {
                let fields = columns.iter().filter_map(|column| place(column)).collect();
                Ok(Layout { columns, fields, target })
            }
            Some(_) | None => Err(Mistakes(mistakes)),
        }
    }
}

/// Classes by name, numbered as they are met.
struct Classes {
    names: Vec<String>,
    labels: HashMap<String, u32>,
    /// Whether only the classes of another table may be met.
    closed: bool,
}

impl Classes {
    fn new(like: Option<&Table>) -> Classes {
        let names = like.map_or_else(Vec::new, |table| table.classes.clone());
        Classes { labels: names.iter().cloned().zip(0..).collect(), names, closed: like.is_some() }
    }

    fn label(&mut self, name: &str) -> Result<u32, Fault> {
        if let Some(&label) = self.labels.get(name) {
            return Ok(label);
        } else if self.closed {
            return Err(Fault::UnseenClass { text: name.to_owned(), classes: self.names.clone() });
        }
        let label = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.labels.insert(name.to_owned(), label);
        Ok(label)
    }

    /// The names in an order that doesn't depend on that of the rows: by number if all are whole
    /// numbers, else by their bytes. Renumbers `labels` to match.
    fn sorted(self, labels: &mut [u32]) -> Vec<String> {
        if self.closed {
            return self.names;
        }
        let numbers: Option<Vec<i128>> = self.names.iter().map(|name| name.parse().ok()).collect();
        let mut order: Vec<usize> = (0..self.names.len()).collect();
        order.sort_by_key(|&label| (numbers.as_ref().map(|numbers| numbers[label]), &self.names[label]));
        let mut renumbered = vec![0; order.len()];
        for (new, &old) in (0..).zip(&order) {
            renumbered[old] = new;
        }
        labels.iter_mut().for_each(|label| *label = renumbered[*label as usize]);
        order.into_iter().map(|label| self.names[label].clone()).collect()
    }
}

/// A field as a feature.
fn feature(field: &[u8]) -> Result<f32, Fault> {
    let text = present(field)?;
    match text.parse::<f32>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(_) => Err(Fault::NotFinite { text: text.to_owned() }),
        Err(_) => Err(Fault::NotANumber { text: text.to_owned() }),
    }
}

/// A field as the name of a class. A decimal number is refused: it is a target for regression, or
/// whole numbers that a spreadsheet has written as decimals.
fn class(field: &[u8]) -> Result<&str, Fault> {
    let text = present(field)?;
    let decimal = text.contains(['.', 'e', 'E']) && text.parse().is_ok_and(f64::is_finite);
    if decimal { Err(Fault::DecimalClass { text: text.to_owned() }) } else { Ok(text) }
}

/// A field's text, if it stands for a value.
fn present(field: &[u8]) -> Result<&str, Fault> {
    let text = str::from_utf8(field).map_err(|_| Fault::NotUtf8)?;
    let missing = MISSING.iter().any(|word| text.eq_ignore_ascii_case(word));
    if missing { Err(Fault::MissingValue { text: text.to_owned() }) } else { Ok(text) }
}

/// The line, from 1, of the record that starts at or behind `start`.
///
/// The reader's own count is behind where lines end in CR LF or are blank: it places a record where
/// the last one ended, before the line's end has been passed.
fn line_of(text: &[u8], start: usize) -> usize {
    let blank = text[start..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let before = &text[..start + blank];
    let count = |end| before.iter().filter(|&&byte| byte == end).count();
    // Lines end in one of them, or in both together.
    1 + count(b'\n').max(count(b'\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Table {
        Table::parse(text.as_bytes(), "y", None).unwrap()
    }

    #[test]
    fn columns_are_found_by_name_and_rows_keep_their_order() {
        let table = parse("x,y,\"z, wide\"\n1e-3,b,-2\n.5,a,+1e3\n 7 , b ,0\n");
        assert_eq!(table.columns, ["x", "z, wide"]);
        assert_eq!(table.features, [0.001, -2.0, 0.5, 1000.0, 7.0, 0.0]);
        assert_eq!(table.classes, ["a", "b"]);
        assert_eq!(table.labels, [1, 0, 1]);
    }

    #[test]
    fn whole_numbers_are_in_their_order_and_text_in_that_of_its_bytes() {
        assert_eq!(parse("x,y\n0,10\n0,-1\n0,9\n").classes, ["-1", "9", "10"]);
        assert_eq!(parse("x,y\n0,10\n0,b\n0,9\n0,B\n").classes, ["10", "9", "B", "b"]);
    }

    #[test]
    fn a_byte_order_mark_and_blank_lines_mean_nothing() {
        let table = parse("\u{feff}y,x\r\n\r\na,1\r\n\r\nb,2");
        assert_eq!((table.columns, table.labels), (vec!["x".to_owned()], vec![0, 1]));
    }

    #[test]
    fn a_test_table_takes_over_the_training_tables_columns_and_classes() {
        let train = parse("x,z,y\n1,2,b\n3,4,a\n");
        let test = Table::parse(b"y,z,x\nb,20,10\n", "y", Some(&train)).unwrap();
        assert_eq!((test.features, test.labels), (vec![10.0, 20.0], vec![1]));
        assert_eq!(test.classes, ["a", "b"]);
    }

    #[test]
    fn mistakes_are_on_their_lines_whatever_ends_them() {
        for text in [
            "x,y\n1,a\n\n\"two\n\",b\nthree,b",
            "x,y\r\n1,a\r\n\r\n\"two\r\n\",b\r\nthree,b",
            "x,y\r1,a\r\r\"two\r\",b\rthree,b",
        ] {
            let mistakes = Table::parse(text.as_bytes(), "y", None).unwrap_err();
            assert_eq!(mistakes.0.iter().map(|mistake| mistake.line).collect::<Vec<_>>(), [4, 6], "{text:?}");
        }
    }

    #[test]
    fn a_subset_keeps_features_and_classes_together() {
        let text: String = (0..50).map(|i| format!("{i},{},{}\n", i * 10, ["a", "b"][i % 2])).collect();
        let dataset = parse(&format!("x,z,y\n{text}")).dataset(Some(&[3, 48]));
        assert_eq!(*dataset.features(), Features::Floats(vec![3.0, 30.0, 48.0, 480.0]));
        assert_eq!(dataset.labels(), [1, 0]);
    }
}
