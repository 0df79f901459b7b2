//! Smooth clipping.

use serde::{Deserialize, Serialize};

/// x / √(1 + (x / bound)²), which is close to x near 0 and stays within ± `bound` (Holzmüller, Grinsztajn and Steinwart
/// 2024, arXiv 2407.04491, with a bound of 3).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Clip(#[serde(with = "crate::exact::number")] f64);

impl Clip {
    /// `bound` is positive.
    pub(super) fn new(bound: f64) -> Clip {
        Clip(bound)
    }

    pub(super) fn check(self) -> Result<(), &'static str> {
        if self.0 > 0.0 { Ok(()) } else { Err("`clip` is greater than 0") }
    }

    pub(super) fn apply(self, number: f64) -> f64 {
        // Beyond this many bounds, the result is the bound; squares of greater numbers might overflow.
        const FAR: f64 = 1e8;
        let share = (number / self.0).clamp(-FAR, FAR);
        self.0 * (share / (1.0 + share * share).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::tests::assert_near;

    /// Expected values are NumPy's: `x / numpy.sqrt(1 + (x / bound) ** 2)`.
    #[test]
    fn numbers_match_numpy() {
        for (bound, number, expected) in [
            (3.0, 0.0, 0.0),
            (3.0, -0.1, -0.09994449069791544),
            (3.0, 1.0, 0.9486832980505138),
            (3.0, 3.0, 2.1213203435596424),
            (3.0, -50.0, -2.9946145363973353),
            (0.5, 2.5, 0.4902903378454601),
            (10.0, 1000000.0, 9.9999999995),
        ] {
            assert_near(Clip::new(bound).apply(number), expected, &(bound, number));
        }
    }

    #[test]
    fn extreme_numbers_become_the_bound() {
        for bound in [f64::MIN_POSITIVE, 0.5, 3.0, f64::MAX] {
            assert_eq!(Clip::new(bound).apply(0.0), 0.0);
            if bound < 1e300 {
                assert_eq!([f64::MAX, -f64::MAX].map(|number| Clip::new(bound).apply(number)), [bound, -bound]);
            }
        }
    }
}
