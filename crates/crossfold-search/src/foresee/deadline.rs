//! The time that is left until a deadline, and what it is reserved for.

use std::time::Duration;

use crossfold_network::Configuration;
use crossfold_study::{Refit, Trial};

use crate::decide::course::Course;

/// The time by which a whole run must be over.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    /// By the search's clock.
    pub at: Duration,
    /// What follows the search: a refit of the winner.
    pub refit: Refit,
    /// How long reports take.
    pub reports: Duration,
}

/// How much longer a fit may take than others of its price did.
const MARGIN: f64 = 1.25;
/// The winner is expected to be among this many of the best trials.
const LEADERS: usize = 10;

/// The time for fits, from how long fits took so far.
#[derive(Debug)]
pub(crate) struct TimeBudget {
    deadline: Option<Deadline>,
    /// What was measured, by price, ascending.
    measured: Vec<Measured>,
    /// The seconds that an epoch of a fit takes, by its price; both ascend.
    epoch_seconds: Vec<(u64, f64)>,
    /// When the last fit has to be over, apart from those that train the leader to its end.
    search_until: Duration,
    /// When the last fit has to be over.
    finish_until: Duration,
}

/// All fits of one price.
#[derive(Clone, Copy, Debug)]
struct Measured {
    price: u64,
    epochs: f64,
    seconds: f64,
}

impl TimeBudget {
    pub(crate) fn new(deadline: Option<Deadline>) -> TimeBudget {
        let until = deadline.map_or(Duration::MAX, |deadline| deadline.at.saturating_sub(deadline.reports));
        TimeBudget {
            deadline,
            measured: Vec::new(),
            epoch_seconds: Vec::new(),
            search_until: until,
            finish_until: until,
        }
    }

    /// Whether the time for fits is over, apart from those that train a trial to its end where there is no winner yet.
    pub(crate) fn is_over(&self, now: Duration) -> bool {
        now >= self.search_until
    }

    /// Whether the time for all fits is over.
    pub(crate) fn is_finish_over(&self, now: Duration) -> bool {
        now >= self.finish_until
    }

    /// Takes in how long a fit of this price and number of epochs took.
    pub(crate) fn record(&mut self, price: u64, epochs: u32, spent: Duration) {
        if self.deadline.is_none() || epochs == 0 {
            return;
        }
        let (epochs, seconds) = (f64::from(epochs), spent.as_secs_f64());
        match self.measured.binary_search_by_key(&price, |measured| measured.price) {
            Ok(at) => {
                self.measured[at].epochs += epochs;
                self.measured[at].seconds += seconds;
            }
            Err(at) => self.measured.insert(at, Measured { price, epochs, seconds }),
        }
        self.epoch_seconds = ascending(&self.measured);
    }

    /// The seconds that an epoch of this price takes: as the next higher known price, and in proportion to the highest where
    /// it is higher still. 0 while nothing is known.
    pub(crate) fn epoch_seconds(&self, price: u64) -> f64 {
        let higher = self.epoch_seconds.partition_point(|(other, _)| *other < price);
        match (self.epoch_seconds.get(higher), self.epoch_seconds.last()) {
            (Some((_, seconds)), _) => *seconds,
            (None, Some((other, seconds))) => seconds * price as f64 / (*other).max(1) as f64,
            (None, None) => 0.0,
        }
    }

    /// Whether a fit of this price and number of epochs ends in time if it begins now.
    pub(crate) fn has_time(&self, price: u64, epochs: u32, now: Duration) -> bool {
        if self.deadline.is_none() {
            return true;
        }
        let seconds = self.epoch_seconds(price) * f64::from(epochs) * MARGIN;
        !self.is_over(now.saturating_add(duration(seconds)))
    }

    /// Reserves time for the refit of the slowest possible winner and, until there is a winner, for training the leader
    /// to its end.
    pub(crate) fn reserve(&mut self, course: &Course<'_>, jobs: usize, price: &dyn Fn(&Configuration) -> u64) {
        let Some(deadline) = self.deadline else { return };
        let fit_seconds = |trial: &Trial| {
            let configuration = &course.configuration(trial.configuration).configuration;
            self.epoch_seconds(price(configuration)) * f64::from(trial.epochs)
        };
        let longest = course.possible_winners(LEADERS).into_iter().map(fit_seconds).fold(0.0, f64::max);
        let longest = MARGIN * longest;
        let refit = match deadline.refit {
            Refit::None => 0.0,
            Refit::Best | Refit::OneSe => longest * (1.0 + course.data_size().ratio),
        };
        let finish = longest * course.rounds_to_finish(jobs) as f64;
        let until = deadline.at.saturating_sub(deadline.reports);
        let with_refit = until.saturating_sub(duration(refit));
        // Before there is a winner, there is nothing to refit.
        self.finish_until = if course.has_winner() { with_refit } else { until };
        self.search_until = with_refit.saturating_sub(duration(finish));
    }
}

/// Seconds per epoch that don't descend with the price: the mean of neighbours that do, each weighted by its epochs (Ayer et al.
/// 1955, "An empirical distribution function for sampling with incomplete information"). So a fit of few epochs, most of
/// whose time was its start, counts little beside one of many.
fn ascending(measured: &[Measured]) -> Vec<(u64, f64)> {
    let mut groups: Vec<(usize, f64, f64)> = Vec::new();
    for &Measured { epochs, seconds, .. } in measured {
        let mut group = (1, epochs, seconds);
        while let Some((count, epochs, seconds)) = groups.pop_if(|(_, e, s)| *s / *e >= group.2 / group.1) {
            group = (group.0 + count, group.1 + epochs, group.2 + seconds);
        }
        groups.push(group);
    }
    let seconds = groups.iter().flat_map(|&(count, epochs, seconds)| std::iter::repeat_n(seconds / epochs, count));
    measured.iter().map(|measured| measured.price).zip(seconds).collect()
}

fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fit_times_are_estimated_from_fits_of_similar_cost() {
        let deadline = Deadline { at: Duration::from_secs(100), refit: Refit::None, reports: Duration::from_secs(1) };
        let mut time = TimeBudget::new(Some(deadline));
        assert_eq!(time.epoch_seconds(10), 0.0);
        time.record(10, 4, Duration::from_secs(8));
        time.record(30, 1, Duration::from_secs(5));
        time.record(20, 1, Duration::from_secs(3));
        let seconds = [5, 10, 15, 20, 30, 60].map(|price| time.epoch_seconds(price));
        assert_eq!(seconds, [2.0, 2.0, 3.0, 3.0, 5.0, 10.0]);
        assert!(!time.is_over(Duration::from_millis(98_999)) && time.is_over(Duration::from_secs(99)));
    }

    /// The start of a fit of one epoch takes a second, an epoch of a longer one 0.01 s.
    #[test]
    fn long_fits_outweigh_the_start_of_short_ones() {
        let deadline = Deadline { at: Duration::from_secs(100), refit: Refit::None, reports: Duration::from_secs(1) };
        let mut time = TimeBudget::new(Some(deadline));
        time.record(10, 1, Duration::from_secs(1));
        assert_eq!(time.epoch_seconds(20), 2.0);
        time.record(20, 500, Duration::from_millis(5_010));
        assert_eq!([10, 20].map(|price| time.epoch_seconds(price)), [6.01 / 501.0; 2]);
    }
}
