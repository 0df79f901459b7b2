//! What is learnt.

use serde::{Deserialize, Serialize};

/// What is learnt: one of several classes, or a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Which of two or more classes a row is of.
    #[default]
    Classification,
    /// A number a row.
    Regression,
}

impl Task {
    pub const ALL: [Task; 2] = [Task::Classification, Task::Regression];

    /// The name used in specs.
    pub fn name(self) -> &'static str {
        match self {
            Task::Classification => "classification",
            Task::Regression => "regression",
        }
    }
}
