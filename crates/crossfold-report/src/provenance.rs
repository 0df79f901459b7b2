//! `study.json`: where results come from. A record: it differs from run to run.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crossfold_study::{Device, Evaluation, Metric};
use serde::Serialize;

use crate::leaderboard::{Row, Tally};

/// The version of `study.json`'s form.
///
/// 1: the first. 2: `overrides`, `origin`, `fits_trained` and `fits_stored`; `data.classes` are the
/// names and not their number. Where numbers are learnt, there are none, and `test` holds `rmse`, `mae`
/// and `r2`. 3: `winner.metrics`; `test` holds all of the task's metrics, null where one is undefined. 4: `reproducible`, and
/// `trials.pruned`.
pub const STUDY_JSON_VERSION: u32 = 4;

/// What a run was, so that it can be run again and its results be trusted or doubted.
#[derive(Clone, Debug, Serialize)]
pub struct Provenance {
    /// The study's.
    pub name: String,
    /// As typed, program first.
    pub command: Vec<String>,
    /// The text of the spec, before anything that the command line put in its place.
    pub spec: String,
    /// What the command line put over it, `path=value`.
    pub overrides: Vec<String>,
    /// What all randomness came from.
    pub seed: u64,
    /// Whether another run comes to the same results; not where
    /// [the study says otherwise](crossfold_study::Study::irreproducible).
    pub reproducible: bool,
    /// What trials are ranked by.
    pub metric: Metric,
    /// What did the arithmetic.
    pub device: Device,
    /// How many fits ran at a time. It leaves no trace in the results.
    pub jobs: usize,
    /// Of what can change results.
    pub versions: Versions,
    /// Of the sources the binary was built from; `None` where they were in no repository.
    pub git_revision: Option<String>,
    /// What all fits have in common, a line each: where it differs, fits are trained again.
    pub origin: Vec<String>,
    /// Which rows were read.
    pub data: DataRecord,
    /// RFC 3339, in UTC.
    pub started: String,
    /// RFC 3339, in UTC.
    pub finished: String,
    /// How many trials ended in which state.
    pub trials: Tally,
    /// Networks that the search asks for.
    pub fits: usize,
    /// Of these, trained by this run.
    pub fits_trained: usize,
    /// Of these, found in the store.
    pub fits_stored: usize,
    /// The trial ranked first; `None` where none was scored.
    pub winner: Option<Winner>,
    /// Epochs that the winner was trained for on all the study's rows; `None` without a refit.
    pub refit_epochs: Option<u32>,
    /// Why there is no refitted network, or none worth a score.
    pub refit_error: Option<String>,
    /// How the refitted network did on the test rows, once; `None` where they weren't looked at.
    pub test: Option<Evaluation>,
}

/// The releases that a run came from.
#[derive(Clone, Debug, Serialize)]
pub struct Versions {
    /// This program's.
    pub crossfold: String,
    /// That of the library which multiplies matrices.
    pub burn: String,
    /// The compiler's.
    pub rustc: String,
}

/// The rows that a run came from.
#[derive(Clone, Debug, Serialize)]
pub struct DataRecord {
    /// Of the rows that the study searches on and refits with, in hexadecimal.
    pub sha256: String,
    /// Rows that the study searches on and refits with.
    pub rows: usize,
    /// Of the test rows, in hexadecimal; `None` where there are none.
    pub test_sha256: Option<String>,
    /// 0 where there are none.
    pub test_rows: usize,
    /// Of a row.
    pub features: usize,
    /// To tell apart, by label; none where numbers are learnt.
    pub classes: Vec<String>,
}

/// The trial ranked first, and the score that ranked it: selected over all trials, so optimistic.
#[derive(Clone, Debug, Serialize)]
pub struct Winner {
    /// Its number.
    pub trial: u32,
    /// [`Configuration::canonical`](crossfold_network::Configuration::canonical).
    pub configuration: String,
    /// Epochs that it was trained for on each fold.
    pub epochs: u32,
    /// Weights and biases.
    pub parameters: u64,
    /// Mean of the metric over folds.
    pub mean: f64,
    /// Of the mean; `None` for a single fold.
    pub standard_error: Option<f64>,
    /// Means of all of the task's metrics; of one that is undefined on each fold there is none.
    pub metrics: BTreeMap<Metric, f64>,
}

impl Winner {
    /// `None` where `row` has no score.
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
/// Where `out` takes no more.
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
    use crate::{Leaderboard, example};

    /// The form that other tools read: a change of it takes a new [`STUDY_JSON_VERSION`].
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
            trials: board.tally(),
            fits: plan.fits(),
            fits_trained: 4,
            fits_stored: 2,
            winner: board.winner().and_then(Winner::new),
            refit_epochs: Some(2),
            refit_error: None,
            test: Some(example::EVALUATION),
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
