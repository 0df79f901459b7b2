//! A sequence that fills a space evenly (Sobol 1967), scrambled as Owen 1995 does, so that each seed has its own.
//!
//! The first 2ᵏ points have one in each of 2ᵏ equal slices of every axis, and much of that holds for boxes of several axes.
//! For finding good settings that is at least as good as drawing at random, and often better (Bergstra and Bengio 2012,
//! section 5).

use crossfold_study::Generator;
use sobol_burley::{NUM_DIMENSIONS, sample};

use super::axes::{Axes, Point};
use super::untaken::untaken;
use super::{Past, Proposal, Sampler, Why};

/// How many points in a row are passed over because they are taken.
const SKIPPED: u64 = 256;

/// How many points a sequence has; the next ones are those of another scrambling.
const LENGTH: u64 = 1 << 16;

/// Proposes points 0, 1, 2, … of a scrambled Sobol sequence, without those that are taken.
#[derive(Clone, Debug)]
pub struct Sobol {
    seed: u64,
    next: u64,
}

impl Sobol {
    pub fn new(seed: u64) -> Sobol {
        Sobol { seed, next: 0 }
    }

    /// The point `index` of the sequence.
    pub fn point(&self, axes: &Axes, index: u64) -> Point {
        let cube: Vec<f64> = (0..axes.len() as u64).map(|axis| coordinate(self.seed, index, axis)).collect();
        axes.under(&cube)
    }

    /// The next point that isn't taken, with its index; `None` if many in a row are.
    pub(super) fn untaken(&mut self, past: &Past<'_>) -> Option<(u64, Point)> {
        for index in self.next..self.next + SKIPPED {
            let point = self.point(past.axes, index);
            if !(past.is_taken)(&point) {
                self.next = index + 1;
                return Some((index, point));
            }
        }
        None
    }
}

impl Sampler for Sobol {
    fn propose(&mut self, past: &Past<'_>, draws: &mut Generator) -> Proposal {
        match self.untaken(past) {
            Some((index, point)) => Proposal { point, why: Why::Sobol { index } },
            None => {
                let point = untaken(past, draws).unwrap_or_else(|| past.axes.draw(draws));
                Proposal { point, why: Why::Exhausted }
            }
        }
    }
}

/// In [0, 1), a multiple of 2⁻²³.
fn coordinate(seed: u64, index: u64, axis: u64) -> f64 {
    let dimensions = u64::from(NUM_DIMENSIONS);
    let seed = mixed(mixed(mixed(seed) ^ (index / LENGTH)) ^ (axis / dimensions));
    f64::from(sample((index % LENGTH) as u32, (axis % dimensions) as u32, (seed >> 32) as u32))
}

/// Every bit of the result hangs on every bit of `bits` (SplitMix64: Steele, Lea and Flood 2014).
fn mixed(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
