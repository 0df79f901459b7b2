//! The parts of a study's rows.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A fold of a repeat, both counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FoldId {
    pub repeat: u32,
    pub fold: u32,
}

impl FoldId {
    /// `fold 2`, or `repeat 1, fold 2` where there are `several_repeats`, for people, who count from 1.
    pub fn in_words(self, several_repeats: bool) -> String {
        let fold = format!("fold {}", self.fold + 1);
        if several_repeats { format!("repeat {}, {fold}", self.repeat + 1) } else { fold }
    }
}

/// The rows of a study that a fit trains on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// All rows but those of the fold, which validate the fit.
    Fold(FoldId),
    /// All rows, without validation: the refit.
    All,
}

impl Part {
    /// The part for people, who count from 1.
    pub fn in_words(self) -> String {
        match self {
            Part::Fold(fold) => fold.in_words(true),
            Part::All => "all rows".to_owned(),
        }
    }
}

/// Seeds are derived from this text, so its form never changes.
impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::Fold(FoldId { repeat, fold }) => write!(f, "repeat {repeat} fold {fold}"),
            Part::All => f.write_str("all"),
        }
    }
}
