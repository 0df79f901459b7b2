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
    /// The seconds that an epoch of a fit took, by its price, ascending; of equal prices the longest.
    seconds_by_price: Vec<(u64, f64)>,
    /// When the last fit has to be over, apart from those that train the leader to its end.
    search_until: Duration,
    /// When the last fit has to be over.
    finish_until: Duration,
}

impl TimeBudget {
    pub(crate) fn new(deadline: Option<Deadline>) -> TimeBudget {
        let until = deadline.map_or(Duration::MAX, |deadline| deadline.at.saturating_sub(deadline.reports));
        TimeBudget { deadline, seconds_by_price: Vec::new(), search_until: until, finish_until: until }
    }

    pub(crate) fn has_deadline(&self) -> bool {
        self.deadline.is_some()
    }

    /// Whether the time for fits is over.
    pub(crate) fn is_over(&self, now: Duration) -> bool {
        now >= self.search_until
    }

    /// Takes in how long a fit of this price and number of epochs took.
    pub(crate) fn record(&mut self, price: u64, epochs: u32, spent: Duration) {
        if self.deadline.is_none() || epochs == 0 {
            return;
        }
        let seconds = spent.as_secs_f64() / f64::from(epochs);
        match self.seconds_by_price.binary_search_by_key(&price, |(price, _)| *price) {
            // A fit that was slow by chance is soon forgotten.
            Ok(at) => self.seconds_by_price[at].1 = seconds.max(0.9 * self.seconds_by_price[at].1 + 0.1 * seconds),
            Err(at) => self.seconds_by_price.insert(at, (price, seconds)),
        }
    }

    /// The seconds that an epoch of this price takes: at least as long as that of any lower price, and in proportion to
    /// the highest known price where it is higher still. 0 while nothing is known.
    pub(crate) fn epoch_seconds(&self, price: u64) -> f64 {
        let (mut cheaper, mut dearest) = (0.0_f64, None);
        for &(other, seconds) in &self.seconds_by_price {
            if other <= price {
                cheaper = cheaper.max(seconds);
            }
            dearest = Some((other, seconds));
        }
        match dearest {
            None => 0.0,
            Some((other, seconds)) if other < price => cheaper.max(seconds * price as f64 / other.max(1) as f64),
            Some(_) => {
                let next = self.seconds_by_price.iter().find(|(other, _)| *other >= price);
                cheaper.max(next.map_or(0.0, |(_, seconds)| *seconds))
            }
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
        self.finish_until = deadline.at.saturating_sub(deadline.reports.saturating_add(duration(refit)));
        self.search_until = self.finish_until.saturating_sub(duration(finish));
    }

    /// Allows the time that was reserved for training the leader to its end.
    pub(crate) fn use_finish_reserve(&mut self) {
        self.search_until = self.finish_until;
    }
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
}
