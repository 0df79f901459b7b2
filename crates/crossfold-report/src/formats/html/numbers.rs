//! Out-of-fold predictions of numbers: points and residuals.

use crossfold_study::{Predictions, Truth};
use serde::Serialize;

use super::OutOfFold;
use super::rounded::{Exact, Five, Nine};
use crate::analysis::statistics::{mean, standard_deviation};

/// The most points drawn: more would look the same.
const POINTS: usize = 2_000;

const BINS: usize = 41;

#[derive(Serialize)]
pub(in crate::formats) struct Numbers {
    /// Number of all rows, of which `points` may have a part.
    pub(in crate::formats) rows: usize,
    /// Row, true number, predicted number.
    pub(in crate::formats) points: Vec<(u32, Exact, Five)>,
    residuals: Histogram,
}

/// A histogram of residuals (the truth minus the prediction) with equal bins.
#[derive(Debug, PartialEq, Serialize)]
struct Histogram {
    low: Nine,
    high: Nine,
    /// Residuals outside of `low` to `high` are in the first and the last bin.
    counts: Vec<u32>,
    /// Number of residuals outside.
    outside: u32,
    mean: Nine,
    sd: Nine,
}

impl Numbers {
    pub(in crate::formats) fn new(view: OutOfFold<'_>) -> Numbers {
        let mut all = Vec::new();
        for (validation, Predictions(predictions)) in view.folds {
            let Truth::Numbers(numbers) = &validation.truth else { continue };
            let rows = validation.rows.iter().zip(numbers).zip(predictions.iter());
            all.extend(rows.map(|((&row, &truth), &predicted)| (row, truth, f64::from(predicted))));
        }
        // Thinned evenly by the truth, so that both ends are shown.
        all.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        let residuals: Vec<f64> = all.iter().map(|&(_, truth, predicted)| truth - predicted).collect();
        let points = thinned(&all, POINTS).map(|&(row, truth, predicted)| (row, Exact(truth), Five(predicted)));
        Numbers { rows: all.len(), points: points.collect(), residuals: Histogram::new(&residuals) }
    }
}

/// At most `most` items, evenly spread, including the first and the last.
fn thinned<T>(all: &[T], most: usize) -> impl Iterator<Item = &T> {
    let kept = all.len().min(most);
    (0..kept).map(move |place| &all[if kept < 2 { 0 } else { place * (all.len() - 1) / (kept - 1) }])
}

impl Histogram {
    fn new(values: &[f64]) -> Histogram {
        let widest = values.iter().map(|value| value.abs()).filter(|value| value.is_finite()).fold(0.0, f64::max);
        let count = values.len().max(1) as f64;
        let usual = (values.iter().map(|value| value.powi(2)).sum::<f64>() / count).sqrt();
        // Symmetric about 0, so that 0 is the middle of a bin. The bound keeps a few outliers from putting all others into a
        // single bin.
        let bound = if widest > 0.0 { widest.min(5.0 * usual) } else { 1.0 };
        let outside = values.iter().filter(|value| value.abs() > bound).count() as u32;
        let mut counts = vec![0; BINS];
        for value in values.iter().filter(|value| value.is_finite()) {
            let place = (value + bound) / (2.0 * bound) * BINS as f64;
            counts[(place as usize).min(BINS - 1)] += 1;
        }
        let mean = if values.is_empty() { 0.0 } else { mean(values) };
        let sd = if values.is_empty() { 0.0 } else { standard_deviation(values, mean) };
        Histogram { low: Nine(-bound), high: Nine(bound), counts, outside, mean: Nine(mean), sd: Nine(sd) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_the_ends() {
        let all: Vec<u32> = (0..10).collect();
        let kept = |most| thinned(&all, most).copied().collect::<Vec<_>>();
        assert_eq!(kept(4), [0, 3, 6, 9]);
        assert_eq!(kept(10), all);
        assert_eq!(kept(1), [0]);
        assert_eq!(thinned::<u32>(&[], 4).count(), 0);
    }

    #[test]
    fn every_residual_is_in_a_bin() {
        let Histogram { low, high, counts, outside, mean, sd } = Histogram::new(&[-2.0, 0.0, 0.0, 2.0]);
        assert_eq!(outside, 0);
        assert_eq!((low.0, high.0, mean.0, sd.0), (-2.0, 2.0, 0.0, 2.0_f64.sqrt()));
        assert_eq!((counts[0], counts[BINS / 2], counts[BINS - 1]), (1, 2, 1));
        // By hand: the root mean square of 99 times 1 and once 1,000 is √(10,000.99).
        let far: Vec<f64> = (0..100).map(|row| if row == 0 { -1000.0 } else { 1.0 }).collect();
        let Histogram { high, counts, outside, .. } = Histogram::new(&far);
        assert!((high.0 - 500.02475).abs() < 1e-5, "{}", high.0);
        assert_eq!((counts[0], counts[BINS / 2], outside), (1, 99, 1));
        assert_eq!(Histogram::new(&[0.0]).counts[BINS / 2], 1);
    }
}
