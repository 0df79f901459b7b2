//! There is nothing to compare.

use std::io::{self, Write};

use crossfold_study::Metric;
use serde::Serialize;

use super::junit::{Problem, write_junit};
use super::{Told, write_json};
use crate::analysis::leaderboard::Leaderboard;

/// There is nothing to compare: the network could not be trained.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Untrained {
    /// The study's.
    pub name: String,
    /// Always `untrained`.
    pub verdict: &'static str,
    pub metric: Metric,
    /// Why.
    pub error: String,
}

impl Untrained {
    /// Of a study of which no trial was scored.
    pub fn new(board: &Leaderboard<'_>, name: &str) -> Untrained {
        let failure = board.rows().iter().find_map(|row| board.failure(row));
        let error = failure.unwrap_or_else(|| "stopped before it was scored".to_owned());
        Untrained { name: name.to_owned(), verdict: "untrained", metric: board.metric(), error }
    }

    fn headline(&self) -> String {
        format!("{}: could not be trained: {}", self.name, self.error)
    }
}

impl Told for Untrained {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.headline())
    }

    fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        write_json(out, self)
    }

    fn write_junit(&self, out: &mut dyn Write) -> io::Result<()> {
        let problem = Problem { element: "error", kind: "untrained", message: self.headline() };
        write_junit(out, &self.name, self.metric, Some(problem), &self.headline())
    }

    fn write_markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "### Gate `{}`: could not be trained\n\n{}.\n", self.name, self.error)
    }
}
