//! What a study is, in one sentence.

use crossfold_network::{Task, counted, thousands};

use super::html::test_rows;
use super::markdown::code;
use super::result_file::ReportInputs;

/// The file, its rows, the target, the number of trials, the metric and the folds: a report's first sentence.
pub(super) fn study_in_words(&ReportInputs { board, classes, rows, study_json, .. }: &ReportInputs<'_>) -> String {
    let study = board.study();
    let source = &study.data.source;
    let file = source.path().file_name().map(|name| code(&name.to_string_lossy()));
    let file = file.unwrap_or_else(|| source.description().to_owned());
    let rows = match (rows, test_rows(study_json)) {
        (0, _) => String::new(),
        (rows, 0) => format!(" ({})", counted(rows as usize, "row")),
        (rows, test) => {
            let all = counted((rows + test) as usize, "row");
            format!(" ({} of {all}; the other {} are for the test)", thousands(rows), thousands(test))
        }
    };
    let target = source.table().map_or_else(|| "the class of images".to_owned(), |table| code(&table.target));
    let classes = match (study.data.task(), classes.len()) {
        (Task::Regression, _) => " (a number)".to_owned(),
        (Task::Classification, 0) => String::new(),
        (Task::Classification, classes) => format!(" ({} classes)", thousands(classes as u64)),
    };
    let (repeats, folds) = (board.repeats() as usize, board.folds().len());
    let scored_on = match (folds, repeats) {
        (1, _) => "one validation part".to_owned(),
        (folds, 1) => format!("{folds} validation folds"),
        (folds, repeats) => format!("{} validation folds ({repeats} repeats)", thousands(folds as u64)),
    };
    let trials = counted(board.rows().len(), "trial");
    let metric = board.metric().in_words();
    format!("Predicting {target}{classes} from {file}{rows}: {trials}, ranked by {metric} on {scored_on}.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::leaderboard::Leaderboard;
    use crate::example;
    use crossfold_study::Metric;

    #[test]
    fn a_study_is_one_sentence() {
        let (study, plan, results) = (example::study(Metric::Accuracy), example::plan(), example::results());
        let board = Leaderboard::new(&study, &plan, &results, example::SHAPE);
        let classes = ["no".to_owned(), "yes".to_owned()];
        let inputs = ReportInputs { rows: 1525, classes: &classes, ..example::inputs(&board, &results) };
        assert_eq!(
            study_in_words(&inputs),
            "Predicting the class of images (2 classes) from `mnist` (1,525 rows): 6 trials, ranked by accuracy on 2 validation folds."
        );
        let with_test = ReportInputs { study_json: Some(r#"{"data": {"test_rows": 375}}"#), ..inputs };
        let said = study_in_words(&with_test);
        assert!(said.contains("`mnist` (1,525 of 1,900 rows; the other 375 are for the test): 6"), "{said}");
    }
}
