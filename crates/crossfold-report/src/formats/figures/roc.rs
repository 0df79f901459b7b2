//! `figures/roc.svg`: how many rows of a class are found, against how many others are taken for it.

use std::io::{self, Write};

use crossfold_study::visible_line;
use plotters::style::RGBColor;

use super::axis::Axis;
use super::legend::{Legend, Sample};
use super::palette::{MUTED, SERIES};
use super::panel::{Panel, height_of_labels, width_beyond, width_of_labels};
use super::sheet::{DASHES, Frame, LINE_HEIGHT, MARGIN, Stroke, write};
use super::{about, chosen, figure, out_of_fold};
use crate::formats::html::classes::Classes;
use crate::formats::html::document::has_classes;
use crate::formats::result_file::{ReportInputs, ResultFile};

pub(in crate::formats) const FILE: ResultFile =
    figure("figures/roc.svg", |inputs| inputs.figures.is_some() && exists(inputs), write_roc);

/// The greatest width of the diagram.
const WIDEST: i32 = 11_000;

fn exists(inputs: &ReportInputs<'_>) -> bool {
    out_of_fold(inputs).is_some_and(|view| has_classes(view) && !Classes::new(view).roc.is_empty())
}

fn write_roc(out: &mut dyn Write, inputs: &ReportInputs<'_>) -> io::Result<()> {
    let (Some(width), Some(view)) = (inputs.figures, out_of_fold(inputs)) else { return Ok(()) };
    let Classes { names, roc, areas, .. } = Classes::new(view);
    let entries = roc.iter().enumerate().map(|(place, curve)| {
        let name = visible_line(&names[curve.class as usize]).into_owned();
        (Sample::Line(stroke(place)), format!("{name} (area {:.4})", curve.area.0))
    });
    let legend = Legend::new(entries.collect(), width.hundredths());
    let across = (width.hundredths() - 2 * MARGIN).min(WIDEST);
    let x = Axis::shares("share of other rows taken for the class");
    let y = Axis::shares("share of its rows found");
    let tall = across - width_of_labels(&y) - width_beyond(&x) + height_of_labels(&x) + LINE_HEIGHT / 3;
    let left = (width.hundredths() - across) / 2;
    let frame = Frame { left, top: legend.bottom(), width: across, height: tall };
    let height = frame.top + tall + MARGIN;
    let label = match &roc[..] {
        [curve] => format!("ROC curve, area {:.4}", curve.area.0),
        curves => format!("ROC curves of {} classes, each against all others", curves.len()),
    };
    let known = areas.iter().flatten().count();
    let left_out = match known > roc.len() {
        true => format!(" The {} classes with the least area are drawn.", roc.len()),
        false => String::new(),
    };
    let description = format!(
        "Out-of-fold predictions of {}, on all validation rows together. Up and to the left is better; the dashed diagonal is \
         guessing.{left_out}",
        chosen(inputs)
    );
    write(out, &about(inputs, &label, description), width, height, |sheet| {
        legend.draw(sheet)?;
        let panel = Panel::new(sheet, frame, &x, &y)?;
        panel.diagonal(sheet, Stroke::new(&MUTED, 30).dashed(Some((100, 100))))?;
        roc.iter().enumerate().try_for_each(|(place, curve)| {
            let spots: Vec<_> = curve.points.iter().map(|(x, y)| panel.spot(x.0, y.0)).collect();
            sheet.line(&spots, stroke(place))
        })
    })
}

/// Neighbours differ in colour and dashes, and no two of a chart's curves have both in common.
fn stroke(place: usize) -> Stroke {
    let colour: RGBColor = SERIES[place % SERIES.len()];
    Stroke::new(&colour, 50).dashed(DASHES[(place + place / 12) % DASHES.len()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The page draws at most 20 curves.
    #[test]
    fn curves_differ_in_more_than_colour() {
        let style = |place: usize| (place % SERIES.len(), (place + place / 12) % DASHES.len());
        assert_eq!((0..20).map(style).collect::<BTreeSet<_>>().len(), 20);
    }
}
