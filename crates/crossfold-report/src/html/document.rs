//! The JSON that the page's scripts read.

use crossfold_network::Task;
use crossfold_study::{Direction, Metric, Truth};
use serde::Serialize;

use super::classes::Classes;
use super::curves::{Curves, SharedCurves};
use super::importance::ImportanceView;
use super::mistakes::{MISTAKES_SHOWN, Mistake, MistakenNumber, Pixels, worst_mistakes, worst_numbers};
use super::numbers::Numbers;
use super::rounded::{Six, six};
use super::trials::{Hyperparameter, TrialRow, hyperparameters};
use super::{OutOfFoldView, Page};
use crate::figure::Precision;
use crate::summary::whole_notice;
use crate::{Row, Tally, TestScore};

/// The most trials on a page, the first of the leaderboard: more make it slow to open, and nobody reads them there.
const MOST_TRIALS: usize = 5_000;

/// All that a page shows. The scripts are of the same release, so it has no version.
#[derive(Serialize)]
pub(super) struct Document<'a> {
    name: &'a str,
    task: Task,
    metric: Metric,
    metrics: Vec<MetricView>,
    /// That another run need not come to the same results.
    notice: Option<String>,
    summary: &'a [String],
    /// Whether trials may be ended before they are complete.
    prunes: bool,
    tally: Tally,
    folds: Vec<String>,
    chosen: Option<u32>,
    hyperparameters: Vec<Hyperparameter>,
    trials: Vec<TrialRow>,
    /// How many more there are.
    left_out: usize,
    curves: SharedCurves,
    importance: Option<ImportanceView>,
    classes: Option<Classes<'a>>,
    numbers: Option<Numbers>,
    mistakes: Vec<Mistake>,
    mistaken_numbers: Vec<MistakenNumber>,
    pictures: Option<Pixels>,
    test: Option<Vec<TestView>>,
    record: Option<&'a str>,
    spec: &'a str,
}

#[derive(Serialize)]
struct MetricView {
    name: Metric,
    higher_is_better: bool,
    /// How many decimals reports show; `null` where five significant digits are.
    decimals: Option<usize>,
}

#[derive(Serialize)]
struct TestView {
    metric: Metric,
    value: Six,
    interval: Option<[Six; 2]>,
}

impl<'a> Document<'a> {
    pub(super) fn new(page: &Page<'a>) -> Document<'a> {
        let board = page.board;
        let study = board.study();
        let metric = |&name: &Metric| MetricView {
            name,
            higher_is_better: name.direction() == Direction::Maximize,
            decimals: match Precision::of(name, 0.5) {
                Precision::Decimals(4) => Some(4),
                Precision::Decimals(_) | Precision::Scientific => None,
            },
        };
        let score = |&TestScore { metric, value, interval }: &TestScore| {
            Some(TestView { metric, value: Six(value?), interval: interval.map(six) })
        };
        let [of_classes, of_numbers] = match page.out_of_fold {
            Some(view) if is_of_classes(view) => [Some(view), None],
            Some(view) => [None, Some(view)],
            None => [None, None],
        };
        // A chosen trial needn't be among the first.
        let chosen = board.winner().map(|winner| winner.trial.number);
        let is_shown = |&(place, row): &(usize, &Row<'a>)| place < MOST_TRIALS || Some(row.trial.number) == chosen;
        let rows: Vec<&Row<'a>> = board.rows().iter().enumerate().filter(is_shown).map(|(_, row)| row).collect();
        let mistakes = of_classes.map_or(Vec::new(), |view| worst_mistakes(view.classes, view.folds, MISTAKES_SHOWN));
        Document {
            name: study.name.as_str(),
            task: study.data.task(),
            metric: study.metric,
            metrics: Metric::all_for(study.metric.task()).iter().map(metric).collect(),
            notice: whole_notice(study),
            summary: page.summary,
            prunes: board.prunes(),
            tally: board.tally(),
            folds: board.folds().iter().map(|&fold| board.fold_name(fold)).collect(),
            chosen: chosen.map(|number| number.0),
            hyperparameters: hyperparameters(board),
            trials: rows.iter().map(|row| TrialRow::new(page, row)).collect(),
            left_out: board.rows().len() - rows.len(),
            curves: Curves::shared(page, &rows),
            importance: page.importance.map(ImportanceView::new),
            classes: of_classes.map(Classes::new),
            numbers: of_numbers.map(Numbers::new),
            pictures: page.pictures.map(|pictures| Pixels::of(pictures, &mistakes)),
            mistakes,
            mistaken_numbers: of_numbers.map_or(Vec::new(), |view| worst_numbers(view.folds, MISTAKES_SHOWN)),
            test: page.test.map(|scores| scores.iter().filter_map(score).collect()),
            record: page.record,
            spec: page.spec,
        }
    }
}

fn is_of_classes(view: OutOfFoldView<'_>) -> bool {
    view.folds.iter().all(|(validation, _)| match validation.truth {
        Truth::Labels(_) => true,
        Truth::Numbers(_) => false,
    })
}
