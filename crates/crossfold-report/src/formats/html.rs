//! `report.html`: a study on one page that needs nothing but a browser.
//!
//! The page holds its data as one compressed block of JSON, beside the styles, scripts and plot library that draw
//! it. What users or files have named (classes, columns, specs) is in that block alone, which scripts turn into text
//! and never into markup; so no name can end a script or begin a tag. The page asks for nothing from anywhere, and
//! says so to the browser, which then refuses it too.
//!
//! Wall times and `study.json` are part of the page where they are known: it is a record, as `study.json` is, and the
//! same input gives the same bytes.

mod block;
mod classes;
mod curves;
mod document;
mod importance;
mod mistakes;
mod numbers;
mod rounded;
#[cfg(test)]
mod samples;
mod template;
mod trials;

use std::io::{self, Write};

use crossfold_study::{PlannedConfiguration, Predictions, Results, ValidationRows};

use crate::analysis::exhibits::Pictures;
use crate::analysis::importance::Importance;
use crate::analysis::leaderboard::Leaderboard;
use crate::analysis::test_score::TestScore;
use document::Document;
pub use mistakes::{MISTAKES_SHOWN, Mistake, worst_mistakes};

/// What a page is made of. Parts that are `None` or empty are left out of it, with their entry in its navigation.
pub struct Page<'a> {
    /// Of the study and plan that the page is about.
    pub board: &'a Leaderboard<'a>,
    pub results: &'a Results,
    /// Paragraphs in plain words; the first is the verdict.
    pub summary: &'a [String],
    pub importance: Option<&'a Importance>,
    /// Of the leaderboard's winner.
    pub out_of_fold: Option<OutOfFoldView<'a>>,
    /// Of the [`worst_mistakes`], [`MISTAKES_SHOWN`] of them, where rows are images.
    pub pictures: Option<&'a Pictures>,
    /// How the refitted network did on the test rows, with intervals where they are known.
    pub test: Option<&'a [TestScore]>,
    /// Floating-point operations to train on a row once.
    pub price: &'a dyn Fn(&PlannedConfiguration) -> u64,
    /// The text of `study.json`.
    pub record: Option<&'a str>,
    /// The spec's text.
    pub spec: &'a str,
}

impl<'a> Page<'a> {
    /// A page of what every study has.
    pub fn new(
        board: &'a Leaderboard<'a>,
        results: &'a Results,
        price: &'a dyn Fn(&PlannedConfiguration) -> u64,
        spec: &'a str,
    ) -> Page<'a> {
        Page {
            board,
            results,
            summary: &[],
            importance: None,
            out_of_fold: None,
            pictures: None,
            test: None,
            price,
            record: None,
            spec,
        }
    }
}

/// A trial's predictions of the rows that validated.
#[derive(Clone, Copy, Debug)]
pub struct OutOfFoldView<'a> {
    /// By label; empty where numbers are learnt.
    pub classes: &'a [String],
    /// By repeat, then fold.
    pub folds: &'a [(&'a ValidationRows, &'a Predictions)],
}

/// Writes `report.html`.
///
/// # Errors
/// Where `out` takes no more.
pub fn write_html(out: impl Write, page: &Page<'_>) -> io::Result<()> {
    let document = serde_json::to_vec(&Document::new(page))?;
    template::fill(out, page.board.study().name.as_str(), &document)
}
