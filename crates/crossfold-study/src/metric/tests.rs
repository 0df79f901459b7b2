//! Metrics agree with scikit-learn's.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;
use crate::Truth;

#[test]
fn metrics_are_partitioned_by_task() {
    for task in Task::ALL {
        assert!(Metric::all_for(task).iter().all(|metric| metric.task() == task));
        assert!(Metric::all_for(task).starts_with(Metric::tallied_for(task)));
    }
    assert_eq!(Task::ALL.map(Metric::all_for).concat(), Metric::ALL);
}

#[test]
fn documentation_lists_every_metric() {
    let row = |metric: &Metric| {
        let better = match metric.direction() {
            Direction::Maximize => "more",
            Direction::Minimize => "less",
        };
        format!("| `{metric}` | `{}` | {} | {better} |", metric.task().name(), metric.documentation())
    };
    let rows: Vec<String> = Metric::ALL.iter().map(row).collect();
    let table = format!("| `metric` | task | what | better |\n|---|---|---|---|\n{}", rows.join("\n"));
    crate::documentation::assert_table("metrics", &table);
}

/// Rows with scikit-learn's scores, from `tests/fixtures/sklearn/make_metrics.py`.
#[derive(Deserialize)]
struct Fixture {
    classes: Vec<ClassificationCase>,
    numbers: Vec<RegressionCase>,
}

#[derive(Deserialize)]
struct ClassificationCase {
    name: String,
    classes: usize,
    labels: Vec<u32>,
    probabilities: Vec<f32>,
    scores: BTreeMap<Metric, Option<f64>>,
}

#[derive(Deserialize)]
struct RegressionCase {
    name: String,
    targets: Vec<f64>,
    predictions: Vec<f64>,
    scores: BTreeMap<Metric, Option<f64>>,
}

fn fixture() -> Fixture {
    serde_json::from_str(include_str!("../../../../tests/fixtures/sklearn/metrics.json")).unwrap()
}

fn check(name: &str, evaluation: Evaluation, truth: &Truth, expected: &BTreeMap<Metric, Option<f64>>) {
    assert_eq!(expected.len(), Metric::all_for(evaluation.task()).len());
    for (&metric, &expected) in expected {
        let score = evaluation.get(metric);
        let difference = score.unwrap_or_default() - expected.unwrap_or_default();
        assert!(difference.abs() < 1e-9, "{name}: {metric} is {score:?} and not {expected:?}");
        assert_eq!(score.is_some(), expected.is_some(), "{name}: {metric}");
        assert_eq!(metric.check_defined([truth.clone()]).is_ok(), expected.is_some(), "{name}: {metric}");
    }
}

#[test]
fn classification_metrics_match_scikit_learn() {
    // The scorer is reused, as it is for all epochs of a fit, so that state left over from one case would fail the
    // next.
    let mut scorer = Scorer::default();
    for ClassificationCase { name, classes, labels, probabilities, scores } in fixture().classes {
        let mut tally = Tally::empty(Task::Classification);
        for (&label, row) in labels.iter().zip(probabilities.chunks(classes)) {
            let correct = u32::from(most_probable(row) == label as usize);
            tally.add(Tally::Classes { rows: 1, correct, loss: -f64::from(row[label as usize]).ln() });
        }
        let truth = Truth::Labels(labels);
        check(&name, scorer.score(tally, &truth, &probabilities), &truth, &scores);
    }
}

#[test]
fn regression_metrics_match_scikit_learn() {
    for RegressionCase { name, targets, predictions, scores } in fixture().numbers {
        let mean = targets.iter().sum::<f64>() / targets.len() as f64;
        let sum = |term: &dyn Fn(f64, f64) -> f64| targets.iter().zip(&predictions).map(|(&y, &p)| term(y, p)).sum();
        let tally = Tally::Numbers {
            rows: targets.len() as u32,
            squared: sum(&|y, p| (p - y).powi(2)),
            absolute: sum(&|y, p| (p - y).abs()),
            spread: sum(&|y, _| (y - mean).powi(2)),
        };
        let single: Vec<f32> = predictions.iter().map(|&prediction| prediction as f32).collect();
        let truth = Truth::Numbers(targets);
        check(&name, Scorer::default().score(tally, &truth, &single), &truth, &scores);
    }
}
