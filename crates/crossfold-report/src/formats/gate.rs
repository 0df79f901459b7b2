//! The outcome of a gate: text for people, JSON, JUnit XML, Markdown for a CI job's page, and annotations on GitHub.

mod annotation;
mod comparison;
mod junit;
mod markdown;
mod no_verdict;
#[cfg(test)]
mod tests;
mod untrained;
mod wording;

use std::io::{self, Write};

pub use annotation::github_annotation;
pub use junit::write_junit_without_verdict;

/// An outcome of a gate that can be written in each of a gate's formats.
pub trait GateReport {
    /// Whether the gate passes.
    fn passes(&self) -> bool;

    /// Writes a line that begins with `PASS` or `FAIL`, then what it is based on.
    ///
    /// # Errors
    /// If `out` can't be written to.
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()>;

    /// Writes an object.
    ///
    /// # Errors
    /// If `out` can't be written to.
    fn write_json(&self, out: &mut dyn Write) -> io::Result<()>;

    /// Writes JUnit XML as CI servers read it: a suite with one case, which fails if the gate does.
    ///
    /// # Errors
    /// If `out` can't be written to.
    fn write_junit(&self, out: &mut dyn Write) -> io::Result<()>;

    /// Writes Markdown as CI servers show it on a job's page: the verdict, a table, and what to do next.
    ///
    /// # Errors
    /// If `out` can't be written to.
    fn write_markdown(&self, out: &mut dyn Write) -> io::Result<()>;
}
