//! The names that words are read as: one for all spellings of a whole number, or of yes and no.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use crossfold_data::MISSING;
use crossfold_study::DecimalMark;

use super::cells;
use super::note::Note;
use super::words::Words;

/// The name of each word, by the word's index. `known` are the column's levels in the training table, by which each
/// word is looked up by itself; empty if there is none.
pub(super) fn read<'a>(
    words: &'a Words,
    known: &[String],
    decimal: DecimalMark,
    column: &str,
    notes: &mut Vec<Note>,
) -> Vec<Cow<'a, str>> {
    if !known.is_empty() {
        return look_up(words, known, decimal);
    }
    if let Some(whole) = whole_numbers(words, decimal) {
        let differs = (0..words.len()).find(|&place| words.get(place) != whole[place]);
        if let Some(place) = differs {
            let (text, number) = (words.get(place).to_owned(), whole[place].clone());
            notes.push(Note::WholeNumbers { column: column.to_owned(), text, number });
        }
        return whole.into_iter().map(Cow::Owned).collect();
    }
    if let Some(spellings) = boolean_spellings(words) {
        let other = |(place, name): (usize, &&str)| (words.get(place) != *name).then(|| words.get(place).to_owned());
        let others: Vec<String> = spellings.iter().enumerate().filter_map(other).collect();
        if let Some(first) = others.first() {
            let name = spellings.iter().find(|name| name.eq_ignore_ascii_case(first)).copied().unwrap_or_default();
            notes.push(Note::Spellings { column: column.to_owned(), name: name.to_owned(), others });
        }
        return spellings.into_iter().map(Cow::Borrowed).collect();
    }
    let same = same_numbers(words, decimal).or_else(|| same_answers(words));
    notes.extend(same.map(|texts| Note::SameValues { column: column.to_owned(), texts }));
    words.iter().map(Cow::Borrowed).collect()
}

/// Each word as the known level that it is, or unchanged if it is none.
fn look_up<'a>(words: &'a Words, known: &[String], decimal: DecimalMark) -> Vec<Cow<'a, str>> {
    let exact: HashSet<&str> = known.iter().map(String::as_str).collect();
    let whole: HashMap<String, &String> =
        known.iter().filter_map(|level| Some((whole_number(level, decimal)?, level))).collect();
    let pair = cells::BOOLEANS.iter().find(|pair| known.iter().all(|level| cells::is_one_of(pair, level)));
    let name = |word: &'a str| {
        if exact.contains(word) {
            return Cow::Borrowed(word);
        }
        let same_number = whole_number(word, decimal).and_then(|number| whole.get(&number).copied());
        let other_case = || pair.and_then(|_| known.iter().find(|level| level.eq_ignore_ascii_case(word)));
        same_number.or_else(other_case).map_or(Cow::Borrowed(word), |level| Cow::Owned(level.clone()))
    };
    words.iter().map(name).collect()
}

/// All words as whole numbers; `None` if one isn't.
fn whole_numbers(words: &Words, decimal: DecimalMark) -> Option<Vec<String>> {
    if words.len() == 0 {
        return None;
    }
    words.iter().map(|word| whole_number(word, decimal)).collect()
}

/// `1` for `1`, `+1`, `1.0` and `1.`, `0` for `-0`. Names with an exponent or leading zeros are no numbers.
fn whole_number(word: &str, decimal: DecimalMark) -> Option<String> {
    let number = cells::parse_number(word, decimal)?;
    let is_plain = number.fract() == 0.0 && number.abs() < 1e15 && !word.contains(['e', 'E']);
    // Adding 0.0 turns -0 into 0.
    (is_plain && !cells::loses_digits(word)).then(|| format!("{:.0}", number + 0.0))
}

/// The commonest spelling of each word, if all words are spellings of `yes` and `no`, or of another such pair.
fn boolean_spellings(words: &Words) -> Option<Vec<&str>> {
    let is_pair = |pair: &&[&str; 2]| words.iter().all(|word| cells::is_one_of(pair, word));
    cells::BOOLEANS.iter().find(is_pair).filter(|_| words.len() > 1)?;
    let mut rows = vec![0_usize; words.len()];
    for &code in words.codes.iter().filter(|&&code| code != MISSING) {
        rows[code as usize] += 1;
    }
    let mut commonest: BTreeMap<String, usize> = BTreeMap::new();
    for (place, word) in words.iter().enumerate() {
        let best = commonest.entry(word.to_lowercase()).or_insert(place);
        // Of equally common ones the first in the order of bytes, whatever the order of rows.
        let is_commoner = (rows[place], words.get(*best)) > (rows[*best], word);
        if is_commoner {
            *best = place;
        }
    }
    Some(words.iter().map(|word| words.get(commonest[&word.to_lowercase()])).collect())
}

/// Whether a name is a number with decimals or an exponent, with whichever decimal mark: `0.5`, `0,5`, `5e-3`, `12.5 %`.
pub(super) fn is_decimal(name: &str, decimal: DecimalMark) -> bool {
    let is_one = |mark: DecimalMark| name.contains([mark.character(), 'e', 'E']) && cells::is_number(name, mark);
    !cells::loses_digits(name) && (is_one(decimal) || is_one(decimal.other()))
}

/// Two words that are equal as numbers.
fn same_numbers(words: &Words, decimal: DecimalMark) -> Option<[String; 2]> {
    let mut seen: HashMap<u64, &str> = HashMap::new();
    words.iter().filter(|word| !cells::loses_digits(word)).find_map(|word| {
        let number = cells::parse_number(word, decimal).filter(|number| number.is_finite())?;
        let other = seen.insert((number + 0.0).to_bits(), word)?;
        Some([other.to_owned(), word.to_owned()])
    })
}

/// Two words for the same answer, where all words say yes or no: `TRUE` and `1`, `y` and `yes`.
fn same_answers(words: &Words) -> Option<[String; 2]> {
    let answers: Vec<bool> = words.iter().map(cells::parse_boolean).collect::<Option<_>>()?;
    let first = |answer: bool| answers.iter().position(|&other| other == answer);
    let twin = |place: &usize| first(answers[*place]) != Some(*place);
    let place = (0..words.len()).find(twin)?;
    Some([words.get(first(answers[place])?).to_owned(), words.get(place).to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: &[&str], known: &[&str], expected: &[&str]) {
        let mut column = Words::default();
        words.iter().for_each(|word| column.push(word));
        let known: Vec<String> = known.iter().map(|&level| level.to_owned()).collect();
        let names = read(&column, &known, DecimalMark::Point, "x", &mut Vec::new());
        let found: Vec<&str> = column.codes.iter().map(|&code| &*names[code as usize]).collect();
        assert_eq!(found, expected, "{words:?}");
    }

    #[test]
    fn whole_numbers_have_one_name() {
        check(&["1.0", "2", "-0", "0", "+3"], &[], &["1", "2", "0", "0", "3"]);
        check(&["3.1", "3.10", "4.0"], &[], &["3.1", "3.10", "4.0"]);
        check(&["1E5", "100000"], &[], &["1E5", "100000"]);
        check(&["01", "1"], &[], &["01", "1"]);
    }

    #[test]
    fn yes_and_no_have_one_spelling() {
        check(&["Yes", "yes", "YES", "no", "Yes"], &[], &["Yes", "Yes", "Yes", "no", "Yes"]);
        check(&["t", "T", "f"], &[], &["T", "T", "f"]);
        check(&["yes", "Yes", "maybe"], &[], &["yes", "Yes", "maybe"]);
    }

    #[test]
    fn each_word_is_looked_up_by_itself() {
        check(&["1.0", "x", "30.0"], &["1", "2", "30"], &["1", "x", "30"]);
        check(&["1", "2.0"], &["1.0", "1.5"], &["1.0", "2.0"]);
        check(&["YES", "no"], &["No", "Yes"], &["Yes", "No"]);
        check(&["A", "a"], &["a", "b"], &["A", "a"]);
    }

    #[test]
    fn decimals_are_told_from_names() {
        let decimals = [
            "0.5",
            "0,5",
            "-1,25",
            "1.234,5",
            "1,234.5",
            "1 234,5",
            "5e-3",
            "12.5 %",
            "$4.50",
            "(4.50)",
            "−0,5",
            "1.",
            "₹1.5",
            "1.5-",
            "12,34,567.5",
        ];
        assert_eq!(decimals.map(|name| is_decimal(name, DecimalMark::Point)), [true; 15]);
        let names = ["5", "-1", "1.2.3", "10.0.0.1", "a", "e", "1,2,3", "001E5", "", ".", "2.x", "inf", "v1.0"];
        assert_eq!(names.map(|name| is_decimal(name, DecimalMark::Point)), [false; 13]);
    }

    #[test]
    fn equal_numbers_with_different_names_are_noted() {
        let mut words = Words::default();
        ["3.1", "4", "3.10"].iter().for_each(|word| words.push(word));
        assert_eq!(same_numbers(&words, DecimalMark::Point), Some(["3.1".to_owned(), "3.10".to_owned()]));
    }
}
