//! A gate's verdict.

use serde::Serialize;

use crate::analysis::statistics::ROUNDING;

/// The confidence level of a gate's two-sided interval: a loss as large as its lower end, or larger, is excluded at 5 %.
pub(crate) const CONFIDENCE: f64 = 0.9;

/// How a retrained network compares with its baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GateVerdict {
    /// A score no better than the baseline's is excluded.
    Better,
    /// A loss larger than the margin is excluded.
    Equivalent,
    /// Neither equivalence nor a loss is excluded.
    Inconclusive,
    /// A score as good as the baseline's is excluded, and a loss larger than the margin is not.
    Worse,
    /// In an exact gate, all bits are the same.
    Identical,
    /// In an exact gate, some bits are not.
    Differs,
}

impl GateVerdict {
    /// The verdict on a `difference`, of which greater is better, given its confidence `interval`. Without an interval
    /// the margin alone decides. `score` is the baseline's, which rounding is relative to.
    ///
    /// This is a test of non-inferiority as the CONSORT statement describes it (Piaggio et al. 2012, "Reporting of
    /// noninferiority and equivalence randomized trials", JAMA 308, figure 1): a gate must exclude a loss larger than the
    /// margin. Failing to exclude something does not show it, hence [`GateVerdict::Inconclusive`].
    pub(crate) fn decide(difference: f64, interval: Option<[f64; 2]>, margin: f64, score: f64) -> GateVerdict {
        let rounding = ROUNDING * score.abs().max(1.0);
        let bound = margin + rounding;
        match interval {
            Some([low, _]) if low > rounding => GateVerdict::Better,
            Some([low, _]) if low > -bound => GateVerdict::Equivalent,
            Some([_, high]) if high < -rounding => GateVerdict::Worse,
            Some(_) => GateVerdict::Inconclusive,
            None if difference > bound => GateVerdict::Better,
            None if difference >= -bound => GateVerdict::Equivalent,
            None => GateVerdict::Worse,
        }
    }

    /// The verdict's name in text and JSON.
    pub fn name(self) -> &'static str {
        match self {
            GateVerdict::Better => "better",
            GateVerdict::Equivalent => "equivalent",
            GateVerdict::Inconclusive => "inconclusive",
            GateVerdict::Worse => "worse",
            GateVerdict::Identical => "identical",
            GateVerdict::Differs => "differs",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_decides_the_verdict() {
        let check = |low: f64, high: f64, margin: f64, expected: GateVerdict| {
            let found = GateVerdict::decide((low + high) / 2.0, Some([low, high]), margin, 0.9);
            assert_eq!(found, expected, "{low} to {high}, margin {margin}");
        };
        check(0.001, 0.003, 0.005, GateVerdict::Better);
        check(-0.004, 0.006, 0.005, GateVerdict::Equivalent);
        // Certainly a loss, and certainly a small one.
        check(-0.004, -0.001, 0.005, GateVerdict::Equivalent);
        check(-0.006, -0.001, 0.005, GateVerdict::Worse);
        check(-0.02, -0.01, 0.005, GateVerdict::Worse);
        check(-0.006, 0.001, 0.005, GateVerdict::Inconclusive);
        check(-0.006, 0.01, 0.005, GateVerdict::Inconclusive);
        check(0.0, 0.0, 0.0, GateVerdict::Equivalent);
        check(-0.001, 0.001, 0.0, GateVerdict::Inconclusive);
    }

    #[test]
    fn without_a_variance_the_margin_decides() {
        let check = |difference: f64, margin: f64, score: f64, expected: GateVerdict| {
            assert_eq!(GateVerdict::decide(difference, None, margin, score), expected, "{difference}, margin {margin}");
        };
        check(0.05, 0.0, 0.9, GateVerdict::Better);
        check(0.001, 0.005, 0.9, GateVerdict::Equivalent);
        // 0.895 − 0.9 is slightly below −0.005 in binary.
        check(0.895 - 0.9, 0.005, 0.9, GateVerdict::Equivalent);
        check(0.8949 - 0.9, 0.005, 0.9, GateVerdict::Worse);
        // 50000.3 − 50000 is 3·10⁻¹² above 0.3 in binary: large scores are rounded more.
        check(5e4 - 50_000.3, 0.3, 5e4, GateVerdict::Equivalent);
        check(5e4 - 50_000.300_1, 0.3, 5e4, GateVerdict::Worse);
    }
}
