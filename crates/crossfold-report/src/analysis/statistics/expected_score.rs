//! The expected score of a trial: how far the score of networks trained on as many rows may be from the trial's.

use crossfold_network::Task;
use crossfold_study::{Evaluation, Metric, Predictions, Tally, Truth, ValidationRows, influence};
use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::score_scale::ScoreScale;
use super::units::{Scatter, Units};
use super::variance::{Variance, quantile};
use super::{mean, sign};

/// The standard error of a trial's score, and the 95 % confidence interval of its expected value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ExpectedScore {
    pub(crate) error: f64,
    pub(crate) interval: [f64; 2],
}

/// Estimates expected scores from validation rows and what networks that were not trained on them predict.
///
/// The variance of a score has two parts. That of rows is known well: each row, or each group of rows that stay together,
/// counts once in any number of repeats. Training is added only where folds vary more than their rows explain. Folds share
/// training rows, so what a row does to the networks that are trained on it adds to the variance. No study by itself can
/// tell how much (Bengio and Grandvalet 2004, "No unbiased estimator of the variance of k-fold cross-validation", JMLR 5),
/// hence the [allowance](ScoreScale::allowance), which was measured on many.
pub(crate) struct Estimator<'a> {
    metric: Metric,
    scale: ScoreScale,
    parts: Vec<&'a ValidationRows>,
    units: Units,
    /// The targets of all parts of a regression.
    targets: Vec<f64>,
}

/// A score, and what each validation row contributes to its deviation from the expected one.
struct Estimate {
    score: f64,
    contributions: Vec<f64>,
    /// The weight of a row of each fold.
    weights: Vec<f64>,
}

/// The level of the test that folds vary more than their rows explain. Without it, what folds vary by chance would widen all
/// intervals: by 27 % of the variance with five folds.
const EXCESS: f64 = 0.05;

impl<'a> Estimator<'a> {
    /// `parts` are the validation rows of the folds on which the metric is defined. `None` where the study keeps groups
    /// together that are not stored.
    pub(crate) fn new(metric: Metric, parts: Vec<&'a ValidationRows>, has_groups: bool) -> Option<Estimator<'a>> {
        let units = Units::new(&parts, has_groups)?;
        let numbers = parts.iter().flat_map(|part| match &part.truth {
            Truth::Labels(_) => &[][..],
            Truth::Numbers(numbers) => numbers,
        });
        let targets = numbers.copied().collect();
        Some(Estimator { metric, scale: ScoreScale::of(metric), parts, units, targets })
    }

    /// The expected score of a trial, given its scores on the parts, the oriented shares of rows in their mean, its
    /// predictions of the parts, by how much it is more accurate on training rows, and whether it is a linear model. `None`
    /// where the rows tell nothing, since all have the same influence.
    pub(crate) fn estimate(
        &self,
        scores: &[f64],
        shares: &[f32],
        predictions: &[&Predictions],
        optimism: f64,
        is_linear: bool,
    ) -> Option<ExpectedScore> {
        let estimate = match self.metric.task() {
            Task::Classification => self.mean_of_folds(scores, shares),
            Task::Regression => self.of_all_rows(predictions)?,
        };
        let scatter = self.units.scatter(&estimate.contributions, &estimate.weights)?;
        // A single part has no training rows in common with another.
        let allowance = if self.parts.len() == 1 { 1.0 } else { self.scale.allowance(optimism, is_linear) };
        let variance = self.variance(&scatter, allowance);
        let error = variance.total().sqrt();
        let reach = quantile(0.975, variance.degrees_of_freedom());
        let interval = if error > 0.0 {
            self.scale.interval(self.metric, estimate.score, error, reach)
        } else {
            // Where all rows are right, or all wrong, their number still tells something.
            let rows = self.units.count as f64 / allowance;
            self.metric.is_proportion().then(|| ScoreScale::share_interval(estimate.score, rows, reach))
        };
        let interval = interval.filter(|ends| ends.iter().all(|end| end.is_finite()))?;
        Some(ExpectedScore { error, interval })
    }

    /// The mean of folds, as trials are ranked by.
    fn mean_of_folds(&self, scores: &[f64], shares: &[f32]) -> Estimate {
        let (score, folds) = (mean(scores), scores.len() as f64);
        let weights: Vec<f64> = self.units.sizes.iter().map(|&rows| 1.0 / (rows as f64 * folds)).collect();
        let contribution = |(place, &share): (&super::evidence::Place, &f32)| {
            sign(self.metric) * f64::from(share) + (scores[place.fold] - score) * weights[place.fold]
        };
        Estimate { score, contributions: self.units.places.iter().zip(shares).map(contribution).collect(), weights }
    }

    /// The score of all validation rows together. Of folds with few rows the mean of root mean squared errors is too small,
    /// and that of R² is too small and varies more.
    fn of_all_rows(&self, predictions: &[&Predictions]) -> Option<Estimate> {
        let predicted: Vec<f32> = predictions.iter().flat_map(|Predictions(part)| part.iter().copied()).collect();
        let rows = self.targets.len();
        let centre = mean(&self.targets);
        let errors = || predicted.iter().zip(&self.targets).map(|(&predicted, target)| f64::from(predicted) - target);
        let tally = Tally::Numbers {
            rows: rows as u32,
            squared: errors().map(|error| error * error).sum(),
            absolute: errors().map(f64::abs).sum(),
            spread: self.targets.iter().map(|target| (target - centre).powi(2)).sum(),
        };
        let score = Evaluation::from(tally).get(self.metric)?;
        let truth = Truth::Numbers(self.targets.clone());
        let mut contributions = influence(self.metric, &truth, &Predictions(predicted.into()), 0)?;
        contributions.iter_mut().for_each(|influence| *influence /= rows as f64);
        Some(Estimate { score, contributions, weights: vec![1.0 / rows as f64; self.parts.len()] })
    }

    fn variance(&self, scatter: &Scatter, allowance: f64) -> Variance {
        let folds = self.parts.len() as f64;
        let freedom = folds - 1.0;
        let is_excess = freedom > 0.0
            && scatter.between > scatter.explained * chi_squared_quantile(1.0 - EXCESS, freedom) / freedom;
        let (training, training_spread) = match is_excess {
            true => ((scatter.between - scatter.explained) / folds, (scatter.between / folds).powi(2) / freedom),
            false => (0.0, 0.0),
        };
        let rows_freedom = match self.metric.task() {
            Task::Classification => self.units.count as f64 - 1.0,
            Task::Regression => scatter.freedom,
        };
        Variance { rows: allowance * scatter.units, rows_freedom, training, training_spread }
    }
}

fn chi_squared_quantile(probability: f64, freedom: f64) -> f64 {
    ChiSquared::new(freedom).expect("degrees of freedom are above 0").inverse_cdf(probability)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossfold_study::FoldId;

    /// A part: its rows, its groups, its targets, and the predictions of it.
    type Part<'a> = (&'a [u32], Option<&'a [u32]>, Truth, &'a [f32]);

    fn estimate(metric: Metric, parts: &[Part<'_>], optimism: f64, is_linear: bool) -> Option<ExpectedScore> {
        let has_groups = parts.iter().any(|(_, groups, ..)| groups.is_some());
        let part = |(fold, (rows, groups, truth, _)): (u32, &Part<'_>)| ValidationRows {
            fold: FoldId { repeat: 0, fold },
            rows: rows.to_vec(),
            groups: groups.map(<[u32]>::to_vec),
            truth: truth.clone(),
        };
        let rows: Vec<ValidationRows> = (0..).zip(parts).map(part).collect();
        let predictions: Vec<Predictions> =
            parts.iter().map(|(.., predicted)| Predictions((*predicted).into())).collect();
        let (mut scores, mut shares) = (Vec::new(), Vec::new());
        for (part, predictions) in rows.iter().zip(&predictions) {
            let influences = influence(metric, &part.truth, predictions, 2)?;
            let scale = sign(metric) / (part.rows.len() * parts.len()) as f64;
            shares.extend(influences.iter().map(|influence| (influence * scale) as f32));
            scores.push(match &part.truth {
                Truth::Labels(labels) => {
                    let score = |(&label, row): (&u32, &[f32])| {
                        let probability = f64::from(row[label as usize]);
                        if metric == Metric::LogLoss {
                            -libm::log(probability)
                        } else {
                            f64::from(u8::from(probability > 0.5))
                        }
                    };
                    mean(&labels.iter().zip(predictions.0.chunks(2)).map(score).collect::<Vec<_>>())
                }
                // Not used: these are pooled.
                Truth::Numbers(_) => 0.0,
            });
        }
        let estimator = Estimator::new(metric, rows.iter().collect(), has_groups)?;
        estimator.estimate(&scores, &shares, &predictions.iter().collect::<Vec<_>>(), optimism, is_linear)
    }

    #[track_caller]
    fn check(found: Option<ExpectedScore>, expected: [f64; 3]) {
        let ExpectedScore { error, interval: [low, high] } = found.unwrap();
        for (found, expected) in [error, low, high].into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{error} {low} {high} and not {expected}");
        }
    }

    /// Eight rows in two repeats of two folds. Rows 0 and 4, 1 and 5, 2 and 6, 3 and 7 are groups in a second reading.
    fn numbers(has_groups: bool) -> Vec<Part<'static>> {
        let numbers = |numbers: &[f64]| Truth::Numbers(numbers.to_vec());
        let groups = |groups: &'static [u32]| has_groups.then_some(groups);
        vec![
            (&[0, 1, 4, 5], groups(&[0, 1, 0, 1]), numbers(&[1.0, -2.0, 3.0, -1.0]), &[1.5, -1.75, 2.0, -1.25]),
            (&[2, 3, 6, 7], groups(&[2, 3, 2, 3]), numbers(&[0.5, 4.0, 0.0, 2.5]), &[0.0, 3.0, 0.25, 3.0]),
            (&[0, 2, 4, 6], groups(&[0, 2, 0, 2]), numbers(&[1.0, 0.5, 3.0, 0.0]), &[1.25, 0.25, 2.5, 0.5]),
            (&[1, 3, 5, 7], groups(&[1, 3, 1, 3]), numbers(&[-2.0, 4.0, -1.0, 2.5]), &[-1.0, 2.5, -1.25, 3.25]),
        ]
    }

    /// Expected values by NumPy 2.4.6 and SciPy 1.17.1: with s the sums of φ/N by unit, R = Σs²·G/(G − 1) and
    /// ν = max(2, min(G − 1, 2(Σs²)² / (Σs⁴ − (Σs²)²/G))), `c * exp(±t.ppf(.975, ν) * sqrt(1.4 * R) / c)`, of R² so of
    /// 1 − c with 1.2; of networks with 1.2 and 0.9. The folds vary less than their rows explain.
    #[test]
    fn errors_of_all_rows_have_a_logarithmic_interval() {
        let check_both = |metric, rows: [f64; 3], groups: [f64; 3]| {
            check(estimate(metric, &numbers(false), 0.0, true), rows);
            check(estimate(metric, &numbers(true), 0.0, true), groups);
        };
        check_both(
            Metric::Rmse,
            [0.15673244845646886, 0.37181572810745067, 1.2501992650124396],
            [0.16469808608123998, 0.3160684529317865, 1.4707059362875483],
        );
        check_both(
            Metric::Mae,
            [0.13386531244127434, 0.3317389609605448, 1.0075045591788399],
            [0.14905300022139775, 0.25449656223769784, 1.3132928503483403],
        );
        check_both(
            Metric::R2,
            [0.037030530196792644, 0.7475098302548704, 0.9370630837323811],
            [0.05370377685015771, 0.5109141731794954, 0.9675088669509164],
        );
        let of_network = |metric| estimate(metric, &numbers(false), 0.0, false);
        check(of_network(Metric::Rmse), [0.14510605106756427, 0.3889208569827943, 1.1952142490022446]);
        check(of_network(Metric::R2), [0.032069379866029195, 0.7699467230428064, 0.930924901910426]);
    }

    /// As above without an allowance.
    #[test]
    fn a_single_part_shares_no_training_rows() {
        let part = &numbers(false)[..1];
        check(estimate(Metric::Rmse, part, 0.0, true), [0.1903197070959571, 0.20867538225992507, 1.6472954129866006]);
        check(estimate(Metric::R2, part, 0.0, true), [0.04292228107880232, 0.5964548529401509, 0.9784657759771644]);
    }

    fn classes(rows: &'static [u32], labels: [u32; 4], second: [f32; 4], probabilities: &mut Vec<[f32; 8]>) -> Truth {
        let mut both = [0.0; 8];
        for (pair, p) in both.chunks_mut(2).zip(second) {
            pair.copy_from_slice(&[1.0 - p, p]);
        }
        assert_eq!(rows.len(), 4);
        probabilities.push(both);
        Truth::Labels(labels.to_vec())
    }

    const ROWS: [&[u32]; 3] = [&[0, 1, 2, 3], &[4, 5, 6, 7], &[8, 9, 10, 11]];

    fn estimate_classes(
        metric: Metric,
        parts: &[([u32; 4], [f32; 4])],
        groups: Option<[&[u32]; 3]>,
    ) -> Option<ExpectedScore> {
        let mut probabilities = Vec::new();
        let truths: Vec<Truth> = parts
            .iter()
            .zip(ROWS)
            .map(|(&(labels, second), rows)| classes(rows, labels, second, &mut probabilities))
            .collect();
        let parts: Vec<Part<'_>> = truths
            .into_iter()
            .zip(&probabilities)
            .enumerate()
            .map(|(fold, (truth, both))| (ROWS[fold], groups.map(|groups| groups[fold]), truth, &both[..]))
            .collect();
        estimate(metric, &parts, 0.1, true)
    }

    /// Expected values by NumPy and SciPy, as above: Wilson's interval of c(1 − c)/(1.3·R) rows with `t.ppf(.975, 11)`
    /// for z, 1.3 being 1 + 3·0.1; of the log loss `c ± t * sqrt(R)`.
    #[test]
    fn accuracies_have_wilsons_interval_of_effective_rows() {
        let parts = [
            ([1, 0, 1, 0], [0.75, 0.25, 0.625, 0.625]),
            ([0, 0, 1, 1], [0.25, 0.125, 0.875, 0.375]),
            ([1, 1, 0, 0], [0.75, 0.625, 0.125, 0.25]),
        ];
        check(
            estimate_classes(Metric::Accuracy, &parts, None),
            [0.12811768579763455, 0.4564484767992162, 0.9675015458121555],
        );
        check(
            estimate_classes(Metric::LogLoss, &parts, None),
            [0.08529476806049215, 0.20732333998601482, 0.5827883774552178],
        );
    }

    /// By NumPy and SciPy: Wilson's interval of 8/1.3 rows with 1.96 for z.
    #[test]
    fn where_all_rows_are_right_their_number_still_counts() {
        let parts = [([1, 0, 1, 0], [0.75, 0.25, 0.625, 0.375]), ([0, 0, 1, 1], [0.25, 0.125, 0.875, 0.625])];
        check(estimate_classes(Metric::Accuracy, &parts, None), [0.0, 0.6156736757428647, 1.0]);
        assert_eq!(estimate_classes(Metric::RocAuc, &parts, None), None);
    }

    /// By NumPy and SciPy: accuracies of 1, 0 and 1 vary more than rows explain, which is nothing within folds, so the
    /// variance has S²/m = 1/9 more and 3.03 degrees of freedom. If each fold is a group, groups explain it: their own
    /// variance, 1/9, has 2.
    #[test]
    fn folds_count_where_they_vary_more_than_rows_explain() {
        let parts = [
            ([1, 0, 1, 0], [0.75, 0.25, 0.625, 0.375]),
            ([0, 0, 1, 1], [0.75, 0.875, 0.125, 0.375]),
            ([1, 1, 0, 0], [0.75, 0.625, 0.125, 0.25]),
        ];
        check(
            estimate_classes(Metric::Accuracy, &parts, None),
            [0.37063963276171286, 0.062767154382742, 0.9835330224109005],
        );
        let groups: [&[u32]; 3] = [&[5; 4], &[7; 4], &[9; 4]];
        check(
            estimate_classes(Metric::Accuracy, &parts, Some(groups)),
            [0.38005847503304596, 0.0344043493830779, 0.9911710981872546],
        );
    }

    /// A store of an earlier version has no groups; rows of a group are not independent.
    #[test]
    fn unknown_groups_and_single_units_tell_nothing() {
        let rows = ValidationRows {
            fold: FoldId { repeat: 0, fold: 0 },
            rows: vec![0, 1],
            groups: None,
            truth: Truth::Numbers(vec![1.0, 2.0]),
        };
        assert!(Estimator::new(Metric::Mae, vec![&rows], true).is_none());
        let grouped = ValidationRows { groups: Some(vec![3, 3]), ..rows };
        let estimator = Estimator::new(Metric::Mae, vec![&grouped], true).unwrap();
        let predictions = Predictions([0.5, 3.0].into());
        assert_eq!(estimator.estimate(&[0.75], &[-0.125, 0.125], &[&predictions], 0.0, true), None);
    }
}
