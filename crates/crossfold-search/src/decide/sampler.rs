//! Samplers: they propose the next point of a space from the results of earlier ones.

pub mod axes;
pub mod gp;
pub mod sobol;
pub mod tpe;
mod untaken;

use crossfold_study::{Generator, ProposalReason, SamplerKind, Seed};
use serde::{Deserialize, Serialize};

use axes::{Axes, Point};
use gp::Gp;
use tpe::Tpe;

/// How a study's sampler obtains its points.
pub(super) enum Method {
    /// They depend on no result.
    Listed(Sequence),
    /// They are proposed by a sampler that learns, the first `startup` of them without results.
    Learned { startup: u32, sampler: Box<dyn Sampler> },
}

/// A sequence of points that depend on no result.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sequence {
    /// Every point, in the order of the spec or in random order.
    Grid { shuffled: bool },
    /// Independent draws.
    Random,
    /// A Sobol sequence.
    Sobol,
}

/// The method of a kind of sampler, with the seed of a study.
pub(super) fn method(kind: SamplerKind, seed: Seed) -> Method {
    match kind {
        SamplerKind::Grid { shuffled } => Method::Listed(Sequence::Grid { shuffled }),
        SamplerKind::Random => Method::Listed(Sequence::Random),
        SamplerKind::Sobol => Method::Listed(Sequence::Sobol),
        SamplerKind::Tpe { startup } => {
            let seed = seed.sampling("sampler", 0).below(u64::MAX);
            Method::Learned { startup, sampler: Box::new(Tpe::new(seed, startup as usize)) }
        }
        SamplerKind::Gp { startup } => Method::Learned { startup, sampler: Box::new(Gp::new(startup as usize)) },
    }
}

/// A point and its value.
#[derive(Clone, Debug)]
pub struct Observation {
    pub point: Point,
    /// Smaller is better; infinite where training failed.
    pub value: f64,
    /// The variance of the value as a mean of folds; `None` where it is unknown.
    pub variance: Option<f64>,
}

/// What a proposal is based on.
pub struct SamplerInput<'a> {
    pub axes: &'a Axes,
    /// In the order of their proposal.
    pub observed: &'a [Observation],
    /// Points without a value yet.
    pub pending: &'a [Point],
    /// Whether a point must not be proposed: it is observed or pending, or can't be trained.
    pub is_taken: &'a dyn Fn(&Point) -> bool,
}

/// A point to try next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    pub point: Point,
    pub why: ProposalReason,
}

/// Proposes points. All chance comes from `draws`, so the same calls on a new sampler give the same points.
pub trait Sampler {
    fn propose(&mut self, past: &SamplerInput<'_>, draws: &mut Generator) -> Proposal;
}
