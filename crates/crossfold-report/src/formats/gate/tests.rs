//! The outcomes of gates in all formats.

use crossfold_study::Metric;

use super::*;
use crate::analysis::baseline::tests::{example, example_of_numbers};
use crate::analysis::baseline_pair::Pairing;
use crate::analysis::gate::{FoldComparison, GateComparison, GateCriteria, GateVerdict};
use crate::analysis::out_of_fold::RowChanges;

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
example: inconclusive: accuracy 0.7500, baseline 0.6250; difference +0.1250, between -0.6642 and +0.9142 (90 %), margin 0.1000
rows out of fold: 0 from right to wrong, 1 from wrong to right (McNemar's p 1.00)
about 140 more rows or 16 repeats would settle it in 4 of 5 cases
not as for the baseline: libraries
"
    );
    assert_eq!(
        markdown(&comparison),
        "\
### Gate `example`: inconclusive, fails

It can't be told: that it is worse by more than the margin, 0.1000, can't be excluded, and neither can that it is as good \
(5 %, one-sided).

| | baseline | now | difference | 90 % interval | margin |
|---|---|---|---|---|---|
| **accuracy** | 0.6250 | 0.7500 | +0.1250 | -0.6642 to +0.9142 | 0.1000 |
| f1 | 0.3333 | 0.5000 | +0.1667 | | |

- rows out of fold: 0 from right to wrong, 1 from wrong to right (McNemar's p 1.00)
- about 140 more rows or 16 repeats would settle it in 4 of 5 cases
- not as for the baseline: libraries

Look for what changed. If a loss of this size may pass, raise `--margin`; if the study is too small to tell, give it more \
rows or repeats; or let it pass with `--allow-inconclusive`.

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
    assert!(text(&comparison).contains("nothing but the same bits"), "{}", text(&comparison));
}

/// Tools read the names of fields.
#[test]
fn errors_of_numbers_are_compared_row_by_row() {
    let (old, new) = (example_of_numbers(&[254.5], "2 - -1 3"), example_of_numbers(&[255.0], "-1 - 3 3"));
    let comparison = old.gate(&new, criteria(0.25)).unwrap();
    assert_eq!(comparison.matched, Pairing::RowsAndFolds);
    assert!(
        text(&comparison).contains(
            "\nrows out of fold: mean squared error 1.667 more, standard error 3.283; of 3 rows 1 closer, 1 further off\n"
        ),
        "{}",
        text(&comparison)
    );
    let value = serde_json::to_value(&comparison).unwrap();
    let names = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(
        names(&value),
        "baseline changed difference exact folds fresh interval margin matched metric metrics name origin p_value passes \
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
      <failure message="a&lt;b: worse: accuracy 0.0000, baseline 1.0000; difference -1.0000, between -1.0000 and -1.0000 (90 %), margin 0.0000" type="worse"></failure>
      <system-out>a&lt;b: worse: accuracy 0.0000, baseline 1.0000; difference -1.0000, between -1.0000 and -1.0000 (90 %), margin 0.0000
rows out of fold: 20 from right to wrong, 0 from wrong to right (McNemar&apos;s p below 0.0001)
repeat 1 fold 1: 0, baseline 1
repeat 1 fold 2: 0, baseline 1
</system-out>
    </testcase>
  </testsuite>
</testsuites>
"#
    );
}
