//! The course of a search: what was proposed, how it scored, and what is decided next.
//!
//! All decisions are made here, one after another. Each follows from results of earlier decisions, in the order in which
//! these were made. When and where a fit is trained, and beside which others, has no influence. So a study leads to the same
//! plan at any number of jobs, and replaying the stored results leads to the state in which a run ended.

mod explanation;
mod finish;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::Arc;

use crossfold_network::{Param, Setting, Task};
use crossfold_study::{
    Budget, ConfigurationNumber, Direction, FitResult, FoldId, ModelSpace, Order, Plan, PlannedConfiguration,
    ProposalReason, PruningDecision, Results, Rung, RungStep, StoredFit, Study, Trial, TrialNumber,
};

pub use explanation::Explanation;

use super::budget::{BudgetLimit, Candidate, SpentWork, Work};
use super::data_size::DataSize;
use super::fit_request::FitRequest;
use super::journal::{Journal, JournalEntry};
use super::planner::{Addition, Planner};
use super::proposer::{PlanState, Proposer};
use super::pruner::{Action, Judgement, RungResult, TrialPruner, trial_pruner};
use super::rungs::Ladder;
use finish::Finish;

/// A search in progress.
pub struct Course<'a> {
    study: &'a Study,
    data_size: DataSize,
    planner: Planner,
    results: Results,
    proposer: Proposer<'a>,
    pruner: Box<dyn TrialPruner>,
    ladder: Ladder,
    /// The expected work of a trial, in units of the work of its first rung.
    work_ratio: f64,
    /// The rung at which the newest trial begins.
    begins_at: usize,
    /// Trials on their way to a rung, and those that are there but were not judged yet, in the order in which they were
    /// sent.
    outstanding: VecDeque<Climb>,
    /// The number of climbs so far.
    climbs: u32,
    /// By trial.
    histories: Vec<History>,
    /// The trials whose histories went on, in this order.
    changed: Vec<TrialNumber>,
    spent: SpentWork,
    /// The limit that ended the search before its points were exhausted.
    ended_by: Option<BudgetLimit>,
    is_over: bool,
    finish: Finish,
    /// Fits that no decision of this course asked for.
    open: Vec<FitRequest>,
    journal: Journal,
}

/// A trial on its way to a rung.
#[derive(Clone, Copy, Debug)]
struct Climb {
    number: u32,
    trial: TrialNumber,
    rung: usize,
}

/// A trial's way through the search.
#[derive(Clone, Debug)]
struct History {
    why: ProposalReason,
    /// The rungs that it reached, from the lowest.
    steps: Vec<RungStep>,
}

impl<'a> Course<'a> {
    /// The search of `study` on `folds` before its first decision.
    pub fn new(study: &'a Study, folds: Vec<FoldId>, data_size: DataSize) -> Course<'a> {
        let ladder = Ladder::new(&study.pruner, most_epochs(study), folds.len().max(1) as u32);
        let pruner = trial_pruner(study, &ladder, data_size.ratio);
        Course {
            study,
            planner: Planner::new(folds).for_rows(data_size.all_rows()),
            data_size,
            results: Results::default(),
            proposer: Proposer::new(study),
            work_ratio: work_ratio(pruner.promoted_share(), &ladder),
            pruner,
            begins_at: 0,
            ladder,
            outstanding: VecDeque::new(),
            climbs: 0,
            histories: Vec::new(),
            changed: Vec::new(),
            spent: SpentWork::default(),
            ended_by: None,
            is_over: false,
            finish: Finish::default(),
            open: Vec::new(),
            journal: Journal::default(),
        }
    }

    pub(crate) fn study(&self) -> &'a Study {
        self.study
    }

    /// A course without decisions: it asks for all fits of a plan.
    pub fn of_plan(study: &'a Study, plan: &Arc<Plan>, data_size: DataSize) -> Course<'a> {
        let fits = plan.configurations.iter().flat_map(|planned| plan.folds.iter().map(|&fold| (planned.number, fold)));
        Course::for_fits(study, plan, fits, data_size)
    }

    /// A course without decisions: it asks for some `fits` of a plan.
    pub fn for_fits(
        study: &'a Study,
        plan: &Arc<Plan>,
        fits: impl IntoIterator<Item = (ConfigurationNumber, FoldId)>,
        data_size: DataSize,
    ) -> Course<'a> {
        let request = |(configuration, fold)| FitRequest {
            configuration,
            fold,
            epochs: plan.configuration(configuration).horizon(),
        };
        Course {
            planner: Planner::fixed(Arc::clone(plan)),
            open: fits.into_iter().map(request).collect(),
            is_over: true,
            ..Course::new(study, plan.folds.clone(), data_size)
        }
    }

    /// The trials so far.
    pub fn plan(&self) -> &Plan {
        &self.planner.plan
    }

    /// The results so far.
    pub fn results(&self) -> &Results {
        &self.results
    }

    /// For the dispatcher, which puts in what workers report.
    pub(crate) fn results_mut(&mut self) -> &mut Results {
        &mut self.results
    }

    /// The plan and its results, once nothing more is to be decided.
    pub fn into_parts(self) -> (Arc<Plan>, Results) {
        (self.planner.plan, self.results)
    }

    /// Whether nothing more will be asked for.
    pub fn is_over(&self) -> bool {
        self.is_over && self.outstanding.is_empty()
    }

    /// The limit that ended the search before its points were exhausted.
    pub fn ended_by(&self) -> Option<BudgetLimit> {
        self.ended_by
    }

    /// The rungs of the study's longest trials.
    pub fn ladder(&self) -> &[Rung] {
        self.ladder.rungs()
    }

    /// Repeats the decisions that an earlier run of the same search recorded, as far as they go.
    pub fn repeat(&mut self, entries: impl IntoIterator<Item = JournalEntry>) {
        self.journal.repeat(entries);
    }

    /// The decisions so far that do not follow from the study alone.
    pub fn journal(&self) -> &[JournalEntry] {
        self.journal.entries()
    }

    pub(crate) fn data_size(&self) -> &DataSize {
        &self.data_size
    }

    /// The most trials that there can be.
    pub fn most_trials(&self) -> u64 {
        if self.is_over {
            return self.planner.plan.trials.len() as u64;
        }
        let most = self.proposer.most_trials();
        self.study.budget.trials.map_or(most, |limit| most.min(limit.into()))
    }

    /// Whether decisions depend on results, or on when they arrive; if not, the whole plan is known from the start.
    pub fn depends_on_results(study: &Study) -> bool {
        let budget = &study.budget;
        let is_timed = budget.without_improvement.is_some() || budget.wall.is_some();
        study.strategy.learns() || study.pruner.prunes() || is_timed
    }

    /// Takes decisions until one has to wait for results, and returns the fits that they ask for.
    pub fn ask(&mut self) -> Vec<FitRequest> {
        let mut requests = std::mem::take(&mut self.open);
        while !self.is_over && self.may_decide() {
            match self.pruner.next_action() {
                Action::Begin { rung } => {
                    self.begins_at = rung;
                    let trial = self.begin(rung);
                    self.pruner.began(trial);
                    if let Some(trial) = trial {
                        self.send_within_budget(trial, rung, &mut requests);
                    }
                }
                Action::Promote { trial, rung } => self.send_within_budget(trial, rung, &mut requests),
                Action::Wait => break,
                Action::Over => self.is_over = true,
            }
            self.take_judgements();
        }
        if self.is_over() && !self.finish_leader(&mut requests) {
            self.close();
        }
        requests
    }

    /// Passes the result of the next trial that has reached its rung to the sampler and the pruner. Returns whether there
    /// was one: if so, there may be more to [ask](Course::ask) for.
    pub fn tell_next(&mut self) -> bool {
        let Some((at, result)) = self.next_result() else { return false };
        let climb = self.outstanding.remove(at).expect("the climb is one of them");
        self.journal.record_arrival(climb.number, self.study.pace.order);
        // Negating twice gives the metric's own sense.
        let score = result.value.is_finite().then(|| self.less_is_better(result.value));
        let step = RungStep { rung: self.rung_for(climb.trial, climb.rung), score, judged: None };
        self.histories[climb.trial.0 as usize].steps.push(step);
        self.changed.push(climb.trial);
        if climb.rung == self.ladder.last() {
            self.finish.reached_last_rung(result.value);
            self.spent.count_end(result.value);
        }
        self.proposer.record(&result);
        self.pruner.tell(result);
        self.take_judgements();
        true
    }

    /// Ends the search for this reason: nothing more is asked for. Results of fits in progress may still come in.
    pub fn end(&mut self, limit: BudgetLimit) {
        self.ended_by.get_or_insert(limit);
        self.is_over = true;
        if self.outstanding.is_empty() {
            self.close();
        }
    }

    /// Takes in the epochs of a stored fit that were requested. A fit that is known for at least as many epochs stays
    /// as it is: a shorter trial may be asked for after a longer one.
    pub fn recall(&mut self, request: &FitRequest, stored: &StoredFit) {
        let known = self.results.fit(request.configuration, request.fold).map_or(0, FitResult::epochs);
        if known > 0 && known >= request.epochs {
            return;
        }
        self.results.recall(request.configuration, request.fold, stored, request.epochs);
    }

    /// What the networks learn.
    pub(crate) fn task(&self) -> Task {
        self.study.metric.task()
    }

    pub(crate) fn configuration(&self, number: ConfigurationNumber) -> &PlannedConfiguration {
        self.planner.plan.configuration(number)
    }

    fn may_decide(&self) -> bool {
        !self.waits_for_results() || self.outstanding.len() < self.study.pace.batch as usize
    }

    /// Whether decisions depend on each result, so that few are taken ahead of results.
    fn waits_for_results(&self) -> bool {
        let budget = &self.study.budget;
        self.study.strategy.learns()
            || self.pruner.prunes_at_once()
            || budget.without_improvement.is_some()
            || budget.wall.is_some()
    }

    /// A new trial that begins at a rung; `None` where points or budget are exhausted.
    fn begin(&mut self, rung: usize) -> Option<TrialNumber> {
        if let Some(limit) = self.spent.trial_limit(&self.study.budget, self.planner.plan.trials.len()) {
            self.ended_by.get_or_insert(limit);
            return None;
        }
        loop {
            let state = PlanState {
                planner: &self.planner,
                data_size: &self.data_size,
                outstanding: if self.study.strategy.learns() {
                    self.outstanding.iter().map(|climb| climb.trial).collect()
                } else {
                    Vec::new()
                },
            };
            let proposed = self.proposer.next(&state, &mut self.journal)?;
            let fixed = &self.study.models[proposed.model].fixed;
            let resolved = self.planner.resolve(fixed, proposed.settings);
            // A sampler proposes what does not fit the data only where it has nothing else to propose. Of draws until a budget
            // ends, only examples were checked.
            let is_unchecked = self.study.strategy.learns() || self.study.budget != Budget::default();
            if is_unchecked && !self.data_size.admits(&resolved.configuration) {
                continue;
            }
            if resolved.known.is_none() {
                let candidate = Candidate {
                    first: self.ladder.rung(rung, resolved.epochs),
                    reserve: Finish::reserve_to_begin(&self.ladder, rung, resolved.epochs),
                    epoch_flops: self.data_size.epoch_flops(&resolved.configuration),
                };
                if let Some(limit) = self.spent.limit_to_begin(candidate, self.work_ratio, &self.study.budget) {
                    self.ended_by.get_or_insert(limit);
                    return None;
                }
            }
            if let Addition::New(trial) = self.planner.add(resolved) {
                self.proposer.began(trial, proposed.model, proposed.point);
                self.histories.push(History { why: proposed.why, steps: Vec::new() });
                return Some(trial);
            }
        }
    }

    /// Sends a trial to a rung, or ends the search where the budget does not suffice.
    fn send_within_budget(&mut self, trial: TrialNumber, rung: usize, requests: &mut Vec<FitRequest>) {
        let at = self.rung_for(trial, rung);
        let new = self.requests(trial, at);
        let plan = &self.planner.plan;
        let Trial { configuration, epochs, .. } = plan.trials[trial.0 as usize];
        let epoch_flops = self.data_size.epoch_flops(&plan.configuration(configuration).configuration);
        let is_new = self.histories[trial.0 as usize].steps.is_empty();
        if is_new && rung == self.begins_at {
            self.spent.count_first_rung(at, epoch_flops);
        }
        let reserve = if is_new { Work::default() } else { self.finish.reserve_to_promote(&self.ladder, rung, epochs) };
        if let Some(limit) = self.spent.take(&new, reserve, epoch_flops, &self.study.budget) {
            self.ended_by.get_or_insert(limit);
            self.is_over = true;
        } else {
            self.send(trial, rung, new, requests);
        }
    }

    /// Sends a trial to a rung whatever is left of the budget.
    fn send(&mut self, trial: TrialNumber, rung: usize, new: Vec<FitRequest>, requests: &mut Vec<FitRequest>) {
        if Course::depends_on_results(self.study) {
            self.outstanding.push_back(Climb { number: self.climbs, trial, rung });
        }
        self.climbs += 1;
        requests.extend(new);
    }

    /// The fits that a trial needs to reach a rung.
    fn requests(&self, trial: TrialNumber, rung: Rung) -> Vec<FitRequest> {
        let configuration = self.trial(trial).configuration;
        let folds = self.planner.plan.folds.iter().take(rung.folds as usize);
        folds.map(|&fold| FitRequest { configuration, fold, epochs: rung.epochs }).collect()
    }

    /// The rung at a position of the ladder, for a trial.
    fn rung_for(&self, trial: TrialNumber, rung: usize) -> Rung {
        self.ladder.rung(rung, self.trial(trial).epochs)
    }

    /// The next trial that has reached its rung, with its place among the outstanding ones.
    fn next_result(&mut self) -> Option<(usize, RungResult)> {
        if let Some(number) = self.journal.next_arrival() {
            // In the order of the earlier run.
            let at = self.outstanding.iter().position(|climb| climb.number == number);
            let result = at.and_then(|at| Some((at, self.rung_result(self.outstanding[at])?)));
            if result.is_some() {
                return result;
            }
            self.journal.lose_arrivals();
        }
        match self.study.pace.order {
            Order::Logical => Some((0, self.rung_result(*self.outstanding.front()?)?)),
            Order::Free => {
                (0..self.outstanding.len()).find_map(|at| Some((at, self.rung_result(self.outstanding[at])?)))
            }
        }
    }

    fn rung_result(&self, climb: Climb) -> Option<RungResult> {
        let plan = &self.planner.plan;
        let trial = &plan.trials[climb.trial.0 as usize];
        let scores = self.results.at_rung(plan, trial, self.rung_for(climb.trial, climb.rung), self.study.metric)?;
        let value = scores.mean().map_or(f64::INFINITY, |mean| self.less_is_better(mean));
        let folds = scores.folds.iter().map(|score| score.map(|score| self.less_is_better(score))).collect();
        Some(RungResult { trial: climb.trial, rung: climb.rung, value, folds })
    }

    fn less_is_better(&self, score: f64) -> f64 {
        match self.study.metric.direction() {
            Direction::Maximize => -score,
            Direction::Minimize => score,
        }
    }

    fn take_judgements(&mut self) {
        for Judgement { trial, rung, decision } in self.pruner.take_judgements() {
            self.judge(trial, rung, decision);
        }
    }

    fn judge(&mut self, trial: TrialNumber, rung: usize, decision: PruningDecision) {
        self.changed.push(trial);
        let at = self.rung_for(trial, rung);
        let ends = matches!(decision, PruningDecision::Pruned(_));
        if let Some(step) = self.histories[trial.0 as usize].steps.iter_mut().find(|step| step.rung == at) {
            step.judged = Some(decision);
        }
        if !ends {
            return;
        }
        self.spent.count_end(f64::INFINITY);
        // A failed trial is not reported as pruned.
        let scores = self.results.at_rung(self.plan(), self.trial(trial), at, self.study.metric);
        if scores.is_none_or(|scores| !scores.has_failed) {
            Arc::make_mut(&mut self.planner.plan).trials[trial.0 as usize].pruned = Some(at);
            self.proposer.pruned(trial);
        }
    }

    fn trial(&self, number: TrialNumber) -> &Trial {
        &self.planner.plan.trials[number.0 as usize]
    }
}

/// The expected work of a trial in units of the work of its first rung, where all trials begin before any is promoted
/// and `promoted_share` of them is promoted at each rung. 1 where trials are promoted as their results come in.
fn work_ratio(promoted_share: Option<f64>, ladder: &Ladder) -> f64 {
    let Some(share) = promoted_share else { return 1.0 };
    let work: Vec<f64> = ladder.rungs().iter().map(|rung| f64::from(rung.epochs) * f64::from(rung.folds)).collect();
    let (mut sum, mut left) = (work[0], 1.0);
    for pair in work.windows(2) {
        left *= share;
        sum += left * (pair[1] - pair[0]);
    }
    sum / work[0]
}

/// The most epochs that a trial can have.
fn most_epochs(study: &Study) -> u32 {
    let fixed = |model: &ModelSpace| {
        let epochs = model.fixed.get(Param::Epochs).and_then(Setting::number);
        epochs.map_or(1, |epochs| epochs as u32)
    };
    study.models.iter().map(fixed).max().unwrap_or(1)
}
