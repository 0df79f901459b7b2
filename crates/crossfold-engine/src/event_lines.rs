//! A run's notices as lines of JSON, for other programs.

use std::io::{self, Write};
use std::time::SystemTime;

use crossfold_network::Param;
use crossfold_report::{EventsVersion, JsonEvent, PlanEvent, SearchEndEvent, SettingMap, TrialEndEvent};
use crossfold_search::Course;
use crossfold_study::{Budget, MAX_TRIALS, ProposalReason, Trial};

use crate::machine::calendar;
use crate::notice::{Notice, SearchBegan, SearchEnd, SearchKind};
use crate::trial_event::TrialEvent;

/// Writes the line of a notice that came at the time `now`; nothing for one that other programs aren't told of.
///
/// # Errors
/// If `out` can't be written to.
pub fn write_event_line(out: impl Write, now: SystemTime, notice: &Notice<'_>) -> io::Result<()> {
    match json_event(notice) {
        Some(event) => crossfold_report::write_event(out, &format!("{:.3}", calendar(now)), &event),
        None => Ok(()),
    }
}

fn json_event<'a>(notice: &Notice<'a>) -> Option<JsonEvent<'a>> {
    Some(match *notice {
        Notice::SearchBegan(began) if began.search == SearchKind::Study => JsonEvent::Plan(planned(&began)),
        Notice::Trial { trial, event, course } => return of_trial(trial, event, course),
        Notice::Fit { search: SearchKind::Study, event, course } => {
            let (configuration, fold) = event.fit();
            let fit = course.results().fit(configuration, fold);
            JsonEvent::of_fit(event, fit.map_or(0, |fit| fit.epochs()))
        }
        Notice::SearchBegan(began) if began.search == SearchKind::Variables => {
            JsonEvent::VariablesStarted { fits: began.course.plan().folds.len() }
        }
        Notice::Fit { search: SearchKind::Variables, event, .. } => JsonEvent::of_variables_fit(event)?,
        Notice::Variables(found) => JsonEvent::VariablesEnded { columns: found.map(|found| found.columns.len()) },
        Notice::SearchEnded(end) => JsonEvent::SearchEnded(ended(&end)),
        Notice::Ranked(board) => JsonEvent::Ranked {
            best: board.best().and_then(|row| Some((row.trial.number, row.mean?).into())),
            winner: board.winner().map(|row| row.trial.number.0),
        },
        Notice::NestedScored { metric, mean } => JsonEvent::NestedEnded { metric, score: mean },
        Notice::RefitBegan { trial, members, epochs, networks, rows, .. } => {
            let ensemble = Some(members).filter(|&members| members > 1);
            let networks = Some(networks).filter(|&networks| networks > 1);
            JsonEvent::RefitStarted { trial: trial.0, epochs, ensemble, networks, folds: None, rows }
        }
        Notice::FoldsBegan { trial, epochs, folds, rows } => JsonEvent::RefitStarted {
            trial: trial.0,
            epochs,
            ensemble: None,
            networks: Some(folds as u32).filter(|&networks| networks > 1),
            folds: Some(folds),
            rows,
        },
        Notice::RefitEnded { epochs } => JsonEvent::RefitEnded { epochs },
        Notice::RefitFailed { reason } => JsonEvent::RefitFailed { error: reason },
        Notice::Tested { metric, score, scores } => {
            let ranked_by = scores.iter().find(|score| score.metric == metric);
            let interval = ranked_by.and_then(|score| score.interval);
            JsonEvent::Test { metric, score: score.get(metric), interval, scores: score }
        }
        Notice::EarlierResultsStay { folder } => {
            JsonEvent::Results { folder: folder.display().to_string(), written: false }
        }
        Notice::ResultsWritten { folder } => JsonEvent::Results { folder: folder.display().to_string(), written: true },
        Notice::SearchBegan(_)
        | Notice::Fit { search: SearchKind::Nested(_) | SearchKind::Folds | SearchKind::Retraining, .. }
        | Notice::DataRead(_)
        | Notice::NewRowsRead(_)
        | Notice::BaselinesBegan { .. }
        | Notice::BaselinesLeftOut { .. }
        | Notice::BaselinesFailed { .. }
        | Notice::DataChanged(_)
        | Notice::TestRowsUsed(_)
        | Notice::Planned(_)
        | Notice::StageBegan(_)
        | Notice::EarlierRunDied { .. }
        | Notice::Removed(_)
        | Notice::SearchSettled { .. }
        | Notice::RetrainedForPredictions { .. }
        | Notice::NestedFoldBegan { .. }
        | Notice::NestedUnscored
        | Notice::StoredNetworkRefused { .. }
        | Notice::RefitCancelled
        | Notice::FileWritten { .. }
        | Notice::StageEnded { .. }
        | Notice::InputsWritten { .. }
        | Notice::PredictionsWritten { .. } => return None,
    })
}

fn planned<'a>(began: &SearchBegan<'a>) -> PlanEvent<'a> {
    let study = &began.prepared.study;
    let (trials, fits) = began.expected();
    let known = |count: usize| u64::try_from(count).ok().filter(|_| (trials as u64) < MAX_TRIALS);
    let at_most = Course::depends_on_results(study) || study.budget != Budget::default();
    PlanEvent {
        version: EventsVersion,
        study: study.name.as_str(),
        metric: study.metric,
        sampler: study.strategy.sampler.definition().name,
        goal: study.metric.direction().into(),
        trials: known(trials),
        fits: known(fits),
        at_most,
        stored: began.beginning.stored,
        jobs: began.jobs,
    }
}

fn of_trial(trial: &Trial, event: &TrialEvent<'_>, course: &Course<'_>) -> Option<JsonEvent<'static>> {
    let (number, configuration) = (trial.number.0, trial.configuration.0);
    let settings = || -> SettingMap {
        let configuration = &course.plan().configuration(trial.configuration).configuration;
        Param::ALL.iter().filter_map(|&param| trial.setting(configuration, param)).collect()
    };
    Some(match event {
        TrialEvent::Proposed(reason) => {
            let proposed_by = reason.as_ref().map(ProposalReason::name);
            JsonEvent::TrialProposed { trial: number, configuration, settings: settings(), proposed_by }
        }
        TrialEvent::Started => JsonEvent::TrialStarted { trial: number, configuration, settings: settings() },
        TrialEvent::Judged(step) => return JsonEvent::of_rung(trial.number, step, course.metric()),
        TrialEvent::Ended { state, score, best } => {
            JsonEvent::TrialEnded(TrialEndEvent::new(trial.number, state, *score, *best))
        }
    })
}

fn ended(end: &SearchEnd) -> SearchEndEvent {
    SearchEndEvent {
        trials: end.trials,
        trained: end.trained,
        stored: end.stored,
        interrupted: end.is_stopped,
        ended_by: match end.limit {
            Some(limit) => Some(limit.name()),
            None => end.too_many_failures.then_some("max_failures"),
        },
    }
}
