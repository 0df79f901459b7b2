//! The marginal predictions of a tree for one hyperparameter or two, averaged over all others: exactly, from its leaves' boxes
//! (Hutter, Hoos and Leyton-Brown 2014, algorithm 2).
//!
//! The cuts of a tree along an axis divide it into cells, within which the prediction is constant. A leaf's box covers
//! a few runs of cells on each axis, so its contribution to a marginal is the same on all of them: it is added
//! where a run begins and subtracted where it ends, and one pass of sums gives the marginal on every cell. A pair
//! is the same on a table of cells. So the cost of a leaf does not depend on the size of its box.

use std::iter;
use std::ops::Range;

use super::axis::{Axis, Cut, Place};
use super::tree::{Node, Tree};

/// A tree over the space of axes, and its marginals.
pub(super) struct Marginals<'a> {
    tree: Tree,
    axes: &'a [Axis],
    cells: Vec<Cells>,
    pub(super) mean: f64,
    pub(super) variance: f64,
    /// The mean prediction in each cell of each axis.
    marginals: Vec<Vec<f64>>,
}

/// The cells into which a tree divides an axis.
struct Cells {
    edges: Edges,
    /// The share of the space before each cell, and 1.
    before: Vec<f64>,
}

enum Edges {
    /// The categories that the tree separates, ascending, one cell each; then one cell of all others.
    Categories(Vec<u32>),
    /// The cuts of a line, ascending, each the end of a cell.
    Line(Vec<f64>),
}

/// A node's box: the runs of cells that it covers on each axis, and their share of the space.
struct Bounds {
    runs: Vec<Vec<Range<usize>>>,
    shares: Vec<f64>,
}

impl<'a> Marginals<'a> {
    pub(super) fn new(tree: Tree, axes: &'a [Axis]) -> Marginals<'a> {
        let cells: Vec<Cells> = (0..axes.len()).map(|axis| Cells::new(&tree, axes, axis)).collect();
        let marginals = cells.iter().map(|cells| vec![0.0; cells.len() + 1]).collect();
        let mut tree_marginals = Marginals { tree, axes, cells, mean: 0.0, variance: 0.0, marginals };
        tree_marginals.fill();
        tree_marginals
    }

    fn fill(&mut self) {
        let mut marginals = std::mem::take(&mut self.marginals);
        let mut leaves = Vec::new();
        self.each_leaf(|bounds, value| {
            let share: f64 = bounds.shares.iter().product();
            leaves.push((share, value));
            for ((sums, runs), &own) in marginals.iter_mut().zip(&bounds.runs).zip(&bounds.shares) {
                // A box without extent along an axis has no weight.
                let rest = if own > 0.0 { value * share / own } else { 0.0 };
                for run in runs {
                    sums[run.start] += rest;
                    sums[run.end] -= rest;
                }
            }
        });
        for sums in &mut marginals {
            accumulate(sums);
        }
        self.mean = leaves.iter().map(|(share, value)| share * value).sum();
        self.variance = leaves.iter().map(|(share, value)| share * (value - self.mean).powi(2)).sum();
        self.marginals = marginals;
    }

    /// The variance of the marginal along an axis.
    pub(super) fn main_effect(&self, axis: usize) -> f64 {
        let squares = self.cells[axis].shares().zip(&self.marginals[axis]);
        squares.map(|(share, value)| share * (value - self.mean).powi(2)).sum()
    }

    /// The variance of the interaction of two axes, beyond their main effects.
    pub(super) fn interaction(&self, [a, b]: [usize; 2], table: &mut Vec<f64>) -> f64 {
        if self.cells[a].len() == 1 || self.cells[b].len() == 1 {
            return 0.0;
        }
        let width = self.cells[b].len() + 1;
        table.clear();
        table.resize((self.cells[a].len() + 1) * width, 0.0);
        self.each_leaf(|bounds, value| {
            let own = bounds.shares[a] * bounds.shares[b];
            let rest = if own > 0.0 { value * bounds.shares.iter().product::<f64>() / own } else { 0.0 };
            for down in &bounds.runs[a] {
                for across in &bounds.runs[b] {
                    table[down.start * width + across.start] += rest;
                    table[down.start * width + across.end] -= rest;
                    table[down.end * width + across.start] -= rest;
                    table[down.end * width + across.end] += rest;
                }
            }
        });
        let across: Vec<f64> = self.cells[b].shares().collect();
        let mut above = vec![0.0; width];
        let mut variance = 0.0;
        for ((row, down), mine) in table.chunks_exact_mut(width).zip(self.cells[a].shares()).zip(&self.marginals[a]) {
            for (sum, change) in above.iter_mut().zip(row) {
                *sum += *change;
            }
            let mut both = 0.0;
            let mut squares = 0.0;
            for ((change, share), theirs) in above.iter().zip(&across).zip(&self.marginals[b]) {
                both += change;
                squares += share * (both - mine - theirs + self.mean).powi(2);
            }
            variance += down * squares;
        }
        variance
    }

    /// The mean prediction at a place of an axis.
    pub(super) fn effect_at(&self, axis: usize, place: Place) -> f64 {
        let cell = match (&self.cells[axis].edges, place) {
            (Edges::Categories(words), Place::Category(word)) => words.binary_search(&word).unwrap_or(words.len()),
            (Edges::Line(cuts), Place::Number(number)) => cuts.partition_point(|&cut| cut < number),
            (Edges::Categories(_), Place::Number(_)) | (Edges::Line(_), Place::Category(_)) => {
                panic!("a place is of its axis")
            }
        };
        self.marginals[axis][cell]
    }

    fn each_leaf(&self, mut visit: impl FnMut(&Bounds, f64)) {
        let runs = self.cells.iter().map(|cells| iter::once(0..cells.len()).collect()).collect();
        self.descend(0, &mut Bounds { runs, shares: vec![1.0; self.axes.len()] }, &mut visit);
    }

    fn descend(&self, node: usize, bounds: &mut Bounds, visit: &mut impl FnMut(&Bounds, f64)) {
        match self.tree.0[node] {
            Node::Leaf(value) => visit(bounds, value),
            Node::Split { axis, cut, left, right } => {
                let cells = &self.cells[axis];
                let (runs, share) = (std::mem::take(&mut bounds.runs[axis]), bounds.shares[axis]);
                for (child, part) in [left, right].into_iter().zip(cells.split_runs(&runs, cut)) {
                    bounds.shares[axis] = part.iter().map(|run| cells.before[run.end] - cells.before[run.start]).sum();
                    bounds.runs[axis] = part;
                    self.descend(child, bounds, visit);
                }
                bounds.runs[axis] = runs;
                bounds.shares[axis] = share;
            }
        }
    }
}

impl Cells {
    fn new(tree: &Tree, axes: &[Axis], axis: usize) -> Cells {
        let cuts = tree.0.iter().filter_map(|node| match *node {
            Node::Split { axis: own, cut, .. } if own == axis => Some(cut),
            Node::Split { .. } | Node::Leaf(_) => None,
        });
        match &axes[axis] {
            Axis::Categories(count) => {
                let mut words: Vec<u32> = cuts.filter_map(Cut::category).collect();
                words.sort_unstable();
                words.dedup();
                let before = (0..=words.len()).map(|cell| cell as f64 / f64::from(*count)).chain([1.0]).collect();
                Cells { edges: Edges::Categories(words), before }
            }
            line @ Axis::Line { .. } => {
                let mut cuts: Vec<f64> = cuts.filter_map(Cut::number).collect();
                cuts.sort_by(f64::total_cmp);
                cuts.dedup();
                let before = [0.0].into_iter().chain(cuts.iter().map(|&cut| line.share_up_to(cut))).chain([1.0]);
                Cells { before: before.collect(), edges: Edges::Line(cuts) }
            }
        }
    }

    fn len(&self) -> usize {
        self.before.len() - 1
    }

    fn shares(&self) -> impl Iterator<Item = f64> {
        self.before.windows(2).map(|pair| pair[1] - pair[0])
    }

    /// The parts of some runs of cells that a cut sends left and right.
    fn split_runs(&self, runs: &[Range<usize>], cut: Cut) -> [Vec<Range<usize>>; 2] {
        let left = match (&self.edges, cut) {
            (Edges::Categories(words), Cut::Category(word)) => {
                let cell = words.partition_point(|&other| other < word);
                cell..cell + 1
            }
            (Edges::Line(cuts), Cut::UpTo(cut)) => 0..cuts.partition_point(|&other| other < cut) + 1,
            (Edges::Categories(_), Cut::UpTo(_)) | (Edges::Line(_), Cut::Category(_)) => {
                panic!("an axis is cut in its own way")
            }
        };
        let within = |range: &Range<usize>| {
            runs.iter()
                .map(|run| run.start.max(range.start)..run.end.min(range.end))
                .filter(|run| !run.is_empty())
                .collect::<Vec<_>>()
        };
        let [before, after] = [0..left.start, left.end..self.len()].map(|range| within(&range));
        [within(&left), [before, after].concat()]
    }
}

impl Cut {
    fn category(self) -> Option<u32> {
        match self {
            Cut::Category(word) => Some(word),
            Cut::UpTo(_) => None,
        }
    }

    fn number(self) -> Option<f64> {
        match self {
            Cut::Category(_) => None,
            Cut::UpTo(cut) => Some(cut),
        }
    }
}

/// Replaces each number by the sum of those up to it.
fn accumulate(numbers: &mut [f64]) {
    let mut sum = 0.0;
    for number in numbers {
        sum += *number;
        *number = sum;
    }
}
