//! Running the same command again continues where the last run ended; an edited spec trains only the difference; every
//! result file can be recreated from the store.

use std::fs;
use std::io::{BufRead, BufReader};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::harness::{Workplace, table};

/// Two networks on three folds: six fits.
const BASE: &str = "version: 1\nname: edits\nseed: 1\n\
     data: {source: mnist, path: DATA/mnist, train_rows: 300}\n\
     model: {kind: mlp, layers: 1}\ntraining: {learning_rate: 0.01}\n\
     search: {space: {nodes: [8, 16], epochs: [1, 2]}}\ncross_validation: {folds: 3}\n\
     final: {refit: best, test: true}\n";

/// The number of fits that a run trained, and that it found in the store.
fn counts(here: &Workplace, study: &str) -> (u64, u64) {
    let record: Value = serde_json::from_str(&here.read(&format!("results/{study}/study.json"))).unwrap();
    (record["fits_trained"].as_u64().unwrap(), record["fits_stored"].as_u64().unwrap())
}

fn run(here: &Workplace, text: &str, arguments: &[&str]) {
    let spec = here.spec("edits.yaml", text);
    here.crossfold(&[&["run", spec.to_str().unwrap()], arguments].concat()).expect(0);
}

#[test]
fn an_edited_spec_trains_only_the_difference() {
    let here = Workplace::new();
    run(&here, BASE, &[]);
    assert_eq!(counts(&here, "edits"), (6, 0));
    let edit = |from: &str, to: &str| {
        assert!(BASE.contains(from), "{from}");
        BASE.replace(from, to)
    };
    let reordered = {
        let mut lines: Vec<&str> = BASE.lines().collect();
        lines.reverse();
        lines.join("\n")
    };
    for (what, text, arguments, trained, stored) in [
        ("nothing", BASE.to_owned(), vec![], 0, 6),
        ("order of keys", reordered, vec![], 0, 6),
        ("jobs", BASE.to_owned(), vec!["--jobs", "1"], 0, 6),
        (
            "a default written out",
            edit("{learning_rate: 0.01}", "{optimizer: adam, learning_rate: 0.01}"),
            vec![],
            0,
            6,
        ),
        ("metric", BASE.to_owned() + "objective: {metric: log_loss}\n", vec![], 0, 6),
        ("no test", edit("test: true", "test: false"), vec![], 0, 6),
        ("limits", BASE.to_owned() + "limits: {max_failures: 0, fit_seconds: 100}\n", vec![], 0, 6),
        ("a value less", edit("[8, 16]", "[8]"), vec![], 0, 3),
        ("fewer epochs", edit("[1, 2]", "[1]"), vec![], 0, 6),
        ("a value more", edit("[8, 16]", "[8, 16, 24]"), vec![], 3, 6),
        ("longer epochs", edit("[1, 2]", "[1, 2, 3]"), vec![], 6, 0),
        ("the base after longer epochs", BASE.to_owned(), vec![], 0, 6),
        ("more repeats", edit("{folds: 3}", "{folds: 3, repeats: 2}"), vec![], 6, 6),
        ("other folds", edit("{folds: 3}", "{folds: 4}"), vec![], 8, 0),
        ("other rows", edit("300", "301"), vec![], 6, 0),
        ("a changed value", edit("0.01", "0.02"), vec![], 6, 0),
        ("another seed", BASE.to_owned(), vec!["--seed", "2"], 6, 0),
        ("another device", BASE.to_owned(), vec!["--set", "device=ndarray"], 6, 0),
        ("--fresh", BASE.to_owned(), vec!["--fresh"], 6, 0),
    ] {
        run(&here, &text, &arguments);
        assert_eq!(counts(&here, "edits"), (trained, stored), "{what}");
    }
    // A study with another name uses the same fits.
    run(&here, &edit("name: edits", "name: renamed"), &[]);
    assert_eq!(counts(&here, "renamed"), (0, 6));
}

/// A second run, and `report`, write the same bytes as the first run.
#[test]
fn every_result_file_is_recreated_from_the_store() {
    let here = Workplace::new();
    run(&here, BASE, &[]);
    let first = here.results("results/edits");
    let all = here.all_but_logs("results/edits");
    for file in ["report.html", "timings.csv", "study.json"] {
        assert!(all.contains_key(file), "{file}");
    }
    // In another second and on another day: files don't contain the time at which they are written.
    let second = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let finished = second();
    let again = loop {
        let began = second();
        fs::remove_dir_all(here.path().join("results/edits")).unwrap();
        here.crossfold_with("TZ", "Pacific/Kiritimati", &["report", "edits"]).expect(0);
        if began > finished {
            break here.all_but_logs("results/edits");
        }
    };
    assert_eq!(again.keys().collect::<Vec<_>>(), all.keys().collect::<Vec<_>>());
    for (file, bytes) in again {
        assert!(all[&file] == bytes, "{file} differs after `report`");
    }
    run(&here, BASE, &[]);
    for (file, bytes) in here.results("results/edits") {
        assert!(first[&file] == bytes, "{file} differs after a second run");
    }
    // From the store alone, without the data.
    let elsewhere = Workplace::new();
    fs::create_dir(elsewhere.path().join("results")).unwrap();
    for file in fs::read_dir(here.path().join("results")).unwrap().map(|entry| entry.unwrap().path()) {
        if file.is_file() {
            fs::copy(&file, elsewhere.path().join("results").join(file.file_name().unwrap())).unwrap();
        }
    }
    elsewhere.crossfold(&["report", "edits"]).expect(0);
    let again = elsewhere.results("results/edits");
    for file in [
        "leaderboard.csv",
        "folds.csv",
        "curves.csv",
        "predictions.csv",
        "test.csv",
        "report.md",
        "model/weights.safetensors",
    ] {
        assert!(first[file] == again[file], "{file} differs elsewhere");
    }
}

/// With room for two trials' predictions, the winner's are always stored.
#[test]
fn a_small_prediction_budget_keeps_the_best() {
    let here = Workplace::new();
    let whole = BASE.to_owned() + "predictions: {megabytes: 0, best: 2}\n";
    run(&here, &whole, &[]);
    let few = here.read("results/edits/predictions.csv");
    run(&here, BASE, &["--results", "all"]);
    assert_eq!(few, here.read("all/edits/predictions.csv"));
    let plan = here.crossfold(&["plan", "edits.yaml"]).expect(0).stdout;
    assert!(plan.contains("predictions  all stored, about 48 kB"), "{plan}");
    here.spec("edits.yaml", &whole);
    let plan = here.crossfold(&["plan", "edits.yaml"]).expect(0).stdout;
    assert!(plan.contains("predictions  stored for the best 2 trials"), "{plan}");
    // With room for all predictions again, no fit is retrained for its predictions alone.
    run(&here, BASE, &[]);
    assert_eq!(counts(&here, "edits"), (0, 6));
    assert_eq!(few, here.read("results/edits/predictions.csv"));
    // A winner whose predictions have been dropped is retrained for them.
    let none = BASE.to_owned() + "predictions: {megabytes: 0, best: 0}\n";
    run(&here, &none, &[]);
    assert!(!here.path().join("results/edits/predictions.csv").exists());
    run(&here, BASE, &[]);
    assert_eq!(few, here.read("results/edits/predictions.csv"));
}

#[test]
fn list_and_show_read_stored_studies() {
    let here = Workplace::new();
    assert!(here.crossfold(&["list"]).expect(0).stderr.contains("nothing is stored"));
    assert!(here.crossfold(&["show", "edits"]).expect(2).stderr.contains("crossfold run FILE"));
    run(&here, BASE, &[]);
    let listed = here.crossfold(&["list"]).expect(0).stdout;
    assert!(listed.lines().any(|line| line.starts_with("edits  complete  4/4")), "{listed}");
    assert!(here.crossfold(&["show", "edit"]).expect(2).stderr.contains("the stored studies are `edits`"));

    let csv = here.crossfold(&["show", "edits", "--format", "csv"]).expect(0).stdout;
    assert_eq!(csv, here.read("results/edits/leaderboard.csv"));
    let json =
        here.crossfold(&["show", "edits", "--format", "json", "--top", "2", "--sort", "-nodes"]).expect(0).stdout;
    let rows: Value = serde_json::from_str(&json).unwrap();
    let nodes: Vec<i64> = rows.as_array().unwrap().iter().map(|row| row["nodes"].as_i64().unwrap()).collect();
    assert_eq!(nodes, [16, 16]);
    assert!(here.crossfold(&["show", "edits", "--format", "md"]).expect(0).stdout.starts_with("| rank |"));
    assert!(here.crossfold(&["show", "edits", "--sort", "noodles"]).expect(2).stderr.contains("nodes"));
}

#[test]
fn gc_removes_unreferenced_fits() {
    let here = Workplace::new();
    run(&here, BASE, &[]);
    run(&here, &BASE.replace("[8, 16]", "[8]"), &[]);
    let would = here.crossfold(&["gc"]).expect(0);
    assert!(would.stdout.contains("would remove 3 fits"), "{}", would.stdout);
    assert!(would.stderr.contains("nothing removed"), "{}", would.stderr);
    assert!(here.crossfold(&["gc", "--yes"]).expect(0).stdout.contains("removed 3 fits"));
    assert!(here.crossfold(&["gc", "--yes"]).expect(0).stdout.contains("removed 0 fits"));
    assert!(here.crossfold(&["gc", "--forget", "edits", "--yes"]).expect(0).stdout.contains("removed 3 fits"));
    assert!(here.crossfold(&["list"]).expect(0).stdout.lines().count() == 1);
}

/// Two studies share their fits: a fresh run of one retrains them all, and the other one keeps them.
#[test]
fn a_fresh_run_keeps_shared_fits() {
    let here = Workplace::new();
    run(&here, BASE, &[]);
    let twin = here.spec("twin.yaml", &BASE.replace("name: edits", "name: twin"));
    let twin = twin.to_str().unwrap();
    here.crossfold(&["run", twin, "--fresh"]).expect(0);
    assert_eq!(counts(&here, "twin"), (6, 0));
    let lists = here.crossfold(&["list"]).expect(0).stdout;
    assert_eq!(lists.matches("4/4").count(), 2, "{lists}");
}

/// A run of another spec under the same name that is stopped before any trial is complete.
#[test]
fn a_stopped_run_keeps_the_earlier_study() {
    let here = Workplace::new();
    run(&here, BASE, &[]);
    let before = here.results("results/edits");
    let spec = here.path().join("edits.yaml");
    let longer = ["--json", "--seed", "2", "--set", "search.space.epochs=[90000]"];
    let mut child = here.start(&[&["run", spec.to_str().unwrap()], &longer[..]].concat());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    assert!(std::process::Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    lines.for_each(|line| drop(line.unwrap()));
    crate::harness::finish(child).expect(143);
    assert!(here.crossfold(&["gc"]).expect(0).stdout.contains("would remove 0 fits and 0 retrained"));
    here.crossfold(&["report", "edits"]).expect(0);
    assert_eq!(here.results("results/edits"), before);
}

/// A fit that stopped early needs no more training, however many epochs a trial asks for.
#[test]
fn an_early_stopped_fit_is_read_at_any_later_epoch() {
    let here = Workplace::new();
    let text = BASE.replace("{learning_rate: 0.01}", "{learning_rate: 0.3, patience: 2, inner_share: 0.2}");
    run(&here, &text.replace("[1, 2]", "[20, 40]"), &[]);
    assert_eq!(counts(&here, "edits"), (6, 0));
    let board = table(&here.read("results/edits/leaderboard.csv"));
    let score = |epochs: &str, nodes: &str| {
        let row = board.iter().find(|row| row["epochs"] == epochs && row["nodes"] == nodes).unwrap();
        row["mean_log_loss"].clone()
    };
    // At this learning rate, all fits stop long before the twentieth epoch.
    assert!(["8", "16"].iter().all(|nodes| score("20", nodes) == score("40", nodes)), "{board:?}");
    run(&here, &text.replace("[1, 2]", "[20, 4000]"), &[]);
    assert_eq!(counts(&here, "edits"), (0, 6));
    // A trial of fewer epochs reads the beginning of a longer fit, which equals a separate fit.
    run(&here, &text.replace("[1, 2]", "[1, 3]"), &[]);
    assert_eq!(counts(&here, "edits"), (0, 6));
    let read = here.read("results/edits/leaderboard.csv");
    run(&here, &text.replace("[1, 2]", "[1, 3]"), &["--fresh"]);
    assert_eq!(here.read("results/edits/leaderboard.csv"), read);
    // The refit trains for the median of the folds' best epochs.
    let folds = table(&here.read("results/edits/folds.csv"));
    let winner = &table(&read)[0];
    let mut best: Vec<u64> = folds
        .iter()
        .filter(|row| row["trial"] == winner["trial"])
        .map(|row| row["best_epoch"].parse().unwrap())
        .collect();
    best.sort_unstable();
    let record: Value = serde_json::from_str(&here.read("results/edits/study.json")).unwrap();
    assert_eq!(record["refit_epochs"].as_u64().unwrap(), best[best.len() / 2]);
}
