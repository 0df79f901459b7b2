//! The rungs that a study's trials climb.

use crossfold_study::{Pruner, Rung, Rungs};

/// The rungs of a study's longest trials, ascending. A rung is known by its position.
#[derive(Clone, Debug)]
pub(crate) struct Ladder(Vec<Rung>);

impl Ladder {
    /// The rungs of trials of `epochs` epochs on `folds` folds; the last is all of both.
    pub(crate) fn new(pruner: &Pruner, epochs: u32, folds: u32) -> Ladder {
        let whole = Rung { epochs, folds };
        let below = match &pruner.rungs {
            Rungs::Given(rungs) => rungs.clone(),
            Rungs::Growing { factor, epochs: first, folds: least } => {
                let first = Rung { epochs: (*first).min(epochs), folds: least.unwrap_or(folds).min(folds) };
                growing(*factor, first, whole)
            }
        };
        let is_below = |rung: &Rung| rung.epochs <= epochs && rung.folds <= folds && *rung != whole;
        Ladder(below.into_iter().filter(is_below).chain([whole]).collect())
    }

    pub(crate) fn rungs(&self) -> &[Rung] {
        &self.0
    }

    /// The position of the last rung.
    pub(crate) fn last(&self) -> usize {
        self.0.len() - 1
    }

    /// The rung at a position for a trial of `epochs` epochs, which may be shorter than the longest.
    pub(crate) fn rung(&self, position: usize, epochs: u32) -> Rung {
        let rung = self.0[position];
        let is_last = position == self.last();
        Rung { epochs: if is_last { epochs } else { rung.epochs.min(epochs) }, ..rung }
    }

    /// The whole of a trial of `epochs` epochs.
    pub(crate) fn whole(&self, epochs: u32) -> Rung {
        self.rung(self.last(), epochs)
    }
}

/// Rungs each of `factor` times the work of the one before: first by more epochs, then by more folds. They are counted
/// down from the whole, so that the last step is as long as the others.
fn growing(factor: u32, first: Rung, whole: Rung) -> Vec<Rung> {
    let mut rungs = Vec::new();
    let mut rung = whole;
    loop {
        rungs.push(rung);
        if rung.folds > first.folds {
            rung.folds = rung.folds.div_ceil(factor).max(first.folds);
        } else if rung.epochs / factor >= first.epochs {
            rung.epochs = rung.epochs.div_ceil(factor).max(first.epochs);
        } else {
            break;
        }
    }
    rungs.reverse();
    rungs
}

#[cfg(test)]
mod tests {
    use crossfold_study::PrunerKind;

    use super::*;

    fn ladder(rungs: Rungs, epochs: u32, folds: u32) -> Vec<(u32, u32)> {
        let ladder = Ladder::new(&Pruner { kind: PrunerKind::Halving, rungs }, epochs, folds);
        ladder.rungs().iter().map(|rung| (rung.epochs, rung.folds)).collect()
    }

    #[test]
    fn work_grows_by_epochs_and_then_by_folds() {
        let growing = |epochs, folds| Rungs::Growing { factor: 3, epochs, folds };
        assert_eq!(ladder(growing(1, None), 81, 5), [(1, 5), (3, 5), (9, 5), (27, 5), (81, 5)]);
        assert_eq!(ladder(growing(2, None), 50, 5), [(2, 5), (6, 5), (17, 5), (50, 5)]);
        assert_eq!(ladder(growing(5, Some(1)), 50, 5), [(6, 1), (17, 1), (50, 1), (50, 2), (50, 5)]);
        assert_eq!(ladder(growing(50, Some(5)), 50, 5), [(50, 5)]);
        assert_eq!(ladder(growing(99, None), 50, 1), [(50, 1)]);
    }

    #[test]
    fn given_rungs_are_as_written() {
        let rung = |epochs, folds| Rung { epochs, folds };
        assert_eq!(ladder(Rungs::Given(vec![rung(2, 1), rung(9, 3), rung(60, 3)]), 50, 5), [(2, 1), (9, 3), (50, 5)]);
        assert_eq!(Ladder::new(&Pruner::NONE, 7, 2).rungs(), [rung(7, 2)]);
    }
}
