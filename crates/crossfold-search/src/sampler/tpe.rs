//! Tree-structured Parzen estimators.

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
use kernels::Tables;
use mixture::{Mixture, Shape};

/// For tuning.
#[derive(Clone, Debug)]
pub struct Options {
    pub startup: usize,
    pub candidates: usize,
    /// The share of observations that are good.
    pub gamma: f64,
    /// By root of the number.
    pub root: f64,
    pub most_good: usize,
    pub prior: f64,
    pub scale: f64,
    pub floor: f64,
    pub narrowest_good: f64,
    pub narrowest_other: f64,
    pub loose: f64,
    /// Weights by rank among the good: 0 is even.
    pub rank: f64,
    pub fade: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            startup: 10,
            candidates: 24,
            gamma: 0.1,
            root: 0.0,
            most_good: 25,
            prior: 1.0,
            scale: 1.0,
            floor: 1.0,
            narrowest_good: 0.01,
            narrowest_other: 0.01,
            loose: 1.0,
            rank: 0.0,
            fade: true,
        }
    }
}

/// A tree-structured Parzen estimator.
pub struct Tpe {
    startup: Sobol,
    options: Options,
    columns: Columns,
    tables: Tables,
}

impl Tpe {
    pub fn new(seed: u64) -> Tpe {
        Tpe::with(seed, Options::default())
    }

    pub fn with(seed: u64, options: Options) -> Tpe {
        Tpe { startup: Sobol::new(seed), options, columns: Columns::default(), tables: Tables::default() }
    }
}

impl Sampler for Tpe {
    fn propose(&mut self, past: &Past<'_>, draws: &mut Generator) -> Proposal {
        let options = &self.options;
        let observed = past.observed.len();
        let is_early = observed + past.pending.len() < options.startup || observed * 2 < options.startup;
        if is_early && let Some((_, point)) = self.startup.untaken(past) {
            return Proposal { point, why: Why::Startup { observed } };
        }
        self.columns.follow(past.axes, past.observed);
        if self.tables.len() != past.axes.len() {
            self.tables = Tables::new(past.axes.iter().map(|axis| &axis.scale));
        }
        for point in past.pending {
            self.columns.push(past.axes, point, f64::INFINITY);
        }
        let finite = past.observed.iter().filter(|each| each.value.is_finite()).count();
        let n = observed as f64;
        let good = ((options.gamma * n + options.root * n.sqrt()).ceil() as usize).min(options.most_good).min(finite);
        let columns = &self.columns;
        let good_points = &columns.ranking[..good];
        let mut is_good = vec![false; columns.len()];
        for number in good_points {
            is_good[*number as usize] = true;
        }
        let weights: Vec<f64> = (0..good).map(|rank| 1.0 - options.rank * rank as f64 / good as f64).collect();
        let scale = good as f64 / weights.iter().sum::<f64>().max(1e-9);
        let weights: Vec<f64> = weights.iter().map(|weight| weight * scale).collect();
        // The latest first: they are where the search is, so a density that is too high shows early.
        let others: Vec<u32> = (0..columns.len() as u32).rev().filter(|number| !is_good[*number as usize]).collect();
        let count = others.len();
        let other_weights: Vec<f64> = (0..count)
            .rev()
            .map(|index| {
                if !options.fade || index + 25 >= count {
                    1.0
                } else {
                    let last = (count - 26).max(1) as f64;
                    1.0 / count as f64 + (1.0 - 1.0 / count as f64) * index as f64 / last
                }
            })
            .collect();
        let shape = |narrowest| Shape {
            prior: options.prior,
            scale: options.scale,
            narrowest,
            floor: options.floor,
            loose: options.loose,
        };
        let tables = &mut self.tables;
        let below = Mixture::new(past.axes, columns, good_points, &weights, &shape(options.narrowest_good), tables);
        let above = Mixture::new(past.axes, columns, &others, &other_weights, &shape(options.narrowest_other), tables);
        let mut best: Option<(f64, Point)> = None;
        for attempt in 0..10 * options.candidates {
            if attempt >= options.candidates && best.is_some() {
                break;
            }
            let point = below.draw(past.axes, draws);
            let Some(density) = below.density(past.axes, tables, &point, f64::INFINITY) else { continue };
            let most = best.as_ref().map_or(f64::INFINITY, |(ratio, _)| density / ratio);
            let Some(other) = above.density(past.axes, tables, &point, most) else { continue };
            if best.as_ref().is_none_or(|(ratio, _)| density / other > *ratio) && !(past.is_taken)(&point) {
                best = Some((density / other, point));
            }
        }
        self.columns.truncate(observed);
        match best {
            Some((ratio, point)) => Proposal {
                point,
                why: Why::Tpe { good, other: count, candidates: options.candidates, log_ratio: libm::log(ratio) },
            },
            None => {
                let point = untaken(past, draws).unwrap_or_else(|| past.axes.draw(draws));
                Proposal { point, why: Why::Exhausted }
            }
        }
    }
}
