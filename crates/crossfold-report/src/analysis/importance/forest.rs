//! Bootstrapped trees (Breiman 2001, "Random forests", Machine Learning 45), and what they say on the mean.

use crossfold_study::Seed;

use super::axis::{Axis, Place};
use super::draws::Draws;
use super::marginals::Marginals;
use super::tree::{Points, Tree, order};

/// As in Optuna.
const TREES: u64 = 64;

/// What is less is what sums have lost or gained.
const ROUNDING: f64 = 1e-12;

/// A figure's mean over trees, and how far they differ: the root of the mean squared distance from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OverTrees {
    pub mean: f64,
    pub sd: f64,
}

pub(super) struct Forest<'a>(Vec<Marginals<'a>>);

/// The points without a value on an axis, and the values of the others.
struct Gaps {
    axis: usize,
    points: Vec<usize>,
    known: Vec<u32>,
}

impl Gaps {
    /// `None` where there are none, or nothing else.
    fn find((axis, values): (usize, &Vec<Option<u32>>)) -> Option<Gaps> {
        let known: Vec<u32> = values.iter().copied().flatten().collect();
        let points = (0..values.len()).filter(|&point| values[point].is_none()).collect();
        (!known.is_empty() && known.len() < values.len()).then_some(Gaps { axis, points, known })
    }
}

impl<'a> Forest<'a> {
    /// Each tree is of as many points as there are, drawn with replacement, and considers every axis at each split.
    /// `values` are, of each axis, those of the points, as numbers of its values. Where a point has none, because none has
    /// an effect, each tree takes that of another point, drawn at random.
    pub(super) fn grow(axes: &'a [Axis], values: &[Vec<Option<u32>>], scores: Vec<f64>, seed: Seed) -> Forest<'a> {
        let filled = |values: &Vec<Option<u32>>| values.iter().map(|value| value.unwrap_or(0)).collect();
        let mut points = Points { values: values.iter().map(filled).collect(), scores };
        let mut orders: Vec<Vec<u32>> = points.values.iter().map(|values| order(values)).collect();
        let gaps: Vec<Gaps> = values.iter().enumerate().filter_map(Gaps::find).collect();
        let count = points.scores.len();
        let grow = |tree| {
            let mut draws = Draws::of_tree(seed, tree);
            for Gaps { axis, points: without, known } in &gaps {
                for &point in without {
                    points.values[*axis][point] = known[draws.below(known.len() as u64) as usize];
                }
                orders[*axis] = order(&points.values[*axis]);
            }
            let mut counts = vec![0.0; count];
            for _ in 0..count {
                counts[draws.below(count as u64) as usize] += 1.0;
            }
            Marginals::new(Tree::grow(axes, &points, &orders, &counts, &mut draws), axes)
        };
        Forest((0..TREES).map(grow).collect())
    }

    /// The share of the variance that an axis explains alone; `None` where no tree varies.
    pub(super) fn alone(&self, axis: usize) -> Option<OverTrees> {
        self.shares(|tree| tree.alone(axis))
    }

    /// The share that two axes explain beyond what each does.
    pub(super) fn together(&self, axes: [usize; 2]) -> Option<OverTrees> {
        let mut table = Vec::new();
        self.shares(|tree| tree.together(axes, &mut table))
    }

    /// The mean prediction at a place of an axis.
    pub(super) fn at(&self, axis: usize, place: Place) -> OverTrees {
        OverTrees::new(&self.0.iter().map(|tree| tree.at(axis, place)).collect::<Vec<_>>())
    }

    /// A tree of one leaf has no variance to share out, and is left aside, as in Optuna.
    fn shares(&self, mut variance: impl FnMut(&Marginals<'_>) -> f64) -> Option<OverTrees> {
        let varying = self.0.iter().filter(|tree| tree.variance > 0.0);
        let shares: Vec<f64> = varying.map(|tree| variance(tree) / tree.variance).collect();
        (!shares.is_empty()).then(|| OverTrees::new(&shares))
    }
}

impl OverTrees {
    /// Of figures that have 1 for a unit.
    fn new(figures: &[f64]) -> OverTrees {
        let count = figures.len() as f64;
        let mean = figures.iter().sum::<f64>() / count;
        let squares: f64 = figures.iter().map(|figure| (figure - mean).powi(2)).sum();
        let [mean, sd] =
            [mean, (squares / count).sqrt()].map(|figure| if figure.abs() < ROUNDING { 0.0 } else { figure });
        OverTrees { mean, sd }
    }
}
