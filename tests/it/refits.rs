//! `final.refits`: several networks are retrained, and predict together.

use std::fs;

use crate::harness::{Row, Workplace, number, table};

const NETWORK: &str = "model: {kind: mlp, hidden: [8]}\n\
     training: {learning_rate: 0.02, epochs: 5, batch_size: 16}\ncross_validation: {hold_out: 0.2}\n";

/// A study of 150 people, with test rows of its own in `new.csv`.
fn people(target: &str, rest: &str) -> (Workplace, String) {
    let here = Workplace::new();
    here.people("people.csv", &[target], 0, 150);
    here.people("new.csv", &[target], 200, 260);
    let spec = here.people_spec("people", target, ", test_path: new.csv", rest);
    (here, spec)
}

fn with(refits: &str) -> String {
    format!("{NETWORK}final: {{test: true, variables: false{refits}}}\n")
}

/// The tensors of a safetensors file, without its header.
fn tensors(here: &Workplace) -> Vec<u8> {
    let file = fs::read(here.path().join("results/people/model/weights.safetensors")).unwrap();
    let header = u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
    file[8 + header..].to_vec()
}

/// What a study predicts of its test rows agrees with what `predict` says about them.
fn check_predictions(here: &Workplace, columns: &[&str]) -> Vec<Row> {
    let own = table(&here.read("results/people/test_predictions.csv"));
    let said = table(&here.crossfold(&["predict", "people", "new.csv"]).expect(0).stdout);
    assert_eq!((own.len(), said.len()), (60, 60));
    for (own, said) in own.iter().zip(&said) {
        columns.iter().for_each(|column| assert_eq!(own[*column], said[*column]));
    }
    own
}

#[test]
fn three_networks_begin_with_the_single_one_and_are_the_same_at_any_number_of_jobs() {
    let (here, spec) = people("vote", &with(", refits: 3"));
    let screen = here.crossfold(&["run", &spec, "--jobs", "1"]).expect(0);
    assert!(screen.stderr.contains("retraining the winner on all 150 rows as 3 networks"), "{}", screen.stderr);
    let (whole, results) = (tensors(&here), here.results("results/people"));
    let own = check_predictions(&here, &["predicted"]);
    let score = |rows: &[Row]| number(rows.iter().find(|row| row["metric"] == "accuracy").unwrap(), "value");
    let right = own.iter().filter(|row| row["predicted"] == row["truth"]).count() as f64;
    assert_eq!(score(&table(&here.read("results/people/test.csv"))), right / 60.0);

    let (other, spec) = people("vote", &with(", refits: 3"));
    other.crossfold(&["run", &spec, "--jobs", "3"]).expect(0);
    assert!(other.results("results/people") == results, "results depend on the number of jobs");
    // Everything is stored: nothing is retrained, and reports are the same.
    let again = other.crossfold(&["run", &spec]).expect(0).stderr;
    assert!(!again.contains("retraining"), "{again}");
    fs::remove_dir_all(other.path().join("results/people/model")).unwrap();
    other.crossfold(&["report", "people"]).expect(0);
    assert!(other.results("results/people") == results, "`report` writes other files than `run`");

    let (single, spec) = people("vote", &with(""));
    single.crossfold(&["run", &spec]).expect(0);
    let first = tensors(&single);
    assert_eq!(whole.len(), 3 * first.len());
    assert!(whole[..first.len()] == first[..], "the first network is not that of a single retraining");
    assert!(whole[first.len()..2 * first.len()] != first[..]);
    assert!(!single.read("results/people/model/model.json").contains("networks"));
}

#[test]
fn numbers_are_averaged() {
    let (here, spec) = people("price", &with(", refits: 2"));
    let events = here.crossfold(&["run", &spec, "--json"]).expect(0).stdout;
    assert!(events.contains("\"networks\":2"), "{events}");
    check_predictions(&here, &["predicted"]);
    let study: serde_json::Value = serde_json::from_str(&here.read("results/people/study.json")).unwrap();
    assert_eq!(study["refits"], 2);
    let card = here.read("results/people/model/README.md");
    for expected in [
        "retrained it on all of the study's rows, with 2 seeds; the 2 networks predict together.",
        "- Averaged: the predictions of 2 such networks, ",
        "as 2 networks with different seeds, whose predictions are averaged and scored once",
        "for member in range(2):",
    ] {
        assert!(card.contains(expected), "{expected}\n{card}");
    }
    let report = here.read("results/people/report.md");
    assert!(report.contains("retrained on all other rows as 2 averaged networks reaches"), "{report}");
    let model = here.read("results/people/model/spec.yaml");
    assert!(model.contains("refits: 2"), "{model}");
}

/// Weights of fewer networks than the model names are refused.
#[test]
fn a_model_with_a_missing_network_is_refused() {
    let (here, spec) = people("vote", &with(", refits: 2"));
    here.crossfold(&["run", &spec]).expect(0);
    let path = here.path().join("results/people/model/model.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"networks\": 2", "\"networks\": 3")).unwrap();
    let refused = here.crossfold(&["predict", "people", "new.csv"]).expect(11).stderr;
    assert!(refused.contains("one of the two was changed"), "{refused}");
}

#[test]
fn a_linear_model_is_retrained_once() {
    let linear = NETWORK.replace("kind: mlp, hidden: [8]", "kind: linear");
    let (here, spec) = people("vote", &format!("{linear}final: {{refits: 3, variables: false}}\n"));
    let screen = here.crossfold(&["run", &spec]).expect(0);
    assert!(!screen.stderr.contains("networks"), "{}", screen.stderr);
    assert!(here.path().join("results/people/coefficients.csv").is_file());
}

/// A plan states the price.
#[test]
fn a_plan_names_the_networks() {
    let operations = |refits: &str| {
        let (here, spec) = people("vote", &with(refits));
        let plan = here.crossfold(&["plan", &spec]).expect(0).stdout;
        let says = plan.contains("the winner as 9 networks, whose predictions are averaged");
        assert_eq!(says, !refits.is_empty(), "{plan}");
        let line = plan.lines().find(|line| line.contains("floating-point")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap()
    };
    // A fold of four fifths of the rows with its validation, and one or nine trainings on all rows.
    assert!(operations(", refits: 9") > 4.0 * operations(""));
}
