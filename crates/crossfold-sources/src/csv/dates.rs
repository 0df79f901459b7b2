//! The dates of a column of words.

use crossfold_data::MISSING;
use crossfold_study::DateOrder;

use super::ambiguity::Ambiguity;
use super::date::{self, DateForm, Moment};
use super::note::Note;
use super::schema::ValueFormat;
use super::words::Words;

/// What dates the words of a column are.
#[derive(Debug, PartialEq)]
pub(super) enum Dates {
    /// All words are dates in this form.
    All(DateForm),
    /// All words are dates with the day first, the month first or the year first, and these are different dates.
    Ambiguous(Ambiguity),
    /// Nearly all words are dates in this form. The others, by their index.
    Nearly(DateForm, Vec<usize>),
    /// Nearly all words look like dates, in no form that is known.
    Unknown,
    None,
}

/// Forms that may fit the same words.
const ORDERS: [(DateForm, DateOrder); 3] = [
    (DateForm::DayFirst, DateOrder::DayFirst),
    (DateForm::MonthFirst, DateOrder::MonthFirst),
    (DateForm::ShortYearFirst, DateOrder::YearFirst),
];

impl Dates {
    pub(super) fn find(words: &Words) -> Dates {
        const SAMPLE: usize = 50;
        let fits = |form: DateForm, word: &str| form.read(word).is_some();
        let count = |form: DateForm| words.iter().take(SAMPLE).filter(|word| fits(form, word)).count();
        let counts = DateForm::ALL.map(count);
        let best = counts.iter().max().copied().unwrap_or(0);
        let sample = words.len().min(SAMPLE);
        if best * 2 <= sample {
            let alike = words.iter().take(SAMPLE).filter(|word| date::looks_like_date(word)).count();
            return if alike > 0 && alike * 5 >= sample * 4 { Dates::Unknown } else { Dates::None };
        }
        let others = |form: DateForm| (0..words.len()).filter(move |&place| !fits(form, words.get(place)));
        let candidates =
            || DateForm::ALL.into_iter().zip(counts).filter(|(_, count)| *count == best).map(|(form, _)| form);
        let fitting: Vec<DateForm> = candidates().filter(|&form| others(form).next().is_none()).collect();
        match (fitting.as_slice(), candidates().next()) {
            ([first, ..], _) => find_ambiguity(words, &fitting).map_or(Dates::All(*first), Dates::Ambiguous),
            ([], Some(form)) => {
                let others: Vec<usize> = others(form).collect();
                let is_other = |code: &&u32| **code != MISSING && others.binary_search(&(**code as usize)).is_ok();
                let rows = words.codes.iter().filter(is_other).count();
                if rows * 5 <= words.present() { Dates::Nearly(form, others) } else { Dates::None }
            }
            ([], None) => Dates::None,
        }
    }
}

/// The first word that is different dates in forms that fit all words.
fn find_ambiguity(words: &Words, fitting: &[DateForm]) -> Option<Ambiguity> {
    let orders: Vec<(DateForm, DateOrder)> = ORDERS.into_iter().filter(|(form, _)| fitting.contains(form)).collect();
    let differs = |word: &&str| orders.windows(2).any(|pair| pair[0].0.days(word) != pair[1].0.days(word));
    let text = words.iter().find(differs)?;
    let reading = |&(form, order): &(DateForm, DateOrder)| Some((order, date::show(form.days(text)?)));
    Some(Ambiguity { text: text.to_owned(), readings: orders.iter().filter_map(reading).collect() })
}

/// The form of a column of dates: that of the training table, one with the given `order`, or the one that fits best.
pub(super) fn form(words: &Words, trained: Option<DateForm>, order: Option<DateOrder>) -> Result<DateForm, Ambiguity> {
    let count = |form: &DateForm| words.iter().filter(|word| form.read(word).is_some()).count();
    let forms: &[DateForm] = match (trained.filter(|form| count(form) == words.len()), order) {
        (Some(form), _) => return Ok(form),
        (None, Some(DateOrder::DayFirst)) => &[DateForm::Dotted, DateForm::DayFirst],
        (None, Some(DateOrder::MonthFirst)) => &[DateForm::MonthFirst],
        (None, Some(DateOrder::YearFirst)) => {
            &[DateForm::Compact, DateForm::ShortYearFirst, DateForm::YearFirst, DateForm::Iso]
        }
        (None, None) => &[],
    };
    if let Some(form) = forms.iter().max_by_key(|form| count(form)) {
        return Ok(*form);
    }
    match Dates::find(words) {
        Dates::All(form) | Dates::Nearly(form, _) => Ok(form),
        Dates::Ambiguous(ambiguity) => Err(ambiguity),
        Dates::Unknown | Dates::None => Ok(DateForm::Iso),
    }
}

/// What words such as `2003-04` may be, other than months.
#[derive(Debug, PartialEq)]
pub(super) enum Years {
    /// Each is a year and the next one, as a season or a school year is.
    Seasons,
    /// Each may be a range of years.
    Ranges,
}

/// Whether words such as `2003-04` are two years rather than months. Nearly all suffice for seasons, because few months
/// look like one.
pub(super) fn pairs_of_years(words: &Words) -> Option<Years> {
    let two_years = |word: &str| {
        let (year, month) = word.split_once('-').filter(|(year, month)| (year.len(), month.len()) == (4, 2))?;
        Some((year.parse::<u16>().ok()? % 100, month.parse::<u16>().ok()?))
    };
    let count = |holds: fn((u16, u16)) -> bool| words.iter().filter(|word| two_years(word).is_some_and(holds)).count();
    if words.len() > 0 && 5 * count(|(year, next)| (year + 1) % 100 == next) >= 4 * words.len() {
        Some(Years::Seasons)
    } else if count(|(year, other)| year < other) == words.len() {
        Some(Years::Ranges)
    } else {
        None
    }
}

/// A column of dates in one form.
pub(super) struct DateColumn {
    pub(super) form: DateForm,
    /// The date of each word, by the word's index; `None` for words that aren't dates in this form.
    moments: Vec<Option<Moment>>,
    /// The first rows of dates with and without an offset from UTC.
    zoned: Option<usize>,
    unzoned: Option<usize>,
}

impl DateColumn {
    pub(super) fn read(words: &Words, form: DateForm) -> DateColumn {
        let moments: Vec<Option<Moment>> = words.iter().map(|word| form.read(word)).collect();
        let row = |zoned: bool| {
            let is_so =
                |&code: &u32| moments.get(code as usize).is_some_and(|it| it.is_some_and(|it| it.zoned == zoned));
            words.codes.iter().position(is_so)
        };
        let (zoned, unzoned) = (row(true), row(false));
        DateColumn { form, moments, zoned, unzoned }
    }

    pub(super) fn format(&self) -> ValueFormat {
        ValueFormat { unit: None, date: Some(self.form), zoned: self.zoned.is_some() }
    }

    /// A row with an offset from UTC and one without, if there are both.
    pub(super) fn mixed_offsets(&self) -> Option<[usize; 2]> {
        Some([self.zoned?, self.unzoned?])
    }

    /// Notes on what was assumed. `trained` is the format of the training table's dates.
    pub(super) fn notes(&self, column: &str, words: &Words, lines: &[u32], trained: Option<ValueFormat>) -> Vec<Note> {
        let column = || column.to_owned();
        let mut notes = Vec::new();
        if let Some([_, row]) = self.mixed_offsets() {
            let unzoned =
                |&&code: &&u32| self.moments.get(code as usize).is_some_and(|it| it.is_some_and(|it| !it.zoned));
            let (rows, text) = (words.codes.iter().filter(unzoned).count(), words.get(words.codes[row] as usize));
            notes.push(Note::MixedOffsets { column: column(), rows, text: text.to_owned(), line: lines[row] as usize });
        }
        let short = |(place, moment): (usize, &Option<Moment>)| moment.filter(|it| it.short_year).map(|it| (place, it));
        if let Some((place, moment)) = self.moments.iter().enumerate().find_map(short) {
            let (text, year) = (words.get(place).to_owned(), date::year(moment.days));
            notes.push(Note::ShortYears { column: column(), text, year });
        }
        match trained {
            Some(trained) if words.len() > 0 && trained.date.is_some_and(|form| form != self.form) => {
                notes.push(Note::OtherDates { column: column() });
            }
            Some(trained) if words.len() > 0 && trained.zoned != self.zoned.is_some() => {
                notes.push(Note::OtherOffsets { column: column(), trained: trained.zoned });
            }
            Some(_) | None => {}
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(texts: &[&str]) -> Words {
        let mut words = Words::default();
        texts.iter().for_each(|text| words.push(text));
        words
    }

    #[test]
    fn a_column_has_one_form_of_dates() {
        let check = |texts: &[&str], expected: Dates| assert_eq!(Dates::find(&words(texts)), expected, "{texts:?}");
        check(&["2024-01-05", "2024-02-05"], Dates::All(DateForm::Iso));
        check(&["1/2/2024", "13/2/2024"], Dates::All(DateForm::DayFirst));
        check(&["1/2/2024", "2/13/2024"], Dates::All(DateForm::MonthFirst));
        let ambiguous = |text: &str, readings: &[(DateOrder, &str)]| {
            let readings = readings.iter().map(|&(order, date)| (order, date.to_owned())).collect();
            Dates::Ambiguous(Ambiguity { text: text.to_owned(), readings })
        };
        use DateOrder::{DayFirst, MonthFirst, YearFirst};
        let dates = ambiguous("1/2/2024", &[(DayFirst, "2024-02-01"), (MonthFirst, "2024-01-02")]);
        check(&["1/1/2024", "1/2/2024", "2/3/2024"], dates);
        check(&["1/1/2024", "2/2/2024"], Dates::All(DateForm::DayFirst));
        check(&["Mon 1/1/2024", "Sun 3/11/2024"], Dates::All(DateForm::DayFirst));
        let dates = ambiguous("24-01-15", &[(DayFirst, "2015-01-24"), (YearFirst, "2024-01-15")]);
        check(&["24-01-15", "24-01-16"], dates);
        check(&["99-12-31", "98-12-30"], Dates::All(DateForm::ShortYearFirst));
        check(&["31.12.99", "1.1.00"], Dates::All(DateForm::Dotted));
        check(&["2024-01-05", "2024-01-06", "2024-01-07", "2024-01-08", "2024-02-30"], {
            Dates::Nearly(DateForm::Iso, vec![4])
        });
        check(&["2024-13-05", "2024-14-05"], Dates::Unknown);
        check(&["5/1/2024 10:00 EST", "6/1/2024 11:00 EST"], Dates::Unknown);
        check(&["Jan-24", "Feb-24"], Dates::Unknown);
        check(&["1 May", "2 May"], Dates::Unknown);
        check(&["12/2024", "2024/11"], Dates::Unknown);
        check(&["2003/04", "2004/05"], Dates::None);
        check(&["2024-01-05", "a", "b"], Dates::None);
        check(&["a", "b"], Dates::None);
        check(&[], Dates::None);
    }

    #[test]
    fn months_may_be_two_years() {
        let check = |texts: &[&str], expected| assert_eq!(pairs_of_years(&words(texts)), expected, "{texts:?}");
        check(&["2003-04", "2011-12"], Some(Years::Seasons));
        check(&["1998-99", "1999-00", "2012-13"], Some(Years::Seasons));
        check(&["2003-04", "2004-05", "2012-13", "2013-14", "2020-22"], Some(Years::Seasons));
        check(&["2001-04", "2005-08"], Some(Years::Ranges));
        check(&["2003-04", "2003-03"], None);
        check(&["2003-03", "2003-04", "2003-05"], None);
        check(&["2003M04"], None);
    }
}
