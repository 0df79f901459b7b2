//! The CSV files: which columns they have, and the order of their rows.
//!
//! Numbers are the shortest text that reads back as the same bits, whatever the locale; cells are
//! empty where nothing is known or nothing has an effect; lines end in `\n`. Where another run of a study need not come to
//! the same results, each of its files has a last column `not_reproducible` that says so in each row.

mod importance;
mod inputs;
mod predicted;
mod sheet;

use std::io::{self, Write};

use crossfold_study::{
    Evaluation, FitResult, FoldId, Metric, Plan, Predictions, Results, Study, Truth, ValidationRows, most_probable,
};

use crate::{Leaderboard, NestedFold, Row, TestScore, reached};
pub use importance::write_importance;
pub use inputs::{SeenRows, write_inputs};
pub use predicted::write_predicted;
pub(crate) use sheet::NOT_REPRODUCIBLE;
use sheet::{Sheet, cell, known, number, optional};

/// Writes `leaderboard.csv`: a row a trial, in the leaderboard's order.
///
/// # Errors
/// Where `out` takes no more.
pub fn write_leaderboard(out: impl Write, board: &Leaderboard<'_>) -> io::Result<()> {
    write_rows(out, board, board.rows())
}

/// Writes some of a leaderboard's rows.
pub(crate) fn write_rows<'a>(
    out: impl Write,
    board: &'a Leaderboard<'_>,
    rows: impl IntoIterator<Item = &'a Row<'a>>,
) -> io::Result<()> {
    let mut sheet = Sheet::new(out);
    sheet.row(column_names(board))?;
    for row in rows {
        sheet.row(cells(board, row))?;
    }
    sheet.finish()
}

/// The columns of a leaderboard.
pub(crate) fn column_names(board: &Leaderboard<'_>) -> Vec<String> {
    let names = |names: &[&str]| names.iter().map(cell).collect::<Vec<_>>();
    let rung: &[&str] = if board.prunes() { &["rung_epochs", "rung_folds", "rung_mean"] } else { &[] };
    names(&["rank", "trial", "configuration", "state"])
        .into_iter()
        .chain(board.columns().iter().map(cell))
        .chain(names(&[
            "mean",
            "se",
            "se_corrected",
            "interval_low",
            "interval_high",
            "tied_with_best",
            "adjusted_p",
            "corrected",
        ]))
        .chain(names(rung))
        .chain(board.folds().iter().map(|&fold| board.fold_name(fold)))
        .chain(names(&["parameters", "stands_for", "error"]))
        .chain(metrics(board).iter().map(|metric| format!("mean_{metric}")))
        .chain(board.study().irreproducible().map(|_| cell(NOT_REPRODUCIBLE)))
        .collect()
}

/// A row's cells, one for each of [`column_names`].
pub(crate) fn cells(board: &Leaderboard<'_>, row: &Row<'_>) -> Vec<String> {
    let rung = || {
        let at = row.rung();
        [optional(at.map(|at| at.epochs)), optional(at.map(|at| at.folds)), known(row.rung_mean.map(|mean| mean.get()))]
    };
    [optional(row.rank), cell(row.trial.number), cell(row.trial.configuration), cell(row.state.name())]
        .into_iter()
        .chain(board.columns().iter().map(|&param| optional(row.value(param))))
        .chain([known(row.mean.map(|mean| mean.get())), known(row.standard_error)])
        .chain([known(row.corrected_error), known(row.interval.map(|[low, _]| low))])
        .chain([known(row.interval.map(|[_, high]| high)), optional(row.tied), known(row.adjusted_p)])
        .chain([known(board.findings().filter(|_| row.rank == Some(1)).and_then(|findings| findings.corrected))])
        .chain(board.prunes().then(rung).into_iter().flatten())
        .chain(row.scores.iter().map(|&score| known(score)))
        .chain([cell(row.parameters), cell(board.stands_for(row)), optional(board.failure(row))])
        .chain(metrics(board).iter().map(|metric| known(row.means.get(metric).copied())))
        .chain(board.study().irreproducible().map(cell))
        .collect()
}

/// Those with a mean in a leaderboard: all of the task's, so that its columns don't hang on the objective.
fn metrics(board: &Leaderboard<'_>) -> &'static [Metric] {
    Metric::all_for(board.metric().task())
}

/// Writes `predictions.csv`: the winner's out-of-fold predictions, a row a validated row, by repeat,
/// fold and row, with the probability of each of `classes`, which are none where numbers are learnt.
/// `folds` are in that order; rows are counted from 0 among the study's rows.
///
/// # Errors
/// Where `out` takes no more.
pub fn write_predictions(
    out: impl Write,
    study: &Study,
    classes: &[String],
    folds: &[(&ValidationRows, &Predictions)],
) -> io::Result<()> {
    let mut sheet = Sheet::of(out, study);
    let header = ["row", "repeat", "fold", "truth", "predicted"].map(cell);
    sheet.row(header.into_iter().chain(classes.iter().map(|class| cell(format!("p_{class}")))))?;
    for (ValidationRows { fold, rows, truth }, Predictions(outputs)) in folds {
        let [repeat, fold] = counted_from_1(*fold);
        let row = |row: &u32| [cell(row), repeat.clone(), fold.clone()].into_iter();
        match truth {
            Truth::Labels(labels) => {
                let class = |index: usize| cell(&classes[index]);
                for ((number, &label), probabilities) in
                    rows.iter().zip(labels).zip(outputs.chunks_exact(classes.len()))
                {
                    let [truth, predicted] = [label as usize, most_probable(probabilities)].map(class);
                    sheet.row(row(number).chain([truth, predicted]).chain(probabilities.iter().map(cell)))?;
                }
            }
            Truth::Numbers(numbers) => {
                for ((place, &truth), &predicted) in rows.iter().zip(numbers).zip(outputs.iter()) {
                    sheet.row(row(place).chain([number(truth), number(predicted)]))?;
                }
            }
        }
    }
    sheet.finish()
}

/// Writes `folds.csv`: a row a trial and fold, by trial, then fold, with the metrics of the study's task. `epoch` is that
/// of the fit's row in `curves.csv`: the trial's, or the last of a fit that stopped before, of a pruned trial that of its
/// rung; `best_epoch` is the one whose weights are scored, where an inner validation part is watched. Folds that a pruned
/// trial never came to are `pruned` and without scores.
///
/// # Errors
/// Where `out` takes no more.
pub fn write_folds(out: impl Write, study: &Study, plan: &Plan, results: &Results) -> io::Result<()> {
    let mut sheet = Sheet::of(out, study);
    let task = study.metric.task();
    let header = ["trial", "configuration", "repeat", "fold", "epoch", "state"].map(cell);
    sheet.row(header.into_iter().chain(names("validation", Metric::all_for(task))).chain([cell("best_epoch")]))?;
    for trial in &plan.trials {
        for score in reached::fold_scores(plan, trial, results) {
            let [repeat, fold] = counted_from_1(score.fold);
            let state = reached::state(trial, &score, results);
            let [number, configuration] = [cell(trial.number), cell(trial.configuration)];
            sheet.row(
                [number, configuration, repeat, fold, cell(score.epoch), cell(state)]
                    .into_iter()
                    .chain(figures(score.evaluation, Metric::all_for(task)))
                    .chain([optional(score.best)]),
            )?;
        }
    }
    sheet.finish()
}

/// Writes `curves.csv`: a row an epoch of each fit, by configuration, fold and epoch, with the metrics
/// of the study's task; of training rows those that are known. `watched_loss` is the mean loss on the inner validation
/// part and `best_epoch` the one with the least so far; both are columns of every study, so that tools needn't
/// ask, and empty where nothing is watched.
///
/// # Errors
/// Where `out` takes no more.
pub fn write_curves(out: impl Write, study: &Study, results: &Results) -> io::Result<()> {
    let mut sheet = Sheet::of(out, study);
    let task = study.metric.task();
    let header = ["configuration", "repeat", "fold", "epoch"].map(cell).into_iter();
    let evaluations = names("training", Metric::tallied_for(task)).chain(names("validation", Metric::all_for(task)));
    sheet.row(header.chain(evaluations).chain(["watched_loss", "best_epoch"].map(cell)))?;
    for (configuration, id, fit) in results.fits() {
        for report in fit.reports() {
            let [repeat, fold] = counted_from_1(id);
            sheet.row(
                [cell(configuration), repeat, fold, cell(report.epoch)]
                    .into_iter()
                    .chain(figures(Some(report.training.evaluation()), Metric::tallied_for(task)))
                    .chain(figures(report.validation.map(|validation| validation.evaluation()), Metric::all_for(task)))
                    .chain([known(report.watched.map(|watched| watched.loss))])
                    .chain([optional(report.watched.map(|watched| watched.best))]),
            )?;
        }
    }
    sheet.finish()
}

/// Writes `timings.csv`: a row a fit that has ended, by configuration, then fold. A record: its
/// seconds differ from run to run.
///
/// # Errors
/// Where `out` takes no more.
pub fn write_timings(out: impl Write, study: &Study, results: &Results) -> io::Result<()> {
    let mut sheet = Sheet::of(out, study);
    sheet.row(["configuration", "repeat", "fold", "epochs", "seconds"].map(cell))?;
    let ended = |(_, _, fit): &(_, _, &FitResult)| fit.end.is_some();
    for (configuration, id, fit) in results.fits().filter(ended) {
        let [repeat, fold] = counted_from_1(id);
        sheet.row([cell(configuration), repeat, fold, cell(fit.epochs()), number(fit.elapsed.as_secs_f64())])?;
    }
    sheet.finish()
}

/// Writes `test.csv`: a row a metric, without a value where it is undefined, and without an interval where it isn't known.
///
/// # Errors
/// Where `out` takes no more.
pub fn write_test(out: impl Write, study: &Study, scores: &[TestScore]) -> io::Result<()> {
    let mut sheet = Sheet::of(out, study);
    sheet.row(["metric", "value", "interval_low", "interval_high"].map(cell))?;
    for TestScore { metric, value, interval } in scores {
        let [low, high] = interval.map_or([None; 2], |interval| interval.map(Some));
        sheet.row([cell(metric), known(*value), known(low), known(high)])?;
    }
    sheet.finish()
}

/// Writes `nested.csv`: a row a fold, by repeat, then fold: who won the search on its training rows alone, that one's mean
/// there, and its score on the fold.
///
/// # Errors
/// Where `out` takes no more.
pub fn write_nested(out: impl Write, study: &Study, folds: &[NestedFold]) -> io::Result<()> {
    let mut sheet = Sheet::of(out, study);
    sheet.row(["repeat", "fold", "trial", "inner_mean", "score"].map(cell))?;
    for nested in folds {
        let [repeat, fold] = counted_from_1(nested.fold());
        sheet.row([repeat, fold, cell(nested.trial()), number(nested.inner_mean), number(nested.score)])?;
    }
    sheet.finish()
}

/// Of columns with some rows' metrics.
fn names(rows: &str, metrics: &'static [Metric]) -> impl Iterator<Item = String> {
    metrics.iter().map(move |metric| format!("{rows}_{metric}"))
}

/// The cells of such columns, empty where a figure isn't known or is undefined.
fn figures(evaluation: Option<Evaluation>, metrics: &'static [Metric]) -> impl Iterator<Item = String> {
    metrics.iter().map(move |&metric| known(evaluation.and_then(|evaluation| evaluation.get(metric))))
}

fn counted_from_1(FoldId { repeat, fold }: FoldId) -> [String; 2] {
    [cell(repeat + 1), cell(fold + 1)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use crossfold_study::{FitEnd, Rung};

    fn text(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// Parameters by hand: 3·2 + 2 = 8 without a hidden layer, (3·4 + 4) + (4·2 + 2) = 26 with one
    /// of 4 nodes, 50 with one of 8. Standard errors: |a − b| / 2 for two scores, √3 times that where as many rows train as
    /// validate.
    #[test]
    fn leaderboard() {
        let (study, plan) = (example::study(Metric::Accuracy), example::plan());
        let board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
        assert_eq!(
            text(|out| write_leaderboard(out, &board)),
            "\
rank,trial,configuration,state,layers,nodes,hidden,activation,dropout,optimizer,learning_rate,momentum,nesterov,l2,batch_size,epochs,mean,se,se_corrected,interval_low,interval_high,tied_with_best,adjusted_p,corrected,fold_1,fold_2,parameters,stands_for,error,mean_log_loss,mean_accuracy,mean_balanced_accuracy,mean_f1,mean_roc_auc,mean_average_precision,mean_brier,mean_calibration_error
1,1,0,complete,0,,[],,,adam,0.001,,,0,64,2,0.75,0,0,,,,,,0.75,0.75,8,layers=0 nodes=4 epochs=2; layers=0 nodes=8 epochs=2,,1.25,0.75,0.5,0.5,0.875,0.5,0.25,0.125
2,2,1,complete,1,4,[4],relu,0.5,adam,0.001,,,0,64,1,0.75,0.25,0.4330127018922193,0,1,,,,1,0.5,26,,,1.25,0.75,0.5,0.5,0.875,0.5,0.25,0.125
3,0,0,complete,0,,[],,,adam,0.001,,,0,64,1,0.375,0.125,0.21650635094610965,0,1,,,,0.5,0.25,8,layers=0 nodes=4 epochs=1; layers=0 nodes=8 epochs=1,,1.625,0.375,0.5,0.5,0.875,0.5,0.25,0.125
,3,1,failed,1,4,[4],relu,0.5,adam,0.001,,,0,64,2,,,,,,,,,1,,26,,fold_2: the loss is not finite in epoch 2; a smaller `learning_rate` often helps,,,,,,,,
,4,2,cancelled,1,8,[8],relu,0.5,adam,0.001,,,0,64,1,,,,,,,,,0.125,,50,,,,,,,,,,
,5,2,cancelled,1,8,[8],relu,0.5,adam,0.001,,,0,64,2,,,,,,,,,,,50,,,,,,,,,,
"
        );
    }

    #[test]
    fn folds() {
        assert_eq!(
            text(|out| write_folds(out, &example::study(Metric::Accuracy), &example::plan(), &example::results())),
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
            text(|out| write_curves(out, &example::study(Metric::Accuracy), &example::results())),
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

    /// The second trial shares its fits with the first: they went on to its last epoch without it.
    #[test]
    fn what_was_pruned_is_read_at_its_rung() {
        let (study, plan) = (example::pruning_study(Metric::Accuracy), example::pruned_plan());
        let board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
        assert_eq!(
            text(|out| write_leaderboard(out, &board)),
            "\
rank,trial,configuration,state,layers,nodes,hidden,activation,dropout,optimizer,learning_rate,momentum,nesterov,l2,batch_size,epochs,mean,se,se_corrected,interval_low,interval_high,tied_with_best,adjusted_p,corrected,rung_epochs,rung_folds,rung_mean,fold_1,fold_2,parameters,stands_for,error,mean_log_loss,mean_accuracy,mean_balanced_accuracy,mean_f1,mean_roc_auc,mean_average_precision,mean_brier,mean_calibration_error
1,2,1,complete,1,4,[4],relu,0.5,adam,0.001,,,0,64,1,0.75,0.25,0.4330127018922193,0,1,,,,,,,1,0.5,26,,,1.25,0.75,0.5,0.5,0.875,0.5,0.25,0.125
2,0,0,complete,0,,[],,,adam,0.001,,,0,64,1,0.375,0.125,0.21650635094610965,0,1,,,,,,,0.5,0.25,8,layers=0 nodes=4 epochs=1; layers=0 nodes=8 epochs=1,,1.625,0.375,0.5,0.5,0.875,0.5,0.25,0.125
,1,0,pruned,0,,[],,,adam,0.001,,,0,64,2,,,,,,,,,1,2,0.375,0.5,0.25,8,layers=0 nodes=4 epochs=2; layers=0 nodes=8 epochs=2,,,,,,,,,
,4,2,pruned,1,8,[8],relu,0.5,adam,0.001,,,0,64,1,,,,,,,,,1,1,0.125,0.125,,50,,,,,,,,,,
,5,2,pruned,1,8,[8],relu,0.5,adam,0.001,,,0,64,2,,,,,,,,,1,1,0.125,0.125,,50,,,,,,,,,,
,3,1,failed,1,4,[4],relu,0.5,adam,0.001,,,0,64,2,,,,,,,,,,,,1,,26,,fold_2: the loss is not finite in epoch 2; a smaller `learning_rate` often helps,,,,,,,,
"
        );
        assert_eq!(
            text(|out| write_folds(out, &study, &plan, &example::results())),
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

    /// A trial of as many epochs as its rung has, which was ended before its second fold.
    #[test]
    fn a_fold_that_came_to_its_end_is_complete_though_its_trial_was_pruned() {
        let (study, mut plan) = (example::pruning_study(Metric::Accuracy), example::plan());
        plan.trials[0].pruned = Some(Rung { epochs: 1, folds: 1 });
        plan.trials[1].pruned = Some(Rung { epochs: 1, folds: 1 });
        let states = |results: &Results| -> Vec<String> {
            let folds = text(|out| write_folds(out, &study, &plan, results));
            let state = |line: &str| line.split(',').nth(5).unwrap().to_owned();
            folds.lines().skip(1).take(4).map(state).collect()
        };
        assert_eq!(states(&example::results()), ["complete", "pruned", "pruned", "pruned"]);
        // One that stopped early is at its end for a trial of more epochs, too.
        let mut results = Results::default();
        results.apply(&example::epoch_done(0, 0, 1, 0.5));
        results.apply(&example::fit_ended(0, 0, FitEnd::Stopped));
        assert_eq!(states(&results), ["complete", "pruned", "complete", "pruned"]);
    }

    /// Each in its last column, whichever file.
    #[test]
    fn what_is_not_reproducible_says_so_in_each_row() {
        let (study, plan, results) = (example::free_study(Metric::Accuracy), example::plan(), example::results());
        let board = Leaderboard::new(&study, &plan, &results, example::SHAPE);
        let nested = NestedFold::new(FoldId { repeat: 0, fold: 0 }, plan.trials[0].number, 0.5, 0.5, 1.0);
        let truth = Truth::Labels(vec![1]);
        let validation = ValidationRows { fold: FoldId { repeat: 0, fold: 0 }, rows: vec![2], truth };
        let (classes, predictions) = (["no", "yes"].map(str::to_owned), Predictions([0.25, 0.75].into()));
        let importance = crate::Importance { trials: 10, alone: Vec::new(), together: Vec::new(), rest: 1.0 };
        for file in [
            text(|out| write_leaderboard(out, &board)),
            text(|out| write_folds(out, &study, &plan, &results)),
            text(|out| write_curves(out, &study, &results)),
            text(|out| write_timings(out, &study, &results)),
            text(|out| write_test(out, &study, &example::test_scores())),
            text(|out| write_nested(out, &study, &[nested])),
            text(|out| write_predictions(out, &study, &classes, &[(&validation, &predictions)])),
            text(|out| write_importance(out, &study, &importance)),
        ] {
            let (header, rows) = file.split_once('\n').unwrap();
            assert!(header.ends_with(",not_reproducible"), "{header}");
            assert!(!rows.is_empty() && rows.lines().all(|row| row.ends_with(",order: free")), "{rows}");
        }
    }

    /// The sixth trial asks for two epochs of a fit that stopped after one.
    #[test]
    fn what_is_watched() {
        let results = example::watched_results();
        let folds = text(|out| write_folds(out, &example::study(Metric::Accuracy), &example::plan(), &results));
        let sixth: Vec<&str> = folds.lines().filter(|line| line.starts_with("5,2,1,1,")).collect();
        assert_eq!(sixth, ["5,2,1,1,1,complete,1.875,0.125,0.5,0.5,0.875,0.5,0.25,0.125,1"]);
        let curves = text(|out| write_curves(out, &example::study(Metric::Accuracy), &results));
        assert!(curves.lines().skip(1).all(|line| line.ends_with(",0.125,0.5,1")), "{curves}");
    }

    /// The same results in whatever order their fits ended.
    #[test]
    fn the_order_of_arrival_leaves_no_trace() {
        let events = example::events();
        let mut backwards = Results::default();
        for fit in events.chunk_by(|event, _| !matches!(event, crossfold_study::Event::FitEnded { .. })).rev() {
            fit.iter().for_each(|event| backwards.apply(event));
        }
        assert_eq!(
            text(|out| write_curves(out, &example::study(Metric::Accuracy), &backwards)),
            text(|out| write_curves(out, &example::study(Metric::Accuracy), &example::results()))
        );
    }

    #[test]
    fn timings() {
        let mut results = example::results();
        // A fit still under way has no time to tell.
        results.apply(&example::epoch_done(2, 1, 1, 0.5));
        assert_eq!(
            text(|out| write_timings(out, &example::study(Metric::Accuracy), &results)),
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
        assert_eq!(
            text(|out| write_test(out, &example::study(Metric::Accuracy), &example::test_scores())),
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

    /// By hand: of a spread of 16 a row, an r2 of 0.75 leaves squared errors of 4, whose root is 2.
    #[test]
    fn numbers_have_columns_of_their_own() {
        let folds = text(|out| {
            write_folds(out, &example::study(Metric::Rmse), &example::plan(), &example::results_of_numbers())
        });
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
        let curves = text(|out| write_curves(out, &example::study(Metric::Rmse), &example::results_of_numbers()));
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

    #[test]
    fn predictions_of_classes() {
        let classes = ["no".to_owned(), "=yes".to_owned()];
        let truth = Truth::Labels(vec![1, 0]);
        let validation = ValidationRows { fold: FoldId { repeat: 0, fold: 1 }, rows: vec![2, 5], truth };
        let predictions = Predictions([0.25, 0.75, 0.5, 0.5].into());
        assert_eq!(
            text(|out| write_predictions(
                out,
                &example::study(Metric::Accuracy),
                &classes,
                &[(&validation, &predictions)]
            )),
            "row,repeat,fold,truth,predicted,p_no,p_=yes\n2,1,2,'=yes,'=yes,0.25,0.75\n5,1,2,no,no,0.5,0.5\n"
        );
    }

    #[test]
    fn predictions_of_numbers() {
        let truth = Truth::Numbers(vec![0.1, -2.0]);
        let validation = ValidationRows { fold: FoldId { repeat: 1, fold: 0 }, rows: vec![2, 5], truth };
        let predictions = Predictions([0.1, 1e-7].into());
        assert_eq!(
            text(|out| write_predictions(out, &example::study(Metric::Accuracy), &[], &[(&validation, &predictions)])),
            "row,repeat,fold,truth,predicted\n2,2,1,0.1,0.1\n5,2,1,-2,0.0000001\n"
        );
    }

    #[test]
    fn a_full_disk_is_an_error() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let error = write_curves(Full, &example::study(Metric::Accuracy), &example::results()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }
}
