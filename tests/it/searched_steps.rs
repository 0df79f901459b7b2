//! Steps of preprocessing that are searched like hyperparameters.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::harness::{Row, Workplace, table};
use crate::kills::kill_after_first_fit;

/// What a study of people has besides its space: numbers, dates, names and missing values, few epochs, test rows.
const NETWORK: &str = "model: {kind: mlp, hidden: [8]}\n\
     training: {learning_rate: 0.02, epochs: 30, batch_size: 16}\ncross_validation: {folds: 3}\n\
     final: {test: true}\n";

/// Scales, encodings that depend on a condition, encodings of names, and a number of inputs.
const SPACE: &str = "preprocessing: {numeric: {impute: mean}, ordinal: {encode: {piecewise: {bins: 2}}}}\n\
     search:\n  space:\n    preprocessing.numeric.scale: [standard, normal]\n    \
     numeric.encode: {values: [none, {piecewise: {bins: 4}}], when: {numeric.scale: standard}}\n    \
     preprocessing.categorical.encode: [one_hot, target, {embedding: {size: 2}}]\n    \
     preprocessing.select: [6, 100]\n";

/// A study of 150 people, with test rows of its own in `new.csv`.
fn people(target: &str, rest: &str) -> (Workplace, String) {
    let here = Workplace::new();
    here.people("people.csv", &[target], 0, 150);
    here.people("new.csv", &[target], 200, 260);
    let spec = here.people_spec("people", target, ", test_path: new.csv", &format!("{rest}{NETWORK}"));
    (here, spec)
}

/// The number of fits that a run trained, and that it found in the store.
fn counts(here: &Workplace, study: &str) -> (u64, u64) {
    let record: Value = serde_json::from_str(&here.read(&format!("results/{study}/study.json"))).unwrap();
    (record["fits_trained"].as_u64().unwrap(), record["fits_stored"].as_u64().unwrap())
}

fn leaderboard(here: &Workplace, study: &str) -> Vec<Row> {
    table(&here.read(&format!("results/{study}/leaderboard.csv")))
}

#[test]
fn results_have_the_same_bytes_at_any_number_of_jobs_and_after_a_kill() {
    for target in ["vote", "price"] {
        let (here, spec) = people(target, SPACE);
        here.crossfold(&["run", &spec, "--jobs", "1", "--results", "1"]).expect(0);
        let one = here.results("1/people");
        let assert_same = |folder: &str| {
            for (file, bytes) in here.results(&format!("{folder}/people")) {
                assert!(one[&file] == bytes, "{target}: {file} differs between --jobs 1 and {folder}");
            }
        };
        here.crossfold(&["run", &spec, "--jobs", "3", "--results", "3"]).expect(0);
        assert_same("3");
        for jobs in ["1", "2"] {
            kill_after_first_fit(here.start(&["run", &spec, "--json", "--retry", "--jobs", jobs]), 30);
        }
        here.crossfold(&["run", &spec]).expect(0);
        assert_same("results");
        let (trained, stored) = counts(&here, "people");
        assert_eq!(trained + stored, (2 + 1) * 3 * 2 * 3, "two encodings with one scale, one with the other");
        assert!(stored >= 2, "fits before the kills are used: {stored}");
        // The store has everything that reports are made from, sizes of networks included.
        let all = here.all_but_logs("results/people");
        fs::remove_dir_all(here.path().join("results/people")).unwrap();
        here.crossfold(&["report", "people"]).expect(0);
        assert!(here.all_but_logs("results/people") == all, "{target}: `report` writes other files than `run`");
    }
}

/// Each trial is the network of a study whose `preprocessing` has its values.
#[test]
fn a_searched_step_is_the_same_as_a_fixed_one() {
    let (here, spec) = people("price", SPACE);
    here.crossfold(&["run", &spec]).expect(0);
    let trials = leaderboard(&here, "people");
    assert_eq!(trials.len(), 18);
    for (number, trial) in trials.iter().enumerate().filter(|(number, _)| number % 4 == 0) {
        let value = |name: &str| trial[name].as_str();
        let (name, numeric) = (format!("fixed-{number}"), [value("numeric.scale"), value("numeric.encode")]);
        let steps = format!(
            "preprocessing: {{numeric: {{impute: mean, scale: {}, encode: {}}}, \
             ordinal: {{encode: {{piecewise: {{bins: 2}}}}}}, categorical: {{encode: {}}}, select: {}}}\n",
            numeric[0],
            numeric[1],
            value("categorical.encode"),
            value("select"),
        );
        let fixed = here.people_spec(&name, "price", ", test_path: new.csv", &format!("{steps}{NETWORK}"));
        here.crossfold(&["run", &fixed]).expect(0);
        assert_eq!(counts(&here, &name), (0, 3), "its fits have the same keys: {steps}");
        here.crossfold(&["run", &fixed, "--results", "fresh"]).expect(0);
        let alone = table(&here.read(&format!("fresh/{name}/leaderboard.csv")));
        for column in ["mean", "mean_mae", "parameters"] {
            assert_eq!(alone[0][column], trial[column], "{column} of {steps}");
        }
    }
}

#[test]
fn the_winner_is_reproduced_and_predicts_as_in_the_study() {
    for target in ["vote", "price"] {
        let (here, spec) = people(target, SPACE);
        here.crossfold(&["run", &spec]).expect(0);
        let winner = leaderboard(&here, "people").swap_remove(0);
        let folder = here.path().join("results/people");
        let best = fs::read_to_string(folder.join("best.yaml")).unwrap();
        for results in ["results", "fresh"] {
            let spec = folder.join("best.yaml");
            here.crossfold(&["run", spec.to_str().unwrap(), "--results", results]).expect(0);
            let alone = table(&here.read(&format!("{results}/people-best/leaderboard.csv"))).swap_remove(0);
            for column in ["mean", "se", "parameters"] {
                assert_eq!(alone[column], winner[column], "{target}: {column} of\n{best}");
            }
            let weights = |study: &str| fs::read(here.path().join(study).join("model/weights.safetensors")).unwrap();
            assert!(weights(&format!("{results}/people-best")) == weights("results/people"), "{target}: {best}");
        }
        assert_eq!(counts(&here, "people-best"), (0, 3));
        let own = table(&here.read("results/people/test_predictions.csv"));
        let said = table(&here.crossfold(&["predict", "people", "new.csv"]).expect(0).stdout);
        assert_eq!((own.len(), said.len()), (60, 60));
        own.iter().zip(&said).for_each(|(own, said)| assert_eq!(own["predicted"], said["predicted"]));
        // The retrained network reads what the winner read, and what its card says.
        let model: Value = serde_json::from_str(&here.read("results/people/model/model.json")).unwrap();
        assert_eq!(model["configuration"]["steps"]["numeric_scale"], winner["numeric.scale"].as_str());
        let card = here.read("results/people/model/README.md");
        let scale = ["Standard", "Normal"][usize::from(winner["numeric.scale"] == "normal")];
        assert!(card.contains(&format!("\"scale\":\"{scale}\"")), "{card}");
    }
}

/// A value that the study has anyway is the same trial as none, and shares its fits with other studies.
#[test]
fn a_value_that_the_study_has_anyway_changes_nothing() {
    let (here, spec) = people("price", "");
    here.crossfold(&["run", &spec]).expect(0);
    assert_eq!(counts(&here, "people"), (3, 0));
    let scales = "search: {space: {preprocessing.numeric.scale: [robust, standard]}}\n";
    let spec = here.people_spec("people", "price", ", test_path: new.csv", &format!("{scales}{NETWORK}"));
    here.crossfold(&["run", &spec]).expect(0);
    assert_eq!(counts(&here, "people"), (3, 3));
    // A model that searches no step has the study's own.
    let models = "models: {plain: {kind: mlp, hidden: [8]}, \
                  scaled: {kind: mlp, hidden: [8], space: {numeric.scale: [robust, standard]}}}\n";
    let rest = NETWORK.split_once('\n').unwrap().1;
    let spec = here.people_spec("people", "price", ", test_path: new.csv", &format!("{models}{rest}"));
    here.crossfold(&["run", &spec]).expect(0);
    assert_eq!(counts(&here, "people"), (0, 6));
    let scales: Vec<String> = leaderboard(&here, "people").iter().map(|row| row["numeric.scale"].clone()).collect();
    assert_eq!(scales.len(), 2, "the models share a trial: {scales:?}");
}

#[test]
fn every_strategy_searches_steps() {
    for strategy in
        ["random: {trials: 6}", "sobol: {trials: 6}", "tpe: {trials: 12, startup: 4}", "gp: {trials: 8, startup: 4}"]
    {
        let space = SPACE.replace("search:\n", &format!("search:\n  strategy: {{{strategy}}}\n"));
        let (here, spec) = people("vote", &space);
        here.crossfold(&["run", &spec, "--set", "training.epochs=2"]).expect(0);
        let trials = leaderboard(&here, "people");
        assert!(trials.len() >= 5, "{strategy}: {}", trials.len());
        let encodings: BTreeSet<&str> = trials.iter().map(|trial| trial["categorical.encode"].as_str()).collect();
        assert!(encodings.len() > 1, "{strategy}: {encodings:?}");
        // The condition of the other encoding.
        for trial in &trials {
            assert!(trial["numeric.scale"] == "standard" || trial["numeric.encode"] == "none", "{strategy}: {trial:?}");
        }
    }
}

/// Nested searches choose steps on the training rows of a fold alone, and baselines read the study's own steps.
#[test]
fn nested_searches_and_baselines_have_steps() {
    let scales = "search: {space: {preprocessing.numeric.scale: [none, standard]}}\n";
    let (here, spec) = people("price", scales);
    here.crossfold(&["run", &spec, "--set", "final.nested=true"]).expect(0);
    let record: Value = serde_json::from_str(&here.read("results/people/study.json")).unwrap();
    assert_eq!(record["trials"]["complete"], 2, "{record}");
    let baselines = || -> Vec<[String; 3]> {
        let rows = table(&here.read("results/people/baselines.csv"));
        rows.iter().map(|row| ["method", "mean", "fold_1"].map(|column| row[column].clone())).collect()
    };
    let own = baselines();
    here.crossfold(&["run", &spec, "--set", "search.space={preprocessing.numeric.scale: [normal]}"]).expect(0);
    assert_eq!((own.len(), baselines()), (3, own));
}

/// The mistake that scales of `augmentation` are given for those of `preprocessing`.
#[test]
fn a_scale_of_a_table_is_not_that_of_images() {
    let (here, spec) = people("price", "search: {space: {scale: [standard, quantile]}}\n");
    let shown = here.crossfold(&["check", &spec]).expect(10).stderr;
    let hint = "`scale` is `augmentation.scale`; the step of preprocessing is `preprocessing.numeric.scale`";
    assert!(shown.contains(hint), "{shown}");
}

#[test]
fn steps_without_columns_are_noted() {
    let here = Workplace::new();
    let rows: String = (0..30).map(|row| format!("{}.5,{}\n", row * 37 % 11, row * row % 7)).collect();
    fs::write(here.path().join("rows.csv"), format!("x,y\n{rows}")).unwrap();
    let spec = here.spec(
        "steps.yaml",
        "version: 1\nname: steps\ndata: {source: csv, path: rows.csv, target: y, task: regression}\n\
         model: {kind: linear}\ntraining: {epochs: 1}\n\
         search: {space: {numeric.scale: [none, standard], categorical.encode: [one_hot, target]}}\n",
    );
    let shown = here.crossfold(&["plan", spec.to_str().unwrap()]).expect(0).stderr;
    assert!(shown.contains("no column takes `preprocessing.categorical.encode`"), "{shown}");
    assert!(!shown.contains("takes `preprocessing.numeric.scale`"), "{shown}");
}
