//! Which trials are tied with the best, and that `crossfold compare` says the same.

use serde_json::Value;

use crate::harness::{Row, Workplace, number, root, table};

fn board(here: &Workplace, name: &str, spec: &str) -> Vec<Row> {
    let spec = here.spec(&format!("{name}.yaml"), spec);
    here.crossfold(&["run", spec.to_str().unwrap()]).expect(0);
    table(&here.read(&format!("results/{name}/leaderboard.csv")))
}

fn by_trial<'a>(board: &'a [Row], trial: &str) -> &'a Row {
    board.iter().find(|row| row["trial"] == trial).unwrap()
}

/// Ranks trials with the `good` values of a hyperparameter, alone and beside each list of `bad` ones. What is said of the good
/// trials stays as it is: the p-value of each pair to the last digit, and the adjusted one but for the number of trials. All bad
/// ones are worse than the best.
fn check_beside(name: &str, setup: &str, key: &str, good: &str, bad: &[&str]) {
    let here = Workplace::new();
    let data = root().join("tests/data/cases/two.csv");
    let rank = |number: usize, bad: &str| {
        let name = format!("{name}{number}");
        let spec = format!(
            "version: 1\nname: {name}\ndata: {{source: csv, path: {}, target: y}}\n{setup}\n\
             search: {{space: {{{key}: [{good}{bad}]}}}}\ncross_validation: {{folds: 5}}\n\
             objective: {{metric: log_loss}}\nfinal: {{refit: none}}\n",
            data.display()
        );
        board(&here, &name, &spec)
    };
    let alone = rank(0, "");
    assert_eq!(alone.last().unwrap()["tied_with_best"], "FALSE", "{alone:?}");
    for (place, bad) in bad.iter().enumerate() {
        let with = rank(place + 1, bad);
        for (found, expected) in with.iter().zip(&alone) {
            let told = ["trial", "mean", "p", "tied_with_best"];
            assert_eq!(told.map(|column| &found[column]), told.map(|column| &expected[column]), "{bad}");
        }
        for (found, expected) in with.iter().zip(&alone).skip(1) {
            let [found, expected] = [found, expected].map(|row| number(row, "adjusted_p"));
            assert!((found - expected).abs() < 0.01 + 0.5 * expected, "{bad}: {found} {expected}");
        }
        assert_eq!(with.len(), alone.len() + bad.matches(',').count());
        for worse in &with[alone.len()..] {
            assert_eq!(worse["tied_with_best"], "FALSE", "{bad}: {worse:?}");
            assert!(number(worse, "adjusted_p") <= 0.05, "{bad}: {worse:?}");
        }
    }
}

/// Case 31: learning rates that make the loss explode, one or more than half of them.
#[test]
fn exploded_trials_are_worse_and_hide_nothing() {
    let setup = "model: {kind: mlp, hidden: [16, 16]}\ntraining: {epochs: 5, batch_size: 16}";
    let bad = [", 1000", ", 1000, 900", ", 1000, 900, 800, 700"];
    check_beside("exploded", setup, "learning_rate", "0.01, 0.001, 0.0001", &bad);
}

/// Penalties that leave no weight: log losses of 0.6931 within 0.0001.
#[test]
fn trials_that_learn_nothing_are_worse_and_hide_nothing() {
    let setup = "model: {kind: linear}\ntraining: {epochs: 10, learning_rate: 0.02, batch_size: 32}";
    check_beside("dead", setup, "l1", "0, 0.06, 0.12", &[", 5", ", 5, 6, 7, 8, 9, 10, 11"]);
}

/// `experiments/hitters.yaml` with 5 of its 20 splits and some of its trials.
#[test]
fn the_network_is_better_than_least_squares_on_players_salaries() {
    let here = Workplace::new();
    let spec = format!(
        "version: 1\nname: players\nseed: 1987\n\
         data: {{source: csv, path: {}, target: Salary, task: regression, missing_target: drop}}\n\
         models:\n  least-squares: {{kind: linear, training: {{learning_rate: 1e-2, epochs: 300}}}}\n  \
         network:\n    {{kind: mlp, layers: 1, nodes: 50, activation: relu, training: {{learning_rate: 3e-3, epochs: 100}},\n    \
         space: {{dropout: [0.0, 0.2], l2: [0.0, 1e-2]}}}}\n\
         training: {{optimizer: adam, batch_size: 32}}\ncross_validation: {{folds: 3, repeats: 5}}\n\
         objective: {{metric: mae}}\nfinal: {{refit: none}}\n",
        root().join("data/hitters/hitters.csv").display()
    );
    let board = board(&here, "players", &spec);
    let linear = by_trial(&board, "0");
    assert_eq!((linear["layers"].as_str(), linear["tied_with_best"].as_str()), ("0", "FALSE"), "{linear:?}");
    assert!(number(linear, "adjusted_p") < 0.05);
    // As `compare` has it.
    let best = format!("players:{}", board[0]["trial"]);
    let report = here.crossfold(&["compare", &best, "players:0"]).expect(0).stdout;
    assert!(report.contains(&format!("\n{best} is significantly better: ")), "{report}");
    let quoted = "\nthe leaderboard, which allows for 5 trials, calls the worse one significantly worse (adjusted p ";
    assert!(report.contains(quoted) && report.ends_with("only if you had this pair in mind beforehand\n"), "{report}");
    let report: Value =
        serde_json::from_str(&here.crossfold(&["compare", "players:0", &best, "--json"]).expect(0).stdout).unwrap();
    let quoted = &report["leaderboard"];
    assert_eq!((quoted["compared"].as_u64(), quoted["tied"].as_bool()), (Some(5), Some(false)));
    assert_eq!(quoted["adjusted_p"].as_f64().unwrap(), number(linear, "adjusted_p"));
    assert!(quoted["below"].is_null());
    assert!(report["p_value"].as_f64().unwrap() < 0.05 && number(linear, "p") < 0.05, "{report}");
    // Two trials of which neither is the best.
    let others = format!("players:{}", board[1]["trial"]);
    let report = here.crossfold(&["compare", &others, "players:0", "--json"]).expect(0).stdout;
    assert!(serde_json::from_str::<Value>(&report).unwrap()["leaderboard"].is_null(), "{report}");
}

/// The British Election Panel Study by a random search: of its 30 trials one, at 0.453, is below the majority class (0.472), and
/// was called tied with the best, at 0.678.
#[test]
fn a_network_that_has_learnt_nothing_is_not_tied_in_a_survey() {
    let here = Workplace::new();
    let survey = root().join("data/beps/beps.csv");
    let spec = "version: 1\nname: beps\nseed: 42\ndata: {source: csv, path: TABLE, target: vote, test_share: 0.2}\n\
                model: {kind: mlp}\ntraining: {batch_size: 64}\ncross_validation: {folds: 5}\nfinal: {test: true}\n\
                search:\n  strategy: {random: {trials: 30}}\n  space:\n    layers: [0, 1, 2]\n    nodes: [16, 32, 64, 128]\n    \
                dropout: [0.0, 0.2, 0.4]\n    learning_rate: {log_uniform: {low: 5e-4, high: 2e-2}}\n    \
                l2: {log_uniform: {low: 1e-6, high: 1e-2}}\n    epochs: [10, 25, 50, 100]\n";
    let board = self::board(&here, "beps", &spec.replace("TABLE", survey.to_str().unwrap()));
    let mean = |row: &Row| number(row, "mean");
    let (first, last) = (&board[0], &board[29]);
    assert!((0.66..0.69).contains(&mean(first)) && mean(last) < 0.472, "{first:?} {last:?}");
    assert!(last["tied_with_best"] == "FALSE" && number(last, "adjusted_p") < 0.05, "{last:?}");
    // The best is shown to be better than the majority class, which says more than a p-value.
    let report = here.read("results/beps/report.md");
    assert!(report.contains("is significantly better than always answering `Labour` (0.47"), "{report}");
    let [best, worst] = [first, last].map(|row| format!("beps:{}", row["trial"]));
    let compared = here.crossfold(&["compare", &best, &worst]).expect(0).stdout;
    assert!(
        compared.contains(", since the worse one is below the majority class; use this comparison only if "),
        "{compared}"
    );
    let compared = here.crossfold(&["compare", &worst, &best, "--json"]).expect(0).stdout;
    let compared: Value = serde_json::from_str(&compared).unwrap();
    assert_eq!(compared["leaderboard"]["below"], "below the majority class");

    // Above the majority class, too: logistic regressions that stopped long before they had learnt.
    let spec = "version: 1\nname: slow\nseed: 42\ndata: {source: csv, path: TABLE, target: vote}\n\
                model: {kind: linear}\ntraining: {optimizer: adam, batch_size: 64, epochs: 25}\n\
                search: {space: {learning_rate: [0.01, 0.003, 0.001, 0.0003]}}\n\
                cross_validation: {folds: 5}\nfinal: {refit: none}\n";
    let board = self::board(&here, "slow", &spec.replace("TABLE", survey.to_str().unwrap()));
    let slow = by_trial(&board, "3");
    assert!((0.5..0.6).contains(&mean(slow)) && slow["tied_with_best"] == "FALSE", "{board:?}");
    assert_eq!(by_trial(&board, "1")["tied_with_best"], "TRUE", "{board:?}");
}

/// Twelve rows, two thirds of class a: a network is right on 9, another one, which hasn't learnt anything, on 6. The first isn't
/// shown to be better than always answering a, so that the second is worse than that says nothing.
#[test]
fn below_a_majority_class_that_is_not_exceeded_trials_are_tied() {
    let here = Workplace::new();
    let rows = "1,a\n2,a\n3,a\n4,a\n5,b\n6,a\n7,a\n8,b\n9,a\n10,b\n11,a\n12,b\n";
    here.spec("few.csv", &format!("x,y\n{rows}"));
    let spec = "version: 1\nname: few\nseed: 3\ndata: {source: csv, path: few.csv, target: y}\n\
                model: {kind: linear}\n\
                training: {optimizer: sgd, batch_size: 12}\n\
                search: {space: {learning_rate: [0.5, 1e-9], epochs: [30]}}\n\
                cross_validation: {folds: 2, stratified: true}\nfinal: {refit: none}\n";
    let board = board(&here, "few", spec);
    assert_eq!((number(&board[0], "mean"), number(&board[1], "mean")), (0.75, 0.5));
    assert!(number(&board[1], "adjusted_p") > 0.2 && board[1]["tied_with_best"] == "TRUE", "{:?}", board[1]);
    let report = here.read("results/few/report.md");
    let said = "Trial 0 is not significantly better than always answering `a` (0.6667).";
    // Tied, but not without saying that it is below.
    assert!(report.contains(said) && report.contains("| tied, below the majority class |"), "{report}");
    let compared = here.crossfold(&["compare", "few:0", "few:1"]).expect(0).stdout;
    let quoted = " calls them tied (adjusted p ";
    assert!(
        compared.contains(quoted) && compared.contains("), and the worse one scores below the majority class; "),
        "{compared}"
    );
}
