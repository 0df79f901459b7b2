//! A fresh score against a baseline's: text for people, JSON, JUnit XML, and Markdown for a CI job's page.

mod comparison;
mod exact;
mod junit;
mod markdown;
#[cfg(test)]
mod tests;
mod untrained;
mod verdict;

use std::io::{self, Write};

use serde::Serialize;

pub use comparison::{Comparison, FoldComparison, Terms};
pub use exact::{Exactness, FirstDifference, What};
pub use untrained::Untrained;
pub use verdict::{Settles, Verdict};

/// What a gate has to tell.
pub trait Told {
    /// A line, then what differs.
    ///
    /// # Errors
    /// Where `out` takes no more.
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()>;

    /// # Errors
    /// Where `out` takes no more.
    fn write_json(&self, out: &mut dyn Write) -> io::Result<()>;

    /// JUnit XML as CI servers read it: a suite with one case, which fails where the gate does.
    ///
    /// # Errors
    /// Where `out` takes no more.
    fn write_junit(&self, out: &mut dyn Write) -> io::Result<()>;

    /// Markdown as CI servers show it on a job's page: the verdict, a table, and what to do next.
    ///
    /// # Errors
    /// Where `out` takes no more.
    fn write_markdown(&self, out: &mut dyn Write) -> io::Result<()>;
}

pub(crate) fn write_json(mut out: &mut dyn Write, told: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut out, told)?;
    out.write_all(b"\n")
}
