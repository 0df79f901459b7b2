//! `figures/confusion_matrix.svg`: true classes by predicted ones, out of fold.

use std::io::{self, Write};

use crossfold_network::thousands;
use crossfold_study::visible_line;
use plotters::style::WHITE;
use plotters::style::text_anchor::{HPos, VPos};

use super::palette::{FAINT, INK, SERIES, tinted};
use super::sheet::{LINE_HEIGHT, MARGIN, write};
use super::{about, chosen, figure, out_of_fold, text};
use crate::formats::html::classes::{Classes, MOST_IN_MATRIX};
use crate::formats::html::document::has_classes;
use crate::formats::result_file::{ReportInputs, ResultFile};

pub(in crate::formats) const FILE: ResultFile =
    figure("figures/confusion_matrix.svg", |inputs| inputs.figures.is_some() && exists(inputs), write_confusion);

/// The greatest size of a cell: a matrix of few classes needs no more room.
const LARGEST_CELL: i32 = 1_600;

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
    let contents = Contents::that_fit(cell, confusion.iter().flatten().copied().max().unwrap_or(0));
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
         the row, and a stronger colour is a larger share.{}",
        chosen(inputs),
        if contents == Contents::Share { " Numbers are percent of the row." } else { "" }
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
                let lines = contents.lines(rows, share);
                let lift = (lines.len() as i32 - 1) * (LINE_HEIGHT / 2 - 20);
                for (place, line) in (0..).zip(&lines) {
                    let y = y - lift + 2 * place * lift;
                    sheet.text(line, (x, y), (HPos::Center, VPos::Center), INK)?;
                }
            }
        }
        Ok(())
    })
}

/// What is written into cells, which all have the same size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Contents {
    /// The number of rows, and below it their share of the class.
    NumberAndShare,
    Number,
    /// Without separators of thousands.
    Digits,
    /// The share of the class in percent.
    Share,
}

impl Contents {
    /// What cells of this size have room for, where this is the greatest number.
    fn that_fit(cell: i32, greatest: u32) -> Contents {
        let (number, room) = (thousands(u64::from(greatest)), cell - 40);
        let is_roomy = 2 * LINE_HEIGHT <= room && text::width("100.0 %") <= room;
        match text::width(&number) <= room {
            true if is_roomy => Contents::NumberAndShare,
            true => Contents::Number,
            false if text::width(&greatest.to_string()) <= room => Contents::Digits,
            false => Contents::Share,
        }
    }

    fn lines(self, rows: u32, share: f64) -> Vec<String> {
        match self {
            Contents::NumberAndShare => vec![thousands(u64::from(rows)), percent(share)],
            Contents::Number => vec![thousands(u64::from(rows))],
            Contents::Digits => vec![rows.to_string()],
            Contents::Share => vec![format!("{:.0}", share * 100.0)],
        }
    }
}

/// A share with one decimal: `97.4 %`.
fn percent(share: f64) -> String {
    format!("{:.1}\u{a0}%", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Digits are about 1.6 mm wide, and a line of text is 4.2 mm high.
    #[test]
    fn all_cells_say_the_same_as_far_as_there_is_room() {
        assert_eq!(Contents::that_fit(1600, 1_099), Contents::NumberAndShare);
        assert_eq!(Contents::that_fit(800, 1_099), Contents::Number);
        assert_eq!(Contents::that_fit(720, 1_099), Contents::Digits);
        assert_eq!(Contents::that_fit(400, 1_099), Contents::Share);
        assert_eq!(Contents::NumberAndShare.lines(1_099, 0.978), ["1,099", "97.8\u{a0}%"]);
        assert_eq!([Contents::Digits, Contents::Share].map(|one| one.lines(1_099, 0.978)), [["1099"], ["98"]]);
    }
}
