//! Parts within training rows keep what the splits keep, and parts that lack a class are reported.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::harness::{Outcome, Workplace, number, root, table};

/// A study of a table in `tests/data/cases` that may be changed first.
struct Case<'a> {
    table: &'a str,
    change: fn(String) -> String,
    /// Keys of `data` besides its source, path and target.
    data: &'a str,
    /// Lines of the spec.
    rest: &'a str,
}

impl Case<'_> {
    fn run(&self, here: &Workplace) -> Outcome {
        let text = std::fs::read_to_string(root().join("tests/data/cases").join(self.table)).unwrap();
        std::fs::write(here.path().join("rows.csv"), (self.change)(text)).unwrap();
        let (data, rest) = (self.data, self.rest);
        let end = if rest.contains("final:") { "" } else { "final: {refit: none}\n" };
        let text =
            format!("version: 1\nname: case\ndata: {{source: csv, path: rows.csv, target: y{data}}}\n{rest}\n{end}");
        let spec = here.spec("case.yaml", &text);
        here.crossfold(&["run", spec.to_str().unwrap()])
    }
}

fn unchanged(text: String) -> String {
    text
}

/// Ends each line by two more columns: the number of the row's group, which serves as its time, and a fold of groups.
fn with_time_and_fold(text: String) -> String {
    let mut changed = String::new();
    for line in text.lines() {
        let group: Option<u32> = line.rsplit(",g").next().and_then(|group| group.parse().ok());
        match group {
            None => writeln!(changed, "{line},t,fold").unwrap(),
            Some(group) => writeln!(changed, "{line},{group},f{}", group % 5).unwrap(),
        }
    }
    changed
}

/// Networks that see the name of a group, which says the class of its rows: on the rows of other groups, each epoch
/// after the second is worse. Early stopping notices only on groups that don't train.
const WATCHED: &str = "model: {kind: mlp, hidden: [64, 64]}\n\
    training: {epochs: 100, learning_rate: 0.005, batch_size: 16, patience: 10, inner_share: 0.2}\n\
    objective: {metric: log_loss}\n";

#[track_caller]
fn check_stopping(data: &str, training: &str, cross_validation: &str) {
    let here = Workplace::new();
    let rest = format!("{}cross_validation: {cross_validation}", WATCHED.replace("patience: 10", training));
    let case = Case { table: "groups.csv", change: with_time_and_fold, data, rest: &rest };
    case.run(&here).expect(0);
    // On rows of groups that train, each of the hundred epochs is better than the last.
    for row in table(&here.read("results/case/folds.csv")) {
        assert!(number(&row, "best_epoch") < 20.0, "{cross_validation}: {row:?}");
    }
}

#[test]
fn early_stopping_watches_whole_groups() {
    let data = ", columns: {g: categorical, t: drop, fold: drop}";
    check_stopping(data, "patience: 10", "{folds: 4, groups: g}");
    check_stopping(data, "patience: 10", "{hold_out: 0.25, groups: g, stratified: false}");
    check_stopping(data, "schedule: plateau, decay_epochs: 3, decay: 0.1", "{folds: 4, groups: g}");
}

#[test]
fn early_stopping_watches_whole_predefined_folds() {
    check_stopping(", columns: {g: categorical, t: drop}", "patience: 10", "{predefined: fold}");
}

#[test]
fn early_stopping_watches_the_last_periods() {
    check_stopping(", columns: {g: categorical, fold: drop}", "patience: 10", "{folds: 3, time: t}");
    check_stopping(", columns: {g: categorical, fold: drop}", "patience: 10", "{hold_out: 0.2, time: t, gap: 2}");
}

/// Early stopping leaves the folds' schedules unfinished. The winner is retrained as if its epochs had been asked for.
#[test]
fn the_retrained_network_finishes_its_schedule() {
    let run = |training: &str| {
        let here = Workplace::new();
        let rest = format!(
            "model: {{kind: mlp, hidden: [16]}}\ntraining: {{learning_rate: 0.005, batch_size: 16, {training}}}\n\
             cross_validation: {{folds: 4, groups: g}}\nfinal: {{variables: false}}"
        );
        let data = ", columns: {g: categorical}";
        Case { table: "groups.csv", change: unchanged, data, rest: &rest }.run(&here).expect(0);
        let study: serde_json::Value = serde_json::from_str(&here.read("results/case/study.json")).unwrap();
        let weights = std::fs::read(here.path().join("results/case/model/weights.safetensors")).unwrap();
        (study["refit_epochs"].as_u64().unwrap(), weights, here.read("results/case/model/README.md"))
    };
    let (epochs, weights, card) = run("schedule: cosine, warmup: 9, epochs: 90, patience: 5, inner_share: 0.2");
    assert!((3..60).contains(&epochs), "{epochs}");
    let warmup = epochs / 10;
    assert!(card.contains(&format!("`warmup: {warmup}`")) || warmup == 0, "{card}");
    assert!(card.contains(&format!("- Trained for {epochs} epochs\n")), "{card}");
    assert!(run(&format!("schedule: cosine, warmup: {warmup}, epochs: {epochs}")).1 == weights);
    assert!(run(&format!("schedule: cosine, warmup: {warmup}, epochs: {}", epochs + 1)).1 != weights);
}

/// With `nested`, the folds within a fold's training rows are watched by whole groups, too.
#[test]
fn nested_searches_watch_whole_groups() {
    let here = Workplace::new();
    let rest = format!("{WATCHED}cross_validation: {{folds: 3, groups: g}}\nfinal: {{refit: none, nested: true}}");
    let case = Case {
        table: "groups.csv",
        change: with_time_and_fold,
        data: ", columns: {g: categorical, t: drop, fold: drop}",
        rest: &rest,
    };
    case.run(&here).expect(0);
    let nested = table(&here.read("results/case/nested.csv"));
    assert_eq!(nested.len(), 3);
    for row in nested {
        assert!(number(&row, "inner_mean") < 2.5 && number(&row, "score") < 1.0, "{row:?}");
    }
}

/// One group can't be kept together if part of it is to be watched.
#[test]
fn groups_that_an_inner_part_divides_are_reported() {
    let here = Workplace::new();
    let case = Case {
        table: "34-three.csv",
        change: |text| text.replace("\nb,", "\na,").replace("\nd,", "\nc,"),
        data: "",
        rest: "model: {kind: linear}\ntraining: {epochs: 2, learning_rate: 0.05, patience: 1, inner_share: 0.5}\n\
               cross_validation: {folds: 2, groups: g}",
    };
    let outcome = case.run(&here).expect(0);
    let expected = "all training rows of folds 1 and 2 belong to one group, period or predefined fold";
    assert!(outcome.stderr.contains(expected), "{}", outcome.stderr);
}

/// Each predefined fold is in the test rows as a whole or not at all, and rows that only train are never tested.
#[test]
fn test_share_keeps_predefined_folds_together() {
    let here = Workplace::new();
    let mut rows = "x,fold,y\n".to_owned();
    for row in 0..60 {
        let fold = if row % 6 == 5 { String::new() } else { format!("f{}", row % 6) };
        writeln!(rows, "{},{fold},{}", row * 37 % 60, if row * 7 % 3 == 0 { "a" } else { "b" }).unwrap();
    }
    std::fs::write(here.path().join("rows.csv"), &rows).unwrap();
    let spec = |share: f64| {
        let text = format!(
            "version: 1\nname: case\ndata: {{source: csv, path: rows.csv, target: y, test_share: {share}}}\n\
             model: {{kind: linear}}\ntraining: {{epochs: 2, learning_rate: 0.05}}\n\
             cross_validation: {{predefined: fold}}\n"
        );
        here.spec("case.yaml", &text)
    };
    here.crossfold(&["run", spec(0.3).to_str().unwrap()]).expect(0);
    let validated: BTreeSet<usize> = table(&here.read("results/case/predictions.csv"))
        .iter()
        .map(|row| row["row"].parse::<usize>().unwrap() % 6)
        .collect();
    let rows_of = table(&here.read("results/case/predictions.csv")).len();
    assert_eq!((validated.len(), rows_of), (3, 30), "two folds of five are set aside whole: {validated:?}");
    // All that judges is at most five sixths of the rows.
    let refused = here.crossfold(&["run", spec(0.9).to_str().unwrap()]).expect(11).stderr;
    assert!(refused.contains("a share of 0.9 of 5 predefined folds leaves none to validate"), "{refused}");
    assert!(refused.contains("hint: rows of a predefined fold stay together: choose another share"), "{refused}");
    let refused = here.crossfold(&["run", spec(0.01).to_str().unwrap()]);
    assert!(
        refused.code != 0 && refused.stderr.contains("of 5 predefined folds leaves none to hold out"),
        "{}",
        refused.stderr
    );
}

/// One fold alone is no cross-validation, and the column isn't to blame.
#[test]
fn a_test_share_leaves_two_predefined_folds() {
    let here = Workplace::new();
    let case = Case {
        table: "groups.csv",
        change: |text| {
            with_time_and_fold(text).replace(",f2\n", ",f0\n").replace(",f3\n", ",f1\n").replace(",f4\n", ",f0\n")
        },
        data: ", test_share: 0.5",
        rest: "model: {kind: linear}\ntraining: {epochs: 1}\ncross_validation: {predefined: fold}",
    };
    let refused = case.run(&here).expect(11).stderr;
    assert!(refused.contains("a share of 0.5 of 2 predefined folds leaves none to train on"), "{refused}");
}

#[track_caller]
fn check_note(table: &str, rest: &str, expected: &str) {
    let here = Workplace::new();
    let model = "model: {kind: linear}\ntraining: {epochs: 5, learning_rate: 0.05, batch_size: 16}\n";
    let case = Case { table, change: unchanged, data: "", rest: &format!("{model}{rest}") };
    let outcome = case.run(&here).expect(0);
    assert!(outcome.stderr.contains(expected), "{}", outcome.stderr);
}

#[test]
fn classes_without_training_rows_are_reported() {
    check_note(
        "33-time.csv",
        "cross_validation: {folds: 3, time: t}\nobjective: {metric: log_loss}",
        "class `p` has no training row in folds 1 and 2: networks of such a fold can't learn the class",
    );
}

#[test]
fn groups_are_dealt_so_that_each_fold_has_each_class() {
    let here = Workplace::new();
    let case = Case {
        table: "34-three.csv",
        change: unchanged,
        data: "",
        rest: "seed: 0\nmodel: {kind: linear}\ntraining: {epochs: 1, learning_rate: 0.05}\n\
               cross_validation: {folds: 2, groups: g, stratified: true}",
    };
    let outcome = case.run(&here).expect(0);
    let rows = table(&here.read("results/case/predictions.csv"));
    for fold in ["1", "2"] {
        let classes: Vec<&str> =
            rows.iter().filter(|row| row["fold"] == fold).map(|row| row["truth"].as_str()).collect();
        let distinct: BTreeSet<&str> = classes.iter().copied().collect();
        assert_eq!(distinct.len(), 3, "fold {fold}: {classes:?}\n{}", outcome.stderr);
    }
}

/// A class in one group alone can be in one fold alone.
#[test]
fn classes_without_validation_rows_are_reported() {
    check_note(
        "33-site.csv",
        "cross_validation: {folds: 3, groups: site, stratified: true}",
        "class `p` has no validation row in folds 2 and 3",
    );
}

/// The mean is over the parts with rows of two classes.
#[track_caller]
fn check_undefined(table_name: &str, data: &str, rest: &str, defined: usize) {
    let here = Workplace::new();
    let case = Case { table: table_name, change: unchanged, data, rest };
    case.run(&here).expect(0);
    let folds = table(&here.read("results/case/folds.csv"));
    let scores: Vec<f64> = folds
        .iter()
        .filter(|row| {
            assert_eq!(row["validation_average_precision"].is_empty(), row["validation_roc_auc"].is_empty(), "{row:?}");
            !row["validation_average_precision"].is_empty()
        })
        .map(|row| number(row, "validation_average_precision"))
        .collect();
    assert_eq!(scores.len(), defined, "{folds:?}");
    let mean = number(&table(&here.read("results/case/leaderboard.csv"))[0], "mean_average_precision");
    assert!((mean - scores.iter().sum::<f64>() / scores.len() as f64).abs() < 1e-12);
}

#[test]
fn average_precision_is_undefined_where_roc_auc_is() {
    check_undefined(
        "33-site.csv",
        "",
        "model: {kind: linear}\ntraining: {epochs: 5, learning_rate: 0.05, batch_size: 16}\n\
         cross_validation: {leave_out: site}\nobjective: {metric: average_precision}",
        1,
    );
    check_undefined(
        "precision.csv",
        "",
        "model: {kind: mlp, hidden: [4]}\ntraining: {epochs: 3, learning_rate: 0.05, batch_size: 16}\n\
         cross_validation: {leave_out: g}\nobjective: {metric: average_precision}",
        2,
    );
}
