//! How much better one predictor is than another on the same validation rows.

use crossfold_study::{Metric, Predictions, StudyRecord, influence};

use super::statistics::{Difference, Overlap, Population, Side, UnitShares, number_places, sign};

/// How a predictor does on the folds of a plan.
#[derive(Clone, Copy)]
pub(super) struct FoldResults<'a> {
    /// The metric on each fold, where it is defined.
    pub(super) scores: &'a [Option<f64>],
    /// The predictions on each fold, where they are known.
    pub(super) predictions: Option<&'a [&'a Predictions]>,
}

/// Estimates how much better `second` is than `first` on new rows of the same kind, whatever the metric, on the folds where
/// both have a score. Rows of a group count as one where the splits keep groups together.
///
/// `None` if nothing says how much scores vary.
pub(super) fn difference(
    record: &StudyRecord,
    metric: Metric,
    first: FoldResults<'_>,
    second: FoldResults<'_>,
) -> Option<Difference> {
    // The same folds for both: whether a metric is defined depends on the rows alone.
    let both = first.scores.iter().zip(second.scores).zip(&record.validation).enumerate();
    let defined = both.filter_map(|(fold, ((first, second), part))| Some((fold, (*first)?, (*second)?, part)));
    let (mut folds, mut firsts, mut seconds, mut parts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (fold, first, second, part) in defined {
        folds.push(fold);
        firsts.push(sign(metric) * first);
        seconds.push(sign(metric) * second);
        parts.push(part);
    }
    let numbers = parts.iter().map(|part| part.groups.as_ref().unwrap_or(&part.rows).as_slice());
    let (places, _) = number_places(numbers);
    let classes = record.classes.len();
    let shares = |predictions: &[&Predictions]| {
        let mut shares = Vec::with_capacity(places.len());
        for (&fold, part) in folds.iter().zip(&parts) {
            let scale = sign(metric) / (part.rows.len() * parts.len()) as f64;
            let influences = influence(metric, &part.truth, predictions.get(fold)?, classes)?;
            shares.extend(influences.into_iter().map(|influence| influence * scale));
        }
        let is_finite = shares.iter().all(|share: &f64| share.is_finite());
        is_finite.then(|| UnitShares::new(&shares, &places))
    };
    let first_shares = first.predictions.and_then(shares);
    let second_shares = second.predictions.and_then(shares);
    let first = Side { scores: &firsts, shares: first_shares.as_ref().map(UnitShares::shares) };
    let second = Side { scores: &seconds, shares: second_shares.as_ref().map(UnitShares::shares) };
    Difference::estimate(first, second, Overlap { rows: true, folds: true }, Population::NewRows)
}
