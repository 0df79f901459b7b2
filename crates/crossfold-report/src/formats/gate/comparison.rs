//! The outcome of a gate whose network was trained.

use std::io::{self, Write};

use super::junit::{Problem, write_junit};
use super::wording::{figures, headline, in_words, remarks};
use super::{GateReport, markdown};
use crate::analysis::gate::{FoldComparison, GateComparison};
use crate::formats::json::write_json;

impl GateReport for GateComparison {
    fn passes(&self) -> bool {
        self.passes
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", headline(self))?;
        writeln!(out, "{}", in_words(self))?;
        if self.exact.is_some() {
            writeln!(out, "{}", figures(self))?;
        }
        remarks(self).iter().try_for_each(|remark| writeln!(out, "{remark}"))
    }

    fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        write_json(out, self)
    }

    fn write_junit(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut details = Vec::new();
        self.write_text(&mut details)?;
        for FoldComparison { repeat, fold, baseline, fresh } in &self.folds {
            writeln!(details, "repeat {repeat} fold {fold}: {fresh}, baseline {baseline}")?;
        }
        let problem =
            (!self.passes).then(|| Problem { element: "failure", kind: self.verdict.name(), message: headline(self) });
        write_junit(out, &self.name, self.metric.name(), problem, &String::from_utf8_lossy(&details))
    }

    fn write_markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        markdown::write(out, self)
    }
}
