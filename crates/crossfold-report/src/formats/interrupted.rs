//! What reports of an unfinished search say first.

use crossfold_network::thousands;
use crossfold_study::{Budget, MAX_TRIALS, Study};
use serde::{Deserialize, Serialize};

use crate::analysis::leaderboard::{Leaderboard, TrialCounts};

/// Why a search's trials have not all ended, as far as results tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unfinished {
    Interrupted,
    /// The search has a budget, which may have ended it; or it was interrupted.
    Ended,
    /// More trials failed than `limits.max_failures` allows.
    Stopped,
}

impl Unfinished {
    /// Why the trials of a leaderboard have not all ended; `None` where they have.
    pub fn new(board: &Leaderboard<'_>) -> Option<Unfinished> {
        let TrialCounts { failed, cancelled, .. } = board.counts();
        let Study { limits, budget, .. } = board.study();
        let most_failures = limits.max_failures.map(|most| most.count_for(board.rows().len()));
        if cancelled == 0 {
            None
        } else if most_failures.is_some_and(|most| failed as usize > most) {
            Some(Unfinished::Stopped)
        } else if may_end_trials(budget) {
            Some(Unfinished::Ended)
        } else {
            Some(Unfinished::Interrupted)
        }
    }

    /// The word for it in a list.
    pub fn word(self) -> &'static str {
        match self {
            Unfinished::Interrupted => "interrupted",
            Unfinished::Ended => "ended",
            Unfinished::Stopped => "stopped",
        }
    }
}

/// The first line of everything that is shown of a search whose trials have not all ended, as a sentence; `None` where they
/// have. It depends on results alone, so a report made from the store later says the same.
pub fn interrupted(board: &Leaderboard<'_>) -> Option<String> {
    let TrialCounts { complete, pruned, failed, cancelled: _ } = board.counts();
    let done = thousands(u64::from(complete + pruned + failed));
    let of = planned_trials(board.study(), board.rows().len() as u64).map_or_else(String::new, |of| format!(" {of}"));
    let noun = if of == " of 1" { "trial" } else { "trials" };
    let ended = format!("after {done}{of} {noun}");
    Some(match Unfinished::new(board)? {
        Unfinished::Interrupted => format!("Interrupted {ended}. The same command continues."),
        Unfinished::Ended => format!("Ended {ended}, by the budget or an interrupt. The same command continues."),
        Unfinished::Stopped => format!("Stopped {ended}: more trials failed than `limits.max_failures` allows."),
    })
}

/// `of 52`, or `of at most 180` where decisions depend on results and more trials follow the `known` ones; `None` where there is
/// no limit to them.
fn planned_trials(study: &Study, known: u64) -> Option<String> {
    let Study { strategy, budget, models, .. } = study;
    // Otherwise all trials are known before the first fit.
    let is_open = strategy.learns() || study.pruner.prunes() || *budget != Budget::default();
    let asked = match strategy.trials {
        _ if !is_open => None,
        Some(trials) => Some(u64::from(trials) * if strategy.learns() { 1 } else { models.len() as u64 }),
        None => models.iter().map(|model| model.space.combinations()).sum::<Option<u64>>(),
    };
    let most = asked.into_iter().chain(budget.trials.map(u64::from)).min().unwrap_or(known).max(known);
    let at_most = if most > known { "of at most" } else { "of" };
    (most < MAX_TRIALS).then(|| format!("{at_most} {}", thousands(most)))
}

/// Whether a budget may end the search while trials are under way.
fn may_end_trials(budget: &Budget) -> bool {
    let Budget { trials: _, fits, epochs, flops, wall, without_improvement } = budget;
    fits.is_some() || epochs.is_some() || flops.is_some() || wall.is_some() || without_improvement.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use crossfold_study::{Limits, MaxFailures, Metric, Results, SamplerKind, Strategy};

    /// What is said of the example's results: three trials are complete, one has failed, two have not ended.
    fn said(change: impl FnOnce(&mut Study)) -> Option<String> {
        let (mut study, plan) = (example::study(Metric::Accuracy), example::plan());
        change(&mut study);
        interrupted(&Leaderboard::new(&study, &plan, &example::results(), example::SHAPE))
    }

    #[test]
    fn an_unfinished_search_says_how_to_continue() {
        assert_eq!(said(|_| {}).unwrap(), "Interrupted after 4 of 6 trials. The same command continues.");
        let more = said(|study| study.strategy = Strategy::new(SamplerKind::Tpe { startup: 9 }, 1200)).unwrap();
        assert_eq!(more, "Interrupted after 4 of at most 1,200 trials. The same command continues.");
        let endless = said(|study| study.strategy = Strategy::new(SamplerKind::Tpe { startup: 9 }, u32::MAX)).unwrap();
        assert_eq!(endless, "Interrupted after 4 trials. The same command continues.");
        let budget = said(|study| study.budget.epochs = Some(3)).unwrap();
        let expected = "Ended after 4 of at most 8 trials, by the budget or an interrupt. The same command continues.";
        assert_eq!(budget, expected);
        let failures = |most| Limits { max_failures: Some(MaxFailures::Trials(most)), ..Limits::default() };
        assert_eq!(
            said(|study| study.limits = failures(0)).unwrap(),
            "Stopped after 4 of 6 trials: more trials failed than `limits.max_failures` allows."
        );
        assert!(said(|study| study.limits = failures(1)).unwrap().starts_with("Interrupted"));
    }

    #[test]
    fn a_search_that_ended_says_nothing() {
        let (study, mut plan) = (example::study(Metric::Accuracy), example::plan());
        plan.trials.truncate(4);
        assert_eq!(interrupted(&Leaderboard::new(&study, &plan, &example::results(), example::SHAPE)), None);
        let none = interrupted(&Leaderboard::new(&study, &plan, &Results::default(), example::SHAPE)).unwrap();
        assert_eq!(none, "Interrupted after 0 of 4 trials. The same command continues.");
    }
}
