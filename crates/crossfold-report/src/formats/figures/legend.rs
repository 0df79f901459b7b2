//! What marks and lines mean, in rows above a chart.

use plotters::style::RGBColor;
use plotters::style::text_anchor::{HPos, VPos};

use super::palette::INK;
use super::sheet::{Drawn, LINE_HEIGHT, MARGIN, Mark, Sheet, Stroke};
use super::text;

/// What is drawn before an entry's text.
#[derive(Clone, Copy)]
pub(super) enum Sample {
    Mark(Mark, RGBColor),
    Line(Stroke),
    MarkedLine(Stroke, Mark, RGBColor),
    Whisker(Stroke),
}

pub(super) struct Legend {
    rows: Vec<Vec<(Sample, String)>>,
}

/// The widths of lines and of marks.
const LINE: i32 = 750;
const MARK: i32 = 220;
const AFTER_SAMPLE: i32 = 120;
const BETWEEN: i32 = 400;
/// The radius of marks.
const RADIUS: i32 = 85;

impl Legend {
    /// A legend on a sheet of this width.
    pub(super) fn new(entries: Vec<(Sample, String)>, width: i32) -> Legend {
        let room = width - 2 * MARGIN;
        let (mut rows, mut used): (Vec<Vec<_>>, i32) = (Vec::new(), 0);
        for (sample, label) in entries {
            let label = text::shortened(&label, room - sample.width() - AFTER_SAMPLE);
            let wide = entry_width(sample, &label);
            match rows.last_mut() {
                Some(row) if used + BETWEEN + wide <= room => {
                    row.push((sample, label));
                    used += BETWEEN + wide;
                }
                _ => {
                    rows.push(vec![(sample, label)]);
                    used = wide;
                }
            }
        }
        Legend { rows }
    }

    /// How wide the text of an entry with a line can be.
    pub(super) fn room(width: i32) -> i32 {
        width - 2 * MARGIN - LINE - AFTER_SAMPLE
    }

    /// Where what is below it begins.
    pub(super) fn bottom(&self) -> i32 {
        match self.rows.len() as i32 {
            0 => MARGIN,
            rows => MARGIN + rows * LINE_HEIGHT + 120,
        }
    }

    pub(super) fn draw(&self, sheet: &Sheet<'_>) -> Drawn {
        let mut middle = MARGIN + LINE_HEIGHT / 2;
        for row in &self.rows {
            let mut left = MARGIN;
            for (sample, label) in row {
                sample.draw(sheet, left, middle)?;
                sheet.text(label, (left + sample.width() + AFTER_SAMPLE, middle), (HPos::Left, VPos::Center), INK)?;
                left += entry_width(*sample, label) + BETWEEN;
            }
            middle += LINE_HEIGHT;
        }
        Ok(())
    }
}

fn entry_width(sample: Sample, label: &str) -> i32 {
    sample.width() + AFTER_SAMPLE + text::width(label)
}

impl Sample {
    fn width(self) -> i32 {
        match self {
            Sample::Mark(..) => MARK,
            Sample::Line(_) | Sample::MarkedLine(..) | Sample::Whisker(_) => LINE,
        }
    }

    fn draw(self, sheet: &Sheet<'_>, left: i32, middle: i32) -> Drawn {
        let ends = [(left, middle), (left + self.width(), middle)];
        let centre = (left + self.width() / 2, middle);
        match self {
            Sample::Mark(mark, colour) => sheet.mark(mark, centre, RADIUS, &colour),
            Sample::Line(stroke) => sheet.line(&ends, stroke),
            Sample::MarkedLine(stroke, mark, colour) => {
                sheet.line(&ends, stroke)?;
                sheet.mark(mark, centre, RADIUS, &colour)
            }
            Sample::Whisker(stroke) => sheet.whisker(ends, 60, stroke),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_wrap_where_the_sheet_ends() {
        let entries = |labels: &[&str]| {
            labels.iter().map(|label| (Sample::Mark(Mark::Circle, INK), (*label).to_owned())).collect()
        };
        let rows = |labels: &[&str], width| Legend::new(entries(labels), width).rows.len();
        assert_eq!(rows(&["mean", "fold", "reference score"], 17_400), 1);
        assert_eq!(rows(&["mean", "fold", "reference score"], 4_000), 2);
        assert_eq!((rows(&[], 6_000), Legend::new(Vec::new(), 6_000).bottom()), (0, MARGIN));
        let long = "a name that is longer than the sheet is wide, which is cut".repeat(3);
        assert!(Legend::new(entries(&[&long]), 6_000).rows[0][0].1.ends_with('…'));
    }
}
