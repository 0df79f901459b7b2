//! The outcome of a gate whose network could not be trained.

use std::io::{self, Write};

use super::GateReport;
use super::junit::{Problem, write_junit};
use crate::analysis::gate::UntrainedGate;
use crate::formats::json::write_json;
use crate::formats::markdown::inert;

fn headline(untrained: &UntrainedGate) -> String {
    format!("FAIL {}: the network could not be trained: {}", untrained.name, untrained.error)
}

impl GateReport for UntrainedGate {
    fn passes(&self) -> bool {
        false
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", headline(self))
    }

    fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        write_json(out, self)
    }

    fn write_junit(&self, out: &mut dyn Write) -> io::Result<()> {
        let problem = Problem { element: "error", kind: "untrained", message: headline(self) };
        write_junit(out, &self.name, self.metric.name(), Some(problem), &headline(self))
    }

    fn write_markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "### FAIL `{}`: the network could not be trained\n\n{}.\n",
            self.name,
            inert(&self.error.to_string())
        )
    }
}
