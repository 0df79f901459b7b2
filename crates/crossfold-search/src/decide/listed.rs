//! Points that depend on no result: grids, random draws and Sobol sequences.

use crossfold_network::Settings;
use crossfold_study::{Budget, ProposalReason, Seed, Study};

use super::frame::Frame;
use super::sampler::Sequence;
use super::sampler::axes::Point;
use super::sampler::sobol::Sobol;

/// The points of each model's own space.
pub(super) struct ListedPoints {
    lists: Vec<PointList>,
    /// Whether models take turns; otherwise the points of one model follow those of another.
    takes_turns: bool,
    /// The model whose turn it is.
    turn: usize,
}

struct PointList {
    frame: Frame,
    points: Points,
    next: u64,
    total: u64,
}

/// The points of one space.
enum Points {
    Grid(Vec<Point>),
    Random(Seed),
    Sobol(Sobol),
}

impl Points {
    fn new(sequence: Sequence, frame: &Frame, seed: Seed, model: u64) -> Points {
        match sequence {
            Sequence::Grid { shuffled } => {
                let mut points = frame.all_points();
                if shuffled {
                    seed.sampling("shuffle", model).shuffle(&mut points);
                }
                Points::Grid(points)
            }
            Sequence::Random => Points::Random(seed),
            Sequence::Sobol => Points::Sobol(Sobol::new(seed.sampling("sobol", model).below(u64::MAX))),
        }
    }
}

impl ListedPoints {
    pub(super) fn new(study: &Study, sequence: Sequence) -> ListedPoints {
        let list = |(number, model)| {
            let frame = Frame::new(std::slice::from_ref(model));
            let points = Points::new(sequence, &frame, study.seed, number);
            let total = match &points {
                Points::Grid(points) => points.len() as u64,
                Points::Random(_) | Points::Sobol(_) => study.strategy.trials.map_or(0, u64::from),
            };
            PointList { frame, points, next: 0, total }
        };
        // A budget may end the search before the last model's turn.
        let takes_turns = study.budget != Budget::default();
        ListedPoints { lists: (0..).zip(&study.models).map(list).collect(), takes_turns, turn: 0 }
    }

    /// The number of points of all models.
    pub(super) fn total(&self) -> u64 {
        self.lists.iter().map(|list| list.total).sum()
    }

    /// The next point: its model, its settings and its origin.
    pub(super) fn next(&mut self) -> Option<(usize, Settings, ProposalReason)> {
        let models = self.lists.len();
        let model = (0..models).map(|step| (self.turn + step) % models).find(|&model| {
            let list = &self.lists[model];
            list.next < list.total
        })?;
        self.turn = if self.takes_turns { (model + 1) % models } else { model };
        let list = &mut self.lists[model];
        let index = list.next;
        list.next += 1;
        let (point, why) = match &list.points {
            Points::Grid(points) => (points[index as usize].clone(), ProposalReason::Grid),
            // Each draw has its own generator, so that asking for more draws keeps the earlier ones.
            Points::Random(seed) => (list.frame.draw(&mut seed.search(index)), ProposalReason::Drawn),
            Points::Sobol(sobol) => (sobol.point(list.frame.axes(), index), ProposalReason::Sobol { index }),
        };
        Some((model, list.frame.decode(&point).settings, why))
    }
}
