//! What a figure is drawn on: an SVG document of a given width in millimetres, with a title, on white.
//!
//! Coordinates are whole hundredths of a millimetre from the upper left corner, since plotters has whole coordinates. Text is
//! text, in a sans-serif font of 8 points; control and bidirectional characters in it are shown as escapes.

use std::io::{self, Write};

use crossfold_study::visible_line;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::element::{Circle, DashedPathElement, PathElement, Polygon, Rectangle};
use plotters::prelude::{IntoDrawingArea, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontTransform, IntoFont, RGBAColor, RGBColor, ShapeStyle, TextStyle, WHITE};

use super::palette::INK;
use super::width::FigureWidth;
use crate::formats::xml;

/// The size of text: 8 points of 1/72 inch, in hundredths of a millimetre.
pub(super) const TEXT_SIZE: f64 = 282.0;
/// The height of a line of text, in hundredths of a millimetre.
pub(super) const LINE_HEIGHT: i32 = 420;

/// How much lower than a spot plotters' "middle" of a text is to be, so that it is the middle of its capitals.
pub(super) const LOWERED: i32 = 28;

const FAMILY: &str = "Arial, Helvetica, sans-serif";

/// plotters writes sizes of text divided by this.
const PLOTTERS_SCALE: f64 = 1.24;

/// The least distance of a drawing from the edges.
pub(super) const MARGIN: i32 = 150;

pub(super) type Spot = (i32, i32);

/// Why a figure can't be drawn; on a text in memory it always can.
pub(super) type Fault = DrawingAreaErrorKind<io::Error>;
pub(super) type Drawn = Result<(), Fault>;

/// What a figure shows.
pub(super) struct About {
    /// Its title: the study and what is drawn of it.
    pub(super) title: String,
    /// What a caption should say.
    pub(super) description: String,
}

pub(super) struct Sheet<'a> {
    pub(super) area: DrawingArea<SVGBackend<'a>, Shift>,
    pub(super) width: i32,
    pub(super) height: i32,
}

/// A rectangle within a sheet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

/// How a line is drawn.
#[derive(Clone, Copy)]
pub(super) struct Stroke {
    colour: RGBAColor,
    width: u32,
    /// The lengths of dashes and of gaps.
    dashes: Option<(i32, i32)>,
}

/// What distinguishes lines of equal colour.
pub(super) const DASHES: [Option<(i32, i32)>; 4] = [None, Some((180, 90)), Some((80, 70)), Some((30, 60))];

/// The mark of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Circle,
    Square,
    Diamond,
    Triangle,
    /// A triangle that points out of the chart, at an edge.
    Outwards(Edge),
    Cross,
    HollowCircle,
    HollowDiamond,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    Left,
    Right,
    Top,
    Bottom,
}

/// Marks that distinguish series without colour.
pub(super) const MARKS: [Mark; 4] = [Mark::Circle, Mark::Square, Mark::Triangle, Mark::Diamond];

/// Writes a figure of this height, drawn by `draw`.
pub(super) fn write(
    out: &mut dyn Write,
    about: &About,
    width: FigureWidth,
    height: i32,
    draw: impl FnOnce(&Sheet<'_>) -> Drawn,
) -> io::Result<()> {
    let (across, down) = (width.hundredths(), height);
    let mut drawing = String::new();
    {
        let area = SVGBackend::with_string(&mut drawing, (across as u32, down as u32)).into_drawing_area();
        let sheet = Sheet { area, width: across, height: down };
        let drawn = sheet.area.fill(&WHITE).and_then(|()| draw(&sheet)).and_then(|()| sheet.area.present());
        drawn.map_err(io::Error::other)?;
    }
    // plotters' own root element has no unit and no title.
    let (_, drawing) = drawing.split_once('\n').expect("the root element ends its line");
    let [title, description] = [&about.title, &about.description].map(|text| xml::escaped(&visible_line(text)));
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{}mm" viewBox="0 0 {across} {down}">"#,
        f64::from(down) / 100.0
    )?;
    writeln!(out, "<title>{title}</title>")?;
    if !description.is_empty() {
        writeln!(out, "<desc>{description}</desc>")?;
    }
    out.write_all(drawing.as_bytes())
}

impl Stroke {
    pub(super) fn new(colour: &impl Color, width: u32) -> Stroke {
        Stroke { colour: colour.to_rgba(), width, dashes: None }
    }

    pub(super) fn dashed(self, dashes: Option<(i32, i32)>) -> Stroke {
        Stroke { dashes, ..self }
    }

    pub(super) fn shape(&self) -> ShapeStyle {
        ShapeStyle { color: self.colour, filled: false, stroke_width: self.width }
    }
}

impl Frame {
    pub(super) fn right(&self) -> i32 {
        self.left + self.width
    }
}

impl Sheet<'_> {
    /// All of the sheet below `top` but for its margins.
    pub(super) fn below(&self, top: i32) -> Frame {
        Frame { left: MARGIN, top, width: self.width - 2 * MARGIN, height: self.height - top - MARGIN }
    }

    pub(super) fn line(&self, spots: &[Spot], stroke: Stroke) -> Drawn {
        match stroke.dashes {
            None => self.area.draw(&PathElement::new(spots.to_vec(), stroke.shape())),
            Some((dash, gap)) => {
                self.area.draw(&DashedPathElement::new(spots.iter().copied(), dash, gap, stroke.shape()))
            }
        }
    }

    pub(super) fn polygon(&self, spots: &[Spot], colour: &impl Color) -> Drawn {
        self.area.draw(&Polygon::new(spots.to_vec(), colour.filled()))
    }

    pub(super) fn rectangle(&self, [from, to]: [Spot; 2], colour: &impl Color) -> Drawn {
        self.area.draw(&Rectangle::new([from, to], colour.filled()))
    }

    /// Text that begins, ends or has its middle at `spot`, by `across` and `down`.
    pub(super) fn text(&self, text: &str, (x, y): Spot, (across, down): (HPos, VPos), colour: RGBColor) -> Drawn {
        let y = if matches!(down, VPos::Center) { y + LOWERED } else { y };
        self.area.draw_text(&visible_line(text), &style(colour).pos(Pos::new(across, down)), (x, y))
    }

    /// Text that is read from the bottom up, centred on `spot` across its direction.
    pub(super) fn upwards(&self, text: &str, spot: Spot, along: HPos, colour: RGBColor) -> Drawn {
        let style = style(colour).transform(FontTransform::Rotate270).pos(Pos::new(along, VPos::Center));
        self.area.draw_text(&visible_line(text), &style, spot)
    }

    /// A mark of this radius.
    pub(super) fn mark(&self, mark: Mark, (x, y): Spot, radius: i32, colour: &impl Color) -> Drawn {
        // Marks of equal radius are about equally large.
        let wide = |factor: f64| (f64::from(radius) * factor).round() as i32;
        let corners =
            |corners: &[(i32, i32)]| -> Vec<Spot> { corners.iter().map(|(dx, dy)| (x + dx, y + dy)).collect() };
        let outline = Stroke::new(colour, 25);
        let closed = |corners: &[Spot]| [corners, &corners[..1]].concat();
        let (square, diamond, tip) = (wide(0.9), wide(1.35), wide(1.25));
        let diamond = corners(&[(0, -diamond), (diamond, 0), (0, diamond), (-diamond, 0)]);
        match mark {
            Mark::Circle => self.area.draw(&Circle::new((x, y), radius, colour.filled())),
            Mark::HollowCircle => {
                self.area.draw(&Circle::new((x, y), radius, WHITE.filled()))?;
                self.area.draw(&Circle::new((x, y), radius, outline.shape()))
            }
            Mark::Square => self.rectangle([(x - square, y - square), (x + square, y + square)], colour),
            Mark::Diamond => self.polygon(&diamond, colour),
            Mark::HollowDiamond => {
                self.polygon(&diamond, &WHITE)?;
                self.line(&closed(&diamond), outline)
            }
            Mark::Triangle | Mark::Outwards(Edge::Top) => {
                self.polygon(&corners(&[(0, -tip), (tip, tip), (-tip, tip)]), colour)
            }
            Mark::Outwards(Edge::Bottom) => self.polygon(&corners(&[(0, tip), (tip, -tip), (-tip, -tip)]), colour),
            Mark::Outwards(Edge::Left) => self.polygon(&corners(&[(-tip, 0), (tip, -tip), (tip, tip)]), colour),
            Mark::Outwards(Edge::Right) => self.polygon(&corners(&[(tip, 0), (-tip, -tip), (-tip, tip)]), colour),
            Mark::Cross => {
                let stroke = Stroke::new(colour, 40);
                self.line(&[(x - radius, y - radius), (x + radius, y + radius)], stroke)?;
                self.line(&[(x - radius, y + radius), (x + radius, y - radius)], stroke)
            }
        }
    }

    /// A line with a cap at both ends, along an axis.
    pub(super) fn whisker(&self, [from, to]: [Spot; 2], cap: i32, stroke: Stroke) -> Drawn {
        let across = if from.1 == to.1 { (0, cap) } else { (cap, 0) };
        self.line(&[from, to], stroke)?;
        [from, to]
            .into_iter()
            .try_for_each(|(x, y)| self.line(&[(x - across.0, y - across.1), (x + across.0, y + across.1)], stroke))
    }
}

/// The style of all text.
pub(super) fn style(colour: RGBColor) -> TextStyle<'static> {
    let font = (FAMILY, TEXT_SIZE * PLOTTERS_SCALE).into_font();
    TextStyle { color: colour.to_backend_color(), ..TextStyle::from(font) }
}

/// The style of text that isn't secondary.
pub(super) fn plain() -> TextStyle<'static> {
    style(INK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_has_a_size_a_title_and_no_markup_of_others() {
        let about = About { title: "a<b>\u{202e}: x".to_owned(), description: "\u{1b}[1m & \"".to_owned() };
        let mut svg = Vec::new();
        let draw = |sheet: &Sheet<'_>| sheet.text("<i>\u{7}&'", (100, 200), (HPos::Left, VPos::Top), INK);
        write(&mut svg, &about, "84.5".parse().unwrap(), 4050, draw).unwrap();
        let svg = String::from_utf8(svg).unwrap();
        let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"84.5mm\" \
                    height=\"40.5mm\" viewBox=\"0 0 8450 4050\">\n<title>a&lt;b&gt;\\u{202e}: x</title>\n\
                    <desc>\\u{1b}[1m &amp; &quot;</desc>\n";
        assert!(svg.starts_with(head), "{svg}");
        assert!(svg.contains("\n&lt;i&gt;\\u{7}&amp;&apos;\n</text>"), "{svg}");
        assert!(svg.contains("font-family=\"Arial, Helvetica, sans-serif\" font-size=\"282\""), "{svg}");
        assert!(svg.ends_with("</svg>\n"), "{svg}");
    }
}
