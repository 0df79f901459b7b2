//! A gate that ended with an error.

use serde::Serialize;

/// The outcome of a gate that ended with an error before there was anything to compare: the baseline or the data can't be
/// read, or don't go together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NoVerdict {
    /// The study's name, or that of the baseline's file where it can't be read.
    pub name: String,
    /// Always `no_verdict`.
    pub verdict: &'static str,
    pub error: String,
    pub hint: Option<String>,
}

impl NoVerdict {
    pub fn new(name: String, error: String, hint: Option<String>) -> NoVerdict {
        NoVerdict { name, verdict: "no_verdict", error, hint }
    }
}
