//! What a leaderboard supports, in sentences.

use crossfold_study::{Metric, Refit};

use crate::figure::Precision;
use crate::hyperparameter::named;
use crate::nested::NestedScore;
use crate::{Findings, Importance, Leaderboard, NestedFold, Row, RunnerUp, TestScore};

/// What a study came to, in paragraphs of plain words; the first is the verdict.
pub fn summary(
    board: &Leaderboard<'_>,
    importance: Option<&Importance>,
    nested: &[NestedFold],
    test: &[TestScore],
) -> Vec<String> {
    let (Some(best), Some(winner)) = (board.best(), board.winner()) else {
        return vec!["No trial was scored.".to_owned()];
    };
    let mut paragraphs = vec![verdict(board, best)];
    paragraphs.extend(sentences(board).into_iter().map(|sentence| whole(&sentence)));
    if let (Refit::OneSe, true) = (board.study.finish.refit, winner.trial.number != best.trial.number) {
        paragraphs.push(format!(
            "Trial {}{} is the simplest within one standard error of the first, with {} parameters and not {}; so it is \
             the one that is trained on all rows.",
            winner.trial.number,
            in_brackets(board, winner),
            winner.parameters,
            best.parameters,
        ));
    }
    paragraphs.extend(nested_score(board.metric(), nested));
    paragraphs.extend(importance.and_then(|importance| what_matters(board.metric(), importance)));
    paragraphs.extend(tested(board.metric(), test));
    let tally = board.tally();
    if tally.failed > 0 || tally.cancelled > 0 {
        let [failed, cancelled] = [(tally.failed, "failed"), (tally.cancelled, "were stopped")];
        let told = [failed, cancelled].into_iter().filter(|(count, _)| *count > 0);
        let told: Vec<String> = told.map(|(count, what)| format!("{count} {what}")).collect();
        paragraphs.push(format!("Of {} trials {}.", board.rows().len(), told.join(" and ")));
    }
    paragraphs
}

fn verdict(board: &Leaderboard<'_>, best: &Row<'_>) -> String {
    let metric = board.metric();
    let mean = best.mean.map_or(f64::NAN, |mean| mean.get());
    let precision = Precision::of(metric, mean);
    let folds = match board.folds().len() {
        1 => "on one validation part".to_owned(),
        folds => format!("in the mean of {folds} validation folds"),
    };
    let interval = best.interval.map(|[low, high]| {
        let [low, high] = [low, high].map(|bound| precision.show(bound));
        format!(", and between {low} and {high} with 95 % confidence for networks trained on as many rows")
    });
    format!(
        "Best of {} trials is trial {}{}: {} {} {folds}{}.",
        board.rows().iter().filter(|row| row.rank.is_some()).count(),
        best.trial.number,
        in_brackets(board, best),
        in_words(metric),
        precision.show(mean),
        interval.unwrap_or_default(),
    )
}

/// ` (layers=2 nodes=64)`: what a trial has of what is searched; nothing where nothing is.
fn in_brackets(board: &Leaderboard<'_>, row: &Row<'_>) -> String {
    let settings: Vec<String> =
        board.searched().filter_map(|param| row.value(param)).map(|setting| named(&setting)).collect();
    if settings.is_empty() { String::new() } else { format!(" ({})", settings.join(" ")) }
}

fn nested_score(metric: Metric, folds: &[NestedFold]) -> Option<String> {
    let NestedScore { mean, interval } = NestedScore::of(folds, metric)?;
    let precision = Precision::of(metric, mean);
    let interval = interval.map(|[low, high]| {
        let [low, high] = [low, high].map(|bound| precision.show(bound));
        format!(", and between {low} and {high} with 95 % confidence")
    });
    Some(format!(
        "Searching as this study does, on each fold's training rows alone, comes to {} {} on the folds' own rows{}: an \
         honest score of the search, the choice of the best included (nested cross-validation).",
        in_words(metric),
        precision.show(mean),
        interval.unwrap_or_default()
    ))
}

fn what_matters(metric: Metric, importance: &Importance) -> Option<String> {
    /// What explains less isn't worth a word.
    const LEAST: f64 = 0.05;
    let shares: Vec<String> = importance
        .alone
        .iter()
        .take(3)
        .filter(|alone| alone.share.mean >= LEAST)
        .map(|alone| format!("`{}` explains {:.0} %", alone.param, 100.0 * alone.share.mean))
        .collect();
    (!shares.is_empty())
        .then(|| format!("Of the differences between trials' {}, {}.", in_words(metric), shares.join(", ")))
}

fn tested(metric: Metric, test: &[TestScore]) -> Option<String> {
    let score = test.iter().find(|score| score.metric == metric)?;
    let value = score.value?;
    let precision = Precision::of(metric, value);
    let interval = score.interval.map(|[low, high]| {
        let [low, high] = [low, high].map(|bound| precision.show(bound));
        format!(", and between {low} and {high} with 95 % confidence on other rows of the kind")
    });
    Some(format!(
        "Trained again on all rows and scored once on the test rows, which had no part in anything before, it comes to \
         {} {}{}.",
        in_words(metric),
        precision.show(value),
        interval.unwrap_or_default()
    ))
}

fn in_words(metric: Metric) -> String {
    metric.name().replace('_', " ")
}

/// With a capital letter and a full stop.
fn whole(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// What the mean scores support, the most important first, without a full stop at the end; none of a leaderboard that isn't
/// [judged](Leaderboard::judge), and of a single trial.
pub(crate) fn sentences(board: &Leaderboard<'_>) -> Vec<String> {
    let (Some(findings), Some(best)) = (board.findings(), board.best()) else { return Vec::new() };
    let (Findings { compared: scored, tied, .. }, Some(mean)) = (findings, best.mean) else { return Vec::new() };
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
