//! `results/NAME/model/`: a trained network and its model card.

use std::fs;

use crate::harness::{Workplace, root, table};

const FILES: [&str; 4] = ["README.md", "model.json", "spec.yaml", "weights.safetensors"];

/// Two networks that predict people's votes, the better of which is tested.
fn votes() -> Workplace {
    let here = Workplace::new();
    here.people("people.csv", &["vote"], 0, 150);
    here.people("new.csv", &["vote"], 200, 260);
    let study = "model: {kind: mlp, hidden: [8]}\ntraining: {learning_rate: 0.02, batch_size: 16}\n\
                 search: {space: {epochs: [2, 5]}}\ncross_validation: {folds: 3}\nfinal: {test: true}\n";
    let spec = here.people_spec("people", "vote", ", test_path: new.csv", study);
    here.crossfold(&["run", &spec]).expect(0);
    here
}

fn files(here: &Workplace, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(here.path().join(folder)).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_model_card_describes_its_network() {
    let here = votes();
    assert_eq!(files(&here, "results/people/model"), FILES);
    let card = here.read("results/people/model/README.md");
    let winner = &table(&here.read("results/people/leaderboard.csv"))[0];
    let parameters = format!("{} parameters", winner["parameters"]);
    let trained = format!("- Trained for {} epochs\n", winner["epochs"]);
    for text in [
        "---\nlibrary_name: crossfold\npipeline_tag: tabular-classification\n",
        "    - type: accuracy\n",
        "# people\n",
        "3 classes: `blue`, `green`, `red`",
        "- Source: `people.csv`, a table\n- Trained on: 150 rows\n- Tested on: 60 rows, of `new.csv`\n",
        "over 3 validation folds",
        "the best of 2 trials",
        "No fairness audit",
        "## How to describe this in a paper\n\nModels were trained to predict `",
        "crossfold predict . new.csv --inputs inputs.csv",
        &parameters,
        &trained,
    ] {
        assert!(card.contains(text), "{text:?} isn't in\n{card}");
    }
    // Scores and digests equal those in the study's files.
    for row in table(&here.read("results/people/test.csv")) {
        assert!(card.contains(&format!("    - type: {}\n      value: {}\n", row["metric"], row["value"])), "{card}");
    }
    let record: serde_json::Value = serde_json::from_str(&here.read("results/people/study.json")).unwrap();
    for digest in [&record["data"]["sha256"], &record["data"]["test_sha256"]] {
        assert!(card.contains(digest.as_str().unwrap()), "{digest} isn't in\n{card}");
    }
    for line in record["origin"].as_array().unwrap() {
        assert!(card.contains(line.as_str().unwrap()), "{line} isn't in\n{card}");
    }
}

/// A card contains no local paths, since it is published.
#[test]
fn a_model_card_contains_no_local_path() {
    let here = votes();
    let card = here.read("results/people/model/README.md");
    let folder = here.path().canonicalize().unwrap();
    for folder in [here.path(), &folder, &root()] {
        let name = folder.to_str().unwrap();
        assert!(!card.contains(name), "{name} is in\n{card}");
    }
    assert!(!card.contains(folder.file_name().unwrap().to_str().unwrap()), "{card}");
    let model = here.read("results/people/model/model.json");
    assert!(!model.contains(folder.file_name().unwrap().to_str().unwrap()), "{model}");
}

/// Networks for images have model cards, too.
#[test]
fn a_report_recreates_the_folder() {
    let here = votes();
    let spec = here.spec(
        "digits.yaml",
        "version: 1\nname: digits\ndata: {source: mnist, path: DATA/mnist, train_rows: 100}\n\
         model: {kind: cnn, filters: [2], hidden: []}\ntraining: {epochs: 1}\ncross_validation: none\nfinal: {test: true}\n",
    );
    here.crossfold(&["run", spec.to_str().unwrap()]).expect(0);
    for study in ["people", "digits"] {
        let folder = format!("results/{study}/model");
        let before = FILES.map(|file| fs::read(here.path().join(&folder).join(file)).unwrap());
        fs::remove_dir_all(here.path().join(&folder)).unwrap();
        here.crossfold(&["report", study]).expect(0);
        for (file, bytes) in FILES.iter().zip(before) {
            assert!(fs::read(here.path().join(&folder).join(file)).unwrap() == bytes, "{file} of {study} differs");
        }
    }
}

/// The card's spec reproduces the network.
#[test]
fn the_spec_reproduces_the_network() {
    let here = votes();
    here.crossfold(&["run", "results/people/model/spec.yaml"]).expect(0);
    let weights =
        |study: &str| fs::read(here.path().join(format!("results/{study}/model/weights.safetensors"))).unwrap();
    assert!(weights("people") == weights("people-best"));
    assert_eq!(here.read("results/people/test.csv"), here.read("results/people-best/test.csv"));
}

/// Files of an earlier model are removed, also when the new run has no model.
#[test]
fn a_run_without_a_refit_has_no_model() {
    let here = votes();
    let spec = here.path().join("people.yaml");
    let text = fs::read_to_string(&spec).unwrap().replace("final: {test: true}", "final: {refit: none}");
    fs::write(&spec, text).unwrap();
    here.crossfold(&["run", "people.yaml"]).expect(0);
    assert_eq!(files(&here, "results/people/model"), Vec::<String>::new());
}
