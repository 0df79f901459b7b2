//! Which trials' out-of-fold predictions stay in the store.

use crossfold_study::{FitKey, FoldId, Metric, Origin, Part, Plan, Results, Retention, Strategy, Study, Trial};

use crate::decide::course::Course;
use crate::decide::ranking::best_first;

/// How many trials keep their predictions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    All,
    /// Those ranked first among the complete.
    Best(usize),
}

impl Kept {
    /// What a study's [`Retention`] comes to for trials that each take `bytes_per_trial`; of a search that learns as many
    /// trials count as there can be.
    pub fn of(study: &Study, plan: &Plan, bytes_per_trial: u64) -> Kept {
        let trials = match study.strategy {
            Strategy::Grid { .. } | Strategy::Random { .. } | Strategy::Sobol { .. } if !Course::listens(study) => {
                plan.trials.len()
            }
            Strategy::Grid { .. } => plan.trials.len(),
            Strategy::Random { trials }
            | Strategy::Sobol { trials }
            | Strategy::Tpe { trials, .. }
            | Strategy::Gp { trials, .. } => study.budget.trials.map_or(trials, |most| most.min(trials)) as usize,
        };
        Kept::new(study.predictions, trials, bytes_per_trial)
    }

    /// What `retention` comes to for trials that each take `bytes_per_trial`.
    pub fn new(retention: Retention, trials: usize, bytes_per_trial: u64) -> Kept {
        let bytes = u128::from(bytes_per_trial) * trials as u128;
        if bytes <= u128::from(retention.megabytes) * 1_000_000 {
            Kept::All
        } else {
            Kept::Best(retention.best as usize)
        }
    }

    /// Splits the complete trials into those that keep their predictions and those that don't, each
    /// the best first. A trial that doesn't never will again: others only come before it.
    pub fn split<'a>(self, plan: &'a Plan, results: &Results, metric: Metric) -> (Vec<&'a Trial>, Vec<&'a Trial>) {
        let trials = best_first(plan, results, metric);
        match self {
            Kept::All => (trials, Vec::new()),
            Kept::Best(count) => {
                let (kept, dropped) = trials.split_at(count.min(trials.len()));
                (kept.to_vec(), dropped.to_vec())
            }
        }
    }
}

/// Where the predictions of `trials` are stored: each fit, and the epoch at which it is read.
pub fn places(plan: &Plan, origin: &Origin, results: &Results, trials: &[&Trial]) -> Vec<(FitKey, u32)> {
    let fits = trials.iter().flat_map(|trial| plan.folds.iter().map(move |&fold| (trial, fold)));
    let place = |(trial, fold): (&&Trial, FoldId)| {
        let configuration = &plan.configuration(trial.configuration).configuration;
        (origin.key(configuration, Part::Fold(fold)), results.epoch_read(trial, fold))
    };
    fits.map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_kept_while_they_fit() {
        let retention = Retention { megabytes: 256, best: 100 };
        assert_eq!(Kept::new(retention, 640, 400_000), Kept::All);
        assert_eq!(Kept::new(retention, 641, 400_000), Kept::Best(100));
        assert_eq!(Kept::new(Retention { megabytes: 0, best: 0 }, 1, 1), Kept::Best(0));
    }
}
