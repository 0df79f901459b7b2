//! `figures/calibration.svg`: how often predictions are right, by how probable they were.

use std::io::{self, Write};

use crossfold_network::counted;

use super::axis::Axis;
use super::legend::{Legend, Sample};
use super::palette::{INK, MUTED, SERIES};
use super::panel::{Panel, height_of_labels, width_beyond, width_of_labels};
use super::sheet::{Frame, MARGIN, Mark, Stroke, write};
use super::{about, chosen, figure, out_of_fold};
use crate::formats::html::classes::Classes;
use crate::formats::html::classes::calibration::Bin;
use crate::formats::html::document::has_classes;
use crate::formats::result_file::{ReportInputs, ResultFile};

pub(in crate::formats) const FILE: ResultFile =
    figure("figures/calibration.svg", |inputs| inputs.figures.is_some() && exists(inputs), write_calibration);

/// The least rows of a bin whose share says something.
const ENOUGH: u32 = 10;

/// The greatest width of the diagram, and the height of the numbers of rows below it.
const WIDEST: i32 = 11_000;
const ROWS_HEIGHT: i32 = 1_800;

fn exists(inputs: &ReportInputs<'_>) -> bool {
    !inputs.classes.is_empty() && out_of_fold(inputs).is_some_and(has_classes)
}

fn write_calibration(out: &mut dyn Write, inputs: &ReportInputs<'_>) -> io::Result<()> {
    let (Some(width), Some(view)) = (inputs.figures, out_of_fold(inputs)) else { return Ok(()) };
    let calibration = Classes::new(view).calibration;
    let count = calibration.bins.len() as f64;
    let known: Vec<(f64, &Bin)> = (0..).map(f64::from).zip(&calibration.bins).filter(|(_, bin)| bin.rows > 0).collect();
    let x = Axis::shares("probability of the predicted class");
    let y = Axis::shares("share correct");
    let most = known.iter().map(|(_, bin)| bin.rows).max().unwrap_or(1);
    let x_of_rows = Axis { name: String::new(), ticks: Vec::new(), ..x.clone() };
    let y_of_rows = Axis::numbers([0.0, f64::from(most) * 1.05], 2, "rows");
    let has_few = known.iter().any(|(_, bin)| bin.rows < ENOUGH);
    let line = Stroke::new(&SERIES[0], 50);
    let perfect = Stroke::new(&MUTED, 35).dashed(Some((150, 100)));
    let whisker = Stroke::new(&INK, 25);
    let mut entries = vec![(Sample::MarkedLine(line, Mark::Diamond, SERIES[0]), "predictions in a bin".to_owned())];
    if has_few {
        let label = format!("fewer than {ENOUGH} rows");
        entries.push((Sample::Mark(Mark::HollowDiamond, SERIES[0]), label));
    }
    entries.push((Sample::Whisker(whisker), "95 % interval".to_owned()));
    entries.push((Sample::Line(perfect), "perfect calibration".to_owned()));
    let legend = Legend::new(entries, width.hundredths());
    let labels = width_of_labels(&y).max(width_of_labels(&y_of_rows));
    let margins = [labels, width_beyond(&x)];
    let across = (width.hundredths() - 2 * MARGIN).min(WIDEST);
    let left = (width.hundredths() - across) / 2;
    // The diagram is about as high as it is wide.
    let tall = (across - labels) * 4 / 5 + height_of_labels(&x);
    let upper = Frame { left, top: legend.bottom(), width: across, height: tall };
    let lower = Frame { left, top: upper.top + tall + 100, width: across, height: ROWS_HEIGHT };
    let height = lower.top + lower.height + MARGIN - 200;
    let label = format!(
        "reliability diagram of {}: expected calibration error {:.4}",
        counted(known.iter().map(|(_, bin)| u64::from(bin.rows)).sum::<u64>(), "prediction"),
        calibration.error.0
    );
    let description = format!(
        "Share of correct predictions of {} for validation rows, by predicted probability, in {count} bins. On the dashed line \
         they are correct as often as predicted. The bars show how many rows a bin has.",
        chosen(inputs)
    );
    write(out, &about(inputs, &label, description), width, height, |sheet| {
        legend.draw(sheet)?;
        let panel = Panel::with_margins(sheet, upper, &x, &y, margins)?;
        panel.diagonal(sheet, perfect)?;
        let share = |bin: &Bin| f64::from(bin.right) / f64::from(bin.rows);
        let spots: Vec<_> = known.iter().map(|(_, bin)| panel.spot(bin.confidence.0, share(bin))).collect();
        for (_, bin) in &known {
            if let Some([low, high]) = bin.interval {
                let ends = [low, high].map(|end| panel.spot(bin.confidence.0, end.0));
                sheet.whisker(ends, 60, whisker)?;
            }
        }
        sheet.line(&spots, line)?;
        for ((_, bin), &spot) in known.iter().zip(&spots) {
            let mark = if bin.rows < ENOUGH { Mark::HollowDiamond } else { Mark::Diamond };
            sheet.mark(mark, spot, 90, &SERIES[0])?;
        }
        let panel = Panel::with_margins(sheet, lower, &x_of_rows, &y_of_rows, margins)?;
        known.iter().try_for_each(|&(place, bin)| {
            let (from, to) = (panel.spot(place / count, f64::from(bin.rows)), panel.spot((place + 1.0) / count, 0.0));
            sheet.rectangle([(from.0 + 15, from.1), (to.0 - 15, to.1)], &SERIES[0])
        })
    })
}
