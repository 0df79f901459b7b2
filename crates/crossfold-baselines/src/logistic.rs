//! Logistic regression with a quadratic penalty, to convergence.

use crate::descent::minimize;
use crate::matrix::Matrix;

/// The penalties that are tried, the strongest first, for standardised inputs: each is 1 / C of scikit-learn.
pub(crate) const PENALTIES: [f64; 7] = [1e4, 1e3, 1e2, 1e1, 1.0, 1e-1, 1e-2];

/// The largest derivative of the mean loss at which weights count as converged, of the final fit and while penalties are
/// compared.
const TOLERANCE: f64 = 1e-9;
const ROUGH: f64 = 1e-5;

/// Rows with a class and a weight each.
pub struct Labelled<'a> {
    pub inputs: &'a Matrix,
    pub labels: &'a [u32],
    /// Number of classes, at least 2.
    pub classes: usize,
    /// One weight per class; all 1 for `None`.
    pub weights: Option<&'a [f32]>,
}

/// Scores of classes, of which probabilities are made by softmax; for two classes, the score of the second, whose
/// probability the logistic function gives.
#[derive(Clone, Debug)]
pub struct LogisticRegression {
    classes: usize,
    /// For each score the weights of inputs, and then its intercept.
    parameters: Vec<f64>,
}

impl LogisticRegression {
    /// Minimises the sum of the rows' log losses and half of `penalty` times the squared weights; intercepts are not
    /// penalised. It is scikit-learn's `LogisticRegression(C=1/penalty)`.
    pub fn fit(rows: &Labelled<'_>, penalty: f64) -> LogisticRegression {
        LogisticRegression::fit_from(None, rows, penalty, TOLERANCE)
    }

    fn fit_from(
        start: Option<LogisticRegression>,
        rows: &Labelled<'_>,
        penalty: f64,
        tolerance: f64,
    ) -> LogisticRegression {
        let size = scores(rows.classes) * (rows.inputs.columns().len() + 1);
        let start = start.map_or_else(|| vec![0.0; size], |start| start.parameters);
        let total: f64 = rows.labels.iter().map(|&label| rows.weight(label)).sum();
        let parameters = minimize(start, tolerance, |parameters, gradient| {
            rows.mean_loss(parameters, penalty / total, total, gradient)
        });
        LogisticRegression { classes: rows.classes, parameters }
    }

    /// The probabilities of the classes, rows × classes.
    pub fn predict(&self, inputs: &Matrix) -> Vec<f64> {
        let scores = scores_of(&self.parameters, inputs, scores(self.classes));
        let mut probabilities = vec![0.0; inputs.rows() * self.classes];
        for (row, probabilities) in probabilities.chunks_exact_mut(self.classes).enumerate() {
            softmax(&scores, row, probabilities);
        }
        probabilities
    }
}

/// The one of the penalties from 10⁻² to 10⁴ with the least log loss on the rows `held_out`, for a regression on the rows `training`.
pub fn choose_penalty(training: &Labelled<'_>, held_out: &Labelled<'_>) -> f64 {
    let mut last = None;
    let mut best = (f64::INFINITY, PENALTIES[PENALTIES.len() / 2]);
    for penalty in PENALTIES {
        let fitted = LogisticRegression::fit_from(last.take(), training, penalty, ROUGH);
        let probabilities = fitted.predict(held_out.inputs);
        let chances = probabilities.chunks_exact(held_out.classes).zip(held_out.labels);
        let loss: f64 = chances.map(|(row, &label)| -libm::log(row[label as usize].max(f64::MIN_POSITIVE))).sum();
        if loss < best.0 {
            best = (loss, penalty);
        }
        last = Some(fitted);
    }
    best.1
}

/// Number of scores of a row.
fn scores(classes: usize) -> usize {
    if classes == 2 { 1 } else { classes }
}

fn scores_of(parameters: &[f64], inputs: &Matrix, scores: usize) -> Vec<Vec<f64>> {
    let each = parameters.chunks_exact(parameters.len() / scores);
    let score = |own: &[f64]| own.split_last().map(|(&constant, weights)| inputs.weighted_sums(weights, constant));
    each.filter_map(score).collect()
}

/// Writes the probabilities of a row's classes, and returns the logarithm of the sum that divides them together with the
/// greatest score.
fn softmax(scores: &[Vec<f64>], row: usize, probabilities: &mut [f64]) -> f64 {
    match scores {
        [score] => probabilities.copy_from_slice(&[0.0, score[row]]),
        several => several.iter().zip(probabilities.iter_mut()).for_each(|(score, p)| *p = score[row]),
    }
    let greatest = probabilities.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    probabilities.iter_mut().for_each(|p| *p = libm::exp(*p - greatest));
    let sum: f64 = probabilities.iter().sum();
    probabilities.iter_mut().for_each(|p| *p /= sum);
    libm::log(sum) + greatest
}

impl Labelled<'_> {
    fn weight(&self, label: u32) -> f64 {
        self.weights.map_or(1.0, |weights| f64::from(weights[label as usize]))
    }

    /// The mean loss with half of `decay` times the squared weights, and its derivatives; `total` is the sum of weights.
    fn mean_loss(&self, parameters: &[f64], decay: f64, total: f64, gradient: &mut [f64]) -> f64 {
        let count = scores(self.classes);
        let mut scores = scores_of(parameters, self.inputs, count);
        let mut probabilities = vec![0.0; self.classes];
        let mut loss = 0.0;
        for (row, &label) in self.labels.iter().enumerate() {
            let own = label as usize;
            let score = if count > 1 {
                scores[own][row]
            } else if own == 1 {
                scores[0][row]
            } else {
                0.0
            };
            let sum = softmax(&scores, row, &mut probabilities);
            let weight = self.weight(label) / total;
            loss += weight * (sum - score);
            // From here on the derivatives of the loss by the scores.
            for (place, scores) in scores.iter_mut().enumerate() {
                let class = if count > 1 { place } else { 1 };
                scores[row] = weight * (probabilities[class] - f64::from(u8::from(class == own)));
            }
        }
        let width = parameters.len() / count;
        let both = parameters.chunks_exact(width).zip(gradient.chunks_exact_mut(width));
        for ((parameters, gradient), derivatives) in both.zip(&scores) {
            let (constant, weights) = gradient.split_last_mut().expect("there is an intercept");
            *constant = derivatives.iter().sum();
            for ((slope, column), parameter) in weights.iter_mut().zip(self.inputs.columns()).zip(parameters) {
                *slope = crate::matrix::dot(column, derivatives) + decay * parameter;
                loss += 0.5 * decay * parameter * parameter;
            }
        }
        loss
    }
}
