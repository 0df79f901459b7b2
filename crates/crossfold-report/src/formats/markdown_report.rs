//! `report.md`: what a study came to, for whoever reads it where no browser is at hand, or pastes it somewhere.

use std::io::{self, Write};

use crate::analysis::importance::Importance;
use crate::analysis::leaderboard::{Leaderboard, Row};
use crate::analysis::nested::NestedFold;
use crate::analysis::test_score::TestScore;
use crate::formats::figure::{Precision, figure};
use crate::formats::hyperparameter::named;
use crate::formats::show::write_markdown;
use crate::formats::summary::{summary, whole_notice};

/// What the report is made of.
pub struct Report<'a> {
    pub board: &'a Leaderboard<'a>,
    pub importance: Option<&'a Importance>,
    /// Empty where nothing was nested.
    pub nested: &'a [NestedFold],
    /// Empty where nothing was tested.
    pub test: &'a [TestScore],
    /// What all of the study's fits have in common, a line each.
    pub origin: &'a str,
}

/// How many trials are shown; the leaderboard has all.
const SHOWN: usize = 20;

/// Writes it. A result: it hangs on no clock, no machine's paths and no number of jobs.
///
/// # Errors
/// Where `out` takes no more.
pub fn write_report(mut out: impl Write, report: &Report<'_>) -> io::Result<()> {
    let Report { board, importance, nested, test, origin } = report;
    writeln!(out, "# {}\n", board.study.name)?;
    if let Some(sentence) = whole_notice(board.study) {
        writeln!(out, "**{sentence}**\n")?;
    }
    for paragraph in summary(board, *importance, nested, test) {
        writeln!(out, "- {paragraph}")?;
    }
    let ranked: Vec<&Row<'_>> = board.rows().iter().filter(|row| row.rank.is_some()).take(SHOWN).collect();
    if !ranked.is_empty() {
        writeln!(out, "\n## Leaderboard\n")?;
        write_markdown(&mut out, &leaders(board, &ranked), ranked.len())?;
        let more = board.rows().len() - ranked.len();
        let pruned = match board.tally().pruned {
            0 => String::new(),
            pruned => format!(", of which {pruned} {} pruned", if pruned == 1 { "was" } else { "were" }),
        };
        let more = match more {
            0 => String::new(),
            more => format!(" `leaderboard.csv` has {more} more trials{pruned}."),
        };
        writeln!(out, "\n± is the standard error over folds; the interval allows, beyond that, for folds that share")?;
        // √(1 + folds · validation rows / training rows), the same for all that stop alike.
        let wider = board.best().and_then(|best| Some(best.corrected_error? / best.standard_error?));
        let wider =
            wider.filter(|wider| wider.is_finite()).map(|wider| format!(", which makes it {wider:.2} times as wide"));
        let wider = wider.unwrap_or_default();
        writeln!(
            out,
            "training rows{wider}. What is \"tied\" can't be told apart from the first; p allows for all {} at once.{more}",
            board.ranked_in_words()
        )?;
    }
    if let Some(importance) = importance {
        writeln!(out, "\n## What matters\n")?;
        write_markdown(&mut out, &shares(importance), importance.alone.len())?;
        writeln!(out, "\nHow much of the differences between scores each hyperparameter explains by itself, over the")?;
        writeln!(out, "whole search space (functional analysis of variance); `importance.csv` has pairs and effects.")?;
        if board.prunes() {
            writeln!(out, "It is made from the scores of {} complete trials; those that were", importance.trials)?;
            writeln!(out, "pruned have no part in it, so of bad regions it knows little.")?;
        }
    }
    if !test.is_empty() {
        writeln!(out, "\n## Test rows\n")?;
        write_markdown(&mut out, &tested(test), test.len())?;
    }
    writeln!(out, "\n## Where it comes from\n\n```text")?;
    out.write_all(origin.as_bytes())?;
    writeln!(out, "```")
}

fn leaders(board: &Leaderboard<'_>, rows: &[&Row<'_>]) -> Vec<Vec<String>> {
    let column = |name: &str, cell: &dyn Fn(&Row<'_>) -> Option<String>| -> Vec<String> {
        [name.to_owned()].into_iter().chain(rows.iter().map(|row| cell(row).unwrap_or_default())).collect()
    };
    let metric = board.metric();
    let score = |row: &Row<'_>| {
        let mean = row.mean?.get();
        let precision = Precision::of(metric, mean);
        let error = row.standard_error.map(|error| format!(" ± {}", precision.show(error)));
        Some(precision.show(mean) + &error.unwrap_or_default())
    };
    let interval = |row: &Row<'_>| {
        let precision = Precision::of(metric, row.mean?.get());
        let [low, high] = row.interval?.map(|bound| precision.show(bound));
        Some(format!("{low} to {high}"))
    };
    let tied = |row: &Row<'_>| match (row.tied?, row.adjusted_p) {
        (false, Some(level)) if level < 0.001 => Some("p < 0.001".to_owned()),
        (false, Some(level)) => Some(format!("p = {level:.3}")),
        (true, _) | (false, None) => Some("tied".to_owned()),
    };
    let settings = |row: &Row<'_>| {
        let settings = board.searched().filter_map(|param| row.value(param));
        Some(settings.map(|setting| named(&setting)).collect::<Vec<_>>().join(" "))
    };
    vec![
        column("rank", &|row| Some(row.rank?.to_string())),
        column("trial", &|row| Some(row.trial.number.to_string())),
        column(metric.name(), &score),
        column("95 % interval", &interval),
        column("against the first", &tied),
        column("settings", &settings),
        column("parameters", &|row| Some(row.parameters.to_string())),
    ]
}

fn shares(importance: &Importance) -> Vec<Vec<String>> {
    let mut columns = vec![vec!["hyperparameter".to_owned()], vec!["share".to_owned()]];
    for alone in &importance.alone {
        columns[0].push(alone.param.to_string());
        columns[1].push(format!("{:.0} % ± {:.0}", 100.0 * alone.share.mean, 100.0 * alone.share.sd));
    }
    columns
}

fn tested(test: &[TestScore]) -> Vec<Vec<String>> {
    let mut columns = vec![vec!["metric".to_owned()], vec!["value".to_owned()], vec!["95 % interval".to_owned()]];
    for &TestScore { metric, value, interval } in test {
        columns[0].push(metric.to_string());
        columns[1].push(value.map(|value| figure(metric, value)).unwrap_or_default());
        let interval = interval.map(|interval| interval.map(|bound| figure(metric, bound)).join(" to "));
        columns[2].push(interval.unwrap_or_default());
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use crossfold_study::{Metric, Study};

    fn text(study: &Study, importance: Option<&Importance>) -> String {
        let plan = example::pruned_plan();
        let board = Leaderboard::new(study, &plan, &example::results(), example::SHAPE);
        let mut out = Vec::new();
        let report = Report { board: &board, importance, nested: &[], test: &[], origin: "seed 42\n" };
        write_report(&mut out, &report).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_was_pruned_has_no_part_in_what_is_said() {
        let importance = Importance { trials: 12, alone: Vec::new(), together: Vec::new(), rest: 1.0 };
        let report = text(&example::pruning_study(Metric::Accuracy), Some(&importance));
        for said in [
            "p allows for all complete trials at once. `leaderboard.csv` has 4 more trials, of which 3 were pruned.",
            "It is made from the scores of 12 complete trials; those that were\npruned have no part in it",
        ] {
            assert!(report.contains(said), "{report}");
        }
    }

    #[test]
    fn what_is_not_reproducible_is_said_at_the_top() {
        let top =
            "# example\n\n**Not reproducible (`order: free`): another run need not come to the same results, since";
        assert!(text(&example::free_study(Metric::Accuracy), None).starts_with(top));
        assert!(text(&example::study(Metric::Accuracy), None).starts_with("# example\n\n- "));
    }
}
