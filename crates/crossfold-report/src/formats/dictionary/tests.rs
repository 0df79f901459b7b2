use std::fmt::Write as _;

use crossfold_network::Task;
use crossfold_study::{FoldId, Metric, Predictions, Study, Truth, ValidationRows};

use super::*;
use crate::analysis::leaderboard::Leaderboard;
use crate::example;
use crate::formats::csv;
use crate::formats::result_files::RESULT_FILES;

/// Each column of the leaderboard by its name; the folds by the first and the last.
#[test]
fn every_column_of_the_leaderboard_is_described() {
    let [plain, pruning, free] =
        [example::study, example::pruning_study, example::free_study].map(|study| study(Metric::Accuracy));
    let (plan, results) = (example::plan(), example::results());
    let classes = ["no".to_owned(), "yes".to_owned()];
    let [plain, pruning, free] = [plain, pruning, free].map(|study| {
        let board = Leaderboard::new(&study, &plan, &results, example::SHAPE);
        let inputs = ReportInputs { classes: &classes, ..example::inputs(&board, &results) };
        let mut text = Vec::new();
        write(&mut text, &inputs, RESULT_FILES).unwrap();
        let text = String::from_utf8(text).unwrap();
        for column in csv::leaderboard::columns(&board) {
            assert!(text.contains(&format!("`{}`", column.name)), "{}", column.name);
        }
        text
    });
    assert!(plain.contains("| `nodes` | Nodes of each hidden layer. |") && plain.contains("| `p_yes` |"), "{plain}");
    assert!(!plain.contains("pruned") && !plain.contains("reproducible"), "{plain}");
    assert!(pruning.contains("`rung_mean`") && pruning.contains("`from_complete_trials`"), "{pruning}");
    assert_eq!(free.matches("| `not_reproducible` |").count(), 13);
}

/// Of more than 20 million probabilities, only that of the predicted class is written.
#[test]
fn columns_that_are_not_written_are_not_described() {
    let study = example::study(Metric::Accuracy);
    let (plan, results) = (example::plan(), example::results());
    let board = Leaderboard::new(&study, &plan, &results, example::SHAPE);
    let classes = ["no".to_owned(), "yes".to_owned()];
    let described = |count: usize| {
        let (fold, truth) = (FoldId { repeat: 0, fold: 0 }, Truth::Labels(Vec::new()));
        let (rows, none) = (ValidationRows { fold, rows: vec![0; count], truth, groups: None }, Predictions([].into()));
        let folds = [(&rows, &none)];
        let inputs = ReportInputs { classes: &classes, out_of_fold: Some(&folds), ..example::inputs(&board, &results) };
        let mut text = Vec::new();
        write(&mut text, &inputs, RESULT_FILES).unwrap();
        let text = String::from_utf8(text).unwrap();
        ["`probability`", "`p_yes`"].map(|column| text.contains(column))
    };
    assert_eq!(described(10_000_000), [false, true]);
    assert_eq!(described(10_000_001), [true, false]);
}

/// The columns of every CSV file, for the documentation: those of a study that has all optional columns.
fn column_tables() -> String {
    let study = Study { pace: example::free_study(Metric::Accuracy).pace, ..example::pruning_study(Metric::Accuracy) };
    let (plan, results) = (example::plan(), example::results());
    let board = Leaderboard::new(&study, &plan, &results, example::SHAPE);
    let classes = ["no".to_owned(), "yes".to_owned()];
    let inputs = ReportInputs { classes: &classes, ..example::inputs(&board, &results) };
    let mut text = String::new();
    for file in RESULT_FILES {
        let Some(section) = file.section else { continue };
        let Section { rows, columns } = section(&inputs);
        writeln!(text, "\n### `{}`\n\n{rows}\n\n| column | type | meaning |\n|---|---|---|", file.path).unwrap();
        for (names, column) in column_lines(&columns) {
            writeln!(text, "| {names} | {} | {} |", column.values, escape_cell(&column.meaning)).unwrap();
        }
    }
    text += "\n### Metrics of regression\n\n| metric | meaning |\n|---|---|\n";
    for metric in Metric::all_for(Task::Regression) {
        writeln!(text, "| `{metric}` | {} |", escape_cell(&metric.column_text())).unwrap();
    }
    text
}

/// `CROSSFOLD_UPDATE_DOCS=1 cargo test -p crossfold-report --lib documentation` rewrites the tables.
#[test]
#[expect(clippy::disallowed_methods, reason = "the documentation is updated on request")]
fn the_documentation_has_every_column() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reading-results.md");
    let documentation = std::fs::read_to_string(path).unwrap();
    let (before, rest) = documentation.split_once("<!-- columns: ").unwrap();
    let (mark, rest) = rest.split_once('\n').unwrap();
    let (tables, after) = rest.split_once("\n<!-- end of columns -->").unwrap();
    let expected = column_tables();
    if std::env::var_os("CROSSFOLD_UPDATE_DOCS").is_some() {
        let text = format!("{before}<!-- columns: {mark}\n{expected}\n<!-- end of columns -->{after}");
        std::fs::write(path, text).unwrap();
    } else {
        assert!(tables == expected, "docs/reading-results.md lacks a column; this test can update it: see its comment");
    }
}
