//! The rungs that a study's trials go up.

use crossfold_study::{Pruner, Rung, Rungs};

/// The rungs of trials of `epochs` on `folds`, ascending; the last is all of both.
pub(crate) fn ladder(pruner: &Pruner, epochs: u32, folds: u32) -> Vec<Rung> {
    let whole = Rung { epochs, folds };
    let below = match pruner.rungs() {
        None => Vec::new(),
        Some(Rungs::Given(rungs)) => rungs.clone(),
        Some(Rungs::Growing { factor, epochs: first, folds: least }) => {
            growing(*factor, Rung { epochs: (*first).min(epochs), folds: least.unwrap_or(folds).min(folds) }, whole)
        }
    };
    let is_below = |rung: &Rung| rung.epochs <= epochs && rung.folds <= folds && *rung != whole;
    below.into_iter().filter(is_below).chain([whole]).collect()
}

/// Of `factor` times the work from rung to rung, counted from the whole downwards so that the last step is as long as the
/// others: at first by more epochs, then by more folds.
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

/// How far along the ladder a trial of fewer epochs than the longest is at a rung.
pub(crate) fn for_trial(rung: Rung, is_last: bool, epochs: u32) -> Rung {
    Rung { epochs: if is_last { epochs } else { rung.epochs.min(epochs) }, ..rung }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rungs: Rungs, epochs: u32, folds: u32) -> Vec<(u32, u32)> {
        ladder(&Pruner::Halving { rungs }, epochs, folds).into_iter().map(|rung| (rung.epochs, rung.folds)).collect()
    }

    #[test]
    fn work_grows_by_epochs_and_then_by_folds() {
        let growing = |epochs, folds| Rungs::Growing { factor: 3, epochs, folds };
        assert_eq!(of(growing(1, None), 81, 5), [(1, 5), (3, 5), (9, 5), (27, 5), (81, 5)]);
        assert_eq!(of(growing(2, None), 50, 5), [(2, 5), (6, 5), (17, 5), (50, 5)]);
        assert_eq!(of(growing(5, Some(1)), 50, 5), [(6, 1), (17, 1), (50, 1), (50, 2), (50, 5)]);
        assert_eq!(of(growing(50, Some(5)), 50, 5), [(50, 5)]);
        assert_eq!(of(growing(99, None), 50, 1), [(50, 1)]);
    }

    #[test]
    fn given_rungs_are_as_written() {
        let rung = |epochs, folds| Rung { epochs, folds };
        assert_eq!(of(Rungs::Given(vec![rung(2, 1), rung(9, 3), rung(60, 3)]), 50, 5), [(2, 1), (9, 3), (50, 5)]);
        assert_eq!(ladder(&Pruner::None, 7, 2), [rung(7, 2)]);
    }
}
