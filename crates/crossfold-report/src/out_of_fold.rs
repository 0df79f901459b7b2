//! How a winner did on each row out of fold, as a baseline keeps it, and what became of it.

use crossfold_study::{Metric, Predictions, Truth, ValidationRows, most_probable};
use serde::{Deserialize, Serialize};

use crate::figure::Precision;
use crate::statistics::standard_error;

/// For each repeat, each row's prediction less its target, in the target's unit; `None` where it
/// validated no fold. Kept with seven digits: a line `0.5 - -1.25`, with `-` for `None`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Errors(Vec<Option<f32>>);

impl From<Errors> for String {
    fn from(Errors(errors): Errors) -> String {
        let shown = |error: Option<f32>| error.map_or_else(|| "-".to_owned(), |error| error.to_string());
        errors.into_iter().map(shown).collect::<Vec<_>>().join(" ")
    }
}

impl TryFrom<String> for Errors {
    type Error = std::num::ParseFloatError;

    fn try_from(text: String) -> Result<Errors, Self::Error> {
        let error = |word: &str| if word == "-" { Ok(None) } else { word.parse().map(Some) };
        text.split_whitespace().map(error).collect::<Result<_, _>>().map(Errors)
    }
}

/// For each repeat, whether each row was classified right: `1` or `0`, or `-` where it validated no
/// fold. Nothing where numbers are learnt.
pub(crate) fn correct(rows: usize, classes: usize, folds: &[(&ValidationRows, &Predictions)]) -> Vec<String> {
    let marks = by_repeat(rows, folds, |truth, Predictions(probabilities)| match truth {
        Truth::Labels(labels) => {
            let is_right = |(&label, probabilities): (&u32, &[f32])| most_probable(probabilities) == label as usize;
            Some(labels.iter().zip(probabilities.chunks_exact(classes)).map(is_right).collect())
        }
        Truth::Numbers(_) => None,
    });
    let mark = |is_right: Option<bool>| is_right.map_or('-', |is_right| if is_right { '1' } else { '0' });
    marks.into_iter().map(|marks| marks.into_iter().map(mark).collect()).collect()
}

/// Each row's error, by repeat. Nothing where classes are learnt.
pub(crate) fn errors(rows: usize, folds: &[(&ValidationRows, &Predictions)]) -> Vec<Errors> {
    let errors = by_repeat(rows, folds, |truth, Predictions(numbers)| match truth {
        Truth::Labels(_) => None,
        Truth::Numbers(targets) => {
            let error = |(&number, target): (&f32, &f64)| (f64::from(number) - target) as f32;
            Some(numbers.iter().zip(targets).map(error).collect())
        }
    });
    errors.into_iter().map(Errors).collect()
}

/// What `of` makes of each fold's rows, in the rows' places; `None` for rows that validated no fold.
fn by_repeat<T: Clone>(
    rows: usize,
    folds: &[(&ValidationRows, &Predictions)],
    of: impl Fn(&Truth, &Predictions) -> Option<Vec<T>>,
) -> Vec<Vec<Option<T>>> {
    // A table's rows are counted in its file, of which a study may have only some.
    let last = folds.iter().flat_map(|(validation, _)| &validation.rows).max();
    let rows = last.map_or(rows, |&last| rows.max(last as usize + 1));
    let mut repeats: Vec<Vec<Option<T>>> = Vec::new();
    for (validation, predictions) in folds {
        let Some(values) = of(&validation.truth, predictions) else { continue };
        let repeat = validation.fold.repeat as usize;
        if repeats.len() <= repeat {
            repeats.resize(repeat + 1, vec![None; rows]);
        }
        for (&row, value) in validation.rows.iter().zip(values) {
            repeats[repeat][row as usize] = Some(value);
        }
    }
    repeats
}

/// What became of the rows, out of fold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Changed {
    /// Rows that were classified differently.
    Classes {
        right_to_wrong: usize,
        wrong_to_right: usize,
    },
    Numbers(ErrorChange),
}

/// How rows' errors compare, each row's with its own.
///
/// A row's loss, the mean over repeats, is the absolute error where a study is judged by `mae`, else
/// the squared error. Pairing takes out how hard a row is, as in the test of Diebold and Mariano (1995,
/// "Comparing predictive accuracy", JBES 13). Rows share networks, so that their losses are not quite
/// independent, and the standard error is likely too small; the verdict doesn't hang on it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ErrorChange {
    loss: Loss,
    /// The mean of the new losses less the old: above 0, it got worse. In the target's unit, or its square.
    difference: f64,
    /// Of the difference; `None` for a single row.
    standard_error: Option<f64>,
    /// How many were compared.
    rows: usize,
    /// Rows whose loss is less than it was.
    closer: usize,
    /// Rows whose loss is more than it was.
    further: usize,
}

/// What is made of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Loss {
    AbsoluteError,
    SquaredError,
}

impl Loss {
    /// What is averaged over rows for `metric`.
    fn of(metric: Metric) -> Loss {
        match metric {
            Metric::Mae => Loss::AbsoluteError,
            Metric::Rmse
            | Metric::R2
            | Metric::LogLoss
            | Metric::Accuracy
            | Metric::BalancedAccuracy
            | Metric::F1
            | Metric::RocAuc
            | Metric::AveragePrecision
            | Metric::Brier
            | Metric::CalibrationError => Loss::SquaredError,
        }
    }

    fn get(self, error: f32) -> f64 {
        match self {
            Loss::AbsoluteError => f64::from(error).abs(),
            Loss::SquaredError => f64::from(error).powi(2),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Loss::AbsoluteError => "absolute error",
            Loss::SquaredError => "squared error",
        }
    }
}

impl Changed {
    /// `None` where other rows validate, and so the splits are others.
    pub(crate) fn of_classes(old: &[String], new: &[String]) -> Option<Changed> {
        let pairs: Vec<(u8, u8)> = pair_up(old.iter().map(String::as_bytes), new.iter().map(String::as_bytes))?;
        if pairs.iter().any(|&(old, new)| (old == b'-') != (new == b'-')) {
            return None;
        }
        let count = |wanted| pairs.iter().filter(|&&pair| pair == wanted).count();
        Some(Changed::Classes { right_to_wrong: count((b'1', b'0')), wrong_to_right: count((b'0', b'1')) })
    }

    /// `None` where other rows validate, or none.
    pub(crate) fn of_numbers(metric: Metric, old: &[Errors], new: &[Errors]) -> Option<Changed> {
        let rows = old.first()?.0.len();
        let pairs = pair_up(old.iter().map(|errors| &errors.0[..]), new.iter().map(|errors| &errors.0[..]))?;
        let loss = Loss::of(metric);
        let mut sums = vec![(0.0, 0_u32); rows];
        for (place, pair) in pairs.into_iter().enumerate() {
            let (sum, repeats) = &mut sums[place % rows];
            match pair {
                (Some(old), Some(new)) => {
                    *sum += loss.get(new) - loss.get(old);
                    *repeats += 1;
                }
                (None, None) => {}
                (Some(_), None) | (None, Some(_)) => return None,
            }
        }
        let compared = sums.into_iter().filter(|&(_, repeats)| repeats > 0);
        let differences: Vec<f64> = compared.map(|(sum, repeats)| sum / f64::from(repeats)).collect();
        if differences.is_empty() {
            return None;
        }
        let difference = differences.iter().sum::<f64>() / differences.len() as f64;
        Some(Changed::Numbers(ErrorChange {
            loss,
            difference,
            standard_error: standard_error(&differences, difference),
            rows: differences.len(),
            closer: differences.iter().filter(|&&difference| difference < 0.0).count(),
            further: differences.iter().filter(|&&difference| difference > 0.0).count(),
        }))
    }

    /// In one line, without its end.
    pub(crate) fn line(&self) -> String {
        match *self {
            Changed::Classes { right_to_wrong, wrong_to_right } => {
                format!("rows out of fold: {right_to_wrong} from right to wrong, {wrong_to_right} from wrong to right")
            }
            Changed::Numbers(ErrorChange { loss, difference, standard_error, rows, closer, further }) => {
                let error = standard_error.unwrap_or_default();
                let precision = Precision::five_digits(difference.abs().max(error));
                let way = if difference > 0.0 { "more" } else { "less" };
                let (difference, error) = (precision.show(difference.abs()), precision.show(error));
                let loss = loss.words();
                format!(
                    "rows out of fold: mean {loss} {difference} {way}, standard error {error}; \
                     of {rows} rows {closer} closer, {further} further off"
                )
            }
        }
    }
}

/// What stands at the same place in both; `None` where they don't have the same places.
fn pair_up<'a, T: Copy + 'a>(
    old: impl ExactSizeIterator<Item = &'a [T]>,
    new: impl ExactSizeIterator<Item = &'a [T]>,
) -> Option<Vec<(T, T)>> {
    if old.len() != new.len() {
        return None;
    }
    let mut pairs = Vec::new();
    for (old, new) in old.zip(new) {
        if old.len() != new.len() {
            return None;
        }
        pairs.extend(old.iter().copied().zip(new.iter().copied()));
    }
    Some(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossfold_study::FoldId;

    fn validation(repeat: u32, rows: &[u32], truth: Truth) -> ValidationRows {
        ValidationRows { fold: FoldId { repeat, fold: 0 }, rows: rows.to_vec(), truth }
    }

    /// Two classes; the first of equal probabilities counts.
    #[test]
    fn each_row_is_right_or_wrong_once_a_repeat() {
        let labels = |labels: &[u32]| Truth::Labels(labels.to_vec());
        let [a, b] = [validation(0, &[0, 3], labels(&[0, 1])), validation(1, &[2], labels(&[1]))];
        let [p, q] = [&[0.5, 0.5, 0.9, 0.1][..], &[0.2, 0.8]].map(|values| Predictions(values.into()));
        assert_eq!(correct(4, 2, &[(&a, &p), (&b, &q)]), ["1--0", "--1-"]);
        assert_eq!(errors(4, &[(&a, &p), (&b, &q)]), []);
    }

    #[test]
    fn each_row_has_an_error_once_a_repeat() {
        let numbers = |numbers: &[f64]| Truth::Numbers(numbers.to_vec());
        let [a, b] = [validation(0, &[0, 3], numbers(&[1.0, -2.0])), validation(1, &[2], numbers(&[1e300]))];
        let [p, q] = [&[1.5, -3.25][..], &[0.0]].map(|values| Predictions(values.into()));
        let kept: Vec<String> = errors(4, &[(&a, &p), (&b, &q)]).into_iter().map(String::from).collect();
        assert_eq!(kept, ["0.5 - - -1.25", "- - -inf -"]);
        assert_eq!(correct(4, 0, &[(&a, &p), (&b, &q)]), Vec::<String>::new());
        for text in kept {
            assert_eq!(String::from(Errors::try_from(text.clone()).unwrap()), text);
        }
        assert!(Errors::try_from("1 x".to_owned()).is_err());
    }

    fn of(metric: Metric, old: &[&str], new: &[&str]) -> Option<Changed> {
        let errors = |lines: &[&str]| -> Vec<Errors> {
            lines.iter().map(|line| Errors::try_from((*line).to_owned()).unwrap()).collect()
        };
        Changed::of_numbers(metric, &errors(old), &errors(new))
    }

    /// By hand: of absolute errors the differences are −1, 2 and 0, whose standard deviation is √(7/3), of
    /// squared ones −3, 8 and 0, whose is √(97/3).
    #[test]
    fn errors_are_compared_row_by_row() {
        let line = |metric| of(metric, &["2 - -1 3"], &["-1 - 3 3"]).unwrap().line();
        assert_eq!(
            line(Metric::Mae),
            "rows out of fold: mean absolute error 0.33333 more, standard error 0.88192; \
             of 3 rows 1 closer, 1 further off"
        );
        assert_eq!(
            line(Metric::Rmse),
            "rows out of fold: mean squared error 1.6667 more, standard error 3.2830; \
             of 3 rows 1 closer, 1 further off"
        );
        assert_eq!(line(Metric::R2), line(Metric::Rmse));
    }

    /// Two repeats of two rows are two differences, −2 and 1, and not four.
    #[test]
    fn a_row_counts_once_however_often_it_validates() {
        let Some(Changed::Numbers(change)) = of(Metric::Mae, &["3 1", "3 1"], &["1 1", "1 3"]) else { panic!() };
        assert_eq!((change.difference, change.rows, change.closer, change.further), (-0.5, 2, 1, 1));
        assert_eq!(change.standard_error, Some(1.5));
    }

    #[test]
    fn other_rows_are_not_compared() {
        assert_eq!(of(Metric::Mae, &["1 -"], &["- 1"]), None);
        assert_eq!(of(Metric::Mae, &["1 2"], &["1"]), None);
        assert_eq!(of(Metric::Mae, &["1"], &["1", "1"]), None);
        assert_eq!(of(Metric::Mae, &["- -"], &["- -"]), None);
        assert_eq!(of(Metric::Mae, &[], &[]), None);
    }
}
