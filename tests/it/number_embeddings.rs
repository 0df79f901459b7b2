//! `model.numbers`: embeddings of a table's numbers.

use crate::harness::{Workplace, number, root, table};

const TRAINING: &str = "training: {epochs: 3, batch_size: 16}\ncross_validation: {folds: 2}\nfinal: {refit: none}\n";

/// Runs a study of people.
fn run(rest: &str) -> Workplace {
    let here = Workplace::new();
    here.people("people.csv", &["price"], 0, 90);
    let spec = here.people_spec("people", "price", "", &format!("{rest}{TRAINING}"));
    here.crossfold(&["run", &spec]).expect(0);
    here
}

/// Other networks of a study don't depend on it, and share their fits with studies without embeddings.
#[test]
fn networks_without_embeddings_stay_as_they_are() {
    let model = "model: {kind: mlp, hidden: [8]}\n";
    let alone = run(model);
    let beside = run(&format!("{model}search: {{space: {{numbers: [plain, linear, periodic]}}}}\n"));
    let scores = |here: &Workplace, value: Option<&str>| {
        let board = table(&here.read("results/people/leaderboard.csv"));
        let rows = board.iter().filter(|row| value.is_none_or(|value| row["numbers"] == value));
        rows.map(|row| number(row, "mean_rmse").to_bits()).collect::<Vec<_>>()
    };
    assert_eq!(scores(&alone, None), scores(&beside, Some("plain")));
    let [linear, periodic] = ["linear", "periodic"].map(|numbers| scores(&beside, Some(numbers)));
    assert!(linear.len() == 1 && periodic.len() == 1 && linear != periodic);
    let again = beside.path().join("people.yaml");
    let alone =
        std::fs::read_to_string(&again).unwrap().replace("search: {space: {numbers: [plain, linear, periodic]}}\n", "");
    std::fs::write(&again, alone).unwrap();
    let stored = beside.crossfold(&["run", again.to_str().unwrap()]).expect(0);
    assert!(stored.stderr.contains("all 2 fits of the search are stored"), "{}", stored.stderr);
}

/// Without hidden layers there is nothing that would read embeddings.
#[test]
fn linear_models_embed_nothing() {
    let search = "model: {kind: mlp, nodes: 8, numbers: periodic}\nsearch: {space: {layers: [0, 1]}}\n";
    let here = run(search);
    let board = table(&here.read("results/people/leaderboard.csv"));
    let parameters = |layers: &str| &board.iter().find(|row| row["layers"] == layers).unwrap()["parameters"];
    let alone = run("model: {kind: linear}\n");
    assert_eq!(*parameters("0"), table(&alone.read("results/people/leaderboard.csv"))[0]["parameters"]);
    assert!(parameters("0") != parameters("1"));
}

#[test]
fn rows_without_numbers_are_refused() {
    let here = Workplace::new();
    let refused = |data: &str, model: &str| {
        let text =
            format!("version: 1\nname: refused\ndata: {data}\nmodel: {{kind: mlp, hidden: [8], {model}}}\n{TRAINING}");
        let spec = here.spec("refused.yaml", &text);
        here.crossfold(&["run", spec.to_str().unwrap()]).expect(10).stderr
    };
    let check = |data: &str, model: &str, reason: &str| {
        let stderr = refused(data, model);
        assert!(stderr.contains(reason), "{stderr}");
    };
    let folder = root().join("data");
    let votes = format!("{{source: csv, path: {}/anes96/anes96.csv, target: vote}}", folder.display());
    check(
        "{source: mnist, path: DATA/mnist, train_rows: 120}",
        "numbers: linear",
        "`numbers: linear` is for the columns of a table, and a row is an image",
    );
    check(
        "{source: csv, path: DATA/japanese-vowels/train.csv, target: speaker, sequence: {id: utterance, step: step}}",
        "numbers: periodic",
        "`numbers: periodic` is for the columns of a table, and a row is a sequence",
    );
    let bins = "numbers: periodic}\npreprocessing: {numeric: {encode: {piecewise: {bins: 3}}}, ordinal: {encode: {piecewise: {bins: 3}}}";
    check(&votes, bins, "`numbers: periodic` needs numbers that aren't encoded, and no input is one");
}
