//! The JSON that the page's scripts read.

use std::borrow::Cow;

use crossfold_network::Task;
use crossfold_study::{Direction, Metric, Truth, visible_json};
use serde::Serialize;

use super::about::{self, Fact};
use super::baselines::{BaselineView, baselines};
use super::classes::Classes;
use super::curves::LearningCurves;
use super::failures::{self, FailureGroup};
use super::importance::ImportanceView;
use super::mistakes::{MISTAKES_SHOWN, Mistake, Pixels, WorstPrediction, worst_mistakes, worst_numbers};
use super::models::ModelsView;
use super::numbers::Numbers;
use super::record::Record;
use super::rounded::{Exact, exact};
use super::trials::{HyperparameterColumn, TrialView, hyperparameters, shown};
use super::variables::VariablesView;
use super::{OutOfFold, Page, provenance};
use crate::analysis::exhibits::FileRows;
use crate::analysis::leaderboard::{Row, TrialCounts};
use crate::analysis::reference_score::{ConstantAnswer, ReferenceComparison};
use crate::analysis::test_score::TestScore;
use crate::formats::figure::Precision;
use crate::formats::interrupted::interrupted;
use crate::formats::reference::answer_in_words;
use crate::formats::summary::reproducibility_notice;
use crate::formats::trial_name::TrialNames;

/// The most trials on a page, the first of the leaderboard: more would make it slow to open.
const MOST_TRIALS: usize = 5_000;

/// All that a page shows. It needs no version, because the scripts are part of the page.
#[derive(Serialize)]
pub(super) struct Document<'a> {
    name: &'a str,
    task: Task,
    metric: Metric,
    metrics: Vec<MetricView>,
    /// That the search is unfinished, and how to continue it.
    interrupted: Option<String>,
    /// What the study is.
    about: Vec<Fact>,
    /// A notice that another run need not reproduce the results.
    notice: Option<String>,
    summary: &'a [String],
    models: Option<ModelsView>,
    /// Whether trials may be ended before they are complete.
    prunes: bool,
    tally: TrialCounts,
    folds: Vec<String>,
    chosen: Option<u32>,
    /// The score of predicting without inputs.
    reference: Option<ReferenceView>,
    baselines: Vec<BaselineView>,
    hyperparameters: Vec<HyperparameterColumn>,
    trials: Vec<TrialView>,
    failures: Vec<FailureGroup>,
    /// Number of trials left out.
    left_out: usize,
    curves: LearningCurves,
    importance: Option<ImportanceView>,
    variables: Option<VariablesView<'a>>,
    classes: Option<Classes<'a>>,
    numbers: Option<Numbers>,
    mistakes: Vec<Mistake>,
    mistaken_numbers: Vec<WorstPrediction>,
    pictures: Option<Pixels>,
    /// The rows of the mistakes as their file has them.
    file_rows: Option<&'a FileRows>,
    test: Option<Vec<TestView>>,
    provenance: Vec<Fact>,
    /// With escapes of JSON for what a browser would obey, so that it can be parsed.
    record: Option<Cow<'a, str>>,
    spec: &'a str,
}

#[derive(Serialize)]
struct MetricView {
    name: Metric,
    /// What headings and axes call it.
    label: &'static str,
    higher_is_better: bool,
    /// The least and the greatest value that it can have, where there is one.
    range: [Option<f64>; 2],
    /// Number of decimals shown; `null` for four significant digits.
    decimals: Option<usize>,
}

/// A line on charts of scores.
#[derive(Serialize)]
pub(in crate::formats) struct ReferenceView {
    /// What is always answered, whatever the classes are called.
    pub(in crate::formats) label: &'static str,
    /// What is always answered, as Markdown.
    answer: String,
    pub(in crate::formats) score: Exact,
}

#[derive(Serialize)]
struct TestView {
    metric: Metric,
    value: Exact,
    interval: Option<[Exact; 2]>,
}

impl<'a> Document<'a> {
    pub(super) fn new(page: &Page<'a>) -> Document<'a> {
        let (board, inputs) = (page.board(), page.inputs);
        let study = board.study();
        // All scores of a metric have the format of the best trial's.
        let best = |name| board.best().and_then(|best| best.means.get(&name).copied()).unwrap_or(0.0);
        let metric = |&name: &Metric| MetricView {
            name,
            label: name.label(),
            higher_is_better: name.direction() == Direction::Maximize,
            range: name.range().map(|bound| bound.is_finite().then_some(bound)),
            decimals: match Precision::for_score(name, best(name)) {
                Precision::Decimals(decimals) => Some(decimals),
                Precision::Significant => None,
            },
        };
        let score = |&TestScore { metric, value, interval }: &TestScore| {
            Some(TestView { metric, value: Exact(value?), interval: interval.map(exact) })
        };
        let [classified, predicted] = match page.out_of_fold() {
            Some(view) if has_classes(view) => [Some(view), None],
            Some(view) => [None, Some(view)],
            None => [None, None],
        };
        // The chosen trial is shown even if it is not among the first.
        let chosen = board.winner().map(|winner| winner.trial.number);
        let is_shown = |&(place, row): &(usize, &Row<'a>)| place < MOST_TRIALS || Some(row.trial.number) == chosen;
        let rows: Vec<&Row<'a>> = board.rows().iter().enumerate().filter(is_shown).map(|(_, row)| row).collect();
        let (shown, names) = (shown(board), TrialNames::new(board));
        let mistakes = classified.map_or(Vec::new(), |view| worst_mistakes(view.classes, view.folds, MISTAKES_SHOWN));
        let record = Record::read(inputs.study_json);
        Document {
            name: study.name.as_str(),
            interrupted: interrupted(board),
            about: about::facts(page, &record),
            task: study.data.task(),
            metric: study.metric,
            metrics: Metric::all_for(study.metric.task()).iter().map(metric).collect(),
            notice: reproducibility_notice(study),
            summary: page.summary,
            models: ModelsView::new(board),
            prunes: board.prunes(),
            tally: board.counts(),
            folds: board.folds().iter().map(|&fold| board.fold_name(fold)).collect(),
            chosen: chosen.map(|number| number.0),
            reference: board.findings().and_then(|findings| findings.reference.as_ref().ok()).map(ReferenceView::new),
            baselines: baselines(board),
            hyperparameters: hyperparameters(board, &shown),
            trials: rows.iter().map(|row| TrialView::new(page, row, &shown, &names)).collect(),
            failures: failures::groups(board),
            left_out: board.rows().len() - rows.len(),
            curves: LearningCurves::new(page, &rows),
            importance: inputs.importance.map(ImportanceView::new),
            variables: inputs.variables.map(VariablesView::new),
            classes: classified.map(Classes::new),
            numbers: predicted.map(Numbers::new),
            pictures: inputs.pictures.map(|pictures| Pixels::select(pictures, &mistakes)),
            file_rows: inputs.file_rows,
            mistakes,
            mistaken_numbers: predicted.map_or(Vec::new(), |view| worst_numbers(view.folds, MISTAKES_SHOWN)),
            test: (!inputs.test.is_empty()).then(|| inputs.test.iter().filter_map(score).collect()),
            provenance: inputs.study_json.map_or(Vec::new(), |_| provenance::facts(page, &record)),
            record: inputs.study_json.map(visible_json),
            spec: inputs.spec,
        }
    }
}

impl ReferenceView {
    pub(in crate::formats) fn new(reference: &ReferenceComparison) -> ReferenceView {
        let label = match reference.answer {
            ConstantAnswer::Class(_) | ConstantAnswer::LargestClass => "the majority class",
            ConstantAnswer::ClassShares => "the classes’ shares",
            ConstantAnswer::Mean => "the mean of training rows",
        };
        ReferenceView { label, answer: answer_in_words(&reference.answer), score: Exact(reference.score) }
    }
}

pub(in crate::formats) fn has_classes(view: OutOfFold<'_>) -> bool {
    view.folds.iter().all(|(validation, _)| match validation.truth {
        Truth::Labels(_) => true,
        Truth::Numbers(_) => false,
    })
}
