//! Numbers and days that stand for missing values, such as 99, -9 and 9999-12-31.

use crossfold_network::{counted, joined};
use crossfold_study::{ColumnKind, MissingMarkers};

use crate::column::{Column, MISSING, Values};

/// The most codes at one end of a column's range: not asked, not known, refused, not applicable.
const MAX_CODES: usize = 4;

/// Days that programs write for no date, in days since 1970-01-01.
const DAYS: [(&str, f64); 6] = [
    ("0001-01-01", -719_162.0),
    ("1899-12-30", -25_569.0),
    ("1900-01-01", -25_567.0),
    ("1970-01-01", 0.0),
    ("9999-01-01", 2_932_532.0),
    ("9999-12-31", 2_932_896.0),
];

/// A value that most likely stands for a missing one.
#[derive(Clone, Debug, PartialEq)]
pub struct MissingCode {
    pub text: String,
    /// The number of its rows.
    pub rows: usize,
}

impl MissingCode {
    /// Finds the codes in a column of numbers or dates: repeated values at an end of the range that programs and surveys
    /// write for missing values, further from all others than these are from each other. Names that are numbers may be such
    /// codes as well.
    pub fn find(column: &Column) -> Vec<MissingCode> {
        let numbers = match &column.values {
            Values::Numbers(numbers) => numbers,
            Values::Levels { codes, levels }
                if matches!(column.kind, ColumnKind::Categorical | ColumnKind::Ordinal) =>
            {
                return MissingCode::find_among_names(codes, levels);
            }
            Values::Levels { .. } => return Vec::new(),
        };
        if !matches!(column.kind, ColumnKind::Numeric | ColumnKind::Date) || !may_have_codes(column.kind, numbers) {
            return Vec::new();
        }
        let mut sorted: Vec<f64> = numbers.iter().copied().filter(|number| !number.is_nan()).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        MissingCode::find_sorted(column.kind, &sorted)
    }

    /// Finds the codes among names: negative numbers such as -77 where no other name is negative, and, where some names
    /// aren't numbers, those that are far from the other numbers.
    fn find_among_names(codes: &[u32], levels: &[String]) -> Vec<MissingCode> {
        let number = |level: &String| level.parse::<f64>().ok().filter(|number| number.is_finite());
        if !levels.iter().any(|level| number(level).is_some_and(is_code)) {
            return Vec::new();
        }
        let mut rows = vec![0; levels.len()];
        codes.iter().filter(|&&code| code != MISSING).for_each(|&code| rows[code as usize] += 1);
        let present = || levels.iter().zip(rows.iter().copied()).filter(|(_, rows)| *rows > 0);
        let (mut negative, others): (Vec<_>, Vec<_>) = present()
            .filter_map(|(level, rows)| Some((number(level)?, level, rows)))
            .partition(|(number, ..)| *number < 0.0);
        // Classes may be -1 and 1.
        let are_codes = (1..=MAX_CODES).contains(&negative.len())
            && negative.len() < present().count()
            && negative.iter().all(|(number, ..)| *number <= -7.0 && is_code(*number))
            && negative.iter().map(|(.., rows)| rows).sum::<usize>() > 1;
        negative.sort_by(|(a, ..), (b, ..)| a.total_cmp(b));
        let code = |&(_, level, rows): &(f64, &String, usize)| MissingCode { text: level.clone(), rows };
        let mut found: Vec<MissingCode> = if are_codes { negative.iter().map(code).collect() } else { Vec::new() };
        if present().any(|(level, _)| number(level).is_none()) && (are_codes || negative.is_empty()) {
            let mut sorted: Vec<f64> =
                others.iter().flat_map(|&(number, _, rows)| std::iter::repeat_n(number, rows)).collect();
            sorted.sort_unstable_by(f64::total_cmp);
            let far = MissingCode::find_sorted(ColumnKind::Numeric, &sorted);
            found.extend(far.into_iter().filter(|code| levels.contains(&code.text)));
        }
        found
    }

    /// Finds the codes among numbers in ascending order, none of which is NaN.
    fn find_sorted(kind: ColumnKind, sorted: &[f64]) -> Vec<MissingCode> {
        let text = |number: f64| {
            let day = || DAYS.iter().find(|(_, day)| *day == number.floor()).map(|(text, _)| (*text).to_owned());
            if kind == ColumnKind::Date { day() } else { is_code(number).then(|| number.to_string()) }
        };
        let codes = |sorted: &[f64], end: End| {
            let (mut least, mut greatest) = (sorted.chunk_by(|a, b| a == b), sorted.chunk_by(|a, b| a == b).rev());
            let runs: &mut dyn Iterator<Item = &[f64]> = if end == End::Least { &mut least } else { &mut greatest };
            let (mut codes, mut rows, mut found) = (Vec::new(), 0, 0);
            for run in runs.take(MAX_CODES) {
                let Some(text) = text(run[0]) else { break };
                codes.push((run[0], MissingCode { text, rows: run.len() }));
                rows += run.len();
                let others = if end == End::Least { &sorted[rows..] } else { &sorted[..sorted.len() - rows] };
                let numbers: Vec<f64> = codes.iter().map(|(number, _)| *number).collect();
                let apart = Apart { codes: &numbers, rows, others, end };
                let are_codes = if kind == ColumnKind::Date { apart.are_days() } else { apart.are_codes() };
                if are_codes {
                    found = codes.len();
                }
            }
            codes.truncate(found);
            codes.into_iter().map(|(_, code)| code).collect::<Vec<MissingCode>>()
        };
        let rows = |codes: &[MissingCode]| codes.iter().map(|code| code.rows).sum::<usize>();
        // Codes at one end hide those at the other, which aren't as far from them as from all other numbers.
        let first = codes(sorted, End::Least);
        let greatest = codes(&sorted[rows(&first)..], End::Greatest);
        let least = codes(&sorted[..sorted.len() - rows(&greatest)], End::Least);
        least.into_iter().chain(greatest.into_iter().rev()).collect()
    }
}

/// Whether a code is at an end of the range. It is cheaper to find out than whether it is far from all others.
fn may_have_codes(kind: ColumnKind, numbers: &[f64]) -> bool {
    let present = || numbers.iter().copied().filter(|number| !number.is_nan());
    let (least, greatest) = (present().fold(f64::INFINITY, f64::min), present().fold(f64::NEG_INFINITY, f64::max));
    if kind == ColumnKind::Date {
        return DAYS.iter().any(|(_, day)| *day == least.floor() || *day == greatest.floor());
    }
    // Most columns whose least number is 0 have others that are near.
    let above = || present().filter(|&number| number > least).fold(f64::INFINITY, f64::min);
    is_code(greatest) || (is_code(least) && (least != 0.0 || 20.0 * above() > greatest))
}

/// Whether a number is what people and programs write for missing values: nines, one of the numbers before them, other
/// digits that are all the same, -1 to -9, or 0.
fn is_code(number: f64) -> bool {
    const MAX_DIGITS: usize = 9;
    let text = number.abs().to_string();
    let digits = text.replace('.', "");
    if digits.len() > MAX_DIGITS {
        return false;
    }
    let (first, last) = digits.split_at(digits.len() - 1);
    let all = |digits: &str, digit: char| digits.chars().all(|other| other == digit);
    match first {
        "" if number < 0.0 => last != "0",
        "" => matches!(last, "0" | "7" | "8" | "9"),
        _ if text.contains('.') => all(&digits, '9'),
        _ => {
            (all(first, '9') && matches!(last, "6" | "7" | "8" | "9"))
                || ['6', '7', '8'].iter().any(|&c| all(&digits, c))
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Least,
    Greatest,
}

/// Numbers at an end of the range, the outermost first, and all others.
struct Apart<'a> {
    codes: &'a [f64],
    /// The number of rows of all codes.
    rows: usize,
    others: &'a [f64],
    end: End,
}

impl Apart<'_> {
    fn are_codes(&self) -> bool {
        /// Fewer distinct numbers may be contrasts, such as -1 and 1.
        const FEW: usize = 3;
        /// Fewer distinct numbers may have been chosen, such as the doses 0, 100 and 150.
        const SOME: usize = 10;
        /// Among at least this many whole numbers of 0 and more, a single negative one is a code.
        const MANY: usize = 20;
        const TENS: f64 = 10.0;
        let Some((gap, spread)) = self.distances() else { return false };
        if self.rows < 2 {
            return false;
        }
        let (outer, inner) = (self.codes[0], self.codes[self.codes.len() - 1]);
        let is_far = gap > spread;
        if inner == 0.0 {
            let is_rare = 2 * self.rows <= self.others.len();
            return self.codes.len() == 1
                && is_rare
                && (is_far && self.distinct(SOME)
                    || self.rows > 2 && self.distinct(MANY) && self.is_gap_unlike_others(gap));
        }
        match self.end {
            End::Least if inner > 0.0 => false,
            End::Least => {
                let are_counts = self.others[0] >= 0.0 && self.others.iter().all(|number| number.fract() == 0.0);
                // A scale from 1 up has no negative level, and one from 0 up none that is this far below.
                let is_scale = self.distinct(FEW) && (self.others[0] > 0.0 || inner <= -7.0);
                // Scales and differences may begin at -2, amounts of at least tens don't.
                let are_amounts = self.others[0] >= TENS && self.distinct(SOME);
                if !are_amounts && self.codes.iter().any(|code| (-6.0..=-2.0).contains(code)) {
                    return false;
                }
                (are_amounts && outer >= -9.0)
                    || is_far
                    || (are_counts && ((self.codes.len() > 1 && outer <= -7.0) || is_scale || self.distinct(MANY)))
            }
            // One digit is a number like any other, unless it is a 9. Few numbers have four nines by chance.
            End::Greatest => (is_far && (inner >= 9.0 || outer == 9.0)) || (inner >= 9996.0 && 4.0 * gap > spread),
        }
    }

    /// Whether a gap is much larger than all gaps between the lower half of the others.
    fn is_gap_unlike_others(&self, gap: f64) -> bool {
        const MUCH: f64 = 3.0;
        let lower = &self.others[..self.others.len() / 2];
        let widest = lower.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
        widest > 0.0 && gap >= MUCH * widest
    }

    fn are_days(&self) -> bool {
        const FAR_DAYS: f64 = 500_000.0;
        let is_far = self.distances().is_some_and(|(gap, spread)| gap > spread);
        is_far && (self.rows > 1 || self.codes[0].abs() > FAR_DAYS)
    }

    /// How far the others are from the codes, and from each other; `None` if they are all the same.
    fn distances(&self) -> Option<(f64, f64)> {
        let (low, high) = (*self.others.first()?, *self.others.last()?);
        let inner = *self.codes.last()?;
        let gap = if self.end == End::Least { low - inner } else { inner - high };
        (high > low).then_some((gap, high - low))
    }

    /// Whether the others have at least `least` distinct numbers.
    fn distinct(&self, least: usize) -> bool {
        self.others.chunk_by(|a, b| a == b).take(least).count() == least
    }
}

/// `99 in 3 rows` or `98 in 2 rows and 99 in 3 rows`.
pub fn list_codes(codes: &[MissingCode]) -> String {
    let shown: Vec<String> =
        codes.iter().map(|MissingCode { text, rows }| format!("{text} in {}", counted(*rows, "row"))).collect();
    joined(&shown, "and")
}

/// The key that adds a column's codes to the markers that the spec gives.
pub fn missing_key(column: &str, codes: &[MissingCode], given: &MissingMarkers) -> String {
    given.key_with(column, &codes.iter().map(|code| code.text.clone()).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(numbers: &[f64], expected: &str) {
        let column =
            Column { name: "x".to_owned(), kind: ColumnKind::Numeric, values: Values::Numbers(numbers.to_vec()) };
        assert_eq!(list_codes(&MissingCode::find(&column)), expected, "{numbers:?}");
    }

    #[test]
    fn codes_are_far_from_all_other_numbers() {
        check(&[-999.0, -999.0, 1.0, 5.0, 30.0], "-999 in 2 rows");
        check(&[1.0, 2.0, 7.0, 99.0, 99.0, 99.0], "99 in 3 rows");
        check(&[-1.0, -1.0, 20.0, 30.0, 40.0], "-1 in 2 rows");
        check(&[1.0, 2.0, 3.0, 4.0, 5.0, 98.0, 99.0, f64::NAN], "98 in 1 row and 99 in 1 row");
        check(&[1.0, 4.0, 7.0, 97.0, 97.0, 98.0, 99.0, 99.0], "97 in 2 rows, 98 in 1 row and 99 in 2 rows");
        check(&[1.0, 3.0, 5.0, -8.0, -9.0, -9.0], "-9 in 2 rows and -8 in 1 row");
        check(&[0.0, 50.0, 100.0, -8.0, -9.0], "-9 in 1 row and -8 in 1 row");
        check(&[1e4, 5e4, 2e5, 999_998.0, 999_999.0], "999998 in 1 row and 999999 in 1 row");
        check(&[1e4, 5e4, 7.5e5, 999_999.0, 999_999.0], "999999 in 2 rows");
        check(&[0.5, 9.1, 99.9, 99.9], "99.9 in 2 rows");
        check(&[-99.0, -99.0, 2.0, 5.0, 99.0, 99.0], "-99 in 2 rows and 99 in 2 rows");
        // Codes at both ends, of which each would hide the other.
        check(&[-9.0, -9.0, 1.0, 2.0, 7.0, 99.0, 99.0, 99.0], "-9 in 2 rows and 99 in 3 rows");
        // A scale from 1 to 11.
        let scale: Vec<f64> = (1..=11).map(f64::from).collect();
        check(&[&scale[..], &[-9.0, -9.0]].concat(), "-9 in 2 rows");
        check(&[-1.0, -1.0, 1.0, 2.0, 3.0], "-1 in 2 rows");
        check(&[-8.0, -8.0, 0.0, 1.0, 2.0], "-8 in 2 rows");
        // Blood pressures of 0 among those from 24 up, of which the lower ones are up to 8 apart.
        let pressures: Vec<f64> = (24..100).step_by(4).chain([102, 108, 122]).map(f64::from).collect();
        check(&[&pressures[..], &[0.0, 0.0, 0.0]].concat(), "0 in 3 rows");
        check(&[1.0, 2.0, 88.0, 88.0], "88 in 2 rows");
        // The only negative one among ages.
        let ages: Vec<f64> = (0..80).map(f64::from).collect();
        check(&[&ages[..], &[-1.0, -1.0]].concat(), "-1 in 2 rows");
        let heights: Vec<f64> = (150..200).map(f64::from).collect();
        check(&[&heights[..], &[0.0, 0.0]].concat(), "0 in 2 rows");
    }

    #[test]
    fn amounts_are_not_slightly_negative() {
        let incomes: Vec<f64> = (5..60).map(|hundreds| f64::from(hundreds) * 100.5).collect();
        check(&[&incomes[..], &[-1.0, -2.0, -2.0]].concat(), "-2 in 2 rows and -1 in 1 row");
        check(&[&incomes[..], &[-3.0, -3.0]].concat(), "-3 in 2 rows");
        check(&[&incomes[..], &[1.5, -2.0, -2.0]].concat(), "");
        check(&[-2.0, -2.0, -1.0, -1.0, 1.0, 2.0, 3.0, 4.0], "");
        check(&[-3.0, -3.0, 10.0, 20.0], "");
    }

    #[test]
    fn codes_among_names_are_found() {
        let check = |texts: &[&str], expected: &str| {
            let mut levels: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            levels.sort();
            levels.dedup();
            let code = |text: &&str| levels.iter().position(|level| level == text).unwrap() as u32;
            let codes = texts.iter().map(code).collect();
            let values = Values::Levels { codes, levels };
            let column = Column { name: "x".to_owned(), kind: ColumnKind::Categorical, values };
            assert_eq!(list_codes(&MissingCode::find(&column)), expected, "{texts:?}");
        };
        check(&["1", "3", "k.A.", "5", "-77", "-77"], "-77 in 2 rows");
        check(&["red", "blue", "-9", "-8", "red"], "-9 in 1 row and -8 in 1 row");
        check(&["1", "2", "3", "other", "99", "99"], "99 in 2 rows");
        check(&["1", "-1", "1", "-1"], "");
        check(&["red", "blue", "-77"], "");
        check(&["-10", "-9", "-8", "0", "8"], "");
        check(&["1", "2", "3", "99", "99"], "");
    }

    #[test]
    fn other_numbers_are_values() {
        // A number that occurs once, or isn't far away, may be a value.
        check(&[-999.0, 1.0, 5.0], "");
        check(&[1.0, 60.0, 99.0, 99.0], "");
        check(&[-1.0, -1.0, 0.0, 1.0], "");
        check(&[3.0, 4.0, 1000.0, 1000.0], "");
        check(&[99.0, 99.0], "");
        check(&[9.0, 9.0, 100.0, 110.0], "");
        check(&[], "");
        check(&[4.0, 5.0, 8.0, 8.0], "");
        check(&[0.0, 0.0, 100.0, 150.0], "");
        check(&[-9.0, -8.0, -3.0, 0.0, 5.0, 10.0], "");
        check(&[-1.0, -1.0, 0.0, 1.0, 2.0, 3.0], "");
        let zeros: Vec<f64> = (0..60).map(|row| if row < 40 { 0.0 } else { f64::from(100 + row) }).collect();
        check(&zeros, "");
        check(&[-1.0, -1.0, 1.0, 1.0], "");
        check(&[-9.0, 1.0, 2.0, 3.0], "");
        // Amounts of which some are none.
        let amounts: Vec<f64> = (0..40).map(|row| f64::from(row * row)).collect();
        check(&[&amounts[..], &[0.0, 0.0, 0.0]].concat(), "");
        let shares: Vec<f64> = (0..=99).chain([98, 99]).map(f64::from).collect();
        check(&shares, "");
    }

    #[test]
    fn days_may_be_codes() {
        let find = |days: &[f64]| {
            let values = Values::Numbers(days.to_vec());
            list_codes(&MissingCode::find(&Column { name: "d".to_owned(), kind: ColumnKind::Date, values }))
        };
        assert_eq!(find(&[19_000.0, 20_000.0, 2_932_896.0]), "9999-12-31 in 1 row");
        assert_eq!(find(&[19_000.0, 20_000.0, -25_567.0, -25_567.0]), "1900-01-01 in 2 rows");
        assert_eq!(find(&[19_000.0, 20_000.0, -25_567.0]), "");
        assert_eq!(find(&[0.0, 0.0, 1.0, 2.0]), "");
    }
}
