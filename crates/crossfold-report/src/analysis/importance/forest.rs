//! A random forest of bootstrapped trees (Breiman 2001, "Random forests", Machine Learning 45), and its mean estimates.

use crossfold_study::{Generator, Seed};

use super::axis::{Axis, Place};
use super::held_out::explained;
use super::marginals::Marginals;
use super::tree::{Points, Tree, order};
use crate::analysis::statistics::{mean, standard_deviation};

/// The number of trees, as in Optuna.
const TREES: u64 = 64;

/// The number of trees that predict each fold of trials left out.
const TREES_PER_FOLD: u64 = 8;

/// Smaller estimates are rounding.
const ROUNDING: f64 = 1e-12;

/// An estimate: its mean over the trees of the forest and its standard deviation between them (divisor n).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ForestEstimate {
    pub mean: f64,
    pub sd: f64,
}

pub(super) struct Forest<'a>(Vec<Marginals<'a>>);

/// The points without a value on an axis, and the values of the other points.
struct Gaps {
    axis: usize,
    points: Vec<usize>,
    known: Vec<u32>,
}

impl Gaps {
    /// `None` where no point lacks a value, or all do.
    fn find((axis, values): (usize, &Vec<Option<u32>>)) -> Option<Gaps> {
        let known: Vec<u32> = values.iter().copied().flatten().collect();
        let points = (0..values.len()).filter(|&point| values[point].is_none()).collect();
        (!known.is_empty() && known.len() < values.len()).then_some(Gaps { axis, points, known })
    }
}

/// The points that trees learn from.
struct Sample<'a> {
    axes: &'a [Axis],
    points: Points,
    orders: Vec<Vec<u32>>,
    gaps: Vec<Gaps>,
}

impl<'a> Sample<'a> {
    fn new(axes: &'a [Axis], values: &[Vec<Option<u32>>], scores: &[f64]) -> Sample<'a> {
        let filled = |values: &Vec<Option<u32>>| values.iter().map(|value| value.unwrap_or(0)).collect();
        let points = Points { values: values.iter().map(filled).collect(), scores: scores.to_vec() };
        let orders = points.values.iter().map(|values| order(values)).collect();
        Sample { axes, points, orders, gaps: values.iter().enumerate().filter_map(Gaps::find).collect() }
    }

    /// Grows a tree on points drawn from `from` with replacement, as many as these are.
    fn grow(&mut self, from: &[usize], generator: &mut Generator) -> Tree {
        for Gaps { axis, points: without, known } in &self.gaps {
            for &point in without {
                self.points.values[*axis][point] = known[generator.below(known.len() as u64) as usize];
            }
            self.orders[*axis] = order(&self.points.values[*axis]);
        }
        let mut counts = vec![0.0; self.points.scores.len()];
        for _ in from {
            counts[from[generator.below(from.len() as u64) as usize]] += 1.0;
        }
        Tree::grow(self.axes, &self.points, &self.orders, &counts, generator)
    }
}

/// The share of the variance of scores that forests predict of trials left out (R²); `trials` has the trial of each point.
pub(super) fn predicted_share(
    axes: &[Axis],
    values: &[Vec<Option<u32>>],
    scores: &[f64],
    trials: &[u32],
    seed: Seed,
) -> f64 {
    let mut sample = Sample::new(axes, values, scores);
    // Streams of their own, behind those of the forest's trees.
    let mut streams = (TREES..).map(|stream| seed.importance_tree(stream));
    let mut next = || streams.next().expect("streams never end");
    explained(scores, trials, &mut next(), |kept, left_out| {
        let mut predictions = vec![0.0; left_out.len()];
        for _ in 0..TREES_PER_FOLD {
            let tree = sample.grow(kept, &mut next());
            for (prediction, &point) in predictions.iter_mut().zip(left_out) {
                *prediction += tree.predict(axes, &sample.points, point) / TREES_PER_FOLD as f64;
            }
        }
        predictions
    })
}

impl<'a> Forest<'a> {
    /// Grows the forest. Each tree learns from as many points as there are, drawn with replacement, and considers every
    /// axis at each split. `values` has the points' values for each axis, as numbers of the axis's values. Where a point has
    /// none, because no value has an effect, each tree takes that of another point, drawn at random.
    pub(super) fn grow(axes: &'a [Axis], values: &[Vec<Option<u32>>], scores: &[f64], seed: Seed) -> Forest<'a> {
        let mut sample = Sample::new(axes, values, scores);
        let all: Vec<usize> = (0..scores.len()).collect();
        let grow = |tree| Marginals::new(sample.grow(&all, &mut seed.importance_tree(tree)), axes);
        Forest((0..TREES).map(grow).collect())
    }

    /// The share of the variance that an axis explains by itself; `None` where no tree varies.
    pub(super) fn main_effect(&self, axis: usize) -> Option<ForestEstimate> {
        self.shares(|tree| tree.main_effect(axis))
    }

    /// The share that two axes explain beyond their main effects.
    pub(super) fn interaction(&self, axes: [usize; 2]) -> Option<ForestEstimate> {
        let mut table = Vec::new();
        self.shares(|tree| tree.interaction(axes, &mut table))
    }

    /// The mean prediction at a place of an axis.
    pub(super) fn effect_at(&self, axis: usize, place: Place) -> ForestEstimate {
        ForestEstimate::from_trees(&self.0.iter().map(|tree| tree.effect_at(axis, place)).collect::<Vec<_>>())
    }

    /// Trees of one leaf have no variance and are left out, as in Optuna.
    fn shares(&self, mut variance: impl FnMut(&Marginals<'_>) -> f64) -> Option<ForestEstimate> {
        let varying = self.0.iter().filter(|tree| tree.variance > 0.0);
        let shares: Vec<f64> = varying.map(|tree| variance(tree) / tree.variance).collect();
        (!shares.is_empty()).then(|| ForestEstimate::from_trees(&shares))
    }
}

impl ForestEstimate {
    /// The estimate from one value per tree, on a scale of 1.
    fn from_trees(figures: &[f64]) -> ForestEstimate {
        let center = mean(figures);
        let estimate = [center, standard_deviation(figures, center)];
        let [mean, sd] = estimate.map(|figure| if figure.abs() < ROUNDING { 0.0 } else { figure });
        ForestEstimate { mean, sd }
    }
}
