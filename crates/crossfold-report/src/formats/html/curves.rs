//! Learning curves: metrics by epoch, over the folds.

use std::collections::{BTreeMap, BTreeSet};

use crossfold_study::{EpochReport, Evaluation, FitEnd, FitResult, Metric, PlannedConfiguration};
use serde::Serialize;

use super::Page;
use super::rounded::{Five, Nine};
use crate::analysis::leaderboard::Row;
use crate::analysis::statistics::mean;

/// The most points of all curves together; long curves leave some epochs out.
const MOST_POINTS: usize = 40_000;

/// The curves of all configurations.
#[derive(Serialize)]
pub(in crate::formats) struct LearningCurves {
    pub(in crate::formats) metrics: Vec<Metric>,
    /// By [`ConfigurationNumber`](crossfold_study::ConfigurationNumber); `null` for those without a trial on the page.
    pub(in crate::formats) configurations: Vec<Option<Curves>>,
    /// Wall time of all fits that have ended.
    seconds: Nine,
    fits: usize,
}

/// The curves of a configuration: for each metric a band, `null` where it is not known.
#[derive(Serialize)]
pub(in crate::formats) struct Curves {
    /// The epochs of the bands, where some are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::formats) epochs: Option<Vec<u32>>,
    pub(in crate::formats) training: Vec<Option<Band>>,
    pub(in crate::formats) validation: Vec<Option<Band>>,
}

/// A metric over the folds, at each epoch that is not left out.
#[derive(Debug, Serialize)]
pub(in crate::formats) struct Band {
    pub(in crate::formats) mean: Vec<Five>,
    /// Left out for a single fold, where it equals the mean.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::formats) low: Vec<Five>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::formats) high: Vec<Five>,
}

impl LearningCurves {
    /// The curves of the trials in `rows`.
    pub(in crate::formats) fn new(page: &Page<'_>, rows: &[&Row<'_>]) -> LearningCurves {
        let plan = page.board().plan();
        let metric = page.board().metric();
        // The metrics that are known for training rows, and the one that ranks trials.
        let tallied = Metric::tallied_for(metric.task());
        let ranked_by = [metric].into_iter().filter(|metric| !tallied.contains(metric));
        let metrics: Vec<Metric> = tallied.iter().copied().chain(ranked_by).collect();
        let mut fits: BTreeMap<_, Vec<&FitResult>> = BTreeMap::new();
        let (mut seconds, mut ended) = (0.0, 0);
        for (configuration, _, fit) in page.inputs.results.fits() {
            fits.entry(configuration).or_default().push(fit);
            if fit.end.is_some() {
                seconds += fit.elapsed.as_secs_f64();
                ended += 1;
            }
        }
        let shown: BTreeSet<_> = rows.iter().map(|row| row.trial.configuration).collect();
        let points: usize = shown.iter().map(|&number| plan.configuration(number).horizon() as usize).sum();
        let step = points.div_ceil(MOST_POINTS).max(1) as u32;
        let curves = |planned: &PlannedConfiguration| {
            let fits = fits.get(&planned.number).map_or(&[][..], Vec::as_slice);
            shown.contains(&planned.number).then(|| Curves::new(fits, planned, step, &metrics))
        };
        let configurations = plan.configurations.iter().map(curves).collect();
        LearningCurves { metrics, configurations, seconds: Nine(seconds), fits: ended }
    }
}

impl Curves {
    /// The curves of a configuration's fits, one per fold, at every `step`th epoch and those that trials read. A fit that
    /// stopped early keeps its last value.
    fn new(fits: &[&FitResult], planned: &PlannedConfiguration, step: u32, metrics: &[Metric]) -> Curves {
        let last = |fit: &&FitResult| if fit.end == Some(FitEnd::Stopped) { planned.horizon() } else { fit.epochs() };
        let last = fits.iter().map(last).max().unwrap_or(0);
        let is_shown =
            |&epoch: &u32| epoch == 1 || epoch % step == 0 || epoch == last || planned.read_at.contains(&epoch);
        let epochs: Vec<u32> = (1..=last).filter(is_shown).collect();
        let at = |&epoch: &u32| fits.iter().filter_map(|fit| fit.read_at(epoch)).collect();
        let reports: Vec<Vec<EpochReport>> = epochs.iter().map(at).collect();
        let bands = |evaluation: &dyn Fn(&EpochReport) -> Option<Evaluation>| {
            let band = |&metric: &Metric| Band::new(&reports, &|report| evaluation(report)?.get(metric));
            metrics.iter().map(band).collect()
        };
        Curves {
            epochs: (step > 1).then_some(epochs),
            training: bands(&|report| Some(Evaluation::from(report.training))),
            validation: bands(&|report| report.validation),
        }
    }
}

impl Band {
    /// `None` where the metric is not known at any epoch.
    fn new(epochs: &[Vec<EpochReport>], value: &dyn Fn(&EpochReport) -> Option<f64>) -> Option<Band> {
        let known: Vec<Vec<f64>> = epochs.iter().map(|reports| reports.iter().filter_map(value).collect()).collect();
        if known.iter().all(Vec::is_empty) {
            return None;
        }
        let series = |statistic: &dyn Fn(&[f64]) -> f64| known.iter().map(|values| Five(statistic(values))).collect();
        let has_spread = known.iter().any(|values| values.len() > 1);
        let bound = |bound: &dyn Fn(&[f64]) -> f64| if has_spread { series(bound) } else { Vec::new() };
        Some(Band {
            mean: series(&mean),
            low: bound(&|values| values.iter().copied().fold(f64::NAN, f64::min)),
            high: bound(&|values| values.iter().copied().fold(f64::NAN, f64::max)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::leaderboard::Leaderboard;
    use crate::example;
    use crate::formats::html::Page;

    /// By hand: the first network has accuracies of 0.5 and 0.25, then 0.75 on both folds; in training half of that.
    #[test]
    fn bands_summarise_the_folds() {
        let (study, plan) = (example::study(Metric::Accuracy), example::plan());
        let results = example::results();
        let board = Leaderboard::new(&study, &plan, &results, example::SHAPE);
        let rows: Vec<_> = board.rows().iter().collect();
        let shared = LearningCurves::new(&Page { inputs: &example::inputs(&board, &results), summary: &[] }, &rows);
        assert_eq!(shared.metrics, [Metric::LogLoss, Metric::Accuracy]);
        let json = serde_json::to_value(&shared).unwrap();
        let first = &json["configurations"][0];
        let expected = serde_json::json!({ "mean": [0.375, 0.75], "low": [0.25, 0.75], "high": [0.5, 0.75] });
        assert_eq!(first["validation"][1], expected);
        let expected = serde_json::json!({ "mean": [0.1875, 0.375], "low": [0.125, 0.375], "high": [0.25, 0.375] });
        assert_eq!(first["training"][1], expected);
        // Cut short after an epoch on a single fold.
        let expected = serde_json::json!({ "mean": [0.125] });
        assert_eq!(json["configurations"][2]["validation"][1], expected);
        assert_eq!((json["fits"].as_u64(), json["seconds"].as_f64()), (Some(5), Some(7.502)));
    }

    #[test]
    fn long_curves_keep_their_ends_and_the_epochs_read() {
        let planned = PlannedConfiguration { read_at: vec![5, 9], ..example::plan().configurations[0].clone() };
        let mut results = crossfold_study::Results::default();
        (1..=9).for_each(|epoch| results.apply(&example::epoch_done(0, 0, epoch, 0.5)));
        let (_, _, fit) = results.fits().next().unwrap();
        let curves = Curves::new(&[fit], &planned, 4, &[Metric::Accuracy]);
        assert_eq!(curves.epochs.unwrap(), [1, 4, 5, 8, 9]);
        assert_eq!(curves.training[0].as_ref().unwrap().mean.len(), 5);
        assert!(Curves::new(&[fit], &planned, 1, &[Metric::Accuracy]).epochs.is_none());
    }

    #[test]
    fn only_trials_that_are_shown_have_curves() {
        let (study, plan) = (example::study(Metric::Accuracy), example::plan());
        let results = example::results();
        let board = Leaderboard::new(&study, &plan, &results, example::SHAPE);
        let shared = LearningCurves::new(
            &Page { inputs: &example::inputs(&board, &results), summary: &[] },
            &[&board.rows()[0]],
        );
        let has_one: Vec<bool> = shared.configurations.iter().map(Option::is_some).collect();
        assert_eq!(has_one, [true, false, false]);
    }

    #[test]
    fn a_stopped_fit_keeps_its_last_value() {
        let (study, plan) = (example::study(Metric::Accuracy), example::plan());
        let results = example::watched_results();
        let board = Leaderboard::new(&study, &plan, &results, example::SHAPE);
        let rows: Vec<_> = board.rows().iter().collect();
        let json = serde_json::to_value(LearningCurves::new(
            &Page { inputs: &example::inputs(&board, &results), summary: &[] },
            &rows,
        ))
        .unwrap();
        assert_eq!(json["configurations"][2]["validation"][1], serde_json::json!({ "mean": [0.125, 0.125] }));
    }
}
