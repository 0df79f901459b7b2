//! `figures/scores.svg`: the scores of the best trials on folds, with their intervals.

use std::io::{self, Write};

use crossfold_network::counted;
use plotters::style::Color;

use super::axis::Axis;
use super::legend::{Legend, Sample};
use super::palette::{MUTED, SERIES};
use super::panel::{Panel, height_of_labels, width_of_labels};
use super::score_range::{ScoreRange, Scores, reference_stroke};
use super::sheet::{Drawn, Edge, MARGIN, Mark, Sheet, Stroke, write};
use super::{about, figure, in_words, text};
use crate::analysis::leaderboard::{Leaderboard, Row};
use crate::formats::figure::Precision;
use crate::formats::result_file::{Listing, ReportInputs, ResultFile};
use crate::formats::trial_name::TrialNames;

pub(in crate::formats) const FILE: ResultFile = ResultFile {
    listing: Listing::Folder(
        "figures/",
        "charts as SVG files for a paper, where `crossfold report NAME --figures` wrote them",
    ),
    ..figure("figures/scores.svg", |inputs| inputs.figures.is_some() && inputs.board.best().is_some(), write_scores)
};

/// The most trials shown.
const MOST: usize = 30;

/// On a narrower sheet, names of trials are cut to leave room for scores.
const NARROW: i32 = 12_000;

/// The ends of the axis of scores.
const EDGES: [Edge; 2] = [Edge::Left, Edge::Right];

/// The height of a trial's line.
const LINE: i32 = 460;

/// What a trial's line shows.
struct Line<'r> {
    row: &'r Row<'r>,
    mean: f64,
    /// On folds; empty where there is one fold, whose score is the mean.
    scores: Vec<f64>,
    bounds: Option<[f64; 2]>,
}

fn write_scores(out: &mut dyn Write, inputs: &ReportInputs<'_>) -> io::Result<()> {
    let Some(width) = inputs.figures else { return Ok(()) };
    let board = inputs.board;
    let lines: Vec<Line<'_>> = board.rows().iter().filter_map(|row| Line::new(board, row)).take(MOST).collect();
    let means: Vec<f64> = lines.iter().map(|line| line.mean).collect();
    let spread = |line: &Line<'_>| line.scores.iter().copied().chain(line.bounds.into_iter().flatten()).collect();
    let spreads: Vec<Vec<f64>> = lines.iter().map(spread).collect();
    let range = ScoreRange::new(board, &Scores { means: &means, spreads: &spreads, ..Scores::default() });
    let legend = Legend::new(entries(board, &lines, &range), width.hundredths());
    let names = TrialNames::new(board);
    let chosen = board.winner().map(|winner| winner.trial.number);
    let name = |line: &Line<'_>| {
        let Line { row, .. } = line;
        let is_chosen = Some(row.trial.number) == chosen && row.rank > Some(1);
        let end = if is_chosen { ", chosen" } else { "" };
        let rank = row.rank.map_or(String::new(), |rank| format!("{rank}. "));
        let most = width.hundredths() / if width.hundredths() < NARROW { 3 } else { 2 };
        let name = in_words(&names, row, most - text::width(&rank) - text::width(end));
        format!("{rank}{name}{end}")
    };
    let y = Axis::names(lines.iter().map(name).collect());
    let x = range.axis(((width.hundredths() - width_of_labels(&y)) / 1000).max(4) as usize);
    let height = legend.bottom() + lines.len() as i32 * LINE + height_of_labels(&x) + 2 * MARGIN;
    let label = format!("{} of the best {} on each fold", board.metric().label(), counted(lines.len(), "trial"));
    let about = about(inputs, &label, caption(board, &lines, &range));
    write(out, &about, width, height, |sheet| {
        legend.draw(sheet)?;
        let panel = Panel::new(sheet, sheet.below(legend.bottom()), &x, &y)?;
        if let Some(score) = range.reference() {
            panel.upright(sheet, score, reference_stroke())?;
        }
        let mut places = (0..).zip(&lines);
        places.try_for_each(|(place, line)| line.draw(sheet, &panel, &range, -f64::from(place)))
    })
}

impl<'r> Line<'r> {
    fn new(board: &Leaderboard<'_>, row: &'r Row<'r>) -> Option<Line<'r>> {
        let mean = row.mean?.get();
        let error = row.standard_error.map(|error| [mean - error, mean + error]);
        let scores = if board.folds().len() > 1 { row.scores.iter().copied().flatten().collect() } else { Vec::new() };
        Some(Line { row, mean, scores, bounds: row.interval.or(error) })
    }

    fn is_worse(&self) -> bool {
        self.row.tied == Some(false)
    }

    fn draw(&self, sheet: &Sheet<'_>, panel: &Panel<'_>, range: &ScoreRange, y: f64) -> Drawn {
        let colour = if self.is_worse() { MUTED } else { SERIES[0] };
        if let Some(bounds) = self.bounds.filter(|_| !range.is_outside(self.mean)) {
            let bounds = bounds.map(|bound| panel.spot(range.place(bound), y));
            sheet.whisker(bounds, 90, Stroke::new(&colour, 35))?;
        }
        // Of many folds the dots are a cloud behind the mean.
        let (radius, opacity) = if self.scores.len() > 20 { (50, 0.3) } else { (65, 0.6) };
        for &score in &self.scores {
            let mark = range.mark(score, Mark::Circle, EDGES);
            sheet.mark(mark, panel.spot(range.place(score), y), radius, &colour.mix(opacity))?;
        }
        let spot = panel.spot(range.place(self.mean), y);
        let mark = range.mark(self.mean, self.mark(), EDGES);
        sheet.mark(mark, spot, 95, &if self.is_worse() { MUTED } else { SERIES[1] })?;
        if range.is_outside(self.mean) {
            range.write_beside(sheet, &Precision::four_digits(self.mean).show(self.mean), spot)?;
        }
        Ok(())
    }

    fn mark(&self) -> Mark {
        if self.is_worse() { Mark::HollowCircle } else { Mark::Diamond }
    }
}

fn entries(board: &Leaderboard<'_>, lines: &[Line<'_>], range: &ScoreRange) -> Vec<(Sample, String)> {
    let mut entries = Vec::new();
    let has_ties = lines.iter().any(|line| line.row.tied.is_some());
    let mean = if board.folds().len() > 1 { "mean" } else { "score" };
    let tied = if has_ties { format!("{mean}, tied with the best") } else { mean.to_owned() };
    entries.push((Sample::Mark(Mark::Diamond, SERIES[1]), tied));
    if lines.iter().any(Line::is_worse) {
        entries.push((Sample::Mark(Mark::HollowCircle, MUTED), format!("{mean}, worse than the best")));
    }
    if lines.iter().any(|line| !line.scores.is_empty()) {
        entries.push((Sample::Mark(Mark::Circle, SERIES[0]), "a fold".to_owned()));
    }
    if let Some(whisker) = whisker(lines) {
        entries.push((Sample::Whisker(Stroke::new(&SERIES[0], 35)), whisker.to_owned()));
    }
    let shown: Vec<f64> = lines.iter().flat_map(|line| line.scores.iter().copied().chain([line.mean])).collect();
    entries.extend(range.beyond_the_axis(&shown, EDGES));
    let reference = range.reference_label(Precision::for_board(board));
    entries.extend(reference.map(|label| (Sample::Line(reference_stroke()), label)));
    entries
}

/// What whiskers are; `None` where there are none.
fn whisker(lines: &[Line<'_>]) -> Option<&'static str> {
    let has_intervals = lines.iter().any(|line| line.row.interval.is_some());
    let has_bounds = lines.iter().any(|line| line.bounds.is_some());
    has_bounds.then_some(if has_intervals { "95 % interval" } else { "standard error" })
}

fn caption(board: &Leaderboard<'_>, lines: &[Line<'_>], range: &ScoreRange) -> String {
    let whiskers = match whisker(lines) {
        Some("95 % interval") if board.folds().len() > 1 => {
            " The whisker is the 95 % interval, which allows for folds that share training rows."
        }
        Some("95 % interval") => " The whisker is the 95 % interval.",
        Some(_) => " The whisker is one standard error on either side.",
        None => "",
    };
    let what =
        if board.folds().len() > 1 { "Each dot is the score on one fold." } else { "Scores on one validation part." };
    format!("{what}{whiskers}{}", range.note(Precision::for_board(board)))
}
