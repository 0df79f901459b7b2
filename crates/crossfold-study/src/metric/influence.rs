//! How much each row weighs in a figure.

use super::class_scores::{bin, most_probable, squared_error};
use crossfold_network::Task;

use super::Metric;
use crate::{Predictions, Truth};

/// The empirical influence of each row on `metric` (Hampel 1974, "The influence curve and its role in robust
/// estimation", JASA 69): φ such that the figure of the same rows counted w times is, to first order, the figure plus
/// the mean of (w − 1)·φ over the rows. Their sum is 0.
///
/// For means over rows, such as the accuracy, this is a row's loss less the mean, and nothing is left out. For the
/// others it is the delta method: of the area under the ROC curve the placement values of DeLong, DeLong and
/// Clarke-Pearson (1988, "Comparing the areas under two or more correlated receiver operating characteristic
/// curves", Biometrics 44).
///
/// `None` where the metric is undefined on the rows, as [`Evaluation::get`](super::Evaluation::get) has it, and of no rows.
///
/// # Panics
/// If the metric and the rows are of different tasks.
pub fn influence(metric: Metric, truth: &Truth, predictions: &Predictions, classes: usize) -> Option<Vec<f64>> {
    match (metric.task(), truth) {
        (_, Truth::Labels(labels)) if labels.is_empty() => None,
        (_, Truth::Numbers(targets)) if targets.is_empty() => None,
        (Task::Classification, Truth::Labels(labels)) => {
            Classified { labels, probabilities: &predictions.0, classes }.influence(metric)
        }
        (Task::Regression, Truth::Numbers(targets)) => of_numbers(metric, targets, &predictions.0),
        (Task::Classification, Truth::Numbers(_)) | (Task::Regression, Truth::Labels(_)) => {
            panic!("a checked study asks for metrics of its task")
        }
    }
}

fn of_numbers(metric: Metric, targets: &[f64], predictions: &[f32]) -> Option<Vec<f64>> {
    let errors: Vec<f64> =
        predictions.iter().zip(targets).map(|(&number, target)| f64::from(number) - target).collect();
    let squares = || errors.iter().map(|error| error * error);
    let rows = targets.len() as f64;
    match metric {
        Metric::Mae => Some(about_mean(errors.iter().map(|error| error.abs()).collect())),
        Metric::Rmse => {
            let rmse = (squares().sum::<f64>() / rows).sqrt();
            // Of no errors at all, no row changes the figure to first order.
            let slope = if rmse > 0.0 { 0.5 / rmse } else { 0.0 };
            Some(about_mean(squares().map(|square| square * slope).collect()))
        }
        Metric::R2 => {
            let mean = targets.iter().sum::<f64>() / rows;
            let spreads = || targets.iter().map(|target| (target - mean).powi(2));
            let (unexplained, spread) = (squares().sum::<f64>(), spreads().sum::<f64>());
            let of = |(square, own): (f64, f64)| rows * (unexplained / spread * own - square) / spread;
            // Equal targets leave nothing to explain, whatever the rows weigh.
            let undefined = || (targets.len() > 1).then(|| vec![0.0; targets.len()]);
            if spread > 0.0 { Some(squares().zip(spreads()).map(of).collect()) } else { undefined() }
        }
        Metric::LogLoss
        | Metric::Accuracy
        | Metric::BalancedAccuracy
        | Metric::F1
        | Metric::RocAuc
        | Metric::AveragePrecision
        | Metric::Brier
        | Metric::CalibrationError => panic!("of classes"),
    }
}

/// Each less their mean.
fn about_mean(mut values: Vec<f64>) -> Vec<f64> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter_mut().for_each(|value| *value -= mean);
    values
}

struct Classified<'a> {
    labels: &'a [u32],
    /// Rows × classes.
    probabilities: &'a [f32],
    classes: usize,
}

impl Classified<'_> {
    fn influence(&self, metric: Metric) -> Option<Vec<f64>> {
        match metric {
            Metric::LogLoss => {
                // A probability that has come to 0 in 32 bits is not impossible.
                let loss = |(label, row): (usize, &[f32])| -libm::log(f64::from(row[label].max(f32::MIN_POSITIVE)));
                Some(about_mean(self.rows().map(loss).collect()))
            }
            Metric::Accuracy => {
                let is_right = |(label, row): (usize, &[f32])| f64::from(u8::from(label == most_probable(row)));
                Some(about_mean(self.rows().map(is_right).collect()))
            }
            Metric::Brier => Some(about_mean(self.rows().map(|(label, row)| squared_error(label, row)).collect())),
            Metric::BalancedAccuracy => Some(self.of_shares(|is_of, is_predicted| {
                [f64::from(u8::from(is_of && is_predicted)), f64::from(u8::from(is_of))]
            })),
            Metric::F1 => Some(self.of_shares(|is_of, is_predicted| {
                let [of, predicted] = [is_of, is_predicted].map(|is| f64::from(u8::from(is)));
                [2.0 * of * predicted, of + predicted]
            })),
            Metric::RocAuc => self.of_rankings(areas),
            Metric::AveragePrecision => {
                // Of a study without rows of its one class the figure is 0, whatever the rows weigh.
                Some(self.of_rankings(precisions).unwrap_or_else(|| vec![0.0; self.labels.len()]))
            }
            Metric::CalibrationError => Some(self.of_bins()),
            Metric::Rmse | Metric::Mae | Metric::R2 => panic!("of numbers"),
        }
    }

    /// Each row's label and probabilities.
    fn rows(&self) -> impl Iterator<Item = (usize, &[f32])> {
        self.labels.iter().map(|&label| label as usize).zip(self.probabilities.chunks_exact(self.classes))
    }

    /// Of the mean over classes of a share: what a row adds to numerator and denominator, if it is of the class
    /// and if it is predicted to be.
    fn of_shares(&self, adds: impl Fn(bool, bool) -> [f64; 2]) -> Vec<f64> {
        let predicted: Vec<usize> = self.rows().map(|(_, row)| most_probable(row)).collect();
        let each = |class: usize| {
            let adds = &adds;
            let labels = self.labels.iter().zip(&predicted);
            labels.map(move |(&label, &predicted)| adds(label as usize == class, predicted == class))
        };
        let mut influence = vec![0.0; self.labels.len()];
        let sums: Vec<[f64; 2]> = (0..self.classes)
            .map(|class| each(class).fold([0.0; 2], |[top, bottom], [a, b]| [top + a, bottom + b]))
            .collect();
        let defined = sums.iter().filter(|[_, bottom]| *bottom > 0.0).count() as f64;
        for (class, [top, bottom]) in sums.into_iter().enumerate().filter(|(_, [_, bottom])| *bottom > 0.0) {
            let (share, scale) = (top / bottom, self.labels.len() as f64 / bottom / defined);
            for (row, [a, b]) in influence.iter_mut().zip(each(class)) {
                *row += scale * (a - share * b);
            }
        }
        influence
    }

    /// Of a mean over classes told from the rest, of two classes the second. `None` where none has a figure.
    fn of_rankings(&self, of: impl Fn(&[Group], &[(usize, bool)]) -> Option<Vec<f64>>) -> Option<Vec<f64>> {
        let classes = if self.classes == 2 { 1..2 } else { 0..self.classes };
        let each: Vec<Vec<f64>> = classes
            .filter_map(|class| {
                let (groups, places) = self.groups(class);
                of(&groups, &places)
            })
            .collect();
        let (first, rest) = each.split_first()?;
        let sum = rest.iter().fold(first.clone(), |mut sum, one| {
            sum.iter_mut().zip(one).for_each(|(sum, one)| *sum += one);
            sum
        });
        Some(sum.into_iter().map(|sum| sum / each.len() as f64).collect())
    }

    /// The rows by descending probability of a class, those of equal probability together; and of each row its
    /// group, and whether it is of the class.
    fn groups(&self, class: usize) -> (Vec<Group>, Vec<(usize, bool)>) {
        let probability = |row: usize| self.probabilities[row * self.classes + class];
        let mut order: Vec<usize> = (0..self.labels.len()).collect();
        order.sort_unstable_by(|&a, &b| probability(b).total_cmp(&probability(a)).then(a.cmp(&b)));
        let mut groups: Vec<Group> = Vec::new();
        let mut places = vec![(0, false); order.len()];
        for group in order.chunk_by(|&a, &b| probability(a) == probability(b)) {
            for &row in group {
                places[row] = (groups.len(), self.labels[row] as usize == class);
            }
            let positives = group.iter().filter(|&&row| places[row].1).count() as f64;
            groups.push(Group { positives, negatives: group.len() as f64 - positives });
        }
        (groups, places)
    }

    fn of_bins(&self) -> Vec<f64> {
        let gaps: Vec<(usize, f64)> = self
            .rows()
            .map(|(label, row)| {
                let predicted = most_probable(row);
                let confidence = f64::from(row[predicted]);
                (bin(confidence), confidence - f64::from(u8::from(label == predicted)))
            })
            .collect();
        let mut bins = vec![0.0; gaps.iter().map(|&(bin, _)| bin + 1).max().unwrap_or(0)];
        gaps.iter().for_each(|&(bin, gap)| bins[bin] += gap);
        about_mean(gaps.into_iter().map(|(bin, gap)| gap * f64::signum(bins[bin])).collect())
    }
}

/// Rows that are given a class with the same probability.
#[derive(Clone, Copy, Debug)]
struct Group {
    /// Of the class.
    positives: f64,
    negatives: f64,
}

/// Of the area under the ROC curve; `None` where a side has no rows.
fn areas(groups: &[Group], places: &[(usize, bool)]) -> Option<Vec<f64>> {
    let positives: f64 = groups.iter().map(|group| group.positives).sum();
    let negatives: f64 = groups.iter().map(|group| group.negatives).sum();
    if positives == 0.0 || negatives == 0.0 {
        return None;
    }
    // Of each group the share of negatives below it, and of positives above it, ties counting half.
    let (mut above, mut below) = (0.0, negatives);
    let shares: Vec<[f64; 2]> = groups
        .iter()
        .map(|group| {
            below -= group.negatives;
            let shares = [(below + group.negatives / 2.0) / negatives, (above + group.positives / 2.0) / positives];
            above += group.positives;
            shares
        })
        .collect();
    let area = groups.iter().zip(&shares).map(|(group, [below, _])| group.positives * below).sum::<f64>() / positives;
    let rows = places.len() as f64;
    let of = |&(group, is_positive): &(usize, bool)| match (is_positive, shares[group]) {
        (true, [below, _]) => rows * (below - area) / positives,
        (false, [_, above]) => rows * (above - area) / negatives,
    };
    Some(places.iter().map(of).collect())
}

/// Of the average precision; `None` where no row is of the class.
fn precisions(groups: &[Group], places: &[(usize, bool)]) -> Option<Vec<f64>> {
    let positives: f64 = groups.iter().map(|group| group.positives).sum();
    if positives == 0.0 {
        return None;
    }
    let (mut hits, mut rows) = (0.0, 0.0);
    // Of each group the precision at its probability, and by how much a row that is counted at and below it raises
    // the sum of precisions: with its hit, and as a row.
    let mut slopes: Vec<[f64; 3]> = groups
        .iter()
        .map(|group| {
            hits += group.positives;
            rows += group.positives + group.negatives;
            [hits / rows, group.positives / rows, group.positives * hits / (rows * rows)]
        })
        .collect();
    for place in (1..slopes.len()).rev() {
        let [_, hit, row] = slopes[place];
        slopes[place - 1][1] += hit;
        slopes[place - 1][2] += row;
    }
    let average = groups.iter().zip(&slopes).map(|(group, [precision, ..])| group.positives * precision).sum::<f64>();
    let average = average / positives;
    let of = |&(group, is_positive): &(usize, bool)| {
        let [precision, hit, row] = slopes[group];
        let own = if is_positive { precision - average + hit } else { 0.0 };
        places.len() as f64 * (own - row) / positives
    };
    Some(places.iter().map(of).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ClassScorer, Scored, Seed, Tally};

    /// The figure of rows counted `weights` times, by the code that scores them.
    fn figure(metric: Metric, truth: &Truth, predictions: &[f32], classes: usize, weights: &[u32]) -> f64 {
        let of = |place: usize| std::iter::repeat_n(place, weights[place] as usize);
        let rows: Vec<usize> = (0..weights.len()).flat_map(of).collect();
        let scored = match truth {
            Truth::Labels(labels) => {
                let labels: Vec<u32> = rows.iter().map(|&row| labels[row]).collect();
                let of = |&row: &usize| &predictions[row * classes..][..classes];
                let probabilities: Vec<f32> = rows.iter().flat_map(of).copied().collect();
                let rows = || labels.iter().zip(probabilities.chunks_exact(classes));
                let loss = rows().map(|(&label, row)| -f64::from(row[label as usize]).ln()).sum();
                let correct = rows().filter(|(label, row)| most_probable(row) == **label as usize).count() as u32;
                let tally = Tally::Classes { rows: labels.len() as u32, correct, loss };
                Scored::of_classes(tally, &labels, &probabilities, classes, &mut ClassScorer::default())
            }
            Truth::Numbers(targets) => {
                let error = |&row: &usize| f64::from(predictions[row]) - targets[row];
                let mean = rows.iter().map(|&row| targets[row]).sum::<f64>() / rows.len() as f64;
                Scored::of_numbers(Tally::Numbers {
                    rows: rows.len() as u32,
                    squared: rows.iter().map(|row| error(row).powi(2)).sum(),
                    absolute: rows.iter().map(|row| error(row).abs()).sum(),
                    spread: rows.iter().map(|&row| (targets[row] - mean).powi(2)).sum(),
                })
            }
        };
        scored.evaluation().get(metric).unwrap()
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

    /// Each row is counted a thousand times, and one of them once more.
    fn check(metric: Metric, truth: &Truth, predictions: &[f32], classes: usize) {
        const TIMES: u32 = 1000;
        let found = influence(metric, truth, &Predictions(predictions.into()), classes).unwrap();
        let rows = found.len();
        assert!(found.iter().sum::<f64>().abs() < 1e-10, "{metric}: {found:?}");
        let even = vec![TIMES; rows];
        let before = figure(metric, truth, predictions, classes, &even);
        for row in 0..rows {
            let mut weights = even.clone();
            weights[row] += 1;
            let slope =
                (figure(metric, truth, predictions, classes, &weights) - before) * f64::from(TIMES) * rows as f64;
            let close = (slope - found[row]).abs() < 2e-3 * (1.0 + found[row].abs());
            assert!(close, "{metric}, row {row}: {slope}, and by the formula {}", found[row]);
        }
    }

    #[test]
    fn an_influence_is_the_slope_of_the_figure() {
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
    fn what_is_undefined_has_none() {
        let one_class = Truth::Labels(vec![1, 1]);
        let of =
            |metric, truth: &Truth, predictions: &[f32]| influence(metric, truth, &Predictions(predictions.into()), 2);
        let probabilities = [0.5, 0.5, 0.25, 0.75];
        assert_eq!(of(Metric::RocAuc, &one_class, &probabilities), None);
        assert_eq!(of(Metric::AveragePrecision, &Truth::Labels(vec![0, 0]), &probabilities), Some(vec![0.0; 2]));
        assert_eq!(of(Metric::Accuracy, &Truth::Labels(Vec::new()), &[]), None);
        assert_eq!(of(Metric::R2, &Truth::Numbers(vec![3.0]), &[2.0]), None);
        assert_eq!(of(Metric::Rmse, &Truth::Numbers(vec![3.0, 1.0]), &[3.0, 1.0]), Some(vec![0.0; 2]));
    }
}
