//! The rows of a study, after they are read and checked.

mod digest;
mod row_digests;

use std::ops::Range;
use std::sync::Arc;

use crossfold_network::Param;
use crossfold_study::{ColumnKind, Preprocessing, Splits};

use crate::column::{Column, Table};
use crate::dataset::{Dataset, Features};
use crate::folds::{Folds, FoldsError};
use crate::pipeline::Pipeline;
use crate::remark::Remark;
use crate::split_keys::SplitKeys;
use crate::targets::Targets;

/// The training and test rows of a study.
#[derive(Debug)]
pub struct StudyData {
    pub(crate) train: Rows,
    /// `None` unless a test is asked for.
    pub(crate) test: Option<Rows>,
    /// Rows of the training table that are set aside though no test is asked for. They are kept to be recognised.
    pub(crate) set_aside: Option<Box<TableRows>>,
    /// Whether `test` has such rows, not those of another file.
    pub(crate) test_is_set_aside: bool,
    /// The columns that are features, in the table's order; empty for images.
    pub(crate) features: Vec<String>,
    pub(crate) preprocessing: Preprocessing,
    /// SHA-256 of the training rows, in hexadecimal. It covers features, targets and names, but not the names or
    /// compression of files. Test rows aren't part of it, so asking for a test score doesn't change the keys of fits.
    pub digest: String,
    /// Remarks about the rows.
    pub remarks: Vec<Remark>,
}

/// Images, or the rows of a table.
#[derive(Debug)]
pub(crate) enum Rows {
    Images(Arc<Dataset>),
    Table(Box<TableRows>),
}

/// The rows of a study that are rows of a table, or sequences of them, with their targets.
#[derive(Debug)]
pub(crate) struct TableRows {
    pub(crate) table: Table,
    /// One target per row of the study.
    pub(crate) targets: Arc<Targets>,
    /// The range of the table's rows that each sequence consists of; `None` where rows aren't steps of sequences.
    pub(crate) series: Option<Vec<Range<u32>>>,
    /// One target per row of the table; the same as `targets` without sequences.
    pub(crate) row_targets: Arc<Targets>,
    pub(crate) keys: Arc<SplitKeys>,
    /// The line of the file that each row of the study begins on, from 1.
    pub(crate) lines: Vec<usize>,
    /// The row of the file that each row of the study begins on, from 0 below the header.
    pub(crate) places: Vec<u32>,
}

impl StudyData {
    /// Images, which networks read without preprocessing.
    pub fn from_images(train: Dataset, test: Option<Dataset>) -> StudyData {
        StudyData {
            digest: train.digest(),
            train: Rows::Images(Arc::new(train)),
            test: test.map(|test| Rows::Images(Arc::new(test))),
            set_aside: None,
            test_is_set_aside: false,
            features: Vec::new(),
            preprocessing: Preprocessing::default(),
            remarks: Vec::new(),
        }
    }

    /// The given training rows as a study of their own, without test rows.
    pub fn select_rows(&self, rows: &[u32]) -> StudyData {
        let train = match &self.train {
            Rows::Images(images) => Rows::Images(Arc::new(images.select_rows(rows))),
            Rows::Table(table) => Rows::Table(Box::new(table.select_rows(rows))),
        };
        StudyData {
            digest: train.digest(&self.features),
            train,
            test: None,
            set_aside: None,
            test_is_set_aside: false,
            features: self.features.clone(),
            preprocessing: self.preprocessing.clone(),
            remarks: Vec::new(),
        }
    }

    /// The number of training rows.
    pub fn rows(&self) -> usize {
        self.targets().len()
    }

    /// The targets of the training rows.
    pub fn targets(&self) -> &Arc<Targets> {
        self.train.targets()
    }

    /// The number of test rows.
    pub fn test_rows(&self) -> usize {
        self.test.as_ref().map_or(0, |test| test.targets().len())
    }

    /// The digest of the test rows, computed like [`StudyData::digest`].
    pub fn test_digest(&self) -> Option<String> {
        self.test.as_ref().map(|test| test.digest(&self.features))
    }

    /// Splits the training rows.
    ///
    /// # Errors
    /// If a training or validation part would be empty.
    pub fn folds(&self, splits: &Splits, seed: crossfold_study::Seed) -> Result<Folds, FoldsError> {
        Folds::new(self.targets(), &self.train.keys(), splits, seed)
    }

    /// Memory of all rows, in bytes.
    pub fn bytes(&self) -> u64 {
        let set_aside = self.set_aside.as_ref().map_or(0, |rows| rows.bytes());
        self.train.bytes() + self.test.as_ref().map_or(0, Rows::bytes) + set_aside
    }

    /// The rows of the file on which the given training rows begin, counted from 0 below the header. For images, the
    /// training rows themselves.
    pub fn places(&self, rows: &[u32]) -> Vec<u32> {
        match &self.train {
            Rows::Images(_) => rows.to_vec(),
            Rows::Table(table) => rows.iter().map(|&row| table.places[row as usize]).collect(),
        }
    }

    /// The rows of their file on which the test rows begin, counted like [`StudyData::places`].
    pub fn test_places(&self) -> Vec<u32> {
        match &self.test {
            None => Vec::new(),
            Some(Rows::Images(images)) => images.all(),
            Some(Rows::Table(table)) => table.places.clone(),
        }
    }

    /// The groups of the given training rows, where the splits keep groups together.
    pub fn groups(&self, rows: &[u32]) -> Option<Vec<u32>> {
        let keys = self.train.keys();
        let groups = keys.groups.as_ref()?;
        Some(rows.iter().map(|&row| groups[row as usize]).collect())
    }

    /// A training row as a greyscale image: its height and width, and one grey level from 0 to 255 per pixel; `None` if
    /// rows aren't greyscale images.
    pub fn picture(&self, row: u32) -> Option<([usize; 2], &[u8])> {
        match &self.train {
            Rows::Images(images) => images.picture(row),
            Rows::Table(_) => None,
        }
    }

    /// The columns that are features; empty for images.
    pub fn features(&self) -> &[String] {
        &self.features
    }

    /// Whether a step of preprocessing that is searched changes the inputs of any column: those with steps of their own keep
    /// them.
    pub fn has_columns_for(&self, step: Param) -> bool {
        let Rows::Table(table) = &self.train else { return false };
        let is_for = |column: &Column| match column.kind {
            ColumnKind::Numeric => step.path().starts_with("preprocessing.numeric."),
            ColumnKind::Categorical | ColumnKind::Id | ColumnKind::Text => {
                step.path().starts_with("preprocessing.categorical.")
            }
            ColumnKind::Ordinal | ColumnKind::Boolean | ColumnKind::Date => false,
        };
        let has_own = |name: &&String| self.preprocessing.columns.contains_key(*name);
        let mut columns =
            self.features.iter().filter(|name| !has_own(name)).filter_map(|name| table.table.column(name));
        step == Param::Select || columns.any(is_for)
    }

    /// The number of steps of the longest training sequence; `None` if rows aren't sequences.
    pub fn longest(&self) -> Option<u32> {
        match &self.train {
            Rows::Images(_) => None,
            Rows::Table(table) => table.longest(),
        }
    }
}

impl Rows {
    pub(crate) fn targets(&self) -> &Arc<Targets> {
        match self {
            Rows::Images(images) => images.targets(),
            Rows::Table(table) => &table.targets,
        }
    }

    pub(crate) fn keys(&self) -> Arc<SplitKeys> {
        match self {
            Rows::Images(_) => Arc::default(),
            Rows::Table(table) => table.keys.clone(),
        }
    }

    pub(crate) fn digest(&self, features: &[String]) -> String {
        match self {
            Rows::Images(images) => images.digest(),
            Rows::Table(table) => table.digest(features),
        }
    }

    fn bytes(&self) -> u64 {
        match self {
            Rows::Images(images) => images.bytes(),
            Rows::Table(table) => table.bytes(),
        }
    }
}

impl TableRows {
    fn bytes(&self) -> u64 {
        self.table.bytes() + self.targets.bytes()
    }

    /// The number of steps of the longest sequence.
    pub(crate) fn longest(&self) -> Option<u32> {
        let longest = |series: &Vec<Range<u32>>| series.iter().map(|steps| steps.len() as u32).max();
        self.series.as_ref().and_then(longest)
    }

    /// The line on which a row of the study begins, given one of its rows in the table.
    pub(crate) fn line_of_step(&self, step: u32) -> usize {
        match &self.series {
            None => self.lines[step as usize],
            Some(series) => self.lines[series.partition_point(|places| places.end <= step)],
        }
    }

    /// The rows of the table that a row of the study consists of.
    pub(crate) fn steps_of_row(&self, row: u32) -> Range<u32> {
        self.series.as_ref().map_or(row..row + 1, |series| series[row as usize].clone())
    }

    /// The rows of the table that the given rows of the study consist of.
    pub(crate) fn steps(&self, rows: &[u32]) -> Vec<u32> {
        rows.iter().flat_map(|&row| self.steps_of_row(row)).collect()
    }

    /// The given rows of the study, in the given order. Their keys are renumbered.
    pub(crate) fn select_rows(&self, rows: &[u32]) -> TableRows {
        let steps = self.steps(rows);
        let targets = Arc::new(self.targets.select_rows(rows));
        let series = self.series.as_ref().map(|series| {
            let mut end = 0;
            let lengths = rows.iter().map(|&row| series[row as usize].len() as u32);
            lengths
                .map(|length| {
                    let start = end;
                    end += length;
                    start..end
                })
                .collect()
        });
        TableRows {
            table: self.table.select_rows(&steps),
            row_targets: if self.series.is_some() {
                Arc::new(self.row_targets.select_rows(&steps))
            } else {
                targets.clone()
            },
            targets,
            series,
            keys: Arc::new(self.keys.select_rows(rows)),
            lines: rows.iter().map(|&row| self.lines[row as usize]).collect(),
            places: rows.iter().map(|&row| self.places[row as usize]).collect(),
        }
    }

    /// The rows as networks read them. `features` are those of all rows of the table. Sequences are padded or cut to
    /// `longest` steps.
    pub(crate) fn dataset(&self, pipeline: &Pipeline, features: Vec<f32>, longest: Option<u32>) -> Dataset {
        let (Some(series), Some(longest)) = (&self.series, longest) else {
            let rows = Dataset::new(Features::Floats(features), self.targets.clone());
            let (numbers, places) = pipeline.numbers();
            return rows.with_embeddings(pipeline.embeddings()).with_numbers(numbers, places);
        };
        let (padded, lengths) = padded(&features, series, pipeline.inputs(), longest);
        Dataset::new(Features::Floats(padded), self.targets.clone()).with_lengths(lengths, longest)
    }
}

/// Sequences × `longest` × `wide` features: the first `longest` steps of each sequence, padded with 0. Also returns the
/// number of steps of each.
pub(crate) fn padded(steps: &[f32], series: &[Range<u32>], wide: usize, longest: u32) -> (Vec<f32>, Vec<u32>) {
    let mut padded = vec![0.0; series.len() * longest as usize * wide];
    let lengths = series.iter().map(|places| longest.min(places.len() as u32)).collect::<Vec<_>>();
    for ((row, places), &length) in padded.chunks_exact_mut(longest as usize * wide).zip(series).zip(&lengths) {
        let start = places.start as usize * wide;
        let values = length as usize * wide;
        row[..values].copy_from_slice(&steps[start..start + values]);
    }
    (padded, lengths)
}

/// The remark that sequences of more than `longest` steps are cut; `None` if there are none.
pub(crate) fn cut(series: &[Range<u32>], longest: u32) -> Option<Remark> {
    let sequences = series.iter().filter(|places| places.len() as u32 > longest).count();
    (sequences > 0).then_some(Remark::Cut { sequences, longest })
}
