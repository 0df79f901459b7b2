//! When to stop, so that a run ends in time.

use std::time::Duration;

use crossfold_network::Configuration;
use crossfold_study::{Refit, Trial};

use crate::Kept;
use crate::course::Course;
use crate::queue::Task;

/// A moment by which all of a run is to be over.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    /// By the search's clock.
    pub at: Duration,
    /// What is done after the search: a refit of the winner.
    pub refit: Refit,
    /// How long reports take.
    pub reports: Duration,
}

/// How much longer a fit may take than others of its price did.
const MARGIN: f64 = 1.25;
/// The winner is taken to be one of so many that lead.
const LEADERS: usize = 10;

/// What is left of the time, from what fits took so far.
#[derive(Debug)]
pub(crate) struct Clockwork {
    deadline: Option<Deadline>,
    /// What an epoch of a fit of a price took, the cheapest first; of equal prices the longest.
    seen: Vec<(u64, f64)>,
    /// When the last fit has to be over, but for those that bring a first trial to its end.
    until: Duration,
    /// When these have to be.
    last: Duration,
}

impl Clockwork {
    pub(crate) fn new(deadline: Option<Deadline>) -> Clockwork {
        let until = deadline.map_or(Duration::MAX, |deadline| deadline.at.saturating_sub(deadline.reports));
        Clockwork { deadline, seen: Vec::new(), until, last: until }
    }

    pub(crate) fn has_deadline(&self) -> bool {
        self.deadline.is_some()
    }

    /// Whether the time for fits is over.
    pub(crate) fn is_over(&self, now: Duration) -> bool {
        now >= self.until
    }

    /// A fit of so many epochs took so long.
    pub(crate) fn saw(&mut self, price: u64, epochs: u32, spent: Duration) {
        if self.deadline.is_none() || epochs == 0 {
            return;
        }
        let seconds = spent.as_secs_f64() / f64::from(epochs);
        match self.seen.binary_search_by_key(&price, |(price, _)| *price) {
            // One that was held up by chance is soon forgotten.
            Ok(at) => self.seen[at].1 = seconds.max(0.9 * self.seen[at].1 + 0.1 * seconds),
            Err(at) => self.seen.insert(at, (price, seconds)),
        }
    }

    /// Seconds that an epoch of this price takes: no less than that of any cheaper, and in proportion to the dearest known
    /// where it is dearer still; 0 while nothing is known.
    pub(crate) fn epoch(&self, price: u64) -> f64 {
        let (mut cheaper, mut dearest) = (0.0_f64, None);
        for &(other, seconds) in &self.seen {
            if other <= price {
                cheaper = cheaper.max(seconds);
            }
            dearest = Some((other, seconds));
        }
        match dearest {
            None => 0.0,
            Some((other, seconds)) if other < price => cheaper.max(seconds * price as f64 / other.max(1) as f64),
            Some(_) => {
                let next = self.seen.iter().find(|(other, _)| *other >= price).map_or(0.0, |(_, seconds)| *seconds);
                cheaper.max(next)
            }
        }
    }

    /// Whether a task that is begun now ends in time.
    pub(crate) fn has_time(&self, task: &Task, now: Duration) -> bool {
        if self.deadline.is_none() {
            return true;
        }
        let takes = self.epoch(task.price) * f64::from(task.epochs_left()) * MARGIN;
        !self.is_over(now.saturating_add(Duration::try_from_secs_f64(takes).unwrap_or(Duration::MAX)))
    }

    /// Keeps room for the refit of whoever of the leaders takes longest and, until any trial has come to its end, for one
    /// that does.
    pub(crate) fn keep_room(&mut self, course: &Course<'_>, jobs: usize, price: &dyn Fn(&Configuration) -> u64) {
        let Some(deadline) = self.deadline else { return };
        let (plan, results) = (course.plan(), course.results());
        let (mut leaders, _) = Kept::Best(LEADERS).split(plan, results, course.metric());
        if leaders.is_empty() {
            // Whoever came furthest goes to the end, if nobody does; before anybody came anywhere, it may be anyone.
            let leader = course.leader().map(|leader| &plan.trials[leader.0 as usize]);
            leaders = leader.map_or_else(|| plan.trials.iter().collect(), |leader| vec![leader]);
        }
        let fit = |trial: &&Trial| {
            let configuration = &plan.configuration(trial.configuration).configuration;
            self.epoch(price(configuration)) * f64::from(trial.epochs)
        };
        let longest = MARGIN * leaders.iter().map(fit).fold(0.0, f64::max);
        let refit = match deadline.refit {
            Refit::None => 0.0,
            Refit::Best | Refit::OneSe => longest * (1.0 + course.terms().ratio),
        };
        let rounds = plan.folds.len().div_ceil(jobs.min(plan.folds.len()).max(1));
        let finish = if course.has_winner() { 0.0 } else { longest * rounds as f64 };
        let seconds = |seconds| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
        self.last = deadline.at.saturating_sub(deadline.reports.saturating_add(seconds(refit)));
        self.until = self.last.saturating_sub(seconds(finish));
    }

    /// The room that was kept for a trial to come to its end is used now.
    pub(crate) fn use_room(&mut self) {
        self.until = self.last;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fit_takes_as_long_as_others_of_its_price() {
        let deadline = Deadline { at: Duration::from_secs(100), refit: Refit::None, reports: Duration::from_secs(1) };
        let mut clockwork = Clockwork::new(Some(deadline));
        assert_eq!(clockwork.epoch(10), 0.0);
        clockwork.saw(10, 4, Duration::from_secs(8));
        clockwork.saw(30, 1, Duration::from_secs(5));
        clockwork.saw(20, 1, Duration::from_secs(3));
        let seconds = [5, 10, 15, 20, 30, 60].map(|price| clockwork.epoch(price));
        assert_eq!(seconds, [2.0, 2.0, 3.0, 3.0, 5.0, 10.0]);
        assert!(!clockwork.is_over(Duration::from_millis(98_999)) && clockwork.is_over(Duration::from_secs(99)));
    }
}
