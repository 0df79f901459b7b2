//! The data of `report.html`, the page that people open, of real studies.

use std::fs;
use std::io::Read;

use serde_json::{Value, json};

use crate::harness::{Workplace, root};

/// The block of data that a page carries: JSON, deflated, in base64.
fn page_data(page: &str) -> Value {
    let (_, block) = page.split_once("id=\"data\">").unwrap();
    let letters = block.split_once('<').unwrap().0;
    let value = |letter: u8| match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        other => panic!("{other} is no letter of base64"),
    };
    let bytes = letters.trim_end_matches('=').as_bytes().chunks(4).flat_map(|four| {
        let bits = four.iter().fold(0, |bits, &letter| bits << 6 | u32::from(value(letter))) << (6 * (4 - four.len()));
        bits.to_be_bytes()[1..four.len()].to_vec()
    });
    let mut json = String::new();
    flate2::read::DeflateDecoder::new(&bytes.collect::<Vec<u8>>()[..]).read_to_string(&mut json).unwrap();
    serde_json::from_str(&json).unwrap()
}

fn facts(data: &Value, part: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    data[part].as_array().unwrap().iter().map(|fact| (text(&fact["name"]), text(&fact["value"]))).collect()
}

/// What was studied is on the page, and rows are shown as their file has them.
#[test]
fn a_page_says_what_was_studied_and_where_its_rows_are() {
    let here = Workplace::new();
    let file = root().join("data/beps/beps.csv");
    let spec = here.spec(
        "votes.yaml",
        &format!(
            "version: 1\nname: votes\ndata: {{source: csv, path: {file:?}, target: vote, test_share: 0.2}}\n\
             model: {{kind: mlp, layers: 1, nodes: 4}}\ntraining: {{epochs: 2}}\n\
             search: {{space: {{learning_rate: [0.0008079862667031752, 0.01]}}}}\n\
             cross_validation: {{folds: 2}}\nfinal: {{test: true}}\n"
        ),
    );
    here.crossfold(&["run", spec.to_str().unwrap(), "--quiet"]).expect(0);
    let data = page_data(&here.read("results/votes/report.html"));
    assert_eq!(data["interrupted"], Value::Null);
    let about = facts(&data, "about");
    for (name, value) in [
        ("data", "`beps.csv`"),
        ("target", "`vote`, 3 classes: `Conservative`, `Labour`, `Liberal Democrat`"),
        ("features", "9 columns, encoded as 11 inputs of the network"),
        ("rows", "1,220 for training and validation, 305 for the test"),
        ("validation", "2 folds, stratified"),
        ("search", "every combination of a grid: 2 trials"),
    ] {
        assert!(about.contains(&(name.to_owned(), value.to_owned())), "{name}: {about:?}");
    }
    let mut names: Vec<&str> =
        data["trials"].as_array().unwrap().iter().map(|trial| trial["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["learning rate 0.000808", "learning rate 0.01"]);
    let provenance = facts(&data, "provenance");
    assert!(provenance.iter().any(|(name, _)| name == "preprocessing"), "{provenance:?}");
    assert!(provenance.iter().all(|(_, value)| !value.contains('{')), "{provenance:?}");

    // The first column is the row's name; the second the target, which is shown beside the prediction.
    let lines: Vec<String> = fs::read_to_string(file).unwrap().lines().map(str::to_owned).collect();
    let rows = &data["file_rows"];
    assert_eq!(rows["ids"], 1);
    let header: Vec<&str> = lines[0].split(',').filter(|&name| name != "vote").collect();
    assert_eq!(rows["columns"], json!(header));
    let shown = rows["rows"].as_array().unwrap();
    assert_eq!(shown.len(), data["mistakes"].as_array().unwrap().len());
    for (row, mistake) in shown.iter().zip(data["mistakes"].as_array().unwrap()) {
        let line = row["line"].as_u64().unwrap() as usize;
        let mut cells: Vec<&str> = lines[line - 1].split(',').collect();
        let truth = cells.remove(1);
        assert_eq!(row["cells"], json!(cells), "line {line}");
        assert_eq!(data["classes"]["names"][mistake["truth"].as_u64().unwrap() as usize], truth, "line {line}");
        assert_eq!(row["row"], json!(line - 2));
    }
    // From the store alone.
    here.crossfold(&["report", "votes"]).expect(0);
    assert_eq!(page_data(&here.read("results/votes/report.html"))["file_rows"], *rows);
}

/// Of a long table, the page has the names of the rows that it shows, and of no others; `predictions.csv` has all.
#[test]
fn only_rows_that_are_shown_are_named() {
    let here = Workplace::new();
    let rows: String = (0..1000).map(|row| format!("R{row:04},{},{}\n", row * 7 % 13, row % 2)).collect();
    fs::write(here.path().join("rows.csv"), format!("caseid,x,y\n{rows}")).unwrap();
    let spec = here.spec(
        "long.yaml",
        "version: 1\nname: long\ndata: {source: csv, path: rows.csv, target: y}\nmodel: {kind: linear}\n\
         training: {epochs: 1}\ncross_validation: {folds: 2}\nfinal: {variables: false}\n",
    );
    here.crossfold(&["run", spec.to_str().unwrap(), "--quiet"]).expect(0);
    let named = |text: &str| (0..1000).filter(|row| text.contains(&format!("R{row:04}"))).count();
    let data = page_data(&here.read("results/long/report.html"));
    let shown = data["file_rows"]["rows"].as_array().unwrap().len();
    assert!(shown > 0 && shown < 50, "{shown}");
    assert_eq!((named(&data.to_string()), named(&here.read("results/long/predictions.csv"))), (shown, 1000));
}

/// Failed trials are one group, with the learning rates that they have in common.
#[test]
fn failed_trials_are_grouped() {
    let here = Workplace::new();
    let file = root().join("data/hitters/hitters.csv");
    let spec = here.spec(
        "wages.yaml",
        &format!(
            "version: 1\nname: wages\n\
             data: {{source: csv, path: {file:?}, target: Salary, task: regression, missing_target: drop}}\n\
             model: {{kind: mlp, layers: 1, nodes: 8}}\ntraining: {{optimizer: sgd, epochs: 5}}\n\
             search: {{space: {{learning_rate: [0.001, 0.01, 500, 1000]}}}}\ncross_validation: {{folds: 2}}\n"
        ),
    );
    here.crossfold(&["run", spec.to_str().unwrap(), "--quiet"]);
    let data = page_data(&here.read("results/wages/report.html"));
    let group = json!({"reason": "the loss is not finite", "values": ["learning rate 500 to 1000"], "trials": [2, 3]});
    assert_eq!(data["failures"], json!([group]));
    assert_eq!(data["file_rows"]["rows"].as_array().map(Vec::len), Some(48));
    assert_eq!(data["file_rows"]["rows"][0]["row"], data["mistaken_numbers"][0]["row"]);

    // Scores have all digits, so that the page rounds them once, as the terminal does.
    let board = here.read("results/wages/leaderboard.csv");
    let mut lines = board.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let [trial, mean] = ["trial", "mean"].map(|name| header.iter().position(|&column| column == name).unwrap());
    let best = lines.next().unwrap();
    let shown =
        data["trials"].as_array().unwrap().iter().find(|shown| shown["trial"] == best[trial].parse::<u64>().unwrap());
    assert_eq!(shown.unwrap()["mean"], best[mean].parse::<f64>().unwrap());
    assert_eq!(data["metrics"][0]["range"], json!([0.0, null]));
}
