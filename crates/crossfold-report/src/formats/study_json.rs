//! `study.json`: the provenance of results. A record, which differs from run to run.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crossfold_study::{Device, Evaluation, Metric};
use serde::Serialize;

use super::result_file::{Listing, Nature, ResultFile, Stage};
use crate::analysis::calibration::Calibration;
use crate::analysis::ensemble::Ensemble;
use crate::analysis::leaderboard::{Row, TrialCounts};

pub(super) const FILE: ResultFile = ResultFile {
    path: "study.json",
    nature: Nature::Record,
    stage: Stage::Record,
    listing: Listing::Line("provenance: data, versions, machine, command and times"),
    condition: Some(|inputs| inputs.study_json.is_some()),
    write: |out, inputs| out.write_all(inputs.study_json.unwrap_or_default().as_bytes()),
    section: None,
};

/// The version of the format of `study.json`.
///
/// 1: the first. 2: `overrides`, `origin`, `fits_trained` and `fits_stored`; `data.classes` are the
/// names and not their number. For regression there are none, and `test` holds `rmse`, `mae`
/// and `r2`. 3: `winner.metrics`; `test` holds all of the task's metrics, null where one is undefined. 4: `reproducible`, and
/// `trials.pruned`.
const STUDY_JSON_VERSION: u32 = 4;

/// All that is needed to repeat a run and to judge its results.
#[derive(Clone, Debug, Serialize)]
pub struct Provenance {
    /// The study's name.
    pub name: String,
    /// The command line, program first.
    pub command: Vec<String>,
    /// The text of the spec, before the overrides of the command line.
    pub spec: String,
    /// The overrides of the command line, `path=value`.
    pub overrides: Vec<String>,
    /// The seed of all randomness.
    pub seed: u64,
    /// Whether another run reproduces the results (see [`Study::irreproducible`](crossfold_study::Study::irreproducible)).
    pub reproducible: bool,
    /// The metric that ranks trials.
    pub metric: Metric,
    /// The backend of the arithmetic.
    pub device: Device,
    /// Number of fits trained at a time. Results do not depend on it.
    pub jobs: usize,
    /// The versions of what can change results.
    pub versions: Versions,
    /// The git revision of the sources that the binary was built from; `None` outside of a repository.
    pub git_revision: Option<String>,
    /// What all fits have in common, one line each; stored fits are used only where it is equal.
    pub origin: Vec<String>,
    /// The rows that were read.
    pub data: DataRecord,
    /// Time of the start, RFC 3339, in UTC.
    pub started: String,
    /// Time of the end, RFC 3339, in UTC.
    pub finished: String,
    /// Numbers of trials by state.
    pub trials: TrialCounts,
    /// Number of fits that the search requests.
    pub fits: usize,
    /// Number of those trained by this run.
    pub fits_trained: usize,
    /// Number of those found in the store.
    pub fits_stored: usize,
    /// The trial to refit; `None` where no trial has a score.
    pub winner: Option<Winner>,
    /// Number of epochs of the winner's refit, of folds the most; `None` without a refit.
    pub refit_epochs: Option<u32>,
    /// Number of retrained networks whose predictions are averaged; left out for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refits: Option<u32>,
    /// Number of folds that these networks were trained on, one each; left out where they were trained on all rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refit_folds: Option<usize>,
    /// What was picked and retrained in place of the winner; left out where no ensemble is asked for or known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ensemble: Option<Ensemble>,
    /// The calibration of the retrained networks' probabilities; left out where it isn't asked for or known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
    /// Why there is no refitted network, or no finite score of it.
    pub refit_error: Option<String>,
    /// The scores of the refitted network on the test rows; `None` where they were not looked at.
    pub test: Option<Evaluation>,
}

/// The versions of a run's program, libraries and compiler.
#[derive(Clone, Debug, Serialize)]
pub struct Versions {
    /// The version of crossfold.
    pub crossfold: String,
    /// The version of burn.
    pub burn: String,
    /// The version of the compiler.
    pub rustc: String,
}

/// The rows of a run.
#[derive(Clone, Debug, Serialize)]
pub struct DataRecord {
    /// SHA-256 of the rows of search and refit, in hexadecimal.
    pub sha256: String,
    /// Number of rows of search and refit.
    pub rows: usize,
    /// SHA-256 of the test rows, in hexadecimal; `None` without test rows.
    pub test_sha256: Option<String>,
    /// Number of test rows.
    pub test_rows: usize,
    /// Number of features of a row.
    pub features: usize,
    /// The class names, by label; empty for regression.
    pub classes: Vec<String>,
}

/// The trial to refit and its score, which is optimistic because it was selected over all trials.
#[derive(Clone, Debug, Serialize)]
pub struct Winner {
    /// The trial's number.
    pub trial: u32,
    /// [`Configuration::canonical`](crossfold_network::Configuration::canonical).
    pub configuration: String,
    /// Number of epochs on each fold.
    pub epochs: u32,
    /// Number of weights and biases.
    pub parameters: u64,
    /// Mean of the metric over folds.
    pub mean: f64,
    /// Standard error of the mean; `None` for a single fold.
    pub standard_error: Option<f64>,
    /// Means of all of the task's metrics, without those that are undefined on each fold.
    pub metrics: BTreeMap<Metric, f64>,
}

impl Winner {
    /// The winner in `row`; `None` where it has no score.
    pub fn new(row: &Row<'_>) -> Option<Winner> {
        Some(Winner {
            trial: row.trial.number.0,
            configuration: row.configuration.canonical(),
            epochs: row.trial.epochs,
            parameters: row.parameters,
            mean: row.mean?.get(),
            standard_error: row.standard_error,
            metrics: row.means.clone(),
        })
    }
}

/// Writes `study.json`.
///
/// # Errors
/// If `out` can't be written to.
pub fn write_study(mut out: impl Write, provenance: &Provenance) -> io::Result<()> {
    #[derive(Serialize)]
    struct Versioned<'a> {
        version: u32,
        #[serde(flatten)]
        provenance: &'a Provenance,
    }
    serde_json::to_writer_pretty(&mut out, &Versioned { version: STUDY_JSON_VERSION, provenance })?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::leaderboard::Leaderboard;
    use crate::example;

    /// The format that other programs read: a change requires a new [`STUDY_JSON_VERSION`].
    #[test]
    fn study_json() {
        let (study, plan) = (example::study(Metric::Accuracy), example::plan());
        let board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
        let provenance = Provenance {
            name: study.name.to_string(),
            command: ["crossfold", "run", "example.yaml"].map(str::to_owned).to_vec(),
            spec: "version: 1\n".to_owned(),
            overrides: vec!["seed=42".to_owned()],
            seed: study.seed.0,
            reproducible: study.irreproducible().is_none(),
            metric: study.metric,
            device: study.device,
            jobs: 2,
            versions: Versions { crossfold: "0.1.0".to_owned(), burn: "0.22.1".to_owned(), rustc: "1.95.0".to_owned() },
            git_revision: None,
            origin: vec!["data e3b0".to_owned(), "seed 42".to_owned()],
            data: DataRecord {
                sha256: "e3b0".to_owned(),
                rows: 100,
                test_sha256: Some("c442".to_owned()),
                test_rows: 20,
                features: 3,
                classes: vec!["no".to_owned(), "yes".to_owned()],
            },
            started: "2026-01-31T09:00:00Z".to_owned(),
            finished: "2026-01-31T09:01:00Z".to_owned(),
            trials: board.counts(),
            fits: plan.fits(),
            fits_trained: 4,
            fits_stored: 2,
            winner: board.winner().and_then(Winner::new),
            refit_epochs: Some(2),
            refits: None,
            refit_folds: None,
            ensemble: None,
            calibration: None,
            refit_error: None,
            test: Some(example::evaluation()),
        };
        let mut out = Vec::new();
        write_study(&mut out, &provenance).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            r#"{
  "version": 4,
  "name": "example",
  "command": [
    "crossfold",
    "run",
    "example.yaml"
  ],
  "spec": "version: 1\n",
  "overrides": [
    "seed=42"
  ],
  "seed": 42,
  "reproducible": true,
  "metric": "accuracy",
  "device": "flex",
  "jobs": 2,
  "versions": {
    "crossfold": "0.1.0",
    "burn": "0.22.1",
    "rustc": "1.95.0"
  },
  "git_revision": null,
  "origin": [
    "data e3b0",
    "seed 42"
  ],
  "data": {
    "sha256": "e3b0",
    "rows": 100,
    "test_sha256": "c442",
    "test_rows": 20,
    "features": 3,
    "classes": [
      "no",
      "yes"
    ]
  },
  "started": "2026-01-31T09:00:00Z",
  "finished": "2026-01-31T09:01:00Z",
  "trials": {
    "complete": 3,
    "pruned": 0,
    "failed": 1,
    "cancelled": 2
  },
  "fits": 6,
  "fits_trained": 4,
  "fits_stored": 2,
  "winner": {
    "trial": 1,
    "configuration": "mlp adam lr=0.001 batch=64",
    "epochs": 2,
    "parameters": 8,
    "mean": 0.75,
    "standard_error": 0.0,
    "metrics": {
      "log_loss": 1.25,
      "accuracy": 0.75,
      "balanced_accuracy": 0.5,
      "f1": 0.5,
      "roc_auc": 0.875,
      "average_precision": 0.5,
      "brier": 0.25,
      "calibration_error": 0.125
    }
  },
  "refit_epochs": 2,
  "refit_error": null,
  "test": {
    "log_loss": 0.5,
    "accuracy": 0.75,
    "balanced_accuracy": 0.5,
    "f1": 0.5,
    "roc_auc": null,
    "average_precision": 0.5,
    "brier": 0.25,
    "calibration_error": 0.125
  }
}
"#
        );
    }
}
