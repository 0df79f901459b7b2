//! The random numbers of the forest.

use chacha20::ChaCha8Rng;
use chacha20::rand_core::{Rng, SeedableRng};
use crossfold_study::Seed;

/// A generator for one purpose: ChaCha with 8 rounds, the same numbers on every machine.
///
/// Its key says what it is for. Those of training are digests, and it is left to chance that none is
/// like it.
pub(super) struct Draws(ChaCha8Rng);

impl Draws {
    /// For a tree's bootstrap and its ties.
    pub(super) fn of_tree(seed: Seed, tree: u64) -> Draws {
        Draws::new(seed, b"importance, tree", tree)
    }

    /// For which points are looked at, where there are very many.
    pub(super) fn of_points(seed: Seed) -> Draws {
        Draws::new(seed, b"importance,point", 0)
    }

    fn new(Seed(seed): Seed, purpose: &[u8; 16], number: u64) -> Draws {
        let mut key = [0; 32];
        key[..16].copy_from_slice(purpose);
        key[16..24].copy_from_slice(&seed.to_le_bytes());
        key[24..].copy_from_slice(&number.to_le_bytes());
        Draws(ChaCha8Rng::from_seed(key))
    }

    /// Uniform in 0..bound. What 64 bits don't divide into evenly is a bias of bound / 2⁶⁴, which no study
    /// of importance can see.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.0.next_u64()) * u128::from(bound)) >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_purpose_has_numbers_of_its_own() {
        let first = |mut draws: Draws| draws.below(u64::MAX);
        let of_tree = |seed, tree| first(Draws::of_tree(Seed(seed), tree));
        let all = [of_tree(1, 0), of_tree(0, 1), of_tree(0, 0), first(Draws::of_points(Seed(0)))];
        for (at, one) in all.iter().enumerate() {
            assert!(!all[at + 1..].contains(one));
        }
        assert_eq!(of_tree(7, 3), of_tree(7, 3));
    }

    #[test]
    fn bounded_draws_are_in_range_and_even() {
        let mut draws = Draws::of_tree(Seed(7), 0);
        let mut counts = [0u32; 6];
        for _ in 0..60_000 {
            counts[draws.below(6) as usize] += 1;
        }
        // Chi-squared with 5 degrees of freedom: 20.5 is its 99.9 % point.
        let chi: f64 = counts.iter().map(|&n| (f64::from(n) - 1e4).powi(2) / 1e4).sum();
        assert!(chi < 20.5, "{counts:?}");
    }
}
