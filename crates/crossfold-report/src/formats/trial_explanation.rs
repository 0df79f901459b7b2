//! The text of `crossfold explain`.

use std::fmt::Write as _;

use crossfold_network::counted;
use crossfold_study::{Direction, Metric, ProposalReason, PruningDecision, PruningReason, Rung, RungStep, TrialState};

use super::figure::format_score;
use super::settings::assignment;
use crate::analysis::trial_explanation::TrialExplanation;

impl TrialExplanation {
    /// The explanation in lines of text, for people.
    pub fn text(&self) -> String {
        let TrialExplanation { study, trial, metric, reason, rungs, .. } = self;
        let mut text = String::new();
        let mut line =
            |name: &str, value: String| writeln!(text, "{name:<10} {value}").expect("a string takes any text");
        line("trial", format!("{trial} of {study}: {}", self.point()));
        line("proposed", proposed(reason, *metric));
        for (position, step) in rungs.iter().enumerate() {
            line(if position == 0 { "rungs" } else { "" }, reached(step, *metric));
        }
        line("state", self.ended());
        text
    }

    /// The values that make the trial.
    fn point(&self) -> String {
        let settings: Vec<String> = self.settings.iter().map(assignment).collect();
        if settings.is_empty() { "the only one".to_owned() } else { settings.join(" ") }
    }

    fn ended(&self) -> String {
        match &self.state {
            TrialState::Complete => match self.mean {
                Some(mean) => format!("complete: {} {}", self.metric, format_score(self.metric, mean.get())),
                None => "complete, without a score".to_owned(),
            },
            TrialState::Pruned { at } => format!("pruned after {}", rung(*at)),
            TrialState::Failed { fold, failure } => {
                format!("failed on {}: {failure}", fold.in_words(self.several_repeats))
            }
            TrialState::Cancelled { at: Some(at) } => {
                format!("unfinished: the budget ended the search after {}", rung(*at))
            }
            TrialState::Cancelled { at: None } => "not trained to the end yet".to_owned(),
        }
    }
}

fn proposed(reason: &ProposalReason, metric: Metric) -> String {
    match reason {
        ProposalReason::Enqueued => "by the spec, in `search.enqueue`; values it leaves open were drawn".to_owned(),
        ProposalReason::Grid => "as a point of the grid".to_owned(),
        ProposalReason::Drawn => "at random".to_owned(),
        ProposalReason::Startup { observed } => {
            format!("as one of the initial points, which are spread evenly ({} known)", counted(*observed, "trial"))
        }
        ProposalReason::Sobol { index } => format!("as point {index} of a Sobol sequence"),
        ProposalReason::Tpe { good, other, candidates, log_ratio } => format!(
            "by TPE: of {candidates} candidates, the one that is {} times as likely among the {} as among the {}",
            times(log_ratio.exp()),
            counted(*good, "good trial"),
            counted(*other, "other")
        ),
        ProposalReason::Gp { observed, mean, deviation, improvement } => format!(
            "by a Gaussian process fitted to {observed} trials, which expected {metric} {} ± {}, an improvement of {} on average",
            format_score(metric, in_own_sense(metric, *mean)),
            format_score(metric, *deviation),
            format_score(metric, *improvement)
        ),
        ProposalReason::Exhausted => "at random, since the sampler had no new point to propose".to_owned(),
    }
}

fn reached(step: &RungStep, metric: Metric) -> String {
    let score = match step.score {
        Some(score) => format!("{metric} {}", format_score(metric, score)),
        None => "no score".to_owned(),
    };
    let followed = match &step.judged {
        None => String::new(),
        Some(PruningDecision::Promoted(reason)) => format!("; promoted: {}", judged(reason, metric)),
        Some(PruningDecision::Pruned(reason)) => format!("; pruned: {}", judged(reason, metric)),
    };
    format!("{}: {score}{followed}", rung(step.rung))
}

/// Why a trial went on or ended, as part of a sentence.
pub(super) fn judged(reason: &PruningReason, metric: Metric) -> String {
    match reason {
        PruningReason::Median { median, of } => format!(
            "the median of {} is {}",
            counted(*of, "earlier trial"),
            format_score(metric, in_own_sense(metric, *median))
        ),
        PruningReason::TooFew { of } => format!("{} are too few to compare with", counted(*of, "trial")),
        PruningReason::Placed { place: 1, of: 1, kept: _ } => "the only trial there".to_owned(),
        PruningReason::Placed { place: 1, of, kept } if of == kept => {
            format!("first of the {} there", counted(*of, "trial"))
        }
        PruningReason::Placed { place, of, kept: 1 } => format!("place {place} of {of}, of which the best goes on"),
        PruningReason::Placed { place, of, kept } => {
            format!("place {place} of {of}, of which the best {kept} go on")
        }
        PruningReason::Trails { leader, by, bound } => format!(
            "{} behind trial {leader}; up to {} may be chance",
            format_score(metric, *by),
            format_score(metric, *bound)
        ),
        PruningReason::Failed => "it failed".to_owned(),
        PruningReason::Finished => "the best of those trained furthest when the budget ended the search".to_owned(),
    }
}

/// A value of which smaller is better, as the metric has it.
fn in_own_sense(metric: Metric, value: f64) -> f64 {
    match metric.direction() {
        Direction::Maximize => -value,
        Direction::Minimize => value,
    }
}

/// `3 epochs on 1 fold`.
pub(super) fn rung(rung: Rung) -> String {
    let Rung { epochs, folds } = rung;
    format!("{} on {}", counted(epochs as usize, "epoch"), counted(folds as usize, "fold"))
}

/// A ratio in words.
fn times(ratio: f64) -> String {
    if ratio < 100.0 { format!("{ratio:.1}") } else { format!("{ratio:.0}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossfold_study::{Failure, FoldId, Score, StudyName, TrialNumber};

    fn explanation() -> TrialExplanation {
        let step = |epochs, score, judged| RungStep { rung: Rung { epochs, folds: 1 }, score, judged };
        let placed = |place| PruningReason::Placed { place, of: 9, kept: 3 };
        TrialExplanation {
            study: StudyName::new("votes").unwrap(),
            trial: TrialNumber(7),
            metric: Metric::Accuracy,
            settings: vec![crossfold_network::Setting::Nodes(64), crossfold_network::Setting::Epochs(9)],
            reason: ProposalReason::Tpe { good: 1, other: 19, candidates: 64, log_ratio: 1.2_f64.ln() },
            rungs: vec![
                step(1, Some(0.5), Some(PruningDecision::Promoted(placed(2)))),
                step(3, Some(0.625), Some(PruningDecision::Pruned(placed(4)))),
            ],
            state: TrialState::Pruned { at: Rung { epochs: 3, folds: 1 } },
            mean: None,
            several_repeats: false,
        }
    }

    #[test]
    fn a_trial_is_explained_from_its_proposal_to_its_end() {
        assert_eq!(
            explanation().text(),
            "\
trial      7 of votes: nodes=64 epochs=9
proposed   by TPE: of 64 candidates, the one that is 1.2 times as likely among the 1 good trial as among the 19 others
rungs      1 epoch on 1 fold: accuracy 0.5000; promoted: place 2 of 9, of which the best 3 go on
           3 epochs on 1 fold: accuracy 0.6250; pruned: place 4 of 9, of which the best 3 go on
state      pruned after 3 epochs on 1 fold
"
        );
    }

    #[test]
    fn scores_are_in_the_metrics_own_sense() {
        let reason = ProposalReason::Gp { observed: 12, mean: -0.75, deviation: 0.125, improvement: 0.0625 };
        let expected = "by a Gaussian process fitted to 12 trials, which expected accuracy 0.7500 ± 0.1250, an improvement of 0.0625 on \
                        average";
        assert_eq!(proposed(&reason, Metric::Accuracy), expected);
        let median = PruningReason::Median { median: -0.5, of: 1 };
        assert_eq!(judged(&median, Metric::Accuracy), "the median of 1 earlier trial is 0.5000");
        let median = PruningReason::Median { median: 0.5, of: 2 };
        assert_eq!(judged(&median, Metric::LogLoss), "the median of 2 earlier trials is 0.5000");
    }

    #[test]
    fn each_end_has_its_sentence() {
        let ended = |state, mean| TrialExplanation { state, mean, ..explanation() }.ended();
        assert_eq!(ended(TrialState::Complete, Score::new(0.75)), "complete: accuracy 0.7500");
        assert_eq!(ended(TrialState::Complete, None), "complete, without a score");
        let failed = TrialState::Failed { fold: FoldId { repeat: 0, fold: 1 }, failure: Failure::Suspect };
        assert!(ended(failed.clone(), None).starts_with("failed on fold 2: "));
        let repeated = TrialExplanation { state: failed, several_repeats: true, ..explanation() };
        assert!(repeated.ended().starts_with("failed on repeat 1, fold 2: "));
        // The study may still be running.
        assert_eq!(ended(TrialState::Cancelled { at: None }, None), "not trained to the end yet");
        let only = TrialExplanation { settings: Vec::new(), ..explanation() };
        assert!(only.text().starts_with("trial      7 of votes: the only one\n"));
    }
}
