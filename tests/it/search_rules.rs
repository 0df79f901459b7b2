//! Rules that hold for every search: how many trials there are, which is first, and what a budget leaves.

use std::collections::{BTreeMap, BTreeSet};

use crate::harness::{Row, Workplace, number, table};

/// A study of 90 rows and 3 classes, with `more` in its `training`, and the rest of its spec.
fn study(here: &Workplace, name: &str, training: &str, rest: &str) -> String {
    let text = format!(
        "version: 1\nname: {name}\ndata: {{source: csv, path: DATA/../tests/data/cases/three.csv, target: y}}\n\
         model: {{kind: mlp, layers: 1}}\ntraining: {{batch_size: 16, {training}}}\ncross_validation: {{folds: 3}}\n\
         {rest}\n"
    );
    here.spec(&format!("{name}.yaml"), &text).display().to_string()
}

fn leaderboard(here: &Workplace, name: &str) -> Vec<Row> {
    table(&here.read(&format!("results/{name}/leaderboard.csv")))
}

/// The number of trials that `plan` announces.
fn planned(here: &Workplace, spec: &str) -> usize {
    let plan = here.crossfold(&["plan", spec, "--jobs", "1"]).expect(0).stdout;
    let line = plan.lines().find_map(|line| line.strip_prefix("trials ")).unwrap_or_else(|| panic!("{plan}"));
    let words = line.trim().trim_start_matches("at most ");
    words.split(' ').next().unwrap().parse().unwrap_or_else(|_| panic!("{plan}"))
}

/// Twelve points: case 40.
const TWELVE: &str = "space: {nodes: [4, 8, 16, 32], learning_rate: [0.01, 0.02, 0.03]}";

#[test]
fn a_finite_space_is_searched_without_replacement() {
    for (strategy, trials, expected) in [
        ("random", 12, 12),
        ("random", 5, 5),
        ("random", 400, 12),
        ("sobol", 12, 12),
        ("sobol", 7, 7),
        ("tpe", 12, 12),
        ("tpe", 30, 12),
    ] {
        let here = Workplace::new();
        let search = format!("search: {{strategy: {{{strategy}: {{trials: {trials}}}}}, {TWELVE}}}");
        let spec = study(&here, "finite", "epochs: 2", &search);
        assert_eq!(planned(&here, &spec), expected, "{strategy} {trials}");
        here.crossfold(&["run", &spec]).expect(0);
        let rows = leaderboard(&here, "finite");
        let points: BTreeSet<_> = rows.iter().map(|row| [&row["nodes"], &row["learning_rate"]]).collect();
        assert_eq!((rows.len(), points.len()), (expected, expected), "{strategy} {trials}");
    }
}

/// One number of filters for all blocks doesn't hide that there are two blocks with a pooling each.
#[test]
fn each_block_has_a_value_of_its_own_beside_a_common_one() {
    let here = Workplace::new();
    let text = "version: 1\nname: blocks\ndata: {source: mnist, path: DATA/mnist, train_rows: 60}\n\
         model: {kind: cnn, blocks: 2}\ntraining: {epochs: 1}\ncross_validation: {folds: 2}\n\
         search:\n  space: {filters: [2, [2, 3]], pooling: {per_layer: [max, average]}}\n  \
         enqueue: [{filters: [2, 3], pooling: [average, max]}, {filters: 2}]\n";
    let spec = here.spec("blocks.yaml", text).display().to_string();
    assert_eq!(planned(&here, &spec), 8);
    here.crossfold(&["run", &spec]).expect(0);
    let rows = leaderboard(&here, "blocks");
    let points: BTreeSet<_> = rows.iter().map(|row| [&row["filters"], &row["pooling"]]).collect();
    assert_eq!((rows.len(), points.len()), (8, 8), "{points:?}");
}

/// Networks without a hidden layer are alike whatever `nodes` is: 9 points, 7 trials.
#[test]
fn trials_are_counted_and_not_points() {
    let space = "space: {layers: {values: [0, 1, 2]}, nodes: [4, 8, 16]}";
    for (trials, expected) in [(4, 4), (7, 7), (9, 7)] {
        let here = Workplace::new();
        let search = format!("search: {{strategy: {{random: {{trials: {trials}}}}}, {space}}}");
        let spec = study(&here, "alike", "epochs: 1", &search);
        let text = here.read("alike.yaml").replace("{kind: mlp, layers: 1}", "{kind: mlp}");
        here.spec("alike.yaml", &text);
        assert_eq!(planned(&here, &spec), expected);
        here.crossfold(&["run", &spec]).expect(0);
        assert_eq!(leaderboard(&here, "alike").len(), expected);
    }
}

/// Asking for more trials keeps the earlier ones.
#[test]
fn more_draws_continue_a_sequence() {
    for strategy in ["random", "sobol"] {
        let points = |trials: usize| {
            let here = Workplace::new();
            let search = format!("search: {{strategy: {{{strategy}: {{trials: {trials}}}}}, {TWELVE}}}");
            let spec = study(&here, "more", "epochs: 1", &search);
            here.crossfold(&["run", &spec]).expect(0);
            let rows = leaderboard(&here, "more");
            let point = |row: &Row| {
                let number: usize = row["trial"].parse().unwrap();
                (number, [row["nodes"].clone(), row["learning_rate"].clone()])
            };
            rows.iter().map(point).collect::<BTreeMap<_, _>>()
        };
        let all = points(12);
        for few in [1, 5, 9] {
            let first: BTreeMap<_, _> = all.clone().into_iter().take(few).collect();
            assert_eq!(points(few), first, "{strategy}");
        }
    }
}

/// Case 39: enqueued points are among the trials of a strategy, and all are tried.
#[test]
fn enqueued_points_count_as_trials_of_any_strategy() {
    let enqueue = "enqueue: [{nodes: 4}, {nodes: 9}], space: {nodes: {int: {low: 2, high: 30}}}";
    for strategy in ["random", "sobol", "tpe", "gp"] {
        for (trials, expected) in [(1, 2), (2, 2), (3, 3), (29, 29), (60, 29)] {
            if trials > 3 && strategy != "random" {
                continue;
            }
            let here = Workplace::new();
            let search = format!("search: {{strategy: {{{strategy}: {{trials: {trials}}}}}, {enqueue}}}");
            let spec = study(&here, "first", "epochs: 1, learning_rate: 0.05", &search);
            assert_eq!(planned(&here, &spec), expected, "{strategy} {trials}");
            here.crossfold(&["run", &spec]).expect(0);
            let mut rows = leaderboard(&here, "first");
            assert_eq!(rows.len(), expected, "{strategy} {trials}");
            rows.sort_by_key(|row| row["trial"].parse::<usize>().unwrap());
            assert_eq!([&rows[0]["nodes"], &rows[1]["nodes"]], ["4", "9"], "{strategy} {trials}");
        }
    }
    for (rest, expected) in [
        ("search: {enqueue: [{nodes: 8}], space: {nodes: [4, 8]}}\nbudget: {trials: 50}", 2),
        (
            "search: {strategy: {tpe: {trials: 9}}, enqueue: [{nodes: 8}], space: {nodes: [4, 8, 9, 10]}}\nbudget: {trials: 3}",
            3,
        ),
    ] {
        let here = Workplace::new();
        let spec = study(&here, "first", "epochs: 1, learning_rate: 0.05", rest);
        assert_eq!(planned(&here, &spec), expected, "{rest}");
        here.crossfold(&["run", &spec]).expect(0);
        assert_eq!(leaderboard(&here, "first").len(), expected, "{rest}");
    }
}

/// Case 38: nothing depends on the order of lists, and equal counts of right rows are equal scores.
#[test]
fn ties_go_to_fewer_parameters_and_then_to_the_second_metric() {
    let here = Workplace::new();
    let ranked = |name: &str, nodes: &str, rates: &str| {
        let rest = format!("seed: 14\nsearch: {{space: {{nodes: {nodes}, learning_rate: {rates}}}}}");
        here.crossfold(&["run", &study(&here, name, "epochs: 8", &rest)]).expect(0);
        leaderboard(&here, name)
    };
    let rows = ranked("ties", "[4, 8, 16, 32]", "[0.01, 0.02, 0.03]");
    let key = |row: &Row| {
        let right: f64 = (1..=3).map(|fold| (number(row, &format!("fold_{fold}")) * 30.0).round()).sum();
        (-right as i64, number(row, "parameters") as u64, (number(row, "mean_log_loss") * 1e12) as i64)
    };
    assert!(rows.is_sorted_by_key(key), "{rows:?}");
    let ties = |same: &dyn Fn(&Row, &Row) -> bool| rows.windows(2).filter(|pair| same(&pair[0], &pair[1])).count();
    assert!(ties(&|a, b| key(a).0 == key(b).0) >= 4, "the example has ties");
    assert!(ties(&|a, b| (key(a).0, key(a).1) == (key(b).0, key(b).1)) >= 1, "and some of equal networks");
    let order =
        |rows: &[Row]| rows.iter().map(|row| [row["nodes"].clone(), row["learning_rate"].clone()]).collect::<Vec<_>>();
    let reversed = ranked("reversed", "[32, 16, 8, 4]", "[0.03, 0.02, 0.01]");
    assert_eq!(order(&reversed), order(&rows));
    // The winner is the first.
    let best = here.read("results/reversed/best.yaml");
    assert!(best.contains(&format!("hidden:\n  - {}\n", rows[0]["nodes"])), "{best}");
}

/// Case 41: a fit that goes on is no other fit, and a pruner that can't prune yet prunes nothing.
#[test]
fn a_budget_of_fits_counts_each_fit_once() {
    let here = Workplace::new();
    let rest = "search: {pruner: {median: {startup: 100}}, space: {nodes: [2, 4, 6, 8, 10, 12]}}\nbudget: {fits: 12}";
    let spec = study(&here, "fits", "epochs: 9, learning_rate: 0.05", rest);
    let run = here.crossfold(&["run", &spec]).expect(0);
    assert!(run.stderr.contains("4/6 trials, 12 fits · took "), "{}", run.stderr);
    assert!(run.stderr.contains("the search ended by `budget.fits`"), "{}", run.stderr);
    let rows = leaderboard(&here, "fits");
    assert_eq!(rows.iter().map(|row| row["state"].as_str()).collect::<Vec<_>>(), ["complete"; 4]);
    let record: serde_json::Value = serde_json::from_str(&here.read("results/fits/study.json")).unwrap();
    assert_eq!([&record["fits_trained"], &record["fits_stored"]], [12, 0], "{record}");
}

/// Trials between two rungs are cut, and pruned only by their pruner. All commands say the same.
#[test]
fn what_a_budget_cuts_is_cancelled() {
    for (pruner, budget) in [
        ("{median: {startup: 100}}", "epochs: 100"),
        ("{median: {startup: 100, min_folds: 1}}", "fits: 9"),
        ("{halving: {min_folds: 1}}", "fits: 8"),
        ("{hyperband: {min_epochs: 1}}", "epochs: 120"),
        ("{asha: {min_folds: 1}}", "epochs: 60"),
        ("racing", "epochs: 70"),
    ] {
        let here = Workplace::new();
        let rest = format!(
            "search: {{strategy: {{random: {{trials: 20}}}}, pruner: {pruner}, space: {{nodes: {{int: {{low: 2, high: 30}}}}}}}}\n\
             budget: {{{budget}}}"
        );
        let spec = study(&here, "cut", "epochs: 9, learning_rate: 0.05", &rest);
        let run = here.crossfold(&["run", &spec]).expect(0);
        assert!(run.stderr.contains("the search ended by `budget."), "{}", run.stderr);
        let rows = leaderboard(&here, "cut");
        assert_eq!(rows[0]["state"], "complete", "{pruner}");
        for row in rows.iter().filter(|row| row["state"] != "complete") {
            let told = here.crossfold(&["explain", "cut", &row["trial"]]).expect(0).stdout;
            let state = if told.contains("; pruned: ") { "pruned" } else { "cancelled" };
            assert_eq!(row["state"], state, "{pruner} {told}");
            assert!(number(row, "rung_epochs") >= 1.0 && !row["rung_mean"].is_empty(), "{pruner} {row:?}");
        }
        let no_rule = pruner.contains("startup: 100") && rows.iter().any(|row| row["state"] == "pruned");
        assert!(!no_rule, "{pruner} {budget}");
        let before = here.all_but_logs("results/cut");
        here.crossfold(&["report", "cut"]).expect(0);
        assert!(here.all_but_logs("results/cut") == before, "{pruner} {budget}: report");
        here.crossfold(&["run", &spec, "--jobs", "1", "--results", "other"]).expect(0);
        for file in ["leaderboard.csv", "folds.csv", "curves.csv", "predictions.csv", "best.yaml", "report.md"] {
            let [here, other] = ["results", "other"].map(|results| here.read(&format!("{results}/cut/{file}")));
            assert!(here == other, "{pruner} {budget}: {file} of one job");
        }
    }
}

/// Case 35, whose winner is tested on a virtual clock (`carry_out/run/tests.rs`): whatever a deadline left, a report finds it.
#[test]
fn a_report_finds_what_a_short_deadline_left() {
    for pruner in ["halving", "none", "{asha: {min_folds: 1}}"] {
        let here = Workplace::new();
        let rest = format!(
            "search: {{strategy: {{random: {{trials: 10}}}}, pruner: {pruner}, space: {{nodes: {{int: {{low: 2, high: 30}}}}}}}}\n\
             budget: {{wall: 3s}}"
        );
        let spec = study(&here, "short", "epochs: 500, learning_rate: 0.05", &rest);
        let run = here.crossfold(&["run", &spec]);
        let before = here.all_but_logs("results/short");
        here.crossfold(&["report", "short"]).expect(run.code);
        assert!(here.all_but_logs("results/short") == before, "{pruner}");
    }
}

#[test]
fn a_deadline_that_no_trial_can_keep_says_so() {
    let here = Workplace::new();
    let rest = "search: {strategy: {random: {trials: 10}}, pruner: asha, space: {nodes: {int: {low: 2, high: 30}}}}\n\
                budget: {wall: 1s}";
    let spec = study(&here, "brief", "epochs: 100000, learning_rate: 0.05", rest);
    let run = here.crossfold(&["run", &spec]).expect(21);
    for line in
        ["by `budget.wall` before any trial was complete: the quickest needs about ", "\nhint: raise `budget.wall`"]
    {
        assert!(run.stderr.contains(line), "{line}\n{}", run.stderr);
    }
    let before = here.all_but_logs("results/brief");
    here.crossfold(&["report", "brief"]).expect(0);
    assert!(here.all_but_logs("results/brief") == before);
}

/// Without `trials` a budget ends the draws, of which there is no list: neither of the plan's, nor of the leaderboard's.
#[test]
fn draws_until_a_budget_ends_are_made_one_after_another() {
    let space = "space: {nodes: {int: {low: 2, high: 30}}, learning_rate: {log_uniform: {low: 1e-4, high: 1}}}";
    for (strategy, budget) in [("random", "fits: 9"), ("sobol", "epochs: 9"), ("random", "trials: 3")] {
        let here = Workplace::new();
        let rest = format!("search: {{strategy: {strategy}, {space}}}\nbudget: {{{budget}}}");
        here.crossfold(&["run", &study(&here, "few", "epochs: 1", &rest)]).expect(0);
        assert_eq!(leaderboard(&here, "few").len(), 3, "{strategy} {budget}");
    }
    let here = Workplace::new();
    let rest = format!("search: {{strategy: random, {space}}}\nbudget: {{wall: 4s}}");
    let spec = study(&here, "timed", "epochs: 2", &rest);
    let planned = here.crossfold(&["plan", &spec]).expect(0).stdout;
    assert!(planned.contains("until the budget ends"), "{planned}");
    here.crossfold(&["run", &spec]).expect(0);
    let before = here.all_but_logs("results/timed");
    let rows = leaderboard(&here, "timed");
    // At most as many are under way as `search.batch` says.
    let complete = rows.iter().filter(|row| row["state"] == "complete").count();
    assert!(complete > 0 && rows.len() <= complete + 4, "{complete} of {}", rows.len());
    here.crossfold(&["report", "timed"]).expect(0);
    assert!(here.all_but_logs("results/timed") == before);
}

/// Case 66: each model is found by its name, not by a search through all of them.
#[test]
fn a_spec_may_have_thousands_of_models() {
    let here = Workplace::new();
    let models: String = (1..=10_000).map(|nodes| format!("  m{nodes}: {{kind: mlp, hidden: [{nodes}]}}\n")).collect();
    let text = format!(
        "version: 1\nname: many\ndata: {{source: csv, path: DATA/../tests/data/cases/three.csv, target: y}}\n\
         training: {{epochs: 1}}\nmodels:\n{models}"
    );
    let spec = here.spec("many.yaml", &text).display().to_string();
    let checked = here.crossfold(&["check", &spec]).expect(0);
    assert!(checked.stdout.contains("ok, 10,000 trials"), "{}", checked.stdout);
    let doubled = here.spec("doubled.yaml", &format!("{text}  m77: {{kind: linear}}\n")).display().to_string();
    let refused = here.crossfold(&["check", &doubled]).expect(10);
    assert!(refused.stderr.contains("duplicate key"), "{}", refused.stderr);
}
