//! The results of a fit, stored compactly.

use std::time::Duration;

use crossfold_network::Task;

use crate::{EpochReport, Evaluation, FitEnd, Metric, Scores, Tally, Watched};

/// The results of one fit.
#[derive(Clone, Debug, Default)]
pub struct FitResult {
    /// The numbers of training and of validation rows; 0 without validation.
    rows: [u32; 2],
    /// For a regression, the spread of the targets of training and validation rows.
    spread: [f64; 2],
    /// Epochs 1, 2, ….
    epochs: Epochs,
    /// For each epoch, the validation scores that a tally doesn't determine; empty if there are none.
    scores: Vec<Scores>,
    /// For each epoch; empty without an inner validation part.
    watched: Vec<Watched>,
    /// `None` while it runs.
    pub end: Option<FitEnd>,
    /// Wall time, once it has ended. It differs from run to run, so it is a record and not a result.
    pub elapsed: Duration,
}

/// The parts of the training and validation tallies that differ between epochs. They take most of the memory of a large
/// search.
#[derive(Clone, Debug)]
enum Epochs {
    Classes(Vec<([f64; 2], [u32; 2])>),
    Numbers(Vec<([f64; 2], [f64; 2])>),
}

impl Default for Epochs {
    fn default() -> Epochs {
        Epochs::Classes(Vec::new())
    }
}

impl FitResult {
    /// The memory of one epoch in bytes, for fits with or without
    /// [an inner validation part](crossfold_network::Configuration::has_inner_part).
    pub fn bytes_per_epoch(task: Task, watches: bool) -> usize {
        let tallies = match task {
            Task::Classification => size_of::<([f64; 2], [u32; 2])>(),
            Task::Regression => size_of::<([f64; 2], [f64; 2])>(),
        };
        let scores = if Metric::scored_for(task).is_empty() { 0 } else { size_of::<Scores>() };
        tallies + scores + if watches { size_of::<Watched>() } else { 0 }
    }

    /// The number of reported epochs.
    pub fn epochs(&self) -> u32 {
        match &self.epochs {
            Epochs::Classes(epochs) => epochs.len() as u32,
            Epochs::Numbers(epochs) => epochs.len() as u32,
        }
    }

    /// The report of an epoch, counted from 1, without its predictions.
    pub fn report(&self, epoch: u32) -> Option<EpochReport> {
        let index = (epoch as usize).checked_sub(1)?;
        let [training, validation] = match &self.epochs {
            Epochs::Classes(epochs) => {
                let (loss, correct) = *epochs.get(index)?;
                [0, 1].map(|part| Tally::Classes { rows: self.rows[part], correct: correct[part], loss: loss[part] })
            }
            Epochs::Numbers(epochs) => {
                let (squared, absolute) = *epochs.get(index)?;
                [0, 1].map(|part| Tally::Numbers {
                    rows: self.rows[part],
                    squared: squared[part],
                    absolute: absolute[part],
                    spread: self.spread[part],
                })
            }
        };
        let scores = self.scores.get(index).copied().unwrap_or_default();
        let validation = (validation.rows() > 0).then_some(Evaluation { tally: validation, scores });
        Some(EpochReport { epoch, training, validation, watched: self.watched.get(index).copied(), predictions: None })
    }

    /// The epoch at which a trial of `epochs` epochs reads the fit: the last one if the fit [stopped](FitEnd::Stopped)
    /// before.
    pub fn epoch_read(&self, epochs: u32) -> u32 {
        if self.end == Some(FitEnd::Stopped) { epochs.min(self.epochs()) } else { epochs }
    }

    /// The report that a trial of `epochs` epochs reads.
    pub fn read_at(&self, epochs: u32) -> Option<EpochReport> {
        self.report(self.epoch_read(epochs))
    }

    /// All reports, in the order of epochs.
    pub fn reports(&self) -> impl Iterator<Item = EpochReport> {
        (1..=self.epochs()).filter_map(|epoch| self.report(epoch))
    }

    /// Adds the report of the next epoch.
    ///
    /// # Panics
    /// If it doesn't match the earlier reports in rows, task or available scores.
    pub(super) fn push(&mut self, report: &EpochReport) {
        let none = Tally::empty(report.training.task());
        let tallies = [report.training, report.validation.map_or(none, |validation| validation.tally)];
        let rows = tallies.map(|tally| tally.rows());
        let is_first = self.epochs() == 0;
        assert!(is_first || self.rows == rows, "all epochs of a fit are over the same rows");
        self.rows = rows;
        match tallies {
            [
                Tally::Numbers { squared: a, absolute: c, spread, .. },
                Tally::Numbers { squared: b, absolute: d, spread: other, .. },
            ] => {
                if is_first {
                    self.epochs = Epochs::Numbers(Vec::new());
                    self.spread = [spread, other];
                }
                if let Epochs::Numbers(epochs) = &mut self.epochs {
                    epochs.push(([a, b], [c, d]));
                }
            }
            [Tally::Classes { correct: c, .. }, Tally::Classes { correct: d, .. }] => {
                if let Epochs::Classes(epochs) = &mut self.epochs {
                    epochs.push((tallies.map(|tally| tally.loss()), [c, d]));
                }
            }
            [Tally::Classes { .. }, Tally::Numbers { .. }] | [Tally::Numbers { .. }, Tally::Classes { .. }] => {
                panic!("both parts of a fit are of one task")
            }
        }
        self.scores.extend(report.validation.map(|validation| validation.scores).filter(|scores| !scores.is_empty()));
        self.watched.extend(report.watched);
        let is_of_each = |known: usize| known == 0 || known == self.epochs() as usize;
        assert!(is_of_each(self.scores.len()) && is_of_each(self.watched.len()), "all epochs of a fit are alike");
    }

    /// Frees the memory reserved for more epochs. The values are copied, because allocators shrink blocks in place
    /// without freeing anything.
    pub(super) fn close(&mut self) {
        match &mut self.epochs {
            Epochs::Classes(epochs) => *epochs = epochs.as_slice().to_vec(),
            Epochs::Numbers(epochs) => *epochs = epochs.as_slice().to_vec(),
        }
        self.scores = self.scores.as_slice().to_vec();
        self.watched = self.watched.as_slice().to_vec();
    }
}
