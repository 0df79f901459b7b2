//! Where a search's points come from.

use std::collections::VecDeque;

use crossfold_network::{Setting, Settings};
use crossfold_study::{Enqueued, Strategy, Study, TrialNumber};

use super::Terms;
use super::journal::Journal;
use crate::frame::Frame;
use crate::listed::Listed;
use crate::plan::Planner;
use crate::pruner::Seen;
use crate::sampler::axes::Point;
use crate::sampler::gp::Gp;
use crate::sampler::tpe::Tpe;
use crate::sampler::{Observation, Past, Proposal, Sampler, Why};

/// How many proposals in a row may come to trials that there are, or fit no data, before a search takes its space for
/// exhausted.
const MOST_IN_VAIN: u32 = 100;

/// What proposals may go by.
pub(super) struct Outlook<'o> {
    pub(super) planner: &'o Planner,
    pub(super) terms: &'o Terms,
    /// The trials that are under way.
    pub(super) outstanding: Vec<TrialNumber>,
}

/// A point to try.
pub(crate) struct Proposed {
    pub(crate) model: usize,
    pub(crate) settings: Settings,
    /// `None` where nothing is learnt from points.
    pub(super) point: Option<Point>,
    pub(super) why: Why,
}

/// Proposes what the spec asks for first, and then what the strategy picks.
pub(crate) struct Proposer<'a> {
    study: &'a Study,
    /// Still to be tried first, with their number.
    enqueued: VecDeque<(u64, &'a Enqueued)>,
    strategy: Picks,
}

enum Picks {
    Listed(Listed),
    Learns(Box<Learner>),
}

/// A sampler, and what it has to go by.
struct Learner {
    frame: Frame,
    sampler: Box<dyn Sampler>,
    startup: u32,
    trials: u32,
    /// How many points were proposed, those in vain among them.
    proposed: u32,
    in_vain: u32,
    /// By trial.
    known: Vec<Known>,
    /// How many trials have come to each rung.
    at_rung: Vec<usize>,
    /// What the sampler sees; `None` where it is to be made anew.
    observed: Option<Vec<Observation>>,
}

/// A trial's point, and what came of it.
struct Known {
    point: Point,
    /// By rung: the score, and its variance.
    seen: Vec<Option<(f64, Option<f64>)>>,
    is_pruned: bool,
}

impl<'a> Proposer<'a> {
    pub(crate) fn new(study: &'a Study) -> Proposer<'a> {
        let budget = &study.budget;
        let may_be_cut_short = *budget != crossfold_study::Budget::default();
        let strategy = match Listed::new(&study.models, study.strategy, study.seed, may_be_cut_short) {
            Some(listed) => Picks::Listed(listed),
            None => Picks::Learns(Box::new(Learner::new(study))),
        };
        Proposer { study, enqueued: (0..).zip(&study.enqueued).collect(), strategy }
    }

    /// How many points there are at the most.
    pub(super) fn total(&self) -> u64 {
        match &self.strategy {
            Picks::Listed(listed) => listed.total() + self.study.enqueued.len() as u64,
            Picks::Learns(learner) => learner.trials.into(),
        }
    }

    /// The next point; `None` where there is none.
    pub(super) fn next(&mut self, outlook: &Outlook<'_>, journal: &mut Journal) -> Option<Proposed> {
        if let Some(proposed) = self.next_listed() {
            return Some(proposed);
        }
        match &mut self.strategy {
            Picks::Listed(_) => None,
            Picks::Learns(learner) => learner.next(self.study, outlook, journal),
        }
    }

    /// The next point, as long as it hangs on no result.
    pub(crate) fn next_listed(&mut self) -> Option<Proposed> {
        if let Some((number, wanted)) = self.enqueued.pop_front() {
            return Some(self.first(number, wanted));
        }
        match &mut self.strategy {
            Picks::Listed(listed) => {
                let (model, settings, why) = listed.next()?;
                Some(Proposed { model, settings, point: None, why })
            }
            Picks::Learns(_) => None,
        }
    }

    /// A point of `search.enqueue`; what it leaves open is drawn.
    fn first(&mut self, number: u64, wanted: &Enqueued) -> Proposed {
        let mut draws = self.study.seed.sampling("enqueued", number);
        match &mut self.strategy {
            Picks::Listed(_) => {
                let frame = Frame::new(std::slice::from_ref(&self.study.models[wanted.model]));
                let point = frame.enqueued(wanted, &mut draws);
                let settings = exactly(wanted, frame.named(&point).settings);
                Proposed { model: wanted.model, settings, point: None, why: Why::Enqueued }
            }
            Picks::Learns(learner) => {
                learner.proposed += 1;
                let point = learner.frame.enqueued(wanted, &mut draws);
                let settings = exactly(wanted, learner.frame.named(&point).settings);
                Proposed { model: wanted.model, settings, point: Some(point), why: Why::Enqueued }
            }
        }
    }

    /// A point has become a trial, the next in number.
    pub(super) fn began(&mut self, trial: TrialNumber, point: Option<Point>) {
        if let (Picks::Learns(learner), Some(point)) = (&mut self.strategy, point) {
            assert_eq!(trial.0 as usize, learner.known.len(), "trials begin in the order of their numbers");
            learner.known.push(Known { point, seen: Vec::new(), is_pruned: false });
            learner.in_vain = 0;
        }
    }

    pub(super) fn told(&mut self, seen: &Seen) {
        if let Picks::Learns(learner) = &mut self.strategy {
            learner.told(seen);
        }
    }

    pub(super) fn pruned(&mut self, trial: TrialNumber) {
        if let Picks::Learns(learner) = &mut self.strategy {
            learner.known[trial.0 as usize].is_pruned = true;
            learner.observed = None;
        }
    }
}

impl Learner {
    fn new(study: &Study) -> Learner {
        let frame = Frame::new(&study.models).with_effects(study);
        let seed = study.seed.sampling("sampler", 0).below(u64::MAX);
        let (sampler, trials, startup): (Box<dyn Sampler>, u32, u32) = match study.strategy {
            Strategy::Gp { trials, startup } => (Box::new(Gp::new(startup as usize)), trials, startup),
            Strategy::Tpe { trials, startup } => (Box::new(Tpe::new(seed, startup as usize)), trials, startup),
            Strategy::Grid { .. } | Strategy::Random { .. } | Strategy::Sobol { .. } => {
                unreachable!("what hangs on no result is listed")
            }
        };
        Learner {
            frame,
            sampler,
            startup,
            trials,
            proposed: 0,
            in_vain: 0,
            known: Vec::new(),
            at_rung: Vec::new(),
            observed: None,
        }
    }

    fn next(&mut self, study: &Study, outlook: &Outlook<'_>, journal: &mut Journal) -> Option<Proposed> {
        if self.proposed >= self.trials || self.in_vain >= MOST_IN_VAIN {
            return None;
        }
        let mut draws = study.seed.sampling("propose", self.proposed.into());
        self.proposed += 1;
        // Until it becomes a trial.
        self.in_vain += 1;
        let recorded = journal.next_proposal().filter(|proposal| self.frame.holds(&proposal.point));
        let proposal = recorded.unwrap_or_else(|| self.propose(study, outlook, &mut draws));
        journal.proposed(&proposal);
        let named = self.frame.named(&proposal.point);
        Some(Proposed { model: named.model, settings: named.settings, point: Some(proposal.point), why: proposal.why })
    }

    fn propose(&mut self, study: &Study, outlook: &Outlook<'_>, draws: &mut crossfold_study::Generator) -> Proposal {
        let observed = self.observed.take().unwrap_or_else(|| self.observe());
        let rung = self.reference();
        let is_pending = |trial: &&TrialNumber| {
            let known = &self.known[trial.0 as usize];
            !known.is_pruned && known.seen.get(rung).copied().flatten().is_none()
        };
        let pending = outlook.outstanding.iter().filter(is_pending);
        let pending: Vec<Point> = pending.map(|trial| self.known[trial.0 as usize].point.clone()).collect();
        let frame = &self.frame;
        let is_taken = |point: &Point| {
            let named = frame.named(point);
            let resolved = outlook.planner.resolve(&study.models[named.model].fixed, named.settings);
            resolved.known.is_some() || !outlook.terms.admits(&resolved.configuration)
        };
        let past = Past { axes: frame.axes(), observed: &observed, pending: &pending, is_taken: &is_taken };
        let proposal = self.sampler.propose(&past, draws);
        self.observed = Some(observed);
        proposal
    }

    fn told(&mut self, seen: &Seen) {
        if self.at_rung.len() <= seen.rung {
            self.at_rung.resize(seen.rung + 1, 0);
        }
        self.at_rung[seen.rung] += 1;
        let known = &mut self.known[seen.trial.0 as usize];
        known.seen.resize(known.seen.len().max(seen.rung + 1), None);
        known.seen[seen.rung] = Some((seen.value, variance_of_mean(&seen.folds)));
        // In the order of trials, which is that of results where nothing is pruned and the order is logical.
        let is_next = |observed: &Vec<Observation>| observed.len() == seen.trial.0 as usize;
        match &mut self.observed {
            Some(observed) if self.at_rung.len() == 1 && is_next(observed) => {
                let Seen { value, folds, .. } = seen;
                let (point, variance) = (known.point.clone(), variance_of_mean(folds));
                observed.push(Observation { point, value: *value, variance });
            }
            observed => *observed = None,
        }
    }

    /// The highest rung that says enough (Falkner, Klein and Hutter 2018, "BOHB: robust and efficient hyperparameter
    /// optimization at scale"); the lowest where none does.
    fn reference(&self) -> usize {
        let enough = (self.startup as usize).max(self.frame.axes().len() + 1);
        self.at_rung.iter().rposition(|&trials| trials >= enough).unwrap_or(0)
    }

    /// What is known at the reference rung. Trials that ended below it are no better than any there.
    fn observe(&self) -> Vec<Observation> {
        let rung = self.reference();
        let observed = self.known.iter().filter_map(|known| {
            let there = known.seen.get(rung).copied().flatten();
            let (value, variance) = match there {
                Some(there) => there,
                None if known.is_pruned => (f64::INFINITY, None),
                None => return None,
            };
            Some(Observation { point: known.point.clone(), value, variance })
        });
        observed.collect()
    }
}

/// The settings of a point that was asked for, with its numbers to the last digit: places on an axis round them.
fn exactly(wanted: &Enqueued, settings: Settings) -> Settings {
    let is_there = |setting: &&Setting| setting.number().is_some() && settings.get(setting.param()).is_some();
    let exact: Vec<Setting> = wanted.settings.iter().filter(is_there).cloned().collect();
    exact.into_iter().fold(settings, Settings::with)
}

/// s²/f of the scores of f folds, at least two.
fn variance_of_mean(folds: &[Option<f64>]) -> Option<f64> {
    let known: Vec<f64> = folds.iter().copied().flatten().collect();
    let count = known.len() as f64;
    if known.len() < 2 {
        return None;
    }
    let mean = known.iter().sum::<f64>() / count;
    Some(known.iter().map(|score| (score - mean).powi(2)).sum::<f64>() / (count - 1.0) / count)
}
