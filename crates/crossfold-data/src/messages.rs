//! The contents of files in messages.

use crossfold_network::{group_thousands, shorten, significant};

/// The name that `name` is most likely a misspelling of: one that differs only in case, or by an edit distance of at
/// most a third of its letters.
pub fn nearest<'a>(name: &str, names: &'a [String]) -> Option<&'a String> {
    let name = name.to_lowercase();
    let distance = |other: &&String| strsim::osa_distance(&name, &other.to_lowercase());
    names.iter().min_by_key(distance).filter(|other| distance(other) <= name.chars().count() / 3)
}

/// The first eight of `names`, and how many more there are.
pub fn listed(names: &[String]) -> String {
    const MAX_SHOWN: usize = 8;
    let shown: Vec<String> = names.iter().take(MAX_SHOWN).map(|name| quoted(name)).collect();
    shorten(&shown, names.len())
}

/// Text from a file between backticks: at most 40 characters. Characters that can't be seen, or that move a terminal's
/// cursor, are escaped; all others are as they are in the file, so that they can be copied into a spec.
pub fn quoted(text: &str) -> String {
    const MAX_SHOWN: usize = 40;
    let mut short = String::new();
    for c in text.chars().take(MAX_SHOWN) {
        match c {
            '\\' | '\'' | '"' => short.push(c),
            c => short.extend(c.escape_debug()),
        }
    }
    if text.chars().nth(MAX_SHOWN).is_some() {
        short.push('…');
    }
    format!("`{short}`")
}

/// Formats a number with four significant digits, whole numbers in full.
pub fn format_number(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 { format!("{number}") } else { significant(number, 4) }
}

/// Formats a number as [`format_number`] does, with commas between thousands.
pub fn format_grouped(number: f64) -> String {
    group_thousands(&format_number(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_four_significant_digits() {
        for (number, expected) in [
            (0.0, "0"),
            (7300.0, "7300"),
            (-12.5, "-12.5"),
            (306.4194, "306.4"),
            (0.001_234_56, "0.001235"),
            (123_456.7, "123457"),
            (1.0 / 3.0, "0.3333"),
            (1.5e-9, "1.5e-9"),
            (2.5e20, "2.5e20"),
        ] {
            let found = format_number(number);
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn thousands_have_commas() {
        for (number, expected) in [
            (5_763_728.624_5, "5,763,729"),
            (450.260_2, "450.3"),
            (3.1e-7, "3.1e-7"),
            (-1234.0, "-1,234"),
            (-999.0, "-999"),
            (99_999_999.0, "99,999,999"),
        ] {
            assert_eq!(format_grouped(number), expected);
        }
    }
}
