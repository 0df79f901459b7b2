//! A coordinate system on a sheet: two axes and what is drawn between them.

use std::ops::Range;

use crossfold_study::visible_line;
use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::ranged1d::{KeyPointHint, KeyPointWeight, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::prelude::SVGBackend;
use plotters::style::{Color, RGBColor, TRANSPARENT};

use super::axis::Axis;
use super::palette::{FAINT, INK, LINE, MUTED};
use super::sheet::{Fault, Frame, LINE_HEIGHT, LOWERED, Sheet, Spot, Stroke, plain, style};
use super::text;

pub(super) struct Panel<'a> {
    chart: ChartContext<'a, SVGBackend<'a>, Cartesian2d<Axis, Axis>>,
    x: [f64; 2],
    y: [f64; 2],
}

/// The length of ticks; their labels are twice as far from the axis.
const TICK: i32 = 70;

/// The height of what is below a panel: the labels of its axis and its name.
pub(super) fn height_of_labels(axis: &Axis) -> i32 {
    2 * TICK + if axis.name.is_empty() { LINE_HEIGHT } else { 2 * LINE_HEIGHT - 90 }
}

/// The width of what is beside a panel.
pub(super) fn width_of_labels(axis: &Axis) -> i32 {
    let widest = axis.ticks.iter().map(|tick| text::width(&tick.label)).max().unwrap_or(0);
    2 * TICK + widest + 60 + if axis.name.is_empty() { 0 } else { LINE_HEIGHT + 20 }
}

/// The width of what is to the right of a panel: half of a label at the end of the axis.
pub(super) fn width_beyond(x: &Axis) -> i32 {
    let last = x.ticks.iter().filter(|tick| tick.value > x.low + 0.9 * (x.high - x.low));
    last.map(|tick| text::width(&tick.label) / 2).max().unwrap_or(0).max(40)
}

impl<'a> Panel<'a> {
    /// Draws the axes; `frame` has their labels as well.
    pub(super) fn new(sheet: &Sheet<'a>, frame: Frame, x: &Axis, y: &Axis) -> Result<Panel<'a>, Fault> {
        Panel::with_margins(sheet, frame, x, y, [width_of_labels(y), width_beyond(x)])
    }

    /// As [`Panel::new`], with a given room to the left and to the right, so that panels above each other are aligned.
    pub(super) fn with_margins(
        sheet: &Sheet<'a>,
        frame: Frame,
        x: &Axis,
        y: &Axis,
        [left, right]: [i32; 2],
    ) -> Result<Panel<'a>, Fault> {
        let area = sheet.area.clone().shrink((frame.left, frame.top), (frame.width, frame.height));
        let mut chart = ChartBuilder::on(&area)
            .margin_right(right)
            .margin_top(LINE_HEIGHT / 3)
            .x_label_area_size(height_of_labels(x))
            .y_label_area_size(left)
            .build_cartesian_2d(x.clone(), y.clone())?;
        let mut mesh = chart.configure_mesh();
        mesh.bold_line_style(Stroke::new(&FAINT, 15).shape())
            .light_line_style(TRANSPARENT)
            .axis_style(Stroke::new(&LINE, 25).shape())
            .set_all_tick_mark_size(TICK)
            .y_label_offset(LOWERED)
            .label_style(style(MUTED))
            .axis_desc_style(plain())
            .x_desc(&x.name)
            .y_desc(&y.name);
        // Names are read, numbers looked up.
        if y.name.is_empty() {
            mesh.y_label_style(style(INK));
        }
        if !x.is_ruled {
            mesh.disable_x_mesh();
        }
        if !y.is_ruled {
            mesh.disable_y_mesh();
        }
        mesh.draw()?;
        Ok(Panel { chart, x: [x.low, x.high], y: [y.low, y.high] })
    }

    /// Where a point is on the sheet.
    pub(super) fn spot(&self, x: f64, y: f64) -> Spot {
        self.chart.backend_coord(&(x, y))
    }

    /// A straight line across the panel at a value of the level axis.
    pub(super) fn upright(&self, sheet: &Sheet<'_>, x: f64, stroke: Stroke) -> Result<(), Fault> {
        sheet.line(&[self.spot(x, self.y[1]), self.spot(x, self.y[0])], stroke)
    }

    /// A straight line across the panel at a value of the upright axis.
    pub(super) fn level(&self, sheet: &Sheet<'_>, y: f64, stroke: Stroke) -> Result<(), Fault> {
        sheet.line(&[self.spot(self.x[0], y), self.spot(self.x[1], y)], stroke)
    }

    /// The line of equal values, as far as it is in the panel.
    pub(super) fn diagonal(&self, sheet: &Sheet<'_>, stroke: Stroke) -> Result<(), Fault> {
        let (low, high) = (self.x[0].max(self.y[0]), self.x[1].min(self.y[1]));
        if low >= high {
            return Ok(());
        }
        sheet.line(&[self.spot(low, low), self.spot(high, high)], stroke)
    }

    /// The area between two lines.
    pub(super) fn band(
        &self,
        sheet: &Sheet<'_>,
        points: &[(f64, [f64; 2])],
        colour: RGBColor,
        opacity: f64,
    ) -> Result<(), Fault> {
        let low = points.iter().map(|&(x, [low, _])| self.spot(x, low));
        let high = points.iter().rev().map(|&(x, [_, high])| self.spot(x, high));
        let edge: Vec<Spot> = low.chain(high).collect();
        sheet.polygon(&edge, &colour.mix(opacity))
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        let share = (value - self.low) / (self.high - self.low);
        // A value far outside is nowhere near the sheet.
        from + (f64::from(to - from) * share.clamp(-1.0, 2.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        match hint.weight() {
            KeyPointWeight::Bold => self.ticks.iter().map(|tick| tick.value).collect(),
            KeyPointWeight::Any => Vec::new(),
        }
    }

    fn range(&self) -> Range<f64> {
        self.low..self.high
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, value: &f64) -> String {
        self.ticks
            .iter()
            .find(|tick| tick.value == *value)
            .map_or_else(String::new, |tick| visible_line(&tick.label).into_owned())
    }
}
