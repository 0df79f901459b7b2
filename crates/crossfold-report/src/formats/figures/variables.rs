//! `figures/variables.svg`: which columns of the table matter.

use std::io::{self, Write};

use crossfold_network::counted;
use crossfold_study::visible_line;
use plotters::style::RGBColor;

use super::axis::{Axis, extent};
use super::legend::{Legend, Sample};
use super::palette::{INK, LINE, MUTED, SERIES, tinted};
use super::panel::{Panel, height_of_labels, width_of_labels};
use super::sheet::{MARGIN, Mark, Stroke, write};
use super::{about, chosen, figure, text};
use crate::analysis::variables::Variable;
use crate::formats::result_file::{ReportInputs, ResultFile};

pub(in crate::formats) const FILE: ResultFile =
    figure("figures/variables.svg", |inputs| inputs.figures.is_some() && !drawn(inputs).is_empty(), write_variables);

/// The most columns drawn.
const MOST: usize = 30;

/// The height of a column's line.
const LINE_OF_COLUMN: i32 = 440;

struct Bar<'a> {
    name: &'a str,
    mean: f64,
    interval: Option<[f64; 2]>,
    is_measurable: bool,
}

fn drawn<'a>(inputs: &ReportInputs<'a>) -> Vec<Bar<'a>> {
    let ranked = inputs.variables.map_or(Vec::new(), |variables| variables.ranked());
    let bar = |variable: &Variable<'a>| {
        let loss = variable.losses[0];
        let (mean, interval) = (loss.mean?, loss.interval);
        let is_measurable = loss.is_measurable().unwrap_or(mean > 0.0);
        Some(Bar { name: variable.column, mean, interval, is_measurable })
    };
    ranked.iter().filter_map(bar).take(MOST).collect()
}

fn write_variables(out: &mut dyn Write, inputs: &ReportInputs<'_>) -> io::Result<()> {
    let (Some(width), Some(variables)) = (inputs.figures, inputs.variables) else { return Ok(()) };
    let bars = drawn(inputs);
    let metric = variables.metrics[0];
    let ends = bars.iter().flat_map(|bar| bar.interval.unwrap_or([bar.mean; 2]));
    let [least, most] = extent(ends, 0.04);
    let most = if most > 0.0 { most } else { 1.0 };
    let room = width.hundredths() * 2 / 5;
    let names = bars.iter().map(|bar| text::shortened(&visible_line(bar.name), room));
    let y = Axis::names(names.collect());
    let ticks = ((width.hundredths() - width_of_labels(&y)) / 1200).max(4) as usize;
    let x = Axis::numbers([least.min(0.0), most], ticks, format!("importance ({} lost)", metric.label()));
    let whisker = Stroke::new(&INK, 25);
    let mut entries = vec![(Sample::Mark(Mark::Square, SERIES[0]), "measurable".to_owned())];
    if bars.iter().any(|bar| !bar.is_measurable) {
        entries.push((Sample::Mark(Mark::Square, weak()), "not measurable".to_owned()));
    }
    if bars.iter().any(|bar| bar.interval.is_some()) {
        entries.push((Sample::Whisker(whisker), "95 % interval".to_owned()));
    }
    let legend = Legend::new(entries, width.hundredths());
    let height = legend.bottom() + bars.len() as i32 * LINE_OF_COLUMN + height_of_labels(&x) + 2 * MARGIN;
    let label = format!("how much worse the {} is with each column shuffled", metric.label());
    let times = counted(variables.repetitions as usize, "time");
    let left_out = match variables.columns.len() - bars.len() {
        0 => String::new(),
        _ => format!(" The first {} of {} are drawn.", bars.len(), counted(variables.columns.len(), "column")),
    };
    let description = format!(
        "Permutation importance: what the score of {} on validation rows loses with the values of a column shuffled, {times} \
         on each fold, in the mean over folds. A grey bar's interval reaches 0.{left_out}",
        chosen(inputs)
    );
    write(out, &about(inputs, &label, description), width, height, |sheet| {
        legend.draw(sheet)?;
        let panel = Panel::new(sheet, sheet.below(legend.bottom()), &x, &y)?;
        for (place, bar) in (0..).zip(&bars) {
            let y = -f64::from(place);
            let colour = if bar.is_measurable { SERIES[0] } else { weak() };
            let [from, to] = [0.0_f64.min(bar.mean), 0.0_f64.max(bar.mean)];
            sheet.rectangle([panel.spot(from, y + 0.28), panel.spot(to, y - 0.28)], &colour)?;
            if let Some(interval) = bar.interval {
                sheet.whisker(interval.map(|end| panel.spot(end, y)), 70, whisker)?;
            }
        }
        panel.upright(sheet, 0.0, Stroke::new(&LINE, 25))
    })
}

/// The colour of a bar that isn't measurable, which is lighter in print as well.
fn weak() -> RGBColor {
    tinted(MUTED, 0.5)
}
