//! A gate's comparison in words, as text and Markdown have it.

use crossfold_network::counted;
use crossfold_study::Direction;

use crate::analysis::baseline_pair::Pairing;
use crate::analysis::changed_data::{ChangedData, RowIdentity};
use crate::analysis::gate::{DifferingPart, Exactness, FirstDifference, GateComparison, GateVerdict};
use crate::formats::figure::Precision;
use crate::formats::{row_changes, sample_size};

/// The number of digits that figures are shown with.
pub(super) fn precision(comparison: &GateComparison) -> Precision {
    Precision::for_score(comparison.metric, comparison.baseline)
}

/// `PASS` or `FAIL`.
pub(super) fn outcome(passes: bool) -> &'static str {
    if passes { "PASS" } else { "FAIL" }
}

/// Whether the gate passes, its verdict, and what that is based on.
pub(super) fn headline(comparison: &GateComparison) -> String {
    let GateComparison { name, verdict, .. } = comparison;
    let basis = match &comparison.exact {
        Some(exact) => exactness_line(exact, has_repeats(comparison)),
        None => figures(comparison),
    };
    format!("{} {name}: {}: {basis}", outcome(comparison.passes), verdict.name())
}

/// The meaning of the verdict, as a sentence without its full stop.
pub(super) fn in_words(comparison: &GateComparison) -> String {
    let margin = precision(comparison).show(comparison.margin);
    if comparison.interval.is_none() && comparison.exact.is_none() {
        let is_worse = comparison.verdict == GateVerdict::Worse;
        let by_more = if is_worse { "Worse" } else { "Not worse" };
        return format!(
            "{by_more} by more than the margin of {margin}; a single fold doesn't tell how much of the difference is chance"
        );
    }
    match comparison.verdict {
        GateVerdict::Better => "Better: a gain is certain (5 %, one-sided)".to_owned(),
        GateVerdict::Equivalent => {
            format!("Equivalent: a loss of more than the margin of {margin} can be excluded (5 %, one-sided)")
        }
        GateVerdict::Inconclusive => {
            format!("Inconclusive: there may be a loss of more than the margin of {margin}, or none (5 %, one-sided)")
        }
        GateVerdict::Worse => {
            format!("Worse: a loss is certain (5 %, one-sided), and it may exceed the margin of {margin}")
        }
        GateVerdict::Identical => "Identical: every bit is the baseline's".to_owned(),
        GateVerdict::Differs => "Differs: not every bit is the baseline's".to_owned(),
    }
}

/// Whether folds are named by their repeat, too.
pub(super) fn has_repeats(comparison: &GateComparison) -> bool {
    comparison.folds.iter().any(|fold| fold.repeat > 1)
}

/// The scores, their difference, and its interval.
pub(super) fn figures(comparison: &GateComparison) -> String {
    let GateComparison { metric, .. } = comparison;
    let precision = precision(comparison);
    let [fresh, baseline] = [comparison.fresh, comparison.baseline].map(|value| precision.show(value));
    let difference = precision.show_signed(comparison.difference);
    let between = comparison.interval.map(|ends| ends.map(|end| precision.show_signed(end)));
    let between = between.map(|[least, most]| format!("between {least} and {most} (90 %), ")).unwrap_or_default();
    let margin = margin(comparison);
    format!("{metric} {fresh}, baseline {baseline}; difference {difference}, {between}margin {margin}")
}

/// The margin, in percentage points too where the metric is a share: `0.0050 (0.5 points)`.
pub(super) fn margin(comparison: &GateComparison) -> String {
    let GateComparison { metric, margin, .. } = comparison;
    let shown = precision(comparison).show(*margin);
    if metric.direction() == Direction::Minimize || metric.range() != [0.0, 1.0] {
        return shown;
    }
    let points = format!("{:.4}", margin * 100.0);
    let points = points.trim_end_matches('0').trim_end_matches('.');
    format!("{shown} ({points} point{})", if points == "1" { "" } else { "s" })
}

/// What else there is to know, one line each.
pub(super) fn remarks(comparison: &GateComparison) -> Vec<String> {
    let mut remarks = Vec::new();
    if let Some(changed) = &comparison.changed {
        remarks.push(row_changes::line(changed));
    }
    remarks.extend(comparison.changed_data.iter().flat_map(|data| data_changes(data, comparison)));
    remarks.extend(pairing(comparison));
    if comparison.verdict == GateVerdict::Inconclusive {
        let next = match &comparison.needed {
            Some(needed) => {
                format!("{} would settle it in 4 of 5 cases", sample_size::words(needed, comparison.rows))
            }
            None => "without a margin, only identical bits can pass".to_owned(),
        };
        remarks.push(next);
    }
    if !comparison.origin.is_empty() {
        let names: Vec<&str> = comparison.origin.keys().map(String::as_str).collect();
        remarks.push(format!("differs from the baseline: {}", names.join(", ")));
    }
    remarks.extend(comparison.exact.as_ref().and_then(exactness_reason));
    remarks
}

/// How the two are compared, where that is worth a remark.
fn pairing(comparison: &GateComparison) -> Option<String> {
    let GateComparison { matched, interval, changed_data, origin, .. } = comparison;
    let text = match (matched, interval) {
        (Pairing::RowsAndFolds, _) => return None,
        (Pairing::Rows, _) if changed_data.is_some() => return None,
        (Pairing::Rows, _) => "the baseline's rows, split into other folds",
        (Pairing::Folds, Some(_)) => "the baseline doesn't hold its rows' predictions: compared fold by fold",
        (Pairing::Nothing, Some(_)) if changed_data.is_none() && origin.contains_key("data") => {
            "compared as two samples, which detects less: the data have changed, and the baseline has no digests of its rows. \
             A renewed baseline has them, and rows that don't change are then compared with themselves"
        }
        (Pairing::Nothing, Some(_)) => {
            "compared as two samples, which detects less than comparing each row with itself"
        }
        (Pairing::Folds | Pairing::Nothing, None) => "a single fold without its rows: the margin alone decides",
    };
    Some(text.to_owned())
}

/// What became of the baseline's rows, and what is compared.
fn data_changes(data: &ChangedData, comparison: &GateComparison) -> Vec<String> {
    let rows = |count: usize| counted(count, "row");
    let parts = [
        (data.relabelled, "with another target"),
        (data.moved.unwrap_or(0), "moved between the study and its test rows"),
        (data.added, "added"),
        (data.removed, "removed"),
    ];
    let changes: Vec<String> = parts
        .into_iter()
        .filter(|&(count, _)| count > 0)
        .map(|(count, what)| format!("{} {what}", rows(count)))
        .collect();
    let edited = match (data.added > 0 && data.removed > 0, data.moved) {
        (false, _) => "",
        (true, Some(_)) => " (an edited row counts as both)",
        (true, None) => {
            " (a row that was edited, or that moved between the study and its test rows, counts as both; a renewed baseline \
             distinguishes them)"
        }
    };
    let changes = if changes.is_empty() { "no row changed".to_owned() } else { changes.join(", ") + edited };
    let Some(compared) = data.compared else {
        let unchanged = rows(data.unchanged);
        return vec![format!("data changed: {changes}; {unchanged} unchanged, too few to compare them alone")];
    };
    let compared = rows(compared);
    let first = match data.matched_by {
        RowIdentity::Content => format!("data changed: {changes}; {compared} unchanged, each compared with itself"),
        RowIdentity::Place => {
            format!(
                "features changed, targets didn't: {compared}, each compared with the baseline's row in the same place"
            )
        }
    };
    let precision = precision(comparison);
    let [fresh, baseline] = [data.fresh, data.baseline].map(|value| precision.show(value));
    let all = format!("on all rows of each: {} {fresh}, baseline {baseline}", comparison.metric);
    let differs = [data.fresh, data.baseline] != [comparison.fresh, comparison.baseline];
    [Some(first), differs.then_some(all)].into_iter().flatten().collect()
}

/// Whether bits are the same, and if not, where they first differ.
pub(super) fn exactness_line(exactness: &Exactness, has_repeats: bool) -> String {
    let Exactness { folds, epochs, differing, first, arithmetic: _ } = exactness;
    let Some(FirstDifference { repeat, fold, epoch, part }) = first else {
        return format!("weights and scores of all {epochs} epochs on {folds} folds");
    };
    let fold = if has_repeats { format!("repeat {repeat} fold {fold}") } else { format!("fold {fold}") };
    let what = match part {
        DifferingPart::Weights => format!("the weights after epoch {epoch} of {fold} differ from the baseline's"),
        DifferingPart::Scores => {
            format!("the scores of epoch {epoch} of {fold} differ from the baseline's, its weights don't")
        }
        DifferingPart::Existence => format!("epoch {epoch} of {fold} is in one training and not in the other"),
    };
    format!("{what}; {differing} of {folds} folds differ")
}

/// Why bits may differ, where that is known.
fn exactness_reason(exactness: &Exactness) -> Option<String> {
    let names = exactness.arithmetic.join(", ");
    (exactness.first.is_some() && !exactness.arithmetic.is_empty()).then(|| {
        format!("the arithmetic is of another class or version ({names}), and identical bits are promised within one")
    })
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
            "the weights after epoch 2 of fold 2 differ from the baseline's; 1 of 2 folds differ"
        );
        let scores = [(&[1, 2, 0][..], old[0].1), (&[7, 0, 9], old[1].1)];
        assert_eq!(
            line(&old, &scores),
            "the scores of epoch 2 of fold 2 differ from the baseline's, its weights don't; 2 of 2 folds differ"
        );
        let shorter = [(&[1, 2][..], &[4, 5][..]), old[1]];
        let expected = "epoch 3 of fold 1 is in one training and not in the other; 1 of 2 folds differ";
        assert_eq!([line(&old, &shorter), line(&shorter, &old)], [expected, expected]);
        assert!(line(&old, &old[..1]).starts_with("epoch 1 of fold 2 is in one"));
    }

    #[test]
    fn another_arithmetic_is_given_as_a_reason() {
        let (mut old, mut new) = (traced(&[(&[1], &[2])]), traced(&[(&[1], &[3])]));
        assert_eq!(exactness_reason(&exactness(&old, &new)), None);
        // Older baselines have the CPU.
        old.origin.push("cpu x86_64 avx2".to_owned());
        assert_eq!(exactness_reason(&exactness(&old, &new)), None);
        old.origin.push("arithmetic version 1, fused".to_owned());
        new.origin.push("arithmetic version 1, unfused".to_owned());
        let reason = exactness_reason(&exactness(&old, &new)).unwrap();
        assert_eq!(
            reason,
            "the arithmetic is of another class or version (arithmetic), and identical bits are promised within one"
        );
    }
}
