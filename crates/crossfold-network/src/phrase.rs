//! Counts, sizes and lists in sentences. They are in the lowest crate, because all crates above it write sentences.

/// `1 network`, `2 networks`, `1,200 networks`.
pub fn counted(count: impl TryInto<u64>, noun: &str) -> String {
    let count = whole(count);
    format!("{} {noun}{}", thousands(count), plural(count))
}

/// The ending of a noun beside a count: none beside 1, else `s`.
pub fn plural(count: impl TryInto<u64>) -> &'static str {
    if whole(count) == 1 { "" } else { "s" }
}

/// No type of counts has more bits than `u64`, and none is negative.
fn whole(count: impl TryInto<u64>) -> u64 {
    count.try_into().unwrap_or(u64::MAX)
}

/// `235146` as `235,146`.
pub fn thousands(number: u64) -> String {
    group_thousands(&number.to_string())
}

/// `-235146.25` as `-235,146.25`.
pub fn group_thousands(number: &str) -> String {
    let (sign, size) = number.split_at(usize::from(number.starts_with('-')));
    let (digits, decimals) = size.split_at(size.find(['.', 'e']).unwrap_or(size.len()));
    let mut text = sign.to_owned();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + decimals
}

/// A size in bytes: `40 kB`, `0.4 MB`, `187 MB`, `1,204 MB`.
pub fn format_bytes(bytes: u64) -> String {
    match bytes as f64 / 1e6 {
        tiny if tiny < 0.0995 => format!("{:.0} kB", tiny * 1e3),
        small if small < 9.95 => format!("{small:.1} MB"),
        size => format!("{} MB", thousands(size.round() as u64)),
    }
}

/// A number with `digits` significant digits, without zeros at its end: `0.000808`, `64`, `1.48e-7`. Digits before the point
/// are all kept: `12346`. With four digits and below 10,000, it is what `String(Number(x.toPrecision(4)))` is in
/// JavaScript.
pub fn significant(value: f64, digits: usize) -> String {
    let rounded: f64 = format!("{value:.*e}", digits.saturating_sub(1)).parse().unwrap_or(value);
    match rounded.abs() {
        0.0 => "0".to_owned(),
        size if !(1e-6..1e10).contains(&size) => format!("{rounded:e}"),
        _ if exponent(value, digits).is_some_and(|exponent| exponent >= digits as i32) => format!("{value:.0}"),
        _ => rounded.to_string(),
    }
}

/// The power of ten of a value with `digits` significant digits; `None` where it is not finite. It is that of the formatted
/// value: a logarithm would put 9.9999 below 10, but it is shown as 10.00.
pub fn exponent(value: f64, digits: usize) -> Option<i32> {
    let text = format!("{value:.*e}", digits.saturating_sub(1));
    text.split_once('e').and_then(|(_, exponent)| exponent.parse().ok())
}

/// The first of `all` items, and how many more there are: `a, b and 3 more`.
pub fn shorten(shown: &[String], all: usize) -> String {
    let text = shown.join(", ");
    match all.saturating_sub(shown.len()) {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

/// `a`, `a and b`, `a, b and c`; `joint` is the word before the last.
pub fn joined(items: &[impl AsRef<str>], joint: &str) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    match items.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} {joint} {last}", first.join(", ")),
        items => items.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With four digits and below 10,000, the texts are what Node prints for `String(Number(x.toPrecision(4)))`.
    #[test]
    fn numbers_have_significant_digits() {
        for (value, digits, expected) in [
            (0.0008079862667031752, 4, "0.000808"),
            (0.000014799920560533584, 4, "0.0000148"),
            (1.479_992e-7, 4, "1.48e-7"),
            (0.1 + 0.2, 4, "0.3"),
            (1.0, 4, "1"),
            (0.0, 4, "0"),
            (-0.123_456, 4, "-0.1235"),
            (123.456_7, 4, "123.5"),
            (9_999.96, 4, "10000"),
            (12_345.6, 4, "12346"),
            (2e12, 4, "2e12"),
            (0.000_807_986_266, 3, "0.000808"),
            (9.9996, 4, "10"),
            (123_456.0, 4, "123456"),
            (999.6, 3, "1000"),
            (123.456, 2, "123"),
            (-1.23456e12, 2, "-1.2e12"),
        ] {
            assert_eq!(significant(value, digits), expected);
        }
    }

    #[test]
    fn counts_have_commas_and_nouns() {
        let grouped = [7, 999, 1000, 235_146, 1_000_000].map(thousands);
        assert_eq!(grouped, ["7", "999", "1,000", "235,146", "1,000,000"]);
        assert_eq!(["-999.50", "-1234.25", "1.500e-9"].map(group_thousands), ["-999.50", "-1,234.25", "1.500e-9"]);
        assert_eq!([1_usize, 1200].map(|count| counted(count, "fit")), ["1 fit", "1,200 fits"]);
        assert_eq!([0_u32, 1].map(plural), ["s", ""]);
    }

    #[test]
    fn sizes_are_in_kilobytes_or_megabytes() {
        let shown = [0, 40_200, 99_600, 420_000, 9_960_000, 187_400_000, 1_204_000_000].map(format_bytes);
        assert_eq!(shown, ["0 kB", "40 kB", "0.1 MB", "0.4 MB", "10 MB", "187 MB", "1,204 MB"]);
    }

    #[test]
    fn exponents_are_those_of_rounded_numbers() {
        let found = [(9.9996, 4), (9.999_4, 4), (0.095, 1), (0.0, 2), (f64::NAN, 4)];
        let found = found.map(|(value, digits)| exponent(value, digits));
        assert_eq!(found, [Some(1), Some(0), Some(-1), Some(0), None]);
    }

    #[test]
    fn the_last_item_is_joined_by_a_word() {
        assert_eq!(joined(&["a"], "and"), "a");
        assert_eq!(joined(&["a", "b"], "or"), "a or b");
        assert_eq!(joined(&["a".to_owned(), "b".to_owned(), "c".to_owned()], "and"), "a, b and c");
        assert_eq!(joined(&[] as &[&str], "and"), "");
        let shown = ["a", "b"].map(str::to_owned);
        assert_eq!([shorten(&shown, 2), shorten(&shown, 5)], ["a, b", "a, b and 3 more"]);
    }
}
