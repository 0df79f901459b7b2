//! How far decisions run ahead of results, and in which order results are learnt from.

use serde::{Deserialize, Serialize};

/// How decisions follow from results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The number of trials under way, at least 1, at which a decision that depends on results waits for the oldest of
    /// them. The number of jobs influences no decision.
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
    /// That in which trials were asked for: the same decisions at any number of jobs.
    #[default]
    Logical,
    /// That in which results arrive: no thread ever waits, and two runs may differ.
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
