//! Points that depend on no result: grids, random draws and Sobol sequences.

use std::collections::VecDeque;

use crossfold_network::Settings;
use crossfold_study::{Budget, MAX_TRIALS, ProposalReason, Seed, Study};

use super::frame::Frame;
use super::sampler::Sequence;
use super::sampler::axes::Point;
use super::sampler::sobol::Sobol;

/// The number of points in a row that may be duplicates before a sequence counts as exhausted.
const MOST_REJECTED: u32 = 100;

/// The most points of a space that are enumerated. A sequence of at most [`MAX_TRIALS`] trials hardly ever repeats itself so
/// often in a larger space.
const MOST_ENUMERATED: u64 = 2 * MAX_TRIALS;

/// The points of each model's own space.
pub(super) struct ListedPoints {
    lists: Vec<PointList>,
    /// Whether models take turns; otherwise the points of one model follow those of another.
    takes_turns: bool,
    /// The model whose turn it is.
    turn: usize,
}

/// The points of one model.
struct PointList {
    frame: Frame,
    points: Points,
    /// The number of the next point.
    next: u64,
    /// The number of points of the space; `None` with real numbers.
    size: Option<u64>,
    /// The most trials.
    most: u64,
}

enum Points {
    /// All points.
    Grid(Vec<Point>),
    /// A sequence of points, until some of them have become trials.
    Sequence(PointSequence),
}

/// A sequence that repeats itself in a finite space. Points that it repeats don't count: it goes on until there are as many
/// trials as were asked for, or no other point is left.
struct PointSequence {
    kind: SequenceKind,
    /// The number of trials that it may still begin.
    left: u32,
    /// The number of points since the last new trial.
    rejected: u32,
    /// All points in random order, once the sequence has repeated itself too often; none of a space that is too large.
    rest: Option<VecDeque<Point>>,
}

enum SequenceKind {
    Random,
    Sobol(Sobol),
}

impl ListedPoints {
    pub(super) fn new(study: &Study, sequence: Sequence) -> ListedPoints {
        let lists = (0..).zip(&study.models).map(|(number, model)| {
            let frame = Frame::new(std::slice::from_ref(model));
            let drawn = |kind| {
                let left = study.strategy.trials.unwrap_or(0);
                Points::Sequence(PointSequence { kind, left, rejected: 0, rest: None })
            };
            let points = match sequence {
                Sequence::Grid { shuffled } => {
                    let mut points = frame.all_points();
                    if shuffled {
                        study.seed.sampling("shuffle", number).shuffle(&mut points);
                    }
                    Points::Grid(points)
                }
                Sequence::Random => drawn(SequenceKind::Random),
                Sequence::Sobol => {
                    let seed = study.seed.sampling("sobol", number).below(u64::MAX);
                    drawn(SequenceKind::Sobol(Sobol::new(seed)))
                }
            };
            let size = model.space.combinations();
            let most = match &points {
                Points::Grid(points) => points.len() as u64,
                Points::Sequence(sequence) => size.unwrap_or(u64::MAX).min(sequence.left.into()),
            };
            PointList { frame, points, next: 0, size, most }
        });
        // A budget may end the search before the last model's turn.
        let takes_turns = study.budget != Budget::default();
        ListedPoints { lists: lists.collect(), takes_turns, turn: 0 }
    }

    /// The most trials of each model.
    pub(super) fn most_trials(&self) -> impl Iterator<Item = u64> {
        self.lists.iter().map(|list| list.most)
    }

    /// The next point: its model, its settings and its origin.
    pub(super) fn next(&mut self, seed: Seed) -> Option<(usize, Settings, ProposalReason)> {
        let models = self.lists.len();
        for step in 0..models {
            let model = (self.turn + step) % models;
            let list = &mut self.lists[model];
            if let Some((point, why)) = list.next(seed, model as u64) {
                self.turn = if self.takes_turns { (model + 1) % models } else { model };
                return Some((model, list.frame.decode(&point).settings, why));
            }
        }
        None
    }

    /// A point of a model became a trial, enqueued or not.
    pub(super) fn began(&mut self, model: usize) {
        match &mut self.lists[model].points {
            Points::Grid(_) => {}
            Points::Sequence(sequence) => {
                sequence.left = sequence.left.saturating_sub(1);
                sequence.rejected = 0;
            }
        }
    }
}

impl PointList {
    fn next(&mut self, seed: Seed, model: u64) -> Option<(Point, ProposalReason)> {
        let index = self.next;
        self.next += 1;
        let sequence = match &mut self.points {
            Points::Grid(points) => {
                return points.get(index as usize).map(|point| (point.clone(), ProposalReason::Grid));
            }
            Points::Sequence(sequence) => sequence,
        };
        if sequence.left == 0 {
            return None;
        }
        if sequence.rejected == MOST_REJECTED && sequence.rest.is_none() {
            let is_small = self.size.is_some_and(|size| size <= MOST_ENUMERATED);
            let mut all = if is_small { self.frame.all_points() } else { Vec::new() };
            seed.sampling("rest", model).shuffle(&mut all);
            sequence.rest = Some(all.into());
        }
        if let Some(rest) = &mut sequence.rest {
            return rest.pop_front().map(|point| (point, ProposalReason::Drawn));
        }
        // It counts as a duplicate until it becomes a trial.
        sequence.rejected += 1;
        Some(match &sequence.kind {
            // Each draw has its own generator, so that asking for more draws keeps the earlier ones.
            SequenceKind::Random => (self.frame.draw(&mut seed.search(index)), ProposalReason::Drawn),
            SequenceKind::Sobol(sobol) => (sobol.point(self.frame.axes(), index), ProposalReason::Sobol { index }),
        })
    }
}
