//! Sobol sequences, which fill a space evenly (Sobol 1967), with Owen's scrambling (Owen 1995), so that each seed has its own.
//!
//! Each of 2ᵏ equal slices of an axis holds one of the first 2ᵏ points, and much of that holds for boxes of several axes.
//! For finding good settings this is at least as good as random draws, and often better (Bergstra and Bengio 2012, section 5).

use crossfold_study::{Generator, ProposalReason};
use sobol_burley::{NUM_DIMENSIONS, sample};

use super::axes::{Axes, Point};
use super::untaken::untaken;
use super::{Proposal, Sampler, SamplerInput};

/// The number of taken points in a row that are skipped.
const SKIPPED: u64 = 256;

/// The number of points of a sequence. The next ones are those of another scrambling.
const LENGTH: u64 = 1 << 16;

/// Proposes the points 0, 1, 2, … of a scrambled Sobol sequence, apart from those that are taken.
#[derive(Clone, Debug)]
pub struct Sobol {
    seed: u64,
    next: u64,
}

impl Sobol {
    /// A sequence that is scrambled by `seed`.
    pub fn new(seed: u64) -> Sobol {
        Sobol { seed, next: 0 }
    }

    /// The point `index` of the sequence.
    pub fn point(&self, axes: &Axes, index: u64) -> Point {
        let cube: Vec<f64> = (0..axes.len() as u64).map(|axis| coordinate(self.seed, index, axis)).collect();
        axes.point_at(&cube)
    }

    /// The next point that is not taken, with its index; `None` if too many in a row are.
    pub(super) fn untaken(&mut self, past: &SamplerInput<'_>) -> Option<(u64, Point)> {
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
    fn propose(&mut self, past: &SamplerInput<'_>, draws: &mut Generator) -> Proposal {
        match self.untaken(past) {
            Some((index, point)) => Proposal { point, why: ProposalReason::Sobol { index } },
            None => {
                let point = untaken(past, draws).unwrap_or_else(|| past.axes.draw(draws));
                Proposal { point, why: ProposalReason::Exhausted }
            }
        }
    }
}

/// In [0, 1), a multiple of 2⁻²³.
fn coordinate(seed: u64, index: u64, axis: u64) -> f64 {
    let dimensions = u64::from(NUM_DIMENSIONS);
    let seed = hash(hash(hash(seed) ^ (index / LENGTH)) ^ (axis / dimensions));
    f64::from(sample((index % LENGTH) as u32, (axis % dimensions) as u32, (seed >> 32) as u32))
}

/// A hash of which every bit depends on every bit of `bits` (SplitMix64: Steele, Lea and Flood 2014).
fn hash(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::sampler::axes::{Axis, Cells, Scale};
    use crossfold_study::Seed;
    use sobol_burley::parts::sobol_rev;

    /// Reference: `scipy.stats.qmc.Sobol(8, scramble=False)` of SciPy 1.17.1, whose order of points is another: points
    /// 0, 1, 3, 2, 6, 7, 5, 4, in eighths.
    #[test]
    fn unscrambled_points_match_scipy() {
        let reference = [
            [0, 0, 0, 0, 0, 0, 0, 0],
            [4, 4, 4, 4, 4, 4, 4, 4],
            [6, 2, 2, 2, 6, 6, 2, 6],
            [2, 6, 6, 6, 2, 2, 6, 2],
            [3, 3, 5, 7, 3, 1, 3, 7],
            [7, 7, 1, 3, 7, 5, 7, 3],
            [5, 1, 7, 5, 5, 7, 1, 1],
            [1, 5, 3, 1, 1, 3, 5, 5],
        ];
        for (index, expected) in [0u32, 1, 3, 2, 6, 7, 5, 4].into_iter().zip(reference) {
            let found = [0, 1, 2, 3, 4, 5, 6, 7].map(|axis| sobol_rev(index.reverse_bits(), axis).reverse_bits() >> 29);
            assert_eq!(found, expected, "{index}");
        }
    }

    #[test]
    fn every_slice_of_an_axis_has_one_point() {
        for (axis, seed) in (0..300).zip([1, 2, 3].into_iter().cycle()) {
            for cells in [8, 64, 1024] {
                let mut counts = vec![0; cells];
                for index in 0..cells as u64 {
                    counts[(coordinate(seed, index, axis) * cells as f64) as usize] += 1;
                }
                assert!(counts.iter().all(|count| *count == 1), "axis {axis}: {counts:?}");
            }
        }
    }

    /// The square of the star discrepancy in the mean (Warnock 1972).
    fn discrepancy(points: &[Vec<f64>]) -> f64 {
        let (n, axes) = (points.len() as f64, points[0].len() as i32);
        let single = points.iter().map(|point| point.iter().map(|at| (1.0 - at * at) / 2.0).product::<f64>());
        let pair = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| 1.0 - a.max(*b)).product::<f64>();
        let pairs = points.iter().flat_map(|a| points.iter().map(move |b| pair(a, b)));
        3f64.powi(-axes) - 2.0 / n * single.sum::<f64>() + pairs.sum::<f64>() / (n * n)
    }

    #[test]
    fn the_discrepancy_is_lower_than_by_chance() {
        let points = |at: &mut dyn FnMut(u64, u64) -> f64| -> Vec<Vec<f64>> {
            (0..64).map(|index| (0..6).map(|axis| at(index, axis)).collect()).collect()
        };
        let (mut sobol, mut random) = (0.0, 0.0);
        for seed in 0..20 {
            sobol += discrepancy(&points(&mut |index, axis| coordinate(seed, index, axis)));
            let mut draws = Seed(seed).search(0);
            random += discrepancy(&points(&mut |_, _| draws.unit()));
        }
        assert!(sobol < 0.5 * random, "{sobol} {random}");
    }

    #[test]
    fn taken_points_are_skipped() {
        let axes = Axes::new(vec![Axis { scale: Scale::Steps(Cells::Even(5)), active_where: Vec::new() }]);
        let mut sampler = Sobol::new(7);
        let mut seen: Vec<Point> = Vec::new();
        let mut indices = Vec::new();
        for trial in 0..6 {
            let is_taken = |point: &Point| seen.contains(point);
            let past = SamplerInput { axes: &axes, observed: &[], pending: &[], is_taken: &is_taken };
            let proposal = sampler.propose(&past, &mut Seed(1).search(trial));
            if let ProposalReason::Sobol { index } = proposal.why {
                assert_eq!(proposal.point, Sobol::new(7).point(&axes, index));
                assert!(!seen.contains(&proposal.point));
                indices.push(index);
            } else {
                assert_eq!((trial, proposal.why), (5, ProposalReason::Exhausted));
            }
            seen.push(proposal.point);
        }
        assert_eq!(indices[0], 0);
        assert!(indices.is_sorted());
        assert_eq!(indices.len(), 5);
    }

    #[test]
    fn seeds_differ_and_sequences_continue() {
        assert_ne!(coordinate(1, 0, 0), coordinate(2, 0, 0));
        assert_ne!(coordinate(1, 0, 0), coordinate(1, LENGTH, 0));
        assert_ne!(coordinate(1, 5, 0), coordinate(1, 5, 256));
    }
}
