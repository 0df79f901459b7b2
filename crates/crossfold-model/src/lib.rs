//! Networks and how they are trained: the only crate that names burn.
//!
//! [`Trainer`] is the study's [`Objective`](crossfold_study::Objective): it trains one network on
//! one part of the rows, on the thread that calls it and no other, and takes every random number
//! from the study's seed and the fit itself. It knows no search, no files, no terminal and no
//! clock, so a fit is a function of its arguments and can run on any thread in any order.
//!
//! Two networks stand behind one trait. On `flex` a step is written out by hand around the matrix products that burn's
//! backend of that name has, which is what makes it fast; on `ndarray` burn's autodiff derives it, which is what makes it
//! easy to believe. Tests hold each against PyTorch and finite differences. On `flex` nothing is asked of the platform's
//! mathematical library either, so results don't change with it.

mod checkpoint;
mod device;
mod flex;
mod identity;
mod initial;
mod network;
mod normalization;
mod parameters;
mod reference;
mod steps;
mod trainer;

#[cfg(feature = "bench")]
pub use flex::parts::{StepInParts, StepPart};
pub use identity::trainer_identity;
pub use parameters::WeightsError;
pub use trainer::{Probe, TrainedNetwork, Trainer, checkpoint_bytes, fit_bytes};

/// The release of burn that does the arithmetic: part of every result.
pub const BURN_VERSION: &str = "0.22.1";

#[cfg(test)]
mod tests {
    #[test]
    fn the_version_named_is_the_one_built() {
        let workspace = include_str!("../../../Cargo.toml");
        for name in ["burn", "burn-ndarray"] {
            let pinned = format!("\n{name} = {{ version = \"={}\"", super::BURN_VERSION);
            assert!(workspace.contains(&pinned), "{pinned}");
        }
    }
}
