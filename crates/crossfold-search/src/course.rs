//! A search under way: what was proposed, what came of it, and what follows from that.
//!
//! All decisions are made here, one after another, each from results that earlier decisions asked for, in the order in
//! which they were asked for. Who trains a fit, when, and next to which others is no part of any: so the same study comes
//! to the same plan at any number of jobs, and going over a store's results leads to where a run was when it ended.

mod budget;
mod explained;
mod journal;
pub(crate) mod proposer;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, VecDeque};

use crossfold_network::{Param, Setting};
use crossfold_study::{
    ConfigurationNumber, Direction, FitResult, FoldId, Metric, ModelSpace, Order, Plan, PlannedConfiguration, Pruner,
    Results, Rung, Rungs, StoredFit, Study, Trial, TrialNumber,
};

use crate::plan::{Added, Planner};
use crate::pruner::{Ask, Judged, Prunes, Reason, Seen, Verdict, pruner};
use crate::rungs;
use crate::sampler::Why;
use budget::Spent;
pub use budget::{Limit, Terms};
pub use explained::{Explained, Step};
pub use journal::Entry;
use proposer::{Outlook, Proposer};

/// A search as far as it has come.
pub struct Course<'a> {
    study: &'a Study,
    terms: Terms,
    planner: Planner,
    results: Results,
    proposer: Proposer<'a>,
    pruner: Box<dyn Prunes>,
    /// Of the longest trials; a rung is known by its place.
    ladder: Vec<Rung>,
    /// How much work a trial comes to on average, in units of what its first rung takes.
    appetite: f64,
    /// The rung at which the newest trial begins.
    begins_at: usize,
    /// Asked for, and not yet told to those who decide; in the order in which they were.
    outstanding: VecDeque<Job>,
    /// How many were asked for.
    asked: u32,
    /// By trial.
    histories: Vec<History>,
    spent: Spent,
    /// Why it came to an end before its points did.
    ended_by: Option<Limit>,
    is_over: bool,
    /// Whether any trial has come to its end.
    has_winner: bool,
    /// Asked for by nobody's decision.
    open: Vec<Wish>,
    journal: journal::Journal,
}

/// A trial on its way to a rung.
#[derive(Clone, Copy, Debug)]
struct Job {
    number: u32,
    trial: TrialNumber,
    rung: usize,
}

/// A trial's way through the search.
#[derive(Clone, Debug)]
struct History {
    why: Why,
    /// The rungs that it came to, with its score there (in the metric's own sense) and what followed.
    steps: Vec<Step>,
}

/// A fit that a decision asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    pub configuration: ConfigurationNumber,
    pub fold: FoldId,
    pub epochs: u32,
}

impl<'a> Course<'a> {
    /// The search of `study` on `folds` before its first decision.
    pub fn new(study: &'a Study, folds: Vec<FoldId>, terms: Terms) -> Course<'a> {
        let ladder = rungs::ladder(&study.pruner, longest(study), folds.len().max(1) as u32);
        let pruner = pruner(&study.pruner, ladder.len(), study.strategy.learns(), terms.ratio);
        Course {
            study,
            terms,
            planner: Planner::new(folds),
            results: Results::default(),
            proposer: Proposer::new(study),
            pruner,
            appetite: appetite(&study.pruner, &ladder),
            begins_at: 0,
            ladder,
            outstanding: VecDeque::new(),
            asked: 0,
            histories: Vec::new(),
            spent: Spent::default(),
            ended_by: None,
            is_over: false,
            has_winner: false,
            open: Vec::new(),
            journal: journal::Journal::default(),
        }
    }

    /// Nothing but some of a plan's fits, trained once more.
    pub fn of(
        study: &'a Study,
        plan: &Plan,
        fits: &BTreeSet<(ConfigurationNumber, FoldId)>,
        terms: Terms,
    ) -> Course<'a> {
        let mut course = Course::new(study, plan.folds.clone(), terms);
        course.planner = Planner::of(plan.clone());
        let wish =
            |&(configuration, fold)| Wish { configuration, fold, epochs: plan.configuration(configuration).horizon() };
        course.open = fits.iter().map(wish).collect();
        course.is_over = true;
        course
    }

    pub fn plan(&self) -> &Plan {
        &self.planner.plan
    }

    pub fn results(&self) -> &Results {
        &self.results
    }

    /// For whoever trains the fits.
    pub(crate) fn results_mut(&mut self) -> &mut Results {
        &mut self.results
    }

    /// Both, once nothing more is to be decided.
    pub fn into_parts(self) -> (Plan, Results) {
        (self.planner.plan, self.results)
    }

    /// Whether nothing more will be asked for.
    pub fn is_over(&self) -> bool {
        self.is_over && self.outstanding.is_empty()
    }

    /// Why it came to an end before its points did.
    pub fn ended_by(&self) -> Option<Limit> {
        self.ended_by
    }

    /// The rungs of the study's longest trials.
    pub fn ladder(&self) -> &[Rung] {
        &self.ladder
    }

    /// Follows what an earlier run of the same search decided, as far as that went.
    pub fn follow(&mut self, entries: impl IntoIterator<Item = Entry>) {
        self.journal.follow(entries);
    }

    /// What was decided so far, and can't be told from the study alone.
    pub fn journal(&self) -> &[Entry] {
        self.journal.entries()
    }

    pub(crate) fn metric(&self) -> Metric {
        self.study.metric
    }

    pub(crate) fn terms(&self) -> &Terms {
        &self.terms
    }

    /// How many trials there can be at the most.
    pub fn most_trials(&self) -> u64 {
        if self.is_over {
            return self.planner.plan.trials.len() as u64;
        }
        let listed = self.proposer.total();
        self.study.budget.trials.map_or(listed, |most| listed.min(most.into()))
    }

    /// Whether decisions hang on results: else all is known from the start.
    pub fn listens(study: &Study) -> bool {
        study.strategy.learns() || study.pruner != Pruner::None || study.budget.without_improvement.is_some()
    }

    /// Takes decisions until one has to wait for results, and returns the fits that they ask for.
    pub fn ask(&mut self) -> Vec<Wish> {
        let mut wishes = std::mem::take(&mut self.open);
        while !self.is_over && self.may_ask() {
            match self.pruner.ask() {
                Ask::Begin { rung } => {
                    self.begins_at = rung;
                    let trial = self.begin(rung);
                    self.pruner.began(trial);
                    if let Some(trial) = trial {
                        self.issue(trial, rung, &mut wishes);
                    }
                }
                Ask::Promote { trial, rung } => self.issue(trial, rung, &mut wishes),
                Ask::Wait => break,
                Ask::Over => self.is_over = true,
            }
            self.take_judgements();
        }
        if self.is_over() && !self.finish_one(&mut wishes) {
            self.close();
        }
        wishes
    }

    /// Whether the search has no winner as far as it was told, and had a deadline.
    pub(crate) fn may_have_been_cut_short(&self) -> bool {
        self.study.budget.wall.is_some() && !self.has_winner
    }

    /// Whether any trial has come to its end, or is on its last way there.
    pub(crate) fn has_winner(&self) -> bool {
        self.has_winner
    }

    /// Lets the best of those that came furthest go to its end, if nobody came there; what it asks for.
    pub(crate) fn finish(&mut self) -> Vec<Wish> {
        let mut wishes = Vec::new();
        self.finish_one(&mut wishes);
        wishes
    }

    /// The best of the trials that came furthest.
    pub(crate) fn leader(&self) -> Option<TrialNumber> {
        let reached = self.histories.iter().zip(&self.planner.plan.trials).filter_map(|(history, trial)| {
            let step = history.steps.last()?;
            Some((step.rung, self.less_is_better(step.score?), trial.number))
        });
        let best = reached.min_by(|(a, x, m), (b, y, n)| b.cmp(a).then(x.total_cmp(y)).then(m.cmp(n)));
        best.map(|(_, _, trial)| trial)
    }

    /// Where a budget ended the search before any trial came to its end: lets the best of those that came furthest go to
    /// it, for which room was kept; so that there is a winner.
    fn finish_one(&mut self, wishes: &mut Vec<Wish>) -> bool {
        let by_work = matches!(self.ended_by, Some(Limit::Fits | Limit::Epochs | Limit::Flops | Limit::Wall));
        if !by_work || self.has_winner {
            return false;
        }
        let Some(trial) = self.leader() else { return false };
        self.planner.plan.trials[trial.0 as usize].pruned = None;
        if let Some(step) = self.histories[trial.0 as usize].steps.last_mut() {
            step.judged = Some(Verdict::GoesOn(Reason::Finished));
        }
        self.has_winner = true;
        let last = self.ladder.len() - 1;
        let new = self.wishes(trial, self.rung_of(trial, last));
        self.send(trial, last, new, wishes);
        true
    }

    /// Tells those who decide of the job whose turn it is, if it has come to its rung. After that, there may be more to
    /// [ask](Course::ask).
    pub fn tell_next(&mut self) -> bool {
        let Some((at, seen)) = self.next_told() else { return false };
        let job = self.outstanding.remove(at).expect("the job is one of them");
        self.journal.told(job.number, self.study.pace.order);
        // The same way back.
        let score = seen.value.is_finite().then(|| self.less_is_better(seen.value));
        let step = Step { rung: self.rung_of(job.trial, job.rung), score, judged: None };
        self.histories[job.trial.0 as usize].steps.push(step);
        if job.rung + 1 == self.ladder.len() {
            self.has_winner |= seen.value.is_finite();
            self.spent.came_to_its_end(seen.value);
        }
        self.proposer.told(&seen);
        self.pruner.tell(seen);
        self.take_judgements();
        true
    }

    /// Nothing more is asked for, for this reason; what is under way may still be told.
    pub fn end(&mut self, limit: Limit) {
        self.ended_by.get_or_insert(limit);
        self.is_over = true;
        if self.outstanding.is_empty() {
            self.close();
        }
    }

    /// Takes in a stored fit, as far as it was wished for. What is known already of more epochs stays: a trial of fewer may
    /// be asked for after one of more.
    pub fn recall(&mut self, wish: &Wish, stored: &StoredFit) {
        let known = self.results.fit(wish.configuration, wish.fold).map_or(0, FitResult::epochs);
        if known > 0 && known >= wish.epochs {
            return;
        }
        self.results.recall(wish.configuration, wish.fold, stored, wish.epochs);
    }

    /// The fit of a wish as the plan has it.
    pub(crate) fn configuration(&self, number: ConfigurationNumber) -> &PlannedConfiguration {
        self.planner.plan.configuration(number)
    }

    fn may_ask(&self) -> bool {
        !self.waits_its_turn() || self.outstanding.len() < self.study.pace.batch as usize
    }

    /// Whether decisions wait for results, so that there is no point in taking many ahead.
    fn waits_its_turn(&self) -> bool {
        let prunes_at_once = match self.study.pruner {
            Pruner::None | Pruner::Halving { .. } | Pruner::Hyperband { .. } | Pruner::Racing { .. } => false,
            Pruner::Median { .. } | Pruner::Asha { .. } | Pruner::Bohb { .. } => true,
        };
        let budget = &self.study.budget;
        self.study.strategy.learns() || prunes_at_once || budget.without_improvement.is_some() || budget.wall.is_some()
    }

    /// A new trial that is to come to a rung; `None` where there are no more points, or no budget.
    fn begin(&mut self, rung: usize) -> Option<TrialNumber> {
        if let Some(limit) = self.spent.limit_before_a_trial(&self.study.budget, self.planner.plan.trials.len()) {
            self.ended_by.get_or_insert(limit);
            return None;
        }
        loop {
            let outlook = Outlook {
                planner: &self.planner,
                terms: &self.terms,
                outstanding: if self.study.strategy.learns() {
                    self.outstanding.iter().map(|job| job.trial).collect()
                } else {
                    Vec::new()
                },
            };
            let proposed = self.proposer.next(&outlook, &mut self.journal)?;
            let fixed = &self.study.models[proposed.model].fixed;
            let resolved = self.planner.resolve(fixed, proposed.settings);
            // Of a sampler that has nothing else to propose; the rest was looked at beforehand.
            if self.study.strategy.learns() && !self.terms.admits(&resolved.configuration) {
                continue;
            }
            if resolved.known.is_none() {
                let at = rungs::for_trial(self.ladder[rung], rung + 1 == self.ladder.len(), resolved.epochs);
                let price = self.terms.epoch_flops(&resolved.configuration);
                let whole = rungs::for_trial(self.ladder[self.ladder.len() - 1], true, resolved.epochs);
                let room = (self.ladder.len() > 1).then_some(whole);
                let appetite = self.appetite;
                if let Some(limit) = self.spent.limit_before(at, room, appetite, price, &self.study.budget) {
                    self.ended_by.get_or_insert(limit);
                    return None;
                }
            }
            if let Added::New(trial) = self.planner.add(resolved) {
                self.proposer.began(trial, proposed.point);
                self.histories.push(History { why: proposed.why, steps: Vec::new() });
                return Some(trial);
            }
        }
    }

    /// Sends a trial to a rung, if there is the budget.
    fn issue(&mut self, trial: TrialNumber, rung: usize, wishes: &mut Vec<Wish>) {
        let at = self.rung_of(trial, rung);
        let new = self.wishes(trial, at);
        let plan = &self.planner.plan;
        let Trial { configuration, epochs, .. } = plan.trials[trial.0 as usize];
        let price = self.terms.epoch_flops(&plan.configuration(configuration).configuration);
        if rung == self.first_rung(trial) {
            self.spent.began(at, price);
        }
        // Until somebody has come to the end, room is kept for it.
        let last = self.ladder.len() - 1;
        let keeps_room = rung != last && !self.has_winner && !self.histories[trial.0 as usize].steps.is_empty();
        let room = keeps_room.then(|| rungs::for_trial(self.ladder[last], true, epochs));
        if let Some(limit) = self.spent.take(&new, room, price, &self.study.budget) {
            self.ended_by.get_or_insert(limit);
            self.is_over = true;
        } else {
            self.send(trial, rung, new, wishes);
        }
    }

    /// Sends a trial to a rung whatever is left of a budget.
    fn send(&mut self, trial: TrialNumber, rung: usize, new: Vec<Wish>, wishes: &mut Vec<Wish>) {
        if Course::listens(self.study) {
            self.outstanding.push_back(Job { number: self.asked, trial, rung });
        }
        self.asked += 1;
        wishes.extend(new);
    }

    /// What a trial needs to come to a rung.
    fn wishes(&self, trial: TrialNumber, rung: Rung) -> Vec<Wish> {
        let configuration = self.trial(trial).configuration;
        let folds = self.planner.plan.folds.iter().take(rung.folds as usize);
        folds.map(|&fold| Wish { configuration, fold, epochs: rung.epochs }).collect()
    }

    /// The rung at which a trial begins: what is asked for before anything is known of it.
    fn first_rung(&self, trial: TrialNumber) -> usize {
        let seen = &self.histories[trial.0 as usize].steps;
        if seen.is_empty() { self.begins_at } else { usize::MAX }
    }

    /// A rung of the ladder, as far as it is a trial's.
    fn rung_of(&self, trial: TrialNumber, rung: usize) -> Rung {
        rungs::for_trial(self.ladder[rung], rung + 1 == self.ladder.len(), self.trial(trial).epochs)
    }

    /// The job whose turn it is to be told, where it has come to its rung.
    fn next_told(&mut self) -> Option<(usize, Seen)> {
        if let Some(number) = self.journal.next_arrival() {
            // As it was when the run before heard of it.
            let at = self.outstanding.iter().position(|job| job.number == number);
            let seen = at.and_then(|at| Some((at, self.seen(self.outstanding[at])?)));
            if seen.is_some() {
                return seen;
            }
            self.journal.lose_arrivals();
        }
        match self.study.pace.order {
            Order::Logical => Some((0, self.seen(*self.outstanding.front()?)?)),
            Order::Free => (0..self.outstanding.len()).find_map(|at| Some((at, self.seen(self.outstanding[at])?))),
        }
    }

    fn seen(&self, job: Job) -> Option<Seen> {
        let plan = &self.planner.plan;
        let trial = &plan.trials[job.trial.0 as usize];
        let scores = self.results.at_rung(plan, trial, self.rung_of(job.trial, job.rung), self.study.metric)?;
        let value = scores.mean().map_or(f64::INFINITY, |mean| self.less_is_better(mean));
        let folds = scores.folds.iter().map(|score| score.map(|score| self.less_is_better(score))).collect();
        Some(Seen { trial: job.trial, rung: job.rung, value, folds })
    }

    fn less_is_better(&self, score: f64) -> f64 {
        match self.study.metric.direction() {
            Direction::Maximize => -score,
            Direction::Minimize => score,
        }
    }

    fn take_judgements(&mut self) {
        for Judged { trial, rung, verdict } in self.pruner.judged() {
            self.judge(trial, rung, verdict);
        }
    }

    fn judge(&mut self, trial: TrialNumber, rung: usize, verdict: Verdict) {
        let at = self.rung_of(trial, rung);
        let ends = matches!(verdict, Verdict::Ends(_));
        if let Some(step) = self.histories[trial.0 as usize].steps.iter_mut().find(|step| step.rung == at) {
            step.judged = Some(verdict);
        }
        if !ends {
            return;
        }
        self.spent.came_to_its_end(f64::INFINITY);
        // A trial that failed is told as such.
        let scores = self.results.at_rung(self.plan(), self.trial(trial), at, self.study.metric);
        if scores.is_none_or(|scores| !scores.has_failed) {
            self.planner.plan.trials[trial.0 as usize].pruned = Some(at);
            self.proposer.pruned(trial);
        }
    }

    fn trial(&self, number: TrialNumber) -> &Trial {
        &self.planner.plan.trials[number.0 as usize]
    }

    /// Once nothing more is coming: whoever still waits at a rung ends there.
    fn close(&mut self) {
        let last = self.ladder.len() - 1;
        for number in 0..self.histories.len() {
            let Some(step) = self.histories[number].steps.last() else { continue };
            let trial = &self.planner.plan.trials[number];
            let at_end = rungs::for_trial(self.ladder[last], true, trial.epochs);
            let waits = step.rung != at_end && trial.pruned.is_none() && step.score.is_some();
            if waits {
                let at = step.rung;
                self.planner.plan.trials[number].pruned = Some(at);
                if let Some(step) = self.histories[number].steps.last_mut() {
                    step.judged = Some(Verdict::Ends(Reason::Unfinished));
                }
            }
        }
    }
}

/// How much work all trials take in units of what they take at the first rung, where all begin there before any goes on: a
/// budget has to last for both. 1 where trials go on as they come.
fn appetite(pruner: &Pruner, ladder: &[Rung]) -> f64 {
    let share = match pruner {
        Pruner::None | Pruner::Median { .. } | Pruner::Asha { .. } => return 1.0,
        // A guess: how many a race spares hangs on how far apart they are.
        Pruner::Racing { .. } => 0.5,
        Pruner::Halving { rungs } | Pruner::Hyperband { rungs } | Pruner::Bohb { rungs } => match rungs {
            Rungs::Growing { factor, .. } => 1.0 / f64::from(*factor),
            Rungs::Given(_) => 1.0 / 3.0,
        },
    };
    let work: Vec<f64> = ladder.iter().map(|rung| f64::from(rung.epochs) * f64::from(rung.folds)).collect();
    let (mut sum, mut left) = (work[0], 1.0);
    for pair in work.windows(2) {
        left *= share;
        sum += left * (pair[1] - pair[0]);
    }
    sum / work[0]
}

/// The most epochs that a trial can have.
fn longest(study: &Study) -> u32 {
    let of = |model: &ModelSpace| {
        let fixed = model.fixed.get(Param::Epochs).and_then(Setting::number);
        fixed.map_or(1, |epochs| epochs as u32)
    };
    study.models.iter().map(of).max().unwrap_or(1)
}
