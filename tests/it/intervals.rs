//! Intervals of expected scores, compared with NumPy's.

use std::fmt::Write;
use std::fs;

use crate::harness::{Row, Uniform, Workplace, number, table};

/// Sixty rows in twenty groups of three, which have an effect in common; `y` is a number, `label` whether it is above 2.
fn sixty_rows() -> String {
    let mut uniform = Uniform(7);
    let mut draw = || uniform.next().unwrap();
    let mut text = "x,z,group,y,label\n".to_owned();
    for group in 0..20 {
        let effect = 2.0 * draw();
        for _ in 0..3 {
            let (x, z) = (2.0 * draw(), draw());
            let y = x + 0.5 * z + effect - 1.0 + 2.0 * draw().powi(3);
            writeln!(text, "{x:.4},{z:.4},g{group},{y:.4},{}", if y > 2.0 { "high" } else { "low" }).unwrap();
        }
    }
    text
}

fn run(here: &Workplace, name: &str, spec: &str) -> Row {
    here.spec("rows.csv", &sixty_rows());
    let text = format!("version: 1\nname: {name}\nseed: 5\nfinal: {{refit: none}}\n{spec}");
    let spec = here.spec(&format!("{name}.yaml"), &text);
    here.crossfold(&["run", spec.to_str().unwrap()]).expect(0);
    first(here, name)
}

fn first(here: &Workplace, name: &str) -> Row {
    table(&here.read(&format!("results/{name}/leaderboard.csv"))).swap_remove(0)
}

#[track_caller]
fn check(row: &Row, expected: [f64; 3]) {
    for (column, expected) in ["se_corrected", "interval_low", "interval_high"].into_iter().zip(expected) {
        let found = number(row, column);
        // Processors differ in the last digits of what is trained.
        assert!((found - expected).abs() < 1e-3 * expected.abs(), "{column} {found} and not {expected}");
    }
}

/// A linear model of `y`, from which a few columns are dropped.
fn regression(metric: &str, dropped: &str, splits: &str) -> String {
    format!(
        "data: {{source: csv, path: rows.csv, target: y, task: regression, columns: {{{dropped}}}}}\nmodel: {{kind: linear}}\n\
         training: {{learning_rate: 0.05, batch_size: 8, epochs: 20}}\nobjective: {{metric: {metric}}}\n\
         cross_validation: {splits}\n"
    )
}

fn classification(metric: &str, splits: &str) -> String {
    regression(metric, "y: drop", splits).replace("target: y, task: regression", "target: label")
}

/// Expected values by NumPy 2.4.6 and SciPy 1.17.1 from `predictions.csv`, with e the errors of all 120 rows:
/// `c = sqrt(mean(e**2)); phi = (e**2 - c**2) / (2 * c)`, s the sums of `phi / 120` by group (below by row), G of them,
/// `se = sqrt(1.4 * sum(s**2) * G / (G - 1))`, `nu = 2 * sum(s**2)**2 / (sum(s**4) - sum(s**2)**2 / G)`,
/// `c * exp(∓t.ppf(0.975, nu) * se / c)`.
#[test]
fn an_interval_is_of_rows_or_groups_each_counted_once() {
    let here = Workplace::new();
    let grouped = run(&here, "grouped", &regression("rmse", "label: drop", "{folds: 4, repeats: 2, groups: group}"));
    check(&grouped, [0.109576108, 0.635740506, 1.107685416]);
    // The groups are stored with the study: its files are made again without the data.
    let files =
        || ["leaderboard.csv", "report.md", "report.html"].map(|file| here.read(&format!("results/grouped/{file}")));
    let before = files();
    fs::remove_file(here.path().join("rows.csv")).unwrap();
    fs::remove_dir_all(here.path().join("results/grouped")).unwrap();
    here.crossfold(&["report", "grouped"]).expect(0);
    assert_eq!(files(), before);

    let alone = regression("rmse", "label: drop, group: drop", "{folds: 4, repeats: 2}");
    check(&run(&here, "alone", &alone), [0.086736560, 0.655499513, 1.016988245]);
}

/// As above, of absolute errors, and of R² with 1.2 for 1.4 on the logarithm of 1 − c. The mean of folds of eight or nine
/// rows is far below the R² of all rows, and still within the interval.
#[test]
fn other_errors_and_r2_have_their_own_scales() {
    let here = Workplace::new();
    let dropped = "label: drop, group: drop";
    check(&run(&here, "mae", &regression("mae", dropped, "{folds: 7}")), [0.079328811, 0.490889192, 0.811718916]);
    let r2 = run(&here, "r2", &regression("r2", dropped, "{folds: 7}"));
    check(&r2, [0.126987977, -0.071900988, 0.454763348]);
    assert!((number(&r2, "mean") - 0.0482).abs() < 1e-3, "{}", r2["mean"]);
}

/// By NumPy and SciPy: Wilson's interval of `c * (1 - c) / se**2` rows with `t.ppf(0.975, nu)` for z; the allowance is
/// 1 + 3·0.00833, and 1 + 3·0.0208 with groups, by the last epoch of `curves.csv`. With groups the folds vary more than chance
/// explains, so their excess of 0.00365 is added, and nu is 5.54 in place of 59 by Satterthwaite's formula. The log loss is
/// symmetric, with neither an allowance nor an excess.
#[test]
fn classifiers_are_allowed_for_what_they_learnt_by_heart() {
    let here = Workplace::new();
    let alone =
        run(&here, "alone", &classification("accuracy", "{folds: 5}").replace("y: drop", "y: drop, group: drop"));
    check(&alone, [0.055747784, 0.640075526, 0.858571560]);
    let grouped = run(&here, "grouped", &classification("accuracy", "{folds: 5, groups: group}"));
    check(&grouped, [0.078755859, 0.534755801, 0.903777533]);
    let loss = classification("log_loss", "{folds: 5, repeats: 3}").replace("y: drop", "y: drop, group: drop");
    check(&run(&here, "loss", &loss), [0.076043796, 0.410818035, 0.715144604]);
}

/// By hand: folds of 60/5 rows have √(1 + 5·12/48) = 1.5 times their standard error, and Student's t of 4 degrees of freedom
/// is 2.776445.
#[test]
fn without_predictions_the_interval_is_of_folds() {
    let here = Workplace::new();
    let spec = regression("rmse", "label: drop, group: drop", "{folds: 5}") + "predictions: {megabytes: 0, best: 0}\n";
    let row = run(&here, "unknown", &spec);
    let [mean, se, corrected, low, high] =
        ["mean", "se", "se_corrected", "interval_low", "interval_high"].map(|column| number(&row, column));
    assert!((corrected - 1.5 * se).abs() < 1e-12, "{corrected} {se}");
    assert!((low - (mean - 2.776445 * corrected)).abs() < 1e-6 && (high - (mean + 2.776445 * corrected)).abs() < 1e-6);
}

/// By `statsmodels.stats.proportion.proportion_confint(40, 40, method="wilson")` 0.15.0.
#[test]
fn no_accuracy_is_above_1() {
    let here = Workplace::new();
    let row = |row: u32| match row % 2 {
        0 => format!("{}.5,left\n", row % 7),
        _ => format!("{}.5,right\n", 20 + row % 9),
    };
    here.spec("apart.csv", &format!("x,side\n{}", (0..40).map(row).collect::<String>()));
    let spec = "version: 1\nname: apart\nfinal: {refit: none}\ndata: {source: csv, path: apart.csv, target: side}\n\
                model: {kind: linear}\ntraining: {learning_rate: 0.5, batch_size: 8, epochs: 200}\ncross_validation: {folds: 4}\n";
    let spec = here.spec("apart.yaml", spec);
    here.crossfold(&["run", spec.to_str().unwrap()]).expect(0);
    let row = first(&here, "apart");
    assert_eq!((number(&row, "mean"), number(&row, "interval_high")), (1.0, 1.0));
    assert!((number(&row, "interval_low") - 0.9123784).abs() < 1e-5, "{}", row["interval_low"]);
}
