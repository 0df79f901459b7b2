//! `crossfold gate` fails a planted regression and passes an equivalent network.

use serde_json::{Value, json};

use crate::harness::{Workplace, root};

/// One network on MNIST that gains more than three points between its second epoch and its tenth.
const SPEC: &str = "version: 1\nname: gated\ndata: {source: mnist, path: DATA/mnist, train_rows: 2000}\n\
     model: {kind: mlp, hidden: [64]}\ntraining: {epochs: 10, batch_size: 32}\ncross_validation: {folds: 5}\n";

fn baseline(here: &Workplace, arguments: &[&str]) {
    let spec = here.spec("gated.yaml", SPEC);
    here.crossfold(&[&["run", spec.to_str().unwrap()], arguments].concat()).expect(0);
    here.crossfold(&["baseline", "gated", "-o", "baselines/gated.json"]).expect(0);
}

#[test]
fn fewer_epochs_fail_the_gate() {
    let here = Workplace::new();
    baseline(&here, &[]);
    let gate = |arguments: &[&str]| here.crossfold(&[&["gate", "baselines/gated.json"], arguments].concat());
    assert!(gate(&[]).expect(0).stdout.contains("equivalent"));
    let file: Value = serde_json::from_str(&here.read("baselines/gated.json")).unwrap();
    let mean = file["mean"].as_f64().unwrap();

    // The curves have the loss in accuracy without the last epochs.
    let lossy = ["--set", "training.epochs=2"];
    let report: Value = serde_json::from_str(&gate(&[&lossy[..], &["--json"]].concat()).expect(26).stdout).unwrap();
    let fresh = report["fresh"].as_f64().unwrap();
    assert!((mean - fresh - 0.04).abs() < 0.02, "the planted loss is {}", mean - fresh);
    assert_eq!(
        (&report["verdict"], &report["matched"], &report["passes"]),
        (&json!("worse"), &json!("rows_and_folds"), &json!(false))
    );
    let [least, most] = [0, 1].map(|end| report["interval"][end].as_f64().unwrap());
    assert!(least < fresh - mean && fresh - mean < most && most < 0.0, "{report}");
    assert!(report["p_value"].as_f64().unwrap() < 0.05 && report["changed"]["p_value"].as_f64().unwrap() < 0.05);

    // A margin that contains the whole interval.
    gate(&[&lossy[..], &["--margin", &format!("{}", 1e-6 - least)]].concat()).expect(0);
    gate(&[&lossy[..], &["--junit", "gate.xml"]].concat()).expect(26);
    let junit = here.read("gate.xml");
    assert!(junit.contains("<failure") && junit.contains("failures=\"1\""), "{junit}");

    // The worst regression: training diverges.
    let broken = ["--set", "training.l2=1e300"];
    let files = ["--json", "--junit", "gate.xml", "--summary", "summary.md"];
    let report = gate(&[&broken[..], &files].concat()).expect(21).stdout;
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["verdict"], "untrained");
    let junit = here.read("gate.xml");
    assert!(junit.contains("<error") && junit.contains("errors=\"1\""), "{junit}");
    assert!(here.read("summary.md").contains("could not be trained"));
}

/// An improvement, and then an equivalent network with another seed, so that only the rows are the same.
#[test]
fn each_verdict_has_its_exit_code() {
    let here = Workplace::new();
    baseline(&here, &["--set", "training.epochs=2"]);
    let gate = |arguments: &[&str]| here.crossfold(&[&["gate", "baselines/gated.json"], arguments].concat());
    let report = gate(&["--set", "training.epochs=10"]).expect(0).stdout;
    assert!(report.starts_with("PASS gated: better: "), "{report}");

    // A learning rate that differs by a millionth: other bits, nearly the same score.
    let moved = ["--set", "training.learning_rate=0.001000001"];
    let gate_moved = |arguments: &[&str]| gate(&[&moved[..], arguments].concat());
    let report = gate_moved(&["--margin", "0.1"]).expect(0).stdout;
    assert!(report.starts_with("PASS gated: equivalent: "), "{report}");
    let report = gate_moved(&["--margin", "0"]).expect(25).stdout;
    assert!(report.starts_with("FAIL gated: inconclusive: "), "{report}");
    let report = gate_moved(&["--margin", "0", "--allow-inconclusive", "--junit", "gate.xml"]).expect(0).stdout;
    assert!(report.starts_with("PASS gated: inconclusive: "), "{report}");
    assert!(here.read("gate.xml").contains("failures=\"0\""));
    // A worse network doesn't pass with that margin.
    baseline(&here, &["--set", "training.epochs=10"]);
    gate(&["--set", "training.epochs=2", "--allow-inconclusive"]).expect(26);
}

/// With fewer rows, those that both have are compared; where they are few, two samples are, which needs a wider margin.
#[test]
fn fewer_rows_are_compared_by_those_in_common() {
    let here = Workplace::new();
    baseline(&here, &["--set", "training.epochs=2"]);
    let gate = |more: &[&str]| here.crossfold(&[&["gate", "baselines/gated.json", "--set"], more].concat());
    let report = gate(&["data.train_rows=1800", "--json", "--margin", "0.3"]).expect(0).stdout;
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!((&report["matched"], &report["rows"], &report["folds"]), (&json!("rows"), &json!(1800), &json!([])));
    let data = &report["changed_data"];
    assert_eq!((&data["unchanged"], &data["removed"], &data["added"]), (&json!(1800), &json!(200), &json!(0)));

    // More repeats have the same rows, and some of the folds.
    let report = gate(&["cross_validation.repeats=2", "--margin", "0.3", "--json"]).expect(0).stdout;
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!((&report["matched"], &report["changed_data"]), (&json!("rows"), &Value::Null));
}

/// A baseline also has each row's influence on metrics other than accuracy.
#[test]
fn any_metric_is_compared_row_by_row() {
    for metric in ["log_loss", "roc_auc", "f1"] {
        let here = Workplace::new();
        let objective = format!("objective.metric={metric}");
        baseline(&here, &["--set", "training.epochs=2", "--set", &objective]);
        let gate = ["gate", "baselines/gated.json", "--json", "--set"];
        let report = here.crossfold(&[&gate[..], &["training.epochs=1"]].concat()).expect(26).stdout;
        let report: Value = serde_json::from_str(&report).unwrap();
        assert_eq!((&report["matched"], &report["metric"]), (&json!("rows_and_folds"), &json!(metric)));
        let report = here.crossfold(&[&gate[..], &["training.epochs=2"]].concat()).expect(0).stdout;
        let report: Value = serde_json::from_str(&report).unwrap();
        assert_eq!((&report["standard_error"], &report["verdict"]), (&json!(0.0), &json!("equivalent")));
    }
}

#[test]
fn summaries_are_appended_to_those_of_other_steps() {
    let here = Workplace::new();
    baseline(&here, &["--set", "training.epochs=2", "--set", "data.train_rows=600"]);
    std::fs::write(here.path().join("summary.md"), "## Tests\n\n").unwrap();
    here.crossfold(&["gate", "baselines/gated.json", "--summary", "summary.md"]).expect(0);
    here.crossfold_with("GITHUB_STEP_SUMMARY", "summary.md", &["gate", "baselines/gated.json"]).expect(0);
    here.crossfold_with("GITHUB_STEP_SUMMARY", "", &["gate", "baselines/gated.json"]).expect(0);
    let summary = here.read("summary.md");
    assert!(summary.starts_with("## Tests\n\n### PASS `gated`: equivalent\n"), "{summary}");
    assert_eq!(summary.matches("| **accuracy** |").count(), 2, "{summary}");
    let refused = here.crossfold(&["gate", "baselines/gated.json", "--summary", "."]).expect(30);
    assert!(refused.stderr.contains("can't write"), "{}", refused.stderr);
}

#[test]
fn exact_gates_name_the_first_epoch_that_differs() {
    let here = Workplace::new();
    baseline(&here, &["--set", "training.epochs=3", "--set", "data.train_rows=600"]);
    let exact = ["gate", "baselines/gated.json", "--exact"];
    let refused = here.crossfold(&exact).expect(10);
    assert!(refused.stderr.contains("--exact -o FILE"), "{}", refused.stderr);

    here.crossfold(&["baseline", "gated", "--exact", "-o", "baselines/gated.json"]).expect(0);
    let report = here.crossfold(&exact).expect(0).stdout;
    assert!(report.starts_with("PASS gated: identical: weights and scores of all 15 epochs on 5 folds\n"), "{report}");
    let report =
        here.crossfold(&[&exact[..], &["--set", "training.learning_rate=0.0010001", "--margin", "1"]].concat());
    let report = report.expect(26).stdout;
    assert!(
        report.starts_with("FAIL gated: differs: the weights after epoch 1 of fold 1 differ from the baseline's; "),
        "{report}"
    );

    let shorter = here.crossfold(&[&exact[..], &["--set", "training.epochs=2", "--json"]].concat()).expect(26).stdout;
    let shorter: Value = serde_json::from_str(&shorter).unwrap();
    let first = json!({"repeat": 1, "fold": 1, "epoch": 3, "what": "existence"});
    assert_eq!((&shorter["verdict"], &shorter["exact"]["first"]), (&json!("differs"), &first));
    assert_eq!((&shorter["exact"]["differing"], &shorter["passes"]), (&json!(5), &json!(false)));

    // As if the third fold had differed from its second epoch on.
    let mut file = without_digest(&here.read("baselines/gated.json"));
    let weights = file["trace"][2]["weights"].as_str().unwrap().to_owned();
    let begun = &weights[..17];
    file["trace"][2]["weights"] = json!(format!("{begun}0123456789abcdef 0123456789abcdef"));
    std::fs::write(here.path().join("baselines/gated.json"), file.to_string()).unwrap();
    let report = here.crossfold(&[&exact[..], &["--summary", "summary.md"]].concat()).expect(26).stdout;
    let expected =
        "FAIL gated: differs: the weights after epoch 2 of fold 3 differ from the baseline's; 1 of 5 folds differ";
    assert!(report.starts_with(expected), "{report}");
    assert!(
        here.read("summary.md").contains(
            "### FAIL `gated`: differs\n\nDiffers: not every bit is the baseline's: the weights after epoch 2"
        )
    );
    here.crossfold(&[&exact[..], &["--cached"]].concat()).expect(2);
}

/// The stored fits were trained on rows that have changed since.
#[test]
fn an_exact_baseline_must_reproduce_stored_results() {
    let here = Workplace::new();
    let rows = |extra: &str| {
        let rows: String = (0..60).map(|row| format!("{row},{},{}\n", row * 7 % 10, row % 2)).collect();
        std::fs::write(here.path().join("rows.csv"), format!("a,b,y\n{rows}{extra}")).unwrap();
    };
    rows("");
    let spec = here.spec(
        "rows.yaml",
        "version: 1\nname: rows\ndata: {source: csv, path: rows.csv, target: y, task: classification}\n\
         model: {kind: linear}\ntraining: {epochs: 2}\ncross_validation: {folds: 3}\n",
    );
    here.crossfold(&["run", spec.to_str().unwrap()]).expect(0);
    here.crossfold(&["baseline", "rows", "--exact", "-o", "rows.json"]).expect(0);
    rows("60,1,1\n");
    let refused = here.crossfold(&["baseline", "rows", "--exact", "-o", "rows.json"]).expect(31);
    assert!(refused.stderr.contains("different: data"), "{}", refused.stderr);
}

/// The baseline as version 3 of the format had it.
fn without_digest(baseline: &str) -> Value {
    let mut file: Value = serde_json::from_str(baseline).unwrap();
    assert_eq!(file["version"], 6);
    (file["version"], file["digest"]) = (json!(3), json!(""));
    file
}

/// JSON is YAML, so a baseline could be read as a spec of unknown keys alone.
#[test]
fn a_baseline_is_no_spec() {
    let here = Workplace::new();
    let baseline = std::fs::read(root().join("experiments/baselines/ci.json")).unwrap();
    std::fs::write(here.path().join("my ci.json"), baseline).unwrap();
    for command in ["run", "check", "plan"] {
        let refused = here.crossfold(&[command, "my ci.json"]).expect(10).stderr;
        let hint = "hint: `crossfold gate 'my ci.json'` compares its network, retrained, with it";
        assert!(refused.contains("this is a baseline, not a spec") && refused.contains(hint), "{refused}");
        assert!(!refused.contains("unknown key"), "{refused}");
    }
}

/// A file that was edited or damaged is refused; version control and formatters may change line ends and indentation.
#[test]
fn an_edited_baseline_is_refused() {
    let here = Workplace::new();
    here.people("people.csv", &["price"], 0, 90);
    let spec = here.people_spec("prices", "price", "", "model: {kind: linear}\ntraining: {epochs: 2}\n");
    here.crossfold(&["run", &spec]).expect(0);
    here.crossfold(&["baseline", "prices", "-o", "prices.json"]).expect(0);
    let written = here.read("prices.json");
    let gate = |text: &str| {
        std::fs::write(here.path().join("prices.json"), text).unwrap();
        here.crossfold(&["gate", "prices.json"])
    };
    let report = gate(&written).expect(0).stdout;
    let value: Value = serde_json::from_str(&written).unwrap();
    let indented = written.replace('\n', "\r\n    ");
    for same in [indented, without_digest(&written).to_string()] {
        assert_eq!(gate(&same).expect(0).stdout, report);
    }
    let errors = value["errors"][0].as_str().unwrap();
    let (first, rest) = errors.split_once(' ').unwrap();
    let (digest, seed) = (value["digest"].as_str().unwrap(), "seed ");
    for (from, to) in [
        (errors, format!("{first}1 {rest}")),
        ("\"version\": 6", "\"version\": 4".to_owned()),
        (digest, "0123456789abcdef".to_owned()),
        (digest, String::new()),
        ("\"digest\"", "\"was\"".to_owned()),
        (seed, "seed 1".to_owned()),
        ("\"rows\": 90", "\"rows\": 91".to_owned()),
        ("epochs: 2", "epochs: 3".to_owned()),
        ("\"origin\"", "\"note\": \"mine\", \"origin\"".to_owned()),
    ] {
        assert!(written.contains(from), "{from}");
        let refused = gate(&written.replacen(from, &to, 1)).expect(10).stderr;
        assert!(refused.contains("`prices.json`: it is not as `crossfold baseline` wrote it"), "{from}: {refused}");
        assert!(refused.contains("hint: make it again with `crossfold baseline NAME -o FILE`"), "{refused}");
    }
}

/// Baselines from before they listed the rows of each fold, from before they had a digest, and from before they had digests of rows.
#[test]
fn baselines_of_older_versions_are_read() {
    let file = |version: u32| root().join(format!("tests/fixtures/baselines/version_{version}.json"));
    let here = Workplace::new();
    let path = format!("data.path={}", root().join("data/mnist").display());
    let report = here.crossfold(&["gate", file(1).to_str().unwrap(), "--set", &path, "--json"]).expect(0).stdout;
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["matched"], "rows_and_folds");
    let report = here.crossfold(&["gate", file(2).to_str().unwrap(), "--json", "--margin", "1"]).expect(0).stdout;
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!((&report["matched"], &report["metric"]), (&json!("rows_and_folds"), &json!("mae")));
    for version in [3, 4] {
        let report =
            here.crossfold(&["gate", file(version).to_str().unwrap(), "--set", &path, "--json"]).expect(0).stdout;
        let report: Value = serde_json::from_str(&report).unwrap();
        assert_eq!(report["matched"], "rows_and_folds", "version {version}");
    }
}

#[test]
fn baselines_of_ten_seeds_are_reproduced() {
    let here = Workplace::new();
    for seed in 1..=10 {
        baseline(&here, &["--seed", &seed.to_string(), "--set", "training.epochs=2", "--set", "data.train_rows=600"]);
        let report = here.crossfold(&["gate", "baselines/gated.json", "--json"]).expect(0).stdout;
        let report: Value = serde_json::from_str(&report).unwrap();
        assert_eq!(report["difference"].as_f64(), Some(0.0), "trained afresh on the same machine: the same bits");
    }
}

#[test]
fn a_cached_gate_trains_only_missing_fits() {
    let here = Workplace::new();
    baseline(&here, &["--set", "training.epochs=2"]);
    let gate = |arguments: &[&str]| here.crossfold(&[&["gate", "baselines/gated.json"], arguments].concat()).expect(0);
    assert!(!gate(&["--cached"]).stderr.contains("fits"));
    assert!(gate(&[]).stderr.contains("5/5 fits"));
}

#[test]
fn invalid_baselines_exit_with_10() {
    let here = Workplace::new();
    std::fs::write(here.path().join("no.json"), "{\"version\": 9}").unwrap();
    let refused = here.crossfold(&["gate", "no.json"]).expect(10);
    assert!(refused.stderr.contains("no.json"), "{}", refused.stderr);
    here.crossfold(&["gate", "nowhere.json"]).expect(10);
    here.crossfold(&["gate", "no.json", "--margin", "-1"]).expect(2);
}

/// The baseline in the repository can be read, and its experiment exists.
#[test]
fn the_repositorys_baseline_is_valid() {
    let file = root().join("experiments/baselines/ci.json");
    Workplace::new().crossfold(&["gate", file.to_str().unwrap(), "--quiet"]).expect(0);
}

/// Rows without a target are left out; rows are identified by their position in the file.
#[test]
fn a_baseline_may_use_some_of_a_tables_rows() {
    let here = Workplace::new();
    let spec = here.spec(
        "salaries.yaml",
        "version: 1\nname: salaries\n\
         data: {source: csv, path: DATA/hitters/hitters.csv, target: Salary, task: regression, missing_target: drop}\n\
         model: {kind: linear}\ntraining: {epochs: 3}\ncross_validation: {folds: 3}\n",
    );
    here.crossfold(&["run", spec.to_str().unwrap()]).expect(0);
    here.crossfold(&["baseline", "salaries", "-o", "salaries.json"]).expect(0);
    here.crossfold(&["gate", "salaries.json"]).expect(0);
}
