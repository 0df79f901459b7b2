//! What a tree says of one hyperparameter or of two, all others averaged out: exactly, from its leaves' boxes
//! (Hutter, Hoos and Leyton-Brown 2014, algorithm 2).
//!
//! The cuts that a tree makes along an axis divide it into cells, within which nothing changes. A leaf's box covers
//! a few runs of cells on each axis, so its share of a marginal is the same number on all of them: it is written
//! where a run begins and taken back where it ends, and one pass of sums gives the marginal on every cell. A pair
//! is the same on a table of cells. So a leaf costs the same however large its box is.

use std::iter;
use std::ops::Range;

use super::axis::{Axis, Cut, Place};
use super::tree::{Node, Tree};

/// A tree over a space of axes, and its marginals.
pub(super) struct Marginals<'a> {
    tree: Tree,
    axes: &'a [Axis],
    cells: Vec<Cells>,
    pub(super) mean: f64,
    pub(super) variance: f64,
    /// Of each axis the mean prediction in each cell.
    alone: Vec<Vec<f64>>,
}

/// How a tree divides an axis.
struct Cells {
    edges: Edges,
    /// How much of the space lies before each cell, and 1.
    before: Vec<f64>,
}

enum Edges {
    /// Words that are told from the others, ascending, a cell each; then one of all others.
    Words(Vec<u32>),
    /// Cuts of a line, ascending: each ends a cell.
    Line(Vec<f64>),
}

/// A node's box: of each axis the cells it covers, and how much of the space these are.
struct Bounds {
    runs: Vec<Vec<Range<usize>>>,
    shares: Vec<f64>,
}

impl<'a> Marginals<'a> {
    pub(super) fn new(tree: Tree, axes: &'a [Axis]) -> Marginals<'a> {
        let cells: Vec<Cells> = (0..axes.len()).map(|axis| Cells::new(&tree, axes, axis)).collect();
        let alone = cells.iter().map(|cells| vec![0.0; cells.len() + 1]).collect();
        let mut marginals = Marginals { tree, axes, cells, mean: 0.0, variance: 0.0, alone };
        marginals.fill();
        marginals
    }

    fn fill(&mut self) {
        let mut alone = std::mem::take(&mut self.alone);
        let mut leaves = Vec::new();
        self.each_leaf(|bounds, value| {
            let share: f64 = bounds.shares.iter().product();
            leaves.push((share, value));
            for ((sums, runs), &own) in alone.iter_mut().zip(&bounds.runs).zip(&bounds.shares) {
                // A box without extent along an axis adds nothing to any place that counts.
                let rest = if own > 0.0 { value * share / own } else { 0.0 };
                for run in runs {
                    sums[run.start] += rest;
                    sums[run.end] -= rest;
                }
            }
        });
        for sums in &mut alone {
            accumulate(sums);
        }
        self.mean = leaves.iter().map(|(share, value)| share * value).sum();
        self.variance = leaves.iter().map(|(share, value)| share * (value - self.mean).powi(2)).sum();
        self.alone = alone;
    }

    /// The variance of the marginal along an axis.
    pub(super) fn alone(&self, axis: usize) -> f64 {
        let squares = self.cells[axis].shares().zip(&self.alone[axis]);
        squares.map(|(share, value)| share * (value - self.mean).powi(2)).sum()
    }

    /// The variance of what two axes do together beyond what each does alone.
    pub(super) fn together(&self, [a, b]: [usize; 2], table: &mut Vec<f64>) -> f64 {
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
        for ((row, down), mine) in table.chunks_exact_mut(width).zip(self.cells[a].shares()).zip(&self.alone[a]) {
            for (sum, change) in above.iter_mut().zip(row) {
                *sum += *change;
            }
            let mut both = 0.0;
            let mut squares = 0.0;
            for ((change, share), theirs) in above.iter().zip(&across).zip(&self.alone[b]) {
                both += change;
                squares += share * (both - mine - theirs + self.mean).powi(2);
            }
            variance += down * squares;
        }
        variance
    }

    /// The mean prediction at a place of an axis.
    pub(super) fn at(&self, axis: usize, place: Place) -> f64 {
        let cell = match (&self.cells[axis].edges, place) {
            (Edges::Words(words), Place::Word(word)) => words.binary_search(&word).unwrap_or(words.len()),
            (Edges::Line(cuts), Place::Number(number)) => cuts.partition_point(|&cut| cut < number),
            (Edges::Words(_), Place::Number(_)) | (Edges::Line(_), Place::Word(_)) => {
                panic!("a place is of its axis")
            }
        };
        self.alone[axis][cell]
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
                for (child, part) in [left, right].into_iter().zip(cells.part(&runs, cut)) {
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
            Axis::Words(count) => {
                let mut words: Vec<u32> = cuts.filter_map(Cut::word).collect();
                words.sort_unstable();
                words.dedup();
                let before = (0..=words.len()).map(|cell| cell as f64 / f64::from(*count)).chain([1.0]).collect();
                Cells { edges: Edges::Words(words), before }
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

    /// What of some runs of cells a cut sends left, and right.
    fn part(&self, runs: &[Range<usize>], cut: Cut) -> [Vec<Range<usize>>; 2] {
        // The cells on the left.
        let left = match (&self.edges, cut) {
            (Edges::Words(words), Cut::Word(word)) => {
                let cell = words.partition_point(|&other| other < word);
                cell..cell + 1
            }
            (Edges::Line(cuts), Cut::UpTo(cut)) => 0..cuts.partition_point(|&other| other < cut) + 1,
            (Edges::Words(_), Cut::UpTo(_)) | (Edges::Line(_), Cut::Word(_)) => {
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
    fn word(self) -> Option<u32> {
        match self {
            Cut::Word(word) => Some(word),
            Cut::UpTo(_) => None,
        }
    }

    fn number(self) -> Option<f64> {
        match self {
            Cut::Word(_) => None,
            Cut::UpTo(cut) => Some(cut),
        }
    }
}

/// Each number becomes the sum of those up to it.
fn accumulate(numbers: &mut [f64]) {
    let mut sum = 0.0;
    for number in numbers {
        sum += *number;
        *number = sum;
    }
}
