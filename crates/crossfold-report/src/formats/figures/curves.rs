//! `figures/learning_curves.svg`: the metric by epoch, of the chosen trial and the best ones.

use std::io::{self, Write};

use crossfold_study::{Direction, Metric};
use plotters::style::RGBColor;

use super::axis::{Axis, count_ticks, extent};
use super::legend::{Legend, Sample};
use super::palette::{MUTED, SERIES};
use super::panel::Panel;
use super::sheet::{Drawn, MARKS, Mark, Sheet, Stroke, write};
use super::{about, figure, in_words, page};
use crate::analysis::leaderboard::{Leaderboard, Row};
use crate::formats::html::curves::{Band, LearningCurves};
use crate::formats::html::rounded::Five;
use crate::formats::result_file::{ReportInputs, ResultFile};
use crate::formats::trial_name::TrialNames;

pub(in crate::formats) const FILE: ResultFile = figure(
    "figures/learning_curves.svg",
    |inputs| inputs.figures.is_some() && Shown::new(inputs).is_some(),
    write_curves,
);

/// The most trials shown, as the page selects them at first.
const MOST: usize = 3;

/// About how many points of a curve have a mark.
const MARKED: usize = 10;

struct Shown<'a> {
    metric: Metric,
    trials: Vec<ShownTrial<'a>>,
}

struct ShownTrial<'a> {
    row: &'a Row<'a>,
    training: Vec<Point>,
    validation: Vec<Point>,
}

/// A metric at an epoch: the mean over folds, the least and the greatest fold.
struct Point {
    epoch: u32,
    mean: f64,
    folds: [f64; 2],
}

impl<'a> Shown<'a> {
    /// `None` where nothing is known from epoch to epoch.
    fn new(inputs: &'a ReportInputs<'a>) -> Option<Shown<'a>> {
        let rows = selected(inputs.board);
        let curves = LearningCurves::new(&page(inputs), &rows);
        let points = |row: &Row<'_>, bands: &[Option<Band>], place: usize, epochs: Option<&[u32]>| -> Vec<Point> {
            let Some(band) = &bands[place] else { return Vec::new() };
            let at = |values: &[Five], at: usize| values.get(at).map(|value| value.0);
            let point = |(place, mean): (usize, &Five)| Point {
                epoch: epochs.map_or(place as u32 + 1, |epochs| epochs[place]),
                mean: mean.0,
                folds: [at(&band.low, place).unwrap_or(mean.0), at(&band.high, place).unwrap_or(mean.0)],
            };
            // A trial reads its fits at its own epochs, though they may be trained for longer for another trial.
            let all = band.mean.iter().enumerate().map(point);
            all.filter(|point| point.epoch <= row.trial.epochs && point.mean.is_finite()).collect()
        };
        let of_metric = |place: usize| -> Vec<ShownTrial<'a>> {
            let trial = |&row: &&'a Row<'a>| {
                let known = curves.configurations[row.trial.configuration.0 as usize].as_ref()?;
                let points = |bands| points(row, bands, place, known.epochs.as_deref());
                let (training, validation) = (points(&known.training), points(&known.validation));
                let is_known = !(training.is_empty() && validation.is_empty());
                is_known.then_some(ShownTrial { row, training, validation })
            };
            rows.iter().filter_map(trial).collect()
        };
        // The metric that ranks trials, unless another one alone is known.
        let mut places: Vec<usize> = (0..curves.metrics.len()).collect();
        places.sort_by_key(|&place| curves.metrics[place] != inputs.board.metric());
        let known = places.into_iter().map(|place| (curves.metrics[place], of_metric(place)));
        let (metric, trials) = known.into_iter().find(|(_, trials)| !trials.is_empty())?;
        Some(Shown { metric, trials })
    }
}

/// The chosen trial and the best ones.
fn selected<'a>(board: &'a Leaderboard<'a>) -> Vec<&'a Row<'a>> {
    let mut rows: Vec<&Row<'_>> = board.winner().into_iter().collect();
    let ranked = board.best().is_some();
    let first = board.rows().iter().filter(|row| !ranked || row.rank.is_some());
    for row in first.take(MOST) {
        if rows.len() < MOST && rows.iter().all(|other| other.trial.number != row.trial.number) {
            rows.push(row);
        }
    }
    rows
}

fn write_curves(out: &mut dyn Write, inputs: &ReportInputs<'_>) -> io::Result<()> {
    let (Some(width), Some(shown)) = (inputs.figures, Shown::new(inputs)) else { return Ok(()) };
    let Shown { metric, trials } = &shown;
    let is_alone = trials.len() == 1;
    let names = TrialNames::new(inputs.board);
    let mut entries: Vec<(Sample, String)> = (0..)
        .zip(trials)
        .map(|(place, trial)| {
            let (stroke, mark) = styles(place);
            (
                Sample::MarkedLine(stroke, mark, SERIES[place]),
                in_words(&names, trial.row, Legend::room(width.hundredths())),
            )
        })
        .collect();
    if trials.iter().any(|trial| !trial.training.is_empty()) {
        entries.push((Sample::Line(Stroke::new(&MUTED, 60)), "validation rows".to_owned()));
        entries.push((Sample::Line(training_stroke(MUTED)), "training rows".to_owned()));
    }
    let legend = Legend::new(entries, width.hundredths());
    let points = || trials.iter().flat_map(|trial| trial.training.iter().chain(&trial.validation));
    let last = points().map(|point| point.epoch).max().unwrap_or(1);
    // A single epoch stands in the middle.
    let epochs = if last == 1 { [0.0, 2.0] } else { [1.0, f64::from(last)] };
    let x = Axis::counts(epochs, count_ticks(last, (width.hundredths() / 1300).clamp(5, 10) as u32), "epoch");
    let values = trials.iter().flat_map(|trial| {
        let ends = trial.validation.iter().flat_map(|point| point.folds);
        let training = trial.training.iter().flat_map(|point| if is_alone { point.folds } else { [point.mean; 2] });
        ends.chain(training)
    });
    let [low, high] = extent(values, 0.04);
    let [least, most] = metric.range();
    let direction = match metric.direction() {
        Direction::Maximize => "higher is better",
        Direction::Minimize => "lower is better",
    };
    let y = Axis::numbers([low.max(least), high.min(most)], 6, format!("{} ({direction})", metric.label()));
    let numbers: Vec<String> = trials.iter().map(|trial| format!("trial {}", trial.row.trial.number.0)).collect();
    let label = format!("learning curves ({} by epoch) of {}", metric.label(), numbers.join(", "));
    let bands = if is_alone { "" } else { ", for validation rows" };
    let description = match inputs.board.folds().len() {
        1 => "The metric on one validation part and on its training rows, from epoch to epoch.".to_owned(),
        _ => format!("The mean over folds from epoch to epoch, in a band from the worst to the best fold{bands}."),
    };
    let height = legend.bottom() + (width.hundredths() * 11 / 20).clamp(5_000, 8_500);
    write(out, &about(inputs, &label, description), width, height, |sheet| {
        legend.draw(sheet)?;
        let panel = Panel::new(sheet, sheet.below(legend.bottom()), &x, &y)?;
        for (place, trial) in trials.iter().enumerate() {
            trial.draw_bands(sheet, &panel, place, is_alone)?;
        }
        // The first stays in sight where lines are one.
        let mut lines = trials.iter().enumerate().rev();
        lines.try_for_each(|(place, trial)| trial.draw_lines(sheet, &panel, place, trials.len()))
    })
}

impl ShownTrial<'_> {
    fn draw_bands(&self, sheet: &Sheet<'_>, panel: &Panel<'_>, place: usize, is_alone: bool) -> Drawn {
        let training = if is_alone { &self.training[..] } else { &[] };
        for points in [training, &self.validation] {
            if points.iter().any(|point| point.folds[0] != point.folds[1]) {
                let edges: Vec<_> = points.iter().map(|point| (f64::from(point.epoch), point.folds)).collect();
                panel.band(sheet, &edges, SERIES[place], if is_alone { 0.16 } else { 0.12 })?;
            }
        }
        Ok(())
    }

    fn draw_lines(&self, sheet: &Sheet<'_>, panel: &Panel<'_>, place: usize, trials: usize) -> Drawn {
        let (stroke, mark) = styles(place);
        let spots = |points: &[Point]| -> Vec<_> {
            points.iter().map(|point| panel.spot(f64::from(point.epoch), point.mean)).collect()
        };
        for (points, stroke, radius) in
            [(&self.training, training_stroke(SERIES[place]), 60), (&self.validation, stroke, 85)]
        {
            let spots = spots(points);
            sheet.line(&spots, stroke)?;
            // Of many epochs some have marks, at other ones for each trial.
            let every = spots.len().div_ceil(MARKED).max(1);
            let marked = spots.iter().skip(place * every / trials).step_by(every);
            marked.into_iter().try_for_each(|&spot| sheet.mark(mark, spot, radius, &SERIES[place]))?;
        }
        Ok(())
    }
}

fn styles(place: usize) -> (Stroke, Mark) {
    (Stroke::new(&SERIES[place], 60), MARKS[place % MARKS.len()])
}

fn training_stroke(colour: RGBColor) -> Stroke {
    Stroke::new(&colour, 40).dashed(Some((120, 80)))
}
