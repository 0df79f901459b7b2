//! The conclusions from a study in sentences.

use crossfold_study::{Direction, Metric, Refit, Study};

use crate::analysis::findings::{Findings, RunnerUp};
use crate::analysis::importance::Importance;
use crate::analysis::leaderboard::{Leaderboard, Row};
use crate::analysis::nested::NestedFold;
use crate::analysis::nested::NestedScore;
use crate::analysis::reference_score::{
    ConstantAnswer, ReferenceComparison, ReferenceVerdict, below_reference_in_words,
};
use crate::analysis::test_score::TestScore;
use crate::formats::figure::Precision;
use crate::formats::markdown::{code, inert};
use crate::formats::near_perfect::near_perfect;
use crate::formats::settings::assignments;

/// The results of a study in paragraphs of plain words; the first is the verdict.
pub(super) fn summary(
    board: &Leaderboard<'_>,
    importance: Option<&Importance>,
    nested: &[NestedFold],
    test: &[TestScore],
) -> Vec<String> {
    let (Some(best), Some(winner)) = (board.best(), board.winner()) else {
        return ["No trial was scored.".to_owned()].into_iter().chain(without_score(board)).collect();
    };
    let mut paragraphs = vec![verdict(board, best)];
    paragraphs.extend(sentences(board).into_iter().map(|sentence| sentence_case(&sentence)));
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
    let precision = Precision::for_score(metric, mean);
    let which = match board.counts().complete {
        1 if board.counts().pruned > 0 => "The only complete trial is".to_owned(),
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
        metric.in_words(),
        precision.show(mean),
        unit(board).unwrap_or_default(),
        interval.unwrap_or_default(),
    )
}

/// ` (layers=2 nodes=64)`: the searched settings of a trial; empty where nothing is searched.
fn in_brackets(board: &Leaderboard<'_>, row: &Row<'_>) -> String {
    let settings = assignments(board, row);
    if settings.is_empty() { String::new() } else { format!(" ({settings})") }
}

fn nested_score(metric: Metric, folds: &[NestedFold]) -> Option<String> {
    let NestedScore { mean, interval } = NestedScore::from_folds(folds, metric)?;
    let precision = Precision::for_score(metric, mean);
    let interval = interval.map(|[low, high]| {
        let [low, high] = [low, high].map(|bound| precision.show(bound));
        format!(", and between {low} and {high} with 95 % confidence")
    });
    Some(format!(
        "Searching as this study does, on each fold's training rows alone, comes to {} {} on the folds' own rows{}: an \
         honest score of the search, the choice of the best included (nested cross-validation).",
        metric.in_words(),
        precision.show(mean),
        interval.unwrap_or_default()
    ))
}

/// ` (in the unit of `Salary`)`, where scores have one.
fn unit(board: &Leaderboard<'_>) -> Option<String> {
    let table = board.study.data.source.table().filter(|_| board.metric().has_unit())?;
    Some(format!(" (in the unit of {})", code(&table.target)))
}

fn what_matters(metric: Metric, prunes: bool, importance: &Importance) -> Option<String> {
    /// The least share that is mentioned.
    const LEAST: f64 = 0.05;
    let share = |share: f64| format!("{:.0}", 100.0 * share);
    let shares: Vec<String> = importance
        .main_effects
        .iter()
        .take(3)
        .filter(|effect| effect.share.mean >= LEAST)
        .map(|effect| {
            format!("`{}` explains {} % (± {})", effect.param, share(effect.share.mean), share(effect.share.sd))
        })
        .collect();
    (!shares.is_empty()).then(|| {
        format!(
            "Of the variance of {} over the search space, {}, each by itself and as a model of {} has it.",
            metric.in_words(),
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
    let precision = Precision::for_score(metric, value);
    let interval = score.interval.map(|[low, high]| {
        let [low, high] = [low, high].map(|bound| precision.show(bound));
        format!("; the 95 % interval, for other rows of the kind, is {low} to {high}")
    });
    Some(format!(
        "Trial {}, trained again on all rows, was scored on the test rows, which had no part in this search: {} {}{}.",
        winner.trial.number,
        metric.in_words(),
        precision.show(value),
        interval.unwrap_or_default()
    ))
}

/// The numbers of trials without a rank, and why the first of those that failed did.
fn without_score(board: &Leaderboard<'_>) -> Option<String> {
    let counts = board.counts();
    let were = |count| if count == 1 { "was" } else { "were" };
    let ends = [
        (counts.pruned, format!("{} pruned", were(counts.pruned))),
        (counts.failed, "failed".to_owned()),
        (counts.cancelled, format!("{} stopped", were(counts.cancelled))),
    ];
    let parts: Vec<String> =
        ends.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let pruned = match counts.pruned {
        0 => "",
        _ => " What is said of scores here is about complete trials alone.",
    };
    let failure = board.rows().iter().find_map(|row| Some((row.trial.number, board.failure(row)?)));
    let why = failure
        .map(|(number, failure)| format!(" The first that failed is trial {number}: {}.", inert(&failure.to_string())));
    (!parts.is_empty()).then(|| {
        format!("Of all {} trials, {}.{pruned}{}", board.rows().len(), listed(&parts), why.unwrap_or_default())
    })
}

/// The notice at the top of a report that another run need not reproduce the results.
pub(super) fn reproducibility_notice(study: &Study) -> Option<String> {
    study.irreproducible_in_words().map(|words| sentence_case(&words))
}

/// The sentence with a capital letter and a full stop.
fn sentence_case(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// The conclusions that the mean scores support, the most important first, without full stops; none for a leaderboard
/// that is not [judged](Leaderboard::judge).
pub(super) fn sentences(board: &Leaderboard<'_>) -> Vec<String> {
    let (Some(findings), Some(best)) = (board.findings(), board.best()) else { return Vec::new() };
    let (Findings { compared, by_row, .. }, Some(mean)) = (findings, best.mean) else { return Vec::new() };
    let precision = Precision::for_score(board.metric(), mean.get());
    let unproven = findings.reference.as_ref().and_then(|reference| not_above_reference(reference, best, precision));
    let perfect = near_perfect(board.metric(), mean.get(), findings.reference.as_ref());
    let mut sentences: Vec<String> = unproven.into_iter().chain(perfect).collect();
    if *compared < 2 {
        return sentences;
    }
    let scored = board.rows().iter().filter(|row| row.rank.is_some()).count();
    let ranked = format!("{scored} {}", board.ranked_in_words());
    if scored > *compared {
        sentences.push(format!("the first {compared} of {ranked} are compared"));
    }
    sentences.push(describe_ties(findings, best, precision, board.ranked_in_words()));
    if findings.below_reference > 0 {
        let is = if findings.below_reference == 1 { "is" } else { "are" };
        let below = below_reference_in_words(board.metric().task());
        sentences.push(format!(
            "{} of them {is} {below}, so not tied, although the test alone does not show that",
            findings.below_reference
        ));
    }
    if by_row < compared {
        let missing = compared - by_row;
        sentences.push(format!(
            "of {missing} trials predictions are not kept, so only their folds' scores are compared (`predictions` in the spec)"
        ));
    }
    sentences.extend(findings.runner_up.map(|runner_up| describe_runner_up(runner_up, precision)));
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

/// That the first trial is not shown to be better than predictions without inputs, where it is not.
fn not_above_reference(
    ReferenceComparison { score, answer, verdict }: &ReferenceComparison,
    best: &Row<'_>,
    precision: Precision,
) -> Option<String> {
    let is_not = match verdict {
        ReferenceVerdict::Better | ReferenceVerdict::Unknown => return None,
        ReferenceVerdict::NotShown => "is not shown to be better",
        ReferenceVerdict::NotBetter => "is not better",
    };
    let answer = match answer {
        ConstantAnswer::Class(class) => code(class),
        ConstantAnswer::LargestClass => "the largest class".to_owned(),
        ConstantAnswer::ClassShares => "the classes' shares".to_owned(),
        ConstantAnswer::Mean => "the mean".to_owned(),
    };
    Some(format!("trial {} {is_not} than always answering {answer} ({})", best.trial.number, precision.show(*score)))
}

/// The trials that are tied with the first; `trials` is what they are called.
fn describe_ties(
    &Findings { compared: scored, tied, below_reference, detectable, .. }: &Findings,
    best: &Row<'_>,
    precision: Precision,
    trials: &str,
) -> String {
    let (number, others) = (best.trial.number, scored - 1);
    let verdict = match (others, tied - 1) {
        (1, 0) if below_reference == 0 => format!("trial {number} is better than the other one"),
        (1, 0) => format!("the other one is not tied with trial {number}"),
        (1, _) => "the two trials are statistically tied".to_owned(),
        (others, 0) if below_reference > 0 => format!("none of the {others} others is tied with trial {number}"),
        (others, 0) => format!("trial {number} is better than all {others} others, adjusted for {others} comparisons"),
        (others, tied) if tied == others => {
            format!("all {others} other {trials} are statistically tied with the best")
        }
        (others, 1) => format!("1 of the {others} other {trials} is statistically tied with the best"),
        (others, tied) => format!("{tied} of the {others} other {trials} are statistically tied with the best"),
    };
    let detectable = detectable.map(|detectable| {
        let gap = precision.show(detectable);
        format!("; this study can reliably detect (80 % power) gaps of about {gap}")
    });
    verdict + &detectable.unwrap_or_default()
}

/// The gap to the second trial, and the sample size that would detect it.
fn describe_runner_up(RunnerUp { trial, behind, rows, repeats }: RunnerUp, precision: Precision) -> String {
    if behind == 0.0 {
        return format!("runner-up: trial {trial}, with the same score");
    }
    let by = format!("runner-up: trial {trial}, {} behind", precision.show(behind));
    let Some(rows) = rows else { return by };
    let times = match rows {
        rows if rows < 1000.0 => format!("about {}× the rows", significant(rows)),
        _ => "more than a thousand times the rows".to_owned(),
    };
    let repeats = match repeats {
        Some(repeats) => format!(", or {repeats} repeats"),
        None => "; more repeats alone would not be enough".to_owned(),
    };
    format!("{by}; confirming a gap that small would take {times}{repeats}")
}

/// A number with two significant digits.
fn significant(value: f64) -> String {
    if value < 9.95 { format!("{value:.1}") } else { format!("{value:.0}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use crossfold_study::{Results, TrialNumber};

    /// Checks the sentences on the example's three scored trials, whose best has a mean of 0.75, with the given findings.
    fn check(metric: Metric, tied: usize, detectable: Option<f64>, second: Option<RunnerUp>, expected: &[&str]) {
        let (study, plan) = (example::study(metric), example::plan());
        let mut board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
        board.findings = Some(Findings {
            compared: 3,
            tied,
            reference: None,
            below_reference: 0,
            by_row: 3,
            detectable,
            runner_up: second,
            corrected: Some(0.7),
        });
        assert_eq!(sentences(&board), expected);
    }

    #[test]
    fn conclusions_from_scores() {
        let second = |behind, rows, repeats| Some(RunnerUp { trial: TrialNumber(2), behind, rows, repeats });
        let luck = "the first is selected over 3 trials, so its 0.7500 is optimistic; without the luck of having been selected it \
             is 0.7000";
        check(
            Metric::Accuracy,
            1,
            None,
            None,
            &["trial 1 is better than all 2 others, adjusted for 2 comparisons", luck],
        );
        check(
            Metric::Accuracy,
            2,
            Some(0.125),
            second(0.01, Some(28.4), None),
            &[
                "1 of the 2 other trials is statistically tied with the best; this study can reliably detect (80 % power) \
                 gaps of about 0.1250",
                "runner-up: trial 2, 0.0100 behind; confirming a gap that small would take about 28× the rows; more repeats \
                 alone would not be enough",
                luck,
            ],
        );
        check(
            Metric::Accuracy,
            3,
            None,
            second(0.0, None, None),
            &[
                "all 2 other trials are statistically tied with the best",
                "runner-up: trial 2, with the same score",
                luck,
            ],
        );
    }

    /// A corrected loss of 0.7 is better than the example's 1.25, so there is no visible selection bias.
    #[test]
    fn selection_bias_is_mentioned_only_where_it_shows() {
        let said = "the first is selected over 3 trials, but its 1.2500 owes nothing to it that shows";
        check(
            Metric::LogLoss,
            1,
            None,
            None,
            &["trial 1 is better than all 2 others, adjusted for 2 comparisons", said],
        );
    }

    /// Said of a single trial, too, and before all else.
    #[test]
    fn a_best_that_may_have_learnt_nothing_says_so() {
        let study = example::study(Metric::Accuracy);
        let said = |trials: usize, answer: ConstantAnswer, verdict: ReferenceVerdict| {
            let mut plan = example::plan();
            plan.trials.truncate(trials);
            let mut board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
            board.findings = Some(Findings {
                compared: trials,
                tied: trials,
                reference: Some(ReferenceComparison { score: 0.6875, answer, verdict }),
                below_reference: 0,
                by_row: trials,
                detectable: None,
                runner_up: None,
                corrected: None,
            });
            sentences(&board).into_iter().next().unwrap_or_default()
        };
        let of_class = |verdict| said(1, ConstantAnswer::Class("a`b".to_owned()), verdict);
        assert_eq!(
            of_class(ReferenceVerdict::NotShown),
            "trial 0 is not shown to be better than always answering ``a`b`` (0.6875)"
        );
        assert_eq!([ReferenceVerdict::Better, ReferenceVerdict::Unknown].map(of_class), ["", ""]);
        for (answer, words) in [
            (ConstantAnswer::LargestClass, "the largest class"),
            (ConstantAnswer::ClassShares, "the classes' shares"),
            (ConstantAnswer::Mean, "the mean"),
        ] {
            let expected = format!("trial 1 is not better than always answering {words} (0.6875)");
            assert_eq!(said(2, answer, ReferenceVerdict::NotBetter), expected);
        }
    }

    #[test]
    fn a_summary_goes_from_the_verdict_to_failures() {
        let (study, plan) = (example::study(Metric::Accuracy), example::plan());
        let paragraphs = |results: &Results, test: &[TestScore]| {
            summary(&Leaderboard::new(&study, &plan, results, example::SHAPE), None, &[], test)
        };
        let failed = "The first that failed is trial 3: fold_2: the loss is not finite in epoch 2; a smaller `learning_rate` \
                      often helps.";
        let test = TestScore { metric: Metric::Accuracy, value: Some(0.5), interval: Some([0.25, 0.75]) };
        let expected = [
            "The best of 3 trials is trial 1 (layers=0 epochs=2): accuracy 0.7500, the mean of 2 validation folds."
                .to_owned(),
            "Trial 1, trained again on all rows, was scored on the test rows, which had no part in this search: accuracy \
              0.5000; the 95 % interval, for other rows of the kind, is 0.2500 to 0.7500."
                .to_owned(),
            format!("Of all 6 trials, 1 failed and 2 were stopped. {failed}"),
        ];
        assert_eq!(paragraphs(&example::results(), &[test]), expected);
        assert_eq!(paragraphs(&Results::default(), &[]), ["No trial was scored.", "Of all 6 trials, 6 were stopped."]);
    }

    #[test]
    fn pruned_trials_are_counted() {
        let (study, plan) = (example::pruning_study(Metric::Accuracy), example::pruned_plan());
        let mut board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
        board.findings = Some(Findings {
            compared: 2,
            tied: 2,
            reference: None,
            below_reference: 0,
            by_row: 2,
            detectable: None,
            runner_up: None,
            corrected: Some(0.7),
        });
        let paragraphs = summary(&board, None, &[], &[]);
        assert!(
            paragraphs[0].starts_with("The best of 2 complete trials is trial 2 (layers=1 nodes=4 epochs=1)"),
            "{paragraphs:?}"
        );
        assert!(paragraphs[2].starts_with("The first is selected over 2 complete trials, so"), "{paragraphs:?}");
        assert!(
            paragraphs[3].starts_with(
                "Of all 6 trials, 3 were pruned and 1 failed. What is said of scores here is about complete trials alone. The \
                 first that failed is trial 3"
            ),
            "{paragraphs:?}"
        );
    }
}
