//! The outcome of a gate that ended with an error before there was anything to compare.

use std::io::{self, Write};

use super::GateReport;
use super::junit::{Problem, write_junit};
use crate::analysis::gate::NoVerdict;
use crate::formats::json::write_json;
use crate::formats::markdown::inert;

fn headline(outcome: &NoVerdict) -> String {
    format!("FAIL {}: no verdict: {}", outcome.name, outcome.error)
}

impl GateReport for NoVerdict {
    fn passes(&self) -> bool {
        false
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", headline(self))?;
        self.hint.iter().try_for_each(|hint| writeln!(out, "hint: {hint}"))
    }

    fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        write_json(out, self)
    }

    fn write_junit(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut details = Vec::new();
        self.write_text(&mut details)?;
        let problem = Problem { element: "error", kind: "no_verdict", message: headline(self) };
        write_junit(out, &self.name, "verdict", Some(problem), &String::from_utf8_lossy(&details))
    }

    fn write_markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "### FAIL `{}`: no verdict\n\n{}\n", inert(&self.name), inert(&self.error))?;
        self.hint.iter().try_for_each(|hint| writeln!(out, "hint: {}\n", inert(hint)))
    }
}
