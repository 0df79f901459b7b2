//! `figures/predicted.svg`: predicted numbers against true ones, and residuals, out of fold.

use std::io::{self, Write};

use crossfold_network::{counted, thousands};
use plotters::style::Color;

use super::axis::{Axis, extent};
use super::legend::{Legend, Sample};
use super::palette::{MUTED, SERIES};
use super::panel::Panel;
use super::sheet::{Fault, Frame, MARGIN, Mark, Sheet, Stroke, write};
use super::{about, chosen, figure, out_of_fold};
use crate::formats::html::document::has_classes;
use crate::formats::html::numbers::Numbers;
use crate::formats::result_file::{ReportInputs, ResultFile};

pub(in crate::formats) const FILE: ResultFile =
    figure("figures/predicted.svg", |inputs| inputs.figures.is_some() && exists(inputs), write_predicted);

/// A narrower sheet has both panels below each other.
const WIDE: i32 = 12_000;

fn exists(inputs: &ReportInputs<'_>) -> bool {
    out_of_fold(inputs).is_some_and(|view| !has_classes(view) && !Numbers::new(view).points.is_empty())
}

fn write_predicted(out: &mut dyn Write, inputs: &ReportInputs<'_>) -> io::Result<()> {
    let (Some(width), Some(view)) = (inputs.figures, out_of_fold(inputs)) else { return Ok(()) };
    let numbers = Numbers::new(view);
    let pairs: Vec<(f64, f64)> = numbers.points.iter().map(|(_, truth, predicted)| (truth.0, predicted.0)).collect();
    let residuals: Vec<(f64, f64)> = pairs.iter().map(|(truth, predicted)| (*predicted, truth - predicted)).collect();
    let exact = Stroke::new(&MUTED, 40).dashed(Some((150, 100)));
    let entries = vec![
        (Sample::Mark(Mark::Circle, SERIES[0]), "a validation row".to_owned()),
        (Sample::Line(exact), "exact predictions".to_owned()),
    ];
    let legend = Legend::new(entries, width.hundredths());
    let room = width.hundredths() - 2 * MARGIN;
    let (across, is_wide) = if width.hundredths() >= WIDE { ((room - 300) / 2, true) } else { (room, false) };
    let tall = (across * 9 / 10).min(9_000);
    let first = Frame { left: MARGIN, top: legend.bottom(), width: across, height: tall };
    let second = match is_wide {
        true => Frame { left: first.right() + 300, ..first },
        false => Frame { top: first.top + tall + 200, ..first },
    };
    let height = second.top + second.height + MARGIN;
    let thinned = match pairs.len() < numbers.rows {
        true => format!(" {} of {} are drawn.", thousands(pairs.len() as u64), counted(numbers.rows, "row")),
        false => String::new(),
    };
    let label =
        format!("predicted against true numbers, and residuals, of {}", counted(numbers.rows, "validation row"));
    let description =
        format!("Out-of-fold predictions of {}. On the dashed lines they are exact.{thinned}", chosen(inputs));
    write(out, &about(inputs, &label, description), width, height, |sheet| {
        legend.draw(sheet)?;
        let panel = cloud(sheet, first, &pairs, ["true", "predicted"])?;
        panel.diagonal(sheet, exact)?;
        let panel = cloud(sheet, second, &residuals, ["predicted", "true − predicted"])?;
        panel.level(sheet, 0.0, exact)
    })
}

/// A panel with a dot for each pair.
fn cloud<'a>(sheet: &Sheet<'a>, frame: Frame, pairs: &[(f64, f64)], [x, y]: [&str; 2]) -> Result<Panel<'a>, Fault> {
    let most = (frame.width / 1600) as usize;
    let x = Axis::numbers(extent(pairs.iter().map(|pair| pair.0), 0.04), most, x);
    let y = Axis::numbers(extent(pairs.iter().map(|pair| pair.1), 0.04), 6, y);
    let panel = Panel::new(sheet, frame, &x, &y)?;
    let radius = if pairs.len() > 500 { 35 } else { 55 };
    pairs.iter().try_for_each(|&(x, y)| sheet.mark(Mark::Circle, panel.spot(x, y), radius, &SERIES[0].mix(0.5)))?;
    Ok(panel)
}
