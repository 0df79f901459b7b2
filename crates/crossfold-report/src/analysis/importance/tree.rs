//! A regression tree, grown until each leaf has a single score: CART's variance splitting (Breiman, Friedman, Olshen
//! and Stone 1984), with the choices of scikit-learn's `DecisionTreeRegressor` where the book leaves them open. Every
//! hyperparameter is considered at each split; of equally good splits one is drawn, which matters: most splits of
//! a tree separate two points, and then all hyperparameters that differ are equally good.

use std::ops::Range;

use crossfold_study::Generator;

use super::axis::{Axis, Cut};

/// The depth, as in Optuna; it bounds the recursion here.
const MAX_DEPTH: u32 = 64;

/// Scores that differ by less are equal. All scores together span at least 1.
const SAME: f64 = 1e-8;

/// Gains that differ by less are equal, relative to the gain and to a node's weight.
const ROUNDING: f64 = 1e-10;
const ROUNDING_AT_ZERO: f64 = 1e-24;

/// Points of a search space and their scores.
#[derive(Debug)]
pub(super) struct Points {
    /// For each axis, the number of each point's value.
    pub(super) values: Vec<Vec<u32>>,
    /// Centred, with 1 as the largest absolute value.
    pub(super) scores: Vec<f64>,
}

/// A tree's nodes, the root first.
#[derive(Debug)]
pub(super) struct Tree(pub(super) Vec<Node>);

#[derive(Clone, Copy, Debug)]
pub(super) enum Node {
    Leaf(f64),
    Split { axis: usize, cut: Cut, left: usize, right: usize },
}

impl Tree {
    /// Grows a tree on `points`, each of which counts `counts` times. `orders` has all points for each axis, sorted by the
    /// number of their value.
    pub(super) fn grow(
        axes: &[Axis],
        points: &Points,
        orders: &[Vec<u32>],
        counts: &[f64],
        generator: &mut Generator,
    ) -> Tree {
        let drawn = |order: &Vec<u32>| order.iter().copied().filter(|&point| counts[point as usize] > 0.0).collect();
        let orders: Vec<Vec<u32>> = orders.iter().map(drawn).collect();
        let all = 0..orders[0].len();
        let is_left = vec![false; points.scores.len()];
        let mut grower =
            Grower { axes, points, counts, generator, orders, is_left, moved: Vec::new(), nodes: Vec::new() };
        grower.grow(all, 0);
        Tree(grower.nodes)
    }

    /// The prediction for a point.
    pub(super) fn predict(&self, axes: &[Axis], points: &Points, point: usize) -> f64 {
        let mut node = 0;
        loop {
            match self.0[node] {
                Node::Leaf(score) => return score,
                Node::Split { axis, cut, left, right } => {
                    node = if axes[axis].goes_left(points.values[axis][point], cut) { left } else { right };
                }
            }
        }
    }
}

struct Grower<'a> {
    axes: &'a [Axis],
    points: &'a Points,
    counts: &'a [f64],
    generator: &'a mut Generator,
    /// The points for each axis, sorted by value within each node, which is the same range on all axes.
    orders: Vec<Vec<u32>>,
    is_left: Vec<bool>,
    moved: Vec<u32>,
    nodes: Vec<Node>,
}

/// The best split so far, and the number of equally good ones.
struct BestSplit {
    gain: f64,
    axis: usize,
    cut: Cut,
    ties: u64,
}

/// The weight of some points, and the weighted sum of their scores minus the node's mean.
#[derive(Clone, Copy, Default)]
struct Sum {
    weight: f64,
    above: f64,
}

impl Grower<'_> {
    fn grow(&mut self, range: Range<usize>, depth: u32) -> usize {
        let index = self.nodes.len();
        let (mean, weight, spread) = self.summary(range.clone());
        self.nodes.push(Node::Leaf(mean));
        if depth == MAX_DEPTH || spread <= SAME {
            return index;
        }
        if let Some(BestSplit { axis, cut, .. }) = self.find_best_split(range.clone(), mean, weight) {
            let middle = self.partition(range.clone(), axis, cut);
            let left = self.grow(range.start..middle, depth + 1);
            let right = self.grow(middle..range.end, depth + 1);
            self.nodes[index] = Node::Split { axis, cut, left, right };
        }
        index
    }

    fn summary(&self, range: Range<usize>) -> (f64, f64, f64) {
        let (mut sum, mut weight, mut least, mut most) = (0.0, 0.0, f64::INFINITY, f64::NEG_INFINITY);
        for &point in &self.orders[0][range] {
            let (score, count) = (self.points.scores[point as usize], self.counts[point as usize]);
            sum += count * score;
            weight += count;
            least = score.min(least);
            most = score.max(most);
        }
        (sum / weight, weight, most - least)
    }

    /// The split that reduces the variance most; `None` if no split separates points.
    fn find_best_split(&mut self, range: Range<usize>, mean: f64, weight: f64) -> Option<BestSplit> {
        let mut best = None;
        for axis in 0..self.axes.len() {
            let of_axis = self.runs(axis, range.clone(), mean);
            match &self.axes[axis] {
                Axis::Categories(_) if of_axis.len() < 2 => {}
                Axis::Categories(_) => {
                    for (word, sum) in of_axis {
                        self.offer(&mut best, sum.gain(weight), axis, Cut::Category(word), weight);
                    }
                }
                line @ Axis::Line { .. } => {
                    if let Some((gain, lower, upper)) = best_between(&of_axis, weight) {
                        let cut = line.between(lower, upper);
                        self.offer(&mut best, gain, axis, cut, weight);
                    }
                }
            }
        }
        best
    }

    /// The values of a node's points, in order, with their sums.
    fn runs(&self, axis: usize, range: Range<usize>, mean: f64) -> Vec<(u32, Sum)> {
        let values = &self.points.values[axis];
        let mut runs: Vec<(u32, Sum)> = Vec::with_capacity(range.len());
        for &point in &self.orders[axis][range] {
            let point = point as usize;
            let count = self.counts[point];
            let above = count * (self.points.scores[point] - mean);
            match runs.last_mut() {
                Some((value, sum)) if *value == values[point] => {
                    sum.weight += count;
                    sum.above += above;
                }
                Some(_) | None => runs.push((values[point], Sum { weight: count, above })),
            }
        }
        runs
    }

    fn offer(&mut self, best: &mut Option<BestSplit>, gain: f64, axis: usize, cut: Cut, weight: f64) {
        match best {
            Some(best) if is_above(best.gain, gain, weight) => {}
            Some(best) if !is_above(gain, best.gain, weight) => {
                // So each of the equally good splits is kept with the same probability.
                best.ties += 1;
                if self.generator.below(best.ties) == 0 {
                    (best.gain, best.axis, best.cut) = (gain, axis, cut);
                }
            }
            Some(_) | None => *best = Some(BestSplit { gain, axis, cut, ties: 1 }),
        }
    }

    /// Moves a node's points that go left before the others, and returns where the others begin.
    fn partition(&mut self, range: Range<usize>, axis: usize, cut: Cut) -> usize {
        for &point in &self.orders[axis][range.clone()] {
            let value = self.points.values[axis][point as usize];
            self.is_left[point as usize] = self.axes[axis].goes_left(value, cut);
        }
        let mut middle = range.start;
        for order in &mut self.orders {
            self.moved.clear();
            middle = range.start;
            for at in range.clone() {
                let point = order[at];
                if self.is_left[point as usize] {
                    order[middle] = point;
                    middle += 1;
                } else {
                    self.moved.push(point);
                }
            }
            order[middle..range.end].copy_from_slice(&self.moved);
        }
        middle
    }
}

/// All points, sorted by the number of their value.
pub(super) fn order(values: &[u32]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..values.len() as u32).collect();
    order.sort_by_key(|&point| values[point as usize]);
    order
}

impl Sum {
    /// How much separating these points from the rest of a node of `weight` reduces its sum of squares.
    fn gain(self, weight: f64) -> f64 {
        self.above * self.above * weight / (self.weight * (weight - self.weight))
    }
}

/// The first of the best cuts of a line: its gain, and the values on either side.
fn best_between(runs: &[(u32, Sum)], weight: f64) -> Option<(f64, u32, u32)> {
    let mut left = Sum::default();
    let mut best: Option<(f64, u32, u32)> = None;
    for pair in runs.windows(2) {
        let [(lower, sum), (upper, _)] = [pair[0], pair[1]];
        left.weight += sum.weight;
        left.above += sum.above;
        let gain = left.gain(weight);
        if best.is_none_or(|(most, ..)| is_above(gain, most, weight)) {
            best = Some((gain, lower, upper));
        }
    }
    best
}

/// Whether a gain exceeds another by more than rounding.
fn is_above(gain: f64, other: f64, weight: f64) -> bool {
    gain > other * (1.0 + ROUNDING) + ROUNDING_AT_ZERO * weight
}

#[cfg(test)]
mod tests {
    use super::super::axis::Span;
    use super::*;

    fn line(places: &[f64]) -> Axis {
        Axis::Line { places: places.to_vec(), span: Span::Values }
    }

    fn grow(axes: Vec<Axis>, values: Vec<Vec<u32>>, scores: &[f64], counts: &[f64], seed: u64) -> Vec<Node> {
        let orders: Vec<Vec<u32>> = values.iter().map(|values| order(values)).collect();
        let points = Points { values, scores: scores.to_vec() };
        Tree::grow(&axes, &points, &orders, counts, &mut crossfold_study::Seed(seed).importance_tree(0)).0
    }

    /// By hand: separating the first two reduces the variance most (0.5 · 4 · 0.75² against 0.5 · 4 · 0.5² and less).
    #[test]
    fn the_split_that_reduces_the_variance_most_comes_first() {
        let nodes =
            grow(vec![line(&[1.0, 2.0, 4.0, 8.0])], vec![vec![0, 1, 2, 3]], &[-1.0, -0.5, 0.5, 1.0], &[1.0; 4], 1);
        let text: Vec<String> = nodes.iter().map(|node| format!("{node:?}")).collect();
        assert_eq!(
            text,
            [
                "Split { axis: 0, cut: UpTo(3.0), left: 1, right: 4 }",
                "Split { axis: 0, cut: UpTo(1.5), left: 2, right: 3 }",
                "Leaf(-1.0)",
                "Leaf(-0.5)",
                "Split { axis: 0, cut: UpTo(6.0), left: 5, right: 6 }",
                "Leaf(0.5)",
                "Leaf(1.0)",
            ]
        );
    }

    #[test]
    fn points_are_weighted_by_their_bootstrap_counts() {
        let nodes = grow(vec![line(&[1.0, 2.0, 3.0])], vec![vec![0, 1, 2]], &[-1.0, 0.5, 1.0], &[0.0, 1.0, 2.0], 1);
        assert!(matches!(nodes[0], Node::Split { cut: Cut::UpTo(2.5), .. }), "{nodes:?}");
        // Points that differ only in their score share a leaf, weighted by their counts.
        let nodes = grow(vec![line(&[1.0])], vec![vec![0; 3]], &[-1.0, 0.5, 1.0], &[1.0, 0.0, 3.0], 1);
        assert!(matches!(nodes[..], [Node::Leaf(0.5)]), "{nodes:?}");
    }

    /// For two points that differ on all axes, a cut of a line and each of two categories are equally good, as are
    /// scikit-learn's columns.
    #[test]
    fn equally_good_splits_are_equally_likely() {
        let mut roots = [0; 4];
        for seed in 0..4000 {
            let axes = vec![line(&[0.1, 0.7]), Axis::Categories(2), line(&[1.0, 3.0])];
            let nodes = grow(axes, vec![vec![0, 1], vec![0, 1], vec![1, 0]], &[-0.3, 1.0], &[1.0, 2.0], seed);
            match nodes[0] {
                Node::Split { axis: 0, .. } => roots[0] += 1,
                Node::Split { cut: Cut::Category(word), .. } => roots[1 + word as usize] += 1,
                Node::Split { axis: 2, .. } => roots[3] += 1,
                Node::Split { .. } | Node::Leaf(_) => panic!("{nodes:?}"),
            }
        }
        // Four standard deviations of a count: 4 √(4000 · 3/16) = 110.
        assert!(roots.iter().all(|&count: &i32| count.abs_diff(1000) < 110), "{roots:?}");
    }
}
