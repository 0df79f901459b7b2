//! How far a search decides ahead of results, and in which order it learns from them.

use serde::{Deserialize, Serialize};

/// When decisions wait for results, and in which order results are learnt from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The number of running trials, at least 1, at which a decision that depends on results waits for the oldest of
    /// them. It doesn't follow from the number of jobs, which influences no decision.
    pub batch: u32,
    pub order: Order,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace { batch: 4, order: Order::Logical }
    }
}

/// The order in which results are learnt from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The order in which trials were proposed: decisions are the same with any number of jobs.
    #[default]
    Logical,
    /// The order in which results arrive: no thread ever waits, and two runs may differ.
    Free,
}

impl Order {
    /// The name used in specs.
    pub fn name(self) -> &'static str {
        match self {
            Order::Logical => "logical",
            Order::Free => "free",
        }
    }
}
