//! The order of trials that are not complete.

use std::cmp::Ordering;

use crossfold_study::TrialNumber;

/// How far a trial has come, and its value there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing<R> {
    pub(super) rung: R,
    /// Smaller is better.
    pub(super) value: f64,
    pub(super) trial: TrialNumber,
}

/// By rung, the highest first, then by value, then by trial.
pub(super) fn in_order<R: Ord>(one: &Standing<R>, other: &Standing<R>) -> Ordering {
    let by_rung = other.rung.cmp(&one.rung);
    by_rung.then(one.value.total_cmp(&other.value)).then(one.trial.cmp(&other.trial))
}

/// The best of the trials that reached the highest rung; of equal ones the first.
pub(super) fn leader<R: Ord>(standings: impl Iterator<Item = Standing<R>>) -> Option<Standing<R>> {
    standings.min_by(in_order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_leader_is_the_best_of_the_highest_rung() {
        let standing = |rung, value, trial| Standing { rung, value, trial: TrialNumber(trial) };
        let standings = [standing(0, 0.1, 0), standing(2, 0.5, 1), standing(2, 0.4, 3), standing(2, 0.4, 2)];
        assert_eq!(leader(standings.into_iter()).map(|leader| leader.trial), Some(TrialNumber(2)));
        assert!(leader(std::iter::empty::<Standing<u32>>()).is_none());
    }
}
