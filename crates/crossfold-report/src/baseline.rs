//! A winner and what it came to, kept so that later runs can be held against it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crossfold_study::{FoldId, Metric, Predictions, StudyRecord, ValidationRows};
use serde::{Deserialize, Serialize};

use crate::out_of_fold::{self, Errors};
use crate::{Leaderboard, Row};

/// The version of the file's form.
///
/// 1: the first. 2: `errors` in place of `correct` where numbers are learnt.
pub const BASELINE_VERSION: u32 = 2;

/// The file that `crossfold baseline` writes and `crossfold gate` reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    version: u32,
    /// The study's.
    pub name: String,
    /// The release that made it.
    pub crossfold: String,
    /// What the winner is judged by.
    pub metric: Metric,
    /// Over the folds.
    pub mean: f64,
    /// Of the mean; `None` for a single fold.
    pub standard_error: Option<f64>,
    /// The means of all of the task's metrics. Empty in files of before they were kept.
    #[serde(default)]
    pub metrics: BTreeMap<Metric, f64>,
    /// By repeat, then fold; but for folds on which the metric is undefined.
    pub folds: Vec<FoldRecord>,
    /// Rows of the study.
    pub rows: u64,
    /// What its fits have in common, a line each.
    pub origin: Vec<String>,
    /// The winner alone, as a spec; its paths start from the folder that the file is in.
    pub spec: String,
    /// For each repeat, whether each row was classified right out of fold: `1` or `0`, or `-` where it
    /// validated no fold. Empty where numbers are learnt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub correct: Vec<String>,
    /// For each repeat, each row's error out of fold. Empty where classes are learnt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Errors>,
}

/// A fold's score; repeats and folds are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoldRecord {
    pub repeat: u32,
    pub fold: u32,
    pub score: f64,
}

/// Why a file is no baseline, or none to compare with.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    #[error("{0}")]
    Unreadable(#[from] serde_json::Error),
    #[error("it is of version {found}, and this crossfold knows up to {BASELINE_VERSION}")]
    Version { found: u64 },
    #[error("it is judged by {}, and the new score is {}", .baseline.name(), .fresh.name())]
    Metric { baseline: Metric, fresh: Metric },
}

impl Baseline {
    /// What `winner` came to; `None` where it has no score. `folds` are its predictions.
    pub fn new(
        board: &Leaderboard<'_>,
        winner: &Row<'_>,
        spec: String,
        record: &StudyRecord,
        folds: &[(&ValidationRows, &Predictions)],
        crossfold: &str,
    ) -> Option<Baseline> {
        let scored = board.folds().iter().zip(&winner.scores).map(|(&FoldId { repeat, fold }, &score)| {
            Some(FoldRecord { repeat: repeat + 1, fold: fold + 1, score: score? })
        });
        Some(Baseline {
            version: BASELINE_VERSION,
            name: record.name.to_string(),
            crossfold: crossfold.to_owned(),
            metric: board.metric(),
            mean: winner.mean?.get(),
            standard_error: winner.standard_error,
            metrics: winner.means.clone(),
            folds: scored.flatten().collect(),
            rows: record.rows,
            origin: record.origin.lines().map(str::to_owned).collect(),
            spec,
            correct: out_of_fold::correct(record.rows as usize, record.classes.len(), folds),
            errors: out_of_fold::errors(record.rows as usize, folds),
        })
    }

    /// Reads what [`Baseline::write`] writes.
    ///
    /// # Errors
    /// Where the bytes are something else, or of a newer version.
    pub fn read(bytes: &[u8]) -> Result<Baseline, BaselineError> {
        // The version first: what else stands there may have another form in another one.
        let value: serde_json::Value = serde_json::from_slice(bytes)?;
        match value["version"].as_u64() {
            Some(version) if !(1..=u64::from(BASELINE_VERSION)).contains(&version) => {
                Err(BaselineError::Version { found: version })
            }
            Some(_) | None => Ok(serde_json::from_value(value)?),
        }
    }

    /// # Errors
    /// Where `out` takes no more.
    pub fn write(&self, mut out: impl Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut out, self)?;
        out.write_all(b"\n")
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn example(scores: &[f64], correct: &str) -> Baseline {
        Baseline {
            version: BASELINE_VERSION,
            name: "example".to_owned(),
            crossfold: "0.1.0".to_owned(),
            metric: Metric::Accuracy,
            mean: scores.iter().sum::<f64>() / scores.len() as f64,
            standard_error: None,
            metrics: [(Metric::LogLoss, 0.5), (Metric::F1, 1.0 / 3.0)].into(),
            folds: (1..).zip(scores).map(|(fold, &score)| FoldRecord { repeat: 1, fold, score }).collect(),
            rows: correct.len() as u64,
            origin: ["data e3b0", "seed 1", "libraries gemm 0.19.0"].map(str::to_owned).to_vec(),
            spec: "version: 1\n".to_owned(),
            correct: vec![correct.to_owned()],
            errors: Vec::new(),
        }
    }

    pub(crate) fn example_of_numbers(scores: &[f64], errors: &str) -> Baseline {
        let errors = vec![Errors::try_from(errors.to_owned()).unwrap()];
        let metrics = [(Metric::R2, 0.25)].into();
        Baseline { metric: Metric::Rmse, metrics, correct: Vec::new(), errors, ..example(scores, "1") }
    }

    #[test]
    fn a_file_reads_as_it_was_written() {
        let baseline = example(&[0.1 + 0.2, 1.0 / 3.0], "10-1");
        let mut file = Vec::new();
        baseline.write(&mut file).unwrap();
        assert_eq!(Baseline::read(&file).unwrap(), baseline);
        let mut numbers = Vec::new();
        example_of_numbers(&[0.5], "0.1 - -2").write(&mut numbers).unwrap();
        assert_eq!(Baseline::read(&numbers).unwrap(), example_of_numbers(&[0.5], "0.1 - -2"));
        let broken = String::from_utf8(numbers).unwrap().replace("- -2", "x");
        assert!(Baseline::read(broken.as_bytes()).is_err());
        let newer = String::from_utf8(file).unwrap().replace("\"version\": 2", "\"version\": 3");
        let refused = Baseline::read(newer.as_bytes()).unwrap_err().to_string();
        assert_eq!(refused, "it is of version 3, and this crossfold knows up to 2");
        assert!(Baseline::read(b"{}").is_err() && Baseline::read(b"").is_err());
    }

    /// What a release wrote that knew no numbers.
    #[test]
    fn a_file_of_version_1_is_read() {
        let stored = include_bytes!("../../../experiments/baselines/ci.json");
        let baseline = Baseline::read(stored).unwrap();
        assert_eq!((baseline.version, baseline.metric, baseline.rows), (1, Metric::Accuracy, 5000));
        assert_eq!((baseline.correct[0].len(), baseline.errors.len(), baseline.metrics.len()), (5000, 0, 0));
    }
}
