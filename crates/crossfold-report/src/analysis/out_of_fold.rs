//! Out-of-fold outcomes of each row, as a baseline keeps them.

mod per_row;
mod row_changes;

use crossfold_study::{InfluenceSource, Metric, Predictions, Truth, ValidationRows, influence, most_probable};

pub use per_row::PerRow;
pub(in crate::analysis) use per_row::read_lines;
pub use row_changes::{ErrorChange, RowChanges};

/// For each repeat, whether each row was classified right: `1` or `0`, or `-` where it validated no
/// fold. Empty for regression.
pub(crate) fn correct(rows: usize, classes: usize, folds: &[(&ValidationRows, &Predictions)]) -> Vec<String> {
    let marks = by_repeat(rows, folds, |validation, Predictions(probabilities)| match &validation.truth {
        Truth::Labels(labels) => {
            let is_right = |(&label, probabilities): (&u32, &[f32])| most_probable(probabilities) == label as usize;
            Some(labels.iter().zip(probabilities.chunks_exact(classes)).map(is_right).collect())
        }
        Truth::Numbers(_) => None,
    });
    let mark = |is_right: Option<bool>| is_right.map_or('-', |is_right| if is_right { '1' } else { '0' });
    marks.into_iter().map(|marks| marks.into_iter().map(mark).collect()).collect()
}

/// For each repeat, each row's error. Empty for classification.
pub(crate) fn errors(rows: usize, folds: &[(&ValidationRows, &Predictions)]) -> Vec<PerRow<f32>> {
    let errors = by_repeat(rows, folds, |validation, Predictions(numbers)| match &validation.truth {
        Truth::Labels(_) => None,
        Truth::Numbers(targets) => {
            let error = |(&number, target): (&f32, &f64)| (f64::from(number) - target) as f32;
            Some(numbers.iter().zip(targets).map(error).collect())
        }
    });
    errors.into_iter().map(PerRow).collect()
}

/// For each repeat, the fold that each row validates, counted from 1.
pub(crate) fn parts(rows: usize, folds: &[(&ValidationRows, &Predictions)]) -> Vec<PerRow<u32>> {
    let part = |validation: &ValidationRows| vec![validation.fold.fold + 1; validation.rows.len()];
    by_repeat(rows, folds, |validation, _| Some(part(validation))).into_iter().map(PerRow).collect()
}

/// The group of each row that validates; empty where the splits keep no groups together.
pub(crate) fn groups(rows: usize, folds: &[(&ValidationRows, &Predictions)]) -> Vec<Option<u32>> {
    let merge =
        |known: Vec<Option<u32>>, other| known.into_iter().zip(other).map(|(a, b): (_, Option<u32>)| a.or(b)).collect();
    by_repeat(rows, folds, |validation, _| validation.groups.clone()).into_iter().reduce(merge).unwrap_or_default()
}

/// For each repeat, each row's influence on its fold's metric, with five digits. Empty for metrics whose influences
/// follow from [`correct`] or [`errors`].
pub(crate) fn influences(
    metric: Metric,
    rows: usize,
    classes: usize,
    folds: &[(&ValidationRows, &Predictions)],
) -> Vec<PerRow<f32>> {
    match metric.influence_source() {
        InfluenceSource::Correctness | InfluenceSource::Error => Vec::new(),
        InfluenceSource::Predictions => {
            // Rounded as in the file, so that equal predictions compare equal.
            let rounded = |value: f64| format!("{value:.4e}").parse().unwrap_or(f32::NAN);
            let rounded_influences = |validation: &ValidationRows, predictions: &Predictions| {
                let values = influence(metric, &validation.truth, predictions, classes)?;
                Some(values.into_iter().map(rounded).collect())
            };
            by_repeat(rows, folds, rounded_influences).into_iter().map(PerRow).collect()
        }
    }
}

/// For each repeat, the values of `fold_values` at the rows' places; `None` for rows that validated no fold.
fn by_repeat<T: Clone>(
    rows: usize,
    folds: &[(&ValidationRows, &Predictions)],
    fold_values: impl Fn(&ValidationRows, &Predictions) -> Option<Vec<T>>,
) -> Vec<Vec<Option<T>>> {
    // Row numbers are those of the file, of which a study may use only some rows.
    let last = folds.iter().flat_map(|(validation, _)| &validation.rows).max();
    let rows = last.map_or(rows, |&last| rows.max(last as usize + 1));
    let mut repeats: Vec<Vec<Option<T>>> = Vec::new();
    for (validation, predictions) in folds {
        let Some(values) = fold_values(validation, predictions) else { continue };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crossfold_study::FoldId;

    fn validation(repeat: u32, rows: &[u32], truth: Truth) -> ValidationRows {
        ValidationRows { fold: FoldId { repeat, fold: 0 }, rows: rows.to_vec(), groups: None, truth }
    }

    /// Two classes; of equal probabilities the first is predicted.
    #[test]
    fn each_row_is_right_or_wrong_once_per_repeat() {
        let labels = |labels: &[u32]| Truth::Labels(labels.to_vec());
        let [a, b] = [validation(0, &[0, 3], labels(&[0, 1])), validation(1, &[2], labels(&[1]))];
        let [p, q] = [&[0.5, 0.5, 0.9, 0.1][..], &[0.2, 0.8]].map(|values| Predictions(values.into()));
        assert_eq!(correct(4, 2, &[(&a, &p), (&b, &q)]), ["1--0", "--1-"]);
        assert_eq!(errors(4, &[(&a, &p), (&b, &q)]), []);
        let folds: Vec<String> = parts(4, &[(&a, &p), (&b, &q)]).into_iter().map(String::from).collect();
        assert_eq!(folds, ["1 - - 1", "- - 1 -"]);
    }

    #[test]
    fn each_row_has_an_error_once_per_repeat() {
        let numbers = |numbers: &[f64]| Truth::Numbers(numbers.to_vec());
        let [a, b] = [validation(0, &[0, 3], numbers(&[1.0, -2.0])), validation(1, &[2], numbers(&[1e300]))];
        let [p, q] = [&[1.5, -3.25][..], &[0.0]].map(|values| Predictions(values.into()));
        let kept: Vec<String> = errors(4, &[(&a, &p), (&b, &q)]).into_iter().map(String::from).collect();
        assert_eq!(kept, ["0.5 - - -1.25", "- - -inf -"]);
        assert_eq!(correct(4, 0, &[(&a, &p), (&b, &q)]), Vec::<String>::new());
        for text in kept {
            assert_eq!(String::from(PerRow::<f32>::try_from(text.clone()).unwrap()), text);
        }
        assert!(PerRow::<f32>::try_from("1 x".to_owned()).is_err());
    }

    /// −ln ½ and −ln 0.1 less their mean, 1.4979.
    #[test]
    fn influences_have_five_digits() {
        let validation = validation(0, &[0, 3], Truth::Labels(vec![0, 1]));
        let predictions = Predictions([0.5, 0.5, 0.9, 0.1][..].into());
        let lines = |metric| influences(metric, 4, 2, &[(&validation, &predictions)]).into_iter().map(String::from);
        assert_eq!(lines(Metric::LogLoss).collect::<Vec<_>>(), ["-0.80472 - - 0.80472"]);
        assert_eq!(lines(Metric::Accuracy).count(), 0);
    }
}
