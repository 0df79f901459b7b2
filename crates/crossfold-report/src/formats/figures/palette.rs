//! The colours of figures: those of the page in light colours.

use plotters::style::RGBColor;

pub(super) const INK: RGBColor = RGBColor(0x1c, 0x20, 0x24);
pub(super) const MUTED: RGBColor = RGBColor(0x59, 0x62, 0x6b);
pub(super) const LINE: RGBColor = RGBColor(0xcf, 0xd5, 0xda);
pub(super) const FAINT: RGBColor = RGBColor(0xe9, 0xec, 0xee);
pub(super) const BAD: RGBColor = RGBColor(0xa3, 0x26, 0x0c);

/// Of series, which differ by marker or dash as well. They are those of Okabe and Ito (2008), darkened.
pub(super) const SERIES: [RGBColor; 6] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xc2, 0x4e, 0x00),
    RGBColor(0x00, 0x80, 0x5d),
    RGBColor(0xa8, 0x44, 0x7f),
    RGBColor(0x8a, 0x65, 0x00),
    RGBColor(0x4b, 0x4b, 0x9e),
];

/// `colour` on white, from 0 (white) to 1 (the colour).
pub(super) fn tinted(colour: RGBColor, strength: f64) -> RGBColor {
    let part = |part: u8| (255.0 - (255.0 - f64::from(part)) * strength).round() as u8;
    RGBColor(part(colour.0), part(colour.1), part(colour.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_the_colours_of_the_page() {
        let (light, _) = include_str!("../../../assets/report.css").split_once("color-scheme: light").unwrap();
        let check = |name: &str, RGBColor(red, green, blue): RGBColor| {
            let rule = format!("--{name}: #{red:02x}{green:02x}{blue:02x};");
            assert!(light.contains(&rule), "{rule}");
        };
        check("ink", INK);
        check("muted", MUTED);
        check("line", LINE);
        check("faint", FAINT);
        check("bad", BAD);
        (1..).zip(SERIES).for_each(|(number, colour)| check(&format!("series-{number}"), colour));
    }

    #[test]
    fn a_tint_is_between_white_and_the_colour() {
        let tint = |strength| tinted(RGBColor(0, 100, 255), strength);
        assert_eq!(
            [tint(0.0), tint(0.5), tint(1.0)],
            [RGBColor(255, 255, 255), RGBColor(128, 178, 255), RGBColor(0, 100, 255)]
        );
    }
}
