//! Adaptive searches and pruning: results don't depend on how a search is executed, and budgets are kept.

use serde_json::Value;

use crate::harness::{Workplace, number, table};
use crate::kills::kill_after_first_fit;

/// A study whose search uses enqueued points, per-layer values, a condition and a prior.
fn spec(here: &Workplace, name: &str, strategy: &str, pruner: &str, more: &str) -> String {
    let text = format!(
        "version: 1\nname: {name}\nseed: 3\ndata: {{source: mnist, path: DATA/mnist, train_rows: 600}}\n\
         model: {{kind: mlp}}\ntraining: {{epochs: 9}}\n\
         search:\n  strategy: {strategy}\n  pruner: {pruner}\n\
         \x20 enqueue: [{{learning_rate: 1e-3, optimizer: sgd}}]\n  space:\n\
         \x20   layers: [0, 1, 2]\n    nodes: {{per_layer: {{log_int: {{low: 8, high: 64}}}}}}\n\
         \x20   optimizer: {{values: [adam, sgd], weights: [2, 1]}}\n\
         \x20   momentum: {{uniform: {{low: 0, high: 0.95}}, when: {{optimizer: sgd}}}}\n\
         \x20   learning_rate: {{log_uniform: {{low: 1e-4, high: 1e-1, prior: {{mode: 3e-3, factor: 10}}}}}}\n\
         cross_validation: {{folds: 3}}\nfinal: {{refit: best, test: true}}\n{more}"
    );
    here.spec(&format!("{name}.yaml"), &text).display().to_string()
}

const ASHA: &str = "{asha: {min_folds: 1}}";

/// The number of fits that a run trained and found, from its events.
fn fits(here: &Workplace, arguments: &[&str]) -> (usize, u64) {
    let run = here.crossfold(&[arguments, &["--json"]].concat()).expect(0);
    let events: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ended = events.iter().filter(|event| event["event"] == "fit_ended").count();
    (ended, events[0]["stored"].as_u64().unwrap())
}

#[test]
fn any_number_of_jobs_and_a_report_give_the_same_bytes() {
    for (strategy, pruner) in [
        ("{tpe: {trials: 24, startup: 6}}", ASHA),
        ("{tpe: {trials: 24, startup: 6}}", "{bohb: {min_folds: 1}}"),
        ("{gp: {trials: 14, startup: 6}}", "median"),
        ("{sobol: {trials: 16}}", "racing"),
        ("{random: {trials: 18}}", "{hyperband: {min_epochs: 3}}"),
    ] {
        let here = Workplace::new();
        let spec = spec(&here, "searched", strategy, pruner, "");
        let run_with = |jobs: &str| {
            here.crossfold(&["run", &spec, "--jobs", jobs, "--results", jobs]).expect(0);
            here.results(&format!("{jobs}/searched"))
        };
        let alone = run_with("1");
        assert!(run_with("2") == alone && run_with("8") == alone, "{strategy} with {pruner}");
        let before = here.all_but_logs("8/searched");
        here.crossfold(&["report", "searched", "--results", "8"]).expect(0);
        assert!(here.all_but_logs("8/searched") == before, "{strategy} with {pruner}");
        // Everything is stored, and the same decisions ask for the same fits.
        let (trained, stored) = fits(&here, &["run", &spec, "--results", "8"]);
        assert!(trained == 0 && stored > 20, "{strategy} with {pruner}: {trained} {stored}");
        let rows = table(&here.read("1/searched/leaderboard.csv"));
        assert_eq!(rows[0]["state"], "complete");
        let pruned: Vec<_> = rows.iter().filter(|row| row["state"] == "pruned").collect();
        assert!(!pruned.is_empty(), "{strategy} with {pruner}");
        assert!(pruned.iter().all(|row| row["rank"].is_empty() && number(row, "rung_epochs") >= 1.0));
    }
}

#[cfg(unix)]
#[test]
fn a_killed_search_gives_the_same_bytes() {
    let here = Workplace::new();
    let spec = spec(&here, "killed", "{tpe: {trials: 30, startup: 6}}", ASHA, "");
    here.crossfold(&["run", &spec, "--results", "whole"]).expect(0);
    for lines in [0, 10, 20, 30] {
        let child = here.start(&["run", &spec, "--json", "--retry", "--jobs", "2"]);
        if kill_after_first_fit(child, lines).is_none() {
            break;
        }
    }
    here.crossfold(&["run", &spec, "--retry"]).expect(0);
    assert!(here.results("results/killed") == here.results("whole/killed"));
}

/// With a larger budget, a study keeps its trials and trains only new ones.
#[test]
fn a_larger_budget_continues_a_study() {
    let here = Workplace::new();
    let few = spec(&here, "grown", "{tpe: {trials: 10, startup: 6}}", "none", "");
    let (trained, _) = fits(&here, &["run", &few]);
    assert_eq!(trained, 30);
    let before = table(&here.read("results/grown/leaderboard.csv"));
    let more = spec(&here, "grown", "{tpe: {trials: 14, startup: 6}}", "none", "");
    assert_eq!(fits(&here, &["run", &more]).0, 12);
    let after = table(&here.read("results/grown/leaderboard.csv"));
    for row in &before {
        let same = after.iter().find(|other| other["trial"] == row["trial"]).unwrap();
        assert_eq!([&same["mean"], &same["learning_rate"]], [&row["mean"], &row["learning_rate"]]);
    }
    // Another space trains new fits, except for the enqueued point that both have.
    let text = here.read("grown.yaml").replace("high: 1e-1", "high: 5e-2");
    let other = here.spec("other.yaml", &text).display().to_string();
    let (trained, _) = fits(&here, &["run", &other]);
    assert!(trained < 42, "{trained}");
}

#[test]
fn budgets_are_respected_and_reported() {
    let here = Workplace::new();
    for (budget, limit) in [
        ("{trials: 5}", "trials"),
        ("{fits: 10}", "fits"),
        ("{epochs: 100}", "epochs"),
        ("{without_improvement: 4}", "without_improvement"),
    ] {
        let spec = spec(&here, "bound", "{random: {trials: 60}}", "none", &format!("budget: {budget}\n"));
        let run = here.crossfold(&["run", &spec]).expect(0);
        assert!(run.stderr.contains(&format!("the search ended by `budget.{limit}`")), "{}", run.stderr);
        let rows = table(&here.read("results/bound/leaderboard.csv"));
        assert!((1..60).contains(&rows.len()) && rows.iter().all(|row| row["state"] == "complete"), "{budget}");
        let epochs = table(&here.read("results/bound/curves.csv")).len();
        assert!(limit != "epochs" || epochs <= 100 && epochs > 100 - 27, "{epochs}");
        assert!(limit != "fits" || rows.len() == 3, "{}", rows.len());
    }
}

/// How precisely a deadline is kept is a unit test of the search, whose clock is an argument.
#[test]
fn a_deadline_ends_a_search_and_marks_results_as_not_reproducible() {
    let here = Workplace::new();
    let spec = spec(&here, "timed", "tpe", "none", "budget: {wall: 12s}\n");
    let run = here.crossfold(&["run", &spec]).expect(0);
    assert!(run.stderr.contains("the search ended by `budget.wall`"), "{}", run.stderr);
    assert!(here.path().join("results/timed/model/weights.safetensors").exists());
    for file in ["leaderboard.csv", "folds.csv", "curves.csv", "timings.csv", "predictions.csv", "test.csv"] {
        let rows = table(&here.read(&format!("results/timed/{file}")));
        assert!(rows.iter().all(|row| row["not_reproducible"] == "budget: wall"), "{file}");
    }
    for file in ["report.md", "README.md", "best.yaml", "model/README.md", "model/spec.yaml"] {
        let text = here.read(&format!("results/timed/{file}")).to_lowercase();
        assert!(text.contains("not reproducible"), "{file}");
    }
    let record: Value = serde_json::from_str(&here.read("results/timed/study.json")).unwrap();
    assert_eq!(record["reproducible"], false);
    // The next run continues the search.
    let rows = table(&here.read("results/timed/leaderboard.csv")).len();
    here.crossfold(&["run", &spec]).expect(0);
    assert!(table(&here.read("results/timed/leaderboard.csv")).len() > rows);
    let past = here.crossfold(&["run", &spec, "--until", "2001-01-01 07:00"]).expect(2);
    assert!(past.stderr.contains("is past"), "{}", past.stderr);
}

/// A sampler proposes only networks that fit the data; a spec that enqueues another one is refused.
#[test]
fn networks_that_do_not_fit_the_data_are_skipped() {
    let here = Workplace::new();
    let text = |enqueue: &str| {
        format!(
            "version: 1\nname: misfit\ndata: {{source: mnist, path: DATA/mnist, train_rows: 300}}\n\
             model: {{kind: cnn, filters: 4, kernel: 3, padding: valid}}\ntraining: {{epochs: 1}}\n\
             search:\n  strategy: {{tpe: {{trials: 30, startup: 2}}}}\n{enqueue}  space: {{blocks: [1, 2, 7]}}\n\
             cross_validation: {{folds: 2}}\n"
        )
    };
    let spec = here.spec("misfit.yaml", &text("")).display().to_string();
    here.crossfold(&["run", &spec]).expect(0);
    let rows = table(&here.read("results/misfit/leaderboard.csv"));
    assert_eq!(rows.iter().map(|row| row["state"].as_str()).collect::<Vec<_>>(), ["complete"; 2]);
    let spec = here.spec("asked.yaml", &text("  enqueue: [{blocks: 7}]\n")).display().to_string();
    for command in ["plan", "run"] {
        let refused = here.crossfold(&[command, &spec]).expect(10);
        assert!(refused.stderr.contains("trial 0"), "{}", refused.stderr);
    }
}

/// Enqueued points are trials like others: planned, counted and stored.
#[test]
fn enqueued_points_are_planned() {
    let here = Workplace::new();
    let spec = spec(&here, "first", "{random: {trials: 2}}", "none", "");
    let plan = here.crossfold(&["plan", &spec, "--jobs", "1"]).expect(0).stdout;
    assert!(plan.contains("\ntrials       2\n") && plan.contains("\nfits         6\n"), "{plan}");
    assert!(here.crossfold(&["check", &spec]).expect(0).stdout.contains("ok, 2 trials"));
    here.crossfold(&["run", &spec]).expect(0);
    assert_eq!(table(&here.read("results/first/leaderboard.csv")).len(), 2);
    assert!(here.crossfold(&["plan", &spec]).expect(0).stdout.contains("6 of 6 fits, 0 to train"));
}

/// Before a deadline, one trial is completed even where a pruner would not have promoted any yet.
#[test]
fn a_deadline_leaves_a_winner() {
    let here = Workplace::new();
    let more = "budget: {wall: 15s}\n";
    let spec = spec(&here, "short", "tpe", "{asha: {min_folds: 1, factor: 9}}", more);
    here.crossfold(&["run", &spec, "--set", "training.epochs=27"]).expect(0);
    let before = here.all_but_logs("results/short");
    let rows = table(&here.read("results/short/leaderboard.csv"));
    assert_eq!(rows[0]["state"], "complete");
    here.crossfold(&["report", "short"]).expect(0);
    assert!(here.all_but_logs("results/short") == before);
}

#[test]
fn a_search_with_a_free_order_is_replayed_from_its_journal() {
    let here = Workplace::new();
    let spec = spec(&here, "free", "{tpe: {trials: 20, startup: 6}}", ASHA, "");
    here.crossfold(&["run", &spec, "--set", "search.order=free", "--jobs", "2"]).expect(0);
    let before = here.all_but_logs("results/free");
    here.crossfold(&["report", "free"]).expect(0);
    assert!(here.all_but_logs("results/free") == before);
    let rows = table(&here.read("results/free/leaderboard.csv"));
    assert!(rows.iter().all(|row| row["not_reproducible"] == "order: free"));
    // A second run replays the first one's decisions and trains nothing.
    let (trained, _) = fits(&here, &["run", &spec, "--set", "search.order=free"]);
    assert_eq!(trained, 0);
}

/// `explain` agrees with the result files.
#[test]
fn explain_agrees_with_the_result_files() {
    let here = Workplace::new();
    let spec = spec(&here, "told", "{tpe: {trials: 30, startup: 6}}", ASHA, "");
    here.crossfold(&["run", &spec]).expect(0);
    let explain = |trial: &str| here.crossfold(&["explain", "told", trial]).expect(0).stdout;
    assert!(explain("0").contains("by the spec, in `search.enqueue`"), "{}", explain("0"));
    assert!(explain("2").contains("spread evenly"), "{}", explain("2"));
    let rows = table(&here.read("results/told/leaderboard.csv"));
    let last = explain("29");
    assert!(last.contains("by TPE: of "), "{last}");
    for row in &rows {
        let output = explain(&row["trial"]);
        let state = output.lines().last().unwrap();
        assert!(state.starts_with("state") && state.contains(row["state"].as_str()), "{output}");
        if row["state"] == "pruned" {
            let at = format!("{} epoch", row["rung_epochs"]);
            assert!(state.contains(&at) && output.contains("pruned: place "), "{output}");
        }
    }
    let unknown = here.crossfold(&["explain", "told", "999"]).expect(2);
    assert!(unknown.stderr.contains("its trials are 0 to 29"), "{}", unknown.stderr);
}

#[test]
fn plan_shows_rungs_and_their_savings() {
    let here = Workplace::new();
    let spec = spec(&here, "planned", "{tpe: {trials: 81}}", "{halving: {min_folds: 1}}", "budget: {wall: 2h}\n");
    let plan = here.crossfold(&["plan", &spec, "--jobs", "1"]).expect(0).stdout;
    for line in [
        "search       81 proposals of TPE",
        "rungs        1 epoch on 1 fold\n             3 epochs on 1 fold\n             9 epochs on 1 fold\n             9 epochs on 3 folds",
        "trials       at most 81",
        "budget       2.0 h of wall time",
        // 81 × 1 epoch, 27 × 2 more, 9 × 6 more, 3 trials on 2 more folds of 9 epochs.
        "epochs       243 of 2,187 for all trials in full: 89 % saved",
    ] {
        assert!(plan.contains(line), "{line}\n{plan}");
    }
}

/// Nested cross-validation repeats the search on each fold; the winner's spec reproduces its score.
#[test]
fn nested_cross_validation_repeats_an_adaptive_search() {
    let here = Workplace::new();
    let spec = spec(&here, "nested", "{tpe: {trials: 8, startup: 4}}", "none", "");
    here.crossfold(&["run", &spec, "--set", "final.nested=true"]).expect(0);
    let rows = table(&here.read("results/nested/nested.csv"));
    assert_eq!(rows.len(), 3);
    here.crossfold(&["run", "results/nested/best.yaml"]).expect(0);
    let best = &table(&here.read("results/nested/leaderboard.csv"))[0];
    let alone = &table(&here.read("results/nested-best/leaderboard.csv"))[0];
    assert_eq!(alone["mean"], best["mean"]);
}
