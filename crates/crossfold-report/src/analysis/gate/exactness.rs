//! Whether a retrained network is the same, bit for bit.

use serde::Serialize;

use crate::analysis::baseline::{Baseline, BaselineError};
use crate::analysis::trace::{Fingerprints, FoldTrace};

/// How the bits of a retrained network compare with the baseline's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Exactness {
    /// Number of folds of the two sides together.
    pub folds: usize,
    /// Number of epochs compared, over all folds.
    pub epochs: usize,
    /// Number of folds in which something differs.
    pub differing: usize,
    /// `None` where nothing differs.
    pub first: Option<FirstDifference>,
    /// Lines of the origin that describe arithmetic and differ between the sides, and so may be the cause: `arithmetic`, and `cpu` of
    /// burn's devices and older baselines.
    pub arithmetic: Vec<String>,
}

/// The earliest epoch that differs, in the first fold in which it does. All numbers are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct FirstDifference {
    pub repeat: u32,
    pub fold: u32,
    pub epoch: u32,
    #[serde(rename = "what")]
    pub part: DifferingPart,
}

/// What differs in an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferingPart {
    /// The weights after the epoch.
    Weights,
    /// The epoch's scores, and not the weights.
    Scores,
    /// Only one of the trainings had the epoch.
    Existence,
}

impl Baseline {
    /// Compares the traces of two trainings.
    ///
    /// # Errors
    /// If a side has no trace.
    pub(super) fn exactness(&self, fresh: &Baseline) -> Result<Exactness, BaselineError> {
        if self.trace.is_empty() || fresh.trace.is_empty() {
            return Err(BaselineError::NoTrace);
        }
        let without_epochs = |trace: &FoldTrace| FoldTrace {
            repeat: trace.repeat,
            fold: trace.fold,
            scores: Fingerprints::default(),
            weights: Fingerprints::default(),
        };
        let find = |traces: &[FoldTrace], wanted: &FoldTrace| {
            traces.iter().find(|trace| (trace.repeat, trace.fold) == (wanted.repeat, wanted.fold)).cloned()
        };
        let new = fresh.trace.iter().filter(|trace| find(&self.trace, trace).is_none());
        let pairs: Vec<(FoldTrace, FoldTrace)> = (self.trace.iter().map(|old| (old.clone(), find(&fresh.trace, old))))
            .map(|(old, new)| (old.clone(), new.unwrap_or_else(|| without_epochs(&old))))
            .chain(new.map(|new| (without_epochs(new), new.clone())))
            .collect();
        let differing: Vec<FirstDifference> =
            pairs.iter().filter_map(|(old, new)| first_difference(old, new)).collect();
        let lines = self.differing_origin(fresh);
        Ok(Exactness {
            folds: pairs.len(),
            epochs: pairs.iter().map(|(old, new)| old.weights.0.len().max(new.weights.0.len())).sum(),
            differing: differing.len(),
            // Among equally early ones the first, which is that of the first fold.
            first: differing.into_iter().min_by_key(|first| first.epoch),
            arithmetic: ["arithmetic", "cpu"]
                .into_iter()
                .filter(|name| lines.get(*name).is_some_and(|sides| sides.iter().all(|line| !line.is_empty())))
                .map(str::to_owned)
                .collect(),
        })
    }
}

fn first_difference(old: &FoldTrace, new: &FoldTrace) -> Option<FirstDifference> {
    let first = |a: &Fingerprints, b: &Fingerprints| a.0.iter().zip(&b.0).position(|(a, b)| a != b);
    let (weights, scores) = (first(&old.weights, &new.weights), first(&old.scores, &new.scores));
    let lengths = [old, new].map(|trace| trace.weights.0.len());
    let shorter = (lengths[0] != lengths[1]).then(|| lengths[0].min(lengths[1]));
    let all = [(weights, DifferingPart::Weights), (scores, DifferingPart::Scores), (shorter, DifferingPart::Existence)];
    let (epoch, part) = all.into_iter().filter_map(|(at, part)| Some((at?, part))).min_by_key(|&(at, _)| at)?;
    Some(FirstDifference { repeat: old.repeat, fold: old.fold, epoch: epoch as u32 + 1, part })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::analysis::baseline::tests::example;

    /// A baseline with a trace: of each fold the fingerprints of scores, then of weights, by epoch.
    pub(crate) fn traced(folds: &[(&[u8], &[u8])]) -> Baseline {
        let prints = |bytes: &[u8]| {
            Fingerprints(bytes.iter().map(|byte| crossfold_study::Fingerprint::from_pieces([[*byte]])).collect())
        };
        let trace = |(fold, (scores, weights)): (u32, &(&[u8], &[u8]))| FoldTrace {
            repeat: 1,
            fold,
            scores: prints(scores),
            weights: prints(weights),
        };
        Baseline { trace: (1..).zip(folds).map(trace).collect(), ..example(&[0.5], "1") }
    }

    #[test]
    fn the_first_epoch_that_differs_is_found() {
        let old: [(&[u8], &[u8]); 2] = [(&[1, 2, 3], &[4, 5, 6]), (&[7, 8, 9], &[10, 11, 12])];
        let compare = |new: &[(&[u8], &[u8])]| traced(&old).exactness(&traced(new)).unwrap();
        assert_eq!((compare(&old).first, compare(&old).epochs), (None, 6));
        let first = |epoch, fold, part| Some(FirstDifference { repeat: 1, fold, epoch, part });
        let weights = [old[0], (&[7, 0, 0], &[10, 0, 0])];
        assert_eq!(compare(&weights).first, first(2, 2, DifferingPart::Weights));
        assert_eq!(compare(&old[..1]).first, first(1, 2, DifferingPart::Existence));
        assert!(example(&[0.5], "1").exactness(&traced(&old)).is_err());
    }
}
