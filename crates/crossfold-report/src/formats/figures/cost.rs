//! `figures/cost.svg`: what scores cost, and the trials that no cheaper one matches.

use std::io::{self, Write};

use crossfold_network::{counted, significant};
use plotters::style::Color;

use super::axis::{Axis, Tick, extent, log_ticks};
use super::legend::{Legend, Sample};
use super::palette::SERIES;
use super::panel::Panel;
use super::score_range::{ScoreRange, Scores, reference_stroke};
use super::sheet::{Edge, Mark, Stroke, write};
use super::{about, figure, page};
use crate::analysis::leaderboard::Row;
use crate::formats::figure::Precision;
use crate::formats::html::trials::price;
use crate::formats::result_file::{ReportInputs, ResultFile};

pub(in crate::formats) const FILE: ResultFile =
    figure("figures/cost.svg", |inputs| inputs.figures.is_some() && priced(inputs).len() > 1, write_cost);

/// A trial with a rank and its cost.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Priced {
    rank: u32,
    mean: f64,
    /// Floating-point operations of its training on all folds.
    price: f64,
}

fn priced(inputs: &ReportInputs<'_>) -> Vec<Priced> {
    let page = page(inputs);
    let of_row = |row: &Row<'_>| Some(Priced { rank: row.rank?, mean: row.mean?.get(), price: price(&page, row)?.0 });
    inputs.board.rows().iter().filter_map(of_row).collect()
}

/// The Pareto front: the trials that no cheaper one matches. Of equal price the better comes first.
fn front(trials: &[Priced]) -> Vec<Priced> {
    let mut sorted = trials.to_vec();
    sorted.sort_by(|a, b| a.price.total_cmp(&b.price).then(a.rank.cmp(&b.rank)));
    let mut front: Vec<Priced> = Vec::new();
    for trial in sorted {
        if front.last().is_none_or(|last| trial.rank < last.rank) {
            front.push(trial);
        }
    }
    front
}

fn write_cost(out: &mut dyn Write, inputs: &ReportInputs<'_>) -> io::Result<()> {
    let Some(width) = inputs.figures else { return Ok(()) };
    let board = inputs.board;
    let trials = priced(inputs);
    let front = front(&trials);
    let means: Vec<f64> = trials.iter().map(|trial| trial.mean).collect();
    let range = ScoreRange::new(board, &Scores { means: &means, ..Scores::default() });
    let prices = || trials.iter().map(|trial| trial.price);
    let [least, most] = [prices().fold(f64::INFINITY, f64::min), prices().fold(0.0, f64::max)];
    let (power, unit) = unit(most);
    let [low, high] = extent([least, most].map(|price| libm::log10(price) - f64::from(power)), 0.04);
    let tick = |value: f64| Tick { value: libm::log10(value), label: significant(value, 4) };
    let ticks = log_ticks(libm::pow(10.0, low), libm::pow(10.0, high)).into_iter().map(tick).collect();
    let x = Axis { low, high, ticks, name: format!("{unit} to train on all folds"), is_ruled: true };
    let y = range.axis(7);
    let line = Stroke::new(&SERIES[1], 45).dashed(Some((120, 80)));
    let mut entries = vec![
        (Sample::Mark(Mark::Circle, SERIES[0]), "a trial".to_owned()),
        (Sample::MarkedLine(line, Mark::Diamond, SERIES[1]), "Pareto front".to_owned()),
    ];
    let precision = Precision::for_board(board);
    let edges = [Edge::Bottom, Edge::Top];
    entries.extend(range.beyond_the_axis(&means, edges));
    entries.extend(range.reference_label(precision).map(|label| (Sample::Line(reference_stroke()), label)));
    let legend = Legend::new(entries, width.hundredths());
    let label = format!(
        "{} of {} against the cost of training; {} on the Pareto front",
        board.metric().label(),
        counted(trials.len(), "trial"),
        front.len()
    );
    let description = format!(
        "The dashed line joins the trials that no cheaper one matches. Operations are those of training on all folds.{}",
        range.note(precision)
    );
    let height = legend.bottom() + (width.hundredths() * 11 / 20).clamp(5_000, 8_500);
    write(out, &about(inputs, &label, description), width, height, |sheet| {
        legend.draw(sheet)?;
        let panel = Panel::new(sheet, sheet.below(legend.bottom()), &x, &y)?;
        if let Some(score) = range.reference() {
            panel.level(sheet, score, reference_stroke())?;
        }
        let along = |trial: &Priced| libm::log10(trial.price) - f64::from(power);
        let spot = |trial: &Priced| panel.spot(along(trial), range.place(trial.mean));
        for trial in &trials {
            sheet.mark(range.mark(trial.mean, Mark::Circle, edges), spot(trial), 65, &SERIES[0].mix(0.5))?;
        }
        // A step: what the next dearer one gains is had from there on.
        let steps: Vec<_> = front
            .windows(2)
            .flat_map(|pair| [spot(&pair[0]), panel.spot(along(&pair[1]), range.place(pair[0].mean)), spot(&pair[1])])
            .collect();
        sheet.line(&steps, line)?;
        front
            .iter()
            .try_for_each(|trial| sheet.mark(range.mark(trial.mean, Mark::Diamond, edges), spot(trial), 95, &SERIES[1]))
    })
}

/// The unit of costs of which this is the greatest: its power of ten and its name.
fn unit(most: f64) -> (i32, &'static str) {
    let units = ["FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP", "PFLOP", "EFLOP"];
    let place = ((libm::log10(most.max(1.0)) / 3.0).floor() as usize).min(units.len() - 1);
    (3 * place as i32, units[place])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_front_has_the_trials_that_no_cheaper_one_matches() {
        let trial = |rank, price| Priced { rank, mean: 0.0, price };
        let trials = [trial(1, 9.0), trial(2, 5.0), trial(3, 5.0), trial(4, 6.0), trial(5, 1.0)];
        assert_eq!(front(&trials), [trial(5, 1.0), trial(2, 5.0), trial(1, 9.0)]);
        assert_eq!(front(&[]), []);
    }

    #[test]
    fn costs_have_a_unit_that_suits_the_greatest() {
        assert_eq!([12.0, 1e3, 2.5e12, 1e30].map(unit), [(0, "FLOP"), (3, "kFLOP"), (12, "TFLOP"), (18, "EFLOP")]);
    }
}
