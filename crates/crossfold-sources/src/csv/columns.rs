//! Records to typed columns.

use std::collections::{BTreeMap, HashMap, HashSet};

use crossfold_data::{Column, MISSING, Table, Values};
use crossfold_study::{ColumnKind, DecimalMark, GivenKind, TableFormat};

use super::cells::{self, Cells, trim};
use super::dialect::Dialect;
use super::header::{Field, Header, Like};
use super::mistake::{Fault, Mistake, Mistakes};
use super::note::Note;
use super::numbers::{NoNumber, Numbers};
use super::records::{Records, Row};
use super::schema::{ColumnSchema, Facts};
use super::words::Words;
use super::{Found, FoundTable, kinds, scales, text};

/// Rows that are looked at for columns of words, so that most needn't be gone over twice.
const SAMPLE: u64 = 100;

pub(super) fn parse(
    bytes: &[u8],
    format: &TableFormat,
    given: &BTreeMap<String, GivenKind>,
    like: Option<&Like<'_>>,
    memory: Option<u64>,
) -> Result<FoundTable, Mistakes> {
    let (bytes, compression) = text::unpack(bytes, memory)?;
    let (text, encoding, assumed) = text::decode(&bytes, format.encoding)?;
    // What DOS ends a file with.
    let text = text.trim_end_matches('\u{1a}');
    // A mark that could be read either way stands for what it stood for there.
    let like_that = |Like { schema, .. }: &Like<'_>| TableFormat {
        decimal: format.decimal.or(Some(schema.decimal)),
        header: format.header.or(Some(schema.header)),
        ..format.clone()
    };
    let dialect = Dialect::find(text, &like.map_or_else(|| format.clone(), like_that));
    let mut notes: Vec<Note> = assumed.then_some(Note::AssumedLatin1).into_iter().collect();
    if dialect.comments > 0 {
        notes.push(Note::Comments { lines: dialect.comments });
    }
    let mut records = Records::new(text, dialect, format.rows);
    let header = Header::read(&mut records, given, like, &mut notes)?;
    let cells = Cells::new(dialect.decimal, format.missing.as_deref());
    refuse_giant(text, &header, format.rows, memory)?;

    let (growing, lines) = collect(&records, &header, &cells, &mut notes)?;
    let mut typing = Typing {
        decimal: dialect.decimal,
        lines: &lines,
        notes: &mut notes,
        mistakes: Vec::new(),
        facts: BTreeMap::new(),
        markers: Vec::new(),
    };
    let columns = header.fields.iter().zip(growing).map(|(field, column)| match column {
        Growing::Numbers(numbers) => typing.numbers(field, numbers),
        Growing::Words(words) => typing.words(field, &words),
        Growing::Late => unreachable!("late columns were gone over again"),
    });
    let columns = columns.collect();
    let Typing { mut mistakes, facts, markers, .. } = typing;
    if like.is_none() && format.missing.is_none() && !markers.is_empty() {
        notes.push(Note::Markers { found: markers });
    }
    if !mistakes.is_empty() {
        mistakes.sort_by_key(|mistake: &Mistake| mistake.line);
        mistakes.truncate(Mistakes::MOST);
        return Err(Mistakes(mistakes));
    }
    let found =
        Found { compression, encoding, delimiter: dialect.delimiter, header: dialect.header, decimal: dialect.decimal };
    Ok(FoundTable { table: Table::new(columns), found, notes, lines, facts, dropped: header.dropped })
}

/// A cell of two bytes becomes a number of eight: what takes more than memory has is refused before it is read.
fn refuse_giant(text: &str, header: &Header, most: Option<u64>, memory: Option<u64>) -> Result<(), Mistakes> {
    /// Smaller files are never too large.
    const SMALL: usize = 10_000_000;
    if text.len() < SMALL {
        return Ok(());
    }
    let lines = text.bytes().filter(|&byte| byte == b'\n').count() as u64;
    let rows = most.map_or(lines, |most| lines.min(most));
    let bytes = rows * (header.fields.len() * size_of::<f64>()) as u64;
    match memory {
        Some(available) if bytes > available => {
            Err(Mistake::of_file(header.line, Fault::Giant { rows, bytes, available }))
        }
        Some(_) | None => Ok(()),
    }
}

/// A column on its way.
enum Growing {
    Numbers(Numbers),
    Words(Words),
    /// Taken for numbers until a word came: to be gone over again.
    Late,
}

impl Growing {
    fn new(numbers: bool) -> Growing {
        if numbers { Growing::Numbers(Numbers::default()) } else { Growing::Words(Words::default()) }
    }

    fn push(&mut self, field: &str, cells: &Cells<'_>, column: &Field) -> Result<(), Fault> {
        let must_be_numbers = column.must_be_numbers();
        match self {
            Growing::Words(words) if column.is_missing(field, cells) => words.push_missing(field),
            Growing::Words(words) => words.push(field),
            Growing::Numbers(numbers) => match numbers.push(field, cells) {
                Ok(()) => {}
                Err(NoNumber::Infinite) if must_be_numbers => {
                    return Err(Fault::NotFinite { text: field.to_owned() });
                }
                Err(NoNumber::Word) if must_be_numbers => return Err(Fault::NotANumber { text: field.to_owned() }),
                Err(NoNumber::Name) if must_be_numbers => {}
                // Told of at the end, if the column has no words.
                Err(NoNumber::Infinite) => {}
                Err(NoNumber::Name | NoNumber::Word) => *self = Growing::Late,
            },
            Growing::Late => {}
        }
        Ok(())
    }
}

/// The values of all columns, and the line of each row: one pass, and another one over columns that turn out
/// to be words.
fn collect(
    records: &Records<'_>,
    header: &Header,
    cells: &Cells<'_>,
    notes: &mut Vec<Note>,
) -> Result<(Vec<Growing>, Vec<u32>), Mistakes> {
    let Header { fields, wide, .. } = header;
    let push = |columns: &mut [Growing], row: &Row<'_>, mistake: &mut dyn FnMut(&Field, Fault)| {
        for (field, column) in fields.iter().zip(columns) {
            let value = row.record.get(field.place).unwrap_or_default();
            if let Err(fault) = column.push(trim(value), cells, field) {
                mistake(field, fault);
            }
        }
    };
    let mut columns: Vec<Growing> = fields.iter().map(|field| Growing::new(field.may_be_numbers())).collect();
    records.first(SAMPLE).each(|row| {
        push(&mut columns, &row, &mut |_, _| {});
        true
    });
    for column in &mut columns {
        *column = Growing::new(matches!(column, Growing::Numbers(_)));
    }

    let (mut lines, mut mistakes) = (Vec::new(), Vec::new());
    let (mut at, mut line) = (0, 1);
    let (mut tail, mut fitting) = (false, 0);
    let skipped = records.each(|row| {
        line += records.lines_between(at, row.at);
        at = row.at;
        lines.push(line as u32);
        let found = row.record.len();
        let has_tail = found == wide + 1 && row.record.get(*wide).is_some_and(|field| trim(field).is_empty());
        tail |= has_tail;
        if found == *wide || has_tail {
            fitting += 1;
            push(&mut columns, &row, &mut |field, fault| {
                mistakes.push(Mistake { line, column: Some(field.name.clone()), fault });
            });
        } else {
            let conflict = ["<<<<<<< ", "=======", ">>>>>>> "].iter().any(|mark| records.begins(at, mark));
            let fault = if conflict { Fault::Conflict } else { Fault::FieldCount { found, expected: *wide } };
            mistakes.push(Mistake { line, column: None, fault });
        }
        mistakes.len() < Mistakes::MOST
    });
    let all_read = mistakes.len() < Mistakes::MOST && (lines.len() as u64) < records.most;
    if all_read && !lines.is_empty() && records.ends_in_quotes(at) {
        mistakes.retain(|mistake| mistake.line != line);
        mistakes.push(Mistake { line, column: None, fault: Fault::OpenQuote });
    }
    if lines.is_empty() {
        mistakes.push(Mistake { line: header.line, column: None, fault: Fault::NoRows });
    }
    mistakes.truncate(Mistakes::MOST);
    if !mistakes.is_empty() {
        return Err(Mistakes(of_header(mistakes, header, fitting)));
    }
    if skipped.rows > 0 {
        notes.push(Note::EmptyRows { rows: skipped.rows, line: records.line(skipped.at) });
    }
    if tail {
        notes.push(Note::EmptyColumns { numbers: vec![wide + 1] });
    }

    if columns.iter().any(|column| matches!(column, Growing::Late)) {
        let late: Vec<bool> = columns.iter().map(|column| matches!(column, Growing::Late)).collect();
        let mut again: Vec<(&Field, Words)> = Vec::new();
        again.extend(fields.iter().zip(&late).filter(|(_, late)| **late).map(|(field, _)| (field, Words::default())));
        records.each(|row| {
            for (field, words) in &mut again {
                match trim(row.record.get(field.place).unwrap_or_default()) {
                    value if field.is_missing(value, cells) => words.push_missing(value),
                    value => words.push(value),
                }
            }
            true
        });
        let mut again = again.into_iter();
        for column in columns.iter_mut().filter(|column| matches!(column, Growing::Late)) {
            let (_, words) = again.next().expect("each late column was gone over again");
            *column = Growing::Words(words);
        }
    }
    Ok((columns, lines))
}

/// Where most rows differ from the header in the same way, it is the header that is wrong.
fn of_header(mistakes: Vec<Mistake>, header: &Header, fitting: usize) -> Vec<Mistake> {
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

/// What values mean, and what is to be said of it.
struct Typing<'a> {
    decimal: DecimalMark,
    /// Of each row.
    lines: &'a [u32],
    notes: &'a mut Vec<Note>,
    mistakes: Vec<Mistake>,
    facts: BTreeMap<String, Facts>,
    /// Words that stand for missing values among other words: the column, the word and its rows.
    markers: Vec<(String, String, usize)>,
}

impl Typing<'_> {
    fn mistake(&mut self, row: usize, field: &Field, fault: Fault) {
        let line = self.lines[row] as usize;
        self.mistakes.push(Mistake { line, column: Some(field.name.clone()), fault });
    }

    fn numbers(&mut self, field: &Field, numbers: Numbers) -> Column {
        let name = field.name.clone();
        if let Some((row, text)) = numbers.infinite {
            self.mistake(row, field, Fault::NotFinite { text });
        }
        let unit = numbers.unit.flatten();
        self.facts.insert(name.clone(), Facts { unit, date: None });
        if let Some(ColumnSchema { facts: trained, .. }) = &field.trained
            && trained.unit != unit
            && numbers.unit.is_some()
        {
            self.notes.push(Note::OtherUnit { column: name.clone(), trained: trained.unit, found: unit });
        } else if let Some((text, number)) = numbers.dressed {
            self.notes.push(Note::Dressed { column: name.clone(), text, number });
        }
        let kind = match &field.given {
            Some(_) => ColumnKind::Numeric,
            None => kinds::of_numbers(field, &numbers.values),
        };
        self.index(field, kind);
        Column { name, kind, values: Values::Numbers(numbers.values) }
    }

    fn words(&mut self, field: &Field, words: &Words) -> Column {
        let name = field.name.clone();
        let markers = words.markers.iter().map(|(marker, &rows)| (name.clone(), marker.clone(), rows));
        self.markers.extend(markers);
        let (kind, values) = match &field.given {
            Some(GivenKind::Ordinal(levels)) => (ColumnKind::Ordinal, self.ordinal(field, words, levels)),
            Some(GivenKind::Kind(kind)) => (*kind, self.values(field, words, *kind)),
            Some(GivenKind::Drop) | None if let Some(levels) = scales::order(words) => {
                self.notes.push(Note::Ordered { column: name.clone(), levels: levels.clone() });
                (ColumnKind::Ordinal, self.ordinal(field, words, &levels))
            }
            Some(GivenKind::Drop) | None => {
                let kind = kinds::of_words(words, field, self.decimal, self.lines, self.notes);
                self.index(field, kind);
                (kind, self.values(field, words, kind))
            }
        };
        Column { name, kind, values }
    }

    fn index(&mut self, field: &Field, kind: ColumnKind) {
        if field.unnamed && field.given.is_none() && kind == ColumnKind::Id {
            self.notes.push(Note::IndexColumn { name: field.name.clone() });
        }
    }

    fn values(&mut self, field: &Field, words: &Words, kind: ColumnKind) -> Values {
        match kind {
            ColumnKind::Boolean => self.scalars(field, words, kind, &|word| cells::boolean(word).map(f64::from)),
            ColumnKind::Date => {
                let trained = field.trained.as_ref().and_then(|trained| trained.facts.date);
                // Few dates can be read in several ways: theirs is the one that training has settled.
                let fits = |form: &cells::DateForm| words.iter().all(|word| form.days(word).is_some());
                let form = trained.filter(fits).or(kinds::date_form(words)).unwrap_or(cells::DateForm::Iso);
                self.facts.insert(field.name.clone(), Facts { unit: None, date: Some(form) });
                self.scalars(field, words, kind, &|word| form.days(word))
            }
            ColumnKind::Numeric => unreachable!("columns that must be numbers are read as such"),
            ColumnKind::Categorical | ColumnKind::Ordinal | ColumnKind::Id | ColumnKind::Text => {
                self.levels(field, words, kind)
            }
        }
    }

    fn scalars(
        &mut self,
        field: &Field,
        words: &Words,
        kind: ColumnKind,
        value: &dyn Fn(&str) -> Option<f64>,
    ) -> Values {
        let values: Vec<Option<f64>> = words.iter().map(value).collect();
        for (place, _) in values.iter().enumerate().filter(|(_, value)| value.is_none()).take(Mistakes::MOST) {
            self.mistake(words.row(place), field, Fault::NotA { kind, text: words.get(place).to_owned() });
        }
        let number = |&code: &u32| values.get(code as usize).copied().flatten().unwrap_or(f64::NAN);
        Values::Numbers(words.codes.iter().map(number).collect())
    }

    fn ordinal(&mut self, field: &Field, words: &Words, levels: &[String]) -> Values {
        let place = |word: &str| levels.iter().position(|level| level == word || same_number(level, word));
        let places: Vec<Option<usize>> = words.iter().map(place).collect();
        for (word, _) in places.iter().enumerate().filter(|(_, place)| place.is_none()).take(Mistakes::MOST) {
            let fault = Fault::UnknownLevel { text: words.get(word).to_owned(), levels: levels.to_vec() };
            self.mistake(words.row(word), field, fault);
        }
        let code = |&code: &u32| places.get(code as usize).copied().flatten().map_or(MISSING, |place| place as u32);
        Values::Levels { codes: words.codes.iter().map(code).collect(), levels: levels.to_vec() }
    }

    /// Levels in an order that doesn't depend on that of the rows: those known, then the others, by number
    /// where all are whole numbers, else by their bytes.
    fn levels(&mut self, field: &Field, words: &Words, kind: ColumnKind) -> Values {
        let whole: Option<Vec<String>> = (kind == ColumnKind::Categorical
            && words.iter().any(|word| word.contains('.')))
        .then(|| words.iter().map(whole_number).collect())
        .flatten();
        if whole.is_some() {
            self.notes.push(Note::WholeNumbers { column: field.name.clone() });
        }
        let word = |place: usize| whole.as_ref().map_or_else(|| words.get(place), |whole| &whole[place]);
        let known: HashSet<&str> = field.known().iter().map(String::as_str).collect();
        let mut new: Vec<&str> = (0..words.len()).map(word).filter(|word| !known.contains(word)).collect();
        if new.iter().all(|word| word.parse::<i128>().is_ok()) {
            new.sort_unstable_by_key(|word| (word.parse::<i128>().ok(), *word));
        } else {
            new.sort_unstable();
        }
        new.dedup();
        let levels: Vec<String> = field.known().iter().cloned().chain(new.into_iter().map(str::to_owned)).collect();
        let places: HashMap<&str, u32> = levels.iter().map(String::as_str).zip(0..).collect();
        let codes: Vec<u32> = (0..words.len()).map(|place| places[word(place)]).collect();
        let code = |&code: &u32| codes.get(code as usize).copied().unwrap_or(MISSING);
        Values::Levels { codes: words.codes.iter().map(code).collect(), levels }
    }
}

/// `1.0` as `1`.
fn whole_number(word: &str) -> Option<String> {
    let number = cells::number(word, DecimalMark::Point)?;
    (number.fract() == 0.0 && number.abs() < 1e15 && !cells::loses_digits(word)).then(|| format!("{number:.0}"))
}

fn same_number(a: &str, b: &str) -> bool {
    let number = |text: &str| cells::number(text, DecimalMark::Point);
    number(a).is_some() && number(a) == number(b)
}
