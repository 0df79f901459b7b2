//! Parsing of single values: missing values, numbers, booleans.

use std::collections::BTreeMap;

use crossfold_study::{DecimalMark, MissingMarkers};

/// Markers of missing values, in lower case.
pub(super) const MISSING: [&str; 19] = [
    "", "na", "n/a", "nan", "null", "none", "nil", "?", "-", ".", "#n/a", "<na>", "missing", "#null!", "#ref!",
    "#value!", "#div/0!", "#num!", "#name?",
];

/// The format of values in each column: those of most have the same.
pub(super) struct TableCells<'a> {
    usual: Cells<'a>,
    /// The cells of columns with markers of their own, by name.
    own: BTreeMap<&'a str, Cells<'a>>,
}

impl<'a> TableCells<'a> {
    pub(super) fn new(decimal: DecimalMark, missing: &'a MissingMarkers) -> TableCells<'a> {
        let everywhere = missing.everywhere.as_deref();
        let own = missing.columns.iter().map(|(column, own)| (column.as_str(), Cells::new(decimal, everywhere, own)));
        TableCells { usual: Cells::new(decimal, everywhere, &[]), own: own.collect() }
    }

    /// The format of values in the column with this name.
    pub(super) fn of(&self, column: &str) -> &Cells<'a> {
        // Most tables have no such columns, and this is asked for each value.
        if self.own.is_empty() { &self.usual } else { self.own.get(column).unwrap_or(&self.usual) }
    }
}

/// The format of values in a column: the decimal mark, and the markers of missing values.
pub(super) struct Cells<'a> {
    pub(super) decimal: DecimalMark,
    markers: Vec<&'a str>,
    /// The markers that are numbers.
    numbers: Vec<f64>,
    /// For each byte, whether a marker begins with it. This alone shows that most values aren't missing.
    starts: [bool; 256],
}

impl<'a> Cells<'a> {
    /// `everywhere` replaces the default markers, and `own` are more of them. An empty field is always missing.
    pub(super) fn new(decimal: DecimalMark, everywhere: Option<&'a [String]>, own: &'a [String]) -> Cells<'a> {
        let usual = everywhere.map_or(MISSING.to_vec(), |markers| markers.iter().map(String::as_str).collect());
        let markers: Vec<&str> = usual.into_iter().chain(own.iter().map(String::as_str)).collect();
        let mut starts = [false; 256];
        for first in markers.iter().filter_map(|marker| marker.bytes().next()) {
            starts[first.to_ascii_lowercase() as usize] = true;
            starts[first.to_ascii_uppercase() as usize] = true;
        }
        let number = |marker: &&str| parse_number(marker, DecimalMark::Point).or(parse_number(marker, decimal));
        let numbers = markers.iter().filter(|marker| !loses_digits(marker)).filter_map(number).collect();
        Cells { decimal, markers, numbers, starts }
    }

    /// Whether a field is a number that is a marker in another notation.
    pub(super) fn is_marked_number(&self, field: &str) -> bool {
        let is_marked = || parse_number(field, self.decimal).is_some_and(|number| self.marks(number));
        !self.numbers.is_empty() && !loses_digits(field) && is_marked()
    }

    /// Whether a number in any notation is a marker: `-99.0` is `-99`.
    pub(super) fn marks(&self, number: f64) -> bool {
        self.numbers.contains(&number)
    }

    /// The markers among `given` that none of `texts` is.
    pub(super) fn unused(&self, given: &[String], texts: &[&str]) -> Vec<String> {
        let is_used = |marker: &&String| texts.iter().any(|text| self.is_marker(marker, text));
        given.iter().filter(|marker| !marker.is_empty() && !is_used(marker)).cloned().collect()
    }

    /// Whether a text is a marker: without case, and numbers as numbers.
    pub(super) fn is_marker(&self, marker: &str, text: &str) -> bool {
        let number = |text: &str| {
            parse_number(text, self.decimal).or(parse_formatted(text, self.decimal).map(|formatted| formatted.number))
        };
        let marked = || parse_number(marker, DecimalMark::Point).or(parse_number(marker, self.decimal));
        text.eq_ignore_ascii_case(marker) || marked().is_some_and(|marked| number(text) == Some(marked))
    }

    pub(super) fn is_missing(&self, field: &str) -> bool {
        let Some(&first) = field.as_bytes().first() else { return true };
        self.starts[first as usize] && self.markers.iter().any(|marker| field.eq_ignore_ascii_case(marker))
    }
}

/// A field without invisible characters around it, and without quotation marks that the parser took for text because of
/// a space before them.
pub(super) fn trim(field: &str) -> &str {
    let seen = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_graphic);
    let is_first_seen = seen(field.as_bytes().first());
    if is_first_seen && seen(field.as_bytes().last()) {
        return field;
    }
    let trimmed = field.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'));
    match trimmed.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) if !is_first_seen && !inner.contains('"') => inner.trim(),
        Some(_) | None => trimmed,
    }
}

/// A number, which may be infinite; `None` for anything else.
pub(super) fn parse_number(field: &str, decimal: DecimalMark) -> Option<f64> {
    // Words such as `nan` and `inf`, which Rust parses as numbers, aren't numbers in a table.
    if !matches!(field.as_bytes().last()?, b'0'..=b'9' | b'.' | b',') {
        return None;
    }
    let mark = match decimal {
        DecimalMark::Point => b'.',
        DecimalMark::Comma => b',',
    };
    short_number(field.as_bytes(), mark).or_else(|| match decimal {
        DecimalMark::Point => field.parse().ok(),
        DecimalMark::Comma if field.contains('.') => None,
        DecimalMark::Comma => field.replacen(',', ".", 1).parse().ok(),
    })
}

/// Parses a number of at most 15 digits, which most numbers are. The digits and the power of ten are exact, so their
/// quotient is the nearest number (Clinger 1990).
fn short_number(field: &[u8], mark: u8) -> Option<f64> {
    const DIGITS: usize = 15;
    const POWERS: [f64; DIGITS + 1] =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    let (negative, field) = field.strip_prefix(b"-").map_or((false, field), |rest| (true, rest));
    if field.len() > DIGITS || field.is_empty() || field == [mark] {
        return None;
    }
    let (mut digits, mut decimals) = (0_u64, None);
    for &byte in field {
        match (byte, &mut decimals) {
            (b'0'..=b'9', decimals) => {
                digits = digits * 10 + u64::from(byte - b'0');
                decimals.iter_mut().for_each(|decimals| *decimals += 1);
            }
            (byte, decimals @ None) if byte == mark => *decimals = Some(0),
            (_, Some(_) | None) => return None,
        }
    }
    let number = digits as f64 / POWERS[decimals.unwrap_or(0)];
    Some(if negative { -number } else { number })
}

/// Whether a field is a word for an infinite number.
pub(super) fn is_infinite(field: &str) -> bool {
    let word = field.strip_prefix(['-', '+']).unwrap_or(field);
    ["inf", "infinity"].iter().any(|infinite| word.eq_ignore_ascii_case(infinite))
}

/// A number with a unit or separators.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct FormattedNumber {
    pub(super) number: f64,
    /// `%` or the sign of a currency. Numbers with different units can't be compared.
    pub(super) unit: Option<char>,
}

/// Percent, per mille and the signs of currencies.
const UNITS: [char; 18] = ['%', '‰', '$', '€', '£', '¥', '¢', '₹', '₽', '₩', '₺', '₪', '₴', '฿', '₫', '₦', '₱', '￥'];

/// A field that is longer than this isn't a number with a unit and separators.
const MAX_FORMATTED_BYTES: usize = 64;

/// Parses a number with a unit, thousands separators, a typographic minus, a minus behind it, or an accountant's
/// parentheses, which are a minus: `$1,234.50`, `12 %`, `1 234`, `−5`, `4.50-`, `(1,200)`.
pub(super) fn parse_formatted(field: &str, decimal: DecimalMark) -> Option<FormattedNumber> {
    // Most fields that come here are words.
    if field.len() > MAX_FORMATTED_BYTES || !field.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (mut signs, mut negative, mut unit, mut digits) = (0, false, None, field);
    loop {
        let rest = digits.trim();
        let inner = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        let (first, last) = (rest.chars().next()?, rest.chars().next_back()?);
        digits = if let Some(inner) = inner {
            (signs, negative) = (signs + 1, true);
            inner
        } else if is_minus(first) || is_minus(last) {
            (signs, negative) = (signs + 1, true);
            rest.strip_prefix(is_minus).or(rest.strip_suffix(is_minus))?
        } else if first == '+' {
            signs += 1;
            rest.strip_prefix('+')?
        } else if unit.is_none() && UNITS.contains(&first) {
            unit = Some(first);
            rest.strip_prefix(first)?
        } else if unit.is_none() && UNITS.contains(&last) {
            unit = Some(last);
            rest.strip_suffix(last)?
        } else {
            digits = rest;
            break;
        };
    }
    if signs > 1 {
        return None;
    }
    let number = parse_grouped(digits, decimal)?;
    Some(FormattedNumber { number: if negative { -number } else { number }, unit })
}

/// A hyphen, or a minus or dash that people write for it.
fn is_minus(c: char) -> bool {
    matches!(c, '-' | '−' | '–' | '﹣' | '－')
}

/// Digits in groups of three behind the first one, or as in India in groups of two before the last three, and
/// decimals.
fn parse_grouped(digits: &str, decimal: DecimalMark) -> Option<f64> {
    let (mark, other) = match decimal {
        DecimalMark::Point => ('.', ','),
        DecimalMark::Comma => (',', '.'),
    };
    let (whole, fraction) = digits.split_once(mark).unwrap_or((digits, "0"));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let separates = |c: char| {
        c == other || matches!(c, ' ' | '\'' | '’' | '\u{a0}' | '\u{2007}' | '\u{2009}' | '\u{200a}' | '\u{202f}')
    };
    if let Some(separator) = whole.chars().find(|c| !c.is_ascii_digit()) {
        let groups: Vec<&str> = whole.split(separator).collect();
        let (first, middle, last) = match groups.as_slice() {
            [first, middle @ .., last] => (*first, middle, *last),
            [] | [_] => return None,
        };
        let middle_is = |size: usize| middle.iter().all(|group| group.len() == size);
        let is_grouped = separates(separator)
            && groups.iter().all(|group| all_digits(group))
            && last.len() == 3
            && ((middle_is(3) && first.len() <= 3) || (separator == ',' && middle_is(2) && first.len() <= 2));
        if !is_grouped || first.is_empty() {
            return None;
        }
    }
    // A name such as `007 %` would lose its zeros, and one of more digits than these some of them.
    const MAX_DIGITS: usize = 15;
    let plain: String = whole.chars().filter(char::is_ascii_digit).collect();
    let is_exact = plain.len() <= MAX_DIGITS && (plain.len() == 1 || !plain.starts_with('0'));
    if plain.is_empty() || !is_exact || fraction.is_empty() || !all_digits(fraction) {
        return None;
    }
    format!("{plain}.{fraction}").parse().ok()
}

/// Whether a field is a number with a decimal mark, plain or formatted.
pub(super) fn is_number(field: &str, decimal: DecimalMark) -> bool {
    parse_number(field, decimal).is_some() || parse_formatted(field, decimal).is_some()
}

/// The decimal mark with which a field is a number, if it isn't one with `decimal`.
pub(super) fn other_mark(field: &str, decimal: DecimalMark) -> Option<DecimalMark> {
    let other = decimal.other();
    (is_number(field, other) && !is_number(field, decimal)).then_some(other)
}

/// Whether a 64-bit float can't hold all digits of `field`: it has leading zeros, as `007` and `001E5`, or is a whole
/// number greater than 2⁵³, with or without decimals that are all zero.
pub(super) fn loses_digits(field: &str) -> bool {
    let bytes = field.as_bytes();
    match bytes {
        [b'0', b'0'..=b'9', ..] => bytes.iter().all(u8::is_ascii_digit) || is_digits_with_exponent(field),
        [_, ..] if bytes.len() >= 16 => {
            let digits = field.strip_prefix(['-', '+']).unwrap_or(field);
            let has_no_decimals = |(_, decimals): &(&str, &str)| decimals.bytes().all(|byte| byte == b'0');
            let digits = digits.split_once(['.', ',']).filter(has_no_decimals).map_or(digits, |(whole, _)| whole);
            digits.bytes().all(|byte| byte.is_ascii_digit())
                && digits.parse::<u64>().is_ok_and(|number| number > 1 << 53) | (digits.len() > 19)
        }
        [_, ..] | [] => false,
    }
}

/// Whether a field is digits, `E` and digits, which may be a name: `47583311587E59`.
pub(super) fn is_digits_with_exponent(field: &str) -> bool {
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    field.split_once(['e', 'E']).is_some_and(|(digits, exponent)| are_digits(digits) && are_digits(exponent))
}

/// Pairs of words for true and false, in lower case.
pub(super) const BOOLEANS: [[&str; 2]; 5] = [["true", "false"], ["yes", "no"], ["t", "f"], ["y", "n"], ["1", "0"]];

pub(super) fn is_one_of(pair: &[&str; 2], word: &str) -> bool {
    pair.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Parses a word for true or false.
pub(super) fn parse_boolean(text: &str) -> Option<bool> {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    BOOLEANS.iter().find(|[yes, no]| is(yes) || is(no)).map(|[yes, _]| is(yes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_are_trimmed() {
        for (field, expected) in [
            ("a", "a"),
            (" a b ", "a b"),
            ("\u{a0}5\u{202f}", "5"),
            ("\u{feff}id", "id"),
            (" \"x\"", "x"),
            ("\"x\"", "\"x\""),
            ("é", "é"),
            (" ", ""),
        ] {
            assert_eq!(trim(field), expected, "{field:?}");
        }
    }

    #[test]
    fn words_are_not_parsed_as_numbers() {
        let point = |text: &str| parse_number(text, DecimalMark::Point);
        assert_eq!(["1e-3", ".5", "+7", "1.", "-0.25"].map(point), [0.001, 0.5, 7.0, 1.0, -0.25].map(Some));
        assert_eq!(["inf", "nan", "infinity", "1,5", "0x10", "1_000", "", "12 %", "$3"].map(point), [None; 9]);
        assert_eq!(point("1e400"), Some(f64::INFINITY));
        let comma = |text: &str| parse_number(text, DecimalMark::Comma);
        assert_eq!(["1,5", "3", "1.5", "1,2,3"].map(comma), [Some(1.5), Some(3.0), None, None]);
    }

    #[test]
    fn short_numbers_are_correctly_rounded() {
        let mut digits = 1_u64;
        for _ in 0..10_000 {
            digits = digits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let whole = format!("{:016}", digits >> 14);
            for (length, point) in [(1, 0), (5, 2), (9, 5), (13, 0), (14, 1), (14, 14), (15, 3)] {
                let text = format!("-{}.{}", &whole[..point.min(length)], &whole[point.min(length)..length]);
                let found = parse_number(&text, DecimalMark::Point);
                assert_eq!(found.map(f64::to_bits), text.parse().ok().map(f64::to_bits), "{text}");
            }
        }
        assert_eq!(parse_number("-0", DecimalMark::Point).map(f64::to_bits), Some((-0.0_f64).to_bits()));
        assert_eq!([".", "-", "-.", "1.2.3", "1,2"].map(|text| parse_number(text, DecimalMark::Point)), [None; 5]);
    }

    #[test]
    fn numbers_may_have_units_and_separators() {
        let point = |text: &str| {
            parse_formatted(text, DecimalMark::Point).map(|FormattedNumber { number, unit }| (number, unit))
        };
        for (text, expected) in [
            ("$1,234.50", (1234.5, Some('$'))),
            ("-$5", (-5.0, Some('$'))),
            ("12 %", (12.0, Some('%'))),
            ("1,234,567", (1_234_567.0, None)),
            ("1 234", (1234.0, None)),
            ("1\u{a0}234.5", (1234.5, None)),
            ("12'345", (12_345.0, None)),
            ("−5", (-5.0, None)),
            ("€0.99", (0.99, Some('€'))),
            ("(4.50)", (-4.5, None)),
            ("($1,200)", (-1200.0, Some('$'))),
            ("$(1,200.5)", (-1200.5, Some('$'))),
            ("( 12 % )", (-12.0, Some('%'))),
            ("4.5-", (-4.5, None)),
            ("1,234.50-", (-1234.5, None)),
            ("-€ 3", (-3.0, Some('€'))),
            ("€ –3", (-3.0, Some('€'))),
            ("+5 %", (5.0, Some('%'))),
            ("1\u{2009}234\u{2009}567.25", (1_234_567.25, None)),
            ("1\u{202f}234", (1234.0, None)),
            ("12’345.5", (12_345.5, None)),
            ("12,34,567", (1_234_567.0, None)),
            ("₹1,00,000", (100_000.0, Some('₹'))),
        ] {
            assert_eq!(point(text), Some(expected), "{text}");
        }
        for none in [
            "0,125",
            "1,23",
            "1,2345",
            "1,234 567",
            "$",
            "%",
            "",
            "-",
            "a",
            "1,234.5.6",
            "030 123 456",
            "1e5%",
            "٣",
            "()",
            "(5",
            "5)",
            "(a)",
            "--5",
            "-(5)",
            "-5-",
            "5+",
            "$5%",
            "007%",
            "(007)",
            "2020-01",
            "1-2",
            "12'34",
            "5 6",
            "+-5",
            "1,234,",
            ",234",
            "1 234 567 890 123 456",
            "1.5 2",
            "++5",
        ] {
            assert_eq!(point(none), None, "{none}");
        }
        let comma = |text: &str| parse_formatted(text, DecimalMark::Comma).map(|formatted| formatted.number);
        assert_eq!(
            ["1.234,5", "1.234", "12,5 %", "1,234.5"].map(comma),
            [Some(1234.5), Some(1234.0), Some(12.5), None]
        );
    }

    #[test]
    fn digits_that_a_float_cannot_hold_are_detected() {
        let lost = [
            "02134",
            "00",
            "001E5",
            "9007199254740993",
            "-9007199254740993",
            "99999999999999999999",
            "90071992547409930.000000",
            "90071992547409930,0",
        ];
        assert_eq!(lost.map(loses_digits), [true; 8]);
        let kept = [
            "0",
            "0.5",
            "10",
            "9007199254740992",
            "0.12345678901234567",
            "1e300",
            "",
            "00:30",
            "+0000000000000001",
            "0e0",
        ];
        assert_eq!(kept.map(loses_digits), [false; 10]);
        assert_eq!(["90071992547409930.5", "00012.50", "1.5e300"].map(loses_digits), [false; 3]);
    }

    #[test]
    fn empty_fields_are_missing_with_any_markers() {
        let usual = Cells::new(DecimalMark::Point, None, &[]);
        assert_eq!(
            ["", "NA", "N/a", "nan", "-", "-1", "nap"].map(|field| usual.is_missing(field)),
            [true, true, true, true, true, false, false]
        );
        let markers = ["-999".to_owned()];
        let given = Cells::new(DecimalMark::Point, Some(&markers), &[]);
        assert_eq!(["", "NA", "-999", "-99"].map(|field| given.is_missing(field)), [true, false, true, false]);
        assert_eq!([-999.0, -99.0].map(|number| given.marks(number)), [true, false]);
        assert_eq!(given.unused(&markers, &["-999.00"]), [""; 0]);
        assert_eq!(given.unused(&markers, &["-99"]), ["-999"]);
    }
}
