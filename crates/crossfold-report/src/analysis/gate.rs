//! Gates: whether a retrained network is still as good as its baseline.

mod comparison;
mod exactness;
mod no_verdict;
mod untrained;
mod verdict;

pub use comparison::{FoldComparison, GateComparison, GateCriteria};
#[cfg(test)]
pub(crate) use exactness::tests::traced;
pub use exactness::{DifferingPart, Exactness, FirstDifference};
pub use no_verdict::NoVerdict;
pub use untrained::UntrainedGate;
pub use verdict::GateVerdict;
