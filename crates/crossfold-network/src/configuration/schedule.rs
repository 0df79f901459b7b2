//! Learning rate schedules.

use serde::{Deserialize, Serialize};

words! {
    /// A schedule by name.
    ScheduleName {
        Constant = "constant",
        /// Multiplied by `decay` every `decay_epochs` epochs.
        Step = "step",
        /// Multiplied by `decay` after each epoch.
        Exponential = "exponential",
        /// Down to 0 at the last step along half a cosine.
        Cosine = "cosine",
        /// Up to the learning rate over the first 30 % of all steps, then down to almost 0.
        OneCycle = "one_cycle",
        /// Multiplied by `decay` if the loss on the inner validation part hasn't improved for `decay_epochs` epochs.
        Plateau = "plateau",
    }
}

/// The factor of the learning rate at each step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    Constant,
    /// `factor` to the power of the completed periods of `every` epochs after warm-up.
    Step {
        every: u32,
        factor: f64,
    },
    /// `factor` to the power of the completed epochs after warm-up.
    Exponential {
        factor: f64,
    },
    /// (1 + cos πt) / 2, where t is the share of the steps after warm-up that are done (Loshchilov and Hutter 2017).
    Cosine {
        /// Epochs until the end. As part of the configuration it keeps trials with different epochs from sharing fits.
        horizon: u32,
    },
    /// From 1/25 up to 1 along half a cosine in the first 30 % of all steps, then down to 1/250,000 along
    /// another (Smith and Topin 2018; PyTorch's `OneCycleLR` with constant momentum).
    OneCycle {
        horizon: u32,
    },
    /// Multiplied by `factor` each time the loss on the inner validation part hasn't improved for `patience` epochs,
    /// counted after warm-up.
    Plateau {
        factor: f64,
        patience: u32,
    },
}

/// How far training has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// The current epoch, from 1.
    pub epoch: u32,
    /// The current step of the epoch, from 0.
    pub step: u32,
    /// Steps per epoch.
    pub steps: u32,
    /// The number of plateaus before this epoch.
    pub plateaus: u32,
}

impl Schedule {
    /// The name, without settings.
    pub fn word(self) -> ScheduleName {
        match self {
            Schedule::Constant => ScheduleName::Constant,
            Schedule::Step { .. } => ScheduleName::Step,
            Schedule::Exponential { .. } => ScheduleName::Exponential,
            Schedule::Cosine { .. } => ScheduleName::Cosine,
            Schedule::OneCycle { .. } => ScheduleName::OneCycle,
            Schedule::Plateau { .. } => ScheduleName::Plateau,
        }
    }

    /// The number of epochs that the schedule spans; `None` if it has no end.
    pub fn horizon(self) -> Option<u32> {
        match self {
            Schedule::Cosine { horizon } | Schedule::OneCycle { horizon } => Some(horizon),
            Schedule::Constant | Schedule::Step { .. } | Schedule::Exponential { .. } | Schedule::Plateau { .. } => {
                None
            }
        }
    }

    /// The same schedule over `horizon` epochs, if it has an end.
    #[must_use]
    pub fn with_horizon(self, horizon: u32) -> Schedule {
        match self {
            Schedule::Cosine { .. } => Schedule::Cosine { horizon },
            Schedule::OneCycle { .. } => Schedule::OneCycle { horizon },
            Schedule::Constant | Schedule::Step { .. } | Schedule::Exponential { .. } | Schedule::Plateau { .. } => {
                self
            }
        }
    }

    /// The factor of the learning rate in the step after `at`. It rises linearly over the first `warmup` epochs, behind
    /// which decay begins.
    pub fn factor(self, warmup: u32, at: Progress) -> f64 {
        let Progress { epoch, step, steps, plateaus } = at;
        let power = |factor: f64, times: u32| libm::pow(factor, f64::from(times));
        let done = f64::from(epoch - 1) * f64::from(steps) + f64::from(step);
        let warm = f64::from(warmup) * f64::from(steps);
        let rise = if done < warm { (done + 1.0) / warm } else { 1.0 };
        let completed = (epoch - 1).saturating_sub(warmup);
        rise * match self {
            Schedule::Constant => 1.0,
            Schedule::Step { every, factor } => power(factor, completed / every),
            Schedule::Exponential { factor } => power(factor, completed),
            Schedule::Plateau { factor, patience: _ } => power(factor, plateaus),
            Schedule::Cosine { horizon } => {
                // If warm-up lasts longer than training, no steps are left for the decay.
                let rest = (f64::from(horizon) * f64::from(steps) - warm).max(1.0);
                half_cosine(1.0, 0.0, ((done - warm) / rest).clamp(0.0, 1.0))
            }
            Schedule::OneCycle { horizon } => {
                // As in PyTorch, the last step has the lowest rate.
                let last = (f64::from(horizon) * f64::from(steps) - 1.0).max(1.0);
                let peak = (0.3 * (last + 1.0) - 1.0).max(0.0);
                if done <= peak && peak > 0.0 {
                    half_cosine(1.0 / 25.0, 1.0, done / peak)
                } else {
                    half_cosine(1.0, 1.0 / 250_000.0, ((done - peak) / (last - peak)).clamp(0.0, 1.0))
                }
            }
        }
    }
}

/// Half a cosine from `start` to `end` as `share` goes from 0 to 1.
fn half_cosine(start: f64, end: f64, share: f64) -> f64 {
    end + (start - end) / 2.0 * (1.0 + libm::cos(std::f64::consts::PI * share))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Factors of ten steps in epochs of two, with a plateau before the fourth epoch.
    fn factors(schedule: Schedule, warmup: u32) -> Vec<f64> {
        let at = |step: u32| Progress { epoch: 1 + step / 2, step: step % 2, steps: 2, plateaus: step / 6 };
        (0..10).map(|step| schedule.factor(warmup, at(step))).collect()
    }

    fn check(schedule: Schedule, warmup: u32, expected: [f64; 10]) {
        let found = factors(schedule, warmup);
        let near = found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12);
        assert!(near, "{schedule:?}: {found:?}, not {expected:?}");
    }

    /// Expected values are from PyTorch 2.15: `OneCycleLR`, `CosineAnnealingLR`, and the latter after a `LinearLR`.
    #[test]
    fn factors_match_pytorch() {
        check(
            Schedule::OneCycle { horizon: 5 },
            0,
            [
                0.04,
                0.52,
                1.0,
                0.9504846320134737,
                0.8117456539497631,
                0.6112620219362893,
                0.38874197806371075,
                0.18825834605023697,
                0.049519367986526286,
                4e-06,
            ],
        );
        check(
            Schedule::Cosine { horizon: 5 },
            0,
            [
                1.0,
                0.9755282581475768,
                0.9045084971874737,
                0.7938926261462366,
                0.6545084971874737,
                0.5,
                0.34549150281252633,
                0.2061073738537635,
                0.09549150281252633,
                0.024471741852423234,
            ],
        );
        check(
            Schedule::Cosine { horizon: 5 },
            1,
            [
                0.5,
                1.0,
                1.0,
                0.9619397662556434,
                0.8535533905932737,
                0.6913417161825449,
                0.5,
                0.30865828381745514,
                0.14644660940672627,
                0.03806023374435664,
            ],
        );
    }

    /// Expected values were computed by hand.
    #[test]
    fn decays_follow_epochs_and_plateaus() {
        let each = |epochs: [f64; 5]| std::array::from_fn(|step| epochs[step / 2]);
        check(Schedule::Constant, 0, [1.0; 10]);
        check(Schedule::Step { every: 2, factor: 0.1 }, 0, each([1.0, 1.0, 0.1, 0.1, 0.01]));
        check(Schedule::Exponential { factor: 0.5 }, 0, each([1.0, 0.5, 0.25, 0.125, 0.0625]));
        check(Schedule::Plateau { factor: 0.5, patience: 1 }, 0, each([1.0, 1.0, 1.0, 0.5, 0.5]));
    }

    /// Expected values were computed by hand: the full rate is reached before it falls.
    #[test]
    fn decay_begins_behind_the_warmup() {
        let expected = [0.25, 0.5, 0.75, 1.0, 1.0, 1.0, 0.5, 0.5, 0.25, 0.25];
        check(Schedule::Exponential { factor: 0.5 }, 2, expected);
        let expected = [0.5, 1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.5];
        check(Schedule::Step { every: 2, factor: 0.5 }, 1, expected);
    }

    #[test]
    fn warmup_may_outlast_training() {
        let expected = std::array::from_fn(|step| (step + 1) as f64 / 12.0);
        check(Schedule::Cosine { horizon: 5 }, 6, expected);
        // A single step is the whole cycle.
        let only = Progress { epoch: 1, step: 0, steps: 1, plateaus: 0 };
        assert_eq!(Schedule::OneCycle { horizon: 1 }.factor(0, only), 1.0);
    }
}
