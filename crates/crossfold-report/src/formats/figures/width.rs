//! The width of figures.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Hundredths of a millimetre: labels of 8 points don't fit into less than the least, and no page is wider than the most.
const LEAST: u32 = 6_000;
const MOST: u32 = 40_000;

/// The width of figures: 84 mm is one column of a journal, 174 mm two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FigureWidth {
    hundredths: u32,
}

/// A text that is no width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("expected millimetres from {} to {}: 84 is one column of a journal, 174 two", LEAST / 100, MOST / 100)]
pub struct FigureWidthError;

impl FigureWidth {
    /// In hundredths of a millimetre.
    pub(super) fn hundredths(self) -> i32 {
        self.hundredths as i32
    }
}

impl FromStr for FigureWidth {
    type Err = FigureWidthError;

    fn from_str(text: &str) -> Result<FigureWidth, FigureWidthError> {
        let millimetres: f64 = text.parse().map_err(|_| FigureWidthError)?;
        // NaN becomes 0.
        let hundredths = (millimetres * 100.0).round() as u32;
        if (LEAST..=MOST).contains(&hundredths) { Ok(FigureWidth { hundredths }) } else { Err(FigureWidthError) }
    }
}

impl fmt::Display for FigureWidth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}mm", f64::from(self.hundredths) / 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_widths_are_refused() {
        let read = |text: &str| text.parse::<FigureWidth>().map(|width| width.to_string());
        assert_eq!(read("174").unwrap(), "174mm");
        assert_eq!(read("88.9").unwrap(), "88.9mm");
        assert_eq!((read("60").unwrap(), read("400").unwrap()), ("60mm".to_owned(), "400mm".to_owned()));
        for text in ["59.9", "400.1", "0", "-174", "nan", "inf", "1e300", "17,4", "174mm", ""] {
            assert_eq!(read(text), Err(FigureWidthError), "{text}");
        }
        let message = "expected millimetres from 60 to 400: 84 is one column of a journal, 174 two";
        assert_eq!(FigureWidthError.to_string(), message);
    }
}
