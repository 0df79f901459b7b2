//! The score of predicting without inputs: what any network should exceed.

use crossfold_network::Task;
use crossfold_study::{Metric, Predictions, Scorer, Tally, Truth, ValidationRows, most_probable};

use super::statistics::{difference_beyond_rounding, mean, sign};

/// The mean over `parts` of the scores of constant predictions: the shares of classes, or the mean, of the repeat's rows
/// outside the part; of a single part its own. `None` where the metric is undefined for them, and for the calibration
/// error, by which constant predictions are nearly perfect.
pub(super) fn reference_score(metric: Metric, parts: &[&ValidationRows], classes: usize) -> Option<f64> {
    if metric.is_biased() {
        return None;
    }
    let score = |&part: &&ValidationRows| {
        let is_other = |other: &&&ValidationRows| other.fold.repeat == part.fold.repeat && other.fold != part.fold;
        let others: Vec<&Truth> = parts.iter().filter(is_other).map(|other| &other.truth).collect();
        let (tally, Predictions(predictions)) = predict_constant(&part.truth, &others, classes);
        Scorer::default().score(tally, &part.truth, &predictions).get(metric)
    };
    let scores: Vec<f64> = parts.iter().map(score).collect::<Option<_>>()?;
    (!scores.is_empty()).then(|| mean(&scores))
}

/// Whether a score is worse than the reference by more than rounding.
pub(super) fn is_worse(metric: Metric, score: f64, reference: f64) -> bool {
    sign(metric) * difference_beyond_rounding(reference, score) < 0.0
}

/// What to call a score that is worse than the reference.
pub(crate) fn below_reference_in_words(task: Task) -> &'static str {
    match task {
        Task::Classification => "below the majority class",
        Task::Regression => "worse than predicting the mean",
    }
}

/// Predictions of the rows of `truth` from `others` alone, or from itself if there are none.
fn predict_constant(truth: &Truth, others: &[&Truth], classes: usize) -> (Tally, Predictions) {
    let sources = if others.is_empty() { vec![truth] } else { others.to_vec() };
    match truth {
        Truth::Labels(labels) => {
            let mut counts = vec![0.0_f64; classes];
            sources.into_iter().flat_map(labels_of).for_each(|label| counts[label as usize] += 1.0);
            let all: f64 = counts.iter().sum();
            let shares: Vec<f32> = counts.iter().map(|count| (count / all) as f32).collect();
            let majority = most_probable(&shares);
            let tally = Tally::Classes {
                rows: labels.len() as u32,
                correct: labels.iter().filter(|&&label| label as usize == majority).count() as u32,
                loss: labels.iter().map(|&label| -libm::log(f64::from(shares[label as usize]))).sum(),
            };
            (tally, Predictions(shares.repeat(labels.len()).into()))
        }
        Truth::Numbers(targets) => {
            let constant = mean(&sources.into_iter().flat_map(numbers_of).collect::<Vec<_>>());
            let own = mean(targets);
            let tally = Tally::Numbers {
                rows: targets.len() as u32,
                squared: targets.iter().map(|target| (target - constant).powi(2)).sum(),
                absolute: targets.iter().map(|target| (target - constant).abs()).sum(),
                spread: targets.iter().map(|target| (target - own).powi(2)).sum(),
            };
            (tally, Predictions(vec![constant as f32; targets.len()].into()))
        }
    }
}

fn labels_of(truth: &Truth) -> Vec<u32> {
    match truth {
        Truth::Labels(labels) => labels.clone(),
        Truth::Numbers(_) => Vec::new(),
    }
}

fn numbers_of(truth: &Truth) -> Vec<f64> {
    match truth {
        Truth::Numbers(numbers) => numbers.clone(),
        Truth::Labels(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossfold_study::FoldId;

    #[track_caller]
    fn check(metric: Metric, parts: &[Truth], expected: Option<f64>) {
        let part = |(fold, truth): (u32, &Truth)| ValidationRows {
            fold: FoldId { repeat: 0, fold },
            rows: Vec::new(),
            groups: None,
            truth: truth.clone(),
        };
        let parts: Vec<ValidationRows> = (0..).zip(parts).map(part).collect();
        let found = reference_score(metric, &parts.iter().collect::<Vec<_>>(), 3);
        let is_near = match (found, expected) {
            (Some(found), Some(expected)) => found == expected || (found - expected).abs() < 1e-6,
            (found, expected) => found == expected,
        };
        assert!(is_near, "{metric}: {found:?} and not {expected:?}");
    }

    /// By `sklearn.dummy.DummyClassifier(strategy="prior")` 1.8.0: the second part's majority is class 0, of which the
    /// first has one of three rows; the first's is class 1, of which the second has one of four.
    #[test]
    fn classes_are_predicted_by_their_shares_outside_the_part() {
        let parts = [Truth::Labels(vec![1, 1, 0]), Truth::Labels(vec![0, 0, 1, 2])];
        check(Metric::Accuracy, &parts, Some((1.0 / 3.0 + 1.0 / 4.0) / 2.0));
        check(Metric::Accuracy, &parts[1..], Some(0.5));
        // No row of class 2 is outside the second part, so nothing is worse.
        check(Metric::LogLoss, &parts, Some(f64::INFINITY));
        check(Metric::LogLoss, &parts[1..], Some(1.0397207708399179));
        check(Metric::CalibrationError, &parts, None);
        check(Metric::RocAuc, &[Truth::Labels(vec![0; 3]), Truth::Labels(vec![1, 0, 2])], None);
    }

    /// By `sklearn.dummy.DummyRegressor()` 1.8.0: means of 4 and 2 outside the parts.
    #[test]
    fn numbers_are_predicted_by_the_mean_outside_the_part() {
        let parts = [Truth::Numbers(vec![1.0, 3.0]), Truth::Numbers(vec![4.0, 4.0])];
        check(Metric::Rmse, &parts, Some((5.0_f64.sqrt() + 2.0) / 2.0));
        check(Metric::Mae, &parts, Some(2.0));
        check(Metric::R2, &parts[..1], Some(0.0));
        assert!(is_worse(Metric::Rmse, 2.1, 2.0) && !is_worse(Metric::Rmse, 2.0 + 1e-13, 2.0));
        assert!(is_worse(Metric::Accuracy, 0.49, 0.5) && !is_worse(Metric::Accuracy, 0.51, 0.5));
    }
}
