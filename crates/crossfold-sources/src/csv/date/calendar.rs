//! Names of months and weekdays.

/// The months in English, German, French and Spanish.
const MONTHS: [[&str; 4]; 12] = [
    ["january", "januar", "janvier", "enero"],
    ["february", "februar", "février", "febrero"],
    ["march", "märz", "mars", "marzo"],
    ["april", "april", "avril", "abril"],
    ["may", "mai", "mai", "mayo"],
    ["june", "juni", "juin", "junio"],
    ["july", "juli", "juillet", "julio"],
    ["august", "august", "août", "agosto"],
    ["september", "september", "septembre", "septiembre"],
    ["october", "oktober", "octobre", "octubre"],
    ["november", "november", "novembre", "noviembre"],
    ["december", "dezember", "décembre", "diciembre"],
];

/// Abbreviations that don't have three letters.
const LONGER: [(&str, i16); 4] = [("janv", 1), ("févr", 2), ("juil", 7), ("sept", 9)];

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// The number of a month by its name or its first three letters, in any case.
pub(super) fn month(word: &str) -> Option<i16> {
    let word = word.to_lowercase();
    let letters = word.chars().count();
    let is_named = |name: &&str| word == **name || (letters == 3 && name.starts_with(&word));
    let is_month = |(_, names): &(i16, &[&str; 4])| names.iter().any(is_named);
    // `jui` begins two months in French.
    let mut found = (1..).zip(&MONTHS).filter(is_month).map(|(month, _)| month);
    match (found.next(), found.next()) {
        (Some(month), None) => Some(month),
        (Some(_), Some(_)) => None,
        (None, _) => LONGER.iter().find(|(name, _)| *name == word).map(|(_, month)| *month),
    }
}

/// A text without the weekday before it, and that weekday, from 0 for Monday.
pub(super) fn split_weekday(text: &str) -> (&str, Option<u8>) {
    let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let word = text[..end].to_ascii_lowercase();
    let is_named = |name: &&str| word == **name || (word.len() == 3 && name.starts_with(&word));
    match (0..).zip(&WEEKDAYS).find(|(_, name)| is_named(name)) {
        Some((day, _)) => (text[end..].trim_start_matches([',', '.', ' ']), Some(day)),
        None => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_have_names_and_abbreviations() {
        for (word, expected) in [
            ("Jan", 1),
            ("MARCH", 3),
            ("März", 3),
            ("mai", 5),
            ("juin", 6),
            ("Juil", 7),
            ("Sept", 9),
            ("dic", 12),
            ("Dez", 12),
        ] {
            assert_eq!(month(word), Some(expected), "{word}");
        }
        assert_eq!(["jui", "ma", "sunday", "marchy", "", "q1"].map(month), [None; 6]);
    }

    #[test]
    fn weekdays_are_split_off() {
        assert_eq!(split_weekday("Mon, 5 Jan"), ("5 Jan", Some(0)));
        assert_eq!(split_weekday("Sunday 2024-01-07"), ("2024-01-07", Some(6)));
        assert_eq!(split_weekday("Month 5"), ("Month 5", None));
    }
}
