//! The columns of a table, named by its first line or numbered.

use std::collections::{BTreeMap, HashMap, HashSet};

use crossfold_study::{ColumnKind, GivenKind, TableFormat};

use super::cells::{Cells, trim};
use super::mistake::{Fault, Mistake, Mistakes};
use super::note::Note;
use super::records::{Records, Row};
use super::schema::{ColumnSchema, Schema};

/// The columns of the training table, which another table must match.
pub(super) struct Template<'a> {
    /// The format that the spec gives to the training table.
    pub(super) format: &'a TableFormat,
    pub(super) schema: &'a Schema,
    /// Whether a column must exist.
    pub(super) need: &'a dyn Fn(&str) -> bool,
}

/// The columns of a file.
pub(super) struct Header {
    pub(super) fields: Vec<Field>,
    /// Columns that the spec drops.
    pub(super) dropped: Vec<String>,
    /// The number of fields per row.
    pub(super) wide: usize,
    /// The line of the header, or the first line if there is none.
    pub(super) line: usize,
}

/// The maximum number of columns.
const MAX_FIELDS: usize = 1_000_000;

/// A column that is read.
pub(super) struct Field {
    pub(super) name: String,
    /// Its index in a record.
    pub(super) place: usize,
    pub(super) given: Option<GivenKind>,
    /// The same column of the training table, if there is one.
    pub(super) trained: Option<ColumnSchema>,
    /// Whether the column has no name in the file.
    pub(super) unnamed: bool,
}

impl Header {
    /// Finds the columns, and moves the start of `records` past the header, if there is one.
    pub(super) fn read(
        records: &mut Records<'_>,
        has_header: bool,
        given: &BTreeMap<String, GivenKind>,
        template: Option<&Template<'_>>,
        notes: &mut Vec<Note>,
    ) -> Result<Header, Mistakes> {
        let too_wide = |at| Mistake::whole_file(records.line(at), Fault::TooManyFields { most: MAX_FIELDS });
        if let Some(at) = records.first_line_wider_than(MAX_FIELDS) {
            return Err(too_wide(at));
        }
        let mut firsts = Vec::new();
        // Even if fewer rows are asked for, the one under the header tells what is in it.
        Records { most: 2, ..records.clone() }.each(|Row { record, at, end }| {
            firsts.push((record.iter().map(|field| trim(field).to_owned()).collect::<Vec<_>>(), at, end));
            true
        });
        let mut firsts = firsts.into_iter();
        let Some((mut names, at, end)) = firsts.next() else { return Err(Mistake::whole_file(1, Fault::Empty)) };
        let line = records.line(at);
        if names.len() > MAX_FIELDS {
            return Err(too_wide(at));
        }
        if has_header {
            let Some((row, ..)) = firsts.next() else { return Err(Mistake::whole_file(line, Fault::NoRows)) };
            records.start = end;
            records.header.clone_from(&names);
            // Only the header has a trailing delimiter.
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
        let fields = fields(records, &names, line, given, template, notes, &mut mistakes);
        let at_line = |column: Option<&str>, fault| Mistake { line, column: column.map(str::to_owned), fault };
        let known: HashSet<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        for name in given.keys().filter(|name| !known.contains(name.as_str())) {
            // Other given columns are looked up later, with messages that name their roles.
            if matches!(given[name], GivenKind::Drop | GivenKind::Ordinal(_)) {
                mistakes.push(at_line(None, Fault::NoColumnToType { name: name.clone(), columns: names.clone() }));
            }
        }
        if let Some(Template { schema, need, .. }) = template {
            let lacks = |name: &str| need(name) && !known.contains(name);
            let lacking = schema.columns.iter().filter(|column| lacks(&column.name));
            mistakes.extend(lacking.map(|column| at_line(Some(&column.name), Fault::LacksColumn)));
        }
        mistakes.truncate(Mistakes::MAX);
        if !mistakes.is_empty() {
            return Err(Mistakes(mistakes));
        }
        let (fields, extra): (Vec<Field>, Vec<Field>) = fields
            .into_iter()
            .partition(|field| template.is_none_or(|template| template.schema.column(&field.name).is_some()));
        if !extra.is_empty() {
            notes.push(Note::ExtraColumns { names: extra.into_iter().map(|field| field.name).collect() });
        }
        let (dropped, fields) = fields.into_iter().partition(|field| field.given == Some(GivenKind::Drop));
        let dropped: Vec<Field> = dropped;
        let dropped = dropped.into_iter().map(|field| field.name).collect();
        Ok(Header { fields, dropped, wide: names.len(), line })
    }
}

/// The columns that have a name, and the first column even if it has none.
fn fields(
    records: &Records<'_>,
    names: &[String],
    line: usize,
    given: &BTreeMap<String, GivenKind>,
    template: Option<&Template<'_>>,
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
                fields.push(Field::new(name, place, unnamed, given, template));
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

/// The indices of columns that have neither a name nor a value in any row.
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
        template: Option<&Template<'_>>,
    ) -> Field {
        let column = template.and_then(|template| template.schema.column(&name));
        let given = match column {
            Some(column) if column.kind == ColumnKind::Ordinal => Some(GivenKind::Ordinal(column.levels.clone())),
            Some(column) => Some(GivenKind::Kind(column.kind)),
            None => given.get(&name).cloned(),
        };
        Field { name, place, given, trained: column.cloned(), unnamed }
    }

    /// The levels that are known before the column is read.
    pub(super) fn known(&self) -> &[String] {
        match (&self.given, &self.trained) {
            (Some(GivenKind::Ordinal(levels)), _) => levels,
            (_, Some(trained)) => &trained.levels,
            (Some(GivenKind::Kind(_) | GivenKind::Date(_) | GivenKind::Drop) | None, None) => &[],
        }
    }

    /// Whether a value is a marker of missing values, and not a known level.
    pub(super) fn is_missing(&self, value: &str, cells: &Cells<'_>) -> bool {
        (cells.is_missing(value) || cells.is_marked_number(value)) && !self.known().iter().any(|level| level == value)
    }

    /// Whether the spec allows the values to be numbers.
    pub(super) fn may_be_numbers(&self) -> bool {
        self.given.is_none() || self.must_be_numbers()
    }

    pub(super) fn must_be_numbers(&self) -> bool {
        self.given == Some(GivenKind::Kind(ColumnKind::Numeric))
    }
}
