//! Which columns matter, coefficients, and predictions of test rows.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use crate::harness::{Row, Workplace, number, table};
use crate::people::EVERY_STEP;

/// A number in [0, 1) that depends on row and column: a multiplicative hash.
fn uniform(row: u64, column: u64) -> f64 {
    let mut bits = (row * 64 + column + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    bits = (bits ^ (bits >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    ((bits ^ (bits >> 32)) >> 11) as f64 / (1u64 << 53) as f64
}

/// 500 rows of four numbers in [0, 1), a name out of four and a name out of three. `y` and `class` depend on `a` and
/// `town` alone; `id` only identifies rows.
fn rows() -> String {
    let mut text = "id,a,b,c,d,town,shop,y,class\n".to_owned();
    for row in 0..500 {
        let [a, b, c, d] = [0, 1, 2, 3].map(|column| uniform(row, column));
        let town = (uniform(row, 4) * 4.0) as usize;
        let shop = ["x", "y", "z"][(uniform(row, 5) * 3.0) as usize];
        let y = 5.0 + 3.0 * a + [0.0, 1.0, -2.0, 4.0][town];
        let class = if y > 7.0 { "high" } else { "low" };
        let town = ["Ulm", "Bonn", "Rom", "Oslo"][town];
        writeln!(text, "r{:04},{a:.4},{b:.4},{c:.4},{d:.4},{town},{shop},{y:.4},{class}", row * 7 % 9973).unwrap();
    }
    text
}

/// A study of these rows that learns `target`.
fn study(here: &Workplace, target: &str, rest: &str) -> String {
    fs::write(here.path().join("rows.csv"), rows()).unwrap();
    let (task, other) = if target == "y" { ("regression", "class") } else { ("classification", "y") };
    let text = format!(
        "version: 1\nname: rows\nseed: 7\ndata: {{source: csv, path: rows.csv, target: {target}, task: {task}, \
         test_share: 0.2, columns: {{id: id, {other}: drop}}}}\n{rest}"
    );
    here.spec("rows.yaml", &text).to_str().unwrap().to_owned()
}

const LINEAR: &str = "model: {kind: linear}\ntraining: {optimizer: adam, learning_rate: 0.03, epochs: 150}\n";
const NETWORK: &str =
    "model: {kind: mlp, hidden: [16]}\ntraining: {optimizer: adam, learning_rate: 0.02, batch_size: 32, epochs: 30}\n";

fn variables(here: &Workplace) -> Vec<Row> {
    table(&here.read("results/rows/variables.csv"))
}

/// The target depends on a number and a name of six columns.
#[test]
fn the_columns_that_the_target_depends_on_are_found() {
    for (target, validation) in [("class", "{folds: 5, stratified: true}"), ("y", "{folds: 4, repeats: 2}")] {
        let here = Workplace::new();
        let spec = study(&here, target, &format!("{NETWORK}cross_validation: {validation}\n"));
        let run = here.crossfold(&["run", &spec]).expect(0);
        let found = variables(&here);
        let names: Vec<&str> = found.iter().map(|row| row["column"].as_str()).collect();
        assert_eq!(names[..2].iter().copied().collect::<BTreeSet<_>>(), BTreeSet::from(["a", "town"]), "{names:?}");
        assert_eq!(names.len(), 6, "{names:?}");
        for (place, row) in found.iter().enumerate() {
            let [low, mean, high] = ["interval_low", "importance", "interval_high"].map(|name| number(row, name));
            assert!(low <= mean && mean <= high);
            if place < 2 {
                assert!(low > 0.05, "{}: {low}", row["column"]);
            } else {
                assert!(low <= 0.0 && mean.abs() < 0.05, "{}: {low} to {high}", row["column"]);
            }
        }
        let said = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(" of 6 columns don't matter measurably"), "{said}");
        assert!(here.read("results/rows/report.md").contains("## Which variables matter"));
    }
}

/// Of a linear model with independent columns, shuffling column j adds 2·β²·var(x) to the mean squared error (Fisher, Rudin
/// and Dominici 2019, JMLR 20, theorem 4). Here the model is exact, so what R² loses is 2·β²·var(x) / var(y).
#[test]
fn importance_in_a_linear_model_is_that_of_its_coefficient() {
    let here = Workplace::new();
    let spec = study(&here, "y", &format!("{LINEAR}cross_validation: {{folds: 5}}\nobjective: {{metric: r2}}\n"));
    here.crossfold(&["run", &spec]).expect(0);
    let data = table(&fs::read_to_string(here.path().join("rows.csv")).unwrap());
    let variance = |values: Vec<f64>| {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64
    };
    let of = |column: &str| variance(data.iter().map(|row| number(row, column)).collect());
    let expected = 2.0 * 9.0 * of("a") / of("y");
    let found = variables(&here);
    let lost = number(found.iter().find(|row| row["column"] == "a").unwrap(), "importance");
    assert!((lost / expected - 1.0).abs() < 0.1, "{lost} instead of {expected}");
    let noise = number(found.iter().find(|row| row["column"] == "b").unwrap(), "importance");
    assert!(noise.abs() < 0.001, "{noise}");
}

/// All steps of preprocessing, selection among them, which drops columns; target rows and groups.
#[test]
fn variables_have_the_same_bytes_at_any_number_of_jobs_and_are_found_again() {
    for steps in [EVERY_STEP, "preprocessing: {categorical: {encode: {embedding: {size: 2}}}}\n"] {
        let here = Workplace::new();
        here.people("people.csv", &["house", "vote"], 0, 150);
        let rest = format!(
            "{steps}model: {{kind: mlp, hidden: [8]}}\ntraining: {{learning_rate: 0.02, patience: 3, epochs: 20}}\n\
             search: {{space: {{activation: [relu, tanh]}}}}\n\
             cross_validation: {{folds: 3, groups: house}}\nfinal: {{refit: best, test: true}}\n"
        );
        let spec = here.people_spec("people", "vote", ", test_share: 0.2", &rest);
        here.crossfold(&["run", &spec, "--jobs", "1", "--results", "1"]).expect(0);
        here.crossfold(&["run", &spec, "--jobs", "4", "--results", "4"]).expect(0);
        let first = here.results("1/people");
        assert_eq!(first.keys().filter(|file| file.contains("variables") || file.contains("test_")).count(), 2);
        assert!(first == here.results("4/people"));
        let all = here.all_but_logs("1/people");
        here.crossfold(&["report", "people", "--results", "1"]).expect(0);
        assert!(all == here.all_but_logs("1/people"), "a report has the same bytes");
        // What is stored isn't computed anew.
        let again = here.crossfold(&["run", &spec, "--jobs", "2", "--results", "1"]).expect(0);
        assert!(first == here.results("1/people"), "{}", again.stderr);
        assert!(!again.stderr.contains("retraining the winner on each fold"), "{}", again.stderr);
    }
}

#[test]
fn variables_are_left_out_where_they_are_not_asked_for() {
    let here = Workplace::new();
    let off = format!("{NETWORK}cross_validation: {{folds: 2}}\nfinal: {{variables: false}}\n");
    let run = here.crossfold(&["run", &study(&here, "class", &off)]).expect(0);
    assert!(!run.stdout.contains("important column") && !here.path().join("results/rows/variables.csv").exists());
    let kept = here.read("results/rows/best.yaml");
    assert!(kept.contains("variables: false"), "{kept}");
    let images = here.spec(
        "images.yaml",
        "version: 1\nname: images\ndata: {source: mnist, path: DATA/mnist}\nmodel: {kind: mlp, layers: 0}\n\
         training: {epochs: 1}\nfinal: {variables: true}\n",
    );
    let refused = here.crossfold(&["check", images.to_str().unwrap()]).expect(10);
    assert!(refused.stderr.contains("images have no columns to shuffle"), "{}", refused.stderr);
}

/// A variable of a sequence is shuffled over all its steps.
#[test]
fn variables_of_sequences_are_found() {
    let here = Workplace::new();
    let mut text = "series,step,signal,noise,y\n".to_owned();
    for series in 0..120 {
        let steps = 3 + series % 4;
        let level = uniform(series, 9);
        for step in 0..steps {
            let noise = uniform(series, 20 + step);
            writeln!(text, "s{series},{step},{:.4},{noise:.4},{}", level + 0.01 * noise, level > 0.5).unwrap();
        }
    }
    fs::write(here.path().join("series.csv"), text).unwrap();
    let spec = here.spec(
        "rows.yaml",
        "version: 1\nname: rows\ndata: {source: csv, path: series.csv, target: y, sequence: {id: series, step: step}}\n\
         model: {kind: rnn, layers: 1, nodes: 8}\n\
         training: {optimizer: adam, learning_rate: 0.03, batch_size: 16, epochs: 20}\ncross_validation: {folds: 4}\n",
    );
    here.crossfold(&["run", spec.to_str().unwrap()]).expect(0);
    let found = variables(&here);
    assert_eq!([&found[0]["column"], &found[1]["column"]], ["signal", "noise"]);
    assert!(number(&found[0], "interval_low") > 0.1 && number(&found[1], "interval_low") <= 0.0, "{found:?}");
}

/// The figures are NumPy 2.4.6's `linalg.lstsq` on the 263 players with a salary; standardised ones are times the column's
/// standard deviation and by that of the salaries.
#[test]
fn coefficients_of_a_linear_winner_are_those_of_least_squares() {
    let here = Workplace::new();
    let dropped = "AtBat HmRun Runs RBI CAtBat CHits CHmRun CRuns CRBI CWalks League Division Assists Errors NewLeague";
    let dropped: Vec<String> = dropped.split(' ').map(|name| format!("{name}: drop")).collect();
    let text = format!(
        "version: 1\nname: linear\ndata: {{source: csv, path: DATA/hitters/hitters.csv, target: Salary, task: regression, \
         missing_target: drop, columns: {{{}}}}}\nmodel: {{kind: linear}}\n\
         training: {{optimizer: sgd, learning_rate: 0.05, momentum: 0.9, batch_size: 1024, epochs: 600}}\n\
         cross_validation: {{hold_out: 0.3}}\nfinal: {{refit: best, variables: false}}\n",
        dropped.join(", ")
    );
    let spec = here.spec("linear.yaml", &text);
    here.crossfold(&["run", spec.to_str().unwrap()]).expect(0);
    let found = table(&here.read("results/linear/coefficients.csv"));
    let expected = [
        ("", -253.298_647_526_044_48, 0.0),
        ("Hits", 2.702_565_881_907_901_7, 0.270_337_211_614_513_96),
        ("Walks", 3.854_446_245_230_296_3, 0.185_563_319_468_039_28),
        ("Years", 35.207_462_937_017_5, 0.374_116_750_948_383_65),
        ("PutOuts", 0.281_751_925_615_231_94, 0.174_836_709_419_913_72),
    ];
    assert_eq!(found.len(), expected.len());
    for (column, coefficient, standardised) in expected {
        let row = found.iter().find(|row| row["column"] == column).unwrap();
        let close = |name: &str, expected: f64| (number(row, name) - expected).abs() < 1e-3 * expected.abs().max(1e-2);
        assert!(close("coefficient", coefficient) && close("standardised", standardised), "{row:?}");
    }
}

/// y is 5 + 3a + {0, 1, -2, 4} by town. One input per town leaves the intercept open, but not the differences.
#[test]
fn coefficients_of_names_are_by_level() {
    let here = Workplace::new();
    let spec =
        study(&here, "y", &format!("{LINEAR}cross_validation: {{hold_out: 0.2}}\nfinal: {{variables: false}}\n"));
    here.crossfold(&["run", &spec]).expect(0);
    let found = table(&here.read("results/rows/coefficients.csv"));
    let coefficient = |column: &str, level: &str| {
        let row = found.iter().find(|row| row["column"] == column && row["level"] == level);
        number(row.unwrap_or_else(|| panic!("{column} {level}: {found:?}")), "coefficient")
    };
    assert!((coefficient("a", "") - 3.0).abs() < 0.02, "{found:?}");
    let base = coefficient("town", "Ulm");
    for (town, more) in [("Bonn", 1.0), ("Rom", -2.0), ("Oslo", 4.0)] {
        assert!((coefficient("town", town) - base - more).abs() < 0.02, "{town}: {found:?}");
    }
    let spec = study(&here, "class", &format!("{NETWORK}cross_validation: {{hold_out: 0.2}}\n"));
    here.crossfold(&["run", &spec]).expect(0);
    assert!(!here.path().join("results/rows/coefficients.csv").exists(), "a network with a hidden layer has none");
}

/// Each row is either a test row or validated, and has its `id`.
#[test]
fn predictions_of_test_rows_say_which_rows_they_are() {
    for target in ["class", "y"] {
        let here = Workplace::new();
        let spec = study(
            &here,
            target,
            &format!("{NETWORK}cross_validation: {{folds: 3}}\nfinal: {{test: true, variables: false}}\n"),
        );
        here.crossfold(&["run", &spec]).expect(0);
        let data = table(&fs::read_to_string(here.path().join("rows.csv")).unwrap());
        let [tested, validated] =
            ["test_predictions.csv", "predictions.csv"].map(|file| table(&here.read(&format!("results/rows/{file}"))));
        let mut seen = BTreeSet::new();
        for row in tested.iter().chain(&validated) {
            let of_file = &data[row["row"].parse::<usize>().unwrap()];
            assert_eq!(row["id"], of_file["id"]);
            assert!(seen.insert(row["row"].clone()), "row {}", row["row"]);
            let is_true = match target {
                "y" => number(row, "truth") == number(of_file, "y"),
                _ => row["truth"] == of_file["class"],
            };
            assert!(is_true, "{row:?} of {of_file:?}");
        }
        assert_eq!((tested.len(), seen.len()), (100, 500));
        let scored = table(&here.read("results/rows/test.csv"));
        let expected = |metric: &str| number(scored.iter().find(|row| row["metric"] == metric).unwrap(), "value");
        if target == "class" {
            let right = tested.iter().filter(|row| row["truth"] == row["predicted"]).count();
            assert_eq!(right as f64 / 100.0, expected("accuracy"));
        } else {
            let squares = tested.iter().map(|row| (number(row, "truth") - number(row, "predicted")).powi(2));
            let rmse = (squares.sum::<f64>() / 100.0).sqrt();
            assert!((rmse / expected("rmse") - 1.0).abs() < 1e-6, "{rmse}");
        }
        let all = here.all_but_logs("results/rows");
        here.crossfold(&["report", "rows"]).expect(0);
        assert!(all == here.all_but_logs("results/rows"));
    }
}
