//! Detection of the decimal mark.

use crossfold_study::{DecimalMark, Delimiter};

use super::cells;

/// The decimal mark of a file, and how sure that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    pub(super) mark: DecimalMark,
    /// Whether some numbers can be read with this mark alone.
    pub(super) is_certain: bool,
    /// Whether no number has any mark.
    pub(super) is_guess: bool,
    /// The columns whose numbers can also be read with the other mark, to different values, with an example.
    pub(super) unclear: Vec<(usize, String)>,
}

/// What the numbers of a column say about the decimal mark.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    /// Fields that aren't missing.
    fields: usize,
    numbers: usize,
    /// Numbers with a decimal point alone, such as `0.5` and `1,234.5`.
    only_points: usize,
    /// Numbers with a decimal comma alone.
    only_commas: usize,
    /// Numbers such as `1,234`, whose comma may separate thousands.
    commas: Ambiguous,
    /// Numbers such as `1.234`.
    points: Ambiguous,
    /// Numbers with a decimal point alone and other than three decimals.
    short_points: usize,
    /// Whole numbers without any mark, below 1000 and others.
    below: usize,
    above: usize,
}

/// Numbers whose mark may be a decimal mark or separate thousands.
#[derive(Clone, Debug, Default)]
struct Ambiguous {
    numbers: usize,
    /// The first of them.
    example: String,
    /// Whether one ends with a zero.
    trailing_zero: bool,
    /// The number of those that end with two zeros, as amounts of money do.
    hundreds: usize,
}

impl Evidence {
    /// Takes the next field of the column.
    pub(super) fn take(&mut self, field: &str) {
        if cells::MISSING.iter().any(|marker| field.eq_ignore_ascii_case(marker)) {
            return;
        }
        self.fields += 1;
        if !field.contains([',', '.']) {
            let digits = field.strip_prefix(['-', '+', '−']).unwrap_or(field);
            if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                self.numbers += 1;
                *(if digits.len() <= 3 { &mut self.below } else { &mut self.above }) += 1;
            } else if cells::is_number(field, DecimalMark::Point) {
                self.numbers += 1;
            }
            return;
        }
        let ambiguous = if field.contains(',') { &mut self.commas } else { &mut self.points };
        match [DecimalMark::Point, DecimalMark::Comma].map(|mark| cells::is_number(field, mark)) {
            [false, false] => return,
            [true, false] => {
                self.only_points += 1;
                let decimals =
                    field.rsplit_once('.').map_or(0, |(_, end)| end.bytes().filter(u8::is_ascii_digit).count());
                self.short_points += usize::from(decimals != 3);
            }
            [false, true] => self.only_commas += 1,
            [true, true] => {
                if ambiguous.numbers == 0 {
                    field.clone_into(&mut ambiguous.example);
                }
                ambiguous.numbers += 1;
                let digits = field.trim_end_matches(|c: char| !c.is_ascii_digit());
                ambiguous.trailing_zero |= digits.ends_with('0');
                ambiguous.hundreds += usize::from(digits.ends_with("00"));
            }
        }
        self.numbers += 1;
    }

    /// Whether the column has numbers, with words among them at most.
    fn is_numeric(&self) -> bool {
        2 * self.numbers >= self.fields
    }

    /// Whether marks may separate thousands: then a number without one is below 1000. Numbers that all have three
    /// decimals don't lack them now and then.
    fn has_thousands(&self) -> bool {
        self.below > 0 && self.above == 0
    }

    /// Whether points separate thousands. They do so more seldom than commas, so it takes more: a program that leaves
    /// out decimals would leave out zeros at their end, and few numbers have nothing but zeros there.
    fn has_point_thousands(&self) -> bool {
        self.has_thousands() && (self.points.trailing_zero || self.below > 1)
    }

    /// Whether all numbers have three decimals of which two are zeros, as if the point separated thousands.
    fn are_hundreds(&self) -> bool {
        self.points.hundreds > 1 && self.points.hundreds == self.numbers
    }
}

/// The decimal mark that the columns of a file suggest; `fallback` is taken for lack of evidence.
pub(super) fn decide(columns: &[Evidence], delimiter: Delimiter, fallback: Option<DecimalMark>) -> Decimal {
    use DecimalMark::{Comma, Point};
    let columns: Vec<(usize, &Evidence)> =
        columns.iter().enumerate().filter(|(_, column)| column.is_numeric()).collect();
    let sum = |count: fn(&Evidence) -> usize| columns.iter().map(|(_, column)| count(column)).sum::<usize>();
    let (only_commas, only_points) = (sum(|column| column.only_commas), sum(|column| column.only_points));
    let is_certain = only_commas + only_points > 0;
    // A program that writes three decimals does so in all columns.
    let has_fixed_decimals = only_points > 0 && sum(|column| column.short_points) == 0;
    let unclear = |mark: DecimalMark| {
        let mut unclear = Vec::new();
        for &(place, column) in &columns {
            let has_thousands = column.has_thousands();
            // A comma in a file of decimal points separates thousands, and the reverse.
            let [commas, points] = match (mark, is_certain) {
                (Point, true) => {
                    [false, column.has_point_thousands() || (column.are_hundreds() && !has_fixed_decimals)]
                }
                // Where commas delimit fields, they aren't decimal marks.
                (Point, false) => [true, has_thousands || column.are_hundreds() || delimiter != Delimiter::Comma],
                (Comma, true) => [has_thousands, false],
                (Comma, false) => [true, true],
            };
            for (shown, ambiguous) in [(commas, &column.commas), (points, &column.points)] {
                let others = column.only_points + column.only_commas;
                if shown && ambiguous.numbers > 0 && others == 0 {
                    unclear.push((place, ambiguous.example.clone()));
                }
            }
        }
        unclear
    };
    let (mut for_comma, mut for_point) = (0, 0);
    for &(_, column) in &columns {
        if column.commas.numbers > 0 {
            let votes = match (column.has_thousands(), column.above > 0) {
                (true, _) => &mut for_point,
                (false, true) => &mut for_comma,
                (false, false) if delimiter == Delimiter::Semicolon => &mut for_comma,
                (false, false) => &mut for_point,
            };
            *votes += 1;
        }
        if column.points.numbers > 0 {
            *(if column.has_point_thousands() { &mut for_comma } else { &mut for_point }) += 1;
        }
    }
    let mark = match fallback {
        _ if only_commas > only_points => Comma,
        _ if is_certain => Point,
        Some(fallback) => fallback,
        None if for_comma > for_point => Comma,
        None => Point,
    };
    let is_guess = !is_certain && for_comma + for_point == 0;
    Decimal { mark, is_certain, is_guess, unclear: unclear(mark) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(delimiter: Delimiter, columns: &[&[&str]], mark: DecimalMark, unclear: &[usize]) {
        let columns: Vec<Evidence> = columns
            .iter()
            .map(|fields| {
                let mut evidence = Evidence::default();
                fields.iter().for_each(|field| evidence.take(field));
                evidence
            })
            .collect();
        let found = decide(&columns, delimiter, None);
        let places: Vec<usize> = found.unclear.iter().map(|(place, _)| *place).collect();
        assert_eq!((found.mark, places.as_slice()), (mark, unclear), "{columns:?}");
    }

    #[test]
    fn marks_that_separate_thousands_are_told_from_decimal_marks() {
        use DecimalMark::{Comma, Point};
        use Delimiter::{Semicolon, Tab};
        check(Tab, &[&["950", "1,234", "12,500", "87"]], Point, &[0]);
        check(Tab, &[&["950", "1,234", "12,500"], &["0.5", "1.5", "2"]], Point, &[]);
        check(Tab, &[&["1500", "1,234", "2,500"]], Comma, &[0]);
        check(Tab, &[&["950", "1500", "1,234", "12,500"]], Comma, &[0]);
        check(Tab, &[&["1,234", "2,500"]], Point, &[0]);
        check(Semicolon, &[&["1,234", "2,517"]], Comma, &[0]);
        check(Semicolon, &[&["0,234", "2,517"]], Comma, &[]);
        check(Semicolon, &[&["950", "1.234", "12.500", "87"]], Comma, &[0]);
        check(Semicolon, &[&["950", "1.234", "12.511", "87"]], Comma, &[0]);
        check(Semicolon, &[&["950", "1.234", "12.511"]], Point, &[0]);
        check(Semicolon, &[&["1.234", "12.511"]], Point, &[0]);
        check(Tab, &[&["1.234", "12.511"], &["3", "1"]], Point, &[0]);
        check(Semicolon, &[&["1.234", "12.511"], &["0.5", "1"]], Point, &[]);
        check(Semicolon, &[&["1.234", "0.511"]], Point, &[]);
        check(Delimiter::Comma, &[&["1.234", "12.510"]], Point, &[]);
        check(Delimiter::Comma, &[&["28.000", "43.900"], &["1", "2"]], Point, &[0]);
        check(Semicolon, &[&["84.300", "66.900"], &["2.8", "1.9"]], Point, &[0]);
        check(Semicolon, &[&["84.000", "66.000"], &["2.821", "0.900"]], Point, &[]);
        check(Delimiter::Comma, &[&["1.000", "0.000"]], Point, &[]);
        check(Tab, &[&["1,234,567", "950"]], Point, &[]);
        check(Tab, &[&["1.234.567", "950"]], Comma, &[]);
        check(Tab, &[&["0,5", "1,5"], &["950", "1,234"]], Comma, &[1]);
        check(Tab, &[&["Smith, J", "Lee, A"], &["0.5", "1.5"]], Point, &[]);
        // Addresses of computers are no numbers.
        check(Tab, &[&["192.168.100.123", "192.168.1.1", "10.0.0.1"], &["1", "2"]], Point, &[]);
    }
}
