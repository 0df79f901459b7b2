//! `final: {refit: folds}`: the winner's networks of all folds predict together.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::events::events;
use crate::harness::{Row, Workplace, finish, number, root, table};
use crate::people::EVERY_STEP;

const NETWORK: &str = "model: {kind: mlp, hidden: [8]}\ntraining: {learning_rate: 0.02, epochs: 12, batch_size: 16}\n\
     search: {space: {l2: [0.0, 0.01]}}\nbaselines: []\n";

/// A study of 150 people, with test rows of its own in `new.csv`.
fn people(target: &str, rest: &str) -> (Workplace, String) {
    let here = Workplace::new();
    here.people("people.csv", &[target], 0, 150);
    here.people("new.csv", &[target], 200, 260);
    let spec = here.people_spec("people", target, ", test_path: new.csv", rest);
    (here, spec)
}

/// The predicted number, or the probability of each class, of each line of a file.
type Outputs = BTreeMap<String, Vec<f64>>;

fn with(validation: &str, finish: &str) -> String {
    format!("{NETWORK}cross_validation: {validation}\nfinal: {{test: true, {finish}}}\n")
}

/// Dense layers, as files store them: outputs × inputs, then outputs.
type Layers = Vec<[Vec<f64>; 2]>;

/// The layers of each network in a folder's safetensors file; of one network, the tensors have no prefix.
fn networks(model: &Path, count: usize) -> Vec<Layers> {
    let file = fs::read(model.join("weights.safetensors")).unwrap();
    let end = 8 + u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
    let header: Value = serde_json::from_slice(&file[8..end]).unwrap();
    let tensor = |name: String| -> Option<Vec<f64>> {
        let place = header.get(&name)?;
        assert_eq!(place["dtype"], "F32");
        let [from, to] = [0, 1].map(|side| end + place["data_offsets"][side].as_u64().unwrap() as usize);
        let floats = file[from..to].chunks_exact(4);
        Some(floats.map(|bytes| f64::from(f32::from_le_bytes(bytes.try_into().unwrap()))).collect())
    };
    let network = |member: usize| -> Layers {
        let prefix = if count == 1 { String::new() } else { format!("members.{member}.") };
        let layer = |number: usize| {
            Some([tensor(format!("{prefix}layers.{number}.weight"))?, tensor(format!("{prefix}layers.{number}.bias"))?])
        };
        (0..).map_while(layer).collect()
    };
    (0..count).map(network).collect()
}

/// The outputs of a network with rectified linear units.
fn forward(layers: &Layers, inputs: &[f64]) -> Vec<f64> {
    let mut values = inputs.to_vec();
    for (number, [weights, biases]) in layers.iter().enumerate() {
        let outputs = biases.iter().zip(weights.chunks_exact(values.len())).map(|(bias, row)| {
            let sum = bias + row.iter().zip(&values).map(|(weight, value)| weight * value).sum::<f64>();
            if number + 1 < layers.len() { sum.max(0.0) } else { sum }
        });
        values = outputs.collect();
    }
    values
}

fn softmax(outputs: &[f64]) -> Vec<f64> {
    let powers: Vec<f64> = outputs.iter().map(|output| output.exp()).collect();
    powers.iter().map(|power| power / powers.iter().sum::<f64>()).collect()
}

/// A row's probabilities, or its predicted number.
fn predicted(row: &Row) -> Vec<f64> {
    let classes: Vec<&String> = row.keys().filter(|column| column.starts_with("p_")).collect();
    if classes.is_empty() {
        return vec![number(row, "predicted")];
    }
    classes.into_iter().map(|class| number(row, class)).collect()
}

/// A study whose networks are recalculated from its files.
struct ByHand<'a> {
    here: &'a Workplace,
    study: &'a str,
    /// Out-of-fold predictions, which name the rows of each fold.
    out_of_fold: Vec<Row>,
    networks: Vec<Layers>,
    /// The folds of a repeat.
    folds: usize,
}

impl<'a> ByHand<'a> {
    fn new(here: &'a Workplace, study: &'a str, [folds, repeats]: [usize; 2]) -> ByHand<'a> {
        let out_of_fold = table(&here.read(&format!("results/{study}/predictions.csv")));
        let model = here.path().join(format!("results/{study}/model"));
        let networks = networks(&model, folds * repeats);
        assert!(networks.iter().all(|network| network.len() == 2));
        ByHand { here, study, out_of_fold, networks, folds }
    }

    /// The number of the network that a row of `predictions.csv` validated.
    fn member(&self, row: &Row) -> usize {
        let [repeat, fold] = ["repeat", "fold"].map(|column| row[column].parse::<usize>().unwrap() - 1);
        repeat * self.folds + fold
    }

    /// The mean and standard deviation of the numbers that a network was trained on.
    fn scaling(&self, member: usize) -> [f64; 2] {
        let is_trained_on = |row: &&Row| {
            let of_row = self.member(row);
            of_row / self.folds == member / self.folds && of_row != member
        };
        let targets: Vec<f64> = self.out_of_fold.iter().filter(is_trained_on).map(|row| number(row, "truth")).collect();
        let mean = targets.iter().sum::<f64>() / targets.len() as f64;
        let variance = targets.iter().map(|target| (target - mean).powi(2)).sum::<f64>() / targets.len() as f64;
        [mean, variance.sqrt()]
    }

    /// What each network predicts of each line of a file, and what the program does.
    fn predict(&self, file: &str) -> (Vec<Outputs>, Outputs) {
        let arguments = ["predict", self.study, file, "--inputs", "inputs.csv"];
        let said = table(&self.here.crossfold(&arguments).expect(0).stdout);
        let is_number = !said[0].keys().any(|column| column.starts_with("p_"));
        let inputs = self.here.read("inputs.csv");
        let mut lines = csv::Reader::from_reader(inputs.as_bytes());
        let first = usize::from(self.networks.len() > 1);
        let mut each = vec![BTreeMap::new(); self.networks.len()];
        for line in lines.records() {
            let line = line.unwrap();
            let member: usize = if first == 1 { line[0].parse().unwrap() } else { 0 };
            let values: Vec<f64> = line.iter().skip(first + 1).map(|value| value.parse().unwrap()).collect();
            let outputs = forward(&self.networks[member], &values);
            let outputs = if is_number {
                let [mean, deviation] = self.scaling(member);
                vec![outputs[0] * deviation + mean]
            } else {
                softmax(&outputs)
            };
            each[member].insert(line[first].to_owned(), outputs);
        }
        let said = said.iter().map(|row| (row["line"].clone(), predicted(row))).collect();
        (each, said)
    }

    /// What is predicted of `new` is the mean of the networks, and each network is that of the search: on the rows that
    /// validated it, it predicts what the search did.
    fn check(&self, new: &str, trained_on: &str, unit: f64) {
        let close = |a: &[f64], b: &[f64]| {
            assert_eq!(a.len(), b.len());
            assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 2e-5 * unit), "{a:?} {b:?}");
        };
        let (each, said) = self.predict(new);
        for (line, said) in &said {
            let sum = |class: usize| each.iter().map(|network| network[line][class]).sum::<f64>();
            let mean: Vec<f64> = (0..said.len()).map(|class| sum(class) / each.len() as f64).collect();
            close(said, &mean);
        }
        let (each, _) = self.predict(trained_on);
        for row in &self.out_of_fold {
            let line = row["row"].parse::<u32>().unwrap() + 2;
            close(&predicted(row), &each[self.member(row)][&line.to_string()]);
        }
        // The networks differ.
        assert!(self.networks.iter().skip(1).all(|network| *network != self.networks[0]));
    }
}

/// The members of a model file, and the scalings that it stores.
fn model(here: &Workplace, study: &str) -> Value {
    serde_json::from_str(&here.read(&format!("results/{study}/model/model.json"))).unwrap()
}

/// Networks end at their own best epoch, and numbers have their own mean on each fold.
#[test]
fn numbers_are_the_mean_of_the_folds_networks() {
    let data = root().join("data/tables");
    let [train, test] = ["trainval", "test"].map(|part| data.join(format!("concrete.{part}.csv.gz")));
    let here = Workplace::new();
    let spec = here.spec(
        "concrete.yaml",
        &format!(
            "version: 1\nname: concrete\nseed: 4\ndata: {{source: csv, path: {}, target: compressive_strength, \
             task: regression, test_path: {}}}\n{}cross_validation: {{folds: 3, repeats: 2}}\n\
             final: {{refit: folds, test: true, variables: false}}\n",
            train.display(),
            test.display(),
            NETWORK.replace("epochs: 12", "epochs: 20, patience: 3"),
        ),
    );
    let screen = here.crossfold(&["run", spec.to_str().unwrap(), "--jobs", "2"]).expect(0);
    let said = "retraining the winner on each of 6 folds, for networks that predict together";
    assert!(screen.stderr.contains(said), "{}", screen.stderr);
    let by_hand = ByHand::new(&here, "concrete", [3, 2]);
    by_hand.check(test.to_str().unwrap(), train.to_str().unwrap(), 16.0);
    let stored = model(&here, "concrete");
    assert_eq!((&stored["version"], &stored["networks"]), (&6.into(), &6.into()));
    assert_eq!(stored["folds"][4], serde_json::json!({"repeat": 1, "fold": 1}));
    let (scaling, own) = (&stored["adapter"]["other_folds"][3]["scaling"], by_hand.scaling(4));
    for (stored, own) in [&scaling["mean"], &scaling["deviation"]].into_iter().zip(own) {
        assert!((stored.as_str().unwrap().parse::<f64>().unwrap() - own).abs() < 1e-9);
    }
    let (_, said) = by_hand.predict(test.to_str().unwrap());
    let own = table(&here.read("results/concrete/test_predictions.csv"));
    assert_eq!(own.len(), said.len());
    for row in &own {
        let line = row["row"].parse::<u32>().unwrap() + 2;
        assert_eq!(vec![number(row, "predicted")], said[&line.to_string()]);
    }
    let squared = own.iter().map(|row| (number(row, "predicted") - number(row, "truth")).powi(2)).sum::<f64>();
    let scored = table(&here.read("results/concrete/test.csv"));
    assert!((number(&scored[0], "value") - (squared / own.len() as f64).sqrt()).abs() < 1e-5);

    let record: Value = serde_json::from_str(&here.read("results/concrete/study.json")).unwrap();
    assert_eq!((&record["refit_folds"], &record["refits"]), (&6.into(), &6.into()));
    let card = here.read("results/concrete/model/README.md");
    for expected in [
        "averages the predictions of its networks of 6 folds.",
        "- Trained for 20 epochs at most: early stopping keeps the weights of the best epoch",
        "- Averaged: the predictions of 6 such networks, 486 parameters in all, each trained on the training rows of its own fold",
        "- Trained on: 824 rows, each network on the training rows of its fold",
        "their average has no score on these rows",
        "Its networks of the 6 folds, each trained for at most 20 epochs on the training rows of its fold, were used with their \
         predictions averaged and scored once on 206 rows",
        "x = table[table[:, 0] == member, 2:]",
    ] {
        assert!(card.contains(expected), "{expected}\n{card}");
    }
    let report = here.read("results/concrete/report.md");
    assert!(report.contains("networks of 6 folds reaches root mean squared error"), "{report}");
}

#[test]
fn probabilities_are_the_mean_of_the_folds_networks() {
    let votes = root().join("data/anes96/anes96.csv");
    let here = Workplace::new();
    let spec = here.spec(
        "votes.yaml",
        &format!(
            "version: 1\nname: votes\nseed: 4\ndata: {{source: csv, path: {}, target: vote}}\n{NETWORK}\
             cross_validation: {{folds: 4, stratified: true}}\nfinal: {{refit: folds, variables: false}}\n",
            votes.display(),
        ),
    );
    here.crossfold(&["run", spec.to_str().unwrap()]).expect(0);
    let votes = votes.to_str().unwrap();
    ByHand::new(&here, "votes", [4, 1]).check(votes, votes, 1.0);
    let said = here.crossfold(&["predict", "votes", votes]).expect(0).stderr;
    assert!(said.contains("these rows were used for training, so the score is optimistic"), "{said}");
}

/// Each fold imputes, scales, encodes and selects by its own training rows.
#[test]
fn each_network_has_its_own_preprocessing() {
    for target in ["vote", "price"] {
        let validation = with("{folds: 4}", "refit: folds, variables: false");
        let (here, spec) = people(target, "");
        let text = fs::read_to_string(&spec).unwrap();
        let steps = EVERY_STEP.replace("select: 12", "select: 10");
        fs::write(&spec, text.trim_end().to_owned() + "\n" + &steps + &validation).unwrap();
        here.crossfold(&["run", &spec]).expect(0);
        let unit = if target == "price" { 700.0 } else { 1.0 };
        ByHand::new(&here, "people", [4, 1]).check("new.csv", "people.csv", unit);
        let header = here.read("inputs.csv").lines().next().unwrap().to_owned();
        assert!(header.starts_with("member,line,"), "{header}");
        // Folds select other inputs for a place.
        assert!(header.contains(" or "), "{header}");
    }
}

/// A single validation part has one network, that of the search.
#[test]
fn a_hold_out_has_one_network() {
    let (here, spec) = people("vote", &with("{hold_out: 0.3}", "refit: folds, variables: false"));
    let screen = here.crossfold(&["run", &spec]).expect(0).stderr;
    assert!(screen.contains("retraining the winner on its training rows"), "{screen}");
    ByHand::new(&here, "people", [1, 1]).check("new.csv", "people.csv", 1.0);
    assert!(!here.read("inputs.csv").starts_with("member"));
    let card = here.read("results/people/model/README.md");
    for expected in [
        "Crossfold selected it by cross-validation and trained it on the part of the rows that did not validate it.",
        "- Trained on: 150 rows, without the validation part",
        "Its network, trained for 12 epochs on the rows that did not validate it, was used and scored once on",
    ] {
        assert!(card.contains(expected), "{expected}\n{card}");
    }
}

#[test]
fn fold_models_are_the_same_at_any_number_of_jobs_and_stored() {
    let rest = with("{folds: 5}", "refit: folds");
    let (here, spec) = people("vote", &rest);
    let stream = events(&here.crossfold(&["run", &spec, "--json", "--jobs", "1"]).expect(0).stdout);
    let began = stream.iter().find(|event| event["event"] == "refit_started").unwrap();
    assert_eq!([&began["networks"], &began["folds"], &began["rows"]], [&Value::from(5), &5.into(), &150.into()]);
    let results = here.results("results/people");
    let (other, spec) = people("vote", &rest);
    let screen = other.crossfold(&["run", &spec, "--jobs", "2"]).expect(0).stderr;
    assert!(other.results("results/people") == results, "results depend on the number of jobs");
    // The networks that predict are scored with shuffled columns, and not retrained for it.
    assert!(screen.contains("retraining the winner on each of 5 folds"), "{screen}");
    assert!(!screen.contains("which columns matter?"), "{screen}");
    let (best, spec_of_best) = people("vote", &rest.replace("refit: folds", "refit: best"));
    best.crossfold(&["run", &spec_of_best]).expect(0);
    let variables = "results/people/variables.csv";
    assert_eq!(other.read(variables), best.read(variables));

    // Everything is stored: nothing is retrained, and reports are the same.
    let again = other.crossfold(&["run", &spec]).expect(0).stderr;
    assert!(!again.contains("retraining"), "{again}");
    other.crossfold(&["gc", "--yes"]).expect(0);
    let again = other.crossfold(&["run", &spec]).expect(0).stderr;
    assert!(!again.contains("retraining"), "{again}");
    fs::remove_dir_all(other.path().join("results/people/model")).unwrap();
    other.crossfold(&["report", "people"]).expect(0);
    assert!(other.results("results/people") == results, "`report` writes other files than `run`");
    let fresh = other.crossfold(&["run", &spec, "--fresh"]).expect(0).stderr;
    assert!(fresh.contains("retraining the winner on each of 5 folds"), "{fresh}");
    assert!(other.results("results/people") == results);
    // The networks of single folds are no longer stored beside the file of all: there is one retrained network.
    let kept = other.crossfold(&["store", "verify"]).expect(0).stdout;
    assert!(kept.contains("retrained networks 1\n"), "{kept}");
    let removed = other.crossfold(&["gc", "--forget", "people", "--yes"]).expect(0);
    let said = removed.stdout + &removed.stderr;
    assert!(said.contains("1 retrained network"), "{said}");
}

/// Killed while folds are retrained, the next run keeps the networks that were, and ends with the same bytes.
#[cfg(unix)]
#[test]
fn a_run_that_is_killed_while_it_retrains_folds_continues() {
    let rest = with("{folds: 8}", "refit: folds").replace("epochs: 12", "epochs: 1500").replace("[0.0, 0.01]", "[0.0]");
    let (whole, spec) = people("vote", &rest);
    whole.crossfold(&["run", &spec, "--jobs", "2"]).expect(0);
    let (here, spec) = people("vote", &rest);
    let retrained = || -> Option<usize> {
        let log = fs::read_dir(here.path().join("results/people/logs")).ok()?.map(|file| file.unwrap().path()).max()?;
        let log = fs::read_to_string(log).unwrap();
        let (_, after) = log.split_once("retraining the winner on each fold")?;
        Some(after.matches("fit complete").count())
    };
    let mut child = here.start(&["run", &spec, "--jobs", "1"]);
    let began = Instant::now();
    while retrained().unwrap_or_default() < 2 {
        assert!(began.elapsed() < Duration::from_secs(120), "no fold is retrained");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    finish(child);
    assert!(!here.path().join("results/people/model").exists(), "the run ended before it was killed");
    // The log of the next run is the only one.
    fs::remove_dir_all(here.path().join("results/people/logs")).unwrap();
    here.crossfold(&["run", &spec, "--jobs", "2"]).expect(0);
    let retrained = retrained().unwrap();
    assert!((1..8).contains(&retrained), "{retrained} of 8 folds were retrained");
    assert!(here.results("results/people") == whole.results("results/people"));
}

/// Probabilities are rescaled after they are averaged.
#[test]
fn fold_models_are_calibrated() {
    let certain = |finish: &str| {
        let rest = with("{folds: 4}", finish).replace("epochs: 12", "epochs: 60").replace("[8]", "[32]");
        let (here, spec) = people("vote", &rest);
        here.crossfold(&["run", &spec]).expect(0);
        let said = table(&here.crossfold(&["predict", "people", "new.csv"]).expect(0).stdout);
        (model(&here, "people"), said.iter().map(predicted).collect::<Vec<_>>())
    };
    let (plain, averaged) = certain("refit: folds, variables: false");
    assert!(plain.get("temperature").is_none());
    let (calibrated, said) = certain("refit: folds, variables: false, calibrate: true");
    let temperature = calibrated["temperature"].as_f64().unwrap();
    assert!(temperature > 1.1, "{temperature}");
    for (said, plain) in said.iter().zip(averaged) {
        let powers: Vec<f64> = plain.iter().map(|share| share.powf(1.0 / temperature)).collect();
        let sum: f64 = powers.iter().sum();
        assert!(said.iter().zip(powers).all(|(said, power)| (said - power / sum).abs() < 1e-5));
    }
}

/// A short trial wins, and the longer one that shares its fits diverges after it.
#[test]
fn networks_of_a_fit_that_fails_later_predict() {
    let train = root().join("data/tables/concrete.trainval.csv.gz");
    let here = Workplace::new();
    let text = format!(
        "version: 1\nname: short\nseed: 4\ndata: {{source: csv, path: {}, target: compressive_strength, task: regression}}\n\
         model: {{kind: linear}}\ntraining: {{learning_rate: 8, optimizer: sgd, batch_size: 824}}\nbaselines: []\n\
         search: {{space: {{epochs: [2, 80]}}}}\ncross_validation: {{folds: 3}}\nfinal: {{refit: folds}}\n",
        train.display()
    );
    let spec = here.spec("short.yaml", &text);
    // The code of failed trials.
    here.crossfold(&["run", spec.to_str().unwrap()]).expect(20);
    let board = table(&here.read("results/short/leaderboard.csv"));
    assert_eq!(board.iter().map(|row| row["state"].as_str()).collect::<Vec<_>>(), ["complete", "failed"]);
    assert_eq!(model(&here, "short")["folds"].as_array().unwrap().len(), 3);
    assert!(here.path().join("results/short/variables.csv").is_file());
}

/// A plan states the price: the networks of five folds, of four fifths of the rows each.
#[test]
fn a_plan_prices_the_folds_networks() {
    let plan = |finish: &str| {
        let (here, spec) = people("vote", &with("{folds: 5}", finish).replace("test: true, ", ""));
        let plan = here.crossfold(&["plan", &spec]).expect(0).stdout;
        let line = plan.lines().find(|line| line.contains("floating-point")).unwrap();
        let figure: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        (plan, figure)
    };
    let (_, none) = plan("refit: none");
    let (_, best) = plan("refit: best");
    let (text, folds) = plan("refit: folds");
    assert!(text.contains("the winner on each fold: 5 networks, whose predictions are averaged"), "{text}");
    let ratio = (folds - none) / (best - none);
    assert!((ratio - 4.0).abs() < 0.2, "{ratio}");
}

/// Files whose parts don't go together are named, and nothing is predicted with them.
#[test]
fn a_changed_model_of_folds_is_refused() {
    let (here, spec) = people("price", &with("{folds: 3}", "refit: folds, variables: false"));
    here.crossfold(&["run", &spec]).expect(0);
    let path = here.path().join("results/people/model/model.json");
    let text = fs::read_to_string(&path).unwrap();
    for (part, changed) in [("\"networks\": 3", "\"networks\": 2"), ("\"fold\": 2", "\"fold\": 1")] {
        assert!(text.contains(part));
        fs::write(&path, text.replace(part, changed)).unwrap();
        let refused = here.crossfold(&["predict", "people", "new.csv"]).expect(11).stderr;
        assert!(refused.contains("model.json") && refused.contains("one of the two was changed"), "{refused}");
    }
    fs::write(&path, text.replace("\"version\": 6", "\"version\": 7")).unwrap();
    let refused = here.crossfold(&["predict", "people", "new.csv"]).expect(11).stderr;
    assert!(refused.contains("version 7"), "{refused}");
}

/// The folds of time series, groups and a linear model's.
#[test]
fn all_kinds_of_splits_and_networks_have_fold_models() {
    let linear = NETWORK.replace("kind: mlp, hidden: [8]", "kind: linear");
    for (validation, folds) in [("{folds: 3, time: wave}", 3), ("{folds: 4, groups: house}", 4)] {
        let here = Workplace::new();
        here.people("people.csv", &["house", "wave", "vote"], 0, 150);
        let rest = format!("{linear}cross_validation: {validation}\nfinal: {{refit: folds, nested: true}}\n");
        let spec = here.people_spec("people", "vote", "", &rest);
        here.crossfold(&["run", &spec, "--jobs", "2"]).expect(0);
        assert_eq!(model(&here, "people")["folds"].as_array().unwrap().len(), folds);
        assert!(here.path().join("results/people/nested.csv").is_file());
        // They are not the coefficients of one network.
        assert!(!here.path().join("results/people/coefficients.csv").exists());
        assert!(here.path().join("results/people/variables.csv").is_file());
        let own = here.crossfold(&["predict", "people", "people.csv"]).expect(0).stdout;
        assert_eq!(table(&own).len(), 150);
    }
}
