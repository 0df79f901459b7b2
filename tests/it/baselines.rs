//! Baseline methods: simpler methods beside the networks of a table.

use crate::harness::{Uniform, Workplace, number, root, table};

/// A hundred rows of five folds by number, of which a number and a class follow with noise.
fn rows() -> String {
    let mut draw = Uniform(42);
    let mut draw = || (draw.next().unwrap() * 1000.0).round() / 1000.0;
    let line = |row: usize| {
        let (a, b, noise) = (draw(), draw(), draw());
        let number = 2.0 * a - b + noise;
        format!("{a:.3},{b:.3},{},{number:.3},{}\n", row % 5, if number > 1.0 { "yes" } else { "no" })
    };
    format!("a,b,part,number,class\n{}", (0..100).map(line).collect::<String>())
}

fn study(target: &str, more: &str) -> Workplace {
    let here = Workplace::new();
    std::fs::write(here.path().join("rows.csv"), rows()).unwrap();
    let (unused, task) = if target == "number" { ("class", "regression") } else { ("number", "classification") };
    let spec = format!(
        "version: 1\nname: rows\ndata: {{source: csv, path: rows.csv, target: {target}, task: {task}, columns: {{{unused}: drop}}}}\n\
         model: {{kind: mlp, layers: 1, nodes: 4}}\ntraining: {{epochs: 3, batch_size: 16, optimizer: adam, \
         learning_rate: 0.03}}\nsearch: {{space: {{l2: [0, 1e-2]}}}}\ncross_validation: {{predefined: part}}\n\
         final: {{refit: best}}\n{more}"
    );
    here.spec("rows.yaml", &spec);
    here
}

const FITTING: &str = "fitting baseline methods";

/// Means over folds of RMSE, by scikit-learn 1.9.1's `LinearRegression` on standardised columns. Trees are in
/// `crossfold-baselines`.
#[test]
fn methods_for_numbers_stand_beside_the_trials() {
    let here = study("number", "");
    let ran = here.crossfold(&["run", "rows.yaml"]).expect(0);
    assert!(ran.stderr.contains(&format!("{FITTING} (15 fits)")), "{}", ran.stderr);
    let found = table(&here.read("results/rows/baselines.csv"));
    let mut names: Vec<&str> = found.iter().map(|row| row["method"].as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["boosted_trees", "least_squares", "ridge"]);
    let of = |name: &str| found.iter().find(|row| row["method"] == name).unwrap();
    let mean = number(of("least_squares"), "mean");
    assert!((mean - LEAST_SQUARES).abs() < 1e-6, "{mean}");
    // A network of three epochs learns less than the closed form.
    assert!(number(of("least_squares"), "difference") < 0.0, "{found:?}");
    assert_eq!(of("least_squares")["tied_with_best"], "FALSE");
    assert_eq!(of("least_squares")["place"], "1");
    for text in [ran.stdout, here.crossfold(&["show", "rows"]).expect(0).stdout, here.read("results/rows/report.md")] {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        assert!(text.contains("the best network loses to "), "{text}");
        assert!(text.contains("least squares") && text.contains("ridge") && text.contains("trees"), "{text}");
    }
    // The trials are those of the plan, and one of them wins.
    assert_eq!(table(&here.read("results/rows/leaderboard.csv")).len(), 2);
    assert!(here.read("results/rows/best.yaml").contains("kind: mlp"));
}

/// Mean of RMSE over folds.
const LEAST_SQUARES: f64 = 0.288797384;

#[test]
fn methods_for_classes_stand_beside_the_trials() {
    let here = study("class", "baselines: [logistic_regression]\n");
    here.crossfold(&["run", "rows.yaml"]).expect(0);
    let found = table(&here.read("results/rows/baselines.csv"));
    assert_eq!(found.len(), 1);
    assert!(number(&found[0], "mean_log_loss") < 0.6, "{found:?}");
    assert!(here.read("results/rows/model/spec.yaml").contains("baselines:\n- logistic_regression\n"));
}

/// All that was fitted is stored, and results depend neither on the number of jobs nor on the run.
#[test]
fn stored_fits_are_used_again() {
    let here = study("class", "");
    here.crossfold(&["run", "rows.yaml", "--jobs", "1"]).expect(0);
    let first = here.read("results/rows/baselines.csv");
    let again = here.crossfold(&["run", "rows.yaml"]).expect(0);
    assert!(!again.stderr.contains(FITTING), "{}", again.stderr);
    std::fs::remove_file(here.path().join("results/rows/baselines.csv")).unwrap();
    here.crossfold(&["report", "rows"]).expect(0);
    assert_eq!(here.read("results/rows/baselines.csv"), first);
    let fresh = here.crossfold(&["run", "rows.yaml", "--jobs", "3", "--fresh"]).expect(0);
    assert!(fresh.stderr.contains(&format!("{FITTING} (10 fits)")), "{}", fresh.stderr);
    assert_eq!(here.read("results/rows/baselines.csv"), first);
    // They belong to the study, so they aren't garbage.
    assert!(here.crossfold(&["gc"]).expect(0).stdout.contains("0 fits"));
}

/// Without methods, everything else is the same.
#[test]
fn networks_do_not_depend_on_baseline_methods() {
    let [with, without] = ["", "baselines: []\n"].map(|more| study("number", more));
    for here in [&with, &without] {
        here.crossfold(&["run", "rows.yaml"]).expect(0);
    }
    assert!(!without.path().join("results/rows/baselines.csv").exists());
    for file in ["leaderboard.csv", "folds.csv", "curves.csv", "predictions.csv"] {
        let file = format!("results/rows/{file}");
        assert_eq!(with.read(&file), without.read(&file), "{file}");
    }
    assert!(!without.read("results/rows/report.md").contains("the best network"));
    assert!(without.read("results/rows/model/spec.yaml").contains("baselines: []\n"));
}

#[test]
fn images_have_no_baseline_methods() {
    let here = Workplace::new();
    let smoke = std::fs::read_to_string(root().join("experiments/smoke.yaml")).unwrap();
    here.spec("smoke.yaml", &smoke.replace("../data", "DATA"));
    let ran = here.crossfold(&["run", "smoke.yaml"]).expect(0);
    assert!(!ran.stderr.contains(FITTING) && !here.path().join("results/smoke/baselines.csv").exists());
}

/// With 95 numbers and 90 classes, trees would grow for minutes.
#[test]
fn methods_that_would_take_minutes_are_left_out() {
    let here = Workplace::new();
    let header: Vec<String> = (0..95).map(|column| format!("x{column}")).collect();
    let mut text = format!("{},y\n", header.join(","));
    for row in 0..2000_u32 {
        for column in 0..95 {
            text += &format!("{}.5,", (row * 7919 + column * 104_729) % 1009);
        }
        text += &format!("c{}\n", row % 90);
    }
    std::fs::write(here.path().join("wide.csv"), text).unwrap();
    let spec = "version: 1\nname: wide\ndata: {source: csv, path: wide.csv, target: y}\nmodel: {kind: linear}\n\
         training: {epochs: 1}\ncross_validation: {folds: 2}\nfinal: {refit: none}\n";
    here.spec("wide.yaml", spec);
    let said = here.crossfold(&["run", "wide.yaml"]).expect(0).stderr;
    let note =
        "not compared with logistic regression and boosted trees: too many rows, inputs or classes for a quick fit";
    assert!(said.contains(note), "{said}");
    assert!(!here.path().join("results/wide/baselines.csv").exists());
}
