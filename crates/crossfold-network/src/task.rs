//! Tasks.

use serde::{Deserialize, Serialize};

/// What a network learns to predict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// One of two or more classes.
    #[default]
    Classification,
    /// A number.
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
