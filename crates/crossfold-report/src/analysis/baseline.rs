//! Baselines: a winner's spec, scores and out-of-fold outcomes, kept to compare later runs with.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crossfold_study::{
    FoldId, Metric, Predictions, StudyName, StudyRecord, ValidationRows, add_digest, has_digest, shortened,
};
use serde::{Deserialize, Serialize};

use super::leaderboard::{Leaderboard, Row};
use super::out_of_fold::{self, PerRow, read_lines};
use super::row_digests::RowDigests;
use super::statistics::mean;
use super::trace::FoldTrace;

/// The version of the file format.
///
/// 1: the first. 2: `errors` in place of `correct` for regression. 3: `ratio`, `parts`, `influences` and `trace`. 4: a
/// digest of the file. 5: `row_digests`. 6: `test_digests`.
const BASELINE_VERSION: u32 = 6;

/// A trial's scores and out-of-fold outcomes: the file that `crossfold baseline` writes and `crossfold gate` reads, and
/// one side of `crossfold compare`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    pub(crate) version: u32,
    /// The [digest](add_digest) of the file. Empty in files of version 3 and below, and where there is no file.
    #[serde(default)]
    pub(crate) digest: String,
    /// The study's name.
    pub name: String,
    /// The version of crossfold that made it.
    pub crossfold: String,
    /// The metric that the trial is judged by.
    pub metric: Metric,
    /// The mean over the folds.
    pub mean: f64,
    /// Standard error of the mean; `None` for a single fold.
    pub standard_error: Option<f64>,
    /// The means of all of the task's metrics. Empty in files written before they were kept.
    #[serde(default)]
    pub metrics: BTreeMap<Metric, f64>,
    /// By repeat, then fold, without the folds on which the metric is undefined.
    pub folds: Vec<FoldRecord>,
    /// Validation rows to training rows, averaged over the folds. `None` in files written before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// Number of rows of the study.
    pub rows: u64,
    /// What its fits have in common, one line each.
    #[serde(deserialize_with = "read_lines")]
    pub origin: Vec<String>,
    /// The trial alone as a spec; its paths are relative to the folder of the file.
    pub spec: String,
    /// For each repeat, whether each row was classified right out of fold: `1` or `0`, or `-` where it
    /// validated no fold. Empty for regression.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "read_lines")]
    pub correct: Vec<String>,
    /// For each repeat, each row's error out of fold. Empty for classification.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "read_lines")]
    pub errors: Vec<PerRow<f32>>,
    /// For each repeat, the fold that each row validates, counted from 1. Empty in files written before it was kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "read_lines")]
    pub parts: Vec<PerRow<u32>>,
    /// For each repeat, each row's [`influence`](crossfold_study::influence) on the metric of its fold. Empty where it
    /// follows from `correct` or `errors`, and in files written before it was kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "read_lines")]
    pub influences: Vec<PerRow<f32>>,
    /// By which rows are matched where the data have changed. Empty in files written before it was kept, where the data had
    /// changed before the file was made, and for `crossfold compare`.
    #[serde(default, skip_serializing_if = "RowDigests::is_empty")]
    pub row_digests: RowDigests,
    /// The same of the rows that `data.test_share` sets aside, without their places: an edited row may change which these are.
    #[serde(default, skip_serializing_if = "RowDigests::is_empty")]
    pub test_digests: RowDigests,
    /// The group of each row that validates, where the splits keep groups together. Known for `crossfold compare` alone: a gate
    /// asks whether networks score the same on the same rows.
    #[serde(skip)]
    pub(crate) groups: Vec<Option<u32>>,
    /// Fingerprints of each epoch. Empty unless requested.
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

/// Why a file is no baseline, or can't be compared with.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    #[error("{0}")]
    File(#[from] io::Error),
    #[error("it is no file that `crossfold baseline` wrote ({})", shortened(&.0.to_string()))]
    Unreadable(#[from] serde_json::Error),
    /// `name` is the study's, where the spec has no mistakes.
    #[error("it is a spec, not a baseline")]
    Spec { name: Option<String> },
    #[error("it is of version {found}, and this crossfold knows up to {BASELINE_VERSION}")]
    Version { found: u64 },
    #[error("it is judged by {}, and the new score is {}", .baseline.name(), .fresh.name())]
    Metric { baseline: Metric, fresh: Metric },
    #[error("it has no records of each epoch")]
    NoTrace,
    #[error("its name is `{name}`; expected 1 to 64 letters `a-z`, digits and `-`")]
    Name { name: String },
    #[error("its parts don't match")]
    Unsound,
    #[error("it is not as `crossfold baseline` wrote it: it was edited or damaged")]
    Changed,
}

impl BaselineError {
    /// The command that corrects it.
    pub fn hint(&self) -> Option<String> {
        match self {
            BaselineError::NoTrace => Some("make it with `crossfold baseline NAME --exact -o FILE`".to_owned()),
            BaselineError::File(_) | BaselineError::Unreadable(_) => {
                Some("`crossfold baseline NAME -o FILE` writes one, of a study that was run".to_owned())
            }
            BaselineError::Spec { name } => {
                let name = name.as_deref().unwrap_or("NAME");
                Some(format!(
                    "`crossfold run` it, then `crossfold baseline {name} -o FILE` makes a baseline of the study"
                ))
            }
            BaselineError::Unsound | BaselineError::Changed => {
                let hint = "make it again with `crossfold baseline NAME -o FILE`; to compare under other settings, use \
                            `crossfold gate FILE --set KEY=VALUE`";
                Some(hint.to_owned())
            }
            BaselineError::Version { .. } | BaselineError::Name { .. } | BaselineError::Metric { .. } => None,
        }
    }
}

impl Baseline {
    /// The baseline of the trial in `row`; `None` where it has no score. `folds` are its out-of-fold predictions, and
    /// `crossfold` is the version of the program.
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
            digest: String::new(),
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
            row_digests: RowDigests::default(),
            test_digests: RowDigests::default(),
            groups: out_of_fold::groups(rows, folds),
            trace: Vec::new(),
        })
    }

    /// Reads the bytes that [`Baseline::write`] wrote.
    ///
    /// # Errors
    /// If the bytes are anything else, or of a newer version.
    pub fn read(bytes: &[u8]) -> Result<Baseline, BaselineError> {
        #[derive(Deserialize)]
        struct Versioned {
            version: Option<u64>,
        }
        // The version first: the rest may differ between versions.
        let Versioned { version } = serde_json::from_slice(bytes)?;
        if let Some(found) = version.filter(|version| !(1..=u64::from(BASELINE_VERSION)).contains(version)) {
            return Err(BaselineError::Version { found });
        }
        let mut baseline: Baseline = serde_json::from_slice(bytes)?;
        let digest = std::mem::take(&mut baseline.digest);
        let is_older = baseline.version < 4 && digest.is_empty();
        if !is_older && !has_digest(bytes, &digest, &[]) {
            Err(BaselineError::Changed)
        } else if StudyName::new(&baseline.name).is_none() {
            Err(BaselineError::Name { name: baseline.name })
        } else if !baseline.is_sound() {
            Err(BaselineError::Unsound)
        } else {
            Ok(baseline)
        }
    }

    /// Whether it would hold the digests of its test rows, had it any.
    pub(crate) fn knows_test_rows(&self) -> bool {
        self.version >= 6
    }

    /// Whether [`Baseline::write`] can have written it: folds are counted from 1, the mean is that of their scores, and
    /// lines have a value and digests are known for each row.
    fn is_sound(&self) -> bool {
        let correct = self.correct.iter().map(String::len);
        let numbers = self.errors.iter().chain(&self.influences).map(|PerRow(line)| line.len());
        let mut lengths = correct.chain(numbers).chain(self.parts.iter().map(|PerRow(line)| line.len()));
        let first = lengths.next();
        let is_counted = |fold: &FoldRecord| fold.repeat > 0 && fold.fold > 0 && fold.score.is_finite();
        let scores: Vec<f64> = self.folds.iter().map(|fold| fold.score).collect();
        first != Some(0)
            && lengths.all(|length| Some(length) == first)
            && (self.row_digests.is_empty() || self.row_digests.rows().count() as u64 == self.rows)
            && !self.folds.is_empty()
            && self.folds.iter().all(is_counted)
            && (self.mean - mean(&scores)).abs() <= 1e-9 * self.mean.abs().max(1.0)
    }

    /// Writes the baseline as JSON.
    ///
    /// # Errors
    /// If `out` can't be written to.
    pub fn write(&self, mut out: impl Write) -> io::Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        out.write_all(add_digest(&text, &[]).as_bytes())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn example(scores: &[f64], correct: &str) -> Baseline {
        Baseline {
            version: BASELINE_VERSION,
            digest: String::new(),
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
            row_digests: RowDigests::default(),
            test_digests: RowDigests::default(),
            groups: Vec::new(),
            trace: Vec::new(),
        }
    }

    /// The rows that validate are assigned to the folds in turn.
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
    fn a_baseline_round_trips() {
        let baseline = example(&[0.1 + 0.2, 1.0 / 3.0], "10-1");
        let mut file = Vec::new();
        baseline.write(&mut file).unwrap();
        assert_eq!(Baseline::read(&file).unwrap(), baseline);
        let mut numbers = Vec::new();
        example_of_numbers(&[0.5], "0.1 - -2").write(&mut numbers).unwrap();
        assert_eq!(Baseline::read(&numbers).unwrap(), example_of_numbers(&[0.5], "0.1 - -2"));
        let broken = String::from_utf8(numbers).unwrap().replace("- -2", "x");
        assert!(Baseline::read(broken.as_bytes()).is_err());
        let edited = |from: &str, to: &str| {
            let text = String::from_utf8(file.clone()).unwrap();
            assert!(text.contains(from), "{text}");
            Baseline::read(text.replacen(from, to, 1).as_bytes())
        };
        let refused = edited("\"version\": 6", "\"version\": 7").unwrap_err().to_string();
        assert_eq!(refused, "it is of version 7, and this crossfold knows up to 6");
        // Version control and formatters change line ends and indentation.
        assert_eq!(edited("\n", "\r\n  ").unwrap(), baseline);
        for (from, to) in [
            ("\"version\": 6", "\"version\": 4"),
            ("\"digest\"", "\"other\""),
            ("\"example\"", "\"sample\""),
            ("\"score\": 0.3", "\"score\": 0.4"),
            ("seed 1", "seed 2"),
            ("\"metrics\"", "\"extra\": 1, \"metrics\""),
        ] {
            assert!(matches!(edited(from, to), Err(BaselineError::Changed)), "{from} {to}");
        }
        assert!(Baseline::read(b"{}").is_err() && Baseline::read(b"").is_err());
    }

    /// Files of older versions have no digest, so only what doesn't go together is noticed.
    #[test]
    fn an_older_baseline_is_checked_by_its_parts() {
        let mut file = Vec::new();
        example(&[0.1, 0.2], "10-1").write(&mut file).unwrap();
        let text = String::from_utf8(file).unwrap().replace("\"version\": 6", "\"version\": 3");
        let older: String = text.lines().filter(|line| !line.contains("\"digest\"")).collect();
        assert!(Baseline::read(older.as_bytes()).is_ok());
        for (from, to) in [("\"repeat\": 1", "\"repeat\": 0"), ("\"10-1\"", "\"\""), ("\"10-1\"", "\"10-1\", \"1\"")] {
            assert!(
                matches!(Baseline::read(older.replace(from, to).as_bytes()), Err(BaselineError::Unsound)),
                "{from} {to}"
            );
        }
    }

    /// Files of releases without regression, without the folds of rows, and without digests of rows.
    #[test]
    fn files_of_older_versions_are_read() {
        let first = Baseline::read(include_bytes!("../../../../tests/fixtures/baselines/version_1.json")).unwrap();
        assert_eq!((first.version, first.metric, first.rows), (1, Metric::Accuracy, 5000));
        assert_eq!((first.correct[0].len(), first.errors.len(), first.metrics.len()), (5000, 0, 0));
        let second = Baseline::read(include_bytes!("../../../../tests/fixtures/baselines/version_2.json")).unwrap();
        assert_eq!((second.version, second.metric, second.rows), (2, Metric::Mae, 263));
        assert_eq!((second.ratio, second.parts.len(), second.influences.len()), (None, 0, 0));
        assert_eq!(second.errors[0].0.iter().flatten().count(), 263);
        let fourth = Baseline::read(include_bytes!("../../../../tests/fixtures/baselines/version_4.json")).unwrap();
        assert_eq!((fourth.version, fourth.parts.len(), fourth.row_digests.is_empty()), (4, 1, true));
    }
}
