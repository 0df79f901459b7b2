//! Notices of the trials of a search, sent while it goes on.
//!
//! A search decides on trials after the fits that it waits for have ended, or as soon as stored fits allow. So events of
//! trials are found by comparing what a course has decided with what was told before.

use std::collections::BTreeMap;

use crossfold_search::{Course, Explanation};
use crossfold_study::{ConfigurationNumber, Event, Metric, PruningDecision, Score, Trial, TrialNumber, TrialState};

use crate::notice::{Notice, SearchKind, Watch};
use crate::trial_event::TrialEvent;

/// Sends notices of trials.
pub(crate) struct TrialNews {
    metric: Metric,
    told: Vec<Told>,
    by_configuration: BTreeMap<ConfigurationNumber, Vec<TrialNumber>>,
    /// The number of changes of the course that were told.
    changes: usize,
    best: Option<(TrialNumber, Score)>,
}

/// What was told of a trial.
#[derive(Default)]
struct Told {
    is_started: bool,
    /// The last judgement, with the number of its rung.
    judged: Option<(usize, PruningDecision)>,
    /// The name of its state.
    ended: Option<&'static str>,
}

impl TrialNews {
    pub(crate) fn new(metric: Metric) -> TrialNews {
        TrialNews { metric, told: Vec::new(), by_configuration: BTreeMap::new(), changes: 0, best: None }
    }

    /// Tells what stored fits have led to.
    pub(crate) fn begin(&mut self, course: &Course<'_>, watch: &mut dyn Watch) {
        self.catch_up(course, watch);
        self.look_at_all(course, false, watch);
    }

    /// Sends an event of a fit, and what it means for trials.
    pub(crate) fn pass_on(&mut self, event: &Event, course: &Course<'_>, watch: &mut dyn Watch) {
        self.catch_up(course, watch);
        if let Event::FitStarted { configuration, .. } = event {
            for &trial in self.by_configuration.get(configuration).into_iter().flatten() {
                if !std::mem::replace(&mut self.told[trial.0 as usize].is_started, true) {
                    tell(course, trial, TrialEvent::Started, watch);
                }
            }
        }
        watch.notice(&Notice::Fit { search: SearchKind::Study, event, course });
        if let Event::FitEnded { configuration, .. } = event {
            let trials = self.by_configuration.get(configuration).cloned().unwrap_or_default();
            trials.into_iter().for_each(|trial| self.look_at(trial, course, false, watch));
        }
    }

    /// Tells the end of every trial.
    pub(crate) fn settle(&mut self, course: &Course<'_>, watch: &mut dyn Watch) {
        self.propose_new(course, watch);
        self.look_at_all(course, true, watch);
    }

    fn catch_up(&mut self, course: &Course<'_>, watch: &mut dyn Watch) {
        self.propose_new(course, watch);
        let changed = &course.changed()[self.changes..];
        self.changes += changed.len();
        changed.iter().for_each(|&trial| self.look_at(trial, course, false, watch));
    }

    fn propose_new(&mut self, course: &Course<'_>, watch: &mut dyn Watch) {
        for trial in course.plan().trials.iter().skip(self.told.len()) {
            self.told.push(Told::default());
            self.by_configuration.entry(trial.configuration).or_default().push(trial.number);
            let reason = course.explain(trial.number).map(|Explanation { why, .. }| why.clone());
            tell(course, trial.number, TrialEvent::Proposed(reason), watch);
        }
    }

    fn look_at_all(&mut self, course: &Course<'_>, is_settled: bool, watch: &mut dyn Watch) {
        for trial in &course.plan().trials {
            self.look_at(trial.number, course, is_settled, watch);
        }
    }

    /// Tells what is new of a trial. One that isn't over yet has only ended once the search `is_settled`.
    fn look_at(&mut self, trial: TrialNumber, course: &Course<'_>, is_settled: bool, watch: &mut dyn Watch) {
        let steps = course.explain(trial).map_or(&[][..], |explanation| explanation.steps);
        let told = &mut self.told[trial.0 as usize];
        let from = told.judged.as_ref().map_or(0, |(rung, _)| *rung);
        for (rung, step) in steps.iter().enumerate().skip(from) {
            let Some(decision) = &step.judged else { continue };
            if told.judged.as_ref().is_none_or(|(before, told)| (*before, told) != (rung, decision)) {
                told.judged = Some((rung, decision.clone()));
                tell(course, trial, TrialEvent::Judged(step), watch);
            }
        }
        let (plan, results) = (course.plan(), course.results());
        let state = results.state(plan, &plan.trials[trial.0 as usize]);
        let is_over = is_settled || !matches!(state, TrialState::Cancelled { .. });
        if is_over && told.ended != Some(state.name()) {
            told.ended = Some(state.name());
            self.end(&plan.trials[trial.0 as usize], state, course, watch);
        }
    }

    fn end(&mut self, trial: &Trial, state: TrialState, course: &Course<'_>, watch: &mut dyn Watch) {
        let (plan, results) = (course.plan(), course.results());
        let score = match &state {
            TrialState::Complete => results.mean(plan, trial, self.metric),
            TrialState::Pruned { at } | TrialState::Cancelled { at: Some(at) } => {
                results.at_rung(plan, trial, *at, self.metric).and_then(|scores| Score::new(scores.mean()?))
            }
            TrialState::Failed { .. } | TrialState::Cancelled { at: None } => None,
        };
        if let (TrialState::Complete, Some(mean)) = (&state, score)
            && self.best.is_none_or(|(_, best)| mean.better_first(best, self.metric.direction()).is_lt())
        {
            self.best = Some((trial.number, mean));
        }
        tell(course, trial.number, TrialEvent::Ended { state, score, best: self.best }, watch);
    }
}

fn tell(course: &Course<'_>, number: TrialNumber, event: TrialEvent<'_>, watch: &mut dyn Watch) {
    let trial = &course.plan().trials[number.0 as usize];
    watch.notice(&Notice::Trial { trial, event: &event, course });
}
