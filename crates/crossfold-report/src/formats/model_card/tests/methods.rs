//! The paragraph for a methods section, for each kind of study.

use crossfold_study::{Budget, Pruner, PrunerKind};

use super::*;

/// The paragraph of a card, as `change` makes the study and the card.
#[track_caller]
fn check(change_study: impl FnOnce(&mut Study), change_card: impl FnOnce(&mut ModelCard<'_>), expected: &str) {
    let mut study = study(Task::Classification);
    change_study(&mut study);
    let (classes, configuration) = (names(&["no", "yes"]), relu(&[4]));
    let mut card = card(&study, &configuration, Shape::dense(3, 2), &classes, table(&["age"], 0));
    change_card(&mut card);
    let text = text(&card);
    let (_, text) = text.split_once("## How to describe this in a paper\n\n").unwrap();
    let (paragraph, _) = text.split_once("\n\n").unwrap();
    assert_same(&paragraph.replace(". ", ".\n"), expected);
}

fn test_rows() -> Option<CardTest<'static>> {
    let interval = Some([0.625, 0.8125]);
    let scores = vec![TestScore { metric: Metric::Accuracy, value: Some(0.75), interval }];
    Some(CardTest { rows: 305, digest: "c442", scores })
}

#[test]
fn a_grid_with_test_rows() {
    check(
        |_| {},
        |card| card.test = test_rows(),
        "Models were trained to predict `vote` (2 classes) from 2 columns of 12,345 rows of `votes.csv`, with stratified 2-fold cross-validation; a grid search trained 3 configurations on all folds.\n\
         The best configuration, a multilayer perceptron, reached a mean validation accuracy of 0.7500 (standard error 0.0125); this estimate is optimistic, because the configuration was selected by it.\n\
         It was retrained on all 12,345 rows for 20 epochs and scored once on 305 rows held out for testing: accuracy of 0.7500 (95 % confidence interval 0.6250 to 0.8125).\n\
         Crossfold 0.1.0 (revision abc) was used with seed 42.",
    );
}

#[test]
fn test_rows_of_the_same_file_are_not_trained_on() {
    let change = |study: &mut Study| {
        if let DataSource::Csv(source) = &mut study.data.source {
            source.table.test = TestRows::Share(0.2);
        }
    };
    check(
        change,
        |card| card.test = test_rows(),
        "Models were trained to predict `vote` (2 classes) from 2 columns of 12,345 rows of `votes.csv`, with stratified 2-fold cross-validation; a grid search trained 3 configurations on all folds.\n\
         The best configuration, a multilayer perceptron, reached a mean validation accuracy of 0.7500 (standard error 0.0125); this estimate is optimistic, because the configuration was selected by it.\n\
         It was retrained on all rows except the test rows (12,345 rows) for 20 epochs and scored once on 305 rows held out for testing: accuracy of 0.7500 (95 % confidence interval 0.6250 to 0.8125).\n\
         Crossfold 0.1.0 (revision abc) was used with seed 42.",
    );
}

#[test]
fn a_search_that_prunes() {
    let change = |study: &mut Study| {
        study.strategy = Strategy::new(SamplerKind::Tpe { startup: 10 }, 40);
        study.pruner = Pruner { kind: PrunerKind::Asha, ..Pruner::NONE };
    };
    let card = |card: &mut ModelCard<'_>| {
        card.selection = Selection { trials: 5, pruned: 1_034, failed: 1, interval: Some([0.7, 0.8]), ..selection() };
    };
    check(
        change,
        card,
        "Models were trained to predict `vote` (2 classes) from 2 columns of 12,345 rows of `votes.csv`, with stratified 2-fold cross-validation; a search by a tree-structured Parzen estimator (TPE) with asynchronous successive halving (ASHA) trained 5 configurations on all folds and pruned 1,034 early; 1 failed.\n\
         The best configuration, a multilayer perceptron, reached a mean validation accuracy of 0.7500 (standard error 0.0125, 95 % confidence interval 0.7000 to 0.8000); this estimate is optimistic, because the configuration was selected by it.\n\
         It was retrained on all 12,345 rows for 20 epochs; no separate test rows were used.\n\
         Crossfold 0.1.0 (revision abc) was used with seed 42.",
    );
}

#[test]
fn nested_cross_validation_with_repeats_and_groups() {
    let groups = Some("village".to_owned());
    let change = |study: &mut Study| {
        study.splits = Splits::KFold { folds: 5, repeats: 10, stratified: true, shuffle: true, groups };
    };
    let card = |card: &mut ModelCard<'_>| {
        card.nested = Some(0.7312);
        card.selection.rank = 4;
        card.selection.folds = 50;
    };
    check(
        change,
        card,
        "Models were trained to predict `vote` (2 classes) from 2 columns of 12,345 rows of `votes.csv`, with stratified 5-fold cross-validation, repeated 10 times, keeping rows with the same `village` together; a grid search trained 3 configurations on all folds.\n\
         The simplest configuration within one standard error of the best, a multilayer perceptron, reached a mean validation accuracy of 0.7500 (standard error 0.0125); this estimate is optimistic, because the configuration was selected by it.\n\
         Nested cross-validation, which repeats the whole search within each fold, gave a mean accuracy of 0.7312.\n\
         It was retrained on all 12,345 rows for 20 epochs; no separate test rows were used.\n\
         Crossfold 0.1.0 (revision abc) was used with seed 42.",
    );
}

#[test]
fn time_and_a_budget_of_time() {
    let change = |study: &mut Study| {
        study.splits = Splits::TimeSeries { folds: 6, time: "year".to_owned(), gap: 2, window: Some(20) };
        study.strategy = Strategy::new(SamplerKind::Random, 20);
        study.budget = Budget { wall: Some(std::time::Duration::from_secs(60)), ..Budget::default() };
    };
    check(
        change,
        |card| card.test = test_rows(),
        "Models were trained to predict `vote` (2 classes) from 2 columns of 12,345 rows of `votes.csv`, with 6-fold time-series cross-validation over `year`, training on earlier periods only (at most 20 periods), with a gap of 2 periods; a random search trained 3 configurations on all folds.\n\
         The best configuration, a multilayer perceptron, reached a mean validation accuracy of 0.7500 (standard error 0.0125); this estimate is optimistic, because the configuration was selected by it.\n\
         It was retrained on all 12,345 rows for 20 epochs and scored once on 305 rows held out for testing: accuracy of 0.7500 (95 % confidence interval 0.6250 to 0.8125).\n\
         Crossfold 0.1.0 (revision abc) was used with seed 42; the search is not exactly reproducible (`budget: wall`).",
    );
}

#[test]
fn a_single_network_on_a_single_validation_set() {
    let change = |study: &mut Study| {
        study.splits = Splits::HoldOut { share: 0.2, stratified: false, groups: None };
    };
    let card = |card: &mut ModelCard<'_>| {
        card.selection = Selection { trials: 1, folds: 1, standard_error: None, ..selection() };
    };
    check(
        change,
        card,
        "Models were trained to predict `vote` (2 classes) from 2 columns of 12,345 rows of `votes.csv`, with a hold-out validation set (0.2 of the rows); a single configuration was trained.\n\
         The model, a multilayer perceptron, reached a validation accuracy of 0.7500.\n\
         It was retrained on all 12,345 rows for 20 epochs; no separate test rows were used.\n\
         Crossfold 0.1.0 (revision abc) was used with seed 42.",
    );
}
