//! Tables are read as the spec says, and files to predict are read as the training file was.

use std::fs;

use crate::harness::{Outcome, Workplace, number, table};

/// Runs a study of `rows.csv`. `data` continues the spec's line of that key, `below` adds keys.
fn run(here: &Workplace, name: &str, rows: &str, data: &str, below: &str) -> Outcome {
    fs::write(here.path().join("rows.csv"), rows).unwrap();
    let spec = here.spec(
        &format!("{name}.yaml"),
        &format!(
            "version: 1\nname: {name}\nseed: 5\ndata: {{source: csv, path: rows.csv, target: y{data}}}\n\
             model: {{kind: mlp, hidden: []}}\ntraining: {{learning_rate: 0.05, batch_size: 8, epochs: 40}}\n{below}"
        ),
    );
    here.crossfold(&["run", spec.to_str().unwrap()])
}

fn score(here: &Workplace, study: &str, metric: &str) -> f64 {
    let rows = table(&here.read(&format!("results/{study}/test.csv")));
    number(rows.iter().find(|row| row["metric"] == metric).unwrap(), "value")
}

fn predict(here: &Workplace, study: &str, new: &str) -> Outcome {
    fs::write(here.path().join("new.csv"), new).unwrap();
    here.crossfold(&["predict", &format!("results/{study}/model"), "new.csv"])
}

/// A test file whose rows all have the wrong class scores 0, although it has only one of the classes.
#[test]
fn yes_and_no_are_classes_in_every_file() {
    let here = Workplace::new();
    let rows: String = (0..60).map(|row| format!("{},{}\n", row % 2 * 10 + row % 3, ["no", "yes"][row % 2])).collect();
    fs::write(here.path().join("test.csv"), format!("x,y\n{}", "11,no\n".repeat(20))).unwrap();
    let data = ", columns: {y: boolean}, test_path: test.csv";
    run(&here, "bool", &format!("x,y\n{rows}"), data, "final: {test: true}\n").expect(0);
    assert_eq!(score(&here, "bool", "accuracy"), 0.0);
    assert!(score(&here, "bool", "log_loss") > 1.0);
}

/// `none` is a common marker of missing values, but a level if the spec names it; otherwise a note reports it.
#[test]
fn a_level_named_in_the_spec_is_not_missing() {
    let here = Workplace::new();
    let rows: String = (0..90).map(|row| format!("{},{}\n", ["none", "low", "high"][row % 3], row % 3 == 0)).collect();
    let data = ", columns: {edu: {ordinal: [none, low, high]}}";
    let output = run(&here, "edu", &format!("edu,y\n{rows}"), data, "final: {refit: none}\n").expect(0);
    assert!(!output.stderr.contains("missing"), "{}", output.stderr);
    let winner = &table(&here.read("results/edu/leaderboard.csv"))[0];
    assert_eq!(number(winner, "mean"), 1.0);
    let output = run(&here, "told", &format!("edu,y\n{rows}"), "", "final: {refit: none}\n").expect(0);
    assert!(output.stderr.contains("read as missing values: `none` in `edu` (30 rows)"), "{}", output.stderr);
}

/// With decimal commas, `1.234` is about a thousand. If another date has a day after the 12th, `03/04/2026` is in April.
#[test]
fn ambiguous_numbers_and_dates_are_read_as_in_training() {
    let here = Workplace::new();
    let row = |row: u32| {
        let (size, day) = (if row.is_multiple_of(2) { "1.234,5" } else { "12,5" }, row % 28 + 1);
        format!("{size};{day:02}/0{}/2026;{}\n", row % 9 + 1, ["large", "small"][row as usize % 2])
    };
    let rows: String = (0..60).map(row).collect();
    run(&here, "marks", &format!("size;day;y\n{rows}"), "", "").expect(0);
    let predicted = predict(&here, "marks", "size;day\n1.234;03/04/2026\n12;03/04/2026\n").expect(0);
    let classes: Vec<String> = table(&predicted.stdout).iter().map(|row| row["predicted"].clone()).collect();
    assert_eq!(classes, ["large", "small"]);
    // Only one reading is possible.
    let other = predict(&here, "marks", "size;day\n12.5;03/04/2026\n").expect(0);
    let note = "numbers have a decimal point, where the training file has a decimal comma";
    assert!(other.stderr.contains(note), "{}", other.stderr);
    assert_eq!(table(&other.stdout)[0]["predicted"], "small");
}

#[test]
fn a_unit_that_differs_from_training_is_reported() {
    let here = Workplace::new();
    let rows: String = (0..60).map(|row| format!("{} %,{}\n", row % 2 * 50 + row % 7, ["a", "b"][row % 2])).collect();
    run(&here, "units", &format!("share,y\n{rows}"), "", "").expect(0);
    let output = predict(&here, "units", "share\n0.5\n").expect(0);
    assert!(output.stderr.contains("column `share` has no unit, and had `%` in training"), "{}", output.stderr);
    assert!(!predict(&here, "units", "share\n50 %\n").expect(0).stderr.contains("had `%`"));
}

/// Two studies may share a network but read new files differently.
#[test]
fn a_model_reads_files_as_its_own_study_does() {
    let here = Workplace::new();
    let rows: String = (0..60).map(|row| format!("{},{}\n", row % 2 * 10 + row % 3, ["a", "b"][row % 2])).collect();
    let rows = format!("x,y\n{rows}");
    run(&here, "one", &rows, "", "").expect(0);
    let shared = run(&here, "two", &rows, ", missing: [-9]", "").expect(0);
    assert!(shared.stderr.contains("all 5 fits of the search are stored"), "{}", shared.stderr);
    let filled = predict(&here, "two", "x\n-9\n").expect(0);
    assert!(filled.stderr.contains("`x` is missing in 1 row"), "{}", filled.stderr);
    assert!(!predict(&here, "one", "x\n-9\n").expect(0).stderr.contains("missing"));
    let before = here.read("results/one/model/model.json");
    here.crossfold(&["report", "one"]).expect(0);
    assert_eq!(here.read("results/one/model/model.json"), before);
}

/// `Q2 2015` is after `Q4 2014`; other names have no order in time.
#[test]
fn times_are_in_calendar_order_or_refused() {
    let here = Workplace::new();
    let run_with = |period: &dyn Fn(u32) -> String| {
        let rows: String = (0..24).map(|row| format!("{},{}.5,{row}.25\n", period(row), row % 5)).collect();
        run(
            &here,
            "quarters",
            &format!("quarter,x,y\n{rows}"),
            ", task: regression",
            "cross_validation: {folds: 5, time: quarter}\n",
        )
    };
    run_with(&|row| format!("Q{} {}", row % 4 + 1, 2010 + row / 4)).expect(0);
    let validated = table(&here.read("results/quarters/predictions.csv"));
    let rows: Vec<f64> = validated.iter().map(|row| number(row, "row")).collect();
    assert!(rows.is_sorted() && rows[0] == 4.0, "{rows:?}");
    let refused = run_with(&|row| format!("w{}", row % 24)).expect(11);
    assert!(
        refused.stderr.contains("column `quarter`: this is read as id, which has no order in time"),
        "{}",
        refused.stderr
    );
}

#[test]
fn predictions_never_replace_their_own_input() {
    let here = Workplace::new();
    let rows: String = (0..60).map(|row| format!("{},{}\n", row % 2 * 10 + row % 3, ["a", "b"][row % 2])).collect();
    run(&here, "safe", &format!("x,y\n{rows}"), "", "").expect(0);
    fs::write(here.path().join("new.csv"), "x\n1\n").unwrap();
    here.crossfold(&["predict", "results/safe/model", "new.csv", "-o", "./new.csv"]).expect(2);
    assert_eq!(here.read("new.csv"), "x\n1\n");
}

/// Common scales such as `low < medium < high` are detected, and `predict` accepts levels that training rows did not have.
#[test]
fn common_scales_are_ordered() {
    let here = Workplace::new();
    let rows: String =
        (0..90).map(|row| format!("{},{}\n", ["low", "medium", "high"][row % 3], ["no", "yes"][row % 3 / 2])).collect();
    let output = run(&here, "scale", &format!("level,y\n{rows}"), "", "").expect(0);
    let order = "column `level` is read as ordered: `very low` < `low` < `medium` < `high` < `very high`";
    assert!(output.stderr.contains(order), "{}", output.stderr);
    let predicted = table(&predict(&here, "scale", "level\nvery high\nvery low\n").expect(0).stdout);
    assert_eq!([&predicted[0]["predicted"], &predicted[1]["predicted"]], ["yes", "no"]);
}
