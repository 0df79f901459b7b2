//! The order in which a plan's fits begin.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::num::NonZeroUsize;
use std::time::Duration;

use crossfold_study::{ConfigurationNumber, FoldId, Plan, PlannedConfiguration};

/// Fits of a plan in the order in which they begin; those of one configuration are in a row.
#[derive(Clone, Debug)]
pub struct Schedule<'a> {
    plan: &'a Plan,
    order: Vec<(ConfigurationNumber, FoldId)>,
}

impl<'a> Schedule<'a> {
    /// The `wanted` fits, the longest first, equal ones by number. So no long fit is left to a single thread at the end
    /// (Graham 1969, "Bounds on multiprocessing timing anomalies": at most 4/3 of the best time).
    ///
    /// `price` is the cost of one epoch of a configuration, in any unit.
    pub fn longest_first(
        plan: &'a Plan,
        price: &dyn Fn(&PlannedConfiguration) -> u64,
        wanted: &dyn Fn(ConfigurationNumber, FoldId) -> bool,
    ) -> Schedule<'a> {
        let mut configurations: Vec<ConfigurationNumber> =
            plan.configurations.iter().map(|planned| planned.number).collect();
        configurations.sort_by_cached_key(|&number| {
            let planned = plan.configuration(number);
            Reverse(u128::from(price(planned)) * u128::from(planned.horizon()))
        });
        let fits = configurations.into_iter().flat_map(|number| plan.folds.iter().map(move |&fold| (number, fold)));
        Schedule { plan, order: fits.filter(|&(number, fold)| wanted(number, fold)).collect() }
    }

    /// The number of fits.
    pub fn fits(&self) -> usize {
        self.order.len()
    }

    /// At most `count` configurations that represent the costs of all. They are spread over the order by steps of the golden
    /// ratio, which no period of a grid matches.
    pub fn sample(&self, count: usize) -> Vec<&'a PlannedConfiguration> {
        const GOLDEN: f64 = 0.618_033_988_749_894_9;
        let mut configurations: Vec<ConfigurationNumber> = self.order.iter().map(|&(number, _)| number).collect();
        configurations.dedup();
        let total = configurations.len();
        let mut places: Vec<usize> = if total <= count {
            (0..total).collect()
        } else {
            (1..=count).map(|i| ((i as f64 * GOLDEN).fract() * total as f64) as usize).collect()
        };
        places.sort_unstable();
        places.dedup();
        places.into_iter().map(|place| self.plan.configuration(configurations[place])).collect()
    }

    /// How long a run takes on `jobs` threads if a fit of a configuration takes `fit_time`. The thread that is free first
    /// begins the next fit.
    pub fn forecast(&self, fit_time: &dyn Fn(&PlannedConfiguration) -> Duration, jobs: NonZeroUsize) -> Duration {
        let mut free = BinaryHeap::from(vec![Reverse(Duration::ZERO); jobs.get().min(self.fits())]);
        let mut last = Duration::ZERO;
        for fits in self.order.chunk_by(|(a, _), (b, _)| a == b) {
            let time = fit_time(self.plan.configuration(fits[0].0));
            for _ in fits {
                let mut first = free.peek_mut().expect("there are threads where there are fits");
                first.0 = first.0.saturating_add(time);
                last = last.max(first.0);
            }
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use crossfold_network::{Param, Setting};
    use crossfold_study::Strategy;

    use super::*;
    use crate::foresee::preview::initial_plan;
    use crate::simulation::{choice, folds, study};

    /// A configuration for each batch size, which tests take for its price.
    fn plan(batch_sizes: &[u32], fold_count: u32) -> Plan {
        let space = vec![(Param::BatchSize, choice(Setting::BatchSize, batch_sizes.iter().copied()))];
        initial_plan(&study(Strategy::GRID, space), folds(fold_count))
    }

    fn batch(planned: &PlannedConfiguration) -> u64 {
        planned.configuration.batch_size.into()
    }

    #[test]
    fn expensive_fits_come_first_and_ties_by_number() {
        let plan = plan(&[1, 7, 3, 9, 4], 2);
        let schedule = Schedule::longest_first(&plan, &|planned| batch(planned) / 3, &|_, _| true);
        let begun = schedule.order.iter().map(|(number, fold)| (batch(plan.configuration(*number)), fold.fold));
        let begun: Vec<_> = begun.collect();
        assert_eq!(begun, [(9, 0), (9, 1), (7, 0), (7, 1), (3, 0), (3, 1), (4, 0), (4, 1), (1, 0), (1, 1)]);
    }

    #[test]
    fn only_wanted_fits_are_scheduled() {
        let plan = plan(&[1, 7, 3], 2);
        let wanted = |number: ConfigurationNumber, fold: FoldId| number.0 != 1 && fold.fold == 1;
        let schedule = Schedule::longest_first(&plan, &batch, &wanted);
        let begun = schedule.order.iter().map(|(number, fold)| (batch(plan.configuration(*number)), fold.fold));
        let begun: Vec<_> = begun.collect();
        assert_eq!(begun, [(3, 1), (1, 1)]);
        assert_eq!(schedule.fits(), 2);
        assert_eq!(schedule.sample(9).len(), 2);
        assert_eq!(Schedule::longest_first(&plan, &batch, &|_, _| false).sample(9).len(), 0);
    }

    #[test]
    fn a_longer_horizon_costs_more() {
        let space =
            vec![(Param::Layers, choice(Setting::Layers, [0, 1])), (Param::Epochs, choice(Setting::Epochs, [1]))];
        let mut plan = initial_plan(&study(Strategy::GRID, space), folds(1));
        plan.configurations[1].read_at = vec![1, 3];
        let schedule = Schedule::longest_first(&plan, &|planned| [2, 1][planned.number.0 as usize], &|_, _| true);
        assert_eq!(schedule.order[0].0, ConfigurationNumber(1));
    }

    fn forecast(times: &[u32], fold_count: u32, jobs: usize) -> u64 {
        let plan = plan(times, fold_count);
        let schedule = Schedule::longest_first(&plan, &batch, &|_, _| true);
        let time = |planned: &PlannedConfiguration| Duration::from_secs(batch(planned));
        schedule.forecast(&time, NonZeroUsize::new(jobs).unwrap()).as_secs()
    }

    /// Longest-first schedules worked out by hand.
    #[test]
    fn a_forecast_is_the_length_of_the_schedule() {
        // 7 | 6, then 5 beside 6, 4 beside 7, 3 and 2 in turn: 7+4+3 and 6+5+2.
        assert_eq!(forecast(&[2, 3, 4, 5, 6, 7], 1, 2), 14);
        // 3+3+2 and 3+2+2: three folds each of 3 and 2.
        assert_eq!(forecast(&[2, 3], 3, 2), 8);
        assert_eq!(forecast(&[2, 3], 3, 1), 15);
        assert_eq!(forecast(&[2, 3], 3, 64), 3);
        assert_eq!(forecast(&[2, 3], 0, 2), 0);
    }

    #[test]
    fn a_sample_is_spread_over_the_schedule() {
        let plan = plan(&(1..=128).collect::<Vec<_>>(), 1);
        let schedule = Schedule::longest_first(&plan, &batch, &|_, _| true);
        let sample: Vec<u64> = schedule.sample(8).into_iter().map(batch).collect();
        // From every quarter of the prices, and of both parities: a second dimension may well lie
        // in an index's parity.
        for quarter in 0..4 {
            assert!(sample.iter().any(|&batch| (batch - 1) / 32 == quarter), "{sample:?}");
        }
        assert!(sample.iter().any(|batch| batch % 2 == 0) && sample.iter().any(|batch| batch % 2 == 1), "{sample:?}");
        assert_eq!(schedule.sample(128).len(), 128);
        assert_eq!(schedule.sample(1).len(), 1);
    }
}
