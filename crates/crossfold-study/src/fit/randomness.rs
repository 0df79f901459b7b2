//! The random numbers of a study.
//!
//! There is no shared generator: each purpose has its own, whose key is a hash of the purpose. The numbers of a fit
//! therefore don't depend on the thread, on the order of fits, or on interruptions. The hashed texts never change,
//! because that would change every result.

use chacha20::ChaCha8Rng;
use chacha20::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

use crossfold_network::Configuration;

use crate::rows::Part;

/// A study's seed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seed(pub u64);

/// The purpose of a generator within a fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Initial weights and biases.
    Init,
    /// The order of the training rows in an epoch.
    Shuffle,
    /// Dropout masks in an epoch.
    Dropout,
    /// Augmentation of the training rows in an epoch.
    Augmentation,
}

impl Seed {
    /// The seed of one of several networks that are retrained on all rows; the first has that of the study.
    #[must_use]
    pub fn member(self, member: u32) -> Seed {
        if member == 0 {
            return self;
        }
        let mut bytes = [0; 8];
        self.generator(&["member", &member.to_string()]).fill_bytes(&mut bytes);
        Seed(u64::from_le_bytes(bytes))
    }

    /// The generator of `stream` in one fit. `epoch` counts from 1; it is 0 for draws that are made once.
    pub fn fit(self, part: Part, configuration: &Configuration, stream: Stream, epoch: u32) -> Generator {
        let stream = match stream {
            Stream::Init => "init",
            Stream::Shuffle => "shuffle",
            Stream::Dropout => "dropout",
            Stream::Augmentation => "augmentation",
        };
        // The same for all values of searched steps of preprocessing, as if each were fixed in a study of its own.
        let network = configuration.canonical_without_steps();
        self.generator(&["fit", &part.to_string(), &network, stream, &epoch.to_string()])
    }

    /// The generator for splitting rows into the folds of a repeat.
    pub fn folds(self, repeat: u32) -> Generator {
        self.generator(&["folds", &repeat.to_string()])
    }

    /// The generator for selecting a subset of the training rows.
    pub fn subset(self) -> Generator {
        self.generator(&["subset"])
    }

    /// The generator for setting test rows aside.
    pub fn test(self) -> Generator {
        self.generator(&["test"])
    }

    /// The generator for preprocessing the training rows of a part.
    pub fn encoding(self, part: Part) -> Generator {
        self.generator(&["encoding", &part.to_string()])
    }

    /// The generator for selecting the inner validation part of a part's training rows, the same for all networks.
    pub fn inner(self, part: Part) -> Generator {
        self.generator(&["inner", &part.to_string()])
    }

    /// The generator for shuffling the values of `column` among the validation rows of a part.
    pub fn shuffling(self, part: Part, column: &str, repetition: u32) -> Generator {
        self.generator(&["shuffling", &part.to_string(), column, &repetition.to_string()])
    }

    /// The generator for bootstrapping rows in the statistics of a leaderboard.
    pub fn resampling(self) -> Generator {
        self.generator(&["resampling"])
    }

    /// The generator for dividing the rows of a single validation part, by which the picking of an ensemble is scored.
    pub fn ensemble(self) -> Generator {
        self.generator(&["ensemble"])
    }

    /// The generator for the configuration number `draw` of random search, counted from 0.
    pub fn search(self, draw: u64) -> Generator {
        self.generator(&["search", &draw.to_string()])
    }

    /// The generator for other draws of a search, by purpose and number.
    pub fn sampling(self, purpose: &str, number: u64) -> Generator {
        self.generator(&["sampling", purpose, &number.to_string()])
    }

    /// The generator of one tree of the forest that hyperparameter importance is computed with.
    pub fn importance_tree(self, tree: u64) -> Generator {
        self.unhashed(b"importance, tree", tree)
    }

    /// The generator that selects the points that the forest learns from, where there are very many.
    pub fn importance_points(self) -> Generator {
        self.unhashed(b"importance,point", 0)
    }

    /// A generator whose key is the purpose itself. The first releases computed importance this way; hashing the
    /// purpose now would change published results.
    fn unhashed(self, purpose: &[u8; 16], number: u64) -> Generator {
        let mut key = [0; 32];
        key[..16].copy_from_slice(purpose);
        key[16..24].copy_from_slice(&self.0.to_le_bytes());
        key[24..].copy_from_slice(&number.to_le_bytes());
        Generator(ChaCha8Rng::from_seed(key))
    }

    fn generator(self, purpose: &[&str]) -> Generator {
        let mut hash = Sha256::new();
        hash.update(self.0.to_le_bytes());
        for part in purpose {
            // The length distinguishes ["ab", "c"] from ["a", "bc"].
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        Generator(ChaCha8Rng::from_seed(hash.finalize().into()))
    }
}

/// A counter-based generator (ChaCha with 8 rounds): the same numbers on every machine.
pub struct Generator(ChaCha8Rng);

impl Generator {
    /// Fills `bytes` with uniform random bits.
    pub fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }

    /// Uniform in [0, 1), with 53 random bits.
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in [low, high).
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Normal with mean 0 and standard deviation 1 (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        // In (0, 1], because 0 has no logarithm.
        let radius = (-2.0 * libm::log(1.0 - self.unit())).sqrt();
        radius * libm::cos(std::f64::consts::TAU * self.unit())
    }

    /// Uniform in 0..bound without bias (Lemire 2019, "Fast random integer generation in an
    /// interval", ACM TOMACS 29(1)).
    ///
    /// # Panics
    /// If `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "there is no number below 0");
        loop {
            let product = u128::from(self.0.next_u64()) * u128::from(bound);
            let low = product as u64;
            if low >= bound || low >= bound.wrapping_neg() % bound {
                return (product >> 64) as u64;
            }
        }
    }

    /// Puts `items` in a uniformly random order (Fisher–Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_with_equal_concatenations_draw_differently() {
        let seed = Seed(1);
        let [a, b] = [["ab", "c"], ["a", "bc"]].map(|p| seed.generator(&p).0.next_u64());
        assert_ne!(a, b);
    }

    #[test]
    fn importance_generators_differ() {
        let first = |mut generator: Generator| generator.0.next_u64();
        let tree = |seed, tree| first(Seed(seed).importance_tree(tree));
        let all = [tree(1, 0), tree(0, 1), tree(0, 0), first(Seed(0).importance_points())];
        for (at, one) in all.iter().enumerate() {
            assert!(!all[at + 1..].contains(one));
        }
        assert_eq!(tree(7, 3), tree(7, 3));
    }

    #[test]
    fn bounded_draws_are_uniform() {
        let mut generator = Seed(7).subset();
        let mut counts = [0u32; 6];
        for _ in 0..60_000 {
            counts[generator.below(6) as usize] += 1;
        }
        // Chi-squared with 5 degrees of freedom: 20.5 is its 99.9 % point.
        let chi: f64 = counts.iter().map(|&n| (f64::from(n) - 1e4).powi(2) / 1e4).sum();
        assert!(chi < 20.5, "{counts:?}");
    }

    #[test]
    fn normal_draws_have_standard_normal_moments() {
        let mut generator = Seed(8).subset();
        let draws: Vec<f64> = (0..100_000).map(|_| generator.normal()).collect();
        let moment = |power: i32| draws.iter().map(|draw| draw.powi(power)).sum::<f64>() / 1e5;
        // Within four standard deviations of the sample moments, which are √(1, 2, 15, 96) / √100,000.
        for (power, (expected, deviation)) in (1..).zip([(0.0, 1.0), (1.0, 1.42), (0.0, 3.88), (3.0, 9.8)]) {
            assert!((moment(power) - expected).abs() < 4.0 * deviation / 1e5f64.sqrt(), "{power}: {}", moment(power));
        }
    }

    #[test]
    fn shuffle_permutes_items() {
        let mut items: Vec<u32> = (0..1000).collect();
        Seed(3).subset().shuffle(&mut items);
        assert_ne!(items, (0..1000).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..1000).collect::<Vec<_>>());
    }

    /// An update of the library must not change the numbers. The expected bytes are from eSTREAM's test vectors of
    /// ChaCha8, for a key of zeros.
    #[test]
    fn generator_matches_a_chacha8_test_vector() {
        let mut generator = Generator(ChaCha8Rng::from_seed([0; 32]));
        let mut bytes = [0; 8];
        generator.fill_bytes(&mut bytes);
        assert_eq!(bytes, [0x3e, 0x00, 0xef, 0x2f, 0x89, 0x5f, 0x40, 0xd6]);
    }
}
