//! Whether training did the same, bit for bit.

use serde::Serialize;

use crate::analysis::baseline::{Baseline, BaselineError};
use crate::analysis::trace::{Fingerprints, FoldTrace};

/// How a fresh training's bits compare with the baseline's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Exactness {
    /// How many folds there are; of those of the baseline and the fresh ones together.
    pub folds: usize,
    /// How many epochs of them were compared.
    pub epochs: usize,
    /// In how many folds something differs.
    pub differing: usize,
    /// `None` where nothing does.
    pub first: Option<FirstDifference>,
    /// What differs of the kind of CPU, and so may be why: `cpu`, `caches`.
    pub kind_of_cpu: Vec<String>,
}

/// The earliest epoch that differs, in the first fold in which it does. All are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct FirstDifference {
    pub repeat: u32,
    pub fold: u32,
    pub epoch: u32,
    pub what: What,
}

/// What differs in an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The weights after it.
    Weights,
    /// Its scores and not the weights.
    Scores,
    /// Only one training had it.
    Existence,
}

impl Baseline {
    /// # Errors
    /// Where a side doesn't say what its epochs were.
    pub(super) fn exactness(&self, fresh: &Baseline) -> Result<Exactness, BaselineError> {
        if self.trace.is_empty() || fresh.trace.is_empty() {
            return Err(BaselineError::NoTrace);
        }
        let none = |of: &FoldTrace| FoldTrace {
            repeat: of.repeat,
            fold: of.fold,
            scores: Fingerprints::default(),
            weights: Fingerprints::default(),
        };
        let find = |traces: &[FoldTrace], of: &FoldTrace| {
            traces.iter().find(|trace| (trace.repeat, trace.fold) == (of.repeat, of.fold)).cloned()
        };
        let new = fresh.trace.iter().filter(|trace| find(&self.trace, trace).is_none());
        let pairs: Vec<(FoldTrace, FoldTrace)> = (self.trace.iter().map(|old| (old.clone(), find(&fresh.trace, old))))
            .map(|(old, new)| (old.clone(), new.unwrap_or_else(|| none(&old))))
            .chain(new.map(|new| (none(new), new.clone())))
            .collect();
        let differing: Vec<FirstDifference> = pairs.iter().filter_map(|(old, new)| first(old, new)).collect();
        let lines = self.origin_against(fresh);
        Ok(Exactness {
            folds: pairs.len(),
            epochs: pairs.iter().map(|(old, new)| old.weights.0.len().max(new.weights.0.len())).sum(),
            differing: differing.len(),
            // Of equally early ones the first, which is that of the first fold.
            first: differing.into_iter().min_by_key(|first| first.epoch),
            kind_of_cpu: ["cpu", "caches"].map(str::to_owned).into_iter().filter(|n| lines.contains_key(n)).collect(),
        })
    }
}

fn first(old: &FoldTrace, new: &FoldTrace) -> Option<FirstDifference> {
    let at = |a: &Fingerprints, b: &Fingerprints| a.0.iter().zip(&b.0).position(|(a, b)| a != b);
    let (weights, scores) = (at(&old.weights, &new.weights), at(&old.scores, &new.scores));
    let lengths = [old, new].map(|trace| trace.weights.0.len());
    let shorter = (lengths[0] != lengths[1]).then(|| lengths[0].min(lengths[1]));
    let all = [(weights, What::Weights), (scores, What::Scores), (shorter, What::Existence)];
    let (epoch, what) = all.into_iter().filter_map(|(at, what)| Some((at?, what))).min_by_key(|&(at, _)| at)?;
    Some(FirstDifference { repeat: old.repeat, fold: old.fold, epoch: epoch as u32 + 1, what })
}

impl Exactness {
    /// In one line, without its end; `repeats` says whether folds are named by theirs.
    pub(super) fn line(&self, repeats: bool) -> String {
        let Exactness { folds, epochs, differing, first, kind_of_cpu: _ } = self;
        let Some(FirstDifference { repeat, fold, epoch, what }) = first else {
            return format!("weights and scores of all {epochs} epochs on {folds} folds");
        };
        let fold = if repeats { format!("repeat {repeat} fold {fold}") } else { format!("fold {fold}") };
        let what = match what {
            What::Weights => format!("the weights after epoch {epoch} of {fold} aren't the baseline's"),
            What::Scores => format!("the scores of epoch {epoch} of {fold} aren't the baseline's, its weights are"),
            What::Existence => format!("epoch {epoch} of {fold} is in one training and not in the other"),
        };
        format!("{what}, the first of {differing} folds of {folds} that differ")
    }

    /// Why it may be, where that is known.
    pub(super) fn reason(&self) -> Option<String> {
        let names = self.kind_of_cpu.join(", ");
        (self.first.is_some() && !self.kind_of_cpu.is_empty())
            .then(|| format!("another kind of CPU ({names}), and the same bits are promised only on the same kind"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::baseline::tests::example;

    fn traced(folds: &[(&[u8], &[u8])]) -> Baseline {
        let prints =
            |of: &[u8]| Fingerprints(of.iter().map(|byte| crossfold_study::Fingerprint::of([[*byte]])).collect());
        let trace = |(fold, (scores, weights)): (u32, &(&[u8], &[u8]))| FoldTrace {
            repeat: 1,
            fold,
            scores: prints(scores),
            weights: prints(weights),
        };
        Baseline { trace: (1..).zip(folds).map(trace).collect(), ..example(&[0.5], "1") }
    }

    fn line(old: &[(&[u8], &[u8])], new: &[(&[u8], &[u8])]) -> String {
        traced(old).exactness(&traced(new)).unwrap().line(false)
    }

    #[test]
    fn the_first_epoch_that_differs_is_named() {
        let old: [(&[u8], &[u8]); 2] = [(&[1, 2, 3], &[4, 5, 6]), (&[7, 8, 9], &[10, 11, 12])];
        assert_eq!(line(&old, &old), "weights and scores of all 6 epochs on 2 folds");
        let weights = [old[0], (&[7, 0, 0], &[10, 0, 0])];
        assert_eq!(
            line(&old, &weights),
            "the weights after epoch 2 of fold 2 aren't the baseline's, the first of 1 folds of 2 that differ"
        );
        let scores = [(&[1, 2, 0][..], old[0].1), (&[7, 0, 9], old[1].1)];
        assert_eq!(
            line(&old, &scores),
            "the scores of epoch 2 of fold 2 aren't the baseline's, its weights are, the first of 2 folds of 2 that differ"
        );
        let shorter = [(&[1, 2][..], &[4, 5][..]), old[1]];
        let expected =
            "epoch 3 of fold 1 is in one training and not in the other, the first of 1 folds of 2 that differ";
        assert_eq!([line(&old, &shorter), line(&shorter, &old)], [expected, expected]);
        assert!(line(&old, &old[..1]).starts_with("epoch 1 of fold 2 is in one"));
        assert!(example(&[0.5], "1").exactness(&traced(&old)).is_err());
    }

    #[test]
    fn another_kind_of_cpu_is_a_reason() {
        let (mut old, mut new) = (traced(&[(&[1], &[2])]), traced(&[(&[1], &[3])]));
        assert_eq!(old.exactness(&new).unwrap().reason(), None);
        old.origin.push("cpu x86_64 avx2".to_owned());
        new.origin.push("cpu x86_64 avx2 avx512f".to_owned());
        let reason = old.exactness(&new).unwrap().reason().unwrap();
        assert_eq!(reason, "another kind of CPU (cpu), and the same bits are promised only on the same kind");
    }
}
