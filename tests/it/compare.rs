//! `crossfold compare`: two stored trials side by side.

use serde_json::{Value, json};

use crate::harness::{Workplace, root, snapshot};

/// Two learning rates with similar results and one that learns nothing.
const SPEC: &str = "version: 1\nname: rates\ndata: {source: mnist, path: DATA/mnist, train_rows: 900}\n\
     model: {kind: linear}\ntraining: {batch_size: 32}\ncross_validation: {folds: 3}\n\
     search: {strategy: grid, space: {learning_rate: [1e-3, 1.1e-3, 1e-5], epochs: [5]}}\n";

/// A regression.
const NUMBERS: &str = "version: 1\nname: numbers\ndata: {source: csv, path: numbers.csv, target: y, task: regression}\n\
     model: {kind: linear}\ntraining: {epochs: 2}\ncross_validation: {folds: 3}\nfinal: {refit: none}\n";

fn run(here: &Workplace, arguments: &[&str]) {
    let spec = here.spec("rates.yaml", SPEC);
    here.crossfold(&[&["run", spec.to_str().unwrap()], arguments].concat()).expect(0);
}

#[test]
fn differences_are_distinguished_from_chance() {
    let here = Workplace::new();
    run(&here, &[]);
    let compare = |arguments: &[&str]| here.crossfold(&[&["compare"], arguments].concat());
    let report = compare(&["rates:0", "rates:2"]).expect(0).stdout;
    assert!(report.contains("\nrates:0 is significantly better: "), "{report}");
    let report = compare(&["rates:2", "rates:0"]).expect(0).stdout;
    assert!(report.contains("\nrates:0 is significantly better: "), "{report}");
    let report = compare(&["rates:0", "rates:1", "--margin", "0.3"]).expect(0).stdout;
    assert!(
        report.contains("\nno evidence of a difference; ") && report.contains("\nequivalent within 0.3000: "),
        "{report}"
    );

    let report: Value = serde_json::from_str(&compare(&["rates", "rates:2", "--json"]).expect(0).stdout).unwrap();
    assert_eq!((&report["first"]["name"], &report["matched"]), (&json!("rates"), &json!("rows_and_folds")));
    assert!(
        report["p_value"].as_f64().unwrap() < 0.05 && report["changed"]["p_value"].as_f64().unwrap() < 1e-4,
        "{report}"
    );
    let [least, most] = [0, 1].map(|end| report["interval"][end].as_f64().unwrap());
    assert!(least < most && most < 0.0, "{report}");
    // A factor, by its name.
    let report: Value = serde_json::from_str(&compare(&["rates:0", "rates:1", "--json"]).expect(0).stdout).unwrap();
    assert!(report["settles"]["times_as_many_rows"].as_f64().unwrap() > 1.0, "{report}");
    let report = compare(&["rates", "rates"]).expect(0).stdout;
    assert!(report.contains("both have the same score"), "{report}");
}

/// Another study of the same rows with other splits, and a study of other rows.
#[test]
fn studies_are_compared_as_far_as_their_rows_match() {
    let here = Workplace::new();
    run(&here, &[]);
    run(&here, &["--set", "name=folds", "--set", "cross_validation.folds=4"]);
    run(&here, &["--set", "name=rows", "--set", "data.train_rows=800"]);
    let matched = |other: &str| {
        let report = here.crossfold(&["compare", "rates", other, "--json"]).expect(0).stdout;
        serde_json::from_str::<Value>(&report).unwrap()["matched"].clone()
    };
    assert_eq!([matched("folds"), matched("rows")], [json!("rows"), json!("nothing")]);
}

#[test]
fn incomparable_trials_are_refused_with_a_hint() {
    let here = Workplace::new();
    run(&here, &[]);
    run(&here, &["--set", "name=losses", "--set", "objective.metric=log_loss"]);
    run(&here, &["--set", "name=forgetful", "--set", "predictions={megabytes: 0, best: 0}", "--set", "seed=7"]);
    let numbers: String = (0..30).map(|row| format!("{}.5,{row}\n", row % 7)).collect();
    std::fs::write(here.path().join("numbers.csv"), format!("x,y\n{numbers}")).unwrap();
    here.spec("numbers.yaml", NUMBERS);
    here.crossfold(&["run", "numbers.yaml"]).expect(0);
    let mut shown = String::new();
    for (code, arguments) in [
        (2, ["rates", "rats"]),
        (2, ["rates", "rates:3"]),
        (2, ["rates", "rates:best"]),
        (2, ["rates", "losses"]),
        (2, ["rates", "numbers"]),
        (11, ["rates", "forgetful"]),
    ] {
        let refused = here.crossfold(&[&["compare"], &arguments[..]].concat()).expect(code);
        assert_eq!(refused.stdout, "");
        shown += &format!("compare {}: {code}\n{}\n", arguments.join(" "), refused.stderr);
    }
    snapshot("command_line", "compare_refused", &shown.replace(&root().display().to_string(), "…"));
}
