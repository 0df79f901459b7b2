//! The dates of a column of words.

use crossfold_data::MISSING;

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
    Ambiguous,
    /// Nearly all words are dates in this form. The others, by their index.
    Nearly(DateForm, Vec<usize>),
    /// Nearly all words look like dates, in no form that is known.
    Unknown,
    None,
}

/// Forms that may fit the same words.
const ORDERS: [DateForm; 3] = [DateForm::DayFirst, DateForm::MonthFirst, DateForm::ShortYearFirst];

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
        let differ = |a: DateForm, b: DateForm| words.iter().any(|word| a.days(word) != b.days(word));
        match (fitting.as_slice(), candidates().next()) {
            ([first, rest @ ..], _) if ORDERS.contains(first) && rest.iter().any(|&other| differ(*first, other)) => {
                Dates::Ambiguous
            }
            ([first, ..], _) => Dates::All(*first),
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

/// What months such as `2003-04` may be instead.
#[derive(Debug, PartialEq)]
pub(super) enum Years {
    /// Each is a year and the next one, as a season or a school year is.
    Seasons,
    /// Each may be a range of years.
    Ranges,
}

/// Whether all words, which are months, may be two years.
pub(super) fn years_of_months(words: &Words) -> Option<Years> {
    let two_years = |word: &str| {
        let (year, month) = word.split_once('-').filter(|(_, month)| month.len() == 2)?;
        Some((year.parse::<u16>().ok()? % 100, month.parse::<u16>().ok()?))
    };
    let all = |holds: fn((u16, u16)) -> bool| words.iter().all(|word| two_years(word).is_some_and(holds));
    if all(|(year, next)| (year + 1) % 100 == next) {
        Some(Years::Seasons)
    } else if all(|(year, other)| year < other) {
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
    /// A few dates may fit several forms, so that of the training table is preferred.
    pub(super) fn read(words: &Words, trained: Option<DateForm>) -> DateColumn {
        let fits = |form: &DateForm| words.iter().all(|word| form.read(word).is_some());
        let form = trained.filter(fits).unwrap_or_else(|| match Dates::find(words) {
            Dates::All(form) | Dates::Nearly(form, _) => form,
            Dates::Ambiguous | Dates::Unknown | Dates::None => DateForm::Iso,
        });
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
        check(&["1/2/2024", "2/3/2024"], Dates::Ambiguous);
        check(&["1/1/2024", "2/2/2024"], Dates::All(DateForm::DayFirst));
        check(&["Mon 1/1/2024", "Sun 3/11/2024"], Dates::All(DateForm::DayFirst));
        check(&["24-01-15", "24-01-16"], Dates::Ambiguous);
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
        assert_eq!(years_of_months(&words(&["2003-04", "2011-12"])), Some(Years::Seasons));
        assert_eq!(years_of_months(&words(&["2001-04", "2005-08"])), Some(Years::Ranges));
        assert_eq!(years_of_months(&words(&["2003-04", "2003-03"])), None);
        assert_eq!(years_of_months(&words(&["2003M04"])), None);
    }
}
