use std::io::{self, Write};

use crossfold_study::{Event, FitEnd, FoldId, Metric, Plan, Predictions, Results, Rung, Study, Truth, ValidationRows};

use super::*;
use crate::analysis::importance::Importance;
use crate::analysis::importance::tests::four_equal_components;
use crate::analysis::leaderboard::Leaderboard;
use crate::analysis::nested::NestedFold;
use crate::example;
use crate::formats::result_file::{ReportInputs, ResultFile};

fn text(file: &ResultFile, inputs: &ReportInputs<'_>) -> String {
    let mut out = Vec::new();
    file.write(&mut out, inputs).unwrap();
    String::from_utf8(out).unwrap()
}

fn text_of_study(file: &ResultFile, study: &Study, plan: &Plan, results: &Results) -> String {
    let board = Leaderboard::new(study, plan, results, example::SHAPE);
    text(file, &example::inputs(&board, results))
}

fn text_of_example(file: &ResultFile, results: &Results) -> String {
    text_of_study(file, &example::study(Metric::Accuracy), &example::plan(), results)
}

/// Parameters by hand: 3·2 + 2 = 8 without a hidden layer, (3·4 + 4) + (4·2 + 2) = 26 with one
/// of 4 nodes, 50 with one of 8. Standard errors: |a − b| / 2 for two scores, √3 times that where as many rows train as
/// validate.
#[test]
fn leaderboard() {
    let (study, plan) = (example::study(Metric::Accuracy), example::plan());
    assert_eq!(
        text_of_study(&leaderboard::FILE, &study, &plan, &example::results()),
        "\
rank,trial,configuration,state,layers,nodes,hidden,activation,dropout,optimizer,learning_rate,momentum,nesterov,l2,batch_size,epochs,mean,se,se_corrected,interval_low,interval_high,tied_with_best,adjusted_p,p,corrected,fold_1,fold_2,parameters,stands_for,error,mean_log_loss,mean_accuracy,mean_balanced_accuracy,mean_f1,mean_roc_auc,mean_average_precision,mean_brier,mean_calibration_error,reference
1,1,0,complete,0,,[],,,adam,0.001,,,0,64,2,0.75,0,0,,,,,,,0.75,0.75,8,layers=0 nodes=4 epochs=2; layers=0 nodes=8 epochs=2,,1.25,0.75,0.5,0.5,0.875,0.5,0.25,0.125,
2,2,1,complete,1,4,[4],relu,0.5,adam,0.001,,,0,64,1,0.75,0.25,0.4330127018922193,0,1,,,,,1,0.5,26,,,1.25,0.75,0.5,0.5,0.875,0.5,0.25,0.125,
3,0,0,complete,0,,[],,,adam,0.001,,,0,64,1,0.375,0.125,0.21650635094610965,0,1,,,,,0.5,0.25,8,layers=0 nodes=4 epochs=1; layers=0 nodes=8 epochs=1,,1.625,0.375,0.5,0.5,0.875,0.5,0.25,0.125,
,3,1,failed,1,4,[4],relu,0.5,adam,0.001,,,0,64,2,,,,,,,,,,1,,26,,fold 2: the loss is not finite in epoch 2; a smaller `learning_rate` often helps,,,,,,,,,
,4,2,cancelled,1,8,[8],relu,0.5,adam,0.001,,,0,64,1,,,,,,,,,,0.125,,50,,,,,,,,,,,
,5,2,cancelled,1,8,[8],relu,0.5,adam,0.001,,,0,64,2,,,,,,,,,,,,50,,,,,,,,,,,
"
    );
}

#[test]
fn folds() {
    assert_eq!(
        text_of_example(&folds::FILE, &example::results()),
        "\
trial,configuration,repeat,fold,epoch,state,validation_log_loss,validation_accuracy,validation_balanced_accuracy,validation_f1,validation_roc_auc,validation_average_precision,validation_brier,validation_calibration_error,best_epoch
0,0,1,1,1,complete,1.5,0.5,0.5,0.5,0.875,0.5,0.25,0.125,
0,0,1,2,1,complete,1.75,0.25,0.5,0.5,,0.5,0.25,0.125,
1,0,1,1,2,complete,1.25,0.75,0.5,0.5,0.875,0.5,0.25,0.125,
1,0,1,2,2,complete,1.25,0.75,0.5,0.5,,0.5,0.25,0.125,
2,1,1,1,1,complete,1,1,0.5,0.5,0.875,0.5,0.25,0.125,
2,1,1,2,1,complete,1.5,0.5,0.5,0.5,,0.5,0.25,0.125,
3,1,1,1,2,complete,1,1,0.5,0.5,0.875,0.5,0.25,0.125,
3,1,1,2,2,failed,,,,,,,,,
4,2,1,1,1,complete,1.875,0.125,0.5,0.5,0.875,0.5,0.25,0.125,
4,2,1,2,1,cancelled,,,,,,,,,
5,2,1,1,2,cancelled,,,,,,,,,
5,2,1,2,2,cancelled,,,,,,,,,
"
    );
}

#[test]
fn curves() {
    assert_eq!(
        text_of_example(&curves::FILE, &example::results()),
        "\
configuration,repeat,fold,epoch,training_log_loss,training_accuracy,validation_log_loss,validation_accuracy,validation_balanced_accuracy,validation_f1,validation_roc_auc,validation_average_precision,validation_brier,validation_calibration_error,watched_loss,best_epoch
0,1,1,1,1.75,0.25,1.5,0.5,0.5,0.5,0.875,0.5,0.25,0.125,,
0,1,1,2,1.625,0.375,1.25,0.75,0.5,0.5,0.875,0.5,0.25,0.125,,
0,1,2,1,1.875,0.125,1.75,0.25,0.5,0.5,,0.5,0.25,0.125,,
0,1,2,2,1.625,0.375,1.25,0.75,0.5,0.5,,0.5,0.25,0.125,,
1,1,1,1,1.5,0.5,1,1,0.5,0.5,0.875,0.5,0.25,0.125,,
1,1,1,2,1.5,0.5,1,1,0.5,0.5,0.875,0.5,0.25,0.125,,
1,1,2,1,1.75,0.25,1.5,0.5,0.5,0.5,,0.5,0.25,0.125,,
2,1,1,1,1.9375,0.0625,1.875,0.125,0.5,0.5,0.875,0.5,0.25,0.125,,
"
    );
}

/// The second trial shares its fits with the first, which trained them to its last epoch.
#[test]
fn a_pruned_trial_is_read_at_its_rung() {
    let (study, plan) = (example::pruning_study(Metric::Accuracy), example::pruned_plan());
    assert_eq!(
        text_of_study(&leaderboard::FILE, &study, &plan, &example::results()),
        "\
rank,trial,configuration,state,layers,nodes,hidden,activation,dropout,optimizer,learning_rate,momentum,nesterov,l2,batch_size,epochs,mean,se,se_corrected,interval_low,interval_high,tied_with_best,adjusted_p,p,corrected,rung_epochs,rung_folds,rung_mean,fold_1,fold_2,parameters,stands_for,error,mean_log_loss,mean_accuracy,mean_balanced_accuracy,mean_f1,mean_roc_auc,mean_average_precision,mean_brier,mean_calibration_error,reference
1,2,1,complete,1,4,[4],relu,0.5,adam,0.001,,,0,64,1,0.75,0.25,0.4330127018922193,0,1,,,,,,,,1,0.5,26,,,1.25,0.75,0.5,0.5,0.875,0.5,0.25,0.125,
2,0,0,complete,0,,[],,,adam,0.001,,,0,64,1,0.375,0.125,0.21650635094610965,0,1,,,,,,,,0.5,0.25,8,layers=0 nodes=4 epochs=1; layers=0 nodes=8 epochs=1,,1.625,0.375,0.5,0.5,0.875,0.5,0.25,0.125,
,1,0,pruned,0,,[],,,adam,0.001,,,0,64,2,,,,,,,,,,1,2,0.375,0.5,0.25,8,layers=0 nodes=4 epochs=2; layers=0 nodes=8 epochs=2,,,,,,,,,,
,4,2,pruned,1,8,[8],relu,0.5,adam,0.001,,,0,64,1,,,,,,,,,,1,1,0.125,0.125,,50,,,,,,,,,,,
,5,2,pruned,1,8,[8],relu,0.5,adam,0.001,,,0,64,2,,,,,,,,,,1,1,0.125,0.125,,50,,,,,,,,,,,
,3,1,failed,1,4,[4],relu,0.5,adam,0.001,,,0,64,2,,,,,,,,,,,,,1,,26,,fold 2: the loss is not finite in epoch 2; a smaller `learning_rate` often helps,,,,,,,,,
"
    );
    assert_eq!(
        text_of_study(&folds::FILE, &study, &plan, &example::results()),
        "\
trial,configuration,repeat,fold,epoch,state,validation_log_loss,validation_accuracy,validation_balanced_accuracy,validation_f1,validation_roc_auc,validation_average_precision,validation_brier,validation_calibration_error,best_epoch
0,0,1,1,1,complete,1.5,0.5,0.5,0.5,0.875,0.5,0.25,0.125,
0,0,1,2,1,complete,1.75,0.25,0.5,0.5,,0.5,0.25,0.125,
1,0,1,1,1,pruned,1.5,0.5,0.5,0.5,0.875,0.5,0.25,0.125,
1,0,1,2,1,pruned,1.75,0.25,0.5,0.5,,0.5,0.25,0.125,
2,1,1,1,1,complete,1,1,0.5,0.5,0.875,0.5,0.25,0.125,
2,1,1,2,1,complete,1.5,0.5,0.5,0.5,,0.5,0.25,0.125,
3,1,1,1,2,complete,1,1,0.5,0.5,0.875,0.5,0.25,0.125,
3,1,1,2,2,failed,,,,,,,,,
4,2,1,1,1,complete,1.875,0.125,0.5,0.5,0.875,0.5,0.25,0.125,
4,2,1,2,1,pruned,,,,,,,,,
5,2,1,1,1,pruned,1.875,0.125,0.5,0.5,0.875,0.5,0.25,0.125,
5,2,1,2,1,pruned,,,,,,,,,
"
    );
}

/// A trial with as many epochs as its rung, pruned before its second fold.
#[test]
fn a_completed_fold_of_a_pruned_trial_is_complete() {
    let (study, mut plan) = (example::pruning_study(Metric::Accuracy), example::plan());
    plan.trials[0].pruned = Some(Rung { epochs: 1, folds: 1 });
    plan.trials[1].pruned = Some(Rung { epochs: 1, folds: 1 });
    let states = |results: &Results| -> Vec<String> {
        let folds = text_of_study(&super::folds::FILE, &study, &plan, results);
        let state = |line: &str| line.split(',').nth(5).unwrap().to_owned();
        folds.lines().skip(1).take(4).map(state).collect()
    };
    assert_eq!(states(&example::results()), ["complete", "pruned", "pruned", "pruned"]);
    // A fit that stopped early is complete for a trial of more epochs, too.
    let mut results = Results::default();
    results.apply(&example::epoch_done(0, 0, 1, 0.5));
    results.apply(&example::fit_ended(0, 0, FitEnd::Stopped));
    assert_eq!(states(&results), ["complete", "pruned", "complete", "pruned"]);
}

#[test]
fn files_of_an_irreproducible_study_say_so_in_each_row() {
    let (study, plan, results) = (example::free_study(Metric::Accuracy), example::plan(), example::results());
    let board = Leaderboard::new(&study, &plan, &results, example::SHAPE);
    let nested = NestedFold::new(FoldId { repeat: 0, fold: 0 }, plan.trials[0].number, 0.5, 0.5, 1.0);
    let truth = Truth::Labels(vec![1]);
    let validation = ValidationRows { fold: FoldId { repeat: 0, fold: 0 }, rows: vec![2], groups: None, truth };
    let (classes, predictions) = (["no", "yes"].map(str::to_owned), Predictions([0.25, 0.75].into()));
    let importance =
        Importance { trials: 10, main_effects: Vec::new(), interactions: Vec::new(), rest: 1.0, predicted: 0.9 };
    let test = example::test_scores();
    let folds = [(&validation, &predictions)];
    let inputs = ReportInputs {
        classes: &classes,
        nested: &[nested],
        test: &test,
        out_of_fold: Some(&folds),
        importance: Some(&importance),
        ..example::inputs(&board, &results)
    };
    for file in [
        leaderboard::FILE,
        super::folds::FILE,
        curves::FILE,
        timings::FILE,
        super::test::FILE,
        super::nested::FILE,
        super::predictions::FILE,
        super::importance::FILE,
    ] {
        let file = text(&file, &inputs);
        let (header, rows) = file.split_once('\n').unwrap();
        assert!(header.ends_with(",not_reproducible"), "{header}");
        assert!(!rows.is_empty() && rows.lines().all(|row| row.ends_with(",order: free")), "{rows}");
    }
}

/// The sixth trial has two epochs, and its fit stopped after one.
#[test]
fn early_stopping_has_its_columns() {
    let results = example::watched_results();
    let folds = text_of_example(&super::folds::FILE, &results);
    let sixth: Vec<&str> = folds.lines().filter(|line| line.starts_with("5,2,1,1,")).collect();
    assert_eq!(sixth, ["5,2,1,1,1,complete,1.875,0.125,0.5,0.5,0.875,0.5,0.25,0.125,1"]);
    let curves = text_of_example(&super::curves::FILE, &results);
    assert!(curves.lines().skip(1).all(|line| line.ends_with(",0.125,0.5,1")), "{curves}");
}

#[test]
fn files_do_not_depend_on_the_order_of_arrival() {
    let events = example::events();
    let mut backwards = Results::default();
    for fit in events.chunk_by(|event, _| !matches!(event, Event::FitEnded { .. })).rev() {
        fit.iter().for_each(|event| backwards.apply(event));
    }
    assert_eq!(text_of_example(&curves::FILE, &backwards), text_of_example(&curves::FILE, &example::results()));
}

#[test]
fn timings() {
    let mut results = example::results();
    // A fit that has not ended has no row.
    results.apply(&example::epoch_done(2, 1, 1, 0.5));
    assert_eq!(
        text_of_example(&timings::FILE, &results),
        "\
configuration,repeat,fold,epochs,seconds
0,1,1,2,1.5
0,1,2,2,1.501
1,1,1,2,1.5
1,1,2,1,1.501
2,1,1,1,1.5
"
    );
}

#[test]
fn test_score() {
    let (study, plan, results) = (example::study(Metric::Accuracy), example::plan(), example::results());
    let board = Leaderboard::new(&study, &plan, &results, example::SHAPE);
    let test = example::test_scores();
    assert_eq!(
        text(&super::test::FILE, &ReportInputs { test: &test, ..example::inputs(&board, &results) }),
        "\
metric,value,interval_low,interval_high
log_loss,0.5,,
accuracy,0.75,0.25,0.875
balanced_accuracy,0.5,,
f1,0.5,,
roc_auc,,,
average_precision,0.5,,
brier,0.25,,
calibration_error,0.125,,
"
    );
}

/// By hand: with a variance of 16, an r2 of 0.75 leaves squared errors of 4, whose root is 2.
#[test]
fn regression_has_its_own_columns() {
    let (study, plan, results) = (example::study(Metric::Rmse), example::plan(), example::results_of_numbers());
    let folds = text_of_study(&super::folds::FILE, &study, &plan, &results);
    let lines: Vec<&str> = folds.lines().take(4).collect();
    assert_eq!(
        lines,
        [
            "trial,configuration,repeat,fold,epoch,state,validation_rmse,validation_mae,validation_r2,best_epoch",
            "0,0,1,1,1,complete,2.8284271247461903,0.5,0.5,",
            "0,0,1,2,1,complete,3.4641016151377544,0.75,0.25,",
            "1,0,1,1,2,complete,2,0.25,0.75,",
        ]
    );
    let curves = text_of_study(&super::curves::FILE, &study, &plan, &results);
    let lines: Vec<&str> = curves.lines().take(2).collect();
    assert_eq!(
        lines,
        [
            "configuration,repeat,fold,epoch,training_rmse,training_mae,training_r2,validation_rmse,\
             validation_mae,validation_r2,watched_loss,best_epoch",
            "0,1,1,1,3.4641016151377544,0.75,0.25,2.8284271247461903,0.5,0.5,,",
        ]
    );
}

fn predictions_text(classes: &[String], validation: &ValidationRows, predictions: &Predictions) -> String {
    let (study, plan, results) = (example::study(Metric::Accuracy), example::plan(), example::results());
    let board = Leaderboard::new(&study, &plan, &results, example::SHAPE);
    let folds = [(validation, predictions)];
    let inputs = ReportInputs { classes, out_of_fold: Some(&folds), ..example::inputs(&board, &results) };
    text(&predictions::FILE, &inputs)
}

#[test]
fn predictions_of_classes() {
    let classes = ["no".to_owned(), "=yes".to_owned()];
    let truth = Truth::Labels(vec![1, 0]);
    let validation = ValidationRows { fold: FoldId { repeat: 0, fold: 1 }, rows: vec![2, 5], groups: None, truth };
    assert_eq!(
        predictions_text(&classes, &validation, &Predictions([0.25, 0.75, 0.5, 0.5].into())),
        "row,repeat,fold,truth,predicted,p_no,p_=yes\n2,1,2,'=yes,'=yes,0.25,0.75\n5,1,2,no,no,0.5,0.5\n"
    );
}

#[test]
fn predictions_of_numbers() {
    let truth = Truth::Numbers(vec![0.1, -2.0]);
    let validation = ValidationRows { fold: FoldId { repeat: 1, fold: 0 }, rows: vec![2, 5], groups: None, truth };
    assert_eq!(
        predictions_text(&[], &validation, &Predictions([0.1, 1e-7].into())),
        "row,repeat,fold,truth,predicted\n2,2,1,0.1,0.1\n5,2,1,-2,0.0000001\n"
    );
}

#[test]
fn a_full_disk_is_an_error() {
    struct FullDisk;
    impl Write for FullDisk {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let (study, plan, results) = (example::study(Metric::Accuracy), example::plan(), example::results());
    let board = Leaderboard::new(&study, &plan, &results, example::SHAPE);
    let error = curves::FILE.write(&mut FullDisk, &example::inputs(&board, &results)).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
}

#[test]
fn importance_with_a_pruner_counts_its_trials() {
    let importance =
        Importance { trials: 12, main_effects: Vec::new(), interactions: Vec::new(), rest: 1.0, predicted: 0.9 };
    let (plan, results) = (example::plan(), example::results());
    let csv = |study: &Study| {
        let board = Leaderboard::new(study, &plan, &results, example::SHAPE);
        let inputs = ReportInputs { importance: Some(&importance), ..example::inputs(&board, &results) };
        text(&super::importance::FILE, &inputs)
    };
    assert_eq!(csv(&example::study(Metric::Accuracy)), "kind,hyperparameter,with,value,mean,sd\nrest,,,,1,\n");
    assert_eq!(
        csv(&example::pruning_study(Metric::Accuracy)),
        "kind,hyperparameter,with,value,mean,sd,from_complete_trials\nrest,,,,1,,12\n"
    );
}

#[test]
fn importance_of_four_equal_components() {
    let searched = four_equal_components();
    let board = Leaderboard::new(&searched.study, &searched.plan, &searched.results, example::SHAPE);
    let importance = searched.importance(42).unwrap();
    let inputs = ReportInputs { importance: Some(&importance), ..example::inputs(&board, &searched.results) };
    assert_eq!(
        text(&super::importance::FILE, &inputs),
        "\
kind,hyperparameter,with,value,mean,sd
alone,batch_size,,,0.25,0
alone,optimizer,,,0.24999999999999997,0
alone,epochs,,,0,0
together,batch_size,optimizer,,0.25,0
together,batch_size,epochs,,0,0
together,optimizer,epochs,,0,0
rest,,,,0.25,
effect,batch_size,,8,8.000000000000002,0
effect,batch_size,,16,11.999999999999996,0
effect,optimizer,,rmsprop,8.000000000000002,0
effect,optimizer,,sgd,11.999999999999996,0
effect,epochs,,1,9.99999999999996,0
effect,epochs,,2,9.99999999999996,0
"
    );
}
