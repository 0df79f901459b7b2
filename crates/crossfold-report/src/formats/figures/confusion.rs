//! `figures/confusion_matrix.svg`: true classes by predicted ones, out of fold.

use std::io::{self, Write};

use crossfold_study::visible_line;
use plotters::style::WHITE;
use plotters::style::text_anchor::{HPos, VPos};

use super::palette::{FAINT, INK, SERIES, tinted};
use super::sheet::{LINE_HEIGHT, MARGIN, write};
use super::{about, chosen, figure, out_of_fold, text};
use crate::formats::figure::thousands;
use crate::formats::html::classes::{Classes, MOST_IN_MATRIX};
use crate::formats::html::document::has_classes;
use crate::formats::result_file::{ReportInputs, ResultFile};

pub(in crate::formats) const FILE: ResultFile =
    figure("figures/confusion_matrix.svg", |inputs| inputs.figures.is_some() && exists(inputs), write_confusion);

/// The greatest size of a cell: a matrix of few classes needs no more room.
const LARGEST_CELL: i32 = 1_600;

/// A cell that has room for the share below the number.
const ROOMY: i32 = 950;

/// The strength of a cell's colour where all of a class is in it, so that black text can be read on it.
const STRONGEST: f64 = 0.55;

fn exists(inputs: &ReportInputs<'_>) -> bool {
    (1..=MOST_IN_MATRIX).contains(&inputs.classes.len()) && out_of_fold(inputs).is_some_and(has_classes)
}

fn write_confusion(out: &mut dyn Write, inputs: &ReportInputs<'_>) -> io::Result<()> {
    let (Some(width), Some(view)) = (inputs.figures, out_of_fold(inputs)) else { return Ok(()) };
    let classes = Classes::new(view);
    let Some(confusion) = &classes.confusion else { return Ok(()) };
    let count = confusion.len() as i32;
    let most = width.hundredths() / 4;
    let shown = |name: &String| text::shortened(&visible_line(name), most);
    let names: Vec<String> = classes.names.iter().map(shown).collect();
    let widest = names.iter().map(|name| text::width(name)).max().unwrap_or(0);
    // To the left are the name of the axis and of the classes.
    let left = MARGIN + LINE_HEIGHT + 120 + widest + 120;
    let cell = ((width.hundredths() - left - MARGIN) / count).min(LARGEST_CELL);
    // Names that are wider than a cell are written upwards.
    let is_steep = widest > cell - 60;
    let top = MARGIN + LINE_HEIGHT + 120 + if is_steep { widest } else { LINE_HEIGHT } + 120;
    let height = top + cell * count + MARGIN;
    let left = left.max((width.hundredths() + left - MARGIN - cell * count) / 2);
    let right: u32 = classes.counts.iter().map(|(_, _, right)| right).sum();
    let share = f64::from(right) / classes.rows as f64;
    let label = format!(
        "confusion matrix: {} of {} validation rows are right ({})",
        thousands(u64::from(right)),
        thousands(classes.rows as u64),
        percent(share)
    );
    let description = format!(
        "Predictions of {} for rows that it was not trained on. Rows are true classes, columns predicted ones; shares are of \
         the row, and a stronger colour is a larger share.",
        chosen(inputs)
    );
    write(out, &about(inputs, &label, description), width, height, |sheet| {
        let middle = cell * count / 2;
        sheet.text("predicted class", (left + middle, MARGIN + LINE_HEIGHT / 2), (HPos::Center, VPos::Center), INK)?;
        let beside = left - 120 - widest - 120 - LINE_HEIGHT / 2;
        sheet.upwards("true class", (beside, top + middle), HPos::Center, INK)?;
        for (place, name) in (0..).zip(&names) {
            let along = place * cell + cell / 2;
            sheet.text(name, (left - 120, top + along), (HPos::Right, VPos::Center), INK)?;
            if is_steep {
                sheet.upwards(name, (left + along, top - 120), HPos::Left, INK)?;
            } else {
                sheet.text(name, (left + along, top - 120), (HPos::Center, VPos::Bottom), INK)?;
            }
        }
        for (truth, row) in (0..).zip(confusion) {
            let all: u32 = row.iter().sum();
            for (predicted, &rows) in (0..).zip(row) {
                let share = if all > 0 { f64::from(rows) / f64::from(all) } else { 0.0 };
                let colour = if truth == predicted { SERIES[0] } else { SERIES[1] };
                let corner = (left + predicted * cell, top + truth * cell);
                // Small shares of mistakes must be seen too: the root spreads them.
                let tint = tinted(colour, share.sqrt() * STRONGEST);
                let gap = 12;
                sheet.rectangle([corner, (corner.0 + cell, corner.1 + cell)], &FAINT)?;
                let inner = [(corner.0 + gap, corner.1 + gap), (corner.0 + cell - gap, corner.1 + cell - gap)];
                sheet.rectangle(inner, &if rows > 0 { tint } else { WHITE })?;
                if rows == 0 {
                    continue;
                }
                let (x, y) = (corner.0 + cell / 2, corner.1 + cell / 2);
                let (number, share) = (thousands(u64::from(rows)), percent(share));
                let has_share = cell >= ROOMY && text::width(&share) <= cell - 60;
                let lift = if has_share { LINE_HEIGHT / 2 - 20 } else { 0 };
                if text::width(&number) <= cell - 20 {
                    sheet.text(&number, (x, y - lift), (HPos::Center, VPos::Center), INK)?;
                }
                if has_share {
                    sheet.text(&share, (x, y + lift), (HPos::Center, VPos::Center), INK)?;
                }
            }
        }
        Ok(())
    })
}

/// A share with one decimal: `97.4 %`.
fn percent(share: f64) -> String {
    format!("{:.1}\u{a0}%", share * 100.0)
}
