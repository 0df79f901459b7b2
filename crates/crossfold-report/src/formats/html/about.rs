//! What the study is: its file, target, rows, split and search, in words.

use std::path::Path;

use crossfold_network::{Param, Task, counted, thousands};
use crossfold_study::{Direction, ModelSpace, Study};
use serde::Serialize;

use super::Page;
use super::record::{Record, time};
use crate::formats::markdown::{code, list};
use crate::formats::model_card::wording;

/// The most classes or models that are named.
const MOST_NAMES: usize = 10;

/// A fact: what it is about, and what is so. Names from users stand between backticks.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Fact {
    name: &'static str,
    value: String,
}

pub(super) fn fact(name: &'static str, value: String) -> Fact {
    Fact { name, value }
}

/// The facts that a reader needs before any result. Of a study that hasn't ended, those of its record are missing.
pub(super) fn facts(page: &Page<'_>, record: &Record) -> Vec<Fact> {
    let (board, inputs) = (page.board(), page.inputs);
    let study = board.study();
    let command = command(record);
    let facts = [
        Some(fact("data", file(study))),
        Some(fact("target", target(study, inputs.classes))),
        features(study, record).map(|features| fact("features", features)),
        record.data.rows.map(|rows| fact("rows", describe_rows(rows, record.data.test_rows))),
        Some(fact("validation", wording::splits(&study.splits))),
        models(study).map(|models| fact("models", models)),
        Some(fact("search", search(study, board.rows().len()))),
        Some(fact("ranked by", ranking(study))),
        record.started.as_deref().map(|started| fact("date", time(started))),
        command.map(|command| fact("command", command)),
    ];
    facts.into_iter().flatten().collect()
}

/// The command line, without the folder of the program.
pub(super) fn command(record: &Record) -> Option<String> {
    let (program, arguments) = record.command.split_first()?;
    let program = Path::new(program).file_name().map_or(program.clone(), |name| name.to_string_lossy().into_owned());
    Some(code(&[&[program], arguments].concat().join(" ")))
}

/// The names of models, where there are several.
fn models(study: &Study) -> Option<String> {
    let name = |model: &ModelSpace| Some(model.fixed.get(Param::Model)?.to_string());
    let names: Vec<String> = study.models.iter().filter_map(name).collect();
    (study.models.len() > 1).then(|| list(&names, MOST_NAMES))
}

/// The name of the data file, without the folders of the machine.
fn file(study: &Study) -> String {
    let source = &study.data.source;
    let name = source.path().file_name().map(|name| code(&name.to_string_lossy()));
    let name = name.unwrap_or_else(|| source.description().to_owned());
    match study.data.train_rows {
        None => name,
        Some(_) => format!("a stratified subset of {name}"),
    }
}

fn target(study: &Study, classes: &[String]) -> String {
    let column = study.data.source.table().map(|table| code(&table.target));
    let kind = match study.data.task() {
        Task::Regression => "a number".to_owned(),
        Task::Classification => {
            let counted = format!("{} classes", thousands(classes.len() as u64));
            if classes.is_empty() { "a class".to_owned() } else { format!("{counted}: {}", list(classes, MOST_NAMES)) }
        }
    };
    column.map_or(kind.clone(), |column| format!("{column}, {kind}"))
}

fn features(study: &Study, record: &Record) -> Option<String> {
    let inputs = record.data.features?;
    if study.data.source.table().is_none() {
        return Some(format!("the image’s {} pixel values", thousands(inputs)));
    }
    let columns = record.features().map(|names| counted(names.len(), "column"));
    let inputs = counted(inputs as usize, "input");
    Some(columns.map_or(inputs.clone(), |columns| format!("{columns}, encoded as {inputs} of the network")))
}

fn describe_rows(rows: u64, test_rows: u64) -> String {
    let of_study = format!("{} for training and validation", thousands(rows));
    match test_rows {
        0 => format!("{of_study}, no test rows"),
        test_rows => format!("{of_study}, {} for the test", thousands(test_rows)),
    }
}

fn search(study: &Study, trials: usize) -> String {
    let pruner = if study.pruner.prunes() {
        format!("; poor trials are pruned early ({})", code(study.pruner.name()))
    } else {
        String::new()
    };
    match (trials, study.searched().is_empty()) {
        (trials, true) => format!("none: {}", counted(trials, "trial")),
        (trials, false) => {
            let of_each = if study.models.len() > 1 && !study.strategy.learns() { " for each model" } else { "" };
            format!("{}{of_each}: {}{pruner}", wording::strategy(study.strategy), counted(trials, "trial"))
        }
    }
}

fn ranking(study: &Study) -> String {
    let better = match study.metric.direction() {
        Direction::Maximize => "higher is better",
        Direction::Minimize => "lower is better",
    };
    format!("{} ({better})", study.metric.in_words())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::leaderboard::Leaderboard;
    use crate::example;
    use crossfold_study::Metric;

    fn facts_of(study: &Study, record: &str) -> Vec<(&'static str, String)> {
        let (plan, results) = (example::plan(), example::results());
        let board = Leaderboard::new(study, &plan, &results, example::SHAPE);
        let inputs = example::inputs(&board, &results);
        let facts = facts(&Page { inputs: &inputs, summary: &[] }, &Record::read(Some(record)));
        facts.into_iter().map(|Fact { name, value }| (name, value)).collect()
    }

    #[test]
    fn a_study_says_what_it_is() {
        let record = r#"{"command": ["target/release/crossfold", "run", "example.yaml"], "started": "2026-01-31T09:00:00Z",
            "data": {"rows": 48000, "test_rows": 12000, "features": 784}}"#;
        let facts = facts_of(&example::study(Metric::Accuracy), record);
        let expected = [
            ("data", "`mnist`"),
            ("target", "a class"),
            ("features", "the image’s 784 pixel values"),
            ("rows", "48,000 for training and validation, 12,000 for the test"),
            ("validation", "2 folds, stratified"),
            ("search", "every combination of a grid: 6 trials"),
            ("ranked by", "accuracy (higher is better)"),
            ("date", "2026-01-31 09:00 UTC"),
            ("command", "`crossfold run example.yaml`"),
        ];
        assert_eq!(facts, expected.map(|(name, value)| (name, value.to_owned())));
    }

    #[test]
    fn without_a_record_its_facts_are_left_out() {
        let study = example::pruning_study(Metric::LogLoss);
        let names: Vec<_> = facts_of(&study, "{}").into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["data", "target", "validation", "search", "ranked by"]);
        let (_, search) = &facts_of(&study, "{}")[3];
        assert_eq!(search, "every combination of a grid: 6 trials; poor trials are pruned early (`halving`)");
    }

    #[test]
    fn several_models_are_named() {
        let text = "version: 1\nname: a\ndata: {source: csv, path: a.csv, target: y}\n\
                    models: {logit: {kind: linear, space: {l2: [0, 0.1]}}, network: {kind: mlp, layers: 1, space: {nodes: [2, 4]}}}\n\
                    training: {epochs: 2}\nsearch: {strategy: {random: {trials: 2}}}\ncross_validation: {folds: 2}\n";
        let study = crossfold_spec::read(text.as_bytes(), &[]).unwrap();
        assert_eq!(models(&study), Some("`logit`, `network`".to_owned()));
        assert_eq!(search(&study, 4), "2 draws of a random search for each model: 4 trials");
        assert_eq!(models(&example::study(Metric::Accuracy)), None);
    }

    #[test]
    fn tables_name_their_columns() {
        let text = "version: 1\nname: a\ndata: {source: csv, path: folder/beps.csv, target: vote}\nmodel: {kind: linear}\n\
                    training: {epochs: 2}\ncross_validation: {folds: 2}\n";
        let study = crossfold_spec::read(text.as_bytes(), &[]).unwrap();
        let record = r#"{"data": {"rows": 1220, "test_rows": 0, "features": 9},
            "origin": ["preprocessing {} of [\"age\", \"Europe\"]"]}"#;
        let facts = facts_of(&study, record);
        assert_eq!(facts[0], ("data", "`beps.csv`".to_owned()));
        assert_eq!(facts[1], ("target", "`vote`, a class".to_owned()));
        assert_eq!(facts[2], ("features", "2 columns, encoded as 9 inputs of the network".to_owned()));
        assert_eq!(facts[3], ("rows", "1,220 for training and validation, no test rows".to_owned()));
        assert_eq!(facts[5], ("search", "none: 6 trials".to_owned()));
        assert_eq!(target(&study, &["a".to_owned(), "b".to_owned()]), "`vote`, 2 classes: `a`, `b`");
    }
}
