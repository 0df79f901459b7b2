//! Training of networks. This is the only crate that uses burn.
//!
//! [`Trainer`] implements the study's [`Objective`](crossfold_study::Objective): it trains one network on one part of
//! the rows, on the calling thread, and draws every random number from the study's seed and the fit itself. It must not
//! know searches, files, the terminal or clocks, so a fit is a function of its arguments and can run on any thread in
//! any order.
//!
//! A network has two implementations behind one trait. With `device: flex` it is written by hand for speed (`flex`).
//! With `device: ndarray` burn's autodiff differentiates it (`reference`), which is easy to verify. Tests compare both
//! with each other, with PyTorch and with finite differences. The hand-written network doesn't call the platform's
//! mathematical library, so results don't depend on it.

mod checkpoint;
mod device;
mod flex;
mod identity;
mod initial;
mod member_weights;
mod network;
mod parameters;
mod reference;
mod steps;
mod trainer;

pub use crossfold_kernels::simd::{Vectors, limit_vectors};
#[cfg(feature = "bench")]
pub use flex::parts::{StepInParts, StepPart};
pub use identity::{ARITHMETIC_VERSION, arithmetic_class, trainer_identity};
pub use parameters::WeightsError;
pub use trainer::{CombinedNetworks, Member, Probe, TrainedNetwork, Trainer, fit_bytes};

/// The release of burn that the reference implementation uses. It is part of every result.
pub const BURN_VERSION: &str = "0.22.1";

#[cfg(test)]
mod tests {
    #[test]
    fn burn_version_matches_the_manifest() {
        let workspace = include_str!("../../../Cargo.toml");
        for name in ["burn", "burn-ndarray"] {
            let pinned = format!("\n{name} = {{ version = \"={}\"", super::BURN_VERSION);
            assert!(workspace.contains(&pinned), "{pinned}");
        }
    }
}
