//! The conclusions from a study in sentences.

use crossfold_network::{counted, joined, thousands};
use crossfold_study::{Metric, Refit, Study};

use crate::analysis::calibration::Calibration;
use crate::analysis::importance::Importance;
use crate::analysis::leaderboard::{Leaderboard, Row};
use crate::analysis::nested::NestedFold;
use crate::analysis::nested::NestedScore;
use crate::analysis::test_score::TestScore;
use crate::formats::baselines::against_baselines;
use crate::formats::ensembles;
use crate::formats::figure::Precision;
use crate::formats::markdown::{code, inert};
use crate::formats::models::{allowance, models_line, models_verdict};
use crate::formats::other_trials::against_others;
use crate::formats::reference::against_reference;
use crate::formats::settings::assignments;
use crate::formats::space_edge::edges_in_words;

/// The results of a study in paragraphs of plain words: which trial is best, whether it is better than simpler answers, how good
/// it is on new data, and how far the others are behind.
pub(super) fn summary(
    board: &Leaderboard<'_>,
    importance: Option<&Importance>,
    nested: &[NestedFold],
    test: &[TestScore],
) -> Vec<String> {
    let (Some(best), Some(winner)) = (board.best(), board.winner()) else {
        return ["No trial was scored.".to_owned()].into_iter().chain(without_score(board)).collect();
    };
    let as_sentences = |parts: Vec<String>| parts.into_iter().map(|part| sentence_case(&part));
    let mut paragraphs = vec![verdict(board, best)];
    paragraphs.extend(as_sentences(models_verdict(board).into_iter().collect()));
    paragraphs.extend(as_sentences(against_reference(board).into_iter().collect()));
    paragraphs.extend(as_sentences(against_baselines(board).into_iter().collect()));
    paragraphs.extend(ensembles::paragraphs(board));
    paragraphs.extend(as_sentences(ensembles::against_single(board).into_iter().collect()));
    paragraphs.extend(tested(board, winner, test));
    paragraphs.extend(calibrated(board));
    paragraphs.extend(nested_score(board.metric(), nested));
    paragraphs.extend(as_sentences(against_others(board)));
    if let (Refit::OneSe, true) = (board.study.finish.refit, winner.trial.number != best.trial.number) {
        let [own, other] = [winner, best].map(|row| thousands(row.parameters));
        let simpler = match winner.parameters < best.parameters {
            true => format!("it has {own} parameters, and the best has {other}"),
            false => "it has as few parameters and is cheaper to train".to_owned(),
        };
        paragraphs.push(format!(
            "Trial {}{} is the simplest within one standard error of the best: {simpler}. So it is the one that is \
             trained on {}.",
            winner.trial.number,
            in_brackets(board, winner),
            if test.is_empty() { "all rows" } else { "all rows except the test rows" },
        ));
    }
    paragraphs.extend(as_sentences(edges_in_words(board)));
    paragraphs.extend(importance.and_then(|importance| what_matters(board.metric(), board.prunes(), importance)));
    paragraphs.extend(without_score(board));
    paragraphs.extend(as_sentences(suspicion(board).into_iter().collect()));
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
        (folds, defined) if defined == folds => format!("averaged over {folds} validation folds"),
        (folds, defined) => format!("averaged over the {defined} of {folds} validation folds on which it is defined"),
    };
    let interval = best.interval.map(|[low, high]| {
        let [low, high] = [low, high].map(|bound| precision.show(bound));
        format!(" (95 % interval {low} to {high}, for networks trained on as many rows)")
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
        format!(" (95 % interval {low} to {high})")
    });
    Some(format!(
        "Nested cross-validation, which repeats the whole search on each fold's training rows, reaches {} {} on the folds{}: \
         an unbiased score of the search, including the choice of the best trial.",
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
    if !importance.is_conclusive() {
        return Some(format!("{}.", too_few_trials(importance)));
    }
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
            "Of the variance of {} over the search space, {}, each on its own (estimated from {}).",
            metric.in_words(),
            joined(&shares, "and"),
            if prunes { "complete trials" } else { "all trials" },
        )
    })
}

/// That importance is not conclusive, without a full stop.
pub(super) fn too_few_trials(importance: &Importance) -> String {
    format!("{} are too few to say which hyperparameters matter", counted(importance.trials, "trial"))
}

fn tested(board: &Leaderboard<'_>, winner: &Row<'_>, test: &[TestScore]) -> Option<String> {
    let metric = board.metric();
    let score = test.iter().find(|score| score.metric == metric)?;
    let value = score.value?;
    let precision = Precision::for_score(metric, value);
    let interval = score.interval.map(|[low, high]| {
        let [low, high] = [low, high].map(|bound| precision.show(bound));
        format!(" (95 % interval {low} to {high}, for new rows of the same kind)")
    });
    let networks = match ensembles::of_several(board) {
        Some(ensemble) => ensemble.size.networks,
        None => u64::from(board.study.finish.networks(winner.configuration, board.folds().len())),
    };
    let averaged = match networks {
        1 => String::new(),
        networks => format!(" as {networks} averaged networks"),
    };
    let trial = winner.trial.number;
    let which = match (ensembles::of_several(board), board.study.finish.refit, networks) {
        (Some(_), _, _) => format!("the ensemble retrained on all other rows{averaged}"),
        (None, Refit::Folds, 1) => format!("trial {trial} trained as in the search"),
        (None, Refit::Folds, folds) => format!("the average of trial {trial}'s networks of {folds} folds"),
        (None, Refit::Best | Refit::OneSe | Refit::None, _) => {
            format!("trial {trial} retrained on all other rows{averaged}")
        }
    };
    Some(format!(
        "On the test rows, which had no part in the search, {which} reaches {} {}{}.",
        metric.in_words(),
        precision.show(value),
        interval.unwrap_or_default()
    ))
}

/// What the calibration of the retrained networks' probabilities does, where it is asked for.
fn calibrated(board: &Leaderboard<'_>) -> Option<String> {
    if !board.study.finish.calibrate {
        return None;
    }
    let Some(&calibration) = board.calibration() else {
        return Some(
            "Probabilities are not calibrated, since the winner's out-of-fold predictions are not stored.".to_owned(),
        );
    };
    let Calibration { temperature, before, after } = calibration;
    let whose = if ensembles::of_several(board).is_some() { "ensemble's" } else { "retrained winner's" };
    let from_to = |metric, before, after| {
        let precision = Precision::for_score(metric, before);
        format!("from {} to {}", precision.show(before), precision.show(after))
    };
    let loss = from_to(Metric::LogLoss, before.log_loss, after.log_loss);
    let error = from_to(Metric::CalibrationError, before.calibration_error, after.calibration_error);
    Some(match calibration.applied() {
        1.0 => format!(
            "Probabilities are not calibrated: a temperature would take the log loss out of fold {loss}, and the calibration error {error}."
        ),
        _ => format!(
            "The {whose} probabilities are calibrated with temperature {temperature:.2}. Out of fold, that takes the log loss \
             {loss}, and the calibration error {error}."
        ),
    })
}

/// The numbers of trials without a rank, and why the first of those that failed did.
fn without_score(board: &Leaderboard<'_>) -> Option<String> {
    let counts = board.counts();
    let were = |count| if count == 1 { "was" } else { "were" };
    let ends = [
        (counts.pruned, format!("{} pruned", were(counts.pruned))),
        (counts.failed, "failed".to_owned()),
        (counts.cancelled, format!("{} not finished", were(counts.cancelled))),
    ];
    let parts: Vec<String> =
        ends.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let pruned = match counts.pruned {
        0 => String::new(),
        _ => format!(" Scores above are those of {}.", counted(counts.complete as usize, "complete trial")),
    };
    let failure = board.rows().iter().find_map(|row| Some((row.trial.number, board.failure(row)?)));
    let why = failure
        .map(|(number, failure)| format!(" The first that failed is trial {number}: {}.", inert(&failure.to_string())));
    (!parts.is_empty()).then(|| {
        format!("Of all {} trials, {}.{pruned}{}", board.rows().len(), joined(&parts, "and"), why.unwrap_or_default())
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

/// The conclusions below a table of trials, the most important first, without full stops; none for a leaderboard that is not
/// [judged](Leaderboard::judge).
pub(super) fn sentences(board: &Leaderboard<'_>) -> Vec<String> {
    let mut sentences: Vec<String> = models_line(board).into_iter().collect();
    sentences.extend(board.models().filter(|_| !sentences.is_empty()).map(allowance));
    sentences.extend(against_reference(board));
    sentences.extend(against_baselines(board));
    sentences.extend(ensembles::against_single(board));
    sentences.extend(against_others(board));
    sentences.extend(edges_in_words(board));
    sentences.extend(suspicion(board));
    sentences
}

/// That a score on a table is too good to be true. Images may well be recognised without a mistake.
fn suspicion(board: &Leaderboard<'_>) -> Option<String> {
    /// From here on a score is suspicious: one row in a thousand at most, or a thousandth of the variance, is left to learn.
    const PERFECT: f64 = 0.999;
    /// Of fewer rows, a good model may well get all right.
    const ENOUGH: usize = 100;
    let table = board.study.data.source.table()?;
    let best = board.best()?;
    if board.findings().is_some_and(|findings| findings.rows < ENOUGH) {
        return None;
    }
    let score =
        |metric: Metric| best.means.get(&metric).filter(|&&score| score >= PERFECT).map(|score| (metric, *score));
    let (metric, score) = [Metric::R2, Metric::Accuracy, Metric::RocAuc].into_iter().find_map(score)?;
    Some(format!(
        "an {} of {} is suspiciously good: check for a column that gives {} away",
        metric.in_words(),
        significant_below_one(score),
        code(&table.target)
    ))
}

/// A score close to 1, with as many digits as show what it lacks: `0.99998`.
fn significant_below_one(score: f64) -> String {
    let decimals = (3..=9).find(|&decimals| format!("{score:.decimals$}").starts_with("0."));
    decimals.map_or_else(|| "1".to_owned(), |decimals| format!("{score:.decimals$}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::findings::{Findings, RunnerUp};
    use crate::analysis::reference_score::{ConstantAnswer, NoReference, ReferenceComparison, ReferenceVerdict};
    use crate::example;
    use crossfold_network::Task;
    use crossfold_study::{CsvSource, DataSource, Results, Splits, TableFormat, TableSpec, TestRows, TrialNumber};

    /// Checks the sentences on the example's three scored trials, whose best has a mean of 0.75, with the given findings.
    fn check(metric: Metric, tied: usize, detectable: Option<f64>, second: Option<RunnerUp>, expected: &[&str]) {
        let (study, plan) = (example::study(metric), example::plan());
        let mut board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
        board.findings = Some(Findings {
            compared: 3,
            tied,
            reference: Err(NoReference::NoRows),
            below_reference: 0,
            by_row: 3,
            rows: 200,
            detectable,
            runner_up: second,
            corrected: Some(0.7),
        });
        let mut sentences = sentences(&board);
        assert!(
            sentences
                .remove(0)
                .ends_with("shown for reference: the validation rows are not stored; run the study again")
        );
        assert_eq!(sentences, expected);
    }

    #[test]
    fn a_missing_reference_score_is_explained() {
        let said = |metric: Metric, reason| {
            let (study, plan) = (example::study(metric), example::plan());
            let mut board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
            board.findings = Some(Findings { reference: Err(reason), ..findings(200, ReferenceVerdict::Better, None) });
            sentences(&board).into_iter().next().unwrap()
        };
        assert_eq!(
            said(Metric::LogLoss, NoReference::AbsentClass),
            "no score of the classes' shares is shown for reference: their log loss is infinite, since a class of one fold has \
             no rows in the others"
        );
        assert_eq!(
            said(Metric::CalibrationError, NoReference::NearlyPerfect),
            "no score of the classes' shares is shown for reference: their calibration error is nearly perfect"
        );
        assert_eq!(
            said(Metric::RocAuc, NoReference::Undefined),
            "no score of the majority class is shown for reference: its area under the ROC curve is undefined"
        );
    }

    #[test]
    fn conclusions_from_scores() {
        let second = |behind, rows, repeats| Some(RunnerUp { trial: TrialNumber(2), behind, rows, repeats });
        let luck = "the first was picked from 3 trials, which flatters its 0.7500; corrected for that it is 0.7000";
        let better = "trial 1 is significantly better than all 2 other trials, adjusted for 2 comparisons";
        check(Metric::Accuracy, 1, None, None, &[luck, better]);
        check(
            Metric::Accuracy,
            2,
            Some(0.125),
            second(0.01, Some(28.4), None),
            &[
                luck,
                "1 of the 2 other trials is statistically tied with the best; 1 is significantly worse; with these data, only \
                 differences of about 0.1250 would be detected reliably (5 % error rate over all 3 trials, in 4 of 5 studies)",
                "the second, trial 2, is 0.0100 behind; if that is the true difference, it would take about 28 times as many \
                 rows to show this (5 % error rate over all 3 trials, in 4 of 5 studies); more repeats wouldn't be enough",
            ],
        );
        check(
            Metric::Accuracy,
            3,
            None,
            second(0.0, None, None),
            &[
                luck,
                "all 2 other trials are statistically tied with the best",
                "the second, trial 2, has the same score",
            ],
        );
    }

    /// Trials 2 and 0 have 0.75 and 0.375. With a standard error of 0.1, one of them is close.
    #[test]
    fn close_trials_are_told_apart_from_those_that_too_few_rows_leave_tied() {
        let (study, plan) = (example::study(Metric::Accuracy), example::plan());
        let mut board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
        board.findings = Some(Findings {
            compared: 3,
            tied: 3,
            reference: Ok(ReferenceComparison {
                score: 0.5,
                answer: ConstantAnswer::Class("no".to_owned()),
                verdict: ReferenceVerdict::NotShown,
            }),
            below_reference: 0,
            by_row: 3,
            rows: 200,
            detectable: None,
            runner_up: None,
            corrected: None,
        });
        board.rows.iter_mut().take(3).for_each(|row| row.tied = Some(true));
        board.rows[0].standard_error = Some(0.1);
        board.rows[2].scores_below_reference = true;
        assert_eq!(
            sentences(&board),
            [
                "trial 1 is not significantly better than always answering `no` (0.5000)",
                "1 of the 2 other trials is within one standard error (0.1000) of the best and tied with it; 1 more is \
                 further behind, but these rows are too few to show it",
                "1 of the tied trials scores worse than always answering `no`",
            ]
        );
    }

    /// The findings of the example's three scored trials.
    fn findings(rows: usize, verdict: ReferenceVerdict, runner_up: Option<RunnerUp>) -> Findings {
        let answer = ConstantAnswer::Class("no".to_owned());
        Findings {
            compared: 3,
            tied: 3,
            reference: Ok(ReferenceComparison { score: 0.8, answer, verdict }),
            below_reference: 0,
            by_row: 3,
            rows,
            detectable: None,
            runner_up,
            corrected: None,
        }
    }

    #[test]
    fn repeats_are_advised_only_where_folds_can_be_drawn_again() {
        let (mut study, plan) = (example::study(Metric::Accuracy), example::plan());
        study.splits = Splits::LeaveOneGroupOut { groups: "region".to_owned() };
        let mut board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
        let second = RunnerUp { trial: TrialNumber(2), behind: 0.01, rows: Some(28.4), repeats: Some(20) };
        board.findings = Some(findings(200, ReferenceVerdict::Better, Some(second)));
        let said = "the second, trial 2, is 0.0100 behind; if that is the true difference, it would take about 28 times as many \
                    rows to show this (5 % error rate over all 3 trials, in 4 of 5 studies)";
        assert_eq!(sentences(&board).last().unwrap(), said);
    }

    #[test]
    fn that_tied_trials_are_below_the_reference_is_said_only_if_the_best_is_not() {
        let (study, plan) = (example::study(Metric::Accuracy), example::plan());
        let is_said = |verdict| {
            let mut board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
            board.findings = Some(findings(200, verdict, None));
            board.rows.iter_mut().take(3).for_each(|row| row.tied = Some(true));
            board.rows[2].scores_below_reference = true;
            sentences(&board).iter().any(|said| said.contains("of the tied trials scores worse"))
        };
        assert!(is_said(ReferenceVerdict::NotShown) && !is_said(ReferenceVerdict::NotBetter));
    }

    #[test]
    fn a_score_is_suspicious_near_perfection_on_enough_rows() {
        let (mut study, plan) = (example::study(Metric::Accuracy), example::plan());
        let table = TableSpec {
            target: "vote".to_owned(),
            task: Task::Classification,
            drop_missing_target: false,
            test: TestRows::None,
            kinds: Default::default(),
            sequence: None,
            preprocessing: Default::default(),
        };
        let source = CsvSource { path: "votes.csv".into(), format: TableFormat::default(), table };
        study.data.source = DataSource::Csv(Box::new(source));
        let is_suspicious = |rows, score| {
            let mut board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
            board.findings = Some(findings(rows, ReferenceVerdict::Better, None));
            board.rows[0].means.insert(Metric::Accuracy, score);
            suspicion(&board).is_some()
        };
        assert!(is_suspicious(100, 1.0) && !is_suspicious(99, 1.0));
        assert!(is_suspicious(1000, 0.999) && !is_suspicious(1000, 0.998));
    }

    /// A corrected loss of 0.7 is better than the example's 1.25, so there is no visible selection bias.
    #[test]
    fn selection_bias_is_mentioned_only_where_it_shows() {
        let said = "the first was picked from 3 trials; correcting its 1.2500 for that changes nothing visible";
        let better = "trial 1 is significantly better than all 2 other trials, adjusted for 2 comparisons";
        check(Metric::LogLoss, 1, None, None, &[said, better]);
    }

    /// Said of a single trial, too, and before all else.
    #[test]
    fn the_best_is_compared_with_predictions_without_inputs() {
        let study = example::study(Metric::Accuracy);
        let said = |trials: usize, answer: ConstantAnswer, verdict: ReferenceVerdict| {
            let mut plan = example::plan();
            plan.trials.truncate(trials);
            let mut board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
            board.findings = Some(Findings {
                compared: trials,
                tied: trials,
                reference: Ok(ReferenceComparison { score: 0.6875, answer, verdict }),
                below_reference: 0,
                by_row: trials,
                rows: 200,
                detectable: None,
                runner_up: None,
                corrected: None,
            });
            sentences(&board).into_iter().next().unwrap_or_default()
        };
        let of_class = |verdict| said(1, ConstantAnswer::Class("a`b".to_owned()), verdict);
        assert_eq!(
            of_class(ReferenceVerdict::NotShown),
            "trial 0 is not significantly better than always answering ``a`b`` (0.6875)"
        );
        assert_eq!(
            [ReferenceVerdict::Better, ReferenceVerdict::Unknown].map(of_class),
            [
                "trial 0 is significantly better than always answering ``a`b`` (0.6875)",
                "always answering ``a`b`` scores 0.6875"
            ]
        );
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
        let failed = "The first that failed is trial 3: fold 2: the loss is not finite in epoch 2; a smaller `learning_rate` \
                      often helps.";
        let test = TestScore { metric: Metric::Accuracy, value: Some(0.5), interval: Some([0.25, 0.75]) };
        let expected = [
            "The best of 3 trials is trial 1 (layers=0 epochs=2): accuracy 0.7500, averaged over 2 validation folds."
                .to_owned(),
            "On the test rows, which had no part in the search, trial 1 retrained on all other rows reaches accuracy 0.5000 \
             (95 % interval 0.2500 to 0.7500, for new rows of the same kind)."
                .to_owned(),
            format!("Of all 6 trials, 1 failed and 2 were not finished. {failed}"),
        ];
        assert_eq!(paragraphs(&example::results(), &[test]), expected);
        assert_eq!(
            paragraphs(&Results::default(), &[]),
            ["No trial was scored.", "Of all 6 trials, 6 were not finished."]
        );
    }

    #[test]
    fn pruned_trials_are_counted() {
        let (study, plan) = (example::pruning_study(Metric::Accuracy), example::pruned_plan());
        let mut board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
        board.findings = Some(Findings {
            compared: 2,
            tied: 2,
            reference: Err(NoReference::NoRows),
            below_reference: 0,
            by_row: 2,
            rows: 200,
            detectable: None,
            runner_up: None,
            corrected: Some(0.7),
        });
        let paragraphs = summary(&board, None, &[], &[]);
        assert!(
            paragraphs[0].starts_with("The best of 2 complete trials is trial 2 (layers=1 nodes=4 epochs=1)"),
            "{paragraphs:?}"
        );
        assert!(paragraphs[2].starts_with("The first was picked from 2 complete trials, which"), "{paragraphs:?}");
        assert!(
            paragraphs[4].starts_with(
                "Of all 6 trials, 3 were pruned and 1 failed. Scores above are those of 2 complete trials. The first that failed \
                 is trial 3"
            ),
            "{paragraphs:?}"
        );
    }
}
