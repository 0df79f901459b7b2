//! Expected improvement by a Gaussian process (Jones, Schonlau and Welch 1998, "Efficient global optimization of expensive
//! black-box functions", J. Global Optimization 13), for spaces of numbers, words and conditional axes.
//!
//! Values are standardised, and bad ones compressed (`outputs`). They are modelled as a smooth function (`kernel`) plus noise
//! (`noise`), whose scales are those of the highest posterior density (`likelihood`). That gives every point a mean and a
//! deviation (`process`). The point with the highest expected improvement on the best one is proposed (`improvement`,
//! `search`).

mod descent;
mod factor;
mod improvement;
mod kernel;
mod likelihood;
mod noise;
mod outputs;
mod process;
mod search;

use crossfold_study::{Generator, ProposalReason};

use self::kernel::{Columns, coordinates, rulers};
use self::likelihood::{Sample, fit};
use self::noise::Noise;
use self::outputs::Outputs;
use self::process::Process;
use self::search::{Candidate, Search};
use super::untaken::untaken;
use super::{Observation, Proposal, Sampler, SamplerInput};

/// The most observations to which scales are fitted, which takes time in proportion to the cube of their number.
const FITTED: usize = 120;

/// Proposes the point with the highest improvement expected by a Gaussian process that is fitted to the observations.
///
/// It is fast for up to 500 observations. Time grows with their square, and with their cube where scales are fitted again.
/// State kept between proposals only saves time: once there are enough observations, a new sampler proposes the same.
#[derive(Debug)]
pub struct Gp {
    /// The number of points that are spread evenly first.
    count: usize,
    /// The evenly spread points that are left.
    startup: Option<Vec<Vec<f64>>>,
    state: Option<State>,
}

/// The process after some observations.
#[derive(Debug)]
struct State {
    /// The observations that the process holds.
    seen: Vec<Observation>,
    /// The number of observations to which its scales were fitted.
    fitted: usize,
    outputs: Outputs,
    noise: Noise,
    process: Process,
}

impl Sampler for Gp {
    fn propose(&mut self, past: &SamplerInput<'_>, draws: &mut Generator) -> Proposal {
        let observed = past.observed.len();
        if observed < self.count {
            return self.next_startup_point(past, draws);
        }
        let Some(mut state) = State::new_or_kept(self.state.take(), past) else { return random_proposal(past, draws) };
        state.update(past);
        let proposal = state.propose(past, draws);
        self.state = Some(state);
        proposal.unwrap_or_else(|| random_proposal(past, draws))
    }
}

impl Gp {
    /// A sampler whose first `startup` points are spread evenly.
    pub fn new(startup: usize) -> Gp {
        Gp { count: startup.max(2), startup: None, state: None }
    }

    /// The next of the first points.
    fn next_startup_point(&mut self, past: &SamplerInput<'_>, draws: &mut Generator) -> Proposal {
        let left = self.startup.get_or_insert_with(|| latin_hypercube(past.axes.len(), self.count, draws));
        while let Some(cube) = left.pop() {
            let point = past.axes.point_at(&cube);
            if !(past.is_taken)(&point) {
                return Proposal { point, why: ProposalReason::Startup { observed: past.observed.len() } };
            }
        }
        match untaken(past, draws) {
            Some(point) => Proposal { point, why: ProposalReason::Startup { observed: past.observed.len() } },
            None => Proposal { point: past.axes.draw(draws), why: ProposalReason::Exhausted },
        }
    }
}

/// A random point, where there is no promising one.
fn random_proposal(past: &SamplerInput<'_>, draws: &mut Generator) -> Proposal {
    Proposal { point: untaken(past, draws).unwrap_or_else(|| past.axes.draw(draws)), why: ProposalReason::Exhausted }
}

impl State {
    /// `None` where no value is finite.
    fn new_or_kept(kept: Option<State>, past: &SamplerInput<'_>) -> Option<State> {
        let fitted = refit_count(past.observed.len());
        match kept.filter(|state| state.fitted == fitted && state.is_continued_by(past.observed)) {
            Some(state) => Some(state),
            None => State::new(past, fitted),
        }
    }

    fn new(past: &SamplerInput<'_>, fitted: usize) -> Option<State> {
        let observed = &past.observed[..fitted];
        let values: Vec<f64> = observed.iter().map(|observation| observation.value).collect();
        let outputs = Outputs::new(&values)?;
        let noise = Noise::new(observed);
        let rulers = rulers(past.axes);
        let mut columns = Columns::new(rulers.len());
        let (mut standardised, mut noise_factors) = (Vec::new(), Vec::new());
        for index in representatives(&values, FITTED) {
            columns.push(&coordinates(past.axes, &observed[index].point));
            standardised.push(outputs.standardised(values[index]));
            noise_factors.push(noise.factor(&observed[index], &outputs));
        }
        let sample =
            Sample { rulers: &rulers, columns: &columns, values: &standardised, noise_factors: &noise_factors };
        let scales = fit(&sample);
        Some(State { seen: Vec::new(), fitted, outputs, noise, process: Process::new(rulers, scales) })
    }

    fn is_continued_by(&self, observed: &[Observation]) -> bool {
        let is_same = |(a, b): (&Observation, &Observation)| {
            a.point == b.point && a.value.to_bits() == b.value.to_bits() && a.variance == b.variance
        };
        self.seen.len() <= observed.len() && self.seen.iter().zip(observed).all(is_same)
    }

    /// Takes in the observations that are new.
    fn update(&mut self, past: &SamplerInput<'_>) {
        for observation in &past.observed[self.seen.len()..] {
            let noise_factor = self.noise.factor(observation, &self.outputs);
            self.process.push(&coordinates(past.axes, &observation.point), noise_factor);
            self.seen.push(observation.clone());
        }
    }

    /// `None` if all points that the search looked at are taken.
    fn propose(&mut self, past: &SamplerInput<'_>, draws: &mut Generator) -> Option<Proposal> {
        let observed = past.observed.len();
        let values: Vec<f64> =
            past.observed.iter().map(|observation| self.outputs.standardised(observation.value)).collect();
        for point in past.pending {
            self.process.push(&coordinates(past.axes, point), 1.0);
        }
        self.process.condition(&values);
        // The best mean rather than the best value, which may be due to noise.
        let means = self.process.means(&values);
        let (by_mean, by_value) = (least(&means)?, least(&values)?);
        let incumbents = if by_mean == by_value { vec![by_mean] } else { vec![by_mean, by_value] };
        let best = means[by_mean];
        let found = Search::new(past, &self.process, best).run(&incumbents, draws);
        self.process.truncate(observed);
        found.map(|found| Proposal { why: self.why(observed, best, &found), point: found.point })
    }

    /// Why a point is proposed, in the unit of values. The mean is a median where values were compressed.
    fn why(&self, observed: usize, best: f64, found: &Candidate) -> ProposalReason {
        let value = |standardised| self.outputs.value(standardised);
        let (mean, deviation) = (found.posterior.mean, found.posterior.variance.sqrt());
        ProposalReason::Gp {
            observed,
            mean: value(mean),
            deviation: 0.5 * (value(mean + deviation) - value(mean - deviation)),
            improvement: value(best) - value(best - libm::exp(found.log_improvement)),
        }
    }
}

/// The index of the least value.
fn least(values: &[f64]) -> Option<usize> {
    (0..values.len()).min_by(|a, b| values[*a].total_cmp(&values[*b]))
}

/// The number of observations, out of `observed`, to which scales are fitted: they are refitted after each increase by a
/// tenth.
fn refit_count(observed: usize) -> usize {
    let mut count = 1;
    loop {
        let next = count + (count / 10).max(1);
        if next > observed {
            return count.min(observed);
        }
        count = next;
    }
}

/// The indices of at most `most` values to which scales are fitted: half of them are the best ones, the others are spread
/// evenly over the remaining ranks.
fn representatives(values: &[f64], most: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    if values.len() > most {
        order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
        let others = order.split_off(most / 2);
        let rest = most - order.len();
        order.extend((0..rest).map(|index| others[index * others.len() / rest]));
        order.sort_unstable();
    }
    order
}

/// A Latin hypercube: points of the unit cube, one in each of `count` slices of every axis (McKay, Beckman and Conover 1979, "A comparison of
/// three methods for selecting values of input variables in the analysis of output from a computer code", Technometrics 21).
fn latin_hypercube(axes: usize, count: usize, draws: &mut Generator) -> Vec<Vec<f64>> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::sampler::axes::{Axes, Axis, Cells, Condition, Place, Point, Scale};
    use crossfold_study::Seed;

    const STARTUP: usize = 10;

    fn free(scale: Scale) -> Axis {
        Axis { scale, active_where: Vec::new() }
    }

    /// A choice of two, one with a real number, the other with five steps.
    fn mixed() -> Axes {
        let only = |scale, word: usize| Axis {
            scale,
            active_where: vec![Condition { axis: 0, allowed: (0..2).map(|at| at == word).collect() }],
        };
        Axes::new(vec![
            free(Scale::Choice(Cells::Even(2))),
            only(Scale::Real, 0),
            only(Scale::Steps(Cells::Even(5)), 1),
            free(Scale::Real),
        ])
    }

    fn value(point: &Point) -> f64 {
        let real = |place: Option<Place>, best: f64| match place {
            Some(Place::Real(at)) => (at - best).powi(2),
            Some(Place::Value(at)) => 0.3 + 0.1 * (f64::from(at) - 3.0).abs(),
            None => 0.0,
        };
        real(point.0[1], 0.7) + real(point.0[2], 0.0) + real(point.0[3], 0.4)
    }

    /// Proposals one after another, each by the sampler that `sampler` makes of the one before.
    fn search(axes: &Axes, value: fn(&Point) -> f64, trials: u64, sampler: fn(Gp) -> Gp) -> Vec<(Proposal, f64)> {
        let mut observed = Vec::<Observation>::new();
        let mut proposals = Vec::new();
        let mut gp = Gp::new(STARTUP);
        for trial in 0..trials {
            if observed.len() >= STARTUP {
                gp = sampler(gp);
            }
            let is_taken = |point: &Point| observed.iter().any(|known| known.point == *point);
            let past = SamplerInput { axes, observed: &observed, pending: &[], is_taken: &is_taken };
            let proposal = gp.propose(&past, &mut Seed(3).search(trial));
            assert!(!is_taken(&proposal.point), "{proposal:?}");
            let value = value(&proposal.point);
            observed.push(Observation { point: proposal.point.clone(), value, variance: None });
            proposals.push((proposal, value));
        }
        proposals
    }

    #[test]
    fn the_best_point_of_a_space_with_conditional_axes_is_found() {
        let found = search(&mixed(), value, 30, |gp| gp);
        let best = found.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min);
        assert!(best < 1e-4, "{best}");
        let ProposalReason::Gp { observed: 29, mean, deviation, improvement } = found[29].0.why else {
            panic!("{:?}", found[29])
        };
        assert!((mean - found[29].1).abs() < 3.0 * deviation + 0.01 && improvement >= 0.0, "{:?}", found[29]);
    }

    #[test]
    fn proposals_do_not_depend_on_kept_state() {
        assert_eq!(search(&mixed(), value, 25, |gp| gp), search(&mixed(), value, 25, |_| Gp::new(STARTUP)));
    }

    /// Of twelve points each is proposed once, and then none.
    #[test]
    fn no_point_is_proposed_twice() {
        let axes = Axes::new(vec![free(Scale::Steps(Cells::Even(4))), free(Scale::Choice(Cells::Even(3)))]);
        let slope = |point: &Point| match point.0[0] {
            Some(Place::Value(at)) => f64::from(at),
            Some(Place::Real(_)) | None => unreachable!(),
        };
        let found = search(&axes, slope, 12, |gp| gp);
        let observed: Vec<Observation> = found
            .into_iter()
            .map(|(proposal, value)| Observation { point: proposal.point, value, variance: None })
            .collect();
        let past = SamplerInput { axes: &axes, observed: &observed, pending: &[], is_taken: &|_| true };
        assert_eq!(Gp::new(STARTUP).propose(&past, &mut Seed(3).search(12)).why, ProposalReason::Exhausted);
    }

    fn observations(count: u64, value: fn(&Point) -> f64) -> Vec<Observation> {
        let point = |trial| mixed().draw(&mut Seed(7).search(trial));
        (0..count)
            .map(|trial| Observation { value: value(&point(trial)), point: point(trial), variance: None })
            .collect()
    }

    fn propose(observed: &[Observation], pending: &[Point]) -> Proposal {
        let past = SamplerInput { axes: &mixed(), observed, pending, is_taken: &|_| false };
        Gp::new(STARTUP).propose(&past, &mut Seed(3).search(99))
    }

    #[test]
    fn pending_points_are_avoided() {
        let observed = observations(20, value);
        let alone = propose(&observed, &[]);
        let beside = propose(&observed, std::slice::from_ref(&alone.point));
        let (ProposalReason::Gp { improvement: first, .. }, ProposalReason::Gp { improvement: second, .. }) =
            (&alone.why, &beside.why)
        else {
            panic!("{alone:?} {beside:?}")
        };
        assert!(second < first, "{alone:?} {beside:?}");
        assert_ne!(alone.point, beside.point);
    }

    #[test]
    fn failures_count_as_the_worst_value() {
        let mut observed = observations(20, value);
        observed[3].value = f64::INFINITY;
        observed[11].value = f64::INFINITY;
        let ProposalReason::Gp { mean, deviation, improvement, .. } = propose(&observed, &[]).why else { panic!() };
        assert!(mean.is_finite() && deviation.is_finite() && improvement.is_finite());
        observed.iter_mut().for_each(|observation| observation.value = f64::INFINITY);
        assert_eq!(propose(&observed, &[]).why, ProposalReason::Exhausted);
    }

    /// The bits on this project's machines; sums are in one order and no logarithm is the platform's, so all CPUs should agree.
    #[test]
    fn proposals_are_the_same_on_every_cpu() {
        let Proposal { point, .. } = propose(&observations(20, value), &[]);
        let expected = [0.692_514_392_225_110_2, 0.396_700_931_880_550_17].map(|at| Some(Place::Real(at)));
        assert_eq!(point.0, [Some(Place::Value(0)), expected[0], None, expected[1]]);
    }

    #[test]
    fn scales_are_refitted_less_and_less_often() {
        let counts: Vec<usize> = [1, 10, 19, 20, 21, 22, 100, 500].map(refit_count).to_vec();
        assert_eq!(counts, [1, 10, 19, 20, 20, 22, 94, 500]);
    }

    #[test]
    fn representatives_include_the_best_and_all_ranks() {
        let values: Vec<f64> = (0..100).map(|index| f64::from(index * 37 % 100)).collect();
        let ranks: Vec<f64> = representatives(&values, 10).into_iter().map(|index| values[index]).collect();
        let mut sorted = ranks.clone();
        sorted.sort_by(f64::total_cmp);
        assert_eq!(sorted, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 24.0, 43.0, 62.0, 81.0]);
        assert_eq!(representatives(&values[..5], 10), [0, 1, 2, 3, 4]);
    }
}
