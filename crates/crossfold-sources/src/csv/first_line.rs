//! Whether the first line of a file names the columns.

use std::collections::{HashMap, HashSet};

use crossfold_study::DecimalMark;

use super::cells;
use super::date::DateForm;

/// Whether the first line is a header, and how sure that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FirstLine {
    pub(super) names: bool,
    pub(super) certainty: Certainty,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certainty {
    /// It may as well be the reverse.
    Guess,
    Likely,
    /// There is text above numbers or dates, or somebody said so.
    Certain,
}

/// With fewer rows, the first one may be an exception.
const MANY_ROWS: usize = 20;

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
/// Text above a column in which it never occurs is a name: above numbers, dates, or words that come again. Dates above
/// dates and formatted numbers above others are values, and so is text that occurs below. Plain numbers are values
/// unless nothing else explains them: names such as years and wavelengths differ from all numbers below in size.
pub(super) fn judge(records: &[Vec<String>], decimal: DecimalMark) -> FirstLine {
    let Some((first, rest)) = records.split_first() else { return FirstLine::given(true) };
    // Files that were appended to each other repeat their header.
    let rest: Vec<&Vec<String>> = rest.iter().filter(|record| *record != first).collect();
    let columns: Vec<(Look, Below<'_>)> = first
        .iter()
        .enumerate()
        .map(|(place, field)| (Look::at(field, decimal), Below::new(&rest, place, decimal)))
        .collect();
    let numbers = Numbers::new(&columns, rest.len());
    if counts_columns(first, rest.first().copied(), decimal) {
        return FirstLine { names: true, certainty: Certainty::Guess };
    }
    let texts = count_texts(first, &columns);
    let is_formatted = |(look, below): &(Look, Below<'_>)| *look == Look::Formatted && below.numbers && below.formatted;
    let is_date = |(look, below): &(Look, Below<'_>)| *look == Look::Date && below.dates;
    let is_date_name = |(look, below): &(Look, Below<'_>)| *look == Look::Date && below.numbers;
    let count = |is: &dyn Fn(&(Look, Below<'_>)) -> bool| columns.iter().filter(|column| is(column)).count();
    let (surely, recurring) = (texts.above_numbers + count(&is_date_name), texts.recurring);
    let (for_names, for_values) = numbers.votes();
    let names = 2 * surely + texts.above_words + usize::from(for_names);
    let values = 2 * (recurring + count(&is_formatted) + count(&is_date)) + usize::from(for_values);
    let has_values = columns.iter().any(|(look, _)| matches!(look, Look::Number(_) | Look::Formatted | Look::Date));
    let by_default = !has_values || (numbers.columns.len() < first.len() && numbers.are_years());
    let is_header = names > values || (names == values && by_default);
    let is_weak =
        names == values && ((has_values && rest.len() > 1) || (texts.above_others > 0 && rest.len() >= MANY_ROWS));
    // Nothing but numbers speaks for names, or nothing but words for values.
    let rests_on_numbers = is_header && !numbers.columns.is_empty();
    let rests_on_words = !has_values && texts.occurring > 0;
    let is_guess = (names > 0 && values > 0)
        || is_weak
        || (surely == 0 && (rests_on_numbers || rests_on_words))
        || (!is_header && numbers.are_years());
    let certainty = match (is_guess, is_header && surely > 0) {
        (true, _) => Certainty::Guess,
        (false, true) => Certainty::Certain,
        (false, false) => Certainty::Likely,
    };
    FirstLine { names: is_header, certainty }
}

/// Whether a line counts the columns from 0 or 1, as a program does that has no names for them. If the `next` one has
/// consecutive numbers as well, they are values.
fn counts_columns(first: &[String], next: Option<&Vec<String>>, decimal: DecimalMark) -> bool {
    let unnamed = usize::from(first.first().is_some_and(String::is_empty));
    let are_consecutive = |numbers: &[f64]| numbers.windows(2).all(|pair| pair[1] - pair[0] == 1.0);
    let next_counts = next.is_some_and(|next| {
        let numbers = next.iter().skip(unnamed).map(|field| cells::parse_number(field, decimal));
        numbers.collect::<Option<Vec<f64>>>().is_some_and(|mut numbers| {
            numbers.sort_by(f64::total_cmp);
            are_consecutive(&numbers)
        })
    });
    let counts_from = |start: usize| (start..).zip(&first[unnamed..]).all(|(place, field)| *field == place.to_string());
    first.len() - unnamed > 2 && (counts_from(0) || counts_from(1)) && !next_counts
}

/// The number of texts in the first line by what is below them.
#[derive(Default)]
struct Texts {
    above_numbers: usize,
    /// Above words that come again, of which the text is none.
    above_words: usize,
    above_others: usize,
    /// Among the words below.
    occurring: usize,
    /// The same, without words that a column may well be named by as well.
    recurring: usize,
}

fn count_texts(first: &[String], columns: &[(Look, Below<'_>)]) -> Texts {
    let mut texts = Texts::default();
    let mut names = HashSet::new();
    // Columns have different names.
    let has_twins = !first.iter().filter(|field| !field.is_empty()).all(|name| names.insert(name));
    for ((look, below), field) in columns.iter().zip(first) {
        if *look != Look::Text {
            continue;
        } else if below.numbers || below.dates {
            texts.above_numbers += 1;
        } else if below.texts.contains_key(field.as_str()) {
            texts.occurring += 1;
            texts.recurring += usize::from(has_twins || !below.are_flags());
        } else if below.present > 0 && 2 * below.texts.len() <= below.present {
            texts.above_words += 1;
        } else {
            texts.above_others += usize::from(below.present > 0);
        }
    }
    texts
}

/// The plain numbers of the first line that are above numbers.
struct Numbers<'a> {
    columns: Vec<(f64, &'a Below<'a>)>,
    rows: usize,
}

impl<'a> Numbers<'a> {
    fn new(columns: &'a [(Look, Below<'a>)], rows: usize) -> Numbers<'a> {
        let number = |(look, below): &'a (Look, Below<'a>)| match look {
            Look::Number(number) => below.numbers.then_some((*number, below)),
            Look::Missing | Look::Formatted | Look::Date | Look::Text => None,
        };
        Numbers { columns: columns.iter().filter_map(number).collect(), rows }
    }

    fn all(&self, is: impl Fn(f64, &Below<'_>) -> bool) -> bool {
        !self.columns.is_empty() && self.columns.iter().all(|&(number, below)| is(number, below))
    }

    /// Whether these are years above other numbers.
    fn are_years(&self) -> bool {
        let is_year = |number: f64| (1800.0..2200.0).contains(&number) && number.fract() == 0.0;
        self.all(|number, below| is_year(number) && !(is_year(below.least) && is_year(below.greatest)))
    }

    /// Whether the numbers are more likely names, and whether they are more likely values.
    fn votes(&self) -> (bool, bool) {
        let are_in_order = |ratio: &dyn Fn(f64, f64) -> f64| {
            self.columns.len() > 1
                && self.columns.windows(2).all(|pair| {
                    let ratio = ratio(pair[0].0, pair[1].0);
                    ratio > 1.0 && ratio <= 2.0
                })
        };
        let ascends = are_in_order(&|a, b| b / a);
        let is_scale = ascends || are_in_order(&|a, b| a / b);
        let shaped = self.columns.iter().filter(|(number, below)| number.fract() == 0.0 && below.decimals).count();
        let near = self.columns.iter().filter(|(number, below)| below.explains(*number)).count();
        if self.rows >= MANY_ROWS && is_scale && near == 0 && 2 * shaped >= self.columns.len() {
            (true, false)
        } else if self.are_years() && (ascends || self.all(|number, below| !below.spans(number))) {
            (false, false)
        } else {
            (false, near > 0 && 2 * near >= self.columns.len())
        }
    }
}

impl FirstLine {
    pub(super) fn given(names: bool) -> FirstLine {
        FirstLine { names, certainty: Certainty::Certain }
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
    fn spans(&self, number: f64) -> bool {
        (self.least..=self.greatest).contains(&number)
    }

    /// Whether a number may be one more of these. In a file that is sorted, the first one is outside of their range.
    fn explains(&self, number: f64) -> bool {
        let distance = (self.least - number).max(number - self.greatest);
        distance <= (self.greatest - self.least).max(self.least.abs()).max(self.greatest.abs())
    }

    /// Whether the words are letters or say yes or no. Such a word may be the name of its column as well: `y`, `m`.
    fn are_flags(&self) -> bool {
        let is_flag = |word: &&str| word.chars().count() == 1 || cells::parse_boolean(word).is_some();
        self.texts.len() <= 2 && self.texts.keys().all(is_flag)
    }

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
        check("01/01/2016,c\n02/01/2016,a\n03/01/2016,a\n04/01/2016,b\n05/01/2016,b", false);
        check("01/01/2016,A,5\n02/01/2016,A,6\n03/01/2016,A,7", false);
        check("region,2020-01-22,2020-01-23\nnorth,1,2\nsouth,3,4", true);
        check("5 %,a\n6 %,b\n7 %,a", false);
        check(&repeated("dose,5 %,10 %", &|row| format!("low,0.{row},1")), true);
        check("0,1,2\n3,4,5\n6,7,8", false);
        check("0,1,2\n3.5,4,5\n6.5,7,8", true);
        check(",0,1,2\n0,3.5,4,5\n1,6.5,7,8", true);
        check("0,1,2,3\n8,5,2,a\n6,7,8,b", true);
        check("1,2,3\n8,5,2\n6,7,8", true);
        check("1.0,2.0,3.0\n8,5,2\n6,7,8", false);
        check("2,3,4\n8,5,2\n6,7,8", false);
        check("1,2,3\n3,1,2\n2,1,3", false);
        check("colour,size\nred,s\nblue,m\ncolour,size\nred,m\nblue,s", true);
        check(&repeated("sample,1100,1102,class", &|row| format!("s{row},0.{row},0.2,{}", row % 2)), true);
        check(&repeated("1100,1102,class", &|row| format!("0.{row},0.2,c{}", row % 2)), true);
        check(&repeated("1100,1102,y", &|row| format!("0.{row},0.2,{}", row % 2)), true);
        check(&repeated("12.5,17.2,y", &|row| format!("{row},{row},c{}", row % 2)), false);
        check(&repeated("0,0.50", &|row| format!("{},{}.5", row + 1, row + 2)), false);
        check(&repeated("1980,100.0,20.0", &|row| format!("{},{}.5,{}.1", row + 1981, row + 103, row + 21)), false);
        check(&repeated("999,88", &|row| format!("{row}.5,3.{row}")), false);
        check(&repeated("0,0.5,start", &|row| format!("{},0.{row},run", row + 1)), false);
        check("name,y\nann,y\nbob,n\ncid,y", true);
        check("text,m\nx,m\nz,f\nu,f", true);
        check("person,yes,no\np,yes,no\nq,no,no\nr,no,yes", true);
        check("p,x,s,x\ne,x,b,y\np,y,s,x\ne,x,s,x", false);
    }
}
