//! The conclusions that a study's scores support, on real data.

use crate::harness::{Workplace, number, root, table};

/// Networks of up to 16 nodes on baseball players' salaries, many of which have similar scores.
fn players(extra: &str) -> String {
    let table = root().join("data/hitters/hitters.csv");
    format!(
        "\
version: 1
name: players
seed: 1
data: {{source: csv, path: {}, target: Salary, task: regression, missing_target: drop}}
model: {{kind: mlp}}
training: {{optimizer: adam, learning_rate: 0.01, batch_size: 32}}
search:
  space: {{layers: [0, 1], nodes: [8, 16], l2: [0, 0.01], epochs: [10, 20, 40]}}
cross_validation: {{folds: 4}}
objective: {{metric: rmse}}
{extra}
",
        table.display()
    )
}

#[test]
fn one_se_refits_the_simplest_of_the_best() {
    let here = Workplace::new();
    let spec = here.spec("players.yaml", &players("final: {refit: one_se}"));
    here.crossfold(&["run", spec.to_str().unwrap()]).expect(0);
    let board = table(&here.read("results/players/leaderboard.csv"));
    let (best, error) = (number(&board[0], "mean"), number(&board[0], "se"));
    let near = board.iter().filter(|row| number(row, "mean") <= best + error);
    let chosen =
        near.min_by_key(|row| row["parameters"].parse::<u64>().unwrap() * 100 + row["epochs"].parse::<u64>().unwrap());
    let chosen = chosen.unwrap();
    assert_ne!(chosen["rank"], "1", "the example is one in which the rule chooses another");
    let model: serde_json::Value = serde_json::from_str(&here.read("results/players/model/model.json")).unwrap();
    let nodes = model["configuration"]["hidden"][0]["nodes"].to_string();
    assert_eq!((nodes, model["epochs"].to_string()), (chosen["nodes"].clone(), chosen["epochs"].clone()));
    let report = here.read("results/players/report.md");
    assert!(report.contains(&format!("Trial {} (", chosen["trial"])) && report.contains("is the simplest"), "{report}");
    // The winner's spec has one trial, so there is no simpler one.
    assert!(here.read("results/players/best.yaml").contains("refit: best"));
    here.crossfold(&["check", "results/players/best.yaml"]).expect(0);

    // The winner's predictions are always kept, so nothing is retrained for them.
    let few = here.spec("few.yaml", &players("final: {refit: one_se}\npredictions: {megabytes: 0, best: 1}"));
    here.crossfold(&["run", few.to_str().unwrap()]).expect(0);
    let again = here.crossfold(&["run", few.to_str().unwrap()]).expect(0);
    assert!(!again.stderr.contains("whose predictions are not stored"), "{}", again.stderr);
}

/// The nested search of a fold equals a study of only that fold's training rows.
#[test]
fn nested_cross_validation_searches_within_each_fold() {
    let here = Workplace::new();
    let spec = here.spec("players.yaml", &players("final: {refit: none, nested: true}"));
    let path = spec.to_str().unwrap();
    here.crossfold(&["run", path, "--jobs", "2"]).expect(0);
    let nested = table(&here.read("results/players/nested.csv"));
    assert_eq!(nested.len(), 4);
    let folds = table(&here.read("results/players/folds.csv"));
    for row in &nested {
        let is_same = |other: &&crate::harness::Row| ["trial", "fold"].iter().all(|&key| other[key] == row[key]);
        let outer = folds.iter().find(is_same).unwrap();
        assert_eq!(row["score"], outer["validation_rmse"], "scored by the study's own network of that trial");
    }
    assert!(here.read("results/players/report.md").contains("Nested cross-validation, which repeats the whole search"));
    // With other jobs, or entirely from the store, results are the same; no fit is trained twice or left unreferenced.
    let before = here.read("results/players/nested.csv");
    here.crossfold(&["run", path, "--jobs", "1", "--results", "alone"]).expect(0);
    assert_eq!(here.read("alone/players/nested.csv"), before);
    let again = here.crossfold(&["run", path]).expect(0);
    assert!(again.stderr.contains(" fits of the search are stored\n"), "{}", again.stderr);
    assert_eq!(here.read("results/players/nested.csv"), before);
    std::fs::remove_file(here.path().join("results/players/nested.csv")).unwrap();
    here.crossfold(&["report", "players"]).expect(0);
    assert_eq!(here.read("results/players/nested.csv"), before);
    let garbage = here.crossfold(&["gc"]).expect(0);
    assert!(garbage.stdout.contains("0 fits") || garbage.stderr.contains("0 fits"), "{garbage:?}");
}

/// Results don't depend on which predictions happen to be stored, for example after an edit.
#[test]
fn findings_do_not_depend_on_earlier_edits() {
    let here = Workplace::new();
    let (narrow, wide) =
        (players("predictions: {megabytes: 0, best: 3}"), players("predictions: {megabytes: 0, best: 3}"));
    let narrow = here.spec("narrow.yaml", &narrow.replace("epochs: [10, 20, 40]", "epochs: [40]"));
    let wide = here.spec("wide.yaml", &wide);
    here.crossfold(&["run", narrow.to_str().unwrap()]).expect(0);
    here.crossfold(&["run", wide.to_str().unwrap()]).expect(0);
    here.crossfold(&["run", wide.to_str().unwrap(), "--results", "fresh"]).expect(0);
    // With only three trials, selection is not replayed.
    assert_eq!(table(&here.read("fresh/players/leaderboard.csv"))[0]["corrected"], "");
    for file in ["leaderboard.csv", "report.md", "importance.csv", "predictions.csv"] {
        assert_eq!(
            here.read(&format!("results/players/{file}")),
            here.read(&format!("fresh/players/{file}")),
            "{file}"
        );
    }
}

/// Without stored predictions, findings use only fold scores, and the corrected estimate is empty.
#[test]
fn without_predictions_findings_use_only_fold_scores() {
    let here = Workplace::new();
    let spec = here.spec("players.yaml", &players("predictions: {megabytes: 0, best: 0}"));
    here.crossfold(&["run", spec.to_str().unwrap()]).expect(0);
    let board = table(&here.read("results/players/leaderboard.csv"));
    assert!(board.iter().all(|row| row["corrected"].is_empty() && !row["tied_with_best"].is_empty()));
    assert!(board[1..].iter().all(|row| number(row, "adjusted_p") > 0.0));
}
