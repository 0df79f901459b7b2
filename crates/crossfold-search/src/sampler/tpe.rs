//! A tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kégl 2011; Bergstra, Yamins and Cox 2013).
//!
//! The points so far are divided into the good and the others; a density is made of each; of some draws from that of the
//! good ones, the one where it is largest in relation to the other is proposed. The densities are joint ones of all axes, as
//! BOHB's are (Falkner, Klein and Hutter 2018). Watanabe 2023 (arXiv:2304.11127) compares the ways to make each part.
//!
//! In what it does better than others, by `benches/search.rs`: no point is proposed twice; the first ones are spread evenly;
//! of the good the best count most; and kernels have tails, so that a point says something of those that share only some of
//! its settings.

mod columns;
mod exponential;
mod kernels;
mod mixture;

use crossfold_study::Generator;

use super::axes::Point;
use super::sobol::Sobol;
use super::untaken::untaken;
use super::{Past, Proposal, Sampler, Why};
use columns::Columns;
use kernels::Kept;
use mixture::Mixture;

/// How many points are spread before densities are made of them.
const STARTUP: usize = 8;

/// The share of the points that is good, and how many are at most.
const GOOD: (f64, usize) = (0.15, 25);

/// How many draws compete, and how often so many are made if all are taken.
const CANDIDATES: usize = 64;
const ROUNDS: usize = 10;

/// The least width of kernels on numbers among `there` good points: the more, the narrower ("magic clipping").
fn least_good(there: f64) -> f64 {
    0.7 / (there + 2.0)
}

/// The same among the others, whatever their number. Narrow kernels would only tell of points next to them, so that few
/// candidates would be much worse than any.
fn least_other(_: f64) -> f64 {
    0.08
}

/// So many of the other points, the latest, count in full, the older ones the less the older they are.
const RECENT: usize = 25;

/// Proposes points by densities of the good and the other points so far. One is for one space.
///
/// What it knows of the points is kept from proposal to proposal, and made anew where they aren't the same and more.
/// Points that failed, or aren't known yet, are among the others.
pub struct Tpe {
    startup: Sobol,
    columns: Columns,
    kept: Vec<Kept>,
}

impl Tpe {
    /// `seed` is of the first points alone.
    pub fn new(seed: u64) -> Tpe {
        Tpe { startup: Sobol::new(seed), columns: Columns::default(), kept: Vec::new() }
    }

    /// The most promising of some points that aren't taken, if there is one.
    fn promising(&mut self, past: &Past<'_>, draws: &mut Generator) -> Option<Proposal> {
        let Tpe { columns, kept, .. } = self;
        let known = past.observed.iter().filter(|each| each.value.is_finite()).count();
        let count = (GOOD.0 * past.observed.len() as f64).ceil() as usize;
        let (good, other) = divide(columns, count.min(GOOD.1).min(known));
        let (good_weights, other_weights) = (good_weights(good.len()), other_weights(other.len()));
        let likely = Mixture::new(past.axes, columns, &good, &good_weights, least_good, kept);
        let unlikely = Mixture::new(past.axes, columns, &other, &other_weights, least_other, kept);
        let mut best: Option<(f64, Point)> = None;
        for _ in 0..ROUNDS {
            for _ in 0..CANDIDATES {
                let point = likely.draw(past.axes, draws);
                let Some(density) = likely.density(past.axes, kept, &point, f64::INFINITY) else { continue };
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
            Proposal { point, why: Why::Tpe { good, other, candidates: CANDIDATES, log_ratio: libm::log(ratio) } }
        })
    }
}

impl Sampler for Tpe {
    fn propose(&mut self, past: &Past<'_>, draws: &mut Generator) -> Proposal {
        let observed = past.observed.len();
        // Where many points are trained at once, half of the first ones have to be known.
        let is_early = observed + past.pending.len() < STARTUP || observed * 2 < STARTUP;
        if is_early && let Some((_, point)) = self.startup.untaken(past) {
            return Proposal { point, why: Why::Startup { observed } };
        }
        if self.columns.follow(past.axes, past.observed) {
            self.kept = Kept::new(past.axes);
        }
        for point in past.pending {
            self.columns.push(past.axes, point, f64::INFINITY);
        }
        let promising = self.promising(past, draws);
        self.columns.truncate(observed);
        promising.unwrap_or_else(|| {
            let point = untaken(past, draws).unwrap_or_else(|| past.axes.draw(draws));
            Proposal { point, why: Why::Exhausted }
        })
    }
}

/// The numbers of the best `good` points, the best first, and of the others, the latest first: they are where the search
/// is, so a density that is too high for a candidate shows early.
fn divide(columns: &Columns, good: usize) -> (Vec<u32>, Vec<u32>) {
    let good = columns.ranking[..good].to_vec();
    let mut is_good = vec![false; columns.len()];
    for &number in &good {
        is_good[number as usize] = true;
    }
    let other = (0..columns.len() as u32).rev().filter(|number| !is_good[*number as usize]).collect();
    (good, other)
}

/// What the good points count, the best first: from rank to rank less by the same amount, and 1 on average.
fn good_weights(count: usize) -> Vec<f64> {
    (0..count).map(|rank| 2.0 * (count - rank) as f64 / (count + 1) as f64).collect()
}

/// What the other points count, the latest first: 1, and what is older than [`RECENT`] down to almost 0, as in Hyperopt
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
