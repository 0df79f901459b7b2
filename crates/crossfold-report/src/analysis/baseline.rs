//! A winner and what it came to, kept so that later runs can be held against it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crossfold_study::{FoldId, Metric, Predictions, StudyRecord, ValidationRows};
use serde::{Deserialize, Serialize};

use crate::analysis::leaderboard::{Leaderboard, Row};
use crate::analysis::out_of_fold::{self, PerRow};
use crate::analysis::trace::FoldTrace;

/// The version of the file's form.
///
/// 1: the first. 2: `errors` in place of `correct` where numbers are learnt. 3: `ratio`, `parts`, `influences` and `trace`.
pub const BASELINE_VERSION: u32 = 3;

/// What a trial came to: the file that `crossfold baseline` writes and `crossfold gate` reads, and one side of
/// `crossfold compare`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    pub(crate) version: u32,
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
    /// Validation rows to training rows, the mean over the folds. `None` in files of before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
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
    pub errors: Vec<PerRow<f32>>,
    /// For each repeat, the fold that each row validates, counted from 1. Empty in files of before it was kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PerRow<u32>>,
    /// For each repeat, how much each row weighs in the metric of its fold
    /// ([`influence`](crossfold_study::influence)). Empty where `correct` or `errors` say it, and in files of before it
    /// was kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub influences: Vec<PerRow<f32>>,
    /// What each epoch was, bit for bit. Empty unless asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trace: Vec<FoldTrace>,
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
    #[error("it doesn't say what each epoch was")]
    NoTrace,
    #[error("its parts don't go together")]
    Unsound,
}

impl BaselineError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            BaselineError::NoTrace => Some("make it with `crossfold baseline NAME --exact -o FILE`".to_owned()),
            BaselineError::Unsound => Some("make it again with `crossfold baseline NAME -o FILE`".to_owned()),
            BaselineError::Unreadable(_) | BaselineError::Version { .. } | BaselineError::Metric { .. } => None,
        }
    }
}

impl Baseline {
    /// What the trial of a `row` came to; `None` where it has no score. `folds` are its predictions.
    pub fn new(
        board: &Leaderboard<'_>,
        row: &Row<'_>,
        spec: String,
        record: &StudyRecord,
        folds: &[(&ValidationRows, &Predictions)],
        crossfold: &str,
    ) -> Option<Baseline> {
        let (rows, classes) = (record.rows as usize, record.classes.len());
        let scored = board.folds().iter().zip(&row.scores).map(|(&FoldId { repeat, fold }, &score)| {
            Some(FoldRecord { repeat: repeat + 1, fold: fold + 1, score: score? })
        });
        Some(Baseline {
            version: BASELINE_VERSION,
            name: record.name.to_string(),
            crossfold: crossfold.to_owned(),
            metric: board.metric(),
            mean: row.mean?.get(),
            standard_error: row.standard_error,
            metrics: row.means.clone(),
            folds: scored.flatten().collect(),
            ratio: row.ratio,
            rows: record.rows,
            origin: record.origin.lines().map(str::to_owned).collect(),
            spec,
            correct: out_of_fold::correct(rows, classes, folds),
            errors: out_of_fold::errors(rows, folds),
            parts: out_of_fold::parts(rows, folds),
            influences: out_of_fold::influences(board.metric(), rows, classes, folds),
            trace: Vec::new(),
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
            Some(_) | None => {
                let baseline: Baseline = serde_json::from_value(value)?;
                if baseline.is_sound() { Ok(baseline) } else { Err(BaselineError::Unsound) }
            }
        }
    }

    /// Whether it can have been written by [`Baseline::write`]: folds are counted from 1, the mean is theirs, and
    /// lines have a place for each row.
    fn is_sound(&self) -> bool {
        let correct = self.correct.iter().map(String::len);
        let numbers = self.errors.iter().chain(&self.influences).map(|PerRow(line)| line.len());
        let mut lengths = correct.chain(numbers).chain(self.parts.iter().map(|PerRow(line)| line.len()));
        let first = lengths.next();
        let is_counted = |fold: &FoldRecord| fold.repeat > 0 && fold.fold > 0 && fold.score.is_finite();
        first != Some(0)
            && lengths.all(|length| Some(length) == first)
            && !self.folds.is_empty()
            && self.folds.iter().all(is_counted)
            && (self.mean - self.folds.iter().map(|fold| fold.score).sum::<f64>() / self.folds.len() as f64).abs()
                <= 1e-9 * self.mean.abs().max(1.0)
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
            ratio: Some(0.25),
            errors: Vec::new(),
            parts: vec![one_part_after_another(scores.len(), correct.chars().map(|mark| mark != '-').collect())],
            influences: Vec::new(),
            trace: Vec::new(),
        }
    }

    /// Rows that validate take turns to validate the folds.
    fn one_part_after_another(parts: usize, validates: Vec<bool>) -> PerRow<u32> {
        let mut next = (1..=parts as u32).cycle();
        PerRow(validates.into_iter().map(|validates| validates.then(|| next.next()).flatten()).collect())
    }

    pub(crate) fn example_of_numbers(scores: &[f64], errors: &str) -> Baseline {
        let errors: Vec<PerRow<f32>> = vec![PerRow::try_from(errors.to_owned()).unwrap()];
        let parts = one_part_after_another(scores.len(), errors[0].0.iter().map(Option::is_some).collect());
        let metrics = [(Metric::R2, 0.25)].into();
        Baseline {
            metric: Metric::Rmse,
            metrics,
            correct: Vec::new(),
            errors,
            parts: vec![parts],
            ..example(scores, "1")
        }
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
        let newer = String::from_utf8(file.clone()).unwrap().replace("\"version\": 3", "\"version\": 4");
        let refused = Baseline::read(newer.as_bytes()).unwrap_err().to_string();
        assert_eq!(refused, "it is of version 4, and this crossfold knows up to 3");
        let edited = |from: &str, to: &str| {
            Baseline::read(String::from_utf8(file.clone()).unwrap().replace(from, to).as_bytes())
        };
        assert!(edited("nothing", "").is_ok());
        for (from, to) in [("\"repeat\": 1", "\"repeat\": 0"), ("\"10-1\"", "\"\""), ("\"10-1\"", "\"10-1\", \"1\"")] {
            assert!(matches!(edited(from, to), Err(BaselineError::Unsound)), "{from} {to}");
        }
        assert!(Baseline::read(b"{}").is_err() && Baseline::read(b"").is_err());
    }

    /// What releases wrote that knew no numbers, and no folds of rows.
    #[test]
    fn files_of_older_versions_are_read() {
        let first = Baseline::read(include_bytes!("../../../../tests/fixtures/baselines/version_1.json")).unwrap();
        assert_eq!((first.version, first.metric, first.rows), (1, Metric::Accuracy, 5000));
        assert_eq!((first.correct[0].len(), first.errors.len(), first.metrics.len()), (5000, 0, 0));
        let second = Baseline::read(include_bytes!("../../../../tests/fixtures/baselines/version_2.json")).unwrap();
        assert_eq!((second.version, second.metric, second.rows), (2, Metric::Mae, 263));
        assert_eq!((second.ratio, second.parts.len(), second.influences.len()), (None, 0, 0));
        assert_eq!(second.errors[0].0.iter().flatten().count(), 263);
    }
}
