//! The score of predicting without inputs, which a network should exceed, and whether the best trial is shown to.

use crossfold_network::Task;
use crossfold_study::{Direction, Metric, Predictions, Scorer, Tally, Truth, ValidationRows, influence, most_probable};

use super::statistics::{
    Difference, LEVEL, Overlap, Population, Side, UnitShares, difference_beyond_rounding, mean, number_places, sign,
};

/// The best trial and predictions without inputs, on the same rows of the same folds.
#[derive(Clone, Debug, PartialEq)]
pub struct ReferenceComparison {
    /// The mean over folds of the scores without inputs.
    pub score: f64,
    pub answer: ConstantAnswer,
    pub verdict: ReferenceVerdict,
}

/// What is predicted without inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConstantAnswer {
    /// The class with the most rows, the same one for all folds.
    Class(String),
    /// The class with the most rows, not the same one for all folds.
    LargestClass,
    /// Each class's share of the rows.
    ClassShares,
    Mean,
}

/// Why predictions without inputs have no score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoReference {
    /// The metric is the calibration error, by which they are nearly perfect.
    NearlyPerfect,
    /// A class of a fold's rows is not among the rows outside it, so its share is 0 and the loss is infinite.
    AbsentClass,
    /// The metric is undefined for constant predictions.
    Undefined,
    /// The validation rows are not stored.
    NoRows,
}

/// Whether the best trial is better than predictions without inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceVerdict {
    /// It is shown at 5 %.
    Better,
    /// Its score is better, but that may be chance.
    NotShown,
    /// Its score is the same or worse.
    NotBetter,
    /// Its score is better, and nothing says how much scores vary.
    Unknown,
}

/// Constant predictions for the validation rows of some folds: the shares of classes, or the mean, of the repeat's rows outside
/// the fold, which are the training rows of cross-validation; of a single fold its own.
pub(super) struct Reference<'a> {
    metric: Metric,
    parts: &'a [&'a ValidationRows],
    answer: ConstantAnswer,
    scores: Vec<f64>,
    /// Of each validation row, fold after fold, its share in the mean score.
    shares: Vec<f64>,
}

impl<'a> Reference<'a> {
    /// # Errors
    /// Where the metric is undefined or infinite for constant predictions, and for the calibration error.
    pub(super) fn new(
        metric: Metric,
        parts: &'a [&'a ValidationRows],
        classes: &[String],
    ) -> Result<Reference<'a>, NoReference> {
        match (metric.is_biased(), parts) {
            (true, _) => return Err(NoReference::NearlyPerfect),
            (false, []) => return Err(NoReference::NoRows),
            (false, _) => {}
        }
        let (mut scores, mut shares, mut largest) = (Vec::new(), Vec::new(), Vec::new());
        for part in parts {
            let is_other = |other: &&&ValidationRows| other.fold.repeat == part.fold.repeat && other.fold != part.fold;
            let others: Vec<&Truth> = parts.iter().filter(is_other).map(|other| &other.truth).collect();
            let (tally, predictions) = predict_constant(&part.truth, &others, classes.len());
            let score = Scorer::default().score(tally, &part.truth, &predictions.0).get(metric);
            scores.push(match score {
                Some(score) if score.is_finite() => score,
                Some(_) => return Err(NoReference::AbsentClass),
                None => return Err(NoReference::Undefined),
            });
            let rows = (part.rows.len() * parts.len()) as f64;
            let influences = influence(metric, &part.truth, &predictions, classes.len());
            let influences = influences.ok_or(NoReference::Undefined)?;
            shares.extend(influences.into_iter().map(|influence| influence / rows));
            largest.push(predictions.0.get(..classes.len()).map_or(0, most_probable));
        }
        let answer = match (metric.task(), metric.direction()) {
            (Task::Regression, _) => ConstantAnswer::Mean,
            (Task::Classification, Direction::Minimize) => ConstantAnswer::ClassShares,
            (Task::Classification, Direction::Maximize) if largest.iter().all(|class| *class == largest[0]) => {
                ConstantAnswer::Class(classes[largest[0]].clone())
            }
            (Task::Classification, Direction::Maximize) => ConstantAnswer::LargestClass,
        };
        Ok(Reference { metric, parts, answer, scores, shares })
    }

    /// Compares the best of `trials` trials, given its scores on the folds and the shares of rows in their mean, both oriented
    /// so that greater is better. It was selected, so its p-value is multiplied by their number (Bonferroni). Groups that the
    /// splits keep together count once.
    pub(super) fn compare(self, scores: &[f64], shares: Option<&[f32]>, trials: usize) -> ReferenceComparison {
        let own: Vec<f64> = self.scores.iter().map(|score| sign(self.metric) * score).collect();
        let verdict = if difference_beyond_rounding(mean(&own), mean(scores)) <= 0.0 {
            ReferenceVerdict::NotBetter
        } else {
            match self.difference(&own, scores, shares) {
                Some(difference) if difference.p_value() * trials as f64 <= LEVEL => ReferenceVerdict::Better,
                Some(_) => ReferenceVerdict::NotShown,
                None => ReferenceVerdict::Unknown,
            }
        };
        ReferenceComparison { score: mean(&self.scores), answer: self.answer, verdict }
    }

    /// How much better `scores` are than its `own`, both oriented.
    fn difference(&self, own: &[f64], scores: &[f64], shares: Option<&[f32]>) -> Option<Difference> {
        let numbers = self.parts.iter().map(|part| part.groups.as_ref().unwrap_or(&part.rows).as_slice());
        let (places, _) = number_places(numbers);
        let own_shares: Vec<f64> = self.shares.iter().map(|share| sign(self.metric) * share).collect();
        let shares: Option<Vec<f64>> = shares.map(|shares| shares.iter().map(|&share| f64::from(share)).collect());
        let [own_shares, shares] =
            [Some(own_shares), shares].map(|shares| shares.map(|shares| UnitShares::new(&shares, &places)));
        let reference = Side { scores: own, shares: own_shares.as_ref().map(UnitShares::shares) };
        let best = Side { scores, shares: shares.as_ref().map(UnitShares::shares) };
        Difference::estimate(reference, best, Overlap { rows: true, folds: true }, Population::NewRows)
    }
}

impl ReferenceComparison {
    /// Whether the reference is better than a trial's score.
    pub(super) fn exceeds(&self, metric: Metric, score: f64) -> bool {
        sign(metric) * difference_beyond_rounding(self.score, score) < 0.0
    }
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
    use crossfold_study::{FoldId, Generator, Seed};

    /// The parts as folds of one repeat, with rows numbered one after another.
    fn number_rows(parts: &[Truth]) -> Vec<ValidationRows> {
        let mut next = 0..;
        let part = |(fold, truth): (u32, &Truth)| {
            let rows = match truth {
                Truth::Labels(labels) => labels.len(),
                Truth::Numbers(numbers) => numbers.len(),
            };
            let rows = next.by_ref().take(rows).collect();
            ValidationRows { fold: FoldId { repeat: 0, fold }, rows, groups: None, truth: truth.clone() }
        };
        (0..).zip(parts).map(part).collect()
    }

    #[track_caller]
    fn check(metric: Metric, parts: &[Truth], expected: Result<f64, NoReference>) {
        let parts = number_rows(parts);
        let parts: Vec<&ValidationRows> = parts.iter().collect();
        let classes = ["a", "b", "c"].map(str::to_owned);
        let classes = if metric.task() == Task::Classification { &classes[..] } else { &[] };
        let found = Reference::new(metric, &parts, classes).map(|reference| mean(&reference.scores));
        let is_near = match (found, expected) {
            (Ok(found), Ok(expected)) => found == expected || (found - expected).abs() < 1e-6,
            (found, expected) => found == expected,
        };
        assert!(is_near, "{metric}: {found:?} and not {expected:?}");
    }

    /// By `sklearn.dummy.DummyClassifier(strategy="prior")` 1.8.0: the second part's majority is class 0, of which the
    /// first has one of three rows; the first's is class 1, of which the second has one of four.
    #[test]
    fn classes_are_predicted_by_their_shares_outside_the_part() {
        let parts = [Truth::Labels(vec![1, 1, 0]), Truth::Labels(vec![0, 0, 1, 2])];
        check(Metric::Accuracy, &parts, Ok((1.0 / 3.0 + 1.0 / 4.0) / 2.0));
        check(Metric::Accuracy, &parts[1..], Ok(0.5));
        // No row of class 2 is outside the second part, so nothing is worse.
        check(Metric::LogLoss, &parts, Err(NoReference::AbsentClass));
        check(Metric::LogLoss, &parts[1..], Ok(1.0397207708399179));
        check(Metric::CalibrationError, &parts, Err(NoReference::NearlyPerfect));
        check(Metric::RocAuc, &[Truth::Labels(vec![0; 3]), Truth::Labels(vec![1, 0, 2])], Err(NoReference::Undefined));
        check(Metric::Accuracy, &[], Err(NoReference::NoRows));
    }

    /// By `sklearn.dummy.DummyRegressor()` 1.8.0: means of 4 and 2 outside the parts.
    #[test]
    fn numbers_are_predicted_by_the_mean_outside_the_part() {
        let parts = [Truth::Numbers(vec![1.0, 3.0]), Truth::Numbers(vec![4.0, 4.0])];
        check(Metric::Rmse, &parts, Ok((5.0_f64.sqrt() + 2.0) / 2.0));
        check(Metric::Mae, &parts, Ok(2.0));
        check(Metric::R2, &parts[..1], Ok(0.0));
    }

    #[test]
    fn only_worse_scores_are_exceeded() {
        let exceeds = |reference, metric, score| {
            let (answer, verdict) = (ConstantAnswer::LargestClass, ReferenceVerdict::Better);
            ReferenceComparison { score: reference, answer, verdict }.exceeds(metric, score)
        };
        assert!(exceeds(2.0, Metric::Rmse, 2.1) && !exceeds(2.0, Metric::Rmse, 2.0 + 1e-13));
        assert!(exceeds(0.5, Metric::Accuracy, 0.49) && !exceeds(0.5, Metric::Accuracy, 0.51));
    }

    const TRIALS: usize = 10;
    const FOLDS: usize = 5;

    /// A row with three features and a number, of which a class is the sign.
    type Sample = ([f64; 3], f64);

    fn truth_of(samples: &[Sample], metric: Metric) -> Truth {
        match metric.task() {
            Task::Classification => Truth::Labels(samples.iter().map(|(_, number)| u32::from(*number > 0.0)).collect()),
            Task::Regression => Truth::Numbers(samples.iter().map(|(_, number)| *number).collect()),
        }
    }

    /// Predictions for `inside` of a linear model that is trained on the `others`, without those features that the trial does
    /// not use.
    fn predict(inside: &[Sample], others: &[Sample], trial: usize, target: impl Fn(f64) -> f64) -> Vec<f64> {
        let average = |value: &dyn Fn(&Sample) -> f64| mean(&others.iter().map(value).collect::<Vec<_>>());
        let centre = average(&|(_, number)| target(*number));
        let weight = |feature: usize| match (1 + trial % 7) >> feature & 1 {
            0 => 0.0,
            _ => [1.0, 0.5][trial / 7] * average(&|(features, number)| features[feature] * (target(*number) - centre)),
        };
        let weights: [f64; 3] = std::array::from_fn(weight);
        let answer = |(features, _): &Sample| {
            centre + features.iter().zip(weights).map(|(value, weight)| value * weight).sum::<f64>()
        };
        inside.iter().map(answer).collect()
    }

    /// The oriented score of predictions, and the oriented influences of rows.
    fn score(metric: Metric, truth: &Truth, predicted: &[f64]) -> (f64, Vec<f64>) {
        let (tally, predictions): (Tally, Vec<f32>) = match truth {
            Truth::Labels(labels) => {
                let both = predicted.iter().map(|p| p.clamp(0.01, 0.99) as f32).flat_map(|p| [1.0 - p, p]).collect();
                let right = |(p, label): (&f64, &u32)| u32::from(u32::from(*p > 0.5) == *label);
                let loss = |(p, label): (&f64, &u32)| {
                    let p = p.clamp(0.01, 0.99);
                    -libm::log(if *label == 1 { p } else { 1.0 - p })
                };
                let rows = || predicted.iter().zip(labels);
                let (correct, loss) = (rows().map(right).sum(), rows().map(loss).sum());
                (Tally::Classes { rows: labels.len() as u32, correct, loss }, both)
            }
            Truth::Numbers(targets) => {
                let own = mean(targets);
                let errors = || predicted.iter().zip(targets).map(|(a, b)| a - b);
                let tally = Tally::Numbers {
                    rows: targets.len() as u32,
                    squared: errors().map(|error| error * error).sum(),
                    absolute: errors().map(f64::abs).sum(),
                    spread: targets.iter().map(|target| (target - own).powi(2)).sum(),
                };
                (tally, predicted.iter().map(|&number| number as f32).collect())
            }
        };
        let score = Scorer::default().score(tally, truth, &predictions).get(metric).unwrap();
        let influences = influence(metric, truth, &Predictions(predictions.into()), 2).unwrap();
        (sign(metric) * score, influences.into_iter().map(|value| sign(metric) * value).collect())
    }

    /// The verdict on the best of ten linear models on 200 rows. Features are normal, and the first has the effect `slope`.
    fn simulate(metric: Metric, slope: f64, generator: &mut Generator) -> ReferenceVerdict {
        let samples: Vec<Sample> = (0..200)
            .map(|_| {
                let features: [f64; 3] = std::array::from_fn(|_| generator.normal());
                (features, slope * features[0] + generator.normal())
            })
            .collect();
        let is_class = metric.task() == Task::Classification;
        let target = |number: f64| if is_class { f64::from(u8::from(number > 0.0)) } else { number };
        let folds: Vec<&[Sample]> = samples.chunks(samples.len() / FOLDS).collect();
        let parts = number_rows(&folds.iter().map(|fold| truth_of(fold, metric)).collect::<Vec<_>>());
        let parts: Vec<&ValidationRows> = parts.iter().collect();
        let judged = (0..TRIALS).map(|trial| {
            let of_folds = folds.iter().enumerate().map(|(fold, inside)| {
                let others = [&folds[..fold], &folds[fold + 1..]].concat().concat();
                score(metric, &parts[fold].truth, &predict(inside, &others, trial, target))
            });
            let (scores, influences): (Vec<f64>, Vec<Vec<f64>>) = of_folds.unzip();
            let share = |value: f64| (value / samples.len() as f64) as f32;
            (scores, influences.concat().into_iter().map(share).collect::<Vec<f32>>())
        });
        let best = judged.max_by(|(a, _), (b, _)| mean(a).total_cmp(&mean(b))).unwrap();
        let classes = ["a", "b"].map(str::to_owned);
        let reference = Reference::new(metric, &parts, if is_class { &classes } else { &[] }).unwrap();
        reference.compare(&best.0, Some(&best.1), TRIALS).verdict
    }

    /// The metrics whose scores vary in different ways.
    const METRICS: [Metric; 5] = [Metric::Accuracy, Metric::RocAuc, Metric::LogLoss, Metric::Rmse, Metric::R2];

    fn shown(slope: f64, studies: usize) -> [usize; METRICS.len()] {
        METRICS.map(|metric| {
            let mut generator = Seed(11).resampling();
            let verdicts = (0..studies).map(|_| simulate(metric, slope, &mut generator));
            verdicts.filter(|verdict| *verdict == ReferenceVerdict::Better).count()
        })
    }

    /// Targets that have nothing to do with the features: 5 % of 400 studies are 20.
    #[test]
    fn on_noise_the_best_of_ten_is_hardly_ever_shown_to_be_better() {
        let found = shown(0.0, 400);
        assert!(found.iter().all(|&shown| shown <= 20), "{found:?}");
    }

    #[test]
    fn what_is_learnt_is_shown() {
        let found = shown(2.0, 50);
        assert!(found.iter().all(|&shown| shown >= 45), "{found:?}");
    }
}
