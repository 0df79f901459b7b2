//! The time that remains of a search, learnt from the fits that have ended.

use std::collections::BTreeMap;

use crossfold_network::Configuration;
use crossfold_study::{ConfigurationNumber, FitResult, FoldId, Plan, Results};

type Fit = (ConfigurationNumber, FoldId);

/// The fits that remain of a search whose fits are all known. A fit takes a time of its own and a time per unit of cost, both
/// learnt from fits that have ended: where networks are tiny, what a fit takes whatever its size outweighs its arithmetic.
pub(crate) struct RemainingFits {
    /// By configuration.
    planned: Vec<PlannedFit>,
    waiting: Work,
    under_way: BTreeMap<Fit, UnderWay>,
    /// The most fits that were under way at a time.
    parallel: usize,
    ended: EndedFits,
    /// The cost of all epochs trained.
    trained: f64,
    history: History<Done>,
}

/// What had been done at some time.
#[derive(Clone, Copy, Default)]
struct Done {
    /// Fits, of those under way the part that was done.
    fits: f64,
    /// The cost of the epochs.
    trained: f64,
    /// The seconds of all threads that had a fit.
    busy: f64,
}

/// Values at times since the beginning, at which they were the default.
#[derive(Default)]
struct History<T>(Vec<(f64, T)>);

/// The most times that are kept.
const MOMENTS: usize = 256;

impl<T: Copy + Default> History<T> {
    fn push(&mut self, now: f64, value: impl FnOnce() -> T) {
        if self.0.last().is_none_or(|(last, _)| now - last > now / MOMENTS as f64) {
            self.0.push((now, value()));
        }
        if self.0.len() > MOMENTS {
            let mut place = 0;
            self.0.retain(|_| {
                place += 1;
                place % 2 == 1
            });
        }
    }

    /// The last time in the earlier half of the time until `now`, and the value then.
    fn halfway(&self, now: f64) -> (f64, T) {
        self.0.iter().rev().find(|(time, _)| *time <= now / 2.0).copied().unwrap_or_default()
    }
}

/// Any fit of a configuration.
#[derive(Clone, Copy)]
struct PlannedFit {
    /// The cost of an epoch.
    price: f64,
    epochs: f64,
}

impl PlannedFit {
    fn cost(self) -> f64 {
        self.price * self.epochs
    }
}

struct UnderWay {
    /// Epochs trained so far.
    epochs: f64,
    /// When it began, in seconds.
    since: f64,
}

#[derive(Clone, Copy, Default)]
struct Work {
    fits: f64,
    cost: f64,
}

/// Sums over the fits that have ended.
#[derive(Default)]
struct EndedFits {
    fits: f64,
    seconds: f64,
    /// The cost of the epochs that they were trained for, and of those that they were planned for.
    trained: f64,
    planned: f64,
    /// Of a regression of seconds on cost, each fit weighted by the square of one over its seconds: 1, cost, cost², seconds,
    /// cost · seconds.
    weighted: [f64; 5],
}

/// A shorter fit is measured too badly to count for more.
const SHORTEST: f64 = 1e-3;
/// Before fits of several sizes have shown what a fit takes without its arithmetic, that is taken to be nothing: as much counts
/// for it as this share of a mean fit would.
const NOTHING_SEEN: f64 = 0.04;

impl RemainingFits {
    /// The fits of `plan` that are not among the `known` ones. `price` is the cost of one epoch of a configuration, in any
    /// unit.
    pub(crate) fn new(plan: &Plan, known: &Results, price: &dyn Fn(&Configuration) -> f64) -> RemainingFits {
        let fit = |planned: &crossfold_study::PlannedConfiguration| PlannedFit {
            price: price(&planned.configuration),
            epochs: f64::from(planned.horizon()),
        };
        let planned: Vec<PlannedFit> = plan.configurations.iter().map(fit).collect();
        let folds = plan.folds.len() as f64;
        let mut waiting = Work {
            fits: planned.len() as f64 * folds,
            cost: planned.iter().map(|planned| planned.cost()).sum::<f64>() * folds,
        };
        for (number, _, _) in known.fits() {
            waiting.remove(planned[number.0 as usize]);
        }
        RemainingFits {
            planned,
            waiting,
            under_way: BTreeMap::new(),
            parallel: 0,
            ended: EndedFits::default(),
            trained: 0.0,
            history: History::default(),
        }
    }

    /// A fit began, `now` in seconds.
    pub(crate) fn started(&mut self, fit: Fit, now: f64) {
        if !self.under_way.contains_key(&fit) {
            self.waiting.remove(self.planned(fit));
            self.under_way.insert(fit, UnderWay { epochs: 0.0, since: now });
            self.parallel = self.parallel.max(self.under_way.len());
        }
    }

    pub(crate) fn epoch_done(&mut self, fit: Fit, now: f64) {
        self.started(fit, now);
        self.trained += self.planned(fit).price;
        if let Some(under_way) = self.under_way.get_mut(&fit) {
            under_way.epochs += 1.0;
        }
    }

    /// A fit ended after `seconds` of training. Planned epochs that it was not trained for no longer remain.
    pub(crate) fn ended(&mut self, fit: Fit, seconds: f64, now: f64) {
        self.started(fit, now);
        let planned = self.planned(fit);
        let epochs = self.under_way.remove(&fit).map_or(0.0, |under_way| under_way.epochs);
        self.ended.add(planned, epochs, seconds);
        let done = self.done(now);
        self.history.push(now, || done);
    }

    /// What has been done by now.
    fn done(&self, now: f64) -> Done {
        let share = self.ended.share_trained();
        let parts = self.under_way.iter().map(|(&fit, under_way)| self.part(fit, under_way, share));
        let under_way = self.under_way.values().map(|under_way| (now - under_way.since).max(0.0));
        Done {
            fits: self.ended.fits + parts.sum::<f64>(),
            trained: self.trained,
            busy: self.ended.seconds + under_way.sum::<f64>(),
        }
    }

    /// The part of a fit that is done.
    fn part(&self, fit: Fit, under_way: &UnderWay, share: f64) -> f64 {
        (under_way.epochs / (self.planned(fit).epochs * share).max(1.0)).min(1.0)
    }

    /// The seconds that remain, `elapsed` seconds after the first fit began; `None` while nothing has been trained. What is left
    /// takes as long as what was done lately, in the later half of the time: a machine may have become slower, or free.
    pub(crate) fn seconds_left(&self, elapsed: f64) -> Option<f64> {
        let share = self.ended.share_trained();
        let FitTime { start, per_cost } = self.ended.fit_time();
        let now = self.done(elapsed);
        let (since, then) = self.history.halfway(elapsed);
        let [time, fits, trained] = [elapsed - since, now.fits - then.fits, now.trained - then.trained];
        // Between two fits a thread has none: a result is stored, the next fit is fetched.
        let idle = (time * self.parallel as f64 - (now.busy - then.busy)).max(0.0);
        let idle = if fits > 0.0 { idle / fits } else { 0.0 };
        let done = fits * (start + idle) + trained * per_cost;
        let mut left = self.waiting.fits * (start + idle) + self.waiting.cost * share * per_cost;
        let mut longest: f64 = 0.0;
        for (&fit, under_way) in &self.under_way {
            let ahead = 1.0 - self.part(fit, under_way, share);
            let arithmetic = self.planned(fit).cost() * share * per_cost;
            left += ahead * (start + idle + arithmetic);
            longest = longest.max(ahead * (start + arithmetic));
        }
        // Without fits that have ended, costs are in their own unit, not in seconds.
        let longest = if self.ended.fits > 0.0 { longest } else { 0.0 };
        (done > 0.0).then(|| (time * left / done).max(longest))
    }

    fn planned(&self, (configuration, _): Fit) -> PlannedFit {
        self.planned[configuration.0 as usize]
    }
}

impl Work {
    fn remove(&mut self, fit: PlannedFit) {
        self.fits = (self.fits - 1.0).max(0.0);
        self.cost = (self.cost - fit.cost()).max(0.0);
    }
}

/// What a fit takes.
#[derive(Clone, Copy)]
struct FitTime {
    /// Seconds whatever its cost.
    start: f64,
    /// Seconds per unit of cost.
    per_cost: f64,
}

impl EndedFits {
    fn add(&mut self, planned: PlannedFit, epochs: f64, seconds: f64) {
        self.fits += 1.0;
        self.seconds += seconds;
        let cost = planned.price * epochs;
        self.trained += cost;
        self.planned += planned.cost();
        if epochs > 0.0 {
            let weight = seconds.max(SHORTEST).powi(-2);
            let terms = [1.0, cost, cost * cost, seconds, cost * seconds];
            self.weighted.iter_mut().zip(terms).for_each(|(sum, term)| *sum += weight * term);
        }
    }

    /// The trained share of planned epochs, which is less than 1 where fits stop early.
    fn share_trained(&self) -> f64 {
        if self.trained > 0.0 { self.trained / self.planned } else { 1.0 }
    }

    /// By least squares of relative errors, without terms below 0.
    fn fit_time(&self) -> FitTime {
        let [ones, cost, squares, seconds, products] = self.weighted;
        if squares <= 0.0 {
            return FitTime { start: 0.0, per_cost: 1.0 };
        }
        let by_cost_alone = FitTime { start: 0.0, per_cost: products / squares };
        // Where all fits cost about the same, they can't tell their start from their arithmetic.
        let mean = self.seconds / self.fits;
        let ones = ones + NOTHING_SEEN * mean.max(SHORTEST).powi(-2);
        let determinant = ones * squares - cost * cost;
        if determinant <= 1e-12 * ones * squares {
            return by_cost_alone;
        }
        let start = (seconds * squares - products * cost) / determinant;
        let per_cost = (ones * products - cost * seconds) / determinant;
        match (start > 0.0, per_cost > 0.0) {
            (false, _) => by_cost_alone,
            (true, true) => FitTime { start, per_cost },
            (true, false) => FitTime { start: seconds / ones, per_cost: 0.0 },
        }
    }
}

/// The training of a search whose decisions depend on results, as it would be if scores fell at random.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExpectedTraining {
    /// Of all fits together.
    pub epochs: f64,
    /// How often a fit begins or goes on: a fit stops where its trial may be pruned.
    pub sittings: f64,
    /// The cost of all epochs, in the unit of [`SearchProgress::begin`](crate::SearchProgress::begin).
    pub cost: f64,
}

/// What remains of a search whose decisions depend on results. Sittings and epochs take their times as those of
/// [`RemainingFits`] do.
pub(crate) struct RemainingTraining {
    expected: ExpectedTraining,
    /// The epochs trained before this run.
    before: f64,
    trained: Trained,
    sittings: BTreeMap<Fit, Sitting>,
    ended: EndedFits,
    history: History<Trained>,
}

/// What has been trained at some time.
#[derive(Clone, Copy, Default)]
struct Trained {
    epochs: f64,
    sittings: f64,
    cost: f64,
}

/// The last sitting of a fit.
#[derive(Clone, Copy, Default)]
struct Sitting {
    epochs: f64,
    /// The cost of an epoch.
    price: f64,
    /// The fit's seconds in earlier sittings.
    before: f64,
}

/// How much the networks that were expected count for the cost of those to come, beside those of late: as if this share of all
/// epochs had been trained with them. The first trials say little, since later ones resemble the best of them.
const EXPECTED_COUNTS: f64 = 0.4;

impl RemainingTraining {
    /// A search that is `expected` to train so much, what the `known` fits were trained for included.
    pub(crate) fn new(expected: ExpectedTraining, known: &Results) -> RemainingTraining {
        let sitting = |fit: &FitResult| Sitting { before: fit.elapsed.as_secs_f64(), ..Sitting::default() };
        RemainingTraining {
            expected,
            before: known.fits().map(|(_, _, fit)| f64::from(fit.epochs())).sum(),
            trained: Trained::default(),
            sittings: known.fits().map(|(configuration, fold, fit)| ((configuration, fold), sitting(fit))).collect(),
            ended: EndedFits::default(),
            history: History::default(),
        }
    }

    /// A fit of a configuration, an epoch of which costs `price`, begins or goes on.
    pub(crate) fn started(&mut self, fit: Fit, price: f64) {
        self.trained.sittings += 1.0;
        let sitting = self.sittings.entry(fit).or_default();
        (sitting.epochs, sitting.price) = (0.0, price);
    }

    pub(crate) fn epoch_done(&mut self, fit: Fit, now: f64) {
        let sitting = self.sittings.entry(fit).or_default();
        sitting.epochs += 1.0;
        self.trained.epochs += 1.0;
        self.trained.cost += sitting.price;
        self.history.push(now, || self.trained);
    }

    /// A fit ended, or stopped for now, after `seconds` of training, which count on from its last sitting.
    pub(crate) fn ended(&mut self, fit: Fit, seconds: f64) {
        let sitting = self.sittings.entry(fit).or_default();
        // A fit whose checkpoint was dropped begins anew, and so does its time.
        let own = if seconds < sitting.before { seconds } else { seconds - sitting.before };
        self.ended.add(PlannedFit { price: sitting.price, epochs: sitting.epochs }, sitting.epochs, own);
        sitting.before = seconds;
    }

    /// The seconds that remain at the speed of the later half of the time, `elapsed` seconds after the first fit began; `None`
    /// while nothing has been trained, and once the search takes more epochs than were expected.
    pub(crate) fn seconds_left(&self, elapsed: f64) -> Option<f64> {
        let ExpectedTraining { epochs, sittings, cost } = self.expected;
        let left = epochs - self.before - self.trained.epochs;
        let (since, then) = self.history.halfway(elapsed);
        let late = self.trained.since(then);
        if late.epochs <= 0.0 || left <= 0.0 {
            return None;
        }
        let price = (late.cost + EXPECTED_COUNTS * cost) / (late.epochs + EXPECTED_COUNTS * epochs);
        let sittings = (sittings * (1.0 - self.before / epochs) - self.trained.sittings).max(0.0);
        let FitTime { start, per_cost } = self.ended.fit_time();
        let seconds = |sittings: f64, cost: f64| sittings * start + cost * per_cost;
        let done = seconds(late.sittings, late.cost);
        (done > 0.0).then(|| (elapsed - since) * seconds(sittings, left * price) / done)
    }
}

impl Trained {
    fn since(self, then: Trained) -> Trained {
        Trained {
            epochs: self.epochs - then.epochs,
            sittings: self.sittings - then.sittings,
            cost: self.cost - then.cost,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    /// Ten configurations on two folds, of which the `n`th costs `prices[n]`; the dearest come first, one at a time. Returns
    /// the error of the forecast after each fit, as a share of the time that really remained.
    fn errors(prices: &[f64], seconds: impl Fn(f64) -> f64) -> Vec<f64> {
        let one = example::plan();
        let mut plan = one.clone();
        plan.configurations = (0..prices.len() as u32)
            .map(|number| crossfold_study::PlannedConfiguration {
                number: ConfigurationNumber(number),
                read_at: vec![1],
                ..one.configurations[0].clone()
            })
            .collect();
        let mut fits = RemainingFits::new(&plan, &Results::default(), &|_| 1.0);
        for (planned, &price) in fits.planned.iter_mut().zip(prices) {
            planned.price = price;
        }
        fits.waiting.cost = 2.0 * prices.iter().sum::<f64>();
        let total: f64 = 2.0 * prices.iter().map(|&price| seconds(price)).sum::<f64>();
        let (mut now, mut errors) = (0.0, Vec::new());
        for (number, &price) in prices.iter().enumerate() {
            for &fold in &plan.folds {
                let fit = (ConfigurationNumber(number as u32), fold);
                fits.started(fit, now);
                now += seconds(price);
                fits.epoch_done(fit, now);
                fits.ended(fit, seconds(price), now);
                let left = fits.seconds_left(now).unwrap();
                errors.push(if total - now > 1e-9 { left / (total - now) - 1.0 } else { left });
            }
        }
        errors
    }

    const PRICES: [f64; 10] = [100.0, 90.0, 80.0, 70.0, 60.0, 50.0, 40.0, 30.0, 20.0, 10.0];

    #[test]
    fn time_in_proportion_to_cost_is_exact() {
        assert!(errors(&PRICES, |price| price * 1e-2).iter().all(|error| error.abs() < 1e-6));
    }

    /// The start of a fit takes as long as half of the arithmetic of the dearest one.
    #[test]
    fn the_start_of_fits_is_learnt() {
        let errors = errors(&PRICES, |price| 5e-2 + price * 1e-3);
        assert!(errors[4..].iter().all(|error| error.abs() < 0.2), "{errors:?}");
    }

    /// A machine that becomes free in the middle is noticed.
    #[test]
    fn the_rate_is_that_of_late() {
        let plan = example::plan();
        let mut fits = RemainingFits::new(&plan, &Results::default(), &|_| 1.0);
        let ends = [(0, 0, 10.0, 10.0), (0, 1, 20.0, 10.0), (1, 0, 21.0, 1.0), (1, 1, 22.0, 1.0)];
        let mut left = Vec::new();
        for (configuration, fold, now, seconds) in ends {
            let fit = (ConfigurationNumber(configuration), plan.folds[fold]);
            fits.started(fit, now - seconds);
            fits.epoch_done(fit, now);
            fits.epoch_done(fit, now);
            fits.ended(fit, seconds, now);
            left.push(fits.seconds_left(now).unwrap());
        }
        // Ahead are 5, 4, 3 and 2 fits like those before.
        // At last, three fits took 12 seconds.
        let expected = [(0, 50.0), (1, 40.0), (3, 8.0)];
        assert!(expected.iter().all(|&(place, expected)| f64::abs(left[place] - expected) < 1e-9), "{left:?}");
    }

    /// Time that passes between fits counts for each fit that remains.
    #[test]
    fn idle_time_is_per_fit() {
        let plan = example::plan();
        let mut fits = RemainingFits::new(&plan, &Results::default(), &|_| 1.0);
        let fit = (ConfigurationNumber(0), plan.folds[0]);
        fits.started(fit, 1.0);
        fits.epoch_done(fit, 2.0);
        fits.epoch_done(fit, 2.0);
        fits.ended(fit, 1.0, 2.0);
        // Five fits like the first one: a second of training, and a second before it.
        let left = fits.seconds_left(2.0).unwrap();
        assert!((left - 10.0).abs() < 1e-9, "{left}");
    }

    const EXPECTED: ExpectedTraining = ExpectedTraining { epochs: 100.0, sittings: 100.0, cost: 200.0 };

    #[test]
    fn epochs_are_forecast_at_their_late_rate() {
        let mut epochs = RemainingTraining::new(EXPECTED, &Results::default());
        assert_eq!(epochs.seconds_left(1.0), None);
        let fit = (ConfigurationNumber(0), example::plan().folds[0]);
        let mut now = 0.0;
        let mut train = |epochs: &mut RemainingTraining, count: u32, seconds: f64| {
            (0..count).for_each(|_| {
                now += seconds;
                epochs.started(fit, 2.0);
                epochs.epoch_done(fit, now);
                epochs.ended(fit, now);
            });
        };
        // 10 epochs in 10 seconds, then 20 in 10.
        train(&mut epochs, 10, 1.0);
        train(&mut epochs, 20, 0.5);
        let left = epochs.seconds_left(20.0).unwrap();
        assert!((left - 35.0).abs() < 1e-9, "{left}");
        train(&mut epochs, 70, 0.25);
        assert_eq!(epochs.seconds_left(40.0), None);
    }

    /// First short sittings of costly networks, later long ones of cheap networks, as in a pruned search. By epochs alone, three times
    /// as much would seem to remain.
    #[test]
    fn sittings_and_costs_to_come_count() {
        let expected = ExpectedTraining { epochs: 460.0, sittings: 140.0, cost: 380.0 };
        let mut epochs = RemainingTraining::new(expected, &Results::default());
        let folds = example::plan().folds;
        let seconds = |count: u32, price: f64| 0.5 + f64::from(count) * price * 0.1;
        // 100 sittings of an epoch at 1 or 3, then 40 of nine at 0.5.
        let sittings =
            (0..140).map(|number| if number < 100 { (1, 1.0 + 2.0 * f64::from(number % 2)) } else { (9, 0.5) });
        let total: f64 = sittings.clone().map(|(count, price)| seconds(count, price)).sum();
        let mut now = 0.0;
        for (number, (count, price)) in sittings.enumerate() {
            let fit = (ConfigurationNumber(number as u32), folds[0]);
            let took = seconds(count, price);
            epochs.started(fit, price);
            (1..=count).for_each(|epoch| epochs.epoch_done(fit, now + took * f64::from(epoch) / f64::from(count)));
            now += took;
            epochs.ended(fit, took);
            if now > 0.1 * total && number < 139 {
                let error = epochs.seconds_left(now).unwrap() / (total - now) - 1.0;
                assert!(error.abs() < 0.6, "after {number}: {error}");
            }
        }
    }
}
