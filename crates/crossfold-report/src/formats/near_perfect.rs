//! Scores so good that a feature most likely gives the target away.

use crossfold_study::{Direction, Metric};

use crate::analysis::reference_score::{ReferenceComparison, ReferenceVerdict};

/// The error that is left of that of predictions without inputs: 0 for a perfect score, 1 for one no better than theirs.
/// Metrics that are maximised reach 1.
fn error_left(metric: Metric, score: f64, reference: f64) -> f64 {
    match metric.direction() {
        Direction::Maximize => (1.0 - score) / (1.0 - reference),
        Direction::Minimize => score / reference,
    }
}

/// That the best trial's `score` is too good to be true, where it is.
pub(super) fn near_perfect(metric: Metric, score: f64, reference: Option<&ReferenceComparison>) -> Option<String> {
    let reference = reference.filter(|reference| reference.verdict == ReferenceVerdict::Better)?;
    // Of a squared error that is 1 in 10,000.
    let most = match metric.direction() {
        Direction::Maximize => 1e-3,
        Direction::Minimize => 1e-2,
    };
    (error_left(metric, score, reference.score) < most).then(|| {
        format!(
            "a {} this close to perfect suggests a leak: look for a feature that is only known once the target is \
             (`crossfold data FILE --target COLUMN` looks for the simple ones)",
            metric.in_words()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::reference_score::ConstantAnswer;

    #[test]
    fn only_scores_near_perfection_are_told_of() {
        let said = |metric, score, reference, verdict| {
            let reference = ReferenceComparison { score: reference, answer: ConstantAnswer::Mean, verdict };
            near_perfect(metric, score, Some(&reference)).is_some()
        };
        let better = ReferenceVerdict::Better;
        // A sum of columns, learnt to rounding: the spread of the target is 7.
        assert!(said(Metric::Rmse, 3.5e-5, 7.0, better) && said(Metric::R2, 0.9999, 0.0, better));
        assert!(said(Metric::Accuracy, 1.0, 0.5, better));
        // Digits, of which good networks still take some for others.
        assert!(!said(Metric::Accuracy, 0.9985, 0.11, better) && !said(Metric::Rmse, 0.4, 7.0, better));
        assert!(!said(Metric::Accuracy, 1.0, 0.5, ReferenceVerdict::NotShown));
        assert!(near_perfect(Metric::Accuracy, 1.0, None).is_none());
    }
}
