//! What a gate comes to.

use serde::Serialize;

use crate::analysis::statistics::{Difference, ROUNDING, quantile};

/// Between which values a difference is with this probability: a loss as great as the lower one, or greater, is
/// excluded at 5 %.
pub(crate) const CONFIDENCE: f64 = 0.9;

/// How probable it is that what is proposed to settle a difference does.
const POWER: f64 = 0.8;

/// How what is new compares with what was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// That it is no better can be excluded.
    Better,
    /// That it is worse by more than the margin can be excluded.
    Equivalent,
    /// Neither can be excluded.
    Inconclusive,
    /// That it is as good can be excluded, and that it is worse by more than the margin can't.
    Worse,
    /// Where bits are asked for: all are the same.
    Identical,
    /// Where bits are asked for: some aren't.
    Differs,
}

impl Verdict {
    /// Of a difference of which greater is better, and where it may truly be; without that the margin alone decides.
    /// `score` is what is compared with.
    ///
    /// It is a test of non-inferiority, as the CONSORT statement describes them (Piaggio et al. 2012, "Reporting of
    /// noninferiority and equivalence randomized trials", JAMA 308, figure 1): what a gate must exclude is a loss of more
    /// than the margin. Whatever can't be excluded isn't thereby shown, so there is a verdict for not knowing.
    pub(crate) fn of(difference: f64, interval: Option<[f64; 2]>, margin: f64, score: f64) -> Verdict {
        let rounding = ROUNDING * score.abs().max(1.0);
        let bound = margin + rounding;
        match interval {
            Some([least, _]) if least > rounding => Verdict::Better,
            Some([least, _]) if least > -bound => Verdict::Equivalent,
            Some([_, most]) if most < -rounding => Verdict::Worse,
            Some(_) => Verdict::Inconclusive,
            None if difference > bound => Verdict::Better,
            None if difference >= -bound => Verdict::Equivalent,
            None => Verdict::Worse,
        }
    }

    /// The word for it, in text and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Better => "better",
            Verdict::Equivalent => "equivalent",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Worse => "worse",
            Verdict::Identical => "identical",
            Verdict::Differs => "differs",
        }
    }
}

/// What would settle a difference in 80 of 100 cases, if it truly is what it came to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Settles {
    /// So many times as many rows.
    pub rows: f64,
    /// So many repeats; `None` where none do, since rows stay what they are.
    pub repeats: Option<u32>,
}

impl Settles {
    /// To exclude, at a `level` of one side, a value that is `distance` away from the one found.
    ///
    /// `ratio` is of validation rows to training rows: what folds have in common doesn't shrink with repeats.
    pub(crate) fn find(
        difference: Difference,
        distance: f64,
        level: f64,
        ratio: f64,
        [folds, repeats]: [u32; 2],
    ) -> Option<Settles> {
        let needed = difference.reach(level) + quantile(POWER, f64::INFINITY) * difference.error();
        let rows = (needed / distance).powi(2);
        if !(rows.is_finite() && rows > 1.0) {
            return None;
        }
        // A variance is as 1 / folds + validation rows / training rows.
        let of_folds = 1.0 / f64::from(folds);
        let times = of_folds / ((of_folds + ratio) / rows - ratio);
        let repeats = (times * f64::from(repeats)).ceil();
        let can_repeat = folds > 1 && times > 0.0 && repeats <= f64::from(u16::MAX);
        Some(Settles { rows, repeats: can_repeat.then_some(repeats as u32) })
    }

    /// In words, of a study of so many rows.
    pub(crate) fn words(&self, rows: u64) -> String {
        let more = (self.rows - 1.0) * rows as f64;
        // Two digits are more than it is known by.
        let unit = 10_f64.powf((more.log10().floor() - 1.0).max(0.0));
        let more = (more / unit).ceil() * unit;
        match self.repeats {
            Some(repeats) => format!("about {more} rows more or {repeats} repeats"),
            None => format!("about {more} rows more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_what_can_be_excluded() {
        let check = |least: f64, most: f64, margin: f64, expected: Verdict| {
            let found = Verdict::of((least + most) / 2.0, Some([least, most]), margin, 0.9);
            assert_eq!(found, expected, "{least} to {most}, margin {margin}");
        };
        check(0.001, 0.003, 0.005, Verdict::Better);
        check(-0.004, 0.006, 0.005, Verdict::Equivalent);
        // Surely a loss, and surely a small one.
        check(-0.004, -0.001, 0.005, Verdict::Equivalent);
        check(-0.006, -0.001, 0.005, Verdict::Worse);
        check(-0.02, -0.01, 0.005, Verdict::Worse);
        check(-0.006, 0.001, 0.005, Verdict::Inconclusive);
        check(-0.006, 0.01, 0.005, Verdict::Inconclusive);
        check(0.0, 0.0, 0.0, Verdict::Equivalent);
        check(-0.001, 0.001, 0.0, Verdict::Inconclusive);
    }

    #[test]
    fn without_a_variance_the_margin_decides() {
        let check = |difference: f64, margin: f64, score: f64, expected: Verdict| {
            assert_eq!(Verdict::of(difference, None, margin, score), expected, "{difference}, margin {margin}");
        };
        check(0.05, 0.0, 0.9, Verdict::Better);
        check(0.001, 0.005, 0.9, Verdict::Equivalent);
        // 0.895 − 0.9 is a little below −0.005 in binary.
        check(0.895 - 0.9, 0.005, 0.9, Verdict::Equivalent);
        check(0.8949 - 0.9, 0.005, 0.9, Verdict::Worse);
        // 50000.3 − 50000 is 3·10⁻¹² above 0.3 in binary: large scores are rounded more.
        check(5e4 - 50_000.3, 0.3, 5e4, Verdict::Equivalent);
        check(5e4 - 50_000.300_1, 0.3, 5e4, Verdict::Worse);
    }

    /// (1.6449 + 0.8416)² = 6.18 times the variance of a normal difference that is one standard error away.
    #[test]
    fn what_would_settle_it_follows_from_the_standard_error() {
        let difference = Difference::normal(0.0, 0.01);
        let settles = Settles::find(difference, 0.01, 0.05, 0.0, [5, 1]).unwrap();
        assert!((settles.rows - 6.1826).abs() < 1e-4, "{settles:?}");
        assert_eq!(settles.repeats, Some(7));
        assert_eq!(settles.words(1000), "about 5200 rows more or 7 repeats");
        // Rows that all repeats share: 0.2 / (0.45 / 1.2365 − 0.25) = 1.755 times as many.
        let near = Settles::find(difference, 0.02236, 0.05, 0.25, [5, 1]).unwrap();
        assert_eq!(near.repeats, Some(2));
        let far = Settles::find(difference, 0.01, 0.05, 0.25, [5, 1]).unwrap();
        assert_eq!((far.repeats, far.words(10).as_str()), (None, "about 52 rows more"));
        assert_eq!(Settles::find(difference, 0.0, 0.05, 0.0, [5, 1]), None);
        assert_eq!(Settles::find(difference, 0.01, 0.05, 0.0, [1, 1]).unwrap().repeats, None);
    }
}
