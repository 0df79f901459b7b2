//! Columns of words most of which hold numbers or dates, in ways that aren't read.

use std::collections::BTreeSet;

use crossfold_study::{ColumnKind, DecimalMark, MissingMarkers};

use super::cells;
use super::column_names::names_rows;
use super::date::{self, DateForm};
use super::header::Field;
use super::note::Note;
use super::words::Words;

/// The number of words that are looked at.
const SAMPLE: usize = 200;
/// With fewer, most may be numbers by chance.
const FEW_WORDS: usize = 5;

/// The note that a column isn't read as numbers or dates, though most of its words look like them.
pub(super) fn note(
    words: &Words,
    field: &Field,
    kind: ColumnKind,
    decimal: DecimalMark,
    lines: &[u32],
) -> Option<Note> {
    let sample = || words.iter().take(SAMPLE);
    let size = words.len().min(SAMPLE);
    let is_id = kind == ColumnKind::Id && (names_rows(&field.name) || field.unnamed);
    if is_id || 2 * count_alike(sample(), decimal) <= size {
        return None;
    }
    let is_common = |count: usize| 3 * count >= size;
    let count = |form: DateForm| sample().filter(|word| form.read(word).is_some()).count();
    let best = DateForm::ALL.into_iter().max_by_key(|&form| count(form)).filter(|&form| is_common(count(form)));
    let numbers = sample().filter(|word| cells::is_number(word, decimal)).count();
    let is_read = |word: &str| match best {
        _ if is_common(numbers) => cells::is_number(word, decimal),
        Some(form) => form.read(word).is_some(),
        None => false,
    };
    let like = words.iter().find(|word| is_read(word)).map(str::to_owned);
    // Names of rows have digits as well, but no decimals; and a few words may be anything.
    let may_name_rows = field.place == 0 && kind == ColumnKind::Id && !words.get(0).contains(['.', ',']);
    let are_names = kind == ColumnKind::Categorical && (like.is_none() || words.len() < FEW_WORDS);
    if are_names || (like.is_none() && may_name_rows) {
        return None;
    }
    let mut others = (0..words.len()).filter(|&place| !is_read(words.get(place)));
    let other = |place: usize| (words.get(place).to_owned(), lines[words.row(place)] as usize);
    let shown: Vec<(String, usize)> = others.by_ref().take(Note::MAX_OTHERS).map(other).collect();
    let (column, more) = (field.name.clone(), others.count());
    (!shown.is_empty()).then(|| Note::UnreadNumbers {
        column,
        taken: Note::taken(kind),
        like,
        others: shown,
        more,
        given: MissingMarkers::default(),
    })
}

/// The number of words that look like numbers or dates.
fn count_alike<'a>(words: impl Iterator<Item = &'a str>, decimal: DecimalMark) -> usize {
    /// Words around numbers are units. Names such as `CS 101` and `7a` have more of them.
    const MAX_UNITS: usize = 3;
    let (mut alike, mut with_units, mut units) = (0, 0, BTreeSet::new());
    for word in words {
        let is_number = cells::is_number(word, decimal) || cells::is_number(word, decimal.other());
        let is_date = || DateForm::ALL.into_iter().any(|form| form.read(word).is_some()) || date::looks_like_date(word);
        if is_number || is_date() {
            alike += 1;
        } else if let Some(unit) = unit_of_dressed(word) {
            *(if unit == NO_UNIT { &mut alike } else { &mut with_units }) += 1;
            units.insert(unit);
        }
    }
    if units.len() <= MAX_UNITS { alike + with_units } else { alike }
}

/// The words in front of a number and behind it.
type Unit<'a> = [&'a str; 2];

const NO_UNIT: Unit<'static> = ["", ""];

/// The unit of a number that has more around it or within than those that are read, such as `<0.01`, `16 e`, `CHF 200`,
/// `1.4x10^4` and `2020年7月3日`. `None` for other words.
fn unit_of_dressed(word: &str) -> Option<Unit<'_>> {
    const MAX_BYTES: usize = 40;
    /// The most letters of a unit.
    const MAX_LETTERS: usize = 4;
    if word.len() > MAX_BYTES {
        return None;
    }
    let count = |is: fn(char) -> bool| word.chars().filter(|&c| is(c)).count();
    let (digits, letters) = (count(char::is_numeric), count(char::is_alphabetic));
    if digits == 0 || 3 * digits < 2 * letters {
        return None;
    }
    let start = word.find(char::is_numeric)?;
    let end = word.rfind(char::is_numeric)?;
    let (before, within, behind) = (&word[..start], &word[start..end], &word[end..]);
    let unit = before.trim_matches(|c: char| !c.is_alphabetic());
    let is_unit = unit.is_empty() || (!before.ends_with(char::is_alphabetic) && before.ends_with([' ', '.', '$']));
    let too_long = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count() > MAX_LETTERS;
    if !is_unit || too_long(before) || too_long(behind) {
        return None;
    }
    let runs: Vec<&str> = within.split(|c: char| !c.is_alphabetic()).filter(|run| !run.is_empty()).collect();
    // Numbers of telephones and addresses of computers have several parts.
    let core = word[start..].trim_end_matches(|c: char| !c.is_numeric());
    let groups = core.split(|c: char| !c.is_numeric()).filter(|group| !group.is_empty()).count();
    let is_whole = [DecimalMark::Point, DecimalMark::Comma].into_iter().any(|mark| cells::is_number(core, mark));
    let has_parts = runs.is_empty() && groups > 2 && !is_whole && !word.contains(['±', '×', '^', '<', '>', '~']);
    // Letters within a number are single, as `e`, or a word of their own, as the name of a month.
    let is_apart = |run: &str| within.split_whitespace().any(|part| part == run);
    let is_single =
        |run: &str| run.chars().count() == 1 && (!run.is_ascii() || run.contains(['e', 'E', 'd', 'D', 'x', 'h']));
    let is_number = runs.len() < 3 && runs.iter().all(|run| is_single(run) || is_apart(run));
    let separates_thousands = || word[start..].split('_').skip(1).all(|group| group.len() == 3);
    // The last digits of a hexadecimal number may be letters.
    let end = if word.starts_with("0x") { "" } else { behind.trim_matches(|c: char| !c.is_alphabetic()) };
    (is_number && !has_parts && separates_thousands()).then_some([unit, end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dressed_numbers_are_told_from_names() {
        for word in [
            "<0.01",
            "281[1]",
            "85*",
            "16 e",
            "391,-",
            "£4.2m",
            "0.7D+02",
            "0x37c",
            "62_000",
            "1.4x10^4",
            "'77",
            "４１",
            "0h06m",
            "27.8.",
            "2020年7月3日",
            "8 gen 2020",
            "2020-240",
            "120/80",
            "5.1 ± 0.2",
            "10x20",
        ] {
            assert!(unit_of_dressed(word).is_some(), "{word}");
        }
        assert_eq!(
            ["CHF 1'646.50", "Rs. 200", "ca. 50"].map(unit_of_dressed),
            [["CHF", ""], ["Rs", ""], ["ca", ""]].map(Some)
        );
        for word in [
            "C85",
            "ID0012",
            "192.168.0.1",
            "555-123-4567",
            "1ABC234",
            "A/5 21171",
            "12 Main Street",
            "trace",
            "1st",
            "v1.2",
            "3f2a9c1b-77aa-4c1e",
            "978-3-16-148410-0",
            "SW1A 1AA",
            "1_12",
            "1988F1",
            "",
        ] {
            assert_eq!(unit_of_dressed(word), None, "{word}");
        }
        let count = |words: &[&'static str]| count_alike(words.iter().copied(), DecimalMark::Point);
        assert_eq!(count(&["CHF 10", "CHF 20", "3", "x"]), 3);
        assert_eq!(count(&["CS 101", "EE 205", "MA 110", "PH 310"]), 0);
        assert_eq!(count(&["7a", "7b", "7c", "7d"]), 0);
        assert_eq!(count(&["0x37c", "0x1a", "0x22b", "0x5d", "16 e"]), 5);
        assert_eq!(count(&["25/7/2021", "11/18/2021", "4,1", "4.1"]), 4);
    }
}
