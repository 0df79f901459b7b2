//! The source of a search's points.

use std::collections::VecDeque;

use crossfold_network::{Setting, Settings};
use crossfold_study::{Enqueued, ProposalReason, Study, TrialNumber};

use super::data_size::DataSize;
use super::frame::Frame;
use super::journal::Journal;
use super::listed::ListedPoints;
use super::planner::Planner;
use super::pruner::RungResult;
use super::sampler::axes::Point;
use super::sampler::{Method, Observation, Proposal, Sampler, SamplerInput, method};

/// The number of proposals in a row that may be duplicates, or not fit the data, before a space counts as exhausted.
const MAX_REJECTED: u32 = 100;

/// The state of a plan, from which a proposal is made.
pub(super) struct PlanState<'p> {
    pub(super) planner: &'p Planner,
    pub(super) data_size: &'p DataSize,
    /// The trials under way.
    pub(super) outstanding: Vec<TrialNumber>,
}

/// A point to try, with its settings.
pub(crate) struct ProposedPoint {
    pub(crate) model: usize,
    pub(crate) settings: Settings,
    /// `None` for a strategy that does not learn.
    pub(crate) point: Option<Point>,
    pub(super) why: ProposalReason,
}

/// Proposes the enqueued points of the spec, and then those that the strategy picks.
pub(crate) struct Proposer<'a> {
    study: &'a Study,
    /// The enqueued points that are left, with their numbers.
    enqueued: VecDeque<(u64, &'a Enqueued)>,
    source: Source,
}

enum Source {
    Listed(ListedPoints),
    Learned(Box<Learner>),
}

/// A sampler that learns, and the trials that it learns from.
struct Learner {
    frame: Frame,
    sampler: Box<dyn Sampler>,
    startup: u32,
    trials: u32,
    /// The number of proposals, rejected ones included.
    proposed: u32,
    /// The number of proposals since the last new trial.
    rejected: u32,
    /// By trial.
    trials_so_far: Vec<TrialSoFar>,
    /// The number of trials that have reached each rung.
    at_rung: Vec<usize>,
    /// The observations for the sampler; `None` where they have to be gathered again.
    observed: Option<Vec<Observation>>,
}

/// A trial's point and its results.
struct TrialSoFar {
    point: Point,
    /// The value at each rung, and its variance.
    values: Vec<Option<(f64, Option<f64>)>>,
    is_pruned: bool,
}

impl<'a> Proposer<'a> {
    pub(crate) fn new(study: &'a Study) -> Proposer<'a> {
        Proposer { study, enqueued: (0..).zip(&study.enqueued).collect(), source: Source::new(study) }
    }

    /// The most trials that there can be. Enqueued points are among those of the strategy, unless they alone are more.
    pub(super) fn most_trials(&self) -> u64 {
        match &self.source {
            Source::Listed(listed) => {
                let of_model = |model| self.study.enqueued.iter().filter(|enqueued| enqueued.model == model).count();
                listed.most_trials().enumerate().map(|(model, most)| most.max(of_model(model) as u64)).sum()
            }
            Source::Learned(learner) => {
                let most = u64::from(learner.trials).max(self.study.enqueued.len() as u64);
                let sizes = self.study.models.iter().map(|model| model.space.combinations());
                let size = sizes.sum::<Option<u64>>();
                size.map_or(most, |size| most.min(size))
            }
        }
    }

    /// The next point; `None` where points are exhausted.
    pub(super) fn next(&mut self, state: &PlanState<'_>, journal: &mut Journal) -> Option<ProposedPoint> {
        if let Some(proposed) = self.next_listed() {
            return Some(proposed);
        }
        match &mut self.source {
            Source::Listed(_) => None,
            Source::Learned(learner) => learner.next(self.study, state, journal),
        }
    }

    /// The next point, if it depends on no result.
    pub(crate) fn next_listed(&mut self) -> Option<ProposedPoint> {
        if let Some((number, wanted)) = self.enqueued.pop_front() {
            return Some(self.enqueued(number, wanted));
        }
        match &mut self.source {
            Source::Listed(listed) => {
                let (model, settings, why) = listed.next(self.study.seed)?;
                Some(ProposedPoint { model, settings, point: None, why })
            }
            Source::Learned(_) => None,
        }
    }

    /// A point of `search.enqueue`. Settings that it does not give are drawn.
    fn enqueued(&mut self, number: u64, wanted: &Enqueued) -> ProposedPoint {
        let mut draws = self.study.seed.sampling("enqueued", number);
        match &mut self.source {
            Source::Listed(_) => {
                let frame = Frame::new(std::slice::from_ref(&self.study.models[wanted.model]));
                let point = frame.encode_enqueued(wanted, &mut draws);
                let settings = with_exact_numbers(wanted, frame.decode(&point).settings);
                ProposedPoint { model: wanted.model, settings, point: None, why: ProposalReason::Enqueued }
            }
            Source::Learned(learner) => {
                learner.proposed += 1;
                let point = learner.frame.encode_enqueued(wanted, &mut draws);
                let settings = with_exact_numbers(wanted, learner.frame.decode(&point).settings);
                ProposedPoint { model: wanted.model, settings, point: Some(point), why: ProposalReason::Enqueued }
            }
        }
    }

    /// A point of a model became the trial with the next number.
    pub(crate) fn began(&mut self, trial: TrialNumber, model: usize, point: Option<Point>) {
        match (&mut self.source, point) {
            (Source::Listed(listed), _) => listed.began(model),
            (Source::Learned(learner), Some(point)) => {
                assert_eq!(trial.0 as usize, learner.trials_so_far.len(), "trials begin in the order of their numbers");
                learner.trials_so_far.push(TrialSoFar { point, values: Vec::new(), is_pruned: false });
                learner.rejected = 0;
            }
            (Source::Learned(_), None) => unreachable!("a sampler that learns has the point of each trial"),
        }
    }

    /// A trial has reached a rung with this result.
    pub(super) fn record(&mut self, result: &RungResult) {
        if let Source::Learned(learner) = &mut self.source {
            learner.record(result);
        }
    }

    /// A trial was pruned.
    pub(super) fn pruned(&mut self, trial: TrialNumber) {
        if let Source::Learned(learner) = &mut self.source {
            learner.trials_so_far[trial.0 as usize].is_pruned = true;
            learner.observed = None;
        }
    }
}

impl Source {
    fn new(study: &Study) -> Source {
        match method(study.strategy.sampler, study.seed) {
            Method::Listed(sequence) => Source::Listed(ListedPoints::new(study, sequence)),
            Method::Learned { startup, sampler } => Source::Learned(Box::new(Learner::new(study, startup, sampler))),
        }
    }
}

impl Learner {
    fn new(study: &Study, startup: u32, sampler: Box<dyn Sampler>) -> Learner {
        let frame = Frame::new(&study.models).with_effects(study);
        let trials = study.strategy.trials.unwrap_or(0);
        Learner {
            frame,
            sampler,
            startup,
            trials,
            proposed: 0,
            rejected: 0,
            trials_so_far: Vec::new(),
            at_rung: Vec::new(),
            observed: None,
        }
    }

    fn next(&mut self, study: &Study, state: &PlanState<'_>, journal: &mut Journal) -> Option<ProposedPoint> {
        if self.trials_so_far.len() >= self.trials as usize || self.rejected >= MAX_REJECTED {
            return None;
        }
        let mut draws = study.seed.sampling("propose", self.proposed.into());
        self.proposed += 1;
        // It counts as rejected until it becomes a trial.
        self.rejected += 1;
        let recorded = journal.next_proposal().filter(|proposal| self.frame.holds(&proposal.point));
        let proposal = recorded.unwrap_or_else(|| self.propose(study, state, &mut draws));
        journal.record_proposal(&proposal);
        let decoded = self.frame.decode(&proposal.point);
        Some(ProposedPoint {
            model: decoded.model,
            settings: decoded.settings,
            point: Some(proposal.point),
            why: proposal.why,
        })
    }

    fn propose(&mut self, study: &Study, state: &PlanState<'_>, draws: &mut crossfold_study::Generator) -> Proposal {
        let observed = self.observed.take().unwrap_or_else(|| self.observe());
        let rung = self.reference_rung();
        let is_pending = |trial: &&TrialNumber| {
            let known = &self.trials_so_far[trial.0 as usize];
            !known.is_pruned && known.values.get(rung).copied().flatten().is_none()
        };
        let pending = state.outstanding.iter().filter(is_pending);
        let pending: Vec<Point> = pending.map(|trial| self.trials_so_far[trial.0 as usize].point.clone()).collect();
        let frame = &self.frame;
        let is_taken = |point: &Point| {
            let decoded = frame.decode(point);
            let resolved = state.planner.resolve(&study.models[decoded.model].fixed, decoded.settings);
            resolved.known.is_some() || !state.data_size.admits(&resolved.configuration)
        };
        let past = SamplerInput { axes: frame.axes(), observed: &observed, pending: &pending, is_taken: &is_taken };
        let proposal = self.sampler.propose(&past, draws);
        self.observed = Some(observed);
        proposal
    }

    fn record(&mut self, result: &RungResult) {
        if self.at_rung.len() <= result.rung {
            self.at_rung.resize(result.rung + 1, 0);
        }
        self.at_rung[result.rung] += 1;
        let known = &mut self.trials_so_far[result.trial.0 as usize];
        known.values.resize(known.values.len().max(result.rung + 1), None);
        known.values[result.rung] = Some((result.value, variance_of_mean(&result.folds)));
        // Observations are in the order of trials. So are results where nothing is pruned and the order is logical.
        let is_next = |observed: &Vec<Observation>| observed.len() == result.trial.0 as usize;
        match &mut self.observed {
            Some(observed) if self.at_rung.len() == 1 && is_next(observed) => {
                let RungResult { value, folds, .. } = result;
                let (point, variance) = (known.point.clone(), variance_of_mean(folds));
                observed.push(Observation { point, value: *value, variance });
            }
            observed => *observed = None,
        }
    }

    /// The highest rung with enough trials to learn from (Falkner, Klein and Hutter 2018, "BOHB: robust and efficient
    /// hyperparameter optimization at scale"); the lowest where none has enough.
    fn reference_rung(&self) -> usize {
        let enough = (self.startup as usize).max(self.frame.axes().len() + 1);
        self.at_rung.iter().rposition(|&trials| trials >= enough).unwrap_or(0)
    }

    /// The observations at the reference rung. A trial that was pruned below it counts as worse than all others.
    fn observe(&self) -> Vec<Observation> {
        let rung = self.reference_rung();
        let observed = self.trials_so_far.iter().filter_map(|known| {
            let there = known.values.get(rung).copied().flatten();
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

/// `settings` with the exact numbers of an enqueued point, which places on an axis round.
fn with_exact_numbers(wanted: &Enqueued, settings: Settings) -> Settings {
    let is_there = |setting: &&Setting| setting.number().is_some() && settings.get(setting.param()).is_some();
    let exact: Vec<Setting> = wanted.settings.iter().filter(is_there).cloned().collect();
    exact.into_iter().fold(settings, Settings::with)
}

/// The variance of the mean of f scores, s²/f; `None` for fewer than two.
fn variance_of_mean(folds: &[Option<f64>]) -> Option<f64> {
    let known: Vec<f64> = folds.iter().copied().flatten().collect();
    let count = known.len() as f64;
    if known.len() < 2 {
        return None;
    }
    let mean = known.iter().sum::<f64>() / count;
    Some(known.iter().map(|score| (score - mean).powi(2)).sum::<f64>() / (count - 1.0) / count)
}
