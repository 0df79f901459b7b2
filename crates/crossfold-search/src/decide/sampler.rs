//! What proposes the next point of a space, from what the earlier ones came to.

pub mod axes;
pub mod gp;
pub mod sobol;
pub mod tpe;
mod untaken;

use crossfold_study::Generator;
use serde::{Deserialize, Serialize};

use axes::{Axes, Point};

/// A point, and what it came to.
#[derive(Clone, Debug)]
pub struct Observation {
    pub point: Point,
    /// Smaller is better; infinite where there is no score, since training failed.
    pub value: f64,
    /// How uncertain the value is, as a variance of a mean; `None` where nothing says so.
    pub variance: Option<f64>,
}

/// What a sampler may go by.
pub struct Past<'a> {
    pub axes: &'a Axes,
    /// In the order in which they were proposed.
    pub observed: &'a [Observation],
    /// Proposed, and not known yet.
    pub pending: &'a [Point],
    /// Whether a point needn't be proposed, since it is known, pending or can't be trained.
    pub is_taken: &'a dyn Fn(&Point) -> bool,
}

/// A point to try next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    pub point: Point,
    pub why: Why,
}

/// How a point came to be proposed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Why {
    /// By the spec: a point of `search.enqueue`.
    Enqueued,
    /// A point of the grid.
    Grid,
    /// Drawn at random.
    Drawn,
    /// Spread evenly, since too little is known to go by.
    Startup { observed: usize },
    /// So far along a Sobol sequence.
    Sobol { index: u64 },
    /// The most promising of some candidates, by densities of the good and the other points.
    Tpe { good: usize, other: usize, candidates: usize, log_ratio: f64 },
    /// Where a Gaussian process expects most; `mean` and `deviation` in the unit of the metric (smaller is better).
    Gp { observed: usize, mean: f64, deviation: f64, improvement: f64 },
    /// The model had nothing new to propose, so it was drawn.
    Exhausted,
}

/// Proposes points. The same calls on a new sampler give the same points: all chance comes from `draws`, which differs
/// from proposal to proposal.
pub trait Sampler {
    fn propose(&mut self, past: &Past<'_>, draws: &mut Generator) -> Proposal;
}
