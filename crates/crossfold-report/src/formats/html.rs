//! `report.html`: a study on one page that needs nothing but a browser.
//!
//! The page holds its data as one compressed block of JSON, beside the styles, scripts and plot library that draw
//! it. Names from users or files (classes, columns, specs) are in that block alone, which scripts turn into text
//! and never into markup; so no name can end a script or begin a tag. Control and bidirectional characters in them are
//! shown as escapes. The content security policy allows the page's own script, library and styles by their digests, and
//! nothing else: no other script, no handler in an attribute, no request.
//!
//! Wall times and `study.json` are part of the page where they are known, so it is a record, as `study.json` is. The
//! same inputs give the same bytes.

mod about;
mod baselines;
mod block;
pub(super) mod classes;
pub(super) mod curves;
pub(super) mod document;
mod failures;
mod importance;
mod mistakes;
mod models;
pub(super) mod numbers;
mod preprocessing;
mod provenance;
mod record;
pub(super) mod rounded;
#[cfg(test)]
mod samples;
mod template;
pub(super) mod trials;
mod variables;
mod visible;

use std::io::{self, Write};

use crossfold_study::{Predictions, ValidationRows};

use super::result_file::{Listing, Nature, ReportInputs, ResultFile, Stage};
use super::summary::summary;
use crate::analysis::leaderboard::Leaderboard;
use crate::analysis::variables::Variables;
use document::Document;
pub use mistakes::{MISTAKES_SHOWN, Mistake, worst_mistakes, worst_rows};
pub(super) use record::test_rows;

pub(super) const FILE: ResultFile = ResultFile {
    path: "report.html",
    nature: Nature::Record,
    stage: Stage::Page,
    listing: Listing::Line("the report: one page for a browser, self-contained"),
    condition: None,
    write: |out, inputs| {
        let mut summary = summary(inputs.board, inputs.importance, inputs.nested, inputs.test);
        summary.extend(inputs.variables.and_then(Variables::paragraph));
        write(out, &Page { inputs, summary: &summary })
    },
    section: None,
};

/// The contents of a page. Parts whose input is `None` or empty are left out, with their entry in the navigation.
#[derive(Clone, Copy)]
pub(super) struct Page<'a> {
    pub(super) inputs: &'a ReportInputs<'a>,
    /// Paragraphs in plain words; the first is the verdict.
    pub(super) summary: &'a [String],
}

/// A trial's predictions of the validation rows.
#[derive(Clone, Copy)]
pub(super) struct OutOfFold<'a> {
    /// By label; empty for regression.
    pub(super) classes: &'a [String],
    /// By repeat, then fold.
    pub(super) folds: &'a [(&'a ValidationRows, &'a Predictions)],
}

impl<'a> Page<'a> {
    fn board(&self) -> &'a Leaderboard<'a> {
        self.inputs.board
    }

    pub(super) fn out_of_fold(&self) -> Option<OutOfFold<'a>> {
        let classes = self.inputs.classes;
        self.inputs.out_of_fold.map(|folds| OutOfFold { classes, folds })
    }
}

fn write(out: &mut dyn Write, page: &Page<'_>) -> io::Result<()> {
    template::fill(out, page.board().study().name.as_str(), &visible::to_json(&Document::new(page))?)
}
