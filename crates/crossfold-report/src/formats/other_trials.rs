//! The best trial beside the others, in sentences.

use crossfold_network::{counted, thousands};
use crossfold_study::{Direction, Splits};

use super::figure::{Precision, two_digits};
use super::reference::answer_in_words;
use crate::analysis::findings::{Findings, RunnerUp};
use crate::analysis::leaderboard::{Leaderboard, Row};
use crate::analysis::reference_score::{ReferenceVerdict, below_reference_in_words};

/// The best trial beside the others.
pub(super) fn against_others(board: &Leaderboard<'_>) -> Vec<String> {
    let (Some(findings), Some(best)) = (board.findings(), board.best()) else { return Vec::new() };
    let (Findings { compared, by_row, .. }, Some(mean)) = (findings, best.mean) else { return Vec::new() };
    if *compared < 2 {
        return Vec::new();
    }
    let precision = Precision::for_board(board);
    let scored = board.rows().iter().filter(|row| row.rank.is_some()).count();
    let ranked = counted(scored, board.ranked_in_words().trim_end_matches('s'));
    let mut sentences = Vec::new();
    if let Some(corrected) = findings.corrected {
        let is_worse = match board.metric().direction() {
            Direction::Maximize => corrected < mean.get(),
            Direction::Minimize => corrected > mean.get(),
        };
        let [corrected, mean] = [corrected, mean.get()].map(|value| precision.show(value));
        sentences.push(if is_worse && corrected != mean {
            format!(
                "the first was picked from {ranked}, which flatters its {mean}; corrected for that it is {corrected}"
            )
        } else {
            format!("the first was picked from {ranked}; correcting its {mean} for that changes nothing visible")
        });
    }
    if scored > *compared {
        sentences.push(format!("only the first {} of {ranked} are compared", thousands(*compared as u64)));
    }
    sentences.push(describe_ties(board, findings, precision));
    sentences.extend(below_reference(board, findings));
    if by_row < compared {
        let missing = counted(compared - by_row, "trial");
        sentences.push(format!(
            "predictions of {missing} are not stored, so only their scores on folds are compared (`predictions` in the spec)"
        ));
    }
    let runner_up = findings.runner_up.map(|runner_up| describe_runner_up(runner_up, *compared, board, precision));
    sentences.extend(runner_up);
    sentences
}

/// The other trials that score worse than predictions without inputs, tied or not.
fn below_reference(board: &Leaderboard<'_>, findings: &Findings) -> Vec<String> {
    let Ok(reference) = &findings.reference else { return Vec::new() };
    let are = |count| if count == 1 { "is" } else { "are" };
    // That others are, too, says nothing more.
    if reference.verdict == ReferenceVerdict::NotBetter {
        return Vec::new();
    }
    let mut sentences = Vec::new();
    if findings.below_reference > 0 {
        let below = below_reference_in_words(board.metric().task());
        sentences.push(format!(
            "{} more {} {below}, and so not tied with it",
            thousands(findings.below_reference as u64),
            are(findings.below_reference)
        ));
    }
    let is_tied_below = |row: &&Row<'_>| row.rank != Some(1) && row.tied == Some(true) && row.scores_below_reference;
    let tied = board.rows().iter().filter(is_tied_below).count();
    if tied > 0 {
        let score = if tied == 1 { "scores" } else { "score" };
        sentences.push(format!(
            "{} of the tied trials {score} worse than always answering {}",
            thousands(tied as u64),
            answer_in_words(&reference.answer)
        ));
    }
    sentences
}

/// The trials that are tied with the first.
fn describe_ties(board: &Leaderboard<'_>, findings: &Findings, precision: Precision) -> String {
    let &Findings { compared, tied, below_reference, detectable, .. } = findings;
    let (Some(best), trials) = (board.best(), board.ranked_in_words()) else { return String::new() };
    let (number, others, tied) = (best.trial.number, compared - 1, tied - 1);
    let worse = others.saturating_sub(tied + below_reference);
    // The one-standard-error rule's measure of what is close.
    let close = best.mean.zip(best.standard_error).filter(|&(_, error)| error > 0.0).map(|(mean, error)| {
        let is_close = |row: &&Row<'_>| row.mean.is_some_and(|other| (other.get() - mean.get()).abs() <= error);
        let tied = board.rows().iter().skip(1).filter(|row| row.tied == Some(true));
        (error, tied.filter(is_close).count())
    });
    let count = |count: usize| thousands(count as u64);
    let verdict = match (others, tied) {
        (1, 0) if below_reference == 0 => format!("trial {number} is significantly better than the other one"),
        (1, 0) => format!("the other one is not tied with trial {number}"),
        (1, _) => "the two trials are statistically tied".to_owned(),
        (others, 0) if below_reference > 0 => {
            format!("none of the {} other {trials} is tied with trial {number}", count(others))
        }
        (others, 0) => {
            let others = count(others);
            format!(
                "trial {number} is significantly better than all {others} other {trials}, adjusted for {others} comparisons"
            )
        }
        (others, tied) => {
            let worse = match worse {
                0 => String::new(),
                1 => "; 1 is significantly worse".to_owned(),
                worse => format!("; {} are significantly worse", count(worse)),
            };
            match close {
                Some((error, near)) if near < tied => {
                    let is = |count: usize| if count == 1 { "is" } else { "are" };
                    let close = match near {
                        0 => "none".to_owned(),
                        near => count(near),
                    };
                    let tied_with_it = if near > 0 { " and tied with it" } else { "" };
                    let more = if near > 0 { " more" } else { "" };
                    let far = tied - near;
                    format!(
                        "{close} of the {} other {trials} {} within one standard error ({}) of the best{tied_with_it}; {}{more} {} \
                         further behind, but these rows are too few to show it{worse}",
                        count(others),
                        is(near.max(1)),
                        precision.show(error),
                        count(far),
                        is(far),
                    )
                }
                _ if tied == others => {
                    format!("all {} other {trials} are statistically tied with the best", count(others))
                }
                _ => {
                    let are = if tied == 1 { "is" } else { "are" };
                    format!(
                        "{} of the {} other {trials} {are} statistically tied with the best{worse}",
                        count(tied),
                        count(others)
                    )
                }
            }
        }
    };
    let detectable = detectable.map(|detectable| {
        let gap = precision.show(detectable);
        format!(
            "; with these data, only differences of about {gap} would be detected reliably ({})",
            error_rates(findings.compared)
        )
    });
    verdict + &detectable.unwrap_or_default()
}

/// The gap to the second trial, and the sample size that would detect it.
fn describe_runner_up(
    RunnerUp { trial, behind, rows, repeats }: RunnerUp,
    compared: usize,
    board: &Leaderboard<'_>,
    precision: Precision,
) -> String {
    if behind == 0.0 {
        return format!("the second, trial {trial}, has the same score");
    }
    let by = format!("the second, trial {trial}, is {} behind", precision.show(behind));
    let Some(rows) = rows else { return by };
    let times = match rows {
        rows if rows < 1000.0 => format!("about {} times as many rows", two_digits(rows)),
        _ => "more than a thousand times as many rows".to_owned(),
    };
    let can_repeat = matches!(board.study.splits, Splits::KFold { .. });
    let rates = error_rates(compared);
    let repeats = match repeats {
        _ if !can_repeat => format!(" to show this ({rates})"),
        Some(repeats) => format!(", or {} repeats, to show this ({rates})", thousands(repeats.into())),
        None => format!(" to show this ({rates}); more repeats wouldn't be enough"),
    };
    format!("{by}; if that is the true difference, it would take {times}{repeats}")
}

/// What a sample size or a detectable difference is about: the leaderboard's comparison of all trials, which needs more rows
/// than that of two trials which were chosen beforehand.
fn error_rates(compared: usize) -> String {
    match compared {
        ..=2 => "5 % error rate, in 4 of 5 studies".to_owned(),
        trials => format!("5 % error rate over all {} trials, in 4 of 5 studies", thousands(trials as u64)),
    }
}
