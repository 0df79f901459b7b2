//! Gradient-boosted trees. `forust-ml` bins the inputs and grows each tree; the losses are here, for several classes and with
//! the same bits everywhere.

use forust_ml::Matrix as ByColumn;
use forust_ml::binning::bin_matrix;
use forust_ml::constraints::ConstraintMap;
use forust_ml::gradientbooster::GrowPolicy;
use forust_ml::sampler::SampleMethod;
use forust_ml::splitter::MissingImputerSplitter;
use forust_ml::tree::Tree;

use crate::matrix::{Matrix, mean};

/// Settings near the defaults of LightGBM and of scikit-learn's `HistGradientBoosting`.
const LEARNING_RATE: f32 = 0.1;
const LEAVES: usize = 31;
/// As deep as the leaves allow.
const DEPTH: usize = LEAVES - 1;
const BINS: u16 = 255;
const L2: f32 = 1.0;
/// The least sum of second derivatives in a leaf: of a squared error, its rows.
const LEAST_ROWS: f32 = 20.0;
const LEAST_CURVATURE: f32 = 1.0;
/// The most rounds, and how many without a better score on the inner part end them.
const MOST_ROUNDS: usize = 500;
const PATIENCE: usize = 20;

/// The targets of rows.
#[derive(Clone, Copy)]
pub enum Outcomes<'a> {
    Numbers(&'a [f64]),
    Labels {
        labels: &'a [u32],
        /// Number of classes, at least 2.
        classes: usize,
        /// One weight per class; all 1 for `None`.
        weights: Option<&'a [f32]>,
    },
}

/// Trees whose values are added up to scores.
pub struct BoostedTrees {
    /// What scores begin with: the mean, or the logarithms of the classes' shares.
    start: Vec<f64>,
    /// For each round one tree per score.
    rounds: Vec<Vec<Tree>>,
}

impl BoostedTrees {
    /// Grows `rounds` rounds of trees.
    pub fn fit(inputs: &Matrix, outcomes: Outcomes<'_>, rounds: usize) -> BoostedTrees {
        boost(inputs, outcomes, rounds, |_, _| true)
    }

    /// The scores of all rows, score by score; for classes their logarithms of probabilities, up to a constant per row.
    pub fn scores(&self, inputs: &Matrix) -> Vec<Vec<f64>> {
        let flat = flat(inputs);
        let data = ByColumn::new(&flat, inputs.rows(), inputs.columns().len());
        let mut scores: Vec<Vec<f64>> = self.start.iter().map(|&start| vec![start; inputs.rows()]).collect();
        for round in &self.rounds {
            add_round(&mut scores, round, &data);
        }
        scores
    }

    /// The numbers of all rows, or their probabilities, rows × classes;
    /// `classes` is 0 for numbers.
    pub fn predict(&self, inputs: &Matrix, classes: usize) -> Vec<f64> {
        let scores = self.scores(inputs);
        if classes == 0 {
            return scores.into_iter().next().unwrap_or_default();
        }
        let mut probabilities = vec![0.0; inputs.rows() * classes];
        for (row, probabilities) in probabilities.chunks_exact_mut(classes).enumerate() {
            softmax(&scores, row, probabilities);
        }
        probabilities
    }
}

/// The number of rounds with the least loss on the rows `held_out`, for trees grown on the rows `training`.
pub fn choose_rounds(training: (&Matrix, Outcomes<'_>), held_out: (&Matrix, Outcomes<'_>)) -> usize {
    let flat = flat(held_out.0);
    let data = ByColumn::new(&flat, held_out.0.rows(), held_out.0.columns().len());
    let mut scores: Vec<Vec<f64>> = Vec::new();
    let (mut best, mut best_rounds, mut rounds) = (f64::INFINITY, 1, 0);
    boost(training.0, training.1, MOST_ROUNDS, |start, round| {
        if scores.is_empty() {
            scores = start.iter().map(|&start| vec![start; held_out.0.rows()]).collect();
        }
        add_round(&mut scores, round, &data);
        rounds += 1;
        let loss = loss(&scores, held_out.1);
        if loss < best {
            (best, best_rounds) = (loss, rounds);
        }
        rounds < best_rounds + PATIENCE
    });
    best_rounds
}

/// Grows trees until there are `most` rounds, or `go_on` returns false for the start and the last round.
fn boost(
    inputs: &Matrix,
    outcomes: Outcomes<'_>,
    most: usize,
    mut go_on: impl FnMut(&[f64], &[Tree]) -> bool,
) -> BoostedTrees {
    let (rows, columns) = (inputs.rows(), inputs.columns().len());
    let flat = flat(inputs);
    let data = ByColumn::new(&flat, rows, columns);
    let start = start(outcomes);
    let mut scores: Vec<Vec<f64>> = start.iter().map(|&start| vec![start; rows]).collect();
    let mut trees = BoostedTrees { start, rounds: Vec::new() };
    let binned = bin_matrix(&data, &vec![1.0; rows], BINS, f64::NAN, false).expect("inputs are finite");
    let bins = ByColumn::new(&binned.binned_data, rows, columns);
    let least = match outcomes {
        Outcomes::Numbers(_) => LEAST_ROWS,
        Outcomes::Labels { .. } => LEAST_CURVATURE,
    };
    let constraints = ConstraintMap::new();
    let splitter = MissingImputerSplitter::new(0.0, L2, 0.0, 0.0, least, LEARNING_RATE, true, constraints);
    let places: Vec<usize> = (0..columns).collect();
    for _ in 0..most {
        let derivatives = derivatives(&scores, outcomes);
        let mut round = Vec::with_capacity(scores.len());
        for ((slopes, curvatures), scores) in derivatives.iter().zip(&mut scores) {
            let mut tree = Tree::new();
            let (all, policy) = ((0..rows).collect(), GrowPolicy::LossGuide);
            tree.fit(
                &bins,
                all,
                &places,
                &binned.cuts,
                slopes,
                curvatures,
                &splitter,
                LEAVES,
                DEPTH,
                false,
                &SampleMethod::None,
                &policy,
            );
            let values = tree.predict(&data, false, &f64::NAN);
            scores.iter_mut().zip(values).for_each(|(score, value)| *score += value);
            round.push(tree);
        }
        trees.rounds.push(round);
        if !go_on(&trees.start, trees.rounds.last().map(Vec::as_slice).unwrap_or_default()) {
            break;
        }
    }
    trees
}

fn add_round(scores: &mut [Vec<f64>], round: &[Tree], data: &ByColumn<'_, f64>) {
    for (scores, tree) in scores.iter_mut().zip(round) {
        let values = tree.predict(data, false, &f64::NAN);
        scores.iter_mut().zip(values).for_each(|(score, value)| *score += value);
    }
}

fn flat(inputs: &Matrix) -> Vec<f64> {
    inputs.columns().concat()
}

/// What scores begin with. Two classes have one score, that of the second.
fn start(outcomes: Outcomes<'_>) -> Vec<f64> {
    match outcomes {
        Outcomes::Numbers(numbers) => vec![mean(numbers)],
        Outcomes::Labels { labels, classes, weights } => {
            let mut sums = vec![0.0; classes];
            labels.iter().for_each(|&label| sums[label as usize] += weight(weights, label));
            // A class without rows has the share of half a row.
            let logarithms: Vec<f64> = sums.iter().map(|sum: &f64| libm::log(sum.max(0.5))).collect();
            match logarithms.as_slice() {
                [first, second] => vec![second - first],
                _ => logarithms,
            }
        }
    }
}

fn weight(weights: Option<&[f32]>, label: u32) -> f64 {
    weights.map_or(1.0, |weights| f64::from(weights[label as usize]))
}

/// For each score the first and the second derivatives of the loss of each row.
fn derivatives(scores: &[Vec<f64>], outcomes: Outcomes<'_>) -> Vec<(Vec<f32>, Vec<f32>)> {
    match outcomes {
        Outcomes::Numbers(numbers) => {
            let slopes = scores[0].iter().zip(numbers).map(|(score, number)| (score - number) as f32).collect();
            vec![(slopes, vec![1.0; numbers.len()])]
        }
        Outcomes::Labels { labels, classes, weights } => {
            let mut derivatives = vec![(vec![0.0; labels.len()], vec![0.0; labels.len()]); scores.len()];
            let mut probabilities = vec![0.0; classes];
            for (row, &label) in labels.iter().enumerate() {
                softmax(scores, row, &mut probabilities);
                let weight = weight(weights, label);
                for (place, (slopes, curvatures)) in derivatives.iter_mut().enumerate() {
                    let class = if scores.len() == 1 { 1 } else { place };
                    let p = probabilities[class];
                    slopes[row] = (weight * (p - f64::from(u8::from(class == label as usize)))) as f32;
                    curvatures[row] = (weight * (p * (1.0 - p)).max(1e-16)) as f32;
                }
            }
            derivatives
        }
    }
}

fn softmax(scores: &[Vec<f64>], row: usize, probabilities: &mut [f64]) {
    match scores {
        [score] => probabilities.copy_from_slice(&[0.0, score[row]]),
        several => several.iter().zip(probabilities.iter_mut()).for_each(|(score, p)| *p = score[row]),
    }
    let greatest = probabilities.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    probabilities.iter_mut().for_each(|p| *p = libm::exp(*p - greatest));
    let sum: f64 = probabilities.iter().sum();
    probabilities.iter_mut().for_each(|p| *p /= sum);
}

/// The sum of squared errors or of log losses.
fn loss(scores: &[Vec<f64>], outcomes: Outcomes<'_>) -> f64 {
    match outcomes {
        Outcomes::Numbers(numbers) => {
            scores[0].iter().zip(numbers).map(|(score, number)| (score - number) * (score - number)).sum()
        }
        Outcomes::Labels { labels, classes, .. } => {
            let mut probabilities = vec![0.0; classes];
            let mut total = 0.0;
            for (row, &label) in labels.iter().enumerate() {
                softmax(scores, row, &mut probabilities);
                total -= libm::log(probabilities[label as usize].max(f64::MIN_POSITIVE));
            }
            total
        }
    }
}
