//! The outcomes of gates in all formats.

use crossfold_study::{Metric, RowDigest};

use super::*;
use crate::analysis::baseline::Baseline;
use crate::analysis::baseline::tests::{example, example_of_numbers};
use crate::analysis::baseline_pair::Pairing;
use crate::analysis::gate::{FoldComparison, GateComparison, GateCriteria, GateVerdict};
use crate::analysis::out_of_fold::RowChanges;
use crate::analysis::row_digests::RowDigests;

fn criteria(margin: f64) -> GateCriteria {
    GateCriteria { margin, allow_inconclusive: false, exact: false }
}

fn text(comparison: &GateComparison) -> String {
    let mut text = Vec::new();
    comparison.write_text(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

fn markdown(comparison: &GateComparison) -> String {
    let mut text = Vec::new();
    comparison.write_markdown(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn changes_are_counted_and_named() {
    let old = example(&[0.5, 0.75], "11001110-");
    let mut new = example(&[0.75, 0.75], "11101110-");
    new.origin[2] = "libraries gemm 0.20.0".to_owned();
    new.metrics = [(Metric::F1, 0.5), (Metric::Brier, 0.25)].into();
    let comparison = old.gate(&new, criteria(0.1)).unwrap();
    assert!(matches!(comparison.changed, Some(RowChanges::Classes { right_to_wrong: 0, wrong_to_right: 1, .. })));
    assert_eq!(comparison.metrics, [(Metric::F1, [1.0 / 3.0, 0.5])].into());
    assert_eq!(comparison.folds[0], FoldComparison { repeat: 1, fold: 1, baseline: 0.5, fresh: 0.75 });
    assert_eq!(
        text(&comparison),
        "\
FAIL example: inconclusive: accuracy 0.7500, baseline 0.6250; difference +0.1250, between -0.6642 and +0.9142 (90 %), margin 0.1000 (10 points)
Inconclusive: there may be a loss of more than the margin of 0.1000, or none (5 %, one-sided)
out of fold, 0 from right to wrong and 1 from wrong to right (McNemar's p 1.00)
about 140 more rows or 16 repeats would settle it in 4 of 5 cases
differs from the baseline: libraries
"
    );
    assert_eq!(
        markdown(&comparison),
        "\
### FAIL `example`: inconclusive

Inconclusive: there may be a loss of more than the margin of 0.1000, or none (5 %, one-sided).

| | baseline | now | difference | 90 % interval | margin |
|---|---|---|---|---|---|
| **accuracy** | 0.6250 | 0.7500 | +0.1250 | -0.6642 to +0.9142 | 0.1000 (10 points) |
| f1 | 0.3333 | 0.5000 | +0.1667 | | |

- out of fold, 0 from right to wrong and 1 from wrong to right (McNemar's p 1.00)
- about 140 more rows or 16 repeats would settle it in 4 of 5 cases
- differs from the baseline: libraries

Look for what changed. If a loss of this size is acceptable, raise `--margin`. If the study is too small to tell, add rows \
or repeats. `--allow-inconclusive` lets it pass.

"
    );
}

#[test]
fn an_inconclusive_gate_fails_unless_it_is_allowed() {
    let (old, new) = (example(&[0.5, 0.75], "11001110"), example(&[0.75, 0.5], "11100110"));
    let fails = old.gate(&new, criteria(0.005)).unwrap();
    assert_eq!((fails.verdict, fails.passes), (GateVerdict::Inconclusive, false));
    let allowed = old.gate(&new, GateCriteria { allow_inconclusive: true, ..criteria(0.005) }).unwrap();
    assert_eq!((allowed.verdict, allowed.passes), (GateVerdict::Inconclusive, true));
    let mut junit = [Vec::new(), Vec::new()];
    fails.write_junit(&mut junit[0]).unwrap();
    allowed.write_junit(&mut junit[1]).unwrap();
    let [fails, allowed] = junit.map(|text| String::from_utf8(text).unwrap());
    assert!(fails.contains("type=\"inconclusive\"") && allowed.contains("failures=\"0\""), "{fails}{allowed}");
}

#[test]
fn with_a_zero_margin_only_the_same_bits_pass() {
    let (old, new) = (example(&[0.5, 0.75], "11001110"), example(&[0.75, 0.5], "11100110"));
    assert_eq!(old.gate(&old, criteria(0.0)).unwrap().verdict, GateVerdict::Equivalent);
    let comparison = old.gate(&new, criteria(0.0)).unwrap();
    assert_eq!((comparison.verdict, comparison.needed), (GateVerdict::Inconclusive, None));
    assert!(text(&comparison).contains("only identical bits can pass"), "{}", text(&comparison));
}

/// Tools read the names of fields.
#[test]
fn errors_of_numbers_are_compared_row_by_row() {
    let (old, new) = (example_of_numbers(&[254.5], "2 - -1 3"), example_of_numbers(&[255.0], "-1 - 3 3"));
    let comparison = old.gate(&new, criteria(0.25)).unwrap();
    assert_eq!(comparison.matched, Pairing::RowsAndFolds);
    assert!(
        text(&comparison).contains(
            "\nout of fold, mean squared error 1.667 more, standard error 3.283; of 3 rows 1 closer, 1 further off\n"
        ),
        "{}",
        text(&comparison)
    );
    let value = serde_json::to_value(&comparison).unwrap();
    let names = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(
        names(&value),
        "baseline changed changed_data difference exact folds fresh interval margin matched metric metrics name origin p_value passes \
         rows settles standard_error verdict"
    );
    assert_eq!(names(&value["changed"]), "closer difference further loss rows standard_error");
    assert_eq!(value["changed"]["loss"], "squared_error");
    // Less is better, so the interval of the gain is reversed.
    let [least, most] = comparison.interval.unwrap();
    assert!(least < comparison.difference && comparison.difference < most);
}

#[test]
fn junit_is_one_case_that_fails_with_the_gate() {
    let mut old = example(&[1.0, 1.0], "11111111111111111111");
    old.name = "a<b".to_owned();
    let new = example(&[0.0, 0.0], "00000000000000000000");
    let mut text = Vec::new();
    old.gate(&new, criteria(0.0)).unwrap().write_junit(&mut text).unwrap();
    assert_eq!(
        String::from_utf8(text).unwrap(),
        r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="crossfold gate" tests="1" failures="1" errors="0">
  <testsuite name="a&lt;b" tests="1" failures="1" errors="0" skipped="0">
    <testcase name="accuracy" classname="crossfold.a&lt;b">
      <failure message="FAIL a&lt;b: worse: accuracy 0.0000, baseline 1.0000; difference -1.0000, between -1.0000 and -1.0000 (90 %), margin 0.0000 (0 points)" type="worse"></failure>
      <system-out>FAIL a&lt;b: worse: accuracy 0.0000, baseline 1.0000; difference -1.0000, between -1.0000 and -1.0000 (90 %), margin 0.0000 (0 points)
Worse: a loss is certain (5 %, one-sided), and it may exceed the margin of 0.0000
out of fold, 20 from right to wrong and 0 from wrong to right (McNemar&apos;s p below 0.0001)
repeat 1 fold 1: 0, baseline 1
repeat 1 fold 2: 0, baseline 1
</system-out>
    </testcase>
  </testsuite>
</testsuites>
"#
    );
}

fn with_data(baseline: Baseline, digests: &[Option<RowDigest>]) -> Baseline {
    let origin = vec![format!("data {digests:?}")];
    let rows = digests.iter().flatten().count() as u64;
    Baseline { rows, origin, row_digests: RowDigests(digests.to_vec()), ..baseline }
}

fn row(inputs: u8, target: u8) -> Option<RowDigest> {
    Some(RowDigest { inputs: [inputs; 6], target: [target; 2] })
}

#[test]
fn changed_rows_are_counted_and_unchanged_ones_compared() {
    let old = with_data(example(&[0.5, 0.5], "1001"), &[row(1, 1), row(2, 2), row(3, 1), row(4, 2)]);
    let new = with_data(example(&[1.0, 0.5], "1101"), &[row(5, 1), row(1, 1), row(2, 2), row(3, 2)]);
    let text = text(&old.gate(&new, criteria(0.1)).unwrap());
    let expected = "\ndata changed: 1 row with another target, 1 row added, 1 row removed (an edited row counts as both); 2 rows \
                    unchanged, each compared with itself\non all rows of each: accuracy 0.7500, baseline 0.5000\n";
    assert!(text.contains(expected), "{text}");
    // Nothing changed on the rows in common.
    assert!(text.starts_with("PASS example: equivalent: accuracy 0.5000, baseline 0.5000; "), "{text}");
    let other = with_data(new.clone(), &[row(5, 1), row(6, 1), row(7, 2), row(3, 1)]);
    let text = super::tests::text(&old.gate(&other, criteria(0.1)).unwrap());
    let expected = "\ndata changed: 3 rows added, 3 rows removed (an edited row counts as both); 1 row unchanged, too few to \
                    compare them alone\ncompared as two samples, which detects less than comparing each row with itself\n";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn where_all_features_changed_rows_are_compared_by_place() {
    let old = with_data(example(&[0.5, 0.5], "1001"), &[row(1, 1), row(2, 2), row(3, 1), row(4, 2)]);
    let new = with_data(example(&[1.0, 0.5], "1011"), &[row(5, 1), row(6, 2), row(7, 1), row(8, 2)]);
    let comparison = old.gate(&new, criteria(0.1)).unwrap();
    assert_eq!(comparison.matched, Pairing::RowsAndFolds);
    let expected =
        "\nfeatures changed, targets didn't: 4 rows, each compared with the baseline's row in the same place\n";
    assert!(text(&comparison).contains(expected), "{}", text(&comparison));
}

#[test]
fn a_share_has_its_margin_in_points_too() {
    let line = |metric, margin| {
        let old = Baseline { metric, ..example(&[0.5, 0.5], "1001") };
        text(&old.gate(&old, criteria(margin)).unwrap()).lines().next().unwrap().to_owned()
    };
    assert!(line(Metric::Accuracy, 0.01).ends_with("margin 0.0100 (1 point)"));
    assert!(line(Metric::F1, 0.0105).ends_with("margin 0.0105 (1.05 points)"));
    assert!(line(Metric::LogLoss, 0.01).ends_with("margin 0.0100"));
}
