//! The columns of a table, by the first line where it names them.

use std::collections::{BTreeMap, HashMap, HashSet};

use crossfold_study::{ColumnKind, GivenKind};

use super::cells::{Cells, trim};
use super::mistake::{Fault, Mistake, Mistakes};
use super::note::Note;
use super::records::{Records, Row};
use super::schema::{ColumnSchema, Schema};

/// The table that this one must be like.
pub(super) struct Like<'a> {
    pub(super) schema: &'a Schema,
    pub(super) need: &'a dyn Fn(&str) -> bool,
}

/// What the file's records are made of.
pub(super) struct Header {
    pub(super) fields: Vec<Field>,
    /// Columns that aren't read, since the spec drops them.
    pub(super) dropped: Vec<String>,
    /// Fields of a row.
    pub(super) wide: usize,
    /// The line of the header, or the first where there is none.
    pub(super) line: usize,
}

/// A column of the file that is read.
pub(super) struct Field {
    pub(super) name: String,
    /// Its place in a record.
    pub(super) place: usize,
    pub(super) given: Option<GivenKind>,
    /// Of a table like another one: what the column is there.
    pub(super) trained: Option<ColumnSchema>,
    /// Whether it has no name in the file.
    pub(super) unnamed: bool,
}

impl Header {
    /// Finds the columns, and puts the beginning of `records` behind the header.
    pub(super) fn read(
        records: &mut Records<'_>,
        given: &BTreeMap<String, GivenKind>,
        like: Option<&Like<'_>>,
        notes: &mut Vec<Note>,
    ) -> Result<Header, Mistakes> {
        let mut firsts = Vec::new();
        records.first(2).each(|Row { record, at, end }| {
            firsts.push((record.iter().map(|field| trim(field).to_owned()).collect::<Vec<_>>(), at, end));
            true
        });
        let mut firsts = firsts.into_iter();
        let Some((mut names, at, end)) = firsts.next() else { return Err(Mistake::of_file(1, Fault::Empty)) };
        let line = records.line(at);
        if records.dialect.header {
            let Some((row, ..)) = firsts.next() else {
                let fault = if records.ends_in_quotes(at) { Fault::OpenQuote } else { Fault::NoRows };
                return Err(Mistake::of_file(line, fault));
            };
            records.start = end;
            // A delimiter behind the last name, but none behind the last value.
            if names.len() > 1 && names.len() == row.len() + 1 && names.last().is_some_and(String::is_empty) {
                names.pop();
            }
            if let Some(rest) = names[0].strip_prefix('#') {
                names[0] = rest.trim().to_owned();
            }
        } else {
            names = (1..=names.len()).map(column_number).collect();
        }
        let mut mistakes = Vec::new();
        let fields = fields(records, &names, line, given, like, notes, &mut mistakes);
        let at_line = |column: Option<&str>, fault| Mistake { line, column: column.map(str::to_owned), fault };
        let known: HashSet<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        for name in given.keys().filter(|name| !known.contains(name.as_str())) {
            // The target and the columns that split are looked for by those who need them, in their words.
            if matches!(given[name], GivenKind::Drop | GivenKind::Ordinal(_)) {
                mistakes.push(at_line(None, Fault::NoColumnToType { name: name.clone(), columns: names.clone() }));
            }
        }
        if let Some(Like { schema, need }) = like {
            let lacks = |name: &str| need(name) && !known.contains(name);
            let lacking = schema.columns.iter().filter(|column| lacks(&column.name));
            mistakes.extend(lacking.map(|column| at_line(Some(&column.name), Fault::LacksColumn)));
        }
        mistakes.truncate(Mistakes::MOST);
        if !mistakes.is_empty() {
            return Err(Mistakes(mistakes));
        }
        let (fields, extra): (Vec<Field>, Vec<Field>) =
            fields.into_iter().partition(|field| like.is_none_or(|like| like.schema.column(&field.name).is_some()));
        if !extra.is_empty() {
            notes.push(Note::ExtraColumns { names: extra.into_iter().map(|field| field.name).collect() });
        }
        let (dropped, fields) = fields.into_iter().partition(|field| field.given == Some(GivenKind::Drop));
        let dropped: Vec<Field> = dropped;
        let dropped = dropped.into_iter().map(|field| field.name).collect();
        Ok(Header { fields, dropped, wide: names.len(), line })
    }
}

/// The columns with a name, and a first one without.
fn fields(
    records: &Records<'_>,
    names: &[String],
    line: usize,
    given: &BTreeMap<String, GivenKind>,
    like: Option<&Like<'_>>,
    notes: &mut Vec<Note>,
    mistakes: &mut Vec<Mistake>,
) -> Vec<Field> {
    let empty = empty_columns(records, names);
    let mut fields = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (place, name) in names.iter().enumerate().filter(|(place, _)| !empty.contains(place)) {
        let number = place + 1;
        let unnamed = name.is_empty();
        if unnamed && place > 0 {
            mistakes.push(Mistake { line, column: None, fault: Fault::UnnamedColumn { number } });
            continue;
        }
        let name = if unnamed { column_number(number) } else { name.clone() };
        match places.get(&name) {
            Some(&first) => {
                let fault = Fault::DuplicateColumn { number, first: first + 1 };
                mistakes.push(Mistake { line, column: Some(name), fault });
            }
            None => {
                places.insert(name.clone(), place);
                fields.push(Field::new(name, place, unnamed, given, like));
            }
        }
    }
    if !empty.is_empty() {
        let mut numbers: Vec<usize> = empty.into_iter().map(|place| place + 1).collect();
        numbers.sort_unstable();
        notes.push(Note::EmptyColumns { numbers });
    }
    fields
}

fn column_number(number: usize) -> String {
    format!("column_{number}")
}

/// The places of columns that have neither a name nor a value in any row.
fn empty_columns(records: &Records<'_>, names: &[String]) -> HashSet<usize> {
    let mut empty: HashSet<usize> = (0..names.len()).filter(|&place| names[place].is_empty()).collect();
    if !empty.is_empty() {
        records.each(|Row { record, .. }| {
            empty.retain(|&place| record.get(place).is_none_or(|field| trim(field).is_empty()));
            !empty.is_empty()
        });
    }
    empty
}

impl Field {
    fn new(
        name: String,
        place: usize,
        unnamed: bool,
        given: &BTreeMap<String, GivenKind>,
        like: Option<&Like<'_>>,
    ) -> Field {
        let column = like.and_then(|like| like.schema.column(&name));
        let given = match column {
            Some(column) if column.kind == ColumnKind::Ordinal => Some(GivenKind::Ordinal(column.levels.clone())),
            Some(column) => Some(GivenKind::Kind(column.kind)),
            None => given.get(&name).cloned(),
        };
        Field { name, place, given, trained: column.cloned(), unnamed }
    }

    /// The levels that are known before the table is read.
    pub(super) fn known(&self) -> &[String] {
        match (&self.given, &self.trained) {
            (Some(GivenKind::Ordinal(levels)), _) => levels,
            (_, Some(trained)) => &trained.levels,
            (Some(GivenKind::Kind(_) | GivenKind::Drop) | None, None) => &[],
        }
    }

    /// A level that is known to be one is no marker.
    pub(super) fn is_missing(&self, value: &str, cells: &Cells<'_>) -> bool {
        cells.is_missing(value) && !self.known().iter().any(|level| level == value)
    }

    /// Whether its values may be numbers, as far as the spec says.
    pub(super) fn may_be_numbers(&self) -> bool {
        self.given.is_none() || self.must_be_numbers()
    }

    pub(super) fn must_be_numbers(&self) -> bool {
        self.given == Some(GivenKind::Kind(ColumnKind::Numeric))
    }
}
