//! Rungs: how far trials are trained before they may be pruned.

/// How far a trial is trained before it may be pruned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rung {
    pub epochs: u32,
    /// The number of folds: the first ones of the study.
    pub folds: u32,
}

/// The rungs of a trial except its last, which is all its epochs on all folds.
#[derive(Clone, Debug, PartialEq)]
pub enum Rungs {
    /// The first rung has `epochs` epochs on `folds` folds (`None`: on all). Each next has `factor` times the work,
    /// first by more epochs, then by more folds.
    Growing { factor: u32, epochs: u32, folds: Option<u32> },
    /// As written in the spec. Each has at least the epochs and the folds of the one before, and more of either. None
    /// has more epochs than the model that is trained longest, or more folds than a trial if their number is known.
    Given(Vec<Rung>),
}
