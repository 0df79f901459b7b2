//! `crossfold predict`: the same numbers as in the study, or a clear error.

use std::collections::HashMap;
use std::fs;

use crate::harness::{Row, Workplace, number, root, table};
use crate::people::{EVERY_STEP, FEATURES, rows};

/// A network of one hidden layer.
const NETWORK: &str = "model: {kind: mlp, hidden: [8]}\n\
     training: {learning_rate: 0.02, epochs: 5, batch_size: 16}\n\
     cross_validation: {hold_out: 0.2}\nfinal: {refit: best, test: true}\n";

/// Embeddings of a column with rare levels and missing values.
const EMBEDDINGS: &str = "preprocessing:\n  categorical: {rare: 3, encode: {embedding: {size: 3}}}\n  \
     columns: {street: {categorical: {encode: ordinal}}, income: {numeric: {log: true, scale: quantile}}}\n";

/// Numbers by normal scores, clipped and in bins.
const NUMBERS: &str = "preprocessing:\n  numeric: {impute: mean, indicator: true, scale: normal, clip: 2}\n  \
     ordinal: {encode: {piecewise: {bins: 3}}}\n  \
     columns: {income: {numeric: {scale: robust, clip: none, encode: {piecewise: {bins: 4}}}}}\n";

/// People with two towns that training rows did not have, and with a missing grade and size.
fn new_people(target: &str) -> String {
    let columns: Vec<&str> = FEATURES.into_iter().chain([target]).collect();
    let text = rows(&columns, 200, 260).replacen("Bonn", "Oslo", 2);
    let lines = text.lines().enumerate().map(|(number, line)| match number {
        20 => line.replace("low", "").replace("mid", "").replace("high", ""),
        30 => format!(",{}", line.split_once(',').unwrap().1),
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

/// A trained network in `results/people/model`, and people to predict in `new.csv`.
fn trained(target: &str, steps: &str, arguments: &[&str]) -> Workplace {
    let here = Workplace::new();
    here.people("people.csv", &[target], 0, 150);
    fs::write(here.path().join("new.csv"), new_people(target)).unwrap();
    let spec = here.people_spec("people", target, ", test_path: new.csv", &format!("{steps}{NETWORK}"));
    here.crossfold(&[&["run", &spec], arguments].concat()).expect(0);
    here
}

fn predict(here: &Workplace, file: &str) -> Vec<Row> {
    table(&here.crossfold(&["predict", "results/people/model", file]).expect(0).stdout)
}

/// Compares a study's test scores with `scores` computed from predictions.
fn assert_scores(here: &Workplace, study: &str, scores: &[(&str, f64)]) {
    let scored = table(&here.read(&format!("results/{study}/test.csv")));
    for (metric, score) in scores {
        let expected = number(scored.iter().find(|row| row["metric"] == *metric).unwrap(), "value");
        let close = (score - expected).abs() <= 1e-6 * expected.abs().max(1.0);
        assert!(close, "{metric} is {score} of what `predict` says, and {expected} in the study");
    }
}

/// Accuracy and log loss of predictions, by each row's true class.
fn classified(predictions: &[Row], truth: &[String]) -> [(&'static str, f64); 2] {
    assert_eq!(predictions.len(), truth.len());
    let rows = || predictions.iter().zip(truth);
    let right = rows().filter(|(row, class)| row["predicted"] == **class).count();
    let loss: f64 = rows().map(|(row, class)| -number(row, &format!("p_{class}")).ln()).sum();
    let count = truth.len() as f64;
    [("accuracy", right as f64 / count), ("log_loss", loss / count)]
}

#[test]
fn classes_are_predicted_as_in_the_study() {
    for (steps, device) in
        [(EVERY_STEP, "flex"), (EVERY_STEP, "ndarray"), (EMBEDDINGS, "flex"), (EMBEDDINGS, "ndarray")]
    {
        let here = trained("vote", steps, &["--set", &format!("device={device}")]);
        let truth: Vec<String> = table(&here.read("new.csv")).iter().map(|row| row["vote"].clone()).collect();
        assert_scores(&here, "people", &classified(&predict(&here, "new.csv"), &truth));
    }
}

#[test]
fn numbers_are_predicted_as_in_the_study() {
    for (steps, device) in
        [(EVERY_STEP, "flex"), (EVERY_STEP, "ndarray"), (EMBEDDINGS, "flex"), (EMBEDDINGS, "ndarray")]
    {
        let here = trained("price", steps, &["--set", &format!("device={device}")]);
        let truth: Vec<f64> = table(&here.read("new.csv")).iter().map(|row| number(row, "price")).collect();
        let predictions = predict(&here, "new.csv");
        assert_eq!(predictions.len(), truth.len());
        let errors = || predictions.iter().zip(&truth).map(|(row, truth)| number(row, "predicted") - truth);
        let count = truth.len() as f64;
        let mean = truth.iter().sum::<f64>() / count;
        let squared = errors().map(|error| error * error).sum::<f64>();
        let spread = truth.iter().map(|truth| (truth - mean).powi(2)).sum::<f64>();
        let scores = [
            ("rmse", (squared / count).sqrt()),
            ("mae", errors().map(f64::abs).sum::<f64>() / count),
            ("r2", 1.0 - squared / spread),
        ];
        assert_scores(&here, "people", &scores);
    }
}

#[test]
fn sequences_are_predicted_as_in_the_study() {
    let spec = root().join("experiments/japanese-vowels.yaml");
    let test = root().join("data/japanese-vowels/test.csv");
    let mut truth: Vec<(String, String)> = Vec::new();
    for row in table(&fs::read_to_string(&test).unwrap()) {
        if truth.last().is_none_or(|(utterance, _)| *utterance != row["utterance"]) {
            truth.push((row["utterance"].clone(), row["speaker"].clone()));
        }
    }
    let (utterances, speakers): (Vec<String>, Vec<String>) = truth.into_iter().unzip();
    for device in ["flex", "ndarray"] {
        let here = Workplace::new();
        let device = format!("device={device}");
        let few = ["--set", "models.recurrent.space.nodes=[6]", "--set", "search.space.epochs=[2]", "--set", &device];
        here.crossfold(&[&["run", spec.to_str().unwrap(), "--set", "cross_validation=none"], &few[..]].concat())
            .expect(0);
        let output = here.crossfold(&["predict", "results/japanese-vowels/model", test.to_str().unwrap()]).expect(0);
        assert!(output.stderr.contains("the first 26 are used"), "{}", output.stderr);
        let predictions = table(&output.stdout);
        assert_eq!(predictions.iter().map(|row| row["utterance"].clone()).collect::<Vec<_>>(), utterances);
        assert_scores(&here, "japanese-vowels", &classified(&predictions, &speakers));
    }
}

/// Columns are found by name, the target is optional, and notes report values that training rows did not have.
#[test]
fn columns_may_be_in_any_order() {
    let here = trained("vote", EVERY_STEP, &[]);
    let expected = here.crossfold(&["predict", "results/people/model", "new.csv"]).expect(0);
    assert!(!expected.stderr.contains("not used"), "{}", expected.stderr);
    let mut others: Vec<&str> = FEATURES.to_vec();
    others.reverse();
    let rearranged: Vec<String> = table(&here.read("new.csv"))
        .iter()
        .map(|row| others.iter().map(|name| row[*name].clone()).collect::<Vec<_>>().join(";") + ";7")
        .collect();
    let text = format!("{};mood\n{}\n", others.join(";"), rearranged.join("\n"));
    fs::write(here.path().join("other.csv"), text).unwrap();
    let other = here.crossfold(&["predict", "results/people/model", "other.csv"]).expect(0);
    assert_eq!(other.stdout, expected.stdout);
    let note = "note: not used, because the training file doesn't have them: `mood`\n";
    assert!(other.stderr.contains(note), "{}", other.stderr);
}

/// A row's prediction does not depend on other rows.
#[test]
fn a_prediction_does_not_depend_on_other_rows() {
    let here = trained("vote", EVERY_STEP, &[]);
    let all: HashMap<String, Row> =
        predict(&here, "new.csv").into_iter().map(|row| (row["line"].clone(), row)).collect();
    let text = here.read("new.csv");
    let lines: Vec<&str> = text.lines().collect();
    for line in [2, 21, 31] {
        fs::write(here.path().join("one.csv"), format!("{}\n{}\n", lines[0], lines[line - 1])).unwrap();
        let [one] = &predict(&here, "one.csv")[..] else { panic!("one row") };
        for class in ["p_red", "p_green", "p_blue"] {
            let [alone, among] = [one, &all[&line.to_string()]].map(|row| number(row, class));
            assert!((alone - among).abs() <= 1e-6, "line {line}: {alone} alone, {among} among others");
        }
    }
}

#[test]
fn imputed_values_are_reported() {
    let here = trained("vote", EVERY_STEP, &[]);
    let output = here.crossfold(&["predict", "results/people/model", "new.csv"]).expect(0).stderr;
    for note in [
        "note: `size` is missing in 1 row: filled in as in training\n",
        "note: `grade` is missing in 1 row: filled in as in training\n",
        "note: `town` is new to the network in 2 rows, such as `Oslo` in line ",
    ] {
        assert!(output.contains(note), "{note:?} isn't said in\n{output}");
    }
    // `--quiet` silences stderr and leaves the data on stdout.
    let quiet = here.crossfold(&["predict", "results/people/model", "new.csv", "--quiet"]).expect(0);
    assert_eq!((quiet.stderr.as_str(), quiet.stdout.lines().count()), ("", 61));
}

#[test]
fn invalid_rows_exit_with_11() {
    let here = trained("vote", EVERY_STEP, &[]);
    let refused = |name: &str, text: &str| {
        fs::write(here.path().join(name), text).unwrap();
        here.crossfold(&["predict", "results/people/model", name, "-o", "out.csv"]).expect(11).stderr
    };
    let people = rows(&FEATURES, 300, 302);
    let without = rows(&FEATURES[1..], 300, 302);
    assert_eq!(
        refused("without.csv", &without),
        "error: `without.csv`, line 1, column `size`: the training file has this column, this one doesn't\n\
         hint: give both files the same columns, in any order\n"
    );
    let (header, first) = people.split_once('\n').unwrap();
    let words = format!("{header}\nlarge,{}", first.split_once(',').unwrap().1);
    assert_eq!(
        refused("words.csv", &words),
        "error: `words.csv`, line 2, column `size`: `large` is not a number\n\
         hint: correct it; if it stands for a missing value, name it with `--missing large`, and the other such values as well\n"
    );
    let grades = ["low", "mid", "high"].iter().fold(people.clone(), |text, grade| text.replace(grade, "low+"));
    let output = refused("grades.csv", &grades);
    assert_eq!(
        output,
        "error: `grades.csv`, line 2, column `grade`: `low+` is none of the levels\n\
         hint: the levels are `low`, `mid`, `high`\n"
    );
    assert!(refused("header.csv", &format!("{header}\n")).contains("no rows under the header"));
    let nowhere = here.crossfold(&["predict", "results/people/model", "nowhere.csv"]).expect(11);
    assert_eq!(nowhere.stderr, "error: there is no file `nowhere.csv`\n");
    assert!(!here.path().join("out.csv").exists(), "what is refused writes nothing");
}

#[test]
fn sequences_need_their_columns() {
    let here = Workplace::new();
    fs::write(
        here.path().join("steps.csv"),
        "who,at,x,y\na,1,5,no\na,2,6,no\nb,1,7,so\nb,2,8,so\nc,1,5,no\nd,1,8,so\n",
    )
    .unwrap();
    let spec = here.spec(
        "steps.yaml",
        "version: 1\nname: steps\ndata: {source: csv, path: steps.csv, target: y, sequence: {id: who, step: at}}\n\
         model: {kind: mlp, layers: 0}\ntraining: {epochs: 2}\ncross_validation: {folds: 2}\n",
    );
    here.crossfold(&["run", spec.to_str().unwrap()]).expect(0);
    let predict = |text: &str, code| {
        fs::write(here.path().join("new.csv"), text).unwrap();
        here.crossfold(&["predict", "results/steps/model", "new.csv"]).expect(code)
    };
    let names: Vec<String> = table(&predict("x,at,who\n6,2,z\n5,1,z\n7,1,y\n", 0).stdout)
        .into_iter()
        .map(|mut row| row.remove("who").unwrap())
        .collect();
    assert_eq!(names, ["z", "y"]);
    // The order of a sequence's rows in the file doesn't matter: `at` orders them.
    assert_eq!(predict("x,at,who\n6,2,z\n5,1,z\n", 0).stdout, predict("x,at,who\n5,1,z\n6,2,z\n", 0).stdout);
    assert!(predict("x,at\n6,2\n", 11).stderr.contains("column `who`: the training file has this column"));
    assert!(predict("x,who\n6,z\n", 11).stderr.contains("column `at`: the training file has this column"));
    assert!(predict("x,at,who\n6,2,\n", 11).stderr.contains("line 2, column `who`: the value is missing"));
    assert!(predict("x,at,who\n6,,z\n", 11).stderr.contains("line 2, column `at`: the value is missing"));
    assert!(predict("x,at,who\n6,2,z\n7,2,z\n", 11).stderr.contains("lines 2 and 3: the same step"));
}

#[test]
fn unusable_models_exit_with_11() {
    let here = trained("vote", EVERY_STEP, &[]);
    let [model, weights] = ["model.json", "weights.safetensors"].map(|file| format!("results/people/model/{file}"));
    let (text, bytes) = (here.read(&model), fs::read(here.path().join(&weights)).unwrap());
    let refused = |file: &str, content: Option<&[u8]>| {
        let path = here.path().join(file);
        let before = fs::read(&path).unwrap();
        match content {
            Some(content) => fs::write(&path, content).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let output = here.crossfold(&["predict", "results/people/model", "new.csv"]).expect(11).stderr;
        fs::write(&path, before).unwrap();
        let (folder, name) = file.rsplit_once('/').unwrap();
        let is_named = output.contains(&format!("error: can't use the model `{folder}/")) && output.contains(name);
        assert!(is_named, "{output}");
        assert!(output.contains("\nhint: `crossfold run` of a spec with `final.refit: best` writes one"), "{output}");
        output
    };
    refused(&model, None);
    refused(&weights, None);
    refused(&model, Some(b"{}"));
    refused(&model, Some(b""));
    refused(&model, Some(&text.as_bytes()[..text.len() / 2]));
    let newer = text.replacen("\"version\": 3", "\"version\": 7", 1);
    let newer = refused(&model, Some(newer.as_bytes()));
    assert!(newer.contains("it has version 7; this crossfold reads versions 2 to 6"), "{newer}");
    let renamed = text.replacen("\"name\": \"income\"", "\"name\": \"outcome\"", 1);
    assert!(renamed != text && refused(&model, Some(renamed.as_bytes())).contains("one of the two was changed"));
    // Files of version 2 have no digest, by which that is noticed.
    let older: Vec<&str> = renamed.lines().filter(|line| !line.contains("\"digest\"")).collect();
    let older = older.join("\n").replacen("\"version\": 3", "\"version\": 2", 1);
    assert!(refused(&model, Some(older.as_bytes())).contains("its parts don't match"));
    refused(&weights, Some(b""));
    refused(&weights, Some(&bytes[..bytes.len() - 1]));
    let wider = trained("vote", EVERY_STEP, &["--set", "model.hidden=[9]"]);
    refused(&weights, Some(&fs::read(wider.path().join(&weights)).unwrap()));
    // With the original file back, predictions are as before.
    predict(&here, "new.csv");
    let nowhere = here.crossfold(&["predict", "results/nobody/model", "new.csv"]).expect(11);
    assert!(nowhere.stderr.contains("results/nobody/model/model.json"), "{}", nowhere.stderr);
}

#[test]
fn a_network_for_images_refuses_a_table() {
    let here = Workplace::new();
    let spec = here.spec(
        "digits.yaml",
        "version: 1\nname: digits\ndata: {source: mnist, path: DATA/mnist, train_rows: 100}\n\
         model: {kind: mlp, layers: 0}\ntraining: {epochs: 1}\ncross_validation: none\n",
    );
    here.crossfold(&["run", spec.to_str().unwrap()]).expect(0);
    here.people("new.csv", &[], 0, 10);
    let refused = here.crossfold(&["predict", "results/digits/model", "new.csv"]).expect(11);
    let why = "it is a network for images; only tables can be predicted";
    assert!(refused.stderr.contains(why), "{}", refused.stderr);
}

#[test]
fn predictions_are_written_to_the_requested_file() {
    let here = trained("vote", EVERY_STEP, &[]);
    let printed = here.crossfold(&["predict", "results/people/model", "new.csv"]).expect(0).stdout;
    let output = here.crossfold(&["predict", "results/people/model", "new.csv", "-o", "far/away/out.csv"]).expect(0);
    assert_eq!(output.stdout, "");
    assert!(
        output.stderr.ends_with("wrote predictions of `vote` (60 rows) to far/away/out.csv\n"),
        "{}",
        output.stderr
    );
    assert_eq!(here.read("far/away/out.csv"), printed);
    let refused = here.crossfold(&["predict", "results/people/model", "new.csv", "-o", "new.csv/out.csv"]).expect(30);
    let output = refused.stderr.lines().last().unwrap();
    assert!(output.starts_with("error: can't write `new.csv/out.csv`: "), "{output}");
}

/// Normal scores, smooth clipping and piecewise-linear encoding, with rows that lack numbers and one far outside the range
/// of training.
#[test]
fn encoded_numbers_are_predicted_as_in_the_study() {
    let here = trained("vote", NUMBERS, &[]);
    let truth: Vec<String> = table(&here.read("new.csv")).iter().map(|row| row["vote"].clone()).collect();
    assert_scores(&here, "people", &classified(&predict(&here, "new.csv"), &truth));
    let model: serde_json::Value = serde_json::from_str(&here.read("results/people/model/model.json")).unwrap();
    assert_eq!(model["version"], 4, "earlier releases would leave these steps out");
    let text = here.read("new.csv");
    let (first, rest) = text.split_once('\n').unwrap();
    let far = format!("1e30,{}", rest.split_once(',').unwrap().1);
    fs::write(here.path().join("far.csv"), format!("{first}\n{far}")).unwrap();
    here.crossfold(&["predict", "results/people/model", "far.csv", "--inputs", "in.csv"]).expect(0);
    let inputs = table(&here.read("in.csv"));
    let header = here.read("in.csv").lines().next().unwrap().to_owned();
    for names in ["size,income bin 1,income bin 2,income bin 3,income bin 4,", ",grade bin 1,grade bin 2,grade bin 3,"]
    {
        assert!(header.contains(names), "{header}");
    }
    // 5.2 clipped to 2: the greatest of normal scores.
    assert!((number(&inputs[0], "size") - 5.199_337_6 / (1.0 + (5.199_337_6_f64 / 2.0).powi(2)).sqrt()).abs() < 1e-5);
    for row in &inputs {
        let bins: Vec<f64> = (1..=4).map(|bin| number(row, &format!("income bin {bin}"))).collect();
        // Only the bin that a number is in is neither full nor empty.
        assert!(bins.windows(2).all(|pair| pair[0] >= 1.0 || pair[1] == 0.0), "{bins:?}");
    }
}

/// The incomes, which have most bins, are embedded as such, or the sizes, memberships and dates of birth, which are plain
/// numbers between other inputs. The store keeps what is needed for the same card.
#[test]
fn embedded_numbers_are_predicted_as_in_the_study() {
    for (numbers, shape, sketch) in [("linear", [8, 4], "linear 1×8"), ("periodic", [3 * 8, 2 * 16], "periodic 3×16×8")]
    {
        let here =
            trained("vote", NUMBERS, &["--set", &format!("model.numbers={numbers}"), "--set", "training.ema=0.9"]);
        let truth: Vec<String> = table(&here.read("new.csv")).iter().map(|row| row["vote"].clone()).collect();
        assert_scores(&here, "people", &classified(&predict(&here, "new.csv"), &truth));
        assert_eq!(tensor_shape(&here, "numbers.0.weight"), shape);
        let card = here.read("results/people/model/README.md");
        for text in
            [sketch, &format!("`numbers: {numbers}`"), "an exponential moving average of its weights (decay 0.9)"]
        {
            assert!(card.contains(text), "{text}: {card}");
        }
        let (files, printed) = (here.results("results/people"), predict(&here, "new.csv"));
        fs::remove_dir_all(here.path().join("results/people")).unwrap();
        here.crossfold(&["report", "people"]).expect(0);
        for (file, bytes) in here.results("results/people") {
            assert!(files[&file] == bytes, "{file} differs after `report`");
        }
        assert_eq!(predict(&here, "new.csv"), printed);
    }
}

/// `--inputs` writes the network's inputs row by row; `tests/model_card/check.py` computes the predictions from them.
#[test]
fn inputs_are_written_beside_predictions() {
    let here = trained("vote", EVERY_STEP, &[]);
    let alone = here.crossfold(&["predict", "results/people/model", "new.csv"]).expect(0).stdout;
    let both = here.crossfold(&["predict", "results/people/model", "new.csv", "--inputs", "far/in.csv"]).expect(0);
    assert_eq!(both.stdout, alone);
    assert!(both.stderr.ends_with("wrote network inputs (60 rows) to far/in.csv\n"), "{}", both.stderr);
    let (inputs, predicted) = (table(&here.read("far/in.csv")), table(&alone));
    let lines = |rows: &[Row]| rows.iter().map(|row| row["line"].clone()).collect::<Vec<_>>();
    assert_eq!(lines(&inputs), lines(&predicted));
    assert!(inputs.iter().all(|row| row.keys().all(|name| number(row, name).is_finite())));
    // As many inputs as the first layer has weights for, with their names in order.
    let header: Vec<String> = here.read("far/in.csv").lines().next().unwrap().split(',').map(str::to_owned).collect();
    let shape = tensor_shape(&here, "layers.0.weight");
    assert_eq!(header.len() - 1, shape[1], "{header:?}");
    let model: serde_json::Value = serde_json::from_str(&here.read("results/people/model/model.json")).unwrap();
    assert_eq!(model["configuration"]["hidden"][0]["nodes"], shape[0]);
}

/// The shape of a tensor of the people's network, from the header of its file.
fn tensor_shape(here: &Workplace, name: &str) -> Vec<usize> {
    let bytes = fs::read(here.path().join("results/people/model/weights.safetensors")).unwrap();
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let head: serde_json::Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
    head[name]["shape"].as_array().unwrap().iter().map(|size| size.as_u64().unwrap() as usize).collect()
}

/// A sequence has one line per step and no padding.
#[test]
fn inputs_of_sequences_have_a_line_per_step() {
    let here = Workplace::new();
    fs::write(
        here.path().join("steps.csv"),
        "who,at,x,y\na,1,5,no\na,2,6,no\nb,1,7,so\nb,2,8,so\nc,1,5,no\nd,1,8,so\n",
    )
    .unwrap();
    let spec = here.spec(
        "steps.yaml",
        "version: 1\nname: steps\ndata: {source: csv, path: steps.csv, target: y, sequence: {id: who, step: at}}\n\
         preprocessing: {numeric: {scale: none}}\nmodel: {kind: mlp, layers: 0}\ntraining: {epochs: 2}\n\
         cross_validation: {folds: 2}\n",
    );
    here.crossfold(&["run", spec.to_str().unwrap()]).expect(0);
    // A third step is more than any training sequence had.
    fs::write(here.path().join("new.csv"), "x,at,who\n6,2,z\n5,1,z\n9,3,z\n7,1,y\n").unwrap();
    here.crossfold(&["predict", "results/steps/model", "new.csv", "--inputs", "in.csv"]).expect(0);
    assert_eq!(here.read("in.csv"), "who,step,x\nz,1,5\nz,2,6\ny,1,7\n");
}

#[test]
fn no_file_overwrites_another() {
    let here = trained("vote", EVERY_STEP, &[]);
    let before = here.read("new.csv");
    let refused = |arguments: &[&str]| {
        here.crossfold(&[&["predict", "results/people/model", "new.csv"], arguments].concat()).expect(2).stderr
    };
    assert!(refused(&["--inputs", "./new.csv"]).starts_with("error: `./new.csv` is read, so it can't be written to\n"));
    let output = refused(&["--inputs", "out.csv", "-o", "out.csv"]);
    assert_eq!(output, "error: two outputs would be written to `out.csv`\nhint: choose another file to write\n");
    assert!(here.read("new.csv") == before && !here.path().join("out.csv").exists());
}

/// `report` recreates the model from the store, with the same bytes and predictions.
#[test]
fn a_report_recreates_the_model() {
    let here = trained("price", EMBEDDINGS, &[]);
    let (files, printed) = (here.results("results/people"), predict(&here, "new.csv"));
    fs::remove_dir_all(here.path().join("results/people")).unwrap();
    here.crossfold(&["report", "people"]).expect(0);
    for (file, bytes) in here.results("results/people") {
        assert!(files[&file] == bytes, "{file} differs after `report`");
    }
    assert_eq!(predict(&here, "new.csv"), printed);
}

/// A model of a release that didn't keep the digests of training rows.
#[test]
fn an_older_model_does_not_know_its_training_rows() {
    let here = trained("vote", "", &[]);
    let model = "results/people/model/model.json";
    let is_older = |line: &&str| !line.contains("\"digest\"") && !line.contains("\"training_rows\"");
    let older: Vec<String> = here.read(model).lines().filter(is_older).map(str::to_owned).collect();
    let older = older.join("\n").replacen("\"version\": 3", "\"version\": 2", 1).replace("},\n}", "}\n}");
    fs::write(here.path().join(model), older).unwrap();
    let scored = here.crossfold(&["predict", "people", "people.csv"]).expect(0).stderr;
    assert!(scored.contains("; if these rows were used for training, the score is optimistic"), "{scored}");
    assert!(scored.contains("95 % confidence"), "{scored}");
}

/// As with `| head -1`, where the pipe is closed before all is written.
#[test]
fn a_closed_pipe_is_no_error() {
    let here = trained("vote", "", &[]);
    let head = here.read("new.csv");
    let (header, rows) = head.split_once('\n').unwrap();
    fs::write(here.path().join("many.csv"), format!("{header}\n{}", rows.repeat(200))).unwrap();
    let script = "\"$0\" predict people many.csv | head -1; true";
    let output = here.start_shell_script(script).wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 1);
    assert!(said.contains("scored on all rows") && !said.contains("error: "), "{said}");
}

/// By the study's name as by the folder; a file that has the target is scored as in the study.
#[test]
fn a_file_with_the_target_is_scored() {
    for target in ["vote", "price"] {
        let here = trained(target, "", &[]);
        let by_folder = here.crossfold(&["predict", "results/people/model", "new.csv"]).expect(0);
        let by_name = here.crossfold(&["predict", "people", "new.csv"]).expect(0);
        assert_eq!(by_folder.stdout, by_name.stdout);
        let tested = table(&here.read("results/people/test.csv"));
        let (metric, decimals) = if target == "vote" { ("accuracy", 4) } else { ("RMSE", 1) };
        let value = number(tested.iter().find(|row| row["metric"] == metric.to_lowercase()).unwrap(), "value");
        assert!(by_name.stderr.contains("scored on all rows: "), "{}", by_name.stderr);
        assert!(by_name.stderr.contains(&format!("{metric} {value:.decimals$}")), "{value}: {}", by_name.stderr);
        assert!(by_name.stderr.contains("with 95 % confidence"), "{}", by_name.stderr);

        // Rows that the network was trained on.
        let trained = here.crossfold(&["predict", "people", "people.csv"]).expect(0).stderr;
        let said = "; these rows were used for training, so the score is optimistic";
        assert!(trained.contains(said) && !trained.contains("95 % confidence"), "{trained}");
        assert!(!by_name.stderr.contains("optimistic"), "{}", by_name.stderr);
        let both = here.read("people.csv") + here.read("new.csv").split_once('\n').unwrap().1;
        fs::write(here.path().join("both.csv"), both).unwrap();
        let both = here.crossfold(&["predict", "people", "both.csv"]).expect(0).stderr;
        let said = "; 150 of these 210 rows are equal to training rows, so the score is optimistic";
        assert!(both.contains(said) && !both.contains("95 % confidence"), "{both}");

        // Two rows without a target, one with another, and one far out.
        let text = here.read("new.csv");
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for (line, value) in [(1, ""), (2, ""), (3, "purple")] {
            lines[line] = format!("{},{value}", lines[line].rsplit_once(',').unwrap().0);
        }
        lines[4] = format!("1e30,{}", lines[4].split_once(',').unwrap().1);
        fs::write(here.path().join("new.csv"), lines.join("\n") + "\n").unwrap();
        let some = here.crossfold(&["predict", "people", "new.csv"]).expect(0);
        assert_eq!(some.stdout.lines().count(), 61);
        for said in [
            format!("scored on the 57 of 60 rows whose `{target}` is known: "),
            format!(
                "`{target}` is {} in 1 row, such as `purple` in line 4: predicted, but not scored",
                if target == "vote" { "not one of the network's classes" } else { "no number" }
            ),
            "`size` in line 5 is far outside the range of training".to_owned(),
        ] {
            assert!(some.stderr.contains(&said), "{said}: {}", some.stderr);
        }

        let unknown = here.crossfold(&["predict", "nobody", "new.csv"]).expect(11).stderr;
        assert!(unknown.contains("`results` has no network of a study `nobody`"), "{unknown}");

        // Without the column nothing is scored.
        let without: Vec<&str> = lines.iter().map(|line| line.rsplit_once(',').unwrap().0).collect();
        fs::write(here.path().join("new.csv"), without.join("\n") + "\n").unwrap();
        let none = here.crossfold(&["predict", "people", "new.csv"]).expect(0);
        assert!(!none.stderr.contains("scored"), "{}", none.stderr);
        assert_eq!(none.stdout, some.stdout);
    }
}
