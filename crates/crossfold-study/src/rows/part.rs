//! The parts of a study's rows.

use std::fmt;

/// One split of the rows, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FoldId {
    pub repeat: u32,
    pub fold: u32,
}

/// Which of the study's rows a fit trains on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// All but the fold's rows, which validate it.
    Fold(FoldId),
    /// All, with none to validate: the refit.
    All,
}

/// Part of what seeds are made from, so its form never changes.
impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::Fold(FoldId { repeat, fold }) => write!(f, "repeat {repeat} fold {fold}"),
            Part::All => f.write_str("all"),
        }
    }
}
