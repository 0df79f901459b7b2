//! `crossfold explain NAME TRIAL`: why a trial was proposed, and what became of it.

use std::fmt::Write as _;

use crossfold_search::sampler::Why;
use crossfold_search::{Reason, Step, Verdict};
use crossfold_study::{Direction, Metric, Plan, Rung, Study, Trial, TrialNumber, TrialState};

use crate::args::ExplainArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::stored;
use crate::terminal::Terminal;
use crossfold_engine::Error as EngineError;

pub(crate) fn explain(args: &ExplainArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let store = stored::open(&args.results, &args.name)?;
    let stored = stored::find(&store, &args.results, &args.name)?;
    let course = crossfold_engine::StoredStudy::course(&store, &stored.record, &stored.study, &stored.origin)?;
    let (plan, number) = (course.plan(), TrialNumber(args.trial));
    let (Some(explained), Some(trial)) = (course.explain(number), plan.trials.get(args.trial as usize)) else {
        return Err(
            EngineError::UnknownTrial { name: args.name.clone(), trial: number, trials: plan.trials.len() }.into()
        );
    };
    let (study, results) = (&stored.study, course.results());
    let mut text = String::new();
    let mut line = |name: &str, value: String| writeln!(text, "{name:<10} {value}").expect("a string takes any text");
    line("trial", format!("{number} of {}: {}", study.name, point(study, plan, trial)));
    line("proposed", why(explained.why, study.metric));
    for (position, step) in explained.steps.iter().enumerate() {
        line(if position == 0 { "rungs" } else { "" }, told(step, study.metric));
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
    terminal.data(&text)?;
    Ok(Exit::Done)
}

/// What the trial is a trial of.
fn point(study: &Study, plan: &Plan, trial: &Trial) -> String {
    let configuration = &plan.configuration(trial.configuration).configuration;
    let settings = study.searched().into_iter().filter_map(|param| trial.setting(configuration, param));
    let settings: Vec<String> = settings.map(|setting| format!("{}={setting}", setting.param())).collect();
    if settings.is_empty() { "the only one".to_owned() } else { settings.join(" ") }
}

fn why(why: &Why, metric: Metric) -> String {
    match why {
        Why::Enqueued => "by the spec, in `search.enqueue`; what that left open was drawn".to_owned(),
        Why::Grid => "as a point of the grid".to_owned(),
        Why::Drawn => "at random".to_owned(),
        Why::Startup { observed } => {
            format!("as one of the points to begin with, spread evenly: {} known", counted(*observed, "trial"))
        }
        Why::Sobol { index } => format!("as point {index} of a Sobol sequence"),
        Why::Tpe { good, other, candidates, log_ratio } => format!(
            "by TPE: of {candidates} candidates the one that is {} times as likely among the {} as among the {}",
            times(log_ratio.exp()),
            counted(*good, "good trial"),
            counted(*other, "other")
        ),
        Why::Gp { observed, mean, deviation, improvement } => {
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
        Why::Exhausted => "at random, since the sampler knew nothing new to propose".to_owned(),
    }
}

fn told(step: &Step, metric: Metric) -> String {
    let score = match step.score {
        Some(score) => format!("{metric} {}", figure(metric, score)),
        None => "no score".to_owned(),
    };
    let followed = match &step.judged {
        None => String::new(),
        Some(Verdict::GoesOn(reason)) => format!("; went on, {}", because(reason, metric)),
        Some(Verdict::Ends(reason)) => format!("; ended, {}", because(reason, metric)),
    };
    format!("{}: {score}{followed}", rung(step.rung))
}

fn because(reason: &Reason, metric: Metric) -> String {
    match reason {
        Reason::Median { median, of } => {
            let median = match metric.direction() {
                Direction::Maximize => -median,
                Direction::Minimize => *median,
            };
            format!("the median of {} being {}", counted(*of, "earlier trial"), figure(metric, median))
        }
        Reason::TooFew { of } => format!("with {} too few to compare with", counted(*of, "trial")),
        Reason::Placed { place: 1, of, kept } if of == kept => format!("leading the {} there", counted(*of, "trial")),
        Reason::Placed { place, of, kept: 1 } => format!("place {place} of {of}, of which the best goes on"),
        Reason::Placed { place, of, kept } => {
            format!("place {place} of {of}, of which the best {kept} go on")
        }
        Reason::Trails { leader, by, bound } => format!(
            "{} behind trial {leader}, where up to {} can be chance",
            figure(metric, *by),
            figure(metric, *bound)
        ),
        Reason::Failed => "since it has failed".to_owned(),
        Reason::Finished => "as the best of those that came furthest when the budget ended the search".to_owned(),
        Reason::Unfinished => "since the search was over".to_owned(),
    }
}

fn rung(rung: Rung) -> String {
    let Rung { epochs, folds } = rung;
    format!("{} on {}", counted(epochs as usize, "epoch"), counted(folds as usize, "fold"))
}

/// `1 trial`, `2 trials`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// A ratio as a person would say it.
fn times(ratio: f64) -> String {
    if ratio < 100.0 { format!("{ratio:.1}") } else { format!("{ratio:.0}") }
}

fn figure(metric: Metric, value: f64) -> String {
    crossfold_report::figure(metric, value)
}
