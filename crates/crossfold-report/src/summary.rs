//! What a leaderboard supports, in sentences.

use crossfold_study::{Direction, Metric, Refit, Study};

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
        return ["No trial was scored.".to_owned()].into_iter().chain(without_score(board)).collect();
    };
    let mut paragraphs = vec![verdict(board, best)];
    paragraphs.extend(sentences(board).into_iter().map(|sentence| whole(&sentence)));
    if let (Refit::OneSe, true) = (board.study.finish.refit, winner.trial.number != best.trial.number) {
        let simpler = match (winner.parameters, best.parameters) {
            (own, other) if own < other => format!("it has {own} parameters where that has {other}"),
            _ => "it has as few parameters and is cheaper to train".to_owned(),
        };
        paragraphs.push(format!(
            "Trial {}{} is the simplest within one standard error of the first: {simpler}. So it is the one that is \
             trained on all rows.",
            winner.trial.number,
            in_brackets(board, winner),
        ));
    }
    paragraphs.extend(nested_score(board.metric(), nested));
    paragraphs.extend(importance.and_then(|importance| what_matters(board.metric(), board.prunes(), importance)));
    paragraphs.extend(tested(board.metric(), winner, test));
    paragraphs.extend(without_score(board));
    paragraphs
}

fn verdict(board: &Leaderboard<'_>, best: &Row<'_>) -> String {
    let metric = board.metric();
    let mean = best.mean.map_or(f64::NAN, |mean| mean.get());
    let precision = Precision::of(metric, mean);
    let which = match board.tally().complete {
        1 if board.tally().pruned > 0 => "The only complete trial is".to_owned(),
        1 => "The only trial with a score is".to_owned(),
        scored => format!("The best of {scored} {} is", board.ranked_in_words()),
    };
    let folds = match (board.folds().len(), best.scores.iter().flatten().count()) {
        (1, _) => "on one validation part".to_owned(),
        (folds, defined) if defined == folds => format!("the mean of {folds} validation folds"),
        (folds, defined) => format!("the mean of the {defined} of {folds} validation folds that have one"),
    };
    let interval = best.interval.map(|[low, high]| {
        let [low, high] = [low, high].map(|bound| precision.show(bound));
        format!("; the 95 % interval, for networks trained on as many rows, is {low} to {high}")
    });
    format!(
        "{which} trial {}{}: {} {}{}, {folds}{}.",
        best.trial.number,
        in_brackets(board, best),
        in_words(metric),
        precision.show(mean),
        unit(board).unwrap_or_default(),
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

/// ` (in the unit of `Salary`)`, where scores have one.
fn unit(board: &Leaderboard<'_>) -> Option<String> {
    match (board.study.data.source.table(), board.metric()) {
        (Some(table), Metric::Rmse | Metric::Mae) => Some(format!(" (in the unit of `{}`)", table.target)),
        (Some(_) | None, _) => None,
    }
}

fn what_matters(metric: Metric, prunes: bool, importance: &Importance) -> Option<String> {
    /// What explains less isn't worth a word.
    const LEAST: f64 = 0.05;
    let share = |share: f64| format!("{:.0}", 100.0 * share);
    let shares: Vec<String> = importance
        .alone
        .iter()
        .take(3)
        .filter(|alone| alone.share.mean >= LEAST)
        .map(|alone| format!("`{}` explains {} % (± {})", alone.param, share(alone.share.mean), share(alone.share.sd)))
        .collect();
    (!shares.is_empty()).then(|| {
        format!(
            "Of the variance of {} over the search space, {}, each by itself and as a model of {} has it.",
            in_words(metric),
            listed(&shares),
            if prunes { "complete trials' scores" } else { "the scores" },
        )
    })
}

/// `a, b and c`.
fn listed(parts: &[String]) -> String {
    match parts {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        parts => parts.concat(),
    }
}

fn tested(metric: Metric, winner: &Row<'_>, test: &[TestScore]) -> Option<String> {
    let score = test.iter().find(|score| score.metric == metric)?;
    let value = score.value?;
    let precision = Precision::of(metric, value);
    let interval = score.interval.map(|[low, high]| {
        let [low, high] = [low, high].map(|bound| precision.show(bound));
        format!("; the 95 % interval, for other rows of the kind, is {low} to {high}")
    });
    Some(format!(
        "Trial {}, trained again on all rows, was scored once on the test rows, which had no part in anything before: {} \
         {}{}.",
        winner.trial.number,
        in_words(metric),
        precision.show(value),
        interval.unwrap_or_default()
    ))
}

/// How many trials have no rank, and why the first of those that failed did.
fn without_score(board: &Leaderboard<'_>) -> Option<String> {
    let tally = board.tally();
    let were = |count| if count == 1 { "was" } else { "were" };
    let ends = [
        (tally.pruned, format!("{} pruned", were(tally.pruned))),
        (tally.failed, "failed".to_owned()),
        (tally.cancelled, format!("{} stopped", were(tally.cancelled))),
    ];
    let told: Vec<String> =
        ends.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let pruned = match tally.pruned {
        0 => "",
        _ => " What is said of scores here is about complete trials alone.",
    };
    let failure = board.rows().iter().find_map(|row| Some((row.trial.number, board.failure(row)?)));
    let why = failure.map(|(number, failure)| format!(" The first that failed is trial {number}: {failure}."));
    (!told.is_empty())
        .then(|| format!("Of all {} trials, {}.{pruned}{}", board.rows().len(), listed(&told), why.unwrap_or_default()))
}

/// What a metric is called in a sentence.
fn in_words(metric: Metric) -> &'static str {
    match metric {
        Metric::LogLoss => "log loss",
        Metric::Accuracy => "accuracy",
        Metric::BalancedAccuracy => "balanced accuracy",
        Metric::F1 => "F1",
        Metric::RocAuc => "area under the ROC curve",
        Metric::AveragePrecision => "average precision",
        Metric::Brier => "Brier score",
        Metric::CalibrationError => "calibration error",
        Metric::Rmse => "root mean squared error",
        Metric::Mae => "mean absolute error",
        Metric::R2 => "R²",
    }
}

/// That another run need not come to the same results, for the top of a report.
pub(crate) fn whole_notice(study: &Study) -> Option<String> {
    study.irreproducible_in_words().map(|words| whole(&words))
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
    let (Findings { compared, by_row, .. }, Some(mean)) = (findings, best.mean) else { return Vec::new() };
    if *compared < 2 {
        return Vec::new();
    }
    let precision = Precision::of(board.metric(), mean.get());
    let scored = board.rows().iter().filter(|row| row.rank.is_some()).count();
    let ranked = format!("{scored} {}", board.ranked_in_words());
    let mut sentences = Vec::new();
    if scored > *compared {
        sentences.push(format!("the first {compared} of {ranked} are compared"));
    }
    sentences.push(apart(findings, best, precision, board.ranked_in_words()));
    if by_row < compared {
        let missing = compared - by_row;
        sentences.push(format!(
            "of {missing} trials predictions are not kept, so only their folds' scores are compared (`predictions` in the spec)"
        ));
    }
    sentences.extend(findings.runner_up.map(|runner_up| second(runner_up, precision)));
    if let Some(corrected) = findings.corrected {
        let is_worse = match board.metric().direction() {
            Direction::Maximize => corrected < mean.get(),
            Direction::Minimize => corrected > mean.get(),
        };
        let [corrected, mean] = [corrected, mean.get()].map(|value| precision.show(value));
        sentences.push(if is_worse && corrected != mean {
            format!(
                "the first is selected over {ranked}, so its {mean} is optimistic; without the luck of having been \
                 selected it is {corrected}"
            )
        } else {
            format!("the first is selected over {ranked}, but its {mean} owes nothing to it that shows")
        });
    }
    sentences
}

/// Which trials can be told apart from the first; `trials` is what they are called.
fn apart(
    &Findings { compared: scored, tied, detectable, .. }: &Findings,
    best: &Row<'_>,
    precision: Precision,
    trials: &str,
) -> String {
    let (number, others) = (best.trial.number, scored - 1);
    let verdict = match (others, tied - 1) {
        (1, 0) => format!("trial {number} is better than the other one"),
        (1, _) => "the two trials can't be told apart".to_owned(),
        (others, 0) => format!("trial {number} is better than all {others} others, allowing for so many comparisons"),
        (others, tied) if tied == others => {
            format!("none of the {others} other {trials} can be told apart from the first")
        }
        (others, tied) => format!("{tied} of the {others} other {trials} can't be told apart from the first"),
    };
    let detectable = detectable.map(|detectable| {
        let of = if others > 1 { "one of the better half" } else { "one" };
        format!("; to be told apart four times in five, {of} must be about {} behind", precision.show(detectable))
    });
    verdict + &detectable.unwrap_or_default()
}

/// How far the second is behind, and what it would take to tell it apart.
fn second(RunnerUp { trial, behind, rows, repeats }: RunnerUp, precision: Precision) -> String {
    if behind == 0.0 {
        return format!("the second, trial {trial}, has the same score");
    }
    let by = format!("the second, trial {trial}, is {} behind", precision.show(behind));
    let Some(rows) = rows else { return by };
    let times = match rows {
        rows if rows < 1000.0 => format!("about {} times as many rows", significant(rows)),
        _ => "more than a thousand times as many rows".to_owned(),
    };
    let repeats = match repeats {
        Some(repeats) => format!(", or {repeats} repeats"),
        None => "; repeats alone won't do".to_owned(),
    };
    format!("{by}; if that is how far they truly are apart, showing it takes {times}{repeats}")
}

/// With two digits.
fn significant(value: f64) -> String {
    if value < 9.95 { format!("{value:.1}") } else { format!("{value:.0}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use crossfold_study::{Results, TrialNumber};

    /// What is said of the example's three scored trials, whose best has a mean of 0.75, with such findings.
    fn check(metric: Metric, tied: usize, detectable: Option<f64>, second: Option<RunnerUp>, expected: &[&str]) {
        let (study, plan) = (example::study(metric), example::plan());
        let mut board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
        board.findings =
            Some(Findings { compared: 3, tied, by_row: 3, detectable, runner_up: second, corrected: Some(0.7) });
        assert_eq!(sentences(&board), expected);
    }

    #[test]
    fn what_scores_support() {
        let second = |behind, rows, repeats| Some(RunnerUp { trial: TrialNumber(2), behind, rows, repeats });
        let luck = "the first is selected over 3 trials, so its 0.7500 is optimistic; without the luck of having been selected it \
             is 0.7000";
        check(
            Metric::Accuracy,
            1,
            None,
            None,
            &["trial 1 is better than all 2 others, allowing for so many comparisons", luck],
        );
        check(
            Metric::Accuracy,
            2,
            Some(0.125),
            second(0.01, Some(28.4), None),
            &[
                "1 of the 2 other trials can't be told apart from the first; to be told apart four times in five, one of \
                 the better half must be about 0.1250 behind",
                "the second, trial 2, is 0.0100 behind; if that is how far they truly are apart, showing it takes about \
                 28 times as many rows; repeats alone won't do",
                luck,
            ],
        );
        check(
            Metric::Accuracy,
            3,
            None,
            second(0.0, None, None),
            &[
                "none of the 2 other trials can be told apart from the first",
                "the second, trial 2, has the same score",
                luck,
            ],
        );
    }

    /// Of a loss 0.7 is better than the example's 1.25: selecting has flattered nothing.
    #[test]
    fn luck_is_told_only_where_there_was_some() {
        let said = "the first is selected over 3 trials, but its 1.2500 owes nothing to it that shows";
        check(
            Metric::LogLoss,
            1,
            None,
            None,
            &["trial 1 is better than all 2 others, allowing for so many comparisons", said],
        );
    }

    #[test]
    fn a_study_is_told_from_its_verdict_to_what_failed() {
        let (study, plan) = (example::study(Metric::Accuracy), example::plan());
        let told = |results: &Results, test: &[TestScore]| {
            summary(&Leaderboard::new(&study, &plan, results, example::SHAPE), None, &[], test)
        };
        let failed = "The first that failed is trial 3: fold_2: the loss is not finite in epoch 2; a smaller `learning_rate` \
                      often helps.";
        let test = TestScore { metric: Metric::Accuracy, value: Some(0.5), interval: Some([0.25, 0.75]) };
        let expected = [
            "The best of 3 trials is trial 1 (layers=0 epochs=2): accuracy 0.7500, the mean of 2 validation folds."
                .to_owned(),
            "Trial 1, trained again on all rows, was scored once on the test rows, which had no part in anything before: \
             accuracy 0.5000; the 95 % interval, for other rows of the kind, is 0.2500 to 0.7500."
                .to_owned(),
            format!("Of all 6 trials, 1 failed and 2 were stopped. {failed}"),
        ];
        assert_eq!(told(&example::results(), &[test]), expected);
        assert_eq!(told(&Results::default(), &[]), ["No trial was scored.", "Of all 6 trials, 6 were stopped."]);
    }
    #[test]
    fn of_trials_it_is_told_which_were_pruned() {
        let (study, plan) = (example::pruning_study(Metric::Accuracy), example::pruned_plan());
        let mut board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
        board.findings =
            Some(Findings { compared: 2, tied: 2, by_row: 2, detectable: None, runner_up: None, corrected: Some(0.7) });
        let told = summary(&board, None, &[], &[]);
        assert!(
            told[0].starts_with("The best of 2 complete trials is trial 2 (layers=1 nodes=4 epochs=1)"),
            "{told:?}"
        );
        assert!(told[2].starts_with("The first is selected over 2 complete trials, so"), "{told:?}");
        assert!(
            told[3].starts_with(
                "Of all 6 trials, 3 were pruned and 1 failed. What is said of scores here is about complete trials alone. The \
                 first that failed is trial 3"
            ),
            "{told:?}"
        );
    }
}
