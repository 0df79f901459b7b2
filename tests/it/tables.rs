//! Studies of tables: their results, and their notes on the rows.

use std::fs;

use serde_json::Value;

use crate::harness::{Workplace, number, table};
use crate::kills::kill_after_first_fit;
use crate::people::EVERY_STEP;

/// A linear network that is trained to convergence is least squares. The figures are those of scikit-learn 1.9.1's
/// `LinearRegression` on the same three folds (`KFold(3)`) of the 263 players with a salary, on their numeric columns.
#[test]
fn a_linear_network_converges_to_least_squares() {
    let here = Workplace::new();
    let spec = here.spec(
        "linear.yaml",
        "version: 1\nname: linear\ndata: {source: csv, path: DATA/hitters/hitters.csv, target: Salary, \
         task: regression, missing_target: drop, columns: {League: drop, Division: drop, NewLeague: drop}}\n\
         model: {kind: mlp, layers: 0}\n\
         training: {optimizer: sgd, learning_rate: 0.05, momentum: 0.95, batch_size: 1024, epochs: 10000}\n\
         cross_validation: {folds: 3, shuffle: false}\nfinal: {refit: none}\n",
    );
    here.crossfold(&["run", spec.to_str().unwrap()]).expect(0);
    let folds = table(&here.read("results/linear/folds.csv"));
    for (fold, rmse) in folds.iter().zip([323.54613475399907, 338.0150156937252, 364.5683970163575]) {
        let found = number(fold, "validation_rmse");
        assert!((found - rmse).abs() < 0.001, "{found} instead of {rmse}");
    }
    let predictions = table(&here.read("results/linear/predictions.csv"));
    let predicted = |row: usize| {
        let named = predictions.iter().find(|prediction| prediction["row"] == row.to_string());
        number(named.unwrap(), "predicted")
    };
    for (row, expected) in [
        (1, 383.0917797634627),
        (2, 781.5711385248895),
        (117, 970.9053140196859),
        (118, 531.7545733067332),
        (220, 187.05317045797813),
        (221, 570.0922867450591),
        (321, 649.7595635996304),
    ] {
        assert!((predicted(row) - expected).abs() < 0.05, "row {row}: {} instead of {expected}", predicted(row));
    }
}

/// Every step of preprocessing, groups, class weights and held-out test rows, in a dozen fits.
fn study(here: &Workplace, target: &str) -> String {
    here.people("people.csv", &["house", target], 0, 150);
    let weights = if target == "vote" { ", class_weights: balanced" } else { "" };
    let rest = format!(
        "{EVERY_STEP}model: {{kind: mlp, hidden: [16], dropout: 0.1}}\n\
         training: {{learning_rate: 0.01, batch_size: 16{weights}}}\n\
         search: {{space: {{activation: [relu, tanh, sigmoid], epochs: [200, 800]}}}}\n\
         cross_validation: {{folds: 4, groups: house, stratified: true}}\nfinal: {{refit: best, test: true}}\n"
    );
    here.people_spec("people", target, ", test_share: 0.2", &rest)
}

#[test]
fn results_have_the_same_bytes_at_any_number_of_jobs_and_after_a_kill() {
    for target in ["vote", "price"] {
        let here = Workplace::new();
        let spec = study(&here, target);
        here.crossfold(&["run", &spec, "--jobs", "1", "--results", "1"]).expect(0);
        let one = here.results("1/people");
        let assert_same = |folder: &str| {
            for (file, bytes) in here.results(&format!("{folder}/people")) {
                assert!(one[&file] == bytes, "{target}: {file} differs between --jobs 1 and {folder}");
            }
        };
        for jobs in ["2", "8"] {
            here.crossfold(&["run", &spec, "--jobs", jobs, "--results", jobs]).expect(0);
            assert_same(jobs);
        }
        for jobs in ["1", "2"] {
            let child = here.start(&["run", &spec, "--json", "--retry", "--jobs", jobs, "--results", "killed"]);
            kill_after_first_fit(child, 30);
        }
        here.crossfold(&["run", &spec, "--results", "killed"]).expect(0);
        assert_same("killed");
    }
}

/// The notes of `run` on the rows, which are also those of `plan`.
fn notes(here: &Workplace, spec: &str) -> Vec<String> {
    let notes = |command: &str| {
        let output = here.crossfold(&[command, spec]).expect(0).stderr;
        output.lines().filter(|line| line.starts_with("note: ")).map(str::to_owned).collect::<Vec<_>>()
    };
    let output = notes("run");
    // Everything is stored, so the plan times no fit.
    assert_eq!(notes("plan"), output);
    output
}

#[test]
fn leaks_are_reported() {
    // Six rows, the last of which repeats the first.
    const ROWS: &str = "x,home,day,part,y\n1,h,1,a,no\n2,h,2,a,yes\n3,i,3,a,no\n4,i,4,b,yes\n5,j,5,b,no\n1,j,6,b,no\n";
    let check = |more: &str, test: Option<&str>, expected: &[&str]| {
        let here = Workplace::new();
        fs::write(here.path().join("rows.csv"), ROWS).unwrap();
        let (path, last) = match test {
            None => ("", ""),
            Some(rows) => {
                fs::write(here.path().join("test.csv"), rows).unwrap();
                (", test_path: test.csv", "final: {refit: best, test: true}\n")
            }
        };
        let used = |name: &&str| !more.split([' ', '}', ',']).any(|word| word == *name);
        let dropped = ["home", "day", "part"].into_iter().filter(used).map(|name| format!("{name}: drop"));
        let columns = dropped.collect::<Vec<_>>().join(", ");
        let spec = here.spec(
            "leaks.yaml",
            &format!(
                "version: 1\nname: leaks\ndata: {{source: csv, path: rows.csv, target: y{path}, \
                 columns: {{{columns}}}}}\nmodel: {{kind: mlp, layers: 0}}\ntraining: {{epochs: 1}}\n\
                 cross_validation: {more}\n{last}"
            ),
        );
        assert_eq!(notes(&here, spec.to_str().unwrap()), expected, "{more}");
    };
    let twins = "note: 2 rows are duplicated across folds (for example lines 2 and 7), so validation rows were also \
                 trained on";
    check("{predefined: part}", None, &[twins]);
    check("{folds: 2, shuffle: false, stratified: false}", None, &[twins]);
    check(
        "{predefined: part, groups: home}",
        None,
        &[twins, "note: 1 of the groups in `home` is in two folds, such as that of lines 4 and 5"],
    );
    check(
        "{predefined: part, time: day}",
        None,
        &[
            twins,
            "note: in 1 of the folds, validation rows are earlier than training rows by `day`, such as line 2 before line 7",
        ],
    );
    check(
        "{hold_out: 0.5, time: day}",
        Some("x,y,day\n7,no,3\n8,yes,9\n"),
        &[
            "note: test rows are earlier than training rows by `day`, such as line 2 before line 7",
            "note: 1 row is duplicated across folds (for example lines 2 and 7), so validation rows were also trained on",
        ],
    );
    check(
        "{predefined: part}",
        Some("x,y\n7,no\n2,yes\n"),
        &[
            "note: 1 row is duplicated in the test rows (for example line 3, which equals line 3 of the training rows), so \
             test rows were also trained on",
            twins,
        ],
    );
}

/// An edit of the table's part of the spec retrains only the fits that it changes.
#[test]
fn an_edited_table_retrains_only_changed_fits() {
    let here = Workplace::new();
    here.people("people.csv", &["vote"], 0, 60);
    here.people("test.csv", &["vote"], 60, 80);
    let base = "preprocessing: {numeric: {impute: mean}}\nmodel: {kind: mlp, layers: 0}\ntraining: {epochs: 1}\n\
                cross_validation: {folds: 3}\n";
    let trained = |data: &str, rest: &str| {
        let spec = here.people_spec("edits", "vote", data, rest);
        here.crossfold(&["run", &spec]).expect(0);
        let record: Value = serde_json::from_str(&here.read("results/edits/study.json")).unwrap();
        record["fits_trained"].as_u64().unwrap()
    };
    assert_eq!(trained("", base), 3);
    let edit = |from: &str, to: &str| {
        assert!(base.contains(from), "{from}");
        base.replace(from, to)
    };
    for (what, data, rest, expected) in [
        ("nothing", "", base.to_owned(), 0),
        ("a default written out", "", edit("{impute: mean}", "{impute: mean, scale: standard}"), 0),
        ("what is found anyway", ", delimiter: comma, header: true, encoding: utf-8", base.to_owned(), 0),
        ("a test file", ", test_path: test.csv", format!("{base}final: {{refit: best, test: true}}\n"), 0),
        ("another imputation", "", edit("mean", "median"), 3),
        ("steps for one column", "", edit("}}\n", "}, columns: {income: {numeric: {log: true}}}}\n"), 3),
        ("fewer inputs", "", edit("}}\n", "}, select: 3}\n"), 3),
        ("weights", "", edit("{epochs: 1}", "{epochs: 1, class_weights: balanced}"), 3),
        ("other weights", "", edit("{epochs: 1}", "{epochs: 1, class_weights: {red: 2}}"), 3),
        ("rows set aside", ", test_share: 0.2", base.to_owned(), 3),
        ("fewer rows", ", rows: 50", base.to_owned(), 3),
        ("another marker", ", missing: [\"\", \"NA\", Ulm]", base.to_owned(), 3),
        ("groups", "", edit("{folds: 3}", "{folds: 3, groups: street}"), 3),
        ("the first again", "", base.to_owned(), 0),
    ] {
        assert_eq!(trained(data, &rest), expected, "{what}");
    }
    // Edits of columns: each is one line of the map that the spec of people already has.
    let columns = |to: &str| {
        let spec = here.people_spec("edits", "vote", "", base);
        let text = here.read("edits.yaml").replace("{grade: {ordinal: [low, mid, high]}}", to);
        fs::write(&spec, text).unwrap();
        here.crossfold(&["run", &spec]).expect(0);
        let record: Value = serde_json::from_str(&here.read("results/edits/study.json")).unwrap();
        record["fits_trained"].as_u64().unwrap()
    };
    for (what, to, expected) in [
        ("what is found anyway", "{grade: {ordinal: [low, mid, high]}, size: numeric}", 0),
        ("another order", "{grade: {ordinal: [mid, low, high]}}", 3),
        ("an order that is known anyway", "{}", 0),
        ("names without an order", "{grade: categorical}", 3),
        ("a column less", "{grade: {ordinal: [low, mid, high]}, born: drop}", 3),
    ] {
        assert_eq!(columns(to), expected, "{what}");
    }
    // A file with other values is other data; the same values in another notation are not.
    let text = here.read("people.csv");
    fs::write(here.path().join("people.csv"), text.replace(',', ";").replace('\n', "\r\n")).unwrap();
    assert_eq!(trained("", base), 0, "semicolons");
    fs::write(here.path().join("people.csv"), text.replacen(",yes,", ",no,", 1)).unwrap();
    assert_eq!(trained("", base), 3, "a changed value");
}

#[test]
fn a_gate_for_regression_detects_a_loss() {
    let here = Workplace::new();
    here.people("people.csv", &["price"], 0, 150);
    let rest = "model: {kind: mlp, layers: 0}\ntraining: {learning_rate: 0.02, epochs: 40}\n\
                cross_validation: {folds: 3}\nobjective: {metric: mae}\n";
    let spec = here.people_spec("prices", "price", "", rest);
    here.crossfold(&["run", &spec]).expect(0);
    here.crossfold(&["baseline", "prices", "-o", "prices.json"]).expect(0);
    let gate = |arguments: &[&str]| here.crossfold(&[&["gate", "prices.json", "--json"], arguments].concat());
    let output: Value = serde_json::from_str(&gate(&[]).expect(0).stdout).unwrap();
    assert_eq!((output["verdict"].as_str(), output["difference"].as_f64()), (Some("equivalent"), Some(0.0)));
    // A greater mean absolute error is worse.
    let output: Value = serde_json::from_str(&gate(&["--set", "training.epochs=2"]).expect(26).stdout).unwrap();
    assert_eq!(output["verdict"], "worse");
    assert!(output["fresh"].as_f64() > output["baseline"].as_f64(), "{output}");
    // A smaller one is not, and it is certainly no more than 20 worse.
    gate(&["--set", "training.epochs=80", "--margin", "20"]).expect(0);
}
