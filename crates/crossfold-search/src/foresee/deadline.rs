//! The time that is left until a deadline, and what it is reserved for.

use std::collections::BTreeMap;
use std::time::Duration;

use crossfold_network::Configuration;
use crossfold_study::{ConfigurationNumber, EpochRecord, Refit, Trial};

use crate::decide::course::Course;

/// The time by which a whole run must be over.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    /// By the search's clock.
    pub at: Duration,
    /// What follows the search: a refit of the winner.
    pub refit: Refit,
    /// Whether the winner is then retrained on each fold, and scored with its columns shuffled.
    pub variables: bool,
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
    /// Of each configuration, the longest fit.
    paces: BTreeMap<ConfigurationNumber, FitPace>,
    /// When the last fit has to be over, apart from those that train a trial to its end.
    search_until: Duration,
    /// When the last fit has to be over.
    finish_until: Duration,
}

/// How long a fit took, and how its time grew with epochs.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FitPace {
    /// Epochs that it was trained for, and the seconds that these took.
    epochs: u32,
    seconds: f64,
    /// The last epoch.
    until: u32,
    /// The seconds by which the first epoch took longer than the others.
    start: f64,
    /// The seconds of an epoch in the later half, and the middle of that half.
    late: f64,
    middle: f64,
    /// Epoch `e` takes `late · (e / middle)^growth` seconds; 0 to 1.
    growth: f64,
}

impl FitPace {
    /// The pace of a fit that had been trained for the time `before`, and then for these epochs in the time `spent`.
    pub(crate) fn new(trained: &[EpochRecord], before: Duration, spent: Duration) -> FitPace {
        let (Some(first), Some(last)) = (trained.first(), trained.last()) else { return FitPace::default() };
        let pace = FitPace { epochs: trained.len() as u32, seconds: spent.as_secs_f64(), ..FitPace::default() };
        let half = trained.len() / 2;
        let [beginning, until] = [first, last].map(|epoch| f64::from(epoch.report.epoch));
        let [first, last] = [first, last].map(|epoch| epoch.elapsed.saturating_sub(before).as_secs_f64());
        if half == 0 {
            return FitPace { until: until as u32, late: first, middle: until, ..pace };
        }
        let early = trained[half - 1].elapsed.saturating_sub(before).as_secs_f64();
        let late = (last - early) / (trained.len() - half) as f64;
        let early = early / half as f64;
        let early_middle = beginning + (half as f64 - 1.0) / 2.0;
        let middle = (until + beginning + half as f64) / 2.0;
        // Less may be chance.
        let grows = late > MARGIN * early && early > 0.0;
        let growth = if grows { ((late / early).ln() / (middle / early_middle).ln()).min(1.0) } else { 0.0 };
        FitPace { until: until as u32, start: (first - late).max(0.0), late, middle, growth, ..pace }
    }

    /// The seconds that a fit takes which has been trained for `from` epochs until it is for `to`.
    fn seconds(&self, from: u32, to: u32) -> f64 {
        let middle = (f64::from(from) + 1.0 + f64::from(to)) / 2.0;
        self.start + f64::from(to - from) * self.late * (middle / self.middle).powf(self.growth)
    }
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
            paces: BTreeMap::new(),
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

    /// Takes in how long a fit of a configuration of this price took.
    pub(crate) fn record(&mut self, configuration: ConfigurationNumber, price: u64, pace: FitPace) {
        if self.deadline.is_none() || pace.epochs == 0 {
            return;
        }
        let known = self.paces.entry(configuration).or_insert(pace);
        if (pace.until, pace.late) > (known.until, known.late) {
            *known = pace;
        }
        let (epochs, seconds) = (f64::from(pace.epochs), pace.seconds);
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

    /// The seconds that a fit of a configuration of this price takes, which has been trained for `from` epochs, until it is
    /// for `to`: as its longest fit says or, where there was none, fits of similar price.
    fn fit_seconds(&self, configuration: ConfigurationNumber, price: u64, from: u32, to: u32) -> f64 {
        match self.paces.get(&configuration) {
            Some(pace) => pace.seconds(from, to),
            None => self.epoch_seconds(price) * f64::from(to - from),
        }
    }

    /// Whether such a fit ends in time if it begins now.
    pub(crate) fn has_time(
        &self,
        configuration: ConfigurationNumber,
        price: u64,
        from: u32,
        to: u32,
        now: Duration,
    ) -> bool {
        if self.deadline.is_none() {
            return true;
        }
        let seconds = self.fit_seconds(configuration, price, from, to) * MARGIN;
        !self.is_over(now.saturating_add(duration(seconds)))
    }

    /// Reserves time for the refit of the slowest possible winner and, until there is a winner, for training a trial to its
    /// end.
    pub(crate) fn reserve(&mut self, course: &Course<'_>, jobs: usize, price: Price<'_>, now: Duration) {
        let Some(deadline) = self.deadline else { return };
        let until = deadline.at.saturating_sub(deadline.reports);
        let has_winner = course.has_winner();
        // Before there is a winner, there is nothing to refit.
        self.finish_until = until;
        let finisher = if has_winner { None } else { self.finisher(course, jobs, price, now) };
        let winners = finisher.map_or_else(|| course.possible_winners(LEADERS), |(trial, _)| vec![trial]);
        // The seconds of a fit, and how many networks are retrained one after another, at most.
        let folds = course.plan().folds.len();
        let fit = |trial: &Trial| {
            let configuration = &course.configuration(trial.configuration).configuration;
            let networks = course.study().finish.most_networks(configuration, folds) as usize;
            let seconds = self.fit_seconds(trial.configuration, price(configuration), 0, trial.epochs);
            (seconds, networks.div_ceil(jobs) as f64)
        };
        let fits: Vec<(f64, f64)> = winners.into_iter().map(fit).collect();
        let longest = MARGIN * fits.iter().map(|(seconds, _)| *seconds).fold(0.0, f64::max);
        let longest_refit = MARGIN * fits.iter().map(|(seconds, rounds)| seconds * rounds).fold(0.0, f64::max);
        let refit = match deadline.refit {
            Refit::None => 0.0,
            Refit::Best | Refit::OneSe => longest_refit * (1.0 + course.data_size().ratio),
            Refit::Folds => longest_refit,
        };
        // Training takes as long as scoring with shuffled columns at the most. Retrained networks of folds are used again.
        let per_fold = if deadline.refit == Refit::Folds { 1.0 } else { 2.0 };
        let variables = if deadline.variables { longest * per_fold * folds.div_ceil(jobs) as f64 } else { 0.0 };
        let finish = finisher.map_or(0.0, |(_, seconds)| seconds);
        let with_refit = until.saturating_sub(duration(refit + variables));
        if has_winner {
            self.finish_until = with_refit;
        }
        self.search_until = with_refit.saturating_sub(duration(finish));
    }

    /// The trial to train to its end so that there is a winner, and the seconds that it takes on `jobs` threads: the most
    /// promising one for which there is time or, where there is time for none, the one that takes the least.
    pub(crate) fn finisher<'c>(
        &self,
        course: &'c Course<'_>,
        jobs: usize,
        price: Price<'_>,
        now: Duration,
    ) -> Option<(&'c Trial, f64)> {
        let left = self.finish_until.saturating_sub(now).as_secs_f64();
        let mut quickest: Option<(&Trial, f64)> = None;
        for trial in course.candidates() {
            let seconds = self.seconds_to_finish(course, trial, jobs, price);
            if quickest.is_none_or(|(_, least)| seconds < least) {
                quickest = Some((trial, seconds));
            }
            if seconds <= left {
                break;
            }
        }
        quickest
    }

    fn seconds_to_finish(&self, course: &Course<'_>, trial: &Trial, jobs: usize, price: Price<'_>) -> f64 {
        let price = price(&course.configuration(trial.configuration).configuration);
        let left = course.epochs_left(trial);
        let seconds = |left| self.fit_seconds(trial.configuration, price, trial.epochs - left, trial.epochs);
        let longest = left.iter().map(|&epochs| seconds(epochs)).fold(0.0, f64::max);
        MARGIN * longest * left.len().div_ceil(jobs) as f64
    }
}

/// The cost of an epoch of a configuration, in any unit.
type Price<'p> = &'p dyn Fn(&Configuration) -> u64;

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
    use crossfold_study::{EpochReport, Tally};

    use super::*;

    fn record(time: &mut TimeBudget, price: u64, epochs: u32, milliseconds: u64) {
        let seconds = Duration::from_millis(milliseconds).as_secs_f64();
        let pace = FitPace { epochs, seconds, until: epochs, ..FitPace::default() };
        time.record(ConfigurationNumber(price as u32), price, pace);
    }

    #[test]
    fn fit_times_are_estimated_from_fits_of_similar_cost() {
        let deadline = Deadline {
            at: Duration::from_secs(100),
            refit: Refit::None,
            variables: false,
            reports: Duration::from_secs(1),
        };
        let mut time = TimeBudget::new(Some(deadline));
        assert_eq!(time.epoch_seconds(10), 0.0);
        record(&mut time, 10, 4, 8_000);
        record(&mut time, 30, 1, 5_000);
        record(&mut time, 20, 1, 3_000);
        let seconds = [5, 10, 15, 20, 30, 60].map(|price| time.epoch_seconds(price));
        assert_eq!(seconds, [2.0, 2.0, 3.0, 3.0, 5.0, 10.0]);
        assert!(!time.is_over(Duration::from_millis(98_999)) && time.is_over(Duration::from_secs(99)));
    }

    #[test]
    fn the_time_of_epochs_is_extrapolated() {
        let tally = Tally::Classes { rows: 1, correct: 1, loss: 0.0 };
        let pace = |first: u32, seconds: &[u64]| {
            let mut elapsed = 100;
            let records = (first..).zip(seconds).map(|(epoch, seconds)| {
                elapsed += seconds;
                let report = EpochReport { epoch, training: tally, validation: None, watched: None, predictions: None };
                EpochRecord { report, elapsed: Duration::from_secs(elapsed) }
            });
            let records: Vec<EpochRecord> = records.collect();
            FitPace::new(&records, Duration::from_secs(100), Duration::from_secs(elapsed - 100))
        };
        // Epoch `e` takes `e` seconds.
        for (first, seconds) in [(1, &[1, 2, 3, 4, 5, 6, 7, 8, 9][..]), (5, &[5, 6, 7, 8, 9])] {
            let by_hand = f64::from((10..=27).sum::<u32>());
            assert!((pace(first, seconds).seconds(9, 27) / by_hand - 1.0).abs() < 1e-12);
        }
        assert_eq!(pace(1, &[20, 1, 1, 1]).seconds(0, 9), 28.0);
        assert_eq!(pace(1, &[3]).seconds(1, 5), 12.0);
        assert_eq!(pace(1, &[10, 12]).seconds(2, 4), 24.0, "small differences may be chance");
    }

    /// The start of a fit of one epoch takes a second, an epoch of a longer one 0.01 s.
    #[test]
    fn long_fits_outweigh_the_start_of_short_ones() {
        let deadline = Deadline {
            at: Duration::from_secs(100),
            refit: Refit::None,
            variables: false,
            reports: Duration::from_secs(1),
        };
        let mut time = TimeBudget::new(Some(deadline));
        record(&mut time, 10, 1, 1_000);
        assert_eq!(time.epoch_seconds(20), 2.0);
        record(&mut time, 20, 500, 5_010);
        assert_eq!([10, 20].map(|price| time.epoch_seconds(price)), [6.01 / 501.0; 2]);
    }
}
