//! What reports show beside fits and their scores.

use std::collections::BTreeMap;

use crossfold_network::Task;
use crossfold_study::{Metric, Predictions, Truth, influence};
use serde::{Deserialize, Serialize};

use crate::{NestedFold, statistics};

/// The version of the text's form.
const VERSION: u32 = 1;

/// What was seen while the data were at hand, kept with the study so that reports can be made again without them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exhibits {
    version: u32,
    /// Standard errors of the test score in each metric that is defined.
    pub test_errors: BTreeMap<Metric, f64>,
    /// Rows on which the winner is most mistaken; of images alone.
    pub pictures: Option<Pictures>,
    /// Of each fold, where nested cross-validation was asked for and came to its end; else empty.
    pub nested: Vec<NestedFold>,
}

/// Images in shades of grey.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pictures {
    pub height: u32,
    pub width: u32,
    pub images: Vec<Picture>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// As in `predictions.csv`.
    pub row: u32,
    /// Height × width, 0 to 255.
    pub pixels: Vec<u8>,
}

impl Exhibits {
    pub fn new(test_errors: BTreeMap<Metric, f64>, pictures: Option<Pictures>, nested: Vec<NestedFold>) -> Exhibits {
        Exhibits { version: VERSION, test_errors, pictures, nested }
    }

    /// Reads what [`Exhibits::text`] writes; `None` of anything else, and of another version.
    pub fn read(text: &str) -> Option<Exhibits> {
        serde_json::from_str(text).ok().filter(|exhibits: &Exhibits| exhibits.version == VERSION)
    }

    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("exhibits are plain values")
    }
}

/// The standard error of each metric that is defined on some rows: how far another sample of as many rows would
/// put it, by the rows' [`influence`].
pub fn errors_of_rows(truth: &Truth, predictions: &Predictions, classes: usize) -> BTreeMap<Metric, f64> {
    let (task, rows) = match truth {
        Truth::Labels(labels) => (Task::Classification, labels.len()),
        Truth::Numbers(numbers) => (Task::Regression, numbers.len()),
    };
    let error = |&metric: &Metric| {
        let shares: Vec<f32> =
            influence(metric, truth, predictions, classes)?.iter().map(|share| (share / rows as f64) as f32).collect();
        Some((metric, statistics::error_of_rows(&shares)))
    };
    // Without a difference between rows nothing tells how sure a score is; of the accuracy their number does.
    let is_known = |&(metric, error): &(Metric, f64)| error.is_finite() && (error > 0.0 || metric == Metric::Accuracy);
    Metric::all_for(task).iter().filter_map(error).filter(is_known).collect()
}

/// Where the score on other rows of the kind is, with 95 % confidence. Of the accuracy it is Wilson's interval (1927,
/// "Probable inference, the law of succession, and statistical inference", JASA 22), which holds near 0 and 1, too; of the
/// others the normal distribution's about the score.
pub fn interval_of_rows(metric: Metric, score: f64, error: f64, rows: u64) -> [f64; 2] {
    if metric == Metric::Accuracy {
        let z = statistics::quantile(0.975, f64::INFINITY);
        let (rows, z2) = (rows as f64, z * z);
        let centre = (score + z2 / (2.0 * rows)) / (1.0 + z2 / rows);
        let reach = z / (1.0 + z2 / rows) * (score * (1.0 - score) / rows + z2 / (4.0 * rows * rows)).sqrt();
        return [(centre - reach).max(0.0), (centre + reach).min(1.0)];
    }
    statistics::interval(score, error, f64::INFINITY, metric)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values from `statsmodels.stats.proportion.proportion_confint(count, nobs, method="wilson")` 0.15.0.
    #[test]
    fn an_accuracy_has_wilsons_interval() {
        let check = |score: f64, rows: u64, expected: [f64; 2]| {
            let found = interval_of_rows(Metric::Accuracy, score, 0.0, rows);
            let close = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-12;
            assert!(found.iter().zip(&expected).all(close), "{found:?}");
        };
        check(0.9, 100, [0.8256343384950865, 0.9447708629393249]);
        check(1.0, 20, [0.8388748419471804, 1.0]);
        check(0.0, 5, [0.0, 0.43448246478317487]);
    }

    /// By hand: squared errors 1 and 4 have the mean 2.5 and the standard deviation √4.5; of the mean absolute error,
    /// 1 and 2, the standard error is 1/2.
    #[test]
    fn a_score_is_as_sure_as_its_rows() {
        let errors = errors_of_rows(&Truth::Numbers(vec![0.0, 0.0]), &Predictions([1.0, 2.0][..].into()), 0);
        assert_eq!(errors[&Metric::Mae], 0.5);
        let expected = (4.5_f64 / 2.0).sqrt() / (2.0 * 2.5_f64.sqrt());
        assert!((errors[&Metric::Rmse] - expected).abs() < 1e-7);
        assert!(!errors.contains_key(&Metric::R2), "the targets don't differ");
        let [low, high] = interval_of_rows(Metric::Mae, 1.5, 0.5, 2);
        assert!((low - 0.52001800773).abs() < 1e-10 && (high - 2.47998199227).abs() < 1e-10, "{low} {high}");
    }

    #[test]
    fn what_is_kept_reads_back() {
        let picture = Picture { row: 3, pixels: vec![0, 255] };
        let fold = crossfold_study::FoldId { repeat: 1, fold: 2 };
        let nested = NestedFold::new(fold, crossfold_study::TrialNumber(3), 0.5, 0.25, 0.1);
        let pictures = Pictures { height: 1, width: 2, images: vec![picture] };
        let exhibits = Exhibits::new([(Metric::Mae, 0.1 + 0.2)].into(), Some(pictures), vec![nested]);
        assert_eq!(Exhibits::read(&exhibits.text()), Some(exhibits));
        assert_eq!(Exhibits::read("{}"), None);
        assert_eq!(
            Exhibits::read(
                &Exhibits::new(BTreeMap::new(), None, Vec::new()).text().replace("\"version\":1", "\"version\":2")
            ),
            None
        );
    }
}
