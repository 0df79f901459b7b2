//! Expected improvement by a Gaussian process (Jones, Schonlau and Welch 1998, "Efficient global optimization of expensive
//! black-box functions", J. Global Optimization 13).

mod descent;
mod factor;
mod improvement;
mod kernel;
mod likelihood;
mod outputs;
mod process;
mod search;

use crossfold_study::Generator;

use self::kernel::{Columns, coordinates, rulers, square};
use self::likelihood::{Sample, fit};
use self::outputs::Outputs;
use self::process::Process;
use self::search::Search;
use super::axes::Point;
use super::{Observation, Past, Proposal, Sampler, Why};

/// For experiments.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub startup: usize,
    pub spread: usize,
    pub prior: u32,
    pub mu: f64,
    pub sigma: f64,
    pub amplitude: f64,
    pub noise_mu: f64,
    pub noise_sigma: f64,
    pub length: f64,
    pub starts: usize,
    pub steps: usize,
    pub warp: u32,
    pub from: f64,
    pub unit: f64,
    pub candidates: usize,
    pub work: usize,
    pub searches: usize,
    pub rounds: usize,
    pub hops: usize,
    pub slide: usize,
    pub grow: f64,
    pub most: usize,
    pub believe: u32,
    pub fine: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            startup: 10,
            spread: 0,
            prior: 0,
            mu: 0.0,
            sigma: 1.0,
            amplitude: 1.0,
            noise_mu: -8.0,
            noise_sigma: 2.0,
            length: 1.0,
            starts: 2,
            steps: 30,
            warp: 1,
            from: 0.5,
            unit: 0.5,
            candidates: 512,
            work: 100_000,
            searches: 5,
            rounds: 4,
            hops: 8,
            slide: 30,
            grow: 0.1,
            most: 120,
            believe: 0,
            fine: 3000,
        }
    }
}

/// Proposes where a Gaussian process fitted to what is known expects most improvement.
#[derive(Debug, Default)]
pub struct Gp {
    options: Options,
    /// What is left of the points to start with.
    startup: Option<Vec<Vec<f64>>>,
    state: Option<State>,
}

/// What is kept from one proposal to the next; without it everything is made again, and comes out alike.
#[derive(Debug)]
struct State {
    /// What the process has seen.
    seen: Vec<Observation>,
    /// How many of them its scales are fitted to.
    fitted: usize,
    outputs: Outputs,
    noise: Noise,
    process: Process,
}

/// How noisy observations are, beside each other.
#[derive(Clone, Copy, Debug)]
struct Noise {
    /// The mean of their variances, 0 where nothing says any.
    usual: f64,
}

impl Noise {
    fn new(observed: &[Observation]) -> Noise {
        let variances = || observed.iter().filter_map(|observation| observation.variance).filter(|v| v.is_finite());
        Noise { usual: variances().sum::<f64>() / variances().count().max(1) as f64 }
    }

    /// How many times the usual noise's variance an observation has.
    ///
    /// A variance that comes of five folds is itself uncertain by 70 %, so it counts as half of what it says. Only ratios are
    /// used: how noisy observations are is fitted, since part of what folds differ by is the same for all trials.
    fn shape(&self, observation: &Observation, outputs: &Outputs) -> f64 {
        match observation.variance {
            Some(variance) if variance.is_finite() && self.usual > 0.0 && observation.value.is_finite() => {
                let slope = outputs.slope(observation.value);
                (0.5 * (1.0 + variance / self.usual) * slope * slope).clamp(0.05, 5.0)
            }
            Some(_) | None => 1.0,
        }
    }
}

impl Gp {
    pub fn with(options: Options) -> Gp {
        Gp { options, startup: None, state: None }
    }

    /// The state at what is known.
    fn state(&mut self, past: &Past<'_>) -> Option<&mut State> {
        let fitted = milestone(past.observed.len(), self.options.grow);
        let kept = self.state.take().filter(|state| state.fitted == fitted && state.is_before(past.observed));
        let mut state = match kept {
            Some(state) => state,
            None => State::new(past, fitted, &self.options)?,
        };
        state.follow(past);
        Some(self.state.insert(state))
    }
}

impl State {
    fn new(past: &Past<'_>, fitted: usize, options: &Options) -> Option<State> {
        let values: Vec<f64> = past.observed[..fitted].iter().map(|observation| observation.value).collect();
        let outputs = Outputs::new(&values, options)?;
        let rulers = rulers(past.axes);
        let chosen = chosen(&values, options.most);
        let mut columns = Columns::new(rulers.len());
        for index in &chosen {
            columns.push(&coordinates(past.axes, &past.observed[*index].point));
        }
        let standardised: Vec<f64> = chosen.iter().map(|index| outputs.standardised(values[*index])).collect();
        let noise = Noise::new(&past.observed[..fitted]);
        let shapes: Vec<f64> = chosen.iter().map(|index| noise.shape(&past.observed[*index], &outputs)).collect();
        let sample = Sample { rulers: &rulers, columns: &columns, values: &standardised, shapes: &shapes };
        let scales = fit(&sample, options);
        Some(State { seen: Vec::new(), fitted, outputs, noise, process: Process::new(rulers, scales) })
    }

    fn is_before(&self, observed: &[Observation]) -> bool {
        let is_same = |a: &Observation, b: &Observation| {
            a.point == b.point && a.value.to_bits() == b.value.to_bits() && a.variance == b.variance
        };
        self.seen.len() <= observed.len() && self.seen.iter().zip(observed).all(|(a, b)| is_same(a, b))
    }

    /// Sees what is new.
    fn follow(&mut self, past: &Past<'_>) {
        self.process.truncate(self.seen.len());
        for observation in &past.observed[self.seen.len()..] {
            let shape = self.noise.shape(observation, &self.outputs);
            self.process.push(&coordinates(past.axes, &observation.point), shape);
            self.seen.push(observation.clone());
        }
    }
}

/// Of so many observations, how many the scales are fitted to.
fn milestone(observed: usize, grow: f64) -> usize {
    let mut milestone = 1;
    loop {
        let next = milestone + ((milestone as f64 * grow) as usize).max(1);
        if next > observed {
            return milestone.min(observed);
        }
        milestone = next;
    }
}

/// Which observations scales are fitted to.
fn chosen(values: &[f64], most: usize) -> Vec<usize> {
    if values.len() <= most {
        return (0..values.len()).collect();
    }
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let (best, others) = order.split_at(most / 2);
    let rest = most - best.len();
    let mut chosen: Vec<usize> =
        best.iter().copied().chain((0..rest).map(|index| others[index * others.len() / rest])).collect();
    chosen.sort_unstable();
    chosen
}

impl Sampler for Gp {
    fn propose(&mut self, past: &Past<'_>, draws: &mut Generator) -> Proposal {
        let observed = past.observed.len();
        if observed < self.options.startup {
            if self.options.spread == 0 {
                let left = self.startup.get_or_insert_with(|| latin(past.axes.len(), 10, draws));
                while let Some(cube) = left.pop() {
                    let point = past.axes.under(&cube);
                    if !(past.is_taken)(&point) {
                        return Proposal { point, why: Why::Startup { observed } };
                    }
                }
            }
            return startup(past, self.options.spread.max(1), draws);
        }
        let options = self.options;
        let Some(state) = self.state(past) else { return startup(past, 1, draws) };
        let values: Vec<f64> =
            past.observed.iter().map(|observation| state.outputs.standardised(observation.value)).collect();
        for point in past.pending {
            state.process.push(&coordinates(past.axes, point), 1.0);
        }
        state.process.know(&values);
        let means = state.process.means(&values);
        let least = |of: &[f64]| (0..observed).min_by(|a, b| of[*a].total_cmp(&of[*b])).unwrap_or(0);
        let (by_mean, by_value) = (least(&means), least(&values));
        let best = if options.believe == 0 { means[by_mean] } else { values[by_value] };
        let incumbents = if by_mean == by_value { vec![by_mean] } else { vec![by_mean, by_value] };
        let found = Search::new(past, &state.process, best, &options).run(&incumbents, draws);
        state.process.truncate(observed);
        match found {
            Some(found) => {
                let deviation = found.belief.variance.sqrt();
                let value = |standardised| state.outputs.value(standardised);
                let mean = found.belief.mean;
                let why = Why::Gp {
                    observed,
                    mean: value(mean),
                    deviation: 0.5 * (value(mean + deviation) - value(mean - deviation)),
                    improvement: value(best) - value(best - libm::exp(found.log_improvement)),
                };
                Proposal { point: found.point, why }
            }
            None => Proposal { point: past.axes.draw(draws), why: Why::Exhausted },
        }
    }
}

/// Points of the unit cube, so many that there is one in each of as many slices of every axis (McKay, Beckman and Conover
/// 1979, "A comparison of three methods for selecting values of input variables", Technometrics 21).
fn latin(axes: usize, count: usize, draws: &mut Generator) -> Vec<Vec<f64>> {
    let mut cubes = vec![Vec::with_capacity(axes); count];
    let mut slices: Vec<usize> = (0..count).collect();
    for _ in 0..axes {
        draws.shuffle(&mut slices);
        for (cube, slice) in cubes.iter_mut().zip(&slices) {
            cube.push((*slice as f64 + draws.unit()) / count as f64);
        }
    }
    cubes
}

/// Of some points drawn at random, the one farthest from all that are known or pending (Mitchell 1991, "Spectrally optimal
/// sampling for distribution ray tracing").
fn startup(past: &Past<'_>, draws_of: usize, draws: &mut Generator) -> Proposal {
    let rulers = rulers(past.axes);
    let known: Vec<Vec<f64>> = past
        .observed
        .iter()
        .map(|observation| &observation.point)
        .chain(past.pending)
        .map(|point| coordinates(past.axes, point))
        .collect();
    let nearest = |point: &Point| {
        let at = coordinates(past.axes, point);
        known
            .iter()
            .map(|known| (0..at.len()).map(|axis| square(rulers[axis], at[axis], known[axis])).sum::<f64>())
            .fold(f64::INFINITY, f64::min)
    };
    let mut best: Option<(Point, f64)> = None;
    for _ in 0..draws_of {
        let point = past.axes.draw(draws);
        let distance = nearest(&point);
        if best.as_ref().is_none_or(|(_, most)| distance > *most) && !(past.is_taken)(&point) {
            best = Some((point, distance));
        }
    }
    match best {
        Some((point, _)) => Proposal { point, why: Why::Startup { observed: past.observed.len() } },
        None => Proposal { point: past.axes.draw(draws), why: Why::Exhausted },
    }
}
