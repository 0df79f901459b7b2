//! The rows of a study, read and checked.

mod digest;

use std::ops::Range;
use std::sync::Arc;

use crossfold_study::{Preprocessing, Splits};

use crate::column::Table;
use crate::dataset::{Dataset, Features};
use crate::folds::{Folds, FoldsError};
use crate::pipeline::Pipeline;
use crate::remark::Remark;
use crate::split_keys::SplitKeys;
use crate::targets::Targets;

/// The rows of a study.
#[derive(Debug)]
pub struct StudyData {
    pub(crate) train: Source,
    /// `None` unless asked for.
    pub(crate) test: Option<Source>,
    /// The table's columns that networks are shown, in the table's order; none for images.
    pub(crate) features: Vec<String>,
    pub(crate) preprocessing: Preprocessing,
    /// SHA-256 of what fits are made from, the rows to train on, in hexadecimal: of features, targets
    /// and names, not of the files' names or compression. The test rows have no part in it, so asking
    /// for a test score doesn't change what a fit is.
    pub digest: String,
    /// What was found in the files that people should know.
    pub remarks: Vec<Remark>,
}

/// Rows of either sort.
#[derive(Debug)]
pub(crate) enum Source {
    Images(Arc<Dataset>),
    Table(Box<TableRows>),
}

/// A table's rows with their targets, or its sequences.
#[derive(Debug)]
pub(crate) struct TableRows {
    pub(crate) table: Table,
    /// One for each row of the study: a row or a sequence.
    pub(crate) targets: Arc<Targets>,
    /// The table's rows that make each sequence; `None` where each row is for itself.
    pub(crate) series: Option<Vec<Range<u32>>>,
    /// The targets of the table's rows; those of `targets` themselves without sequences.
    pub(crate) row_targets: Arc<Targets>,
    pub(crate) keys: SplitKeys,
    /// The line of the file that each row of the study begins on.
    pub(crate) lines: Vec<usize>,
    /// The row of the file that each row of the study begins on, counted from 0 under the header.
    pub(crate) places: Vec<u32>,
}

impl StudyData {
    /// Rows that networks see as they are.
    pub fn from_images(train: Dataset, test: Option<Dataset>) -> StudyData {
        StudyData {
            digest: train.digest(),
            train: Source::Images(Arc::new(train)),
            test: test.map(|test| Source::Images(Arc::new(test))),
            features: Vec::new(),
            preprocessing: Preprocessing::default(),
            remarks: Vec::new(),
        }
    }

    /// Some of the rows to train on, as if there were no others, and no test rows.
    pub fn select_rows(&self, rows: &[u32]) -> StudyData {
        let train = match &self.train {
            Source::Images(images) => Source::Images(Arc::new(images.select_rows(rows))),
            Source::Table(table) => Source::Table(Box::new(table.select_rows(rows))),
        };
        StudyData {
            digest: train.digest(&self.features),
            train,
            test: None,
            features: self.features.clone(),
            preprocessing: self.preprocessing.clone(),
            remarks: Vec::new(),
        }
    }

    /// How many there are to train on.
    pub fn rows(&self) -> usize {
        self.targets().len()
    }

    pub fn targets(&self) -> &Arc<Targets> {
        self.train.targets()
    }

    /// How many test rows there are.
    pub fn test_rows(&self) -> usize {
        self.test.as_ref().map_or(0, |test| test.targets().len())
    }

    /// What the test rows are, as [`StudyData::digest`] says it of the others.
    pub fn test_digest(&self) -> Option<String> {
        self.test.as_ref().map(|test| test.digest(&self.features))
    }

    /// How the rows are split.
    ///
    /// # Errors
    /// If a training or validation part would be empty.
    pub fn folds(&self, splits: &Splits, seed: crossfold_study::Seed) -> Result<Folds, FoldsError> {
        Folds::new(self.targets(), self.train.keys(), splits, seed)
    }

    /// Memory that the rows take, in bytes.
    pub fn bytes(&self) -> u64 {
        self.train.bytes() + self.test.as_ref().map_or(0, Source::bytes)
    }

    /// The rows of the file, counted from 0 under the header, that some rows to train on begin on; of images,
    /// their places among those to train on.
    pub fn places(&self, rows: &[u32]) -> Vec<u32> {
        match &self.train {
            Source::Images(_) => rows.to_vec(),
            Source::Table(table) => rows.iter().map(|&row| table.places[row as usize]).collect(),
        }
    }

    /// A row to train on as it is drawn: height and width, and a grey level a pixel, 0 to 255; `None` of what is no
    /// image in shades of grey.
    pub fn picture(&self, row: u32) -> Option<([usize; 2], &[u8])> {
        match &self.train {
            Source::Images(images) => images.picture(row),
            Source::Table(_) => None,
        }
    }

    /// The columns that networks are shown.
    pub fn features(&self) -> &[String] {
        &self.features
    }

    /// Steps of the longest sequence to train on; `None` where rows are no sequences.
    pub fn longest(&self) -> Option<u32> {
        match &self.train {
            Source::Images(_) => None,
            Source::Table(table) => table.longest(),
        }
    }
}

impl Source {
    pub(crate) fn targets(&self) -> &Arc<Targets> {
        match self {
            Source::Images(images) => images.targets(),
            Source::Table(table) => &table.targets,
        }
    }

    fn keys(&self) -> &SplitKeys {
        const NONE: &SplitKeys = &SplitKeys { groups: None, periods: None, folds: None };
        match self {
            Source::Images(_) => NONE,
            Source::Table(table) => &table.keys,
        }
    }

    pub(crate) fn digest(&self, features: &[String]) -> String {
        match self {
            Source::Images(images) => images.digest(),
            Source::Table(table) => table.digest(features),
        }
    }

    fn bytes(&self) -> u64 {
        match self {
            Source::Images(images) => images.bytes(),
            Source::Table(table) => table.table.bytes() + table.targets.bytes(),
        }
    }
}

impl TableRows {
    /// Steps of the longest sequence.
    pub(crate) fn longest(&self) -> Option<u32> {
        let longest = |series: &Vec<Range<u32>>| series.iter().map(|steps| steps.len() as u32).max();
        self.series.as_ref().and_then(longest)
    }

    /// The line of the file on which the row of the study begins that a row of the table belongs to.
    pub(crate) fn line_of_step(&self, step: u32) -> usize {
        match &self.series {
            None => self.lines[step as usize],
            Some(series) => self.lines[series.partition_point(|places| places.end <= step)],
        }
    }

    /// The table's rows that a row of the study is made of.
    pub(crate) fn steps_of(&self, row: u32) -> Range<u32> {
        self.series.as_ref().map_or(row..row + 1, |series| series[row as usize].clone())
    }

    /// The table's rows that some rows of the study are made of.
    pub(crate) fn steps(&self, rows: &[u32]) -> Vec<u32> {
        rows.iter().flat_map(|&row| self.steps_of(row)).collect()
    }

    /// Some of the study's rows, in this order; splits are counted anew.
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
            keys: self.keys.select_rows(rows),
            lines: rows.iter().map(|&row| self.lines[row as usize]).collect(),
            places: rows.iter().map(|&row| self.places[row as usize]).collect(),
        }
    }

    /// The rows as networks see them, made of all of the table's rows' features; sequences are padded or
    /// cut to `longest` steps.
    pub(crate) fn dataset(&self, pipeline: &Pipeline, features: Vec<f32>, longest: Option<u32>) -> Dataset {
        let (Some(series), Some(longest)) = (&self.series, longest) else {
            let rows = Dataset::new(Features::Floats(features), self.targets.clone());
            return rows.with_embeddings(pipeline.embeddings());
        };
        let (padded, lengths) = padded(&features, series, pipeline.inputs(), longest);
        Dataset::new(Features::Floats(padded), self.targets.clone()).with_lengths(lengths, longest)
    }
}

/// The first `longest` steps of each sequence one after another, of `wide` features each, with 0 behind
/// them where there are fewer; and how many there are.
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

/// Says that sequences are cut, where some have more than `longest` steps.
pub(crate) fn cut(series: &[Range<u32>], longest: u32) -> Option<Remark> {
    let sequences = series.iter().filter(|places| places.len() as u32 > longest).count();
    (sequences > 0).then_some(Remark::Cut { sequences, longest })
}
