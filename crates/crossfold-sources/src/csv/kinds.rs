//! Inference of a column's kind from its values.

use crossfold_study::{ColumnKind, DecimalMark, MissingMarkers};

use super::cells;
use super::column_names::names_rows;
use super::date::{self, DateForm};
use super::dates::{Dates, Years, pairs_of_years};
use super::header::Field;
use super::note::Note;
use super::unread;
use super::words::Words;

/// With fewer rows than this, numbers may be consecutive by chance.
const FEW_ROWS: usize = 20;

/// The kind of a column of numbers. It is an id if its numbers count the rows, or if they are distinct whole numbers
/// and the column has no name or the name of an id.
pub(super) fn infer_from_numbers(field: &Field, numbers: &[f64]) -> ColumnKind {
    let counts = |from: f64| numbers.iter().zip(0..).all(|(&number, row)| number == from + f64::from(row));
    let counts_rows = field.place == 0 && numbers.len() > FEW_ROWS && (counts(0.0) || counts(1.0));
    let is_named_so = is_id_name(field) && numbers.iter().all(|number| number.fract() == 0.0) && {
        let mut sorted = numbers.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted.windows(2).all(|pair| pair[0] != pair[1])
    };
    if counts_rows || is_named_so { ColumnKind::Id } else { ColumnKind::Numeric }
}

fn is_id_name(field: &Field) -> bool {
    names_rows(&field.name) || field.unnamed
}

/// Whether numbers are all dates such as `20261123`, in the years 1900 to 2099.
pub(super) fn are_compact_dates(numbers: &[f64]) -> bool {
    let mut present = numbers.iter().filter(|number| !number.is_nan());
    let is_date = |number: &f64| {
        (19_000_101.0..21_000_000.0).contains(number) && DateForm::Compact.read(&number.to_string()).is_some()
    };
    present.next().is_some_and(|first| is_date(first) && present.all(is_date))
}

/// Whether values are texts to read: on average they have more words than names and titles have.
fn are_sentences(words: &Words) -> bool {
    const FEWEST: usize = 8;
    let in_all: usize = words.iter().map(|text| text.split_whitespace().take(10 * FEWEST).count()).sum();
    in_all >= FEWEST * words.len()
}

/// The kind of a column of words: booleans, dates, categories, ids or free text. Dates have a form.
pub(super) fn infer_from_words(
    words: &Words,
    field: &Field,
    decimal: DecimalMark,
    lines: &[u32],
    notes: &mut Vec<Note>,
) -> (ColumnKind, Option<DateForm>) {
    let column = || field.name.clone();
    let (distinct, present) = (words.len(), words.present());
    let missing = words.codes.len() - present;
    if distinct == 0 {
        return (ColumnKind::Categorical, None);
    }
    if cells::BOOLEANS.iter().any(|pair| words.iter().all(|word| cells::is_one_of(pair, word))) {
        if distinct == 1 && present > 1 && missing > 0 {
            notes.push(Note::OneValue { column: column(), text: words.get(0).to_owned(), missing });
        }
        return (ColumnKind::Boolean, None);
    }
    let text = words.get(0).to_owned();
    let few = (present / 20).clamp(20, 1000);
    let kind = if distinct == present && is_id_name(field) {
        ColumnKind::Id
    } else if distinct <= few {
        ColumnKind::Categorical
    } else if distinct == present && !are_sentences(words) {
        ColumnKind::Id
    } else {
        ColumnKind::Text
    };
    let taken = Note::taken(kind);
    let years = pairs_of_years(words);
    // Seasons look like months up to 2011-12.
    let dates = if years == Some(Years::Seasons) { Dates::None } else { Dates::find(words) };
    match dates {
        Dates::All(form) => {
            if form == DateForm::Month && years == Some(Years::Ranges) {
                notes.push(Note::RangesOfYears { column: column(), text });
            }
            return (ColumnKind::Date, Some(form));
        }
        Dates::Ambiguous(ambiguity) => {
            notes.push(Note::AmbiguousDates { column: column(), ambiguity });
            return (ColumnKind::Text, None);
        }
        Dates::Nearly(form, others) => {
            let like = words.iter().find(|word| form.read(word).is_some()).unwrap_or_default().to_owned();
            let other = |&place: &usize| (words.get(place).to_owned(), lines[words.row(place)] as usize);
            let shown: Vec<(String, usize)> = others.iter().take(Note::MAX_OTHERS).map(other).collect();
            let more = others.len() - shown.len();
            notes.push(Note::AlmostDates { column: column(), taken, like, others: shown, more });
        }
        Dates::Unknown => notes.push(Note::UnknownDates { column: column(), taken, text }),
        Dates::None if years == Some(Years::Seasons) => notes.push(Note::Seasons { column: column(), taken, text }),
        Dates::None if words.iter().all(date::is_time_of_day) => {
            notes.push(Note::TimesOfDay { column: column(), taken, text });
        }
        Dates::None => notes.extend(almost_numbers(words, taken, column(), decimal, lines)),
    }
    let is_explained = notes.last().is_some_and(|note| note.explained_column() == Some(&field.name));
    let is_input = kind == ColumnKind::Categorical && 2 * distinct <= present;
    if !is_explained && !is_input {
        notes.extend(unread::note(words, field, kind, decimal, lines));
    }
    (kind, None)
}

/// The note that nearly all values of a column of words are numbers, or that its first value may be a unit.
fn almost_numbers(
    words: &Words,
    taken: &'static str,
    column: String,
    decimal: DecimalMark,
    lines: &[u32],
) -> Option<Note> {
    let present = words.present();
    let rows_with =
        |chosen: &[bool]| words.codes.iter().filter(|&&code| chosen.get(code as usize) == Some(&true)).count();
    let is_word: Vec<bool> = words.iter().map(|word| !cells::is_number(word, decimal)).collect();
    let Some(first) = is_word.iter().position(|&is_word| is_word) else {
        let is_infinite = |word: &str| cells::parse_number(word, decimal).is_some_and(f64::is_infinite);
        if let Some(text) = words.iter().find(|word| cells::loses_digits(word) || is_infinite(word)) {
            return Some(Note::NamesOfDigits { column, text: text.to_owned() });
        }
        let unit = |word: &str| cells::parse_formatted(word, decimal).and_then(|number| number.unit);
        let (one, other) = (words.get(0), words.iter().find(|word| unit(word) != unit(words.get(0)))?);
        return Some(Note::NamesOfUnits { column, taken, texts: [one.to_owned(), other.to_owned()] });
    };
    let rows = rows_with(&is_word);
    let (text, row) = (words.get(first).to_owned(), words.row(first));
    if rows == 1 && row == 0 && present > 1 {
        return Some(Note::UnitsRow { column, text });
    } else if rows * 5 <= present {
        return Some(Note::FewWords {
            column,
            taken,
            rows,
            text,
            line: lines[row] as usize,
            decimal,
            given: MissingMarkers::default(),
        });
    }
    let has_other_mark: Vec<bool> = words.iter().map(|word| cells::other_mark(word, decimal).is_some()).collect();
    if 5 * rows_with(&has_other_mark) >= 4 * present {
        let text = words.get(has_other_mark.iter().position(|&has| has)?).to_owned();
        return Some(Note::NamesOfOtherMark { column, taken, text, mark: decimal.other() });
    }
    let measure = |word: &str| {
        let number =
            word.trim_end_matches(|c: char| c.is_alphabetic() || matches!(c, ' ' | '²' | '³' | '/' | '°' | 'µ'));
        let is_number = number.len() < word.len() && cells::is_number(number, decimal);
        is_number.then(|| word[number.len()..].trim().to_owned()).filter(|unit| !unit.is_empty())
    };
    const MULTIPLIERS: [&str; 9] = ["k", "K", "M", "G", "bn", "mn", "Mio", "mio", "Mrd"];
    let is_multiple = |word: &&str| measure(word).is_some_and(|end| MULTIPLIERS.contains(&end.as_str()));
    if let Some(multiple) = words.iter().find(is_multiple)
        && words.iter().all(|word| cells::is_number(word, decimal) || is_multiple(&word))
    {
        return Some(Note::NamesOfMultiples { column, taken, text: multiple.to_owned() });
    }
    let word = measure(words.get(0))?;
    /// With fewer, names such as `1st` may have the same end by chance.
    const MIN_MEASURES: usize = 3;
    let all = words.len() >= MIN_MEASURES && words.iter().all(|other| measure(other).as_ref() == Some(&word));
    all.then(|| Note::NamesOfMeasures { column, taken, text: words.get(0).to_owned(), word })
}
