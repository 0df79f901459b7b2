//! `figures/search_history.svg`: the score of every trial in the order of proposal, and the best so far.

use std::collections::BTreeSet;
use std::io::{self, Write};

use crossfold_network::counted;
use crossfold_study::{Direction, Metric, Rung, TrialState};
use plotters::style::{Color, RGBColor};

use super::axis::{Axis, round_numbers};
use super::legend::{Legend, Sample};
use super::palette::{BAD, SERIES};
use super::panel::Panel;
use super::score_range::{ScoreRange, Scores, reference_stroke};
use super::sheet::{Edge, Mark, Stroke, write};
use super::{about, figure};
use crate::analysis::leaderboard::{Leaderboard, Row};
use crate::formats::figure::Precision;
use crate::formats::result_file::{ReportInputs, ResultFile};

pub(in crate::formats) const FILE: ResultFile =
    figure("figures/search_history.svg", |inputs| inputs.figures.is_some() && exists(inputs), write_history);

/// The ends of the axis of scores.
const EDGES: [Edge; 2] = [Edge::Bottom, Edge::Top];

/// Of more trials, marks are smaller.
const MANY: usize = 300;

fn exists(inputs: &ReportInputs<'_>) -> bool {
    let rows = began(inputs.board);
    rows.len() > 1 && rows.iter().any(|row| row.mean.is_some() || row.rung_mean.is_some())
}

/// The trials that were trained to an end, in the order of proposal.
fn began<'a>(board: &'a Leaderboard<'_>) -> Vec<&'a Row<'a>> {
    let is_shown = |row: &&Row<'_>| !matches!(row.state, TrialState::Cancelled { .. });
    let mut rows: Vec<&Row<'_>> = board.rows().iter().filter(is_shown).collect();
    rows.sort_by_key(|row| row.trial.number);
    rows
}

/// The trials that were better than all before them: numbers and means.
fn best_so_far(metric: Metric, rows: &[&Row<'_>]) -> Vec<(u32, f64)> {
    let mut best: Vec<(u32, f64)> = Vec::new();
    for row in rows {
        let Some(mean) = row.mean.map(|mean| mean.get()) else { continue };
        let is_better = best.last().is_none_or(|(_, before)| match metric.direction() {
            Direction::Maximize => mean > *before,
            Direction::Minimize => mean < *before,
        });
        if is_better {
            best.push((row.trial.number.0, mean));
        }
    }
    best
}

fn write_history(out: &mut dyn Write, inputs: &ReportInputs<'_>) -> io::Result<()> {
    let Some(width) = inputs.figures else { return Ok(()) };
    let board = inputs.board;
    let precision = Precision::for_board(board);
    let rows = began(board);
    let bests = best_so_far(board.metric(), &rows);
    let means: Vec<f64> = rows.iter().filter_map(|row| row.mean).map(|mean| mean.get()).collect();
    let pruned: Vec<f64> = rows.iter().filter_map(|row| row.rung_mean).map(|mean| mean.get()).collect();
    let failed = rows.iter().filter(|row| is_failed(row)).count();
    let has_edge = failed > 0 || !pruned.is_empty();
    let range = ScoreRange::new(board, &Scores { means: &means, others: &pruned, has_edge, ..Scores::default() });
    let rungs = rungs(&rows);
    let entries = entries(&rungs, &rows, &range, precision);
    let legend = Legend::new(entries, width.hundredths());
    let ends = [rows.first(), rows.last()].map(|row| row.map_or(0, |row| row.trial.number.0));
    let [low, high] = ends.map(f64::from);
    let room = (high - low) * 0.01;
    let numbers = round_numbers(low, high, (width.hundredths() / 2000) as usize);
    let numbers = numbers.into_iter().filter(|number| number.fract() == 0.0).map(|number| number as u32).collect();
    let x = Axis::counts([low - room, high + room], numbers, "trial, in the order of proposal");
    let y = range.axis(7);
    let label = format!(
        "search history: {} of {} in the order of proposal",
        board.metric().label(),
        counted(rows.len(), "trial")
    );
    let height = legend.bottom() + (width.hundredths() * 11 / 20).clamp(5_000, 8_500);
    let about = about(inputs, &label, caption(&means, &pruned, failed, &bests, &range, precision));
    write(out, &about, width, height, |sheet| {
        legend.draw(sheet)?;
        let panel = Panel::new(sheet, sheet.below(legend.bottom()), &x, &y)?;
        if let Some(score) = range.reference() {
            panel.level(sheet, score, reference_stroke())?;
        }
        let small = if rows.len() > MANY { 45 } else { 75 };
        for row in &rows {
            let number = f64::from(row.trial.number.0);
            let at_edge = panel.spot(number, range.edge);
            let score = row.mean.or(row.rung_mean).map(|mean| mean.get());
            let (mark, colour) = style(row, &rungs);
            match score {
                Some(score) => {
                    let spot = panel.spot(number, range.place(score));
                    sheet.mark(range.mark(score, mark, EDGES), spot, small, &colour.mix(0.8))?;
                }
                None => sheet.mark(mark, at_edge, small, &colour)?,
            }
        }
        let stroke = Stroke::new(&SERIES[1], 45);
        let mut steps = Vec::new();
        for (place, &(number, mean)) in bests.iter().enumerate() {
            let until = bests.get(place + 1).map_or(high, |next| f64::from(next.0));
            steps.extend([panel.spot(f64::from(number), range.place(mean)), panel.spot(until, range.place(mean))]);
        }
        sheet.line(&steps, stroke)?;
        bests.iter().try_for_each(|&(number, mean)| {
            let spot = panel.spot(f64::from(number), range.place(mean));
            sheet.mark(range.mark(mean, Mark::Diamond, EDGES), spot, small + 15, &SERIES[1])
        })
    })
}

fn is_failed(row: &Row<'_>) -> bool {
    matches!(row.state, TrialState::Failed { .. })
}

/// Where trials were pruned, the earliest first.
fn rungs(rows: &[&Row<'_>]) -> Vec<Rung> {
    let key = |rung: Rung| (rung.epochs * rung.folds, rung.epochs, rung.folds);
    let keys: BTreeSet<_> = rows.iter().filter_map(|row| row.rung()).map(key).collect();
    keys.into_iter().map(|(_, epochs, folds)| Rung { epochs, folds }).collect()
}

/// The mark of a trial by how it ended.
fn style(row: &Row<'_>, rungs: &[Rung]) -> (Mark, RGBColor) {
    match row.rung().and_then(|rung| rungs.iter().position(|other| *other == rung)) {
        Some(place) => rung_style(place),
        None if is_failed(row) => (Mark::Cross, BAD),
        None => (Mark::Circle, SERIES[0]),
    }
}

fn rung_style(place: usize) -> (Mark, RGBColor) {
    // Triangles are scores beyond the axis.
    let marks = [Mark::Square, Mark::HollowDiamond, Mark::HollowCircle];
    (marks[place % marks.len()], SERIES[(place + 2) % SERIES.len()])
}

fn entries(rungs: &[Rung], rows: &[&Row<'_>], range: &ScoreRange, precision: Precision) -> Vec<(Sample, String)> {
    let mut entries = Vec::new();
    if rows.iter().any(|row| row.mean.is_some()) {
        entries.push((Sample::Mark(Mark::Circle, SERIES[0]), "complete".to_owned()));
        entries.push((
            Sample::MarkedLine(Stroke::new(&SERIES[1], 45), Mark::Diamond, SERIES[1]),
            "best so far".to_owned(),
        ));
    }
    let differ_in_folds = rungs.iter().any(|rung| rung.folds != rungs[0].folds);
    for (place, rung) in rungs.iter().enumerate() {
        let (mark, colour) = rung_style(place);
        let folds =
            if differ_in_folds { format!(" on {}", counted(rung.folds as usize, "fold")) } else { String::new() };
        let label = format!("pruned at {}{folds}", counted(rung.epochs as usize, "epoch"));
        entries.push((Sample::Mark(mark, colour), label));
    }
    if rows.iter().any(|row| is_failed(row)) {
        entries.push((Sample::Mark(Mark::Cross, BAD), "failed".to_owned()));
    }
    let score = |row: &&Row<'_>| row.mean.or(row.rung_mean).map(|mean| mean.get());
    let scores: Vec<f64> = rows.iter().filter_map(score).collect();
    entries.extend(range.beyond_the_axis(&scores, EDGES));
    entries.extend(range.reference_label(precision).map(|label| (Sample::Line(reference_stroke()), label)));
    entries
}

fn caption(
    means: &[f64],
    pruned: &[f64],
    failed: usize,
    bests: &[(u32, f64)],
    range: &ScoreRange,
    precision: Precision,
) -> String {
    let mut caption = format!("{} complete, {} pruned, {failed} failed.", means.len(), pruned.len());
    if let [.., (number, mean)] = bests {
        caption += &format!(" The best score, {}, is that of trial {number}.", precision.show(*mean));
    }
    if !pruned.is_empty() {
        caption += " Scores of pruned trials are from where they were pruned, on fewer epochs or folds, so they aren't \
                    comparable with those of complete trials.";
    }
    caption + &range.note(precision)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    /// By hand: trials 0 and 2 are complete with means of 0.375 and 0.75; the third to begin failed.
    #[test]
    fn the_best_so_far_is_the_best_of_complete_trials_in_their_order() {
        let results = example::results();
        let plan = example::pruned_plan();
        let best = |metric| {
            let study = example::pruning_study(metric);
            let board = Leaderboard::new(&study, &plan, &results, example::SHAPE);
            let rows = began(&board);
            let numbers: Vec<u32> = rows.iter().map(|row| row.trial.number.0).collect();
            assert_eq!(numbers, [0, 1, 2, 3, 4, 5]);
            (best_so_far(metric, &rows), rungs(&rows))
        };
        let rungs = vec![Rung { epochs: 1, folds: 1 }, Rung { epochs: 1, folds: 2 }];
        assert_eq!(best(Metric::Accuracy), (vec![(0, 0.375), (2, 0.75)], rungs.clone()));
        // The example's loss is 2 − accuracy.
        assert_eq!(best(Metric::LogLoss), (vec![(0, 1.625), (2, 1.25)], rungs));
    }

    /// Trials that were cancelled aren't part of a search's history.
    #[test]
    fn cancelled_trials_are_left_out() {
        let (study, plan, results) = (example::study(Metric::Accuracy), example::plan(), example::results());
        let board = Leaderboard::new(&study, &plan, &results, example::SHAPE);
        assert_eq!(began(&board).iter().map(|row| row.trial.number.0).collect::<Vec<_>>(), [0, 1, 2, 3]);
    }
}
