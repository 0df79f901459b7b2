//! A file of a study's results: its name, when it is written, and what it says.

use std::io::{self, Write};

use crossfold_study::{PlannedConfiguration, Predictions, Results, ValidationRows};

use super::csv::Column;
use super::figures::width::FigureWidth;
use super::model_card::ModelCard;
use crate::analysis::coefficient::Coefficient;
use crate::analysis::exhibits::{FileRows, Pictures};
use crate::analysis::file_rows::{RowIds, TestRows};
use crate::analysis::importance::Importance;
use crate::analysis::leaderboard::Leaderboard;
use crate::analysis::nested::NestedFold;
use crate::analysis::test_score::TestScore;
use crate::analysis::variables::Variables;

/// A file of a study's results folder. Each is defined in a file of its own and listed in
/// [`RESULT_FILES`](crate::RESULT_FILES).
pub struct ResultFile {
    /// The path within the results folder, with `/`.
    pub path: &'static str,
    pub nature: Nature,
    pub stage: Stage,
    /// Its line in the table of files in the results' `README.md`.
    pub(super) listing: Listing,
    /// When the file exists; `None` where it always does.
    pub(super) condition: Option<fn(&ReportInputs<'_>) -> bool>,
    pub(super) write: fn(&mut dyn Write, &ReportInputs<'_>) -> io::Result<()>,
    /// The documentation of its columns, for a CSV file.
    pub(super) section: Option<fn(&ReportInputs<'_>) -> Section>,
}

/// Whether a file's bytes follow from the study alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// The same spec, data and binary give the same bytes.
    Result,
    /// Differs from run to run, by times for example.
    Record,
}

/// The stage of a run at which a file is written, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Trials are ranked.
    Search,
    /// The winner is retrained on all rows and scored on the test rows.
    Refit,
    /// The run is over, and its record is known.
    Record,
    /// All is known.
    Report,
    /// The largest file comes last, so that a full disk costs no other.
    Page,
}

/// A file's line in the table of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Listing {
    /// A line with this description.
    Line(&'static str),
    /// A line for the folder that the file is in.
    Folder(&'static str, &'static str),
    /// Named in the line of the file before.
    WithPrevious,
    Unlisted,
}

/// The documentation of a CSV file.
pub(super) struct Section {
    /// What a row is.
    pub(super) rows: &'static str,
    pub(super) columns: Vec<ColumnEntry>,
}

/// The documentation of a column.
pub(super) struct ColumnEntry {
    pub(super) name: String,
    #[cfg_attr(not(test), expect(dead_code, reason = "read by the test that keeps the documentation up to date"))]
    pub(super) values: &'static str,
    pub(super) meaning: String,
    pub(super) is_one_of_many: bool,
}

impl Section {
    pub(super) fn new<R>(rows: &'static str, columns: Vec<Column<'_, R>>) -> Section {
        let entry = |column: Column<'_, R>| ColumnEntry {
            values: column.values.name(),
            name: column.name,
            meaning: column.meaning,
            is_one_of_many: column.is_one_of_many,
        };
        Section { rows, columns: columns.into_iter().map(entry).collect() }
    }
}

/// What result files are made from. What is not known yet at a stage is `None` or empty; its files are written at a later
/// stage.
pub struct ReportInputs<'a> {
    /// The leaderboard, [judged](Leaderboard::judge).
    pub board: &'a Leaderboard<'a>,
    pub results: &'a Results,
    /// Number of rows of the study; 0 where it is not known.
    pub rows: u64,
    /// The class names, by label; empty for regression.
    pub classes: &'a [String],
    /// The text of the spec.
    pub spec: &'a str,
    /// What all of the study's fits have in common, one line each.
    pub origin: &'a str,
    /// Floating-point operations to train a configuration on one row once.
    pub price: &'a dyn Fn(&PlannedConfiguration) -> u64,
    /// The winner alone as a spec.
    pub winner_spec: Option<&'a str>,
    /// The winner's predictions on the validation rows of each fold, by repeat, then fold.
    pub out_of_fold: Option<&'a [(&'a ValidationRows, &'a Predictions)]>,
    /// The columns that identify rows.
    pub row_ids: Option<&'a RowIds>,
    pub importance: Option<&'a Importance>,
    /// Which columns of the table matter.
    pub variables: Option<&'a Variables>,
    /// The folds of nested cross-validation; empty without it.
    pub nested: &'a [NestedFold],
    pub refit: Option<RefitFiles<'a>>,
    /// The scores of the refitted network on the test rows; empty where they are not looked at.
    pub test: &'a [TestScore],
    /// Its predictions of them.
    pub test_rows: Option<&'a TestRows>,
    /// The images of the worst mistakes.
    pub pictures: Option<&'a Pictures>,
    /// The rows of a table with the worst predictions.
    pub file_rows: Option<&'a FileRows>,
    /// The text of `study.json`.
    pub study_json: Option<&'a str>,
    /// The width of figures, if they were asked for.
    pub figures: Option<FigureWidth>,
}

/// The contents of the folder of the refitted network.
#[derive(Clone, Copy)]
pub struct RefitFiles<'a> {
    pub weights: &'a [u8],
    /// The network and its training as a spec.
    pub spec: &'a str,
    /// The text of `model.json`; `None` where it is not known.
    pub model: Option<&'a str>,
    pub card: Option<&'a ModelCard<'a>>,
    /// Of a linear network; else empty.
    pub coefficients: &'a [Coefficient],
}

impl<'a> ReportInputs<'a> {
    /// The inputs that every study has after its search; `price` is that of training a configuration on one row once.
    pub fn new(
        board: &'a Leaderboard<'a>,
        results: &'a Results,
        classes: &'a [String],
        [spec, origin]: [&'a str; 2],
        price: &'a dyn Fn(&PlannedConfiguration) -> u64,
    ) -> ReportInputs<'a> {
        ReportInputs {
            board,
            results,
            rows: 0,
            classes,
            spec,
            origin,
            price,
            winner_spec: None,
            out_of_fold: None,
            row_ids: None,
            importance: None,
            variables: None,
            nested: &[],
            refit: None,
            test: &[],
            test_rows: None,
            pictures: None,
            file_rows: None,
            study_json: None,
            figures: None,
        }
    }
}

impl ResultFile {
    /// Whether a study with these inputs has the file.
    pub fn exists(&self, inputs: &ReportInputs<'_>) -> bool {
        self.condition.is_none_or(|condition| condition(inputs))
    }

    /// Writes the file, which must [exist](ResultFile::exists).
    ///
    /// # Errors
    /// If `out` can't be written to.
    pub fn write(&self, out: &mut dyn Write, inputs: &ReportInputs<'_>) -> io::Result<()> {
        (self.write)(out, inputs)
    }

    /// Whether an earlier run's file may be left when [`Stage::Search`] has been written, and so must be removed before.
    pub fn may_be_stale(&self) -> bool {
        self.stage != Stage::Search || self.condition.is_some()
    }
}
