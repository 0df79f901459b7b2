//! What a leaderboard supports, in sentences.

use crate::figure::Precision;
use crate::{Findings, Leaderboard, RunnerUp};

/// What the mean scores support, the most important first, without a full stop at the end; none of a leaderboard that isn't
/// [judged](Leaderboard::judge), and of a single trial.
pub(crate) fn sentences(board: &Leaderboard<'_>) -> Vec<String> {
    let (Some(findings), Some(best)) = (board.findings(), board.best()) else { return Vec::new() };
    let (Findings { scored, tied, .. }, Some(mean)) = (findings, best.mean) else { return Vec::new() };
    if *scored < 2 {
        return Vec::new();
    }
    let precision = Precision::of(board.metric(), mean.get());
    let show = |value: f64| precision.show(value);
    let number = best.trial.number;
    let mut sentences = Vec::new();
    let verdict = match tied {
        1 => format!("trial {number} is better than all {} others, allowing for so many comparisons", scored - 1),
        tied if tied == scored => format!("none of the {scored} trials can be told apart from the first"),
        tied => format!("{tied} of {scored} trials, the first among them, can't be told apart from it"),
    };
    sentences.push(match findings.detectable {
        Some(detectable) => {
            format!("{verdict}; to be told apart, one has to be about {} behind", show(detectable))
        }
        None => verdict,
    });
    if let Some(RunnerUp { trial, behind, rows, repeats }) = findings.runner_up {
        let times = match rows {
            Some(rows) if rows < 1.05 => "about as many rows again".to_owned(),
            Some(rows) if rows < 1000.0 => format!("about {} times as many rows", significant(rows)),
            Some(_) => "more than a thousand times as many rows".to_owned(),
            None => "no number of rows".to_owned(),
        };
        let repeats = match repeats {
            Some(repeats) => format!(", or {repeats} repeats"),
            None => "; repeats alone won't do".to_owned(),
        };
        let by = if behind > 0.0 { format!("is {} behind", show(behind)) } else { "has the same score".to_owned() };
        let cost =
            if rows.is_some() { format!(": to tell them apart would take {times}{repeats}") } else { String::new() };
        sentences.push(format!("trial {trial} {by}{cost}"));
    }
    if let Some(corrected) = findings.corrected {
        let (corrected, mean) = (show(corrected), show(mean.get()));
        sentences.push(format!(
            "the first is selected over {scored} trials, so its {mean} is optimistic: without the luck of having been \
             selected it is {corrected}"
        ));
    }
    sentences
}

/// With two digits.
fn significant(value: f64) -> String {
    if value < 9.95 { format!("{value:.1}") } else { format!("{value:.0}") }
}
