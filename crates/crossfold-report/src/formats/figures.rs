//! `figures/*.svg`: the page's charts as vector graphics for a paper, written if they are asked for.
//!
//! A figure shows the numbers that the page shows, from the same views of a study. Its bytes follow from the study and the
//! width alone: there is no date, no random name and no font in it. What the page's scripts do for a chart (the part of an
//! axis that is shown, ticks, the best score so far) is done here as well.

mod axis;
pub(super) mod calibration;
pub(super) mod confusion;
pub(super) mod cost;
pub(super) mod curves;
pub(super) mod history;
mod legend;
mod palette;
mod panel;
pub(super) mod predicted;
pub(super) mod roc;
mod score_range;
pub(super) mod scores;
mod sheet;
mod text;
pub(super) mod variables;
pub(crate) mod width;

use std::io::{self, Write};

use crossfold_study::visible_line;

use super::html::{OutOfFold, Page};
use super::result_file::{Listing, Nature, ReportInputs, ResultFile, Stage};
use super::trial_name::TrialNames;
use crate::analysis::leaderboard::Row;
use sheet::About;

/// A figure at `path`, which exists for inputs with what it shows if figures are asked for.
const fn figure(
    path: &'static str,
    condition: fn(&ReportInputs<'_>) -> bool,
    write: fn(&mut dyn Write, &ReportInputs<'_>) -> io::Result<()>,
) -> ResultFile {
    ResultFile {
        path,
        nature: Nature::Result,
        stage: Stage::Report,
        listing: Listing::Unlisted,
        condition: Some(condition),
        write,
        section: None,
    }
}

/// The title and the caption of a figure of the study.
fn about(inputs: &ReportInputs<'_>, title: &str, description: String) -> About {
    About { title: format!("{}: {title}", inputs.board.study().name), description }
}

/// The page with these inputs, for its views.
fn page<'a>(inputs: &'a ReportInputs<'a>) -> Page<'a> {
    Page { inputs, summary: &[] }
}

/// The chosen trial's predictions of the validation rows.
fn out_of_fold<'a>(inputs: &ReportInputs<'a>) -> Option<OutOfFold<'a>> {
    inputs.out_of_fold.map(|folds| OutOfFold { classes: inputs.classes, folds })
}

/// A trial by what distinguishes it, as far as there is room, and its number.
fn in_words(names: &TrialNames, row: &Row<'_>, most: i32) -> String {
    let number = format!(" (trial {})", row.trial.number.0);
    text::shortened(&visible_line(&names.name(row)), most - text::width(&number)) + &number
}

/// The chosen trial in words.
fn chosen(inputs: &ReportInputs<'_>) -> String {
    let names = TrialNames::new(inputs.board);
    inputs.board.winner().map_or_else(|| "the chosen trial".to_owned(), |row| in_words(&names, row, i32::MAX))
}
