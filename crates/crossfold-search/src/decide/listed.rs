//! Points that depend on no result: grids, random draws and Sobol sequences.

use crossfold_network::Settings;
use crossfold_study::{ModelSpace, Seed, Strategy};

use crate::decide::frame::Frame;
use crate::decide::sampler::Why;
use crate::decide::sampler::axes::Point;
use crate::decide::sampler::sobol::Sobol;

/// The points of each model's own space.
pub(crate) struct Listed {
    lists: Vec<List>,
    /// Whether models take turns; otherwise the points of one model follow those of another.
    takes_turns: bool,
    /// The model whose turn it is.
    turn: usize,
}

struct List {
    frame: Frame,
    kind: Kind,
    next: u64,
    total: u64,
}

enum Kind {
    Grid(Vec<Point>),
    Random(Seed),
    Sobol(Sobol),
}

impl Listed {
    /// `None` for a strategy that learns from results.
    pub(crate) fn new(models: &[ModelSpace], strategy: Strategy, seed: Seed, takes_turns: bool) -> Option<Listed> {
        let list = |model: &ModelSpace, turn: u64| -> Option<List> {
            let frame = Frame::new(std::slice::from_ref(model));
            let (kind, total) = match strategy {
                Strategy::Grid { shuffled } => {
                    let mut points = frame.all();
                    if shuffled {
                        seed.sampling("shuffle", turn).shuffle(&mut points);
                    }
                    let total = points.len() as u64;
                    (Kind::Grid(points), total)
                }
                Strategy::Random { trials } => (Kind::Random(seed), trials.into()),
                Strategy::Sobol { trials } => {
                    (Kind::Sobol(Sobol::new(seed.sampling("sobol", turn).below(u64::MAX))), trials.into())
                }
                Strategy::Tpe { .. } | Strategy::Gp { .. } => return None,
            };
            Some(List { frame, kind, next: 0, total })
        };
        let lists = (0..).zip(models).map(|(turn, model)| list(model, turn)).collect::<Option<Vec<_>>>()?;
        Some(Listed { lists, takes_turns, turn: 0 })
    }

    /// The number of points of all models.
    pub(crate) fn total(&self) -> u64 {
        self.lists.iter().map(|list| list.total).sum()
    }

    /// The next point: its model, its settings and its origin.
    pub(crate) fn next(&mut self) -> Option<(usize, Settings, Why)> {
        let models = self.lists.len();
        let model = (0..models).map(|step| (self.turn + step) % models).find(|&model| {
            let list = &self.lists[model];
            list.next < list.total
        })?;
        self.turn = if self.takes_turns { (model + 1) % models } else { model };
        let list = &mut self.lists[model];
        let index = list.next;
        list.next += 1;
        let (point, why) = match &list.kind {
            Kind::Grid(points) => (points[index as usize].clone(), Why::Grid),
            // Each draw has its own generator, so that asking for more draws keeps the earlier ones.
            Kind::Random(seed) => (list.frame.draw(&mut seed.search(index)), Why::Drawn),
            Kind::Sobol(sobol) => (sobol.point(list.frame.axes(), index), Why::Sobol { index }),
        };
        Some((model, list.frame.named(&point).settings, why))
    }
}
