//! A tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kégl 2011; Bergstra, Yamins and Cox 2013).
//!
//! The points so far are split into good ones and others, and a density is estimated for each group. Of some draws from the
//! density of good points, the one with the highest ratio of both densities is proposed. The densities are joint ones of all
//! axes, like BOHB's (Falkner, Klein and Hutter 2018). Watanabe 2023 (arXiv:2304.11127) compares variants of each part.
//!
//! It differs from other implementations, to its advantage by `benches/search.rs`: no point is proposed twice; the first
//! points are spread evenly; of the good points the best have the greatest weights; and kernels have tails, so that a point
//! informs about points that share only some of its settings.

mod columns;
mod exponential;
mod kernels;
mod mixture;

use crossfold_study::{Generator, ProposalReason};

use super::axes::Point;
use super::sobol::Sobol;
use super::untaken::untaken;
use super::{Proposal, Sampler, SamplerInput};
use columns::Columns;
use kernels::KeptKernels;
use mixture::Mixture;

/// The share of good points, and the most good points.
const GOOD: (f64, usize) = (0.15, 25);

/// The number of draws that compete, and how often they are repeated if all are taken.
const CANDIDATES: usize = 64;
const ROUNDS: usize = 10;

/// The least width of kernels on numbers around `there` good points: the more points, the narrower ("magic clipping").
fn least_good(there: f64) -> f64 {
    0.7 / (there + 2.0)
}

/// The least width around the other points. Narrow kernels would only inform about neighbouring points, so that few
/// candidates would stand out as much worse.
fn least_other(_: f64) -> f64 {
    0.08
}

/// The number of the latest other points that have full weight. Older ones weigh the less the older they are.
const RECENT: usize = 25;

/// Proposes points of one space by the densities of good and other points.
///
/// State is kept from proposal to proposal while observations are only added. Points that failed, or have no value yet,
/// count as other points.
pub struct Tpe {
    /// The number of points that are spread evenly before densities are estimated.
    startup: usize,
    first: Sobol,
    columns: Columns,
    kept: Vec<KeptKernels>,
}

impl Tpe {
    /// A sampler whose first `startup` points are spread evenly, by `seed`.
    pub fn new(seed: u64, startup: usize) -> Tpe {
        Tpe { startup, first: Sobol::new(seed), columns: Columns::default(), kept: Vec::new() }
    }

    /// The most promising of some points that are not taken, if there is one.
    fn promising(&mut self, past: &SamplerInput<'_>, draws: &mut Generator) -> Option<Proposal> {
        let Tpe { columns, kept, .. } = self;
        let known = past.observed.iter().filter(|each| each.value.is_finite()).count();
        let count = (GOOD.0 * past.observed.len() as f64).ceil() as usize;
        let (good, other) = divide(columns, count.min(GOOD.1).min(known));
        let (good_weights, other_weights) = (good_weights(good.len()), other_weights(other.len()));
        let likely = Mixture::new(past.axes, columns, &good, &good_weights, least_good, kept);
        let unlikely = Mixture::new(past.axes, columns, &other, &other_weights, least_other, kept);
        let mut best: Option<(f64, Point)> = None;
        for _ in 0..ROUNDS {
            // The densest first: the higher the best ratio so far, the earlier the others can be rejected.
            let mut candidates: Vec<(f64, Point)> = (0..CANDIDATES)
                .filter_map(|_| {
                    let point = likely.draw(past.axes, draws);
                    likely.density(past.axes, kept, &point, f64::INFINITY).map(|density| (density, point))
                })
                .collect();
            candidates.sort_by(|a, b| b.0.total_cmp(&a.0));
            for (density, point) in candidates {
                let most = best.as_ref().map_or(f64::INFINITY, |(ratio, _)| density / ratio);
                let Some(other) = unlikely.density(past.axes, kept, &point, most) else { continue };
                let ratio = density / other;
                if best.as_ref().is_none_or(|(most, _)| ratio > *most) && !(past.is_taken)(&point) {
                    best = Some((ratio, point));
                }
            }
            if best.is_some() {
                break;
            }
        }
        best.map(|(ratio, point)| {
            let (good, other) = (good.len(), other.len());
            Proposal {
                point,
                why: ProposalReason::Tpe { good, other, candidates: CANDIDATES, log_ratio: libm::log(ratio) },
            }
        })
    }
}

impl Sampler for Tpe {
    fn propose(&mut self, past: &SamplerInput<'_>, draws: &mut Generator) -> Proposal {
        let observed = past.observed.len();
        // Where many points are trained at once, half of the first ones must have values.
        let is_early = observed + past.pending.len() < self.startup || observed * 2 < self.startup;
        if is_early && let Some((_, point)) = self.first.untaken(past) {
            return Proposal { point, why: ProposalReason::Startup { observed } };
        }
        if self.columns.update(past.axes, past.observed) {
            self.kept = KeptKernels::new(past.axes);
        }
        for point in past.pending {
            self.columns.push(past.axes, point, f64::INFINITY);
        }
        let promising = self.promising(past, draws);
        if !past.pending.is_empty() {
            self.columns.truncate(observed);
        }
        promising.unwrap_or_else(|| {
            let point = untaken(past, draws).unwrap_or_else(|| past.axes.draw(draws));
            Proposal { point, why: ProposalReason::Exhausted }
        })
    }
}

/// The numbers of the best `good` points, the best first, and of the others, the latest first. The latest are near the
/// candidates, so a density that rejects a candidate shows early.
fn divide(columns: &Columns, good: usize) -> (Vec<u32>, Vec<u32>) {
    let good = columns.ranking[..good].to_vec();
    let mut is_good = vec![false; columns.len()];
    for &number in &good {
        is_good[number as usize] = true;
    }
    let other = (0..columns.len() as u32).rev().filter(|number| !is_good[*number as usize]).collect();
    (good, other)
}

/// The weights of good points, the best first: they fall by the same amount from rank to rank, and are 1 on average.
fn good_weights(count: usize) -> Vec<f64> {
    (0..count).map(|rank| 2.0 * (count - rank) as f64 / (count + 1) as f64).collect()
}

/// The weights of the other points, the latest first: 1 for the first [`RECENT`], then falling to almost 0, as in Hyperopt
/// (Bergstra, Yamins and Cox 2013).
fn other_weights(count: usize) -> Vec<f64> {
    let old = count.saturating_sub(RECENT);
    let least = 1.0 / count as f64;
    let weight = |age: usize| {
        if age < RECENT {
            1.0
        } else {
            let oldest_first = (count - 1 - age) as f64;
            least + (1.0 - least) * oldest_first / (old.max(2) - 1) as f64
        }
    };
    (0..count).map(weight).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::sampler::Observation;
    use crate::decide::sampler::axes::{Axes, Axis, Cells, Condition, Place, Scale};
    use crossfold_study::Seed;

    const STARTUP: usize = 8;

    fn free(scale: Scale) -> Axis {
        Axis { scale, active_where: Vec::new() }
    }

    fn observation(point: Point, value: f64) -> Observation {
        Observation { point, value, variance: None }
    }

    /// Searches for this many trials, `pending` of which never have values yet.
    fn search(
        axes: &Axes,
        trials: u64,
        pending: usize,
        value: impl Fn(&Point) -> f64,
    ) -> (Vec<Observation>, Vec<ProposalReason>) {
        let mut sampler = Tpe::new(1, STARTUP);
        let (mut observed, mut waiting, mut whys) = (Vec::<Observation>::new(), Vec::<Point>::new(), Vec::new());
        for trial in 0..trials {
            if waiting.len() > pending {
                let point = waiting.remove(0);
                observed.push(observation(point.clone(), value(&point)));
            }
            let is_taken =
                |point: &Point| waiting.contains(point) || observed.iter().any(|known| known.point == *point);
            let past = SamplerInput { axes, observed: &observed, pending: &waiting, is_taken: &is_taken };
            let proposal = sampler.propose(&past, &mut Seed(1).search(trial));
            whys.push(proposal.why);
            waiting.push(proposal.point);
        }
        observed.extend(waiting.into_iter().map(|point| {
            let value = value(&point);
            observation(point, value)
        }));
        (observed, whys)
    }

    fn numbers(point: &Point) -> Vec<f64> {
        let number = |place: &Option<Place>| match place {
            Some(Place::Real(at)) => *at,
            Some(Place::Value(value)) => f64::from(*value),
            None => f64::NAN,
        };
        point.0.iter().map(number).collect()
    }

    fn bowl(point: &Point) -> f64 {
        numbers(point).iter().map(|at| (at - 0.3) * (at - 0.3)).sum()
    }

    #[test]
    fn the_minimum_of_a_bowl_is_found() {
        let axes = Axes::new(vec![free(Scale::Real), free(Scale::Real), free(Scale::Real)]);
        let (observed, whys) = search(&axes, 60, 0, bowl);
        let best =
            |range: std::ops::Range<usize>| observed[range].iter().map(|each| each.value).fold(f64::INFINITY, f64::min);
        assert!(best(40..60) < 0.01, "{}", best(40..60));
        assert!(whys[..STARTUP].iter().all(|why| matches!(why, ProposalReason::Startup { .. })));
        assert!(
            matches!(whys[40], ProposalReason::Tpe { good: 6, other: 34, candidates: 64, log_ratio } if log_ratio > 0.0)
        );
    }

    #[test]
    fn kept_state_changes_no_proposal() {
        let axes = Axes::new(vec![
            free(Scale::Real),
            free(Scale::Steps(Cells::Even(6))),
            free(Scale::Choice(Cells::Even(3))),
            free(Scale::Steps(Cells::Even(300))),
        ]);
        let (observed, _) = search(&axes, 50, 3, |point| numbers(point).iter().sum());
        let (again, _) = search(&axes, 50, 3, |point| numbers(point).iter().sum());
        let mut kept = Tpe::new(1, STARTUP);
        for known in 20..50 {
            assert_eq!(observed[known].point, again[known].point);
            // Pending points are put in and taken out, and now and then all is another past.
            let pending = [observed[0].point.clone(), axes.draw(&mut Seed(9).search(known as u64))];
            let start = if known % 7 == 0 { 3 } else { 0 };
            let past = SamplerInput {
                axes: &axes,
                observed: &observed[start..known],
                pending: &pending[..known % 3],
                is_taken: &|_| false,
            };
            let draws = || Seed(2).search(known as u64);
            assert_eq!(kept.propose(&past, &mut draws()), Tpe::new(1, STARTUP).propose(&past, &mut draws()), "{known}");
        }
    }

    #[test]
    fn all_points_of_a_small_space_are_proposed_once() {
        let axes = Axes::new(vec![free(Scale::Steps(Cells::Even(6))), free(Scale::Choice(Cells::Even(5)))]);
        let (observed, whys) = search(&axes, 31, 0, |point| numbers(point).iter().sum());
        let mut points: Vec<Vec<f64>> = observed[..30].iter().map(|each| numbers(&each.point)).collect();
        points.sort_by(|a, b| a.partial_cmp(b).unwrap());
        points.dedup();
        assert_eq!(points.len(), 30);
        assert_eq!(whys[30], ProposalReason::Exhausted);
    }

    #[test]
    fn axes_that_depend_on_a_choice_are_searched_where_they_are_active() {
        let only = |allowed: [bool; 2]| vec![Condition { axis: 0, allowed: allowed.to_vec() }];
        let axes = Axes::new(vec![
            free(Scale::Choice(Cells::Even(2))),
            Axis { scale: Scale::Real, active_where: only([true, false]) },
            Axis { scale: Scale::Real, active_where: only([false, true]) },
        ]);
        // The second has the best points, but is worse on average.
        let value = |point: &Point| match point.0[..] {
            [_, Some(Place::Real(at)), None] => 0.5 + 0.1 * (at - 0.8).abs(),
            [_, None, Some(Place::Real(at))] => 4.0 * (at - 0.25).abs(),
            _ => panic!("{point:?}"),
        };
        let (observed, _) = search(&axes, 60, 0, value);
        let late = observed[40..].iter().filter(|each| each.point.0[2].is_some()).count();
        assert!(late > 12, "{late} of 20");
        assert!(observed.iter().any(|each| each.value < 0.05));
    }

    #[test]
    fn pending_points_are_avoided() {
        let axes = Axes::new(vec![free(Scale::Real), free(Scale::Real)]);
        let (observed, _) = search(&axes, 30, 0, bowl);
        let mut sampler = Tpe::new(1, STARTUP);
        let mut spread = |is_told: bool| {
            let mut pending: Vec<Point> = Vec::new();
            for trial in 0..8 {
                let known = if is_told { pending.as_slice() } else { &[] };
                let past = SamplerInput { axes: &axes, observed: &observed, pending: known, is_taken: &|_| false };
                pending.push(sampler.propose(&past, &mut Seed(5).search(trial)).point);
            }
            let distance = |a: &Point, b: &Point| {
                numbers(a).iter().zip(numbers(b)).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
            };
            let nearest = |at: usize| {
                let others = (0..8).filter(|other| *other != at);
                others.map(|other| distance(&pending[at], &pending[other])).fold(f64::INFINITY, f64::min)
            };
            (0..8).map(nearest).sum::<f64>() / 8.0
        };
        let (apart, together) = (spread(true), spread(false));
        assert!(apart > 1.3 * together, "{apart} {together}");
    }

    #[test]
    fn failures_are_avoided() {
        let axes = Axes::new(vec![free(Scale::Real)]);
        let failed = |at: f64| observation(Point(vec![Some(Place::Real(at))]), f64::INFINITY);
        let observed: Vec<Observation> = (0..20).map(|step| failed(f64::from(step) / 40.0)).collect();
        let past = SamplerInput { axes: &axes, observed: &observed, pending: &[], is_taken: &|_| false };
        let proposal = Tpe::new(1, STARTUP).propose(&past, &mut Seed(1).search(0));
        assert!(numbers(&proposal.point)[0] > 0.6, "{proposal:?}");
        assert!(matches!(proposal.why, ProposalReason::Tpe { good: 0, other: 20, .. }));
    }

    #[test]
    fn weights_decrease_by_rank_and_by_age() {
        assert_eq!(good_weights(3), [1.5, 1.0, 0.5]);
        assert_eq!(other_weights(3), [1.0; 3]);
        let weights = other_weights(50);
        assert_eq!((weights[24], weights[25], weights[49]), (1.0, 1.0, 0.02));
        assert_eq!(other_weights(26)[25], 1.0 / 26.0);
    }
}
