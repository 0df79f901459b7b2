//! Whether the first line of a file names the columns.

use std::collections::HashMap;

use crossfold_study::DecimalMark;

use super::cells;
use super::date::DateForm;

/// Whether the first line is a header, and whether that is a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FirstLine {
    pub(super) names: bool,
    pub(super) is_guess: bool,
}

/// What a field looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Look {
    Missing,
    /// A plain number.
    Number(f64),
    /// A number with a unit or separators.
    Formatted,
    Date,
    Text,
}

/// What the fields of a column under the first line look like.
struct Below<'a> {
    /// Nearly all are numbers.
    numbers: bool,
    /// Whether one of them has a unit or separators.
    formatted: bool,
    dates: bool,
    least: f64,
    greatest: f64,
    /// Whether a number has decimals.
    decimals: bool,
    /// The number of fields for each text.
    texts: HashMap<&'a str, usize>,
    present: usize,
}

/// Judges the first of these records.
///
/// Text above a column in which it never occurs is a name: above numbers, dates, or words that come again. Text that
/// occurs below is a value, and so are dates above dates and formatted numbers above others. Plain numbers may be
/// names, such as years and wavelengths; then they don't resemble the numbers below.
pub(super) fn judge(records: &[Vec<String>], decimal: DecimalMark) -> FirstLine {
    let certain = |names| FirstLine { names, is_guess: false };
    let Some((first, rest)) = records.split_first() else { return certain(true) };
    // Files that were appended to each other repeat their header.
    let rest: Vec<&Vec<String>> = rest.iter().filter(|record| *record != first).collect();
    let columns: Vec<(Look, Below<'_>)> = first
        .iter()
        .enumerate()
        .map(|(place, field)| (Look::at(field, decimal), Below::new(&rest, place, decimal)))
        .collect();
    let (mut names, mut values) = (0, 0);
    for ((look, below), field) in columns.iter().zip(first) {
        match look {
            Look::Text if below.numbers || below.dates => names += 2,
            Look::Text if below.texts.contains_key(field.as_str()) => values += 2,
            Look::Text if below.present > 0 && 2 * below.texts.len() <= below.present => names += 1,
            Look::Date if below.dates => values += 2,
            Look::Date if below.numbers => names += 2,
            Look::Formatted if below.numbers && below.formatted => values += 2,
            Look::Missing | Look::Text | Look::Date | Look::Formatted | Look::Number(_) => {}
        }
    }
    let numbers: Vec<(f64, &Below<'_>)> = columns
        .iter()
        .filter_map(|(look, below)| {
            let Look::Number(number) = look else { return None };
            below.numbers.then_some((*number, below))
        })
        .collect();
    let is_within = |(number, below): &(f64, &Below<'_>)| (below.least..=below.greatest).contains(number);
    let ascends = numbers.len() > 1 && numbers.windows(2).all(|pair| pair[0].0 < pair[1].0);
    let whole = numbers.iter().all(|(number, _)| number.fract() == 0.0);
    /// With fewer rows, the first one may have the greatest numbers by chance.
    const MANY_ROWS: usize = 20;
    if rest.len() > 1 && !numbers.is_empty() && numbers.iter().all(is_within) && !(ascends && whole) {
        values += 1;
    } else if rest.len() >= MANY_ROWS && numbers.len() > 1 && numbers.iter().all(|number| !is_within(number)) {
        names += 1;
    }
    // A table without names may be written with the numbers of its columns.
    let counts = || numbers.iter().zip(0_u32..).all(|((number, _), place)| *number == f64::from(place));
    let named = first.iter().position(|field| !field.is_empty()).unwrap_or(0);
    let all_numbers = numbers.len() > 2 && numbers.len() == first.len() - named && named < 2;
    if all_numbers && counts() && numbers.iter().any(|(_, below)| below.decimals) {
        return FirstLine { names: true, is_guess: true };
    }
    let is_year = |number: f64| (1800.0..2200.0).contains(&number) && number.fract() == 0.0;
    let years = || {
        numbers.len() < first.len()
            && numbers
                .iter()
                .all(|(number, below)| is_year(*number) && !(is_year(below.least) && is_year(below.greatest)))
    };
    let has_values = columns.iter().any(|(look, _)| matches!(look, Look::Number(_) | Look::Formatted | Look::Date));
    let by_default = !has_values || (!numbers.is_empty() && years());
    FirstLine {
        names: names > values || (names == values && by_default),
        is_guess: (names > 0 && values > 0) || (names == values && has_values && numbers.len() < first.len()),
    }
}

impl Look {
    fn at(field: &str, decimal: DecimalMark) -> Look {
        if cells::MISSING.iter().any(|marker| field.eq_ignore_ascii_case(marker)) {
            Look::Missing
        } else if let Some(number) = cells::parse_number(field, decimal) {
            Look::Number(number)
        } else if cells::parse_formatted(field, decimal).is_some() {
            Look::Formatted
        } else if DateForm::ALL.into_iter().any(|form| form.days(field).is_some()) {
            Look::Date
        } else {
            Look::Text
        }
    }
}

impl<'a> Below<'a> {
    fn new(rest: &[&'a Vec<String>], place: usize, decimal: DecimalMark) -> Below<'a> {
        let mut below = Below {
            numbers: false,
            formatted: false,
            dates: false,
            least: f64::INFINITY,
            greatest: f64::NEG_INFINITY,
            decimals: false,
            texts: HashMap::new(),
            present: 0,
        };
        let (mut numbers, mut dates) = (0, 0);
        for field in rest.iter().filter_map(|record| record.get(place)) {
            let look = Look::at(field, decimal);
            below.present += usize::from(look != Look::Missing);
            match look {
                Look::Missing => {}
                Look::Number(number) => {
                    numbers += 1;
                    below.least = below.least.min(number);
                    below.greatest = below.greatest.max(number);
                    below.decimals |= number.fract() != 0.0;
                }
                Look::Formatted => {
                    numbers += 1;
                    below.formatted = true;
                }
                Look::Date => dates += 1,
                Look::Text => *below.texts.entry(field).or_default() += 1,
            }
        }
        let nearly_all = |count: usize| count > 0 && 10 * count >= 9 * below.present;
        (below.numbers, below.dates) = (nearly_all(numbers), nearly_all(dates));
        below
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, names: bool) {
        let records: Vec<Vec<String>> = text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect();
        assert_eq!(judge(&records, DecimalMark::Point).names, names, "{text:?}");
    }

    #[test]
    fn headers_are_told_from_values() {
        let repeated = |header: &str, row: &dyn Fn(u32) -> String| {
            let rows: Vec<String> = (0..40).map(row).collect();
            format!("{header}\n{}", rows.join("\n"))
        };
        check("a\n1\n2", true);
        check("1,2\n3,4", false);
        check("x,1\ny,2", false);
        check("a,b\nx,u\nz,u", true);
        check("country,2019,2020\nde,1,2\nfr,2,3", true);
        check("5.1,3.5,setosa\n4.9,3,setosa\n6.3,2.5,virginica", false);
        // The first row's word may not come again.
        check("5.1,3.5,virginica\n4.9,3,setosa\n6.3,3.6,setosa\n5,3.3,setosa\n5,3.4,setosa", false);
        check("alice,1987\nbob,1990\ncarol,1985\ndan,1991", false);
        check("red,s,a\nblue,m,b\nred,s,b\nblue,s,a", false);
        check("01/01/2016,A,5\n02/01/2016,A,6\n03/01/2016,A,7", false);
        check("region,2020-01-22,2020-01-23\nnorth,1,2\nsouth,3,4", true);
        check("5 %,a\n6 %,b\n7 %,a", false);
        check(&repeated("dose,5 %,10 %", &|row| format!("low,0.{row},1")), true);
        check("0,1,2\n3,4,5\n6,7,8", false);
        check("0,1,2\n3.5,4,5\n6.5,7,8", true);
        check(",0,1,2\n0,3.5,4,5\n1,6.5,7,8", true);
        check("colour,size\nred,s\nblue,m\ncolour,size\nred,m\nblue,s", true);
        check(&repeated("sample,1100,1102,class", &|row| format!("s{row},0.{row},0.2,{}", row % 2)), true);
        check(&repeated("1100,1102,class", &|row| format!("0.{row},0.2,c{}", row % 2)), true);
        check(&repeated("1100,1102,y", &|row| format!("0.{row},0.2,{}", row % 2)), true);
        check(&repeated("12.5,17.2,y", &|row| format!("{row},{row},c{}", row % 2)), false);
    }
}
