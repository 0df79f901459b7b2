//! `final.ensemble`: several trials are picked by their out-of-fold predictions, retrained, and predict together.

use std::fs;
use std::io::{BufRead, BufReader};

use serde_json::Value;

use crate::harness::{Row, Workplace, finish, number, table};

const REST: &str = "cross_validation: {folds: 4}\nobjective: {metric: log_loss}\nbaselines: []\n";
const CLASSES: [&str; 3] = ["blue", "green", "red"];

/// A study of 150 people, with test rows of its own in `new.csv`.
fn people(target: &str, rest: &str) -> (Workplace, String) {
    let here = Workplace::new();
    here.people("people.csv", &[target], 0, 150);
    here.people("new.csv", &[target], 200, 260);
    let spec = here.people_spec("people", target, ", test_path: new.csv", rest);
    (here, spec)
}

/// Four trials: a linear model and three networks.
const SPACE: &str = "models:\n  linear: {kind: linear, training: {epochs: 10}}\n  small: {kind: mlp, hidden: [3], training: {epochs: 12}}\n  \
     large: {kind: mlp, hidden: [24], training: {epochs: 12}}\n  long: {kind: mlp, hidden: [24], dropout: 0.3, training: {epochs: 30}}\n\
     training: {learning_rate: 0.02, batch_size: 16}\n";
/// The same trials, each as the only one of a study.
const MODELS: [&str; 4] = [
    "model: {kind: linear}\ntraining: {learning_rate: 0.02, batch_size: 16, epochs: 10}\n",
    "model: {kind: mlp, hidden: [3]}\ntraining: {learning_rate: 0.02, batch_size: 16, epochs: 12}\n",
    "model: {kind: mlp, hidden: [24]}\ntraining: {learning_rate: 0.02, batch_size: 16, epochs: 12}\n",
    "model: {kind: mlp, hidden: [24], dropout: 0.3}\ntraining: {learning_rate: 0.02, batch_size: 16, epochs: 30}\n",
];

fn with(models: &str, finish: &str) -> String {
    format!("{models}{REST}final: {{test: true, variables: false{finish}}}\n")
}

fn probabilities(rows: &[Row]) -> Vec<[f64; 3]> {
    rows.iter().map(|row| CLASSES.map(|class| number(row, &format!("p_{class}")))).collect()
}

fn predict(here: &Workplace) -> Vec<[f64; 3]> {
    probabilities(&table(&here.crossfold(&["predict", "people", "new.csv"]).expect(0).stdout))
}

/// The weighted mean of what several predict, row by row.
fn average(predictions: &[Vec<[f64; 3]>], weights: &[u32]) -> Vec<[f64; 3]> {
    let total = f64::from(weights.iter().sum::<u32>());
    let mean = |row: usize| {
        [0, 1, 2].map(|class| {
            predictions.iter().zip(weights).map(|(of, &weight)| f64::from(weight) * of[row][class]).sum::<f64>() / total
        })
    };
    (0..predictions[0].len()).map(mean).collect()
}

/// Out-of-fold predictions of several trials on the same rows.
struct OutOfFold {
    folds: Vec<String>,
    truth: Vec<usize>,
    /// By trial.
    predictions: Vec<Vec<[f64; 3]>>,
}

impl OutOfFold {
    /// The mean over `folds` of the log loss of a weighted mean.
    fn loss(&self, weights: &[u32], folds: &[&str]) -> f64 {
        let mean = average(&self.predictions, weights);
        let of_fold = |fold: &&str| {
            let rows: Vec<usize> = (0..self.truth.len()).filter(|&row| self.folds[row] == **fold).collect();
            rows.iter().map(|&row| -mean[row][self.truth[row]].ln()).sum::<f64>() / rows.len() as f64
        };
        folds.iter().map(of_fold).sum::<f64>() / folds.len() as f64
    }

    /// The best of the ensembles that arise by adding the best trial `picks` times.
    fn pick(&self, picks: u32, folds: &[&str]) -> Vec<u32> {
        let mut weights = vec![0; self.predictions.len()];
        let mut all = Vec::new();
        for _ in 0..picks {
            let with = |trial: usize| {
                let mut weights = weights.clone();
                weights[trial] += 1;
                weights
            };
            let candidates = (0..weights.len()).map(with);
            let best = candidates.min_by(|a, b| self.loss(a, folds).total_cmp(&self.loss(b, folds))).unwrap();
            weights.clone_from(&best);
            all.push(best);
        }
        all.into_iter().min_by(|a, b| self.loss(a, folds).total_cmp(&self.loss(b, folds))).unwrap()
    }
}

/// Members, score and predictions follow from studies of one trial each.
#[test]
fn members_and_their_score_are_those_of_a_calculation_from_single_trials() {
    let (here, spec) = people("vote", &with(SPACE, ", ensemble: 6"));
    let screen = here.crossfold(&["run", &spec, "--jobs", "2"]).expect(0);
    let singles: Vec<Workplace> = MODELS
        .iter()
        .map(|model| {
            let (single, spec) = people("vote", &with(model, ""));
            single.crossfold(&["run", &spec]).expect(0);
            single
        })
        .collect();
    let out_of_fold: Vec<Vec<Row>> =
        singles.iter().map(|single| table(&single.read("results/people/predictions.csv"))).collect();
    let known = OutOfFold {
        folds: out_of_fold[0].iter().map(|row| row["fold"].clone()).collect(),
        truth: out_of_fold[0]
            .iter()
            .map(|row| CLASSES.iter().position(|class| *class == row["truth"]).unwrap())
            .collect(),
        predictions: out_of_fold.iter().map(|rows| probabilities(rows)).collect(),
    };
    let folds = ["1", "2", "3", "4"];
    let expected = known.pick(6, &folds);
    let members = table(&here.read("results/people/ensemble.csv"));
    let mut weights = vec![0; 4];
    members.iter().for_each(|row| weights[row["trial"].parse::<usize>().unwrap()] = row["weight"].parse().unwrap());
    assert_eq!(weights, expected);
    assert!(members.len() > 1, "{weights:?}");
    let figure = |column: &str| number(&members[0], column);
    assert!((figure("picked_mean") - known.loss(&weights, &folds)).abs() < 1e-6);

    // Each fold by what is picked on the others.
    let [mut ensemble, mut single] = [0.0, 0.0];
    for fold in folds {
        let others: Vec<&str> = folds.into_iter().filter(|other| *other != fold).collect();
        ensemble += known.loss(&known.pick(6, &others), &[fold]) / 4.0;
        single += known.loss(&known.pick(1, &others), &[fold]) / 4.0;
    }
    assert!((figure("ensemble_mean") - ensemble).abs() < 1e-6 && (figure("single_mean") - single).abs() < 1e-6);
    // Less is better.
    assert!((figure("difference") - (single - ensemble)).abs() < 1e-6);

    let each: Vec<Vec<[f64; 3]>> = singles.iter().map(predict).collect();
    for (found, expected) in predict(&here).iter().zip(average(&each, &weights)) {
        assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-5));
    }
    let said = format!("the ensemble of {} trials ", members.len());
    assert!(screen.stdout.contains(&said), "{}", screen.stdout);
    let said = format!("retraining an ensemble of {} trials on all 150 rows", members.len());
    assert!(screen.stderr.contains(&said), "{}", screen.stderr);
}

/// Numbers of networks that differ in their seeds, and a linear model that is trained once.
#[test]
fn an_ensemble_of_numbers_is_the_same_at_any_number_of_jobs_and_stored() {
    let spec = with(SPACE, ", ensemble: 5, refits: 2").replace("log_loss", "rmse");
    let (here, file) = people("price", &spec);
    let events = here.crossfold(&["run", &file, "--json", "--jobs", "1"]).expect(0).stdout;
    let study: Value = serde_json::from_str(&here.read("results/people/study.json")).unwrap();
    let members = study["ensemble"]["members"].as_array().unwrap();
    assert!(members.len() > 1, "{study}");
    assert!(events.contains(&format!("\"ensemble\":{}", members.len())), "{events}");
    let networks: u64 = members.iter().map(|member| member["networks"].as_u64().unwrap()).sum();
    assert_eq!((&study["refits"], &study["ensemble"]["size"]["networks"]), (&networks.into(), &networks.into()));
    for member in members {
        assert_eq!(member["networks"], if member["trial"] == 0 { 1 } else { 2 });
    }
    let own = table(&here.read("results/people/test_predictions.csv"));
    let said = table(&here.crossfold(&["predict", "people", "new.csv"]).expect(0).stdout);
    assert_eq!((own.len(), said.len()), (60, 60));
    assert!(own.iter().zip(&said).all(|(own, said)| own["predicted"] == said["predicted"]));

    let report = here.read("results/people/report.md");
    for expected in [
        "The ensemble is picked from the out-of-fold predictions of 4 trials, in ",
        &format!("Retrained, its {networks} networks have "),
        &format!("the ensemble retrained on all other rows as {networks} averaged networks reaches"),
    ] {
        assert!(report.contains(expected), "{expected}\n{report}");
    }
    let card = here.read("results/people/model/README.md");
    for expected in [
        &format!("An ensemble of {} trials (", members.len()),
        "| trial | weight | networks | layers |",
        "- ensemble\n",
        &format!("- Size: {networks} networks, "),
        "# trial ",
        "(Caruana et al. 2004",
    ] {
        assert!(card.contains(expected), "{expected}\n{card}");
    }

    let results = here.results("results/people");
    let (other, file) = people("price", &spec);
    other.crossfold(&["run", &file, "--jobs", "3"]).expect(0);
    assert!(other.results("results/people") == results, "results depend on the number of jobs");
    let again = other.crossfold(&["run", &file]).expect(0).stderr;
    assert!(!again.contains("retraining"), "{again}");
    fs::remove_dir_all(other.path().join("results/people/model")).unwrap();
    other.crossfold(&["report", "people"]).expect(0);
    assert!(other.results("results/people") == results, "`report` writes other files than `run`");
    let fresh = other.crossfold(&["run", &file, "--fresh"]).expect(0).stderr;
    assert!(fresh.contains("retraining an ensemble"), "{fresh}");
    assert!(other.results("results/people") == results);
    // What the ensemble's networks are stored under belongs to the study.
    other.crossfold(&["gc", "--yes"]).expect(0);
    let again = other.crossfold(&["run", &file]).expect(0).stderr;
    assert!(!again.contains("retraining"), "{again}");
}

/// Killed while the ensemble is retrained, the next run ends with the same bytes.
#[cfg(unix)]
#[test]
fn a_run_that_is_killed_while_it_retrains_an_ensemble_ends_with_the_same_bytes() {
    let spec = with(SPACE, ", ensemble: 6, refits: 20");
    let (whole, file) = people("vote", &spec);
    whole.crossfold(&["run", &file]).expect(0);
    let (here, file) = people("vote", &spec);
    let mut child = here.start(&["run", &file, "--json"]);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("\"refit_started\"")));
    child.kill().unwrap();
    drop(lines);
    finish(child);
    here.crossfold(&["run", &file]).expect(0);
    assert!(here.results("results/people") == whole.results("results/people"));
}

/// The temperature is fitted to what ensembles predict that were picked on other folds.
#[test]
fn an_ensemble_is_calibrated() {
    let (plain, spec) = people("vote", &with(SPACE, ", ensemble: 6"));
    plain.crossfold(&["run", &spec]).expect(0);
    let (here, spec) = people("vote", &with(SPACE, ", ensemble: 6, calibrate: true"));
    here.crossfold(&["run", &spec]).expect(0);
    let study: Value = serde_json::from_str(&here.read("results/people/study.json")).unwrap();
    let calibration = &study["calibration"];
    // Folds of about the same size: the mean over rows is close to that over folds.
    let estimate = study["ensemble"]["estimate"]["mean"].as_f64().unwrap();
    assert!((calibration["before"]["log_loss"].as_f64().unwrap() - estimate).abs() < 0.01, "{study}");
    let model: Value = serde_json::from_str(&here.read("results/people/model/model.json")).unwrap();
    let temperature = model["temperature"].as_f64().unwrap_or(1.0);
    for (found, plain) in predict(&here).iter().zip(predict(&plain)) {
        let powers = plain.map(|share| share.powf(1.0 / temperature));
        let expected = powers.map(|power| power / powers.iter().sum::<f64>());
        assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-5));
    }
}

/// Where predictions aren't stored, what can't be picked is said.
#[test]
fn trials_without_predictions_are_not_picked() {
    let with = |predictions: &str| {
        let (here, spec) = people("vote", &format!("{}predictions: {predictions}\n", with(SPACE, ", ensemble: 6")));
        here.crossfold(&["run", &spec]).expect(0);
        here
    };
    let none = with("{megabytes: 0, best: 0}");
    let report = none.read("results/people/report.md");
    assert!(report.contains("No ensemble was picked, since out-of-fold predictions are not stored."), "{report}");
    assert!(!none.path().join("results/people/ensemble.csv").exists());
    assert!(!none.read("results/people/model/model.json").contains("\"other_members\""));

    let two = with("{megabytes: 0, best: 2}");
    let report = two.read("results/people/report.md");
    assert!(report.contains("The predictions of 2 complete trials are not stored"), "{report}");
    let best: Vec<String> =
        table(&two.read("results/people/leaderboard.csv")).iter().take(2).map(|row| row["trial"].clone()).collect();
    let members = table(&two.read("results/people/ensemble.csv"));
    assert!(members.iter().all(|member| best.contains(&member["trial"])), "{members:?}");
}

/// A single validation part is divided; the estimate is that of the whole part.
#[test]
fn a_hold_out_is_cross_fitted_within() {
    let spec = with(SPACE, ", ensemble: 6").replace("{folds: 4}", "{hold_out: 0.4}");
    let (here, file) = people("vote", &spec);
    here.crossfold(&["run", &file]).expect(0);
    let members = table(&here.read("results/people/ensemble.csv"));
    let [picked, cross_fitted] = ["picked_mean", "ensemble_mean"].map(|column| number(&members[0], column));
    // The loss on rows that picked is flattered.
    assert!(picked < cross_fitted && cross_fitted < 1.2, "{picked} {cross_fitted}");
    assert!(number(&members[0], "difference_se") > 0.0 && members[0]["ensemble_se"].is_empty());
}

/// A plan states the price, and a baseline that a gate retrains no ensemble.
#[test]
fn plans_and_baselines_know_ensembles() {
    let (here, spec) = people("vote", &with(SPACE, ", ensemble: 6, refits: 2"));
    let plan = here.crossfold(&["plan", &spec]).expect(0).stdout;
    let said = "an ensemble of 6 picks: up to 6 trials, each as 2 networks, whose predictions are averaged";
    assert!(plan.contains(said), "{plan}");
    here.crossfold(&["run", &spec]).expect(0);
    let noted = here.crossfold(&["baseline", "people", "-o", "baseline.json"]).expect(0).stderr;
    assert!(noted.contains("the baseline is the best trial alone"), "{noted}");
    let gate = here.crossfold(&["gate", "baseline.json"]).expect(0);
    assert!(gate.stdout.contains("PASS"), "{}", gate.stdout);
}

/// A model whose members were changed is refused.
#[test]
fn a_model_with_other_weights_is_refused() {
    let (here, spec) = people("vote", &with(SPACE, ", ensemble: 6"));
    here.crossfold(&["run", &spec]).expect(0);
    let path = here.path().join("results/people/model/model.json");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("\"version\": 5") && text.contains("\"other_members\": ["), "{text}");
    fs::write(&path, text.replacen("\"weight\": 2", "\"weight\": 3", 1)).unwrap();
    let changed = text != fs::read_to_string(&path).unwrap();
    let outcome = here.crossfold(&["predict", "people", "new.csv"]);
    if changed {
        assert!(outcome.expect(11).stderr.contains("one of the two was changed"));
    }
}

/// Where preprocessing is searched, members read the winner's inputs, and `predict` makes them.
#[test]
fn members_have_the_winners_preprocessing() {
    let rest = "model: {kind: mlp, hidden: [8]}\ntraining: {learning_rate: 0.02, batch_size: 16}\n\
         search:\n  space:\n    epochs: [10, 20, 40]\n    numeric.encode: [none, {piecewise: {bins: 4}}]\n    select: [5, 100]\n";
    let (here, spec) = people("vote", &with(rest, ", ensemble: 8"));
    here.crossfold(&["run", &spec]).expect(0);
    let trials = table(&here.read("results/people/leaderboard.csv"));
    let inputs = |row: &Row| [row["numeric.encode"].clone(), row["select"].clone()];
    let members = table(&here.read("results/people/ensemble.csv"));
    for member in &members {
        let trial = trials.iter().find(|row| row["trial"] == member["trial"]).unwrap();
        assert_eq!(inputs(trial), inputs(&trials[0]));
    }
    let tested = probabilities(&table(&here.read("results/people/test_predictions.csv")));
    assert_eq!(tested, predict(&here));
}
