//! The best of each model, and whether it is better than the others.

use serde_json::Value;

use crate::harness::{Workplace, root, table};

/// Baseball players' salaries: least squares, and networks of one hidden layer.
fn players(models: &str) -> String {
    format!(
        "version: 1\nname: players\nseed: 1987\n\
         data: {{source: csv, path: {}, target: Salary, task: regression, missing_target: drop}}\n{models}\n\
         training: {{optimizer: adam, batch_size: 32}}\ncross_validation: {{folds: 3, repeats: 5}}\n\
         objective: {{metric: mae}}\nfinal: {{refit: none}}\n",
        root().join("data/hitters/hitters.csv").display()
    )
}

const LEAST_SQUARES: &str = "models:\n  least-squares: {kind: linear, training: {learning_rate: 1e-2, epochs: 300}}\n";
const NETWORK: &str =
    "{kind: mlp, layers: 1, nodes: 50, activation: relu, training: {learning_rate: 3e-3, epochs: 100}";

/// The cells of the table below a heading, line by line, without its rule.
fn cells(report: &str, heading: &str) -> Vec<Vec<String>> {
    let table = report.split(&format!("## {heading}\n\n")).nth(1).unwrap().split("\n\n").next().unwrap();
    let lines = table.lines().filter(|line| !line.starts_with("|--"));
    lines.map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// Of one trial each nothing is chosen, so the comparison is that of `compare`.
#[test]
fn models_of_one_trial_are_compared_as_any_two_trials() {
    let here = Workplace::new();
    let spec = here.spec("players.yaml", &players(&format!("{LEAST_SQUARES}  network: {NETWORK}}}")));
    let screen = here.crossfold(&["run", spec.to_str().unwrap()]).expect(0).stdout;
    let report = here.read("results/players/report.md");
    let pair = here.crossfold(&["compare", "players:0", "players:1", "--json"]).expect(0).stdout;
    let pair: Value = serde_json::from_str(&pair).unwrap();
    let show = |value: &Value| format!("{:.1}", value.as_f64().unwrap().abs());
    let [least, most] = [&pair["interval"][0], &pair["interval"][1]];
    let rows = cells(&report, "Best of each model");
    assert_eq!((rows[1][0].as_str(), rows[2][0].as_str()), ("network", "least-squares"), "{rows:?}");
    // Less is better: the second minus the first is below 0 by as much as the network is ahead.
    assert_eq!(rows[2][6], format!("{} behind", show(&pair["difference"])));
    assert_eq!(rows[2][7], format!("{} to {}", show(most), show(least)));
    let other_rows = " when chosen and compared on different rows";
    let said =
        format!("`network` is significantly better than `least-squares` ({}{other_rows}, 95 % interval ", rows[2][6]);
    assert!(report.to_lowercase().contains(&said), "{said}\n{report}");
    let line = format!("least-squares (trial 0) {}; {}{other_rows} (", rows[2][4], rows[2][6]);
    let joined = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let screen = joined(&screen);
    assert!(screen.contains("network (best: trial 1) ") && screen.contains(&line), "{line}\n{screen}");
    let shown = here.crossfold(&["show", "players"]).expect(0).stdout;
    assert!(joined(&shown).contains(&line), "{shown}");
}

/// With three models, intervals and p-values are of all three pairs at once.
#[test]
fn comparisons_of_several_models_allow_for_all_pairs() {
    let here = Workplace::new();
    let lasso = "  lasso: {kind: linear, training: {learning_rate: 1e-2, epochs: 300, l1: 0.1}}\n";
    let spec = here.spec("players.yaml", &players(&format!("{LEAST_SQUARES}{lasso}  network: {NETWORK}}}")));
    here.crossfold(&["run", spec.to_str().unwrap()]).expect(0);
    let report = here.read("results/players/report.md");
    assert!(report.contains("intervals and p-values allow for all 3 pairs of models"), "{report}");
    assert_eq!(cells(&report, "Best of each model").len(), 4);
}

/// Without `models`, networks of no layer are compared with the others; `crossfold report` writes the same.
#[test]
fn linear_models_are_compared_with_networks() {
    let here = Workplace::new();
    let spec = "version: 1\nname: votes\nseed: 2\ndata: {source: csv, path: TABLE, target: vote}\nmodel: {kind: mlp}\n\
                training: {epochs: 5, batch_size: 64, learning_rate: 0.01}\ncross_validation: {folds: 4}\n\
                search: {space: {layers: [0, 1], nodes: [4, 8], l2: [0, 1e-3]}}\nfinal: {refit: none}\n";
    let spec = here.spec("votes.yaml", &spec.replace("TABLE", root().join("data/beps/beps.csv").to_str().unwrap()));
    here.crossfold(&["run", spec.to_str().unwrap()]).expect(0);
    let report = here.read("results/votes/report.md");
    let rows = cells(&report, "Best of each model");
    let names: Vec<&str> = rows[1..].iter().map(|row| row[0].as_str()).collect();
    assert!(names.contains(&"multinomial logistic regression") && names.contains(&"network"), "{rows:?}");
    // One linear trial per penalty, and a network per penalty and number of nodes.
    let trials: Vec<&str> = rows[1..].iter().map(|row| row[1].as_str()).collect();
    assert_eq!(names[0] == "network", trials[0] == "4", "{rows:?}");
    let board = table(&here.read("results/votes/leaderboard.csv"));
    assert_eq!(rows[1][2], board[0]["trial"]);
    std::fs::remove_file(here.path().join("results/votes/report.md")).unwrap();
    here.crossfold(&["report", "votes"]).expect(0);
    assert_eq!(here.read("results/votes/report.md"), report);
}

/// The score without inputs is a line of the report's leaderboard, and a column of the CSV.
#[test]
fn the_score_without_inputs_is_beside_the_trials() {
    let here = Workplace::new();
    let rows: String = (0..60).map(|row| format!("{row}.5,{}\n", if row < 20 { "a" } else { "b" })).collect();
    std::fs::write(here.path().join("steps.csv"), format!("x,y\n{rows}")).unwrap();
    let spec = "version: 1\nname: steps\ndata: {source: csv, path: steps.csv, target: y}\nmodel: {kind: linear}\n\
                training: {optimizer: adam, learning_rate: 0.1, batch_size: 8, epochs: 20}\nfinal: {refit: none}\n";
    here.spec("steps.yaml", spec);
    here.crossfold(&["run", "steps.yaml"]).expect(0);
    let board = table(&here.read("results/steps/leaderboard.csv"));
    assert!(board.iter().all(|row| row["reference"].starts_with("0.6666")), "{board:?}");
    let rows = cells(&here.read("results/steps/report.md"), "Leaderboard");
    let last = rows.last().unwrap();
    assert_eq!((last[0].as_str(), last[2].as_str(), last[5].as_str()), ("", "0.6667", "always `b`"), "{rows:?}");
}
