//! Calibration of the winner's probabilities, fitted to its out-of-fold predictions.

use std::collections::{BTreeMap, BTreeSet};

use crossfold_study::{Predictions, Truth, ValidationRows, calibration_bins, calibration_error, most_probable};
use serde::Serialize;

use super::statistics::{at_temperature, temperature};

/// A temperature for class probabilities, and what it does to out-of-fold predictions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Calibration {
    /// Fitted to all out-of-fold predictions; above 1 where the probabilities were too certain.
    pub temperature: f64,
    pub before: CalibrationScores,
    /// Each fold at a temperature that is fitted to the other folds of its repeat. Of a single validation part, each half of
    /// the rows, or of the groups that splits keep together, at that of the other half.
    pub after: CalibrationScores,
}

/// How good probabilities are.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CalibrationScores {
    pub log_loss: f64,
    pub calibration_error: f64,
}

/// Some rows' labels and probabilities, and what is fitted apart: the number of the repeat.
struct Part {
    repeat: u32,
    labels: Vec<u32>,
    probabilities: Vec<f32>,
}

impl Calibration {
    /// The calibration of a classifier's predictions on each fold; `None` for a regression and without rows.
    pub fn new(folds: &[(&ValidationRows, &Predictions)], classes: usize) -> Option<Calibration> {
        let parts: Option<Vec<Part>> = folds.iter().map(|(rows, predictions)| part(rows, predictions)).collect();
        let parts = parts.filter(|parts| classes > 1 && parts.iter().any(|part| !part.labels.is_empty()))?;
        let whole = fit(parts.iter(), classes);
        let parts = match (&parts[..], folds) {
            ([only], [(rows, _)]) => halves(only, rows.groups.as_deref(), classes).into(),
            _ => parts,
        };
        let (mut before, mut after) = (Scored::default(), Scored::default());
        for (number, part) in parts.iter().enumerate() {
            let others = parts.iter().enumerate();
            let others =
                others.filter(|(other, its)| *other != number && its.repeat == part.repeat).map(|(_, its)| its);
            before.add(&part.labels, &part.probabilities, classes);
            let scaled = at_temperature(&part.probabilities, classes, fit(others, classes));
            after.add(&part.labels, &scaled, classes);
        }
        Some(Calibration { temperature: whole, before: before.scores(), after: after.scores() })
    }

    /// The temperature that probabilities are rescaled by: 1, which leaves them as they are, where the log loss out of fold is
    /// no better for it.
    pub fn applied(&self) -> f64 {
        if self.after.log_loss < self.before.log_loss { self.temperature } else { 1.0 }
    }
}

fn part(rows: &ValidationRows, Predictions(probabilities): &Predictions) -> Option<Part> {
    match &rows.truth {
        Truth::Labels(labels) => {
            Some(Part { repeat: rows.fold.repeat, labels: labels.clone(), probabilities: probabilities.to_vec() })
        }
        Truth::Numbers(_) => None,
    }
}

fn fit<'p>(parts: impl Iterator<Item = &'p Part>, classes: usize) -> f64 {
    let parts: Vec<(&[u32], &[f32])> = parts.map(|part| (&part.labels[..], &part.probabilities[..])).collect();
    temperature(&parts, classes)
}

/// Every other row or group, from the first and from the second.
fn halves(part: &Part, groups: Option<&[u32]>, classes: usize) -> [Part; 2] {
    let distinct: BTreeSet<u32> = groups.into_iter().flatten().copied().collect();
    let places: BTreeMap<u32, usize> = distinct.into_iter().zip(0..).collect();
    [0, 1].map(|half| {
        let is_in = |row: &usize| groups.map_or(*row, |groups| places[&groups[*row]]) % 2 == half;
        let rows: Vec<usize> = (0..part.labels.len()).filter(is_in).collect();
        let probabilities = |row: &usize| &part.probabilities[row * classes..][..classes];
        Part {
            repeat: part.repeat,
            labels: rows.iter().map(|&row| part.labels[row]).collect(),
            probabilities: rows.iter().flat_map(probabilities).copied().collect(),
        }
    })
}

/// Sums over rows.
#[derive(Default)]
struct Scored {
    loss: f64,
    predictions: Vec<(f64, bool)>,
}

impl Scored {
    fn add(&mut self, labels: &[u32], probabilities: &[f32], classes: usize) {
        for (&label, row) in labels.iter().zip(probabilities.chunks_exact(classes)) {
            let predicted = most_probable(row);
            self.loss -= libm::log(f64::from(row[label as usize].max(f32::MIN_POSITIVE)));
            self.predictions.push((f64::from(row[predicted]), predicted == label as usize));
        }
    }

    fn scores(self) -> CalibrationScores {
        let rows = self.predictions.len() as f64;
        let error = calibration_error(&calibration_bins(self.predictions));
        CalibrationScores { log_loss: self.loss / rows, calibration_error: error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_keep_groups_together() {
        let part = Part { repeat: 0, labels: vec![0, 1, 0, 1, 1], probabilities: (0..10).map(|n| n as f32).collect() };
        let halves = |groups: Option<&[u32]>| -> [Vec<f32>; 2] {
            super::halves(&part, groups, 2).map(|half| half.probabilities.into_iter().step_by(2).collect())
        };
        assert_eq!(halves(None), [vec![0.0, 4.0, 8.0], vec![2.0, 6.0]]);
        assert_eq!(halves(Some(&[6, 6, 4, 2, 4])), [vec![0.0, 2.0, 6.0], vec![4.0, 8.0]]);
    }
}
