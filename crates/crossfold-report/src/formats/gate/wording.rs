//! A gate's comparison in words, as text and Markdown have it.

use crate::analysis::baseline_pair::Pairing;
use crate::analysis::gate::{DifferingPart, Exactness, FirstDifference, GateComparison, GateVerdict};
use crate::formats::figure::Precision;
use crate::formats::{row_changes, sample_size};

/// The number of digits that figures are shown with.
pub(super) fn precision(comparison: &GateComparison) -> Precision {
    Precision::for_score(comparison.metric, comparison.baseline)
}

/// The verdict, and what it is based on.
pub(super) fn headline(comparison: &GateComparison) -> String {
    let GateComparison { name, verdict, .. } = comparison;
    match &comparison.exact {
        Some(exact) => format!("{name}: {}: {}", verdict.name(), exactness_line(exact, has_repeats(comparison))),
        None => format!("{name}: {}: {}", verdict.name(), figures(comparison)),
    }
}

/// Whether folds are named by their repeat, too.
fn has_repeats(comparison: &GateComparison) -> bool {
    comparison.folds.iter().any(|fold| fold.repeat > 1)
}

/// The scores, their difference, and its interval.
pub(super) fn figures(comparison: &GateComparison) -> String {
    let GateComparison { metric, .. } = comparison;
    let precision = precision(comparison);
    let [fresh, baseline, margin] =
        [comparison.fresh, comparison.baseline, comparison.margin].map(|value| precision.show(value));
    let difference = precision.show_signed(comparison.difference);
    let between = comparison.interval.map(|ends| ends.map(|end| precision.show_signed(end)));
    let between = between.map(|[least, most]| format!("between {least} and {most} (90 %), ")).unwrap_or_default();
    format!("{metric} {fresh}, baseline {baseline}; difference {difference}, {between}margin {margin}")
}

/// What else there is to know, one line each.
pub(super) fn remarks(comparison: &GateComparison) -> Vec<String> {
    let mut remarks = Vec::new();
    if let Some(changed) = &comparison.changed {
        remarks.push(row_changes::line(changed));
    }
    match (comparison.matched, comparison.interval) {
        (Pairing::RowsAndFolds, _) => {}
        (Pairing::Rows, _) => remarks.push("the same rows as the baseline's, split into other folds".to_owned()),
        (Pairing::Folds, Some(_)) => {
            remarks.push("the baseline doesn't say how each row did: compared by folds".to_owned())
        }
        (Pairing::Nothing, Some(_)) => {
            remarks
                .push("other rows than the baseline's: compared as two samples, of which less can be told".to_owned());
        }
        (Pairing::Folds | Pairing::Nothing, None) => {
            remarks.push("a single part without its rows: the margin alone decides".to_owned());
        }
    }
    if comparison.verdict == GateVerdict::Inconclusive {
        let next = match &comparison.needed {
            Some(needed) => {
                format!("{} would settle it in 4 of 5 cases", sample_size::words(needed, comparison.rows))
            }
            None => "nothing but the same bits settles it without a margin".to_owned(),
        };
        remarks.push(next);
    }
    if !comparison.origin.is_empty() {
        let names: Vec<&str> = comparison.origin.keys().map(String::as_str).collect();
        remarks.push(format!("not as for the baseline: {}", names.join(", ")));
    }
    remarks.extend(comparison.exact.as_ref().and_then(exactness_reason));
    remarks
}

/// Whether bits are the same, and if not, where they first differ.
pub(super) fn exactness_line(exactness: &Exactness, has_repeats: bool) -> String {
    let Exactness { folds, epochs, differing, first, kind_of_cpu: _ } = exactness;
    let Some(FirstDifference { repeat, fold, epoch, part }) = first else {
        return format!("weights and scores of all {epochs} epochs on {folds} folds");
    };
    let fold = if has_repeats { format!("repeat {repeat} fold {fold}") } else { format!("fold {fold}") };
    let what = match part {
        DifferingPart::Weights => format!("the weights after epoch {epoch} of {fold} aren't the baseline's"),
        DifferingPart::Scores => {
            format!("the scores of epoch {epoch} of {fold} aren't the baseline's, its weights are")
        }
        DifferingPart::Existence => format!("epoch {epoch} of {fold} is in one training and not in the other"),
    };
    format!("{what}, the first of {differing} folds of {folds} that differ")
}

/// Why bits may differ, where that is known.
fn exactness_reason(exactness: &Exactness) -> Option<String> {
    let names = exactness.kind_of_cpu.join(", ");
    (exactness.first.is_some() && !exactness.kind_of_cpu.is_empty())
        .then(|| format!("another kind of CPU ({names}), and the same bits are promised only on the same kind"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::baseline::Baseline;
    use crate::analysis::gate::{GateCriteria, traced};

    fn exactness(old: &Baseline, new: &Baseline) -> Exactness {
        let criteria = GateCriteria { margin: 0.0, allow_inconclusive: false, exact: true };
        old.gate(new, criteria).unwrap().exact.unwrap()
    }

    fn line(old: &[(&[u8], &[u8])], new: &[(&[u8], &[u8])]) -> String {
        exactness_line(&exactness(&traced(old), &traced(new)), false)
    }

    #[test]
    fn the_first_epoch_that_differs_is_named() {
        let old: [(&[u8], &[u8]); 2] = [(&[1, 2, 3], &[4, 5, 6]), (&[7, 8, 9], &[10, 11, 12])];
        assert_eq!(line(&old, &old), "weights and scores of all 6 epochs on 2 folds");
        let weights = [old[0], (&[7, 0, 0], &[10, 0, 0])];
        assert_eq!(
            line(&old, &weights),
            "the weights after epoch 2 of fold 2 aren't the baseline's, the first of 1 folds of 2 that differ"
        );
        let scores = [(&[1, 2, 0][..], old[0].1), (&[7, 0, 9], old[1].1)];
        assert_eq!(
            line(&old, &scores),
            "the scores of epoch 2 of fold 2 aren't the baseline's, its weights are, the first of 2 folds of 2 that differ"
        );
        let shorter = [(&[1, 2][..], &[4, 5][..]), old[1]];
        let expected =
            "epoch 3 of fold 1 is in one training and not in the other, the first of 1 folds of 2 that differ";
        assert_eq!([line(&old, &shorter), line(&shorter, &old)], [expected, expected]);
        assert!(line(&old, &old[..1]).starts_with("epoch 1 of fold 2 is in one"));
    }

    #[test]
    fn a_different_kind_of_cpu_is_given_as_a_reason() {
        let (mut old, mut new) = (traced(&[(&[1], &[2])]), traced(&[(&[1], &[3])]));
        assert_eq!(exactness_reason(&exactness(&old, &new)), None);
        old.origin.push("cpu x86_64 avx2".to_owned());
        new.origin.push("cpu x86_64 avx2 avx512f".to_owned());
        let reason = exactness_reason(&exactness(&old, &new)).unwrap();
        assert_eq!(reason, "another kind of CPU (cpu), and the same bits are promised only on the same kind");
    }
}
