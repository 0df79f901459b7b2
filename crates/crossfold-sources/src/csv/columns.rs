//! Parsing of records into typed columns.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use crossfold_data::{Column, MISSING, Marker, Table, Values};
use crossfold_study::{ColumnKind, DateOrder, DecimalMark, Delimiter, GivenKind, MissingMarkers, TableFormat};

use super::cells::{self, TableCells, trim};
use super::column_names::names_codes;
use super::date::DateForm;
use super::dates::{self, DateColumn};
use super::decimal::Decimal;
use super::dialect::{Dialect, Expected};
use super::first_line::{Certainty, FirstLine};
use super::header::{Field, Header, Template};
use super::mistake::{Fault, Mistake, Mistakes};
use super::note::Note;
use super::numbers::{NotANumber, Numbers};
use super::quoting::Quoting;
use super::records::{Records, Row, Skipped};
use super::scales::{self, Order};
use super::schema::{ColumnSchema, Schema, ValueFormat};
use super::words::Words;
use super::{DetectedFormat, ParsedTable, kinds, names, text};

/// The number of rows that are sampled to distinguish columns of words from columns of numbers. Columns that turn out
/// to be words later are read twice.
const SAMPLE: u64 = 100;

pub(super) fn parse(
    bytes: &[u8],
    format: &TableFormat,
    given: &BTreeMap<String, GivenKind>,
    template: Option<&Template<'_>>,
    memory: Option<u64>,
) -> Result<ParsedTable, Mistakes> {
    let (bytes, compression) = text::unpack(bytes, memory)?;
    let decoded = text::decode(&bytes, format.encoding, template.and_then(|template| template.format.encoding))?;
    // DOS ended text files with this character.
    let text = decoded.text.trim_end_matches('\u{1a}');
    if text.trim_start().is_empty() {
        return Err(Mistake::whole_file(1, Fault::Empty));
    }
    text::refuse_long_lines(text)?;
    let mut dialect = match template {
        Some(Template { format: trained, schema, .. }) => {
            let names = |name: &str| schema.column(name).is_some();
            let Schema { decimal, header, .. } = **schema;
            let expected = Expected { delimiter: trained.delimiter, decimal, header, names: &names };
            Dialect::detect(text, format, Some(&expected))
        }
        None => Dialect::detect(text, format, None),
    };
    let mut notes: Vec<Note> = decoded.assumed.map(|line| Note::AssumedLatin1 { line }).into_iter().collect();
    if dialect.comments > 0 {
        notes.push(Note::Comments { lines: dialect.comments });
    }
    if dialect.quoting.is_unusual() {
        let Quoting { mark, backslash, .. } = dialect.quoting;
        notes.push(Note::UnusualQuotes { mark: char::from(mark), backslash });
    }
    if dialect.header.certainty == Certainty::Guess {
        notes.push(match dialect.header {
            _ if dialect.commented => Note::CommentedHeader,
            FirstLine { names, .. } => Note::FirstLine { names },
        });
    }
    let no_separator = || {
        let hint = "save the file as text, with one character between fields";
        Mistake::whole_file(1, Fault::Binary { what: "text with every control character", hint })
    };
    let (separated, separator) = dialect.separate(text).ok_or_else(no_separator)?;
    let mut records = Records {
        text: &separated,
        separator,
        quoting: dialect.quoting,
        most: format.rows.unwrap_or(u64::MAX),
        start: dialect.skipped,
        header: Vec::new(),
    };
    refuse_bad_quotes(&records)?;
    if let Some(at) =
        dialect.quoting.first_literal(&separated[dialect.skipped..], Delimiter::Character(separator.into()))
    {
        notes.push(Note::LiteralQuote { line: records.line(dialect.skipped + at) });
    }
    let header = Header::read(&mut records, dialect.header.names, given, template, &mut notes)?;
    if template.is_none() {
        header.refuse_unknown_columns(&format.missing)?;
    }
    refuse_oversized_table(&separated, &header, format.rows, memory)?;

    let missing = &format.missing;
    let mut found = read_columns(&records, &header, &TableCells::new(dialect.decimal.mark, missing));
    let guess = dialect.decimal.mark;
    if dialect.decimal.is_guess && found.as_ref().map_or_else(Mistakes::have_other_mark, |found| found.has_other_mark) {
        dialect.settle_decimal_mark(text);
        if dialect.decimal.mark != guess {
            found = read_columns(&records, &header, &TableCells::new(dialect.decimal.mark, missing));
        }
    }
    let ReadColumns { columns, lines, notes: more, .. } = found?;
    notes.extend(more);
    let Dialect { delimiter, header: first_line, decimal, .. } = dialect;
    if let Some(Template { schema, .. }) = template
        && schema.decimal != decimal.mark
        && format.decimal.is_none()
    {
        notes.push(Note::OtherMark { mark: decimal.mark });
    }
    let mut inference = Inference {
        decimal: &decimal,
        lines: &lines,
        notes: &mut notes,
        mistakes: Vec::new(),
        facts: BTreeMap::new(),
        markers: Vec::new(),
        decimals: BTreeMap::new(),
        mixed_offsets: BTreeMap::new(),
    };
    let columns = header.fields.iter().zip(columns).map(|(field, column)| match column {
        ColumnBuilder::Numbers(numbers) => inference.infer_numbers(field, numbers),
        ColumnBuilder::Words(words) => inference.infer_words(field, words),
        ColumnBuilder::Reread { .. } => unreachable!("columns to reread were read as words"),
    });
    let columns = columns.collect();
    let Inference { mut mistakes, facts, markers, decimals, mixed_offsets, .. } = inference;
    notes.iter_mut().for_each(|note| note.add_markers(missing));
    let cells = TableCells::new(decimal.mark, missing);
    let is_default = |marker: &&Marker| {
        let mut own = missing.columns.get(&marker.column).into_iter().flatten();
        missing.everywhere.is_none() && !own.any(|given| cells.of("").is_marker(given, &marker.text))
    };
    let defaults: Vec<Marker> = markers.iter().filter(is_default).cloned().collect();
    notes.extend((!defaults.is_empty()).then_some(Note::Markers { found: defaults }));
    if template.is_none() {
        let are_read = |column: &String| !header.dropped.contains(column);
        notes.extend(unused_markers(missing, &markers, &cells, are_read));
    }
    if !mistakes.is_empty() {
        mistakes.sort_by_key(|mistake: &Mistake| mistake.line);
        mistakes.truncate(Mistakes::MAX);
        return Err(Mistakes(mistakes));
    }
    let found = DetectedFormat {
        compression,
        encoding: decoded.encoding,
        delimiter,
        header: first_line.names,
        decimal: decimal.mark,
    };
    let table = Table::new(columns);
    let (missing, dropped) = (missing.clone(), header.dropped);
    Ok(ParsedTable { table, found, notes, markers, missing, lines, decimals, mixed_offsets, facts, dropped })
}

/// The markers that are given and occur nowhere, in columns that `are_read`.
fn unused_markers(
    given: &MissingMarkers,
    found: &[Marker],
    cells: &TableCells<'_>,
    are_read: impl Fn(&String) -> bool,
) -> Vec<Note> {
    let note = |column: Option<&String>, own: &[String]| {
        let is_there = |marker: &&Marker| column.is_none_or(|column| marker.column == *column);
        let texts: Vec<&str> = found.iter().filter(is_there).map(|marker| marker.text.as_str()).collect();
        let markers = cells.of("").unused(own, &texts);
        (!markers.is_empty()).then(|| Note::UnusedMarkers { column: column.cloned(), markers })
    };
    let everywhere = given.everywhere.iter().filter_map(|markers| note(None, markers));
    let by_column = given.columns.iter().filter(|(column, _)| are_read(column));
    everywhere.chain(by_column.filter_map(|(column, own)| note(Some(column), own))).collect()
}

/// Refuses text whose quotation marks are wrong: rows would be read as parts of a field.
fn refuse_bad_quotes(records: &Records<'_>) -> Result<(), Mistakes> {
    let Some(bad) = records.first_bad_quote() else { return Ok(()) };
    let mark = char::from(records.quoting.mark);
    let fault = if bad.open { Fault::OpenQuote } else { Fault::TextBehindQuote { mark } };
    Err(Mistake::whole_file(records.line(bad.at), fault))
}

/// Refuses a table that wouldn't fit into `memory`: a field of one byte becomes a number of eight bytes.
fn refuse_oversized_table(text: &str, header: &Header, most: Option<u64>, memory: Option<u64>) -> Result<(), Mistakes> {
    /// Every machine has memory for text of this size.
    const SMALL_TEXT_BYTES: usize = 10_000_000;
    if text.len() < SMALL_TEXT_BYTES {
        return Ok(());
    }
    let ends = |end: u8| text.bytes().filter(|&byte| byte == end).count();
    let lines = Some(ends(b'\n')).filter(|&lines| lines > 0).unwrap_or_else(|| ends(b'\r')) as u64;
    let rows = most.map_or(lines, |most| lines.min(most));
    let bytes = rows * (header.fields.len() * size_of::<f64>()) as u64;
    match memory {
        Some(available) if bytes > available => {
            Err(Mistake::whole_file(header.line, Fault::TooLarge { rows, bytes, available }))
        }
        Some(_) | None => Ok(()),
    }
}

/// A column that is being read.
enum ColumnBuilder {
    Numbers(Numbers),
    Words(Words),
    /// A column that was read as numbers until a word occurred. It has to be read again.
    Reread {
        /// Whether the word is a number with the other decimal mark.
        other_mark: bool,
    },
}

/// The columns of a table.
struct ReadColumns {
    columns: Vec<ColumnBuilder>,
    /// The line of each row.
    lines: Vec<u32>,
    notes: Vec<Note>,
    /// Whether a number with the other decimal mark made words of a column.
    has_other_mark: bool,
}

impl ColumnBuilder {
    fn new(numbers: bool) -> ColumnBuilder {
        if numbers { ColumnBuilder::Numbers(Numbers::default()) } else { ColumnBuilder::Words(Words::default()) }
    }

    fn push(&mut self, field: &str, cells: &TableCells<'_>, column: &Field) -> Result<(), Fault> {
        let cells = cells.of(&column.name);
        let must_be_numbers = column.must_be_numbers();
        match self {
            ColumnBuilder::Words(words) if column.is_missing(field, cells) => words.push_missing(field),
            ColumnBuilder::Words(words) => words.push(field),
            ColumnBuilder::Numbers(numbers) => match numbers.push(field, cells) {
                Ok(()) => {}
                Err(NotANumber::Infinite) if must_be_numbers => {
                    return Err(Fault::NotFinite { text: field.to_owned() });
                }
                Err(NotANumber::Word) if must_be_numbers => {
                    return Err(Fault::NotANumber { text: field.to_owned(), decimal: cells.decimal });
                }
                Err(NotANumber::Digits) if must_be_numbers => {}
                // Reported at the end, if the column has no words.
                Err(NotANumber::Infinite) => {}
                Err(NotANumber::Digits | NotANumber::Word) => {
                    *self = ColumnBuilder::Reread { other_mark: cells::other_mark(field, cells.decimal).is_some() };
                }
            },
            ColumnBuilder::Reread { .. } => {}
        }
        Ok(())
    }
}

/// Reads the values of all columns and the line of each row. Columns that turn out to be words are read again.
fn read_columns(records: &Records<'_>, header: &Header, cells: &TableCells<'_>) -> Result<ReadColumns, Mistakes> {
    let mut columns: Vec<ColumnBuilder> =
        header.fields.iter().map(|field| ColumnBuilder::new(field.may_be_numbers())).collect();
    records.first(SAMPLE).each(|row| {
        push_row(&mut columns, header, cells, &row, &mut |_, _| {});
        true
    });
    for column in &mut columns {
        *column = ColumnBuilder::new(matches!(column, ColumnBuilder::Numbers(_)));
    }
    let mut notes = Vec::new();
    let lines = read_rows(records, header, cells, &mut columns, &mut notes)?;
    let has_other_mark = columns.iter().any(|column| matches!(column, ColumnBuilder::Reread { other_mark: true }));
    for (column, field) in columns.iter_mut().zip(&header.fields) {
        if let ColumnBuilder::Numbers(numbers) = column
            && numbers.are_names()
            && !field.must_be_numbers()
        {
            *column = ColumnBuilder::Reread { other_mark: false };
        }
    }
    reread_words(records, header, cells, &mut columns);
    Ok(ReadColumns { columns, lines, notes, has_other_mark })
}

/// Adds a row to all columns. Calls `mistake` for each field that doesn't fit.
fn push_row(
    columns: &mut [ColumnBuilder],
    header: &Header,
    cells: &TableCells<'_>,
    row: &Row<'_>,
    mistake: &mut dyn FnMut(&Field, Fault),
) {
    for (field, column) in header.fields.iter().zip(columns) {
        let value = row.record.get(field.place).unwrap_or_default();
        if let Err(fault) = column.push(trim(value), cells, field) {
            mistake(field, fault);
        }
    }
}

/// Adds all rows to the columns. Returns the line of each row.
fn read_rows(
    records: &Records<'_>,
    header: &Header,
    cells: &TableCells<'_>,
    columns: &mut [ColumnBuilder],
    notes: &mut Vec<Note>,
) -> Result<Vec<u32>, Mistakes> {
    let wide = header.wide;
    let (mut lines, mut mistakes) = (Vec::new(), Vec::new());
    let (mut at, mut line) = (0, 1);
    let (mut tail, mut fitting) = (false, 0);
    let skipped = records.each(|row| {
        line += records.lines_between(at, row.at);
        at = row.at;
        lines.push(line as u32);
        let found = row.record.len();
        let has_tail = found == wide + 1 && row.record.get(wide).is_some_and(|field| trim(field).is_empty());
        tail |= has_tail;
        if found == wide || has_tail {
            fitting += 1;
            push_row(columns, header, cells, &row, &mut |field, fault| {
                mistakes.push(Mistake { line, column: Some(field.name.clone()), fault });
            });
        } else {
            let conflict = ["<<<<<<< ", "=======", ">>>>>>> "].iter().any(|mark| records.begins(at, mark));
            let fault = if conflict { Fault::Conflict } else { Fault::FieldCount { found, expected: wide } };
            mistakes.push(Mistake { line, column: None, fault });
        }
        mistakes.len() < Mistakes::MAX
    });
    if lines.is_empty() {
        mistakes.push(Mistake { line: header.line, column: None, fault: Fault::NoRows });
    }
    mistakes.truncate(Mistakes::MAX);
    if !mistakes.is_empty() {
        return Err(Mistakes(blame_header(mistakes, header, fitting)));
    }
    let Skipped { empty, headers } = skipped;
    if empty.rows > 0 {
        notes.push(Note::EmptyRows { rows: empty.rows, line: records.line(empty.at) });
    }
    if headers.rows > 0 {
        notes.push(Note::RepeatedHeader { rows: headers.rows, line: records.line(headers.at) });
    }
    if tail {
        notes.push(Note::EmptyColumns { numbers: vec![wide + 1] });
    }
    Ok(lines)
}

/// Reads again, as words, the columns that were read as numbers until a word occurred.
fn reread_words(records: &Records<'_>, header: &Header, cells: &TableCells<'_>, columns: &mut [ColumnBuilder]) {
    let mut reread: Vec<(&Field, &mut ColumnBuilder, Words)> = header
        .fields
        .iter()
        .zip(columns)
        .filter(|(_, column)| matches!(column, ColumnBuilder::Reread { .. }))
        .map(|(field, column)| (field, column, Words::default()))
        .collect();
    if reread.is_empty() {
        return;
    }
    records.each(|row| {
        for (field, _, words) in &mut reread {
            match trim(row.record.get(field.place).unwrap_or_default()) {
                value if field.is_missing(value, cells.of(&field.name)) => words.push_missing(value),
                value => words.push(value),
            }
        }
        true
    });
    reread.into_iter().for_each(|(_, column, words)| *column = ColumnBuilder::Words(words));
}

/// Replaces mistakes in the number of fields by a mistake in the header if most rows agree with each other but not with
/// it.
fn blame_header(mistakes: Vec<Mistake>, header: &Header, fitting: usize) -> Vec<Mistake> {
    let mut counts: Vec<usize> = Vec::new();
    for mistake in &mistakes {
        if let Fault::FieldCount { found, .. } = mistake.fault {
            counts.push(found);
        }
    }
    counts.sort_unstable();
    let most = counts.chunk_by(|a, b| a == b).max_by_key(|run| run.len());
    match most {
        Some(run) if run.len() > 1 && 2 * run.len() > mistakes.len() + fitting => {
            let fault = Fault::HeaderCount { found: header.wide, rows: run[0] };
            vec![Mistake { line: header.line, column: None, fault }]
        }
        Some(_) | None => mistakes,
    }
}

/// Inference of kinds and conversion of values, collecting notes and mistakes.
struct Inference<'a> {
    decimal: &'a Decimal,
    /// The line of each row.
    lines: &'a [u32],
    notes: &'a mut Vec<Note>,
    mistakes: Vec<Mistake>,
    facts: BTreeMap<String, ValueFormat>,
    markers: Vec<Marker>,
    /// The columns of names most of which are decimal numbers, and the first of these.
    decimals: BTreeMap<String, String>,
    /// For each column of dates of which only some have an offset from UTC: a row with one, and one without.
    mixed_offsets: BTreeMap<String, [u32; 2]>,
}

impl Inference<'_> {
    fn add_mistake(&mut self, row: usize, field: &Field, fault: Fault) {
        let line = self.lines[row] as usize;
        self.mistakes.push(Mistake { line, column: Some(field.name.clone()), fault });
    }

    fn infer_numbers(&mut self, field: &Field, mut numbers: Numbers) -> Column {
        let name = field.name.clone();
        self.markers.extend(std::mem::take(&mut numbers.markers).into_list(&name));
        let code = numbers.code().cloned();
        if let Some((row, text)) = numbers.infinite.take() {
            self.add_mistake(row, field, Fault::NotFinite { text });
        }
        let unit = numbers.unit.flatten();
        self.facts.insert(name.clone(), ValueFormat { unit, ..ValueFormat::default() });
        if let Some(ColumnSchema { facts: trained, .. }) = &field.trained
            && trained.unit != unit
            && numbers.unit.is_some()
        {
            self.notes.push(Note::OtherUnit { column: name.clone(), trained: trained.unit, found: unit });
        } else if let Some((_, text)) = self.decimal.unclear.iter().find(|(place, _)| *place == field.place) {
            self.notes.push(Note::unclear_mark(&name, text, self.decimal));
        } else if let Some((text, number)) = numbers.formatted.take() {
            self.notes.push(Note::FormattedNumbers { column: name.clone(), text, number });
        }
        let kind = match &field.given {
            Some(_) => ColumnKind::Numeric,
            None => {
                let first = numbers.values.iter().copied().find(|number| !number.is_nan()).unwrap_or_default();
                if let Some((text, number)) = code {
                    self.notes.push(Note::Exponents { column: name.clone(), text, number });
                } else if kinds::are_compact_dates(&numbers.values) {
                    self.notes.push(Note::CompactDates { column: name.clone(), number: first });
                }
                let kind = kinds::infer_from_numbers(field, &numbers.values);
                if kind == ColumnKind::Numeric {
                    self.note_doubtful_numbers(&name, &numbers, first);
                }
                kind
            }
        };
        self.note_index_column(field, kind);
        Column { name, kind, values: Values::Numbers(numbers.values) }
    }

    /// Notes on numbers that may be names, or that may as well be left out. `first` is the first of them.
    fn note_doubtful_numbers(&mut self, name: &str, numbers: &Numbers, first: f64) {
        let column = name.to_owned();
        let present = || numbers.values.iter().filter(|number| !number.is_nan());
        if let Some(texts) = numbers.zeros.twins() {
            self.notes.push(Note::TrailingZeros { column, texts });
        } else if present().count() > 1 && present().all(|number| *number == first) {
            let missing = numbers.values.len() - present().count();
            let note = Note::OneValue { column, text: first.to_string(), missing };
            self.notes.extend((missing > 0).then_some(note));
        } else if names_codes(name) && present().all(|number| number.fract() == 0.0 && *number >= 0.0) {
            self.notes.push(Note::Codes { column });
        }
    }

    fn infer_words(&mut self, field: &Field, mut words: Words) -> Column {
        let name = field.name.clone();
        self.markers.extend(std::mem::take(&mut words.markers).into_list(&name));
        let words = &words;
        let order = if field.given.is_none() { scales::order(words) } else { None };
        if let Some(Order::Numbered(levels)) = &order {
            self.notes.push(Note::NumberedNames { column: name.clone(), levels: levels.clone() });
        }
        let (kind, values) = match &field.given {
            Some(GivenKind::Ordinal(levels)) => (ColumnKind::Ordinal, self.read_ordinal(field, words, levels)),
            Some(GivenKind::Kind(kind)) => (*kind, self.read_values(field, words, *kind, None)),
            Some(GivenKind::Date(order)) => (ColumnKind::Date, self.read_dates(field, words, Some(*order), None)),
            Some(GivenKind::Drop) | None if let Some(Order::Scale(levels)) = &order => {
                self.notes.push(Note::Ordered { column: name.clone(), levels: levels.clone() });
                (ColumnKind::Ordinal, self.read_ordinal(field, words, levels))
            }
            Some(GivenKind::Drop) | None => {
                let (kind, form) = kinds::infer_from_words(words, field, self.decimal.mark, self.lines, self.notes);
                self.note_index_column(field, kind);
                (kind, self.read_values(field, words, kind, form))
            }
        };
        Column { name, kind, values }
    }

    fn note_index_column(&mut self, field: &Field, kind: ColumnKind) {
        if field.unnamed && field.given.is_none() && kind == ColumnKind::Id {
            self.notes.push(Note::IndexColumn { name: field.name.clone() });
        }
    }

    fn read_values(&mut self, field: &Field, words: &Words, kind: ColumnKind, form: Option<DateForm>) -> Values {
        match kind {
            ColumnKind::Boolean => {
                self.read_scalars(field, words, kind, &|word| cells::parse_boolean(word).map(f64::from))
            }
            ColumnKind::Date => self.read_dates(field, words, None, form),
            ColumnKind::Numeric => unreachable!("numeric columns are read as numbers"),
            ColumnKind::Categorical | ColumnKind::Ordinal | ColumnKind::Id | ColumnKind::Text => {
                self.read_levels(field, words, kind)
            }
        }
    }

    /// Reads dates in a `form`, or in the one that is found.
    fn read_dates(&mut self, field: &Field, words: &Words, order: Option<DateOrder>, form: Option<DateForm>) -> Values {
        let trained = field.trained.as_ref().map(|trained| trained.facts);
        let found = form.map_or_else(|| dates::form(words, trained.and_then(|trained| trained.date), order), Ok);
        let form = match found {
            Ok(form) => form,
            Err(ambiguity) => {
                let place = words.iter().position(|word| word == ambiguity.text).unwrap_or_default();
                self.add_mistake(words.row(place), field, Fault::AmbiguousDate { ambiguity });
                return Values::Numbers(Vec::new());
            }
        };
        let read = DateColumn::read(words, form);
        self.notes.extend(read.notes(&field.name, words, self.lines, trained));
        if let Some(rows) = read.mixed_offsets() {
            self.mixed_offsets.insert(field.name.clone(), rows.map(|row| row as u32));
        }
        self.facts.insert(field.name.clone(), read.format());
        self.read_scalars(field, words, ColumnKind::Date, &|word| read.form.days(word))
    }

    fn read_scalars(
        &mut self,
        field: &Field,
        words: &Words,
        kind: ColumnKind,
        value: &dyn Fn(&str) -> Option<f64>,
    ) -> Values {
        let values: Vec<Option<f64>> = words.iter().map(value).collect();
        for (place, _) in values.iter().enumerate().filter(|(_, value)| value.is_none()).take(Mistakes::MAX) {
            self.add_mistake(words.row(place), field, Fault::WrongKind { kind, text: words.get(place).to_owned() });
        }
        let number = |&code: &u32| values.get(code as usize).copied().flatten().unwrap_or(f64::NAN);
        Values::Numbers(words.codes.iter().map(number).collect())
    }

    fn read_ordinal(&mut self, field: &Field, words: &Words, levels: &[String]) -> Values {
        let place = |word: &str| {
            levels.iter().position(|level| level == word || are_same_number(level, word, self.decimal.mark))
        };
        let places: Vec<Option<usize>> = words.iter().map(place).collect();
        for (word, _) in places.iter().enumerate().filter(|(_, place)| place.is_none()).take(Mistakes::MAX) {
            let fault = Fault::UnknownLevel { text: words.get(word).to_owned(), levels: levels.to_vec() };
            self.add_mistake(words.row(word), field, fault);
        }
        let code = |&code: &u32| places.get(code as usize).copied().flatten().map_or(MISSING, |place| place as u32);
        Values::Levels { codes: words.codes.iter().map(code).collect(), levels: levels.to_vec() }
    }

    /// Levels in an order that doesn't depend on the rows: known ones first, then the others, sorted as numbers if all
    /// are whole numbers, else by their bytes.
    fn read_levels(&mut self, field: &Field, words: &Words, kind: ColumnKind) -> Values {
        let names: Vec<Cow<'_, str>> = if kind == ColumnKind::Text {
            words.iter().map(Cow::Borrowed).collect()
        } else {
            names::read(words, field.known(), self.decimal.mark, &field.name, self.notes)
        };
        let known: HashSet<&str> = field.known().iter().map(String::as_str).collect();
        let mut new: Vec<&str> = names.iter().map(|name| &**name).filter(|name| !known.contains(name)).collect();
        if new.iter().all(|word| word.parse::<i128>().is_ok()) {
            new.sort_unstable_by_key(|word| (word.parse::<i128>().ok(), *word));
        } else {
            new.sort_unstable();
        }
        new.dedup();
        let mut decimals = new.iter().filter(|name| names::is_decimal(name, self.decimal.mark));
        if kind == ColumnKind::Categorical
            && let Some(first) = decimals.next()
            && 2 * (1 + decimals.count()) > new.len()
        {
            self.decimals.insert(field.name.clone(), (*first).to_owned());
        }
        let levels: Vec<String> = field.known().iter().cloned().chain(new.into_iter().map(str::to_owned)).collect();
        let places: HashMap<&str, u32> = levels.iter().map(String::as_str).zip(0..).collect();
        let codes: Vec<u32> = names.iter().map(|name| places[&**name]).collect();
        let code = |&code: &u32| codes.get(code as usize).copied().unwrap_or(MISSING);
        Values::Levels { codes: words.codes.iter().map(code).collect(), levels }
    }
}

fn are_same_number(level: &str, word: &str, decimal: DecimalMark) -> bool {
    let level = cells::parse_number(level, DecimalMark::Point);
    level.is_some() && level == cells::parse_number(word, decimal)
}
