//! A random forest of bootstrapped trees (Breiman 2001, "Random forests", Machine Learning 45), and its mean estimates.

use crossfold_study::Seed;

use super::axis::{Axis, Place};
use super::marginals::Marginals;
use super::out_of_bag::OutOfBag;
use super::tree::{Points, Tree, order};
use crate::analysis::statistics::{mean, standard_deviation};

/// The number of trees, as in Optuna.
const TREES: u64 = 64;

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

impl<'a> Forest<'a> {
    /// Grows the forest. Each tree learns from as many points as there are, drawn with replacement, and considers every
    /// axis at each split. `values` has the points' values for each axis, as numbers of the axis's values. Where a point has
    /// none, because no value has an effect, each tree takes that of another point, drawn at random. Also returns the share
    /// of the variance that is predicted out of bag; `trials` has the trial of each point.
    pub(super) fn grow(
        axes: &'a [Axis],
        values: &[Vec<Option<u32>>],
        scores: Vec<f64>,
        trials: &[u32],
        seed: Seed,
    ) -> (Forest<'a>, f64) {
        let filled = |values: &Vec<Option<u32>>| values.iter().map(|value| value.unwrap_or(0)).collect();
        let mut points = Points { values: values.iter().map(filled).collect(), scores };
        let mut orders: Vec<Vec<u32>> = points.values.iter().map(|values| order(values)).collect();
        let gaps: Vec<Gaps> = values.iter().enumerate().filter_map(Gaps::find).collect();
        let count = points.scores.len();
        let mut out_of_bag = OutOfBag::new(trials);
        let grow = |tree| {
            let mut generator = seed.importance_tree(tree);
            for Gaps { axis, points: without, known } in &gaps {
                for &point in without {
                    points.values[*axis][point] = known[generator.below(known.len() as u64) as usize];
                }
                orders[*axis] = order(&points.values[*axis]);
            }
            let mut counts = vec![0.0; count];
            for _ in 0..count {
                counts[generator.below(count as u64) as usize] += 1.0;
            }
            let tree = Tree::grow(axes, &points, &orders, &counts, &mut generator);
            out_of_bag.add(&counts, |point| tree.predict(axes, &points, point));
            Marginals::new(tree, axes)
        };
        let forest = Forest((0..TREES).map(grow).collect());
        (forest, out_of_bag.explained(&points.scores))
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
