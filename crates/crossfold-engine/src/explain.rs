//! Why a trial was proposed, and how it ended.

use std::fmt::Write as _;

use crossfold_search::sampler::ProposalReason;
use crossfold_search::{PruningDecision, PruningReason, RungStep};
use crossfold_study::{Direction, Metric, Plan, Rung, Store, Study, Trial, TrialNumber, TrialState};

use crate::error::Error;
use crate::stored_study::StoredStudy;
use crate::wording::counted;

/// Why a trial of a stored study was proposed, how far it was trained and why no further, in lines of text.
///
/// # Errors
/// Where the study has no such trial, or the store can't be read.
pub fn explain(store: &dyn Store, stored: &StoredStudy, number: TrialNumber) -> Result<String, Error> {
    let course = stored.course(store)?;
    let plan = course.plan();
    let (Some(explained), Some(trial)) = (course.explain(number), plan.trials.get(number.0 as usize)) else {
        let name = stored.record.name.to_string();
        return Err(Error::UnknownTrial { name, trial: number, trials: plan.trials.len() });
    };
    let (study, results) = (&stored.study, course.results());
    let mut text = String::new();
    let mut line = |name: &str, value: String| writeln!(text, "{name:<10} {value}").expect("a string takes any text");
    line("trial", format!("{number} of {}: {}", study.name, point(study, plan, trial)));
    line("proposed", why(explained.why, study.metric));
    for (position, step) in explained.steps.iter().enumerate() {
        line(if position == 0 { "rungs" } else { "" }, describe_step(step, study.metric));
    }
    let mean = results.mean(plan, trial, study.metric);
    line(
        "state",
        match results.state(plan, trial) {
            TrialState::Complete => match mean {
                Some(mean) => format!("complete: {} {}", study.metric, figure(study.metric, mean.get())),
                None => "complete, without a score".to_owned(),
            },
            TrialState::Pruned { at } => format!("pruned after {}", rung(at)),
            TrialState::Failed { fold, failure } => {
                format!("failed on repeat {}, fold {}: {failure}", fold.repeat + 1, fold.fold + 1)
            }
            TrialState::Cancelled => "not finished: the run was stopped".to_owned(),
        },
    );
    Ok(text)
}

/// The values that make the trial.
fn point(study: &Study, plan: &Plan, trial: &Trial) -> String {
    let configuration = &plan.configuration(trial.configuration).configuration;
    let settings = study.searched().into_iter().filter_map(|param| trial.setting(configuration, param));
    let settings: Vec<String> = settings.map(|setting| format!("{}={setting}", setting.param())).collect();
    if settings.is_empty() { "the only one".to_owned() } else { settings.join(" ") }
}

fn why(why: &ProposalReason, metric: Metric) -> String {
    match why {
        ProposalReason::Enqueued => "by the spec, in `search.enqueue`; what that left open was drawn".to_owned(),
        ProposalReason::Grid => "as a point of the grid".to_owned(),
        ProposalReason::Drawn => "at random".to_owned(),
        ProposalReason::Startup { observed } => {
            format!("as one of the points to begin with, spread evenly: {} known", counted(*observed, "trial"))
        }
        ProposalReason::Sobol { index } => format!("as point {index} of a Sobol sequence"),
        ProposalReason::Tpe { good, other, candidates, log_ratio } => format!(
            "by TPE: of {candidates} candidates the one that is {} times as likely among the {} as among the {}",
            times(log_ratio.exp()),
            counted(*good, "good trial"),
            counted(*other, "other")
        ),
        ProposalReason::Gp { observed, mean, deviation, improvement } => {
            let mean = match metric.direction() {
                Direction::Maximize => -mean,
                Direction::Minimize => *mean,
            };
            format!(
                "by a Gaussian process of {observed} trials: it expected {metric} {} ± {}, an improvement of {} on average",
                figure(metric, mean),
                figure(metric, *deviation),
                figure(metric, *improvement)
            )
        }
        ProposalReason::Exhausted => "at random, since the sampler knew nothing new to propose".to_owned(),
    }
}

fn describe_step(step: &RungStep, metric: Metric) -> String {
    let score = match step.score {
        Some(score) => format!("{metric} {}", figure(metric, score)),
        None => "no score".to_owned(),
    };
    let followed = match &step.judged {
        None => String::new(),
        Some(PruningDecision::Promoted(reason)) => format!("; went on, {}", in_words(reason, metric)),
        Some(PruningDecision::Pruned(reason)) => format!("; ended, {}", in_words(reason, metric)),
    };
    format!("{}: {score}{followed}", rung(step.rung))
}

fn in_words(reason: &PruningReason, metric: Metric) -> String {
    match reason {
        PruningReason::Median { median, of } => {
            let median = match metric.direction() {
                Direction::Maximize => -median,
                Direction::Minimize => *median,
            };
            format!("the median of {} being {}", counted(*of, "earlier trial"), figure(metric, median))
        }
        PruningReason::TooFew { of } => format!("with {} too few to compare with", counted(*of, "trial")),
        PruningReason::Placed { place: 1, of, kept } if of == kept => {
            format!("leading the {} there", counted(*of, "trial"))
        }
        PruningReason::Placed { place, of, kept: 1 } => format!("place {place} of {of}, of which the best goes on"),
        PruningReason::Placed { place, of, kept } => {
            format!("place {place} of {of}, of which the best {kept} go on")
        }
        PruningReason::Trails { leader, by, bound } => format!(
            "{} behind trial {leader}, where up to {} can be chance",
            figure(metric, *by),
            figure(metric, *bound)
        ),
        PruningReason::Failed => "since it has failed".to_owned(),
        PruningReason::Finished => {
            "as the best of those that came furthest when the budget ended the search".to_owned()
        }
        PruningReason::Unfinished => "since the search was over".to_owned(),
    }
}

fn rung(rung: Rung) -> String {
    let Rung { epochs, folds } = rung;
    format!("{} on {}", counted(epochs as usize, "epoch"), counted(folds as usize, "fold"))
}

/// A ratio in words.
fn times(ratio: f64) -> String {
    if ratio < 100.0 { format!("{ratio:.1}") } else { format!("{ratio:.0}") }
}

fn figure(metric: Metric, value: f64) -> String {
    crossfold_report::format_score(metric, value)
}
