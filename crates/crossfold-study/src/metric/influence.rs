//! The influence of each row on a metric.

use super::Metric;
use super::class_rows::{ClassRows, most_probable};
use super::definition::Formula;
use super::number_rows::NumberRows;
use crate::{Predictions, Truth};

/// The empirical influence φ of each row on `metric` (Hampel 1974, "The influence curve and its role in robust
/// estimation", JASA 69). To first order, weighting the rows by w changes the metric by the mean of (w − 1)·φ over the
/// rows. The sum of φ is 0.
///
/// For means over rows, such as the accuracy, φ is a row's score minus the mean, and this is exact. For other metrics
/// it is the delta method.
///
/// `None` if there are no rows, or if the metric is undefined on them (see
/// [`Evaluation::get`](super::Evaluation::get)).
///
/// # Panics
/// If the metric and the rows are of different tasks.
pub fn influence(metric: Metric, truth: &Truth, predictions: &Predictions, classes: usize) -> Option<Vec<f64>> {
    let Predictions(predictions) = predictions;
    match (&metric.definition().formula, truth) {
        (_, Truth::Labels(labels)) if labels.is_empty() => None,
        (_, Truth::Numbers(targets)) if targets.is_empty() => None,
        (Formula::Classes { influence, .. }, Truth::Labels(labels)) => {
            influence(&ClassRows { labels, probabilities: predictions, classes })
        }
        (Formula::Numbers { influence, .. }, Truth::Numbers(targets)) => {
            influence(&NumberRows { targets, predictions })
        }
        (Formula::Classes { .. }, Truth::Numbers(_)) | (Formula::Numbers { .. }, Truth::Labels(_)) => {
            panic!("a checked study asks for metrics of its task")
        }
    }
}

/// The influence of rows on the mean of `values`.
pub(super) fn subtract_mean(mut values: Vec<f64>) -> Vec<f64> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter_mut().for_each(|value| *value -= mean);
    values
}

impl ClassRows<'_> {
    /// The influence of rows on the mean of a ratio over the classes whose denominator isn't 0. `contribution` returns
    /// what a row adds to a class's numerator and denominator, given whether it is of the class and whether it is
    /// predicted to be.
    pub(super) fn influence_on_mean_ratio(&self, contribution: impl Fn(bool, bool) -> [f64; 2]) -> Vec<f64> {
        let predicted: Vec<usize> = self.iter().map(|(_, row)| most_probable(row)).collect();
        let each = |class: usize| {
            let contribution = &contribution;
            let labels = self.labels.iter().zip(&predicted);
            labels.map(move |(&label, &predicted)| contribution(label as usize == class, predicted == class))
        };
        let mut influence = vec![0.0; self.labels.len()];
        let sums: Vec<[f64; 2]> = (0..self.classes)
            .map(|class| each(class).fold([0.0; 2], |[top, bottom], [a, b]| [top + a, bottom + b]))
            .collect();
        let defined = sums.iter().filter(|[_, bottom]| *bottom > 0.0).count() as f64;
        for (class, [top, bottom]) in sums.into_iter().enumerate().filter(|(_, [_, bottom])| *bottom > 0.0) {
            let (ratio, scale) = (top / bottom, self.labels.len() as f64 / bottom / defined);
            for (row, [a, b]) in influence.iter_mut().zip(each(class)) {
                *row += scale * (a - ratio * b);
            }
        }
        influence
    }
}

#[cfg(test)]
mod tests {
    use crossfold_network::Task;

    use super::*;
    use crate::{Scorer, Seed, Tally};

    /// The score of rows that are repeated `weights` times.
    fn weighted_score(metric: Metric, truth: &Truth, predictions: &[f32], classes: usize, weights: &[u32]) -> f64 {
        let copies = |place: usize| std::iter::repeat_n(place, weights[place] as usize);
        let rows: Vec<usize> = (0..weights.len()).flat_map(copies).collect();
        let scored = match truth {
            Truth::Labels(labels) => {
                let labels: Vec<u32> = rows.iter().map(|&row| labels[row]).collect();
                let probabilities = |&row: &usize| &predictions[row * classes..][..classes];
                let probabilities: Vec<f32> = rows.iter().flat_map(probabilities).copied().collect();
                let rows = || labels.iter().zip(probabilities.chunks_exact(classes));
                let loss = rows().map(|(&label, row)| -f64::from(row[label as usize]).ln()).sum();
                let correct = rows().filter(|(label, row)| most_probable(row) == **label as usize).count() as u32;
                let tally = Tally::Classes { rows: labels.len() as u32, correct, loss };
                Scorer::default().score(tally, &Truth::Labels(labels), &probabilities)
            }
            Truth::Numbers(targets) => {
                let error = |&row: &usize| f64::from(predictions[row]) - targets[row];
                let mean = rows.iter().map(|&row| targets[row]).sum::<f64>() / rows.len() as f64;
                let tally = Tally::Numbers {
                    rows: rows.len() as u32,
                    squared: rows.iter().map(|row| error(row).powi(2)).sum(),
                    absolute: rows.iter().map(|row| error(row).abs()).sum(),
                    spread: rows.iter().map(|&row| (targets[row] - mean).powi(2)).sum(),
                };
                let predictions: Vec<f32> = rows.iter().map(|&row| predictions[row]).collect();
                let truth = Truth::Numbers(rows.iter().map(|&row| targets[row]).collect());
                Scorer::default().score(tally, &truth, &predictions)
            }
        };
        scored.get(metric).unwrap()
    }

    /// Twelve rows with ties, of `classes` classes.
    fn classified(classes: usize) -> (Truth, Vec<f32>) {
        let mut generator = Seed(3).subset();
        let labels = (0..12).map(|row| (row % classes) as u32).collect();
        let mut row = || {
            let weights: Vec<f32> = (0..classes).map(|_| 1.0 + generator.below(4) as f32).collect();
            let sum: f32 = weights.iter().sum();
            weights.into_iter().map(move |weight| weight / sum).collect::<Vec<_>>()
        };
        (Truth::Labels(labels), (0..12).flat_map(|_| row()).collect())
    }

    /// Compares influences with the change of the score when all rows are counted a thousand times, and one of them
    /// once more.
    fn check(metric: Metric, truth: &Truth, predictions: &[f32], classes: usize) {
        const TIMES: u32 = 1000;
        let found = influence(metric, truth, &Predictions(predictions.into()), classes).unwrap();
        let rows = found.len();
        assert!(found.iter().sum::<f64>().abs() < 1e-10, "{metric}: {found:?}");
        let even = vec![TIMES; rows];
        let before = weighted_score(metric, truth, predictions, classes, &even);
        for row in 0..rows {
            let mut weights = even.clone();
            weights[row] += 1;
            let slope = (weighted_score(metric, truth, predictions, classes, &weights) - before)
                * f64::from(TIMES)
                * rows as f64;
            let close = (slope - found[row]).abs() < 2e-3 * (1.0 + found[row].abs());
            assert!(close, "{metric}, row {row}: {slope}, and by the formula {}", found[row]);
        }
    }

    #[test]
    fn influence_is_the_derivative_by_a_rows_weight() {
        for classes in [2, 3] {
            let (truth, predictions) = classified(classes);
            Metric::all_for(Task::Classification)
                .iter()
                .for_each(|&metric| check(metric, &truth, &predictions, classes));
        }
        let targets = Truth::Numbers(vec![1.0, -2.0, 0.5, 4.0]);
        for &metric in Metric::all_for(Task::Regression) {
            check(metric, &targets, &[1.5, -2.0, 0.0, 2.0], 0);
        }
    }

    #[test]
    fn undefined_metrics_have_no_influence() {
        let one_class = Truth::Labels(vec![1, 1]);
        let influence =
            |metric, truth: &Truth, predictions: &[f32]| influence(metric, truth, &Predictions(predictions.into()), 2);
        let probabilities = [0.5, 0.5, 0.25, 0.75];
        assert_eq!(influence(Metric::RocAuc, &one_class, &probabilities), None);
        for labels in [vec![0, 0], vec![1, 1]] {
            assert_eq!(influence(Metric::AveragePrecision, &Truth::Labels(labels), &probabilities), None);
        }
        assert_eq!(influence(Metric::Accuracy, &Truth::Labels(Vec::new()), &[]), None);
        assert_eq!(influence(Metric::R2, &Truth::Numbers(vec![3.0]), &[2.0]), None);
        assert_eq!(influence(Metric::Rmse, &Truth::Numbers(vec![3.0, 1.0]), &[3.0, 1.0]), Some(vec![0.0; 2]));
    }
}
