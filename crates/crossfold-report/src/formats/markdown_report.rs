//! `report.md`: a study's results in brief, to read without a browser or to paste elsewhere.

use std::io::{self, Write};

use crossfold_study::visible_text;

use crate::analysis::importance::Importance;
use crate::analysis::leaderboard::{Leaderboard, Row};
use crate::analysis::reference_score::below_reference_in_words;
use crate::analysis::test_score::TestScore;
use crate::formats::figure::{Precision, format_score};
use crate::formats::result_file::{Listing, Nature, ReportInputs, ResultFile, Stage};
use crate::formats::settings::assignments;
use crate::formats::summary::{reproducibility_notice, summary};
use crate::formats::text_table::{TextColumn, text_column, write_markdown};

pub(super) const FILE: ResultFile = ResultFile {
    path: "report.md",
    nature: Nature::Result,
    stage: Stage::Report,
    listing: Listing::Line("the same in brief"),
    condition: None,
    write: |out, inputs| write(out, inputs),
    section: None,
};

/// The most trials shown; `leaderboard.csv` has all.
const SHOWN: usize = 20;

fn write(mut out: &mut dyn Write, inputs: &ReportInputs<'_>) -> io::Result<()> {
    let ReportInputs { board, importance, nested, test, origin, .. } = inputs;
    writeln!(out, "# {}\n", board.study.name)?;
    if let Some(sentence) = reproducibility_notice(board.study) {
        writeln!(out, "**{sentence}**\n")?;
    }
    for paragraph in summary(board, *importance, nested, test) {
        writeln!(out, "- {paragraph}")?;
    }
    let ranked: Vec<&Row<'_>> = board.rows().iter().filter(|row| row.rank.is_some()).take(SHOWN).collect();
    if !ranked.is_empty() {
        writeln!(out, "\n## Leaderboard\n")?;
        write_markdown(&mut out, &leaders(board, &ranked))?;
        let more = board.rows().len() - ranked.len();
        let pruned = match board.counts().pruned {
            0 => String::new(),
            pruned => format!(", of which {pruned} {} pruned", if pruned == 1 { "was" } else { "were" }),
        };
        let more = match more {
            0 => String::new(),
            more => format!(" `leaderboard.csv` has {more} more trials{pruned}."),
        };
        writeln!(
            out,
            "\n± is the standard error over folds. The interval is of the expected score of networks trained on as many"
        )?;
        writeln!(
            out,
            "rows, and allows for folds that share training rows. \"Tied\" is statistically tied with the best; p is adjusted for comparing all {}.{more}",
            board.ranked_in_words()
        )?;
    }
    if let Some(importance) = importance {
        writeln!(out, "\n## What matters\n")?;
        write_markdown(&mut out, &shares(importance))?;
        writeln!(out, "\nHow much of the differences between scores each hyperparameter explains by itself, over the")?;
        writeln!(out, "whole search space (functional analysis of variance); `importance.csv` has pairs and effects.")?;
        if board.prunes() {
            writeln!(out, "It is made from the scores of {} complete trials; those that were", importance.trials)?;
            writeln!(out, "pruned have no part in it, so of bad regions it knows little.")?;
        }
    }
    if !test.is_empty() {
        writeln!(out, "\n## Test rows\n")?;
        write_markdown(&mut out, &tested(test))?;
    }
    writeln!(out, "\n## Where it comes from\n\n```text")?;
    out.write_all(visible_text(origin).as_bytes())?;
    writeln!(out, "```")
}

fn leaders(board: &Leaderboard<'_>, rows: &[&Row<'_>]) -> Vec<TextColumn> {
    let column = |name: &str, cell: &dyn Fn(&Row<'_>) -> Option<String>| text_column(name, rows, cell);
    let metric = board.metric();
    let score = |row: &Row<'_>| {
        let mean = row.mean?.get();
        let precision = Precision::for_score(metric, mean);
        let error = row.standard_error.map(|error| format!(" ± {}", precision.show(error)));
        Some(precision.show(mean) + &error.unwrap_or_default())
    };
    let interval = |row: &Row<'_>| {
        let precision = Precision::for_score(metric, row.mean?.get());
        let [low, high] = row.interval?.map(|bound| precision.show(bound));
        Some(format!("{low} to {high}"))
    };
    let tied = |row: &Row<'_>| match (row.tied?, row.adjusted_p) {
        (false, _) if row.is_below_reference => Some(below_reference_in_words(metric.task()).to_owned()),
        (false, Some(level)) if level < 0.001 => Some("p < 0.001".to_owned()),
        (false, Some(level)) => Some(format!("p = {level:.3}")),
        (true, _) | (false, None) => Some("tied".to_owned()),
    };
    vec![
        column("rank", &|row| Some(row.rank?.to_string())),
        column("trial", &|row| Some(row.trial.number.to_string())),
        column(metric.name(), &score),
        column("95 % interval", &interval),
        column("against the first", &tied),
        column("settings", &|row| Some(assignments(board, row))),
        column("parameters", &|row| Some(row.parameters.to_string())),
    ]
}

fn shares(importance: &Importance) -> Vec<TextColumn> {
    let mut columns = vec![vec!["hyperparameter".to_owned()], vec!["share".to_owned()]];
    for effect in &importance.main_effects {
        columns[0].push(effect.param.to_string());
        columns[1].push(format!("{:.0} % ± {:.0}", 100.0 * effect.share.mean, 100.0 * effect.share.sd));
    }
    columns
}

fn tested(test: &[TestScore]) -> Vec<TextColumn> {
    let mut columns = vec![vec!["metric".to_owned()], vec!["value".to_owned()], vec!["95 % interval".to_owned()]];
    for &TestScore { metric, value, interval } in test {
        columns[0].push(metric.to_string());
        columns[1].push(value.map(|value| format_score(metric, value)).unwrap_or_default());
        let interval = interval.map(|interval| interval.map(|bound| format_score(metric, bound)).join(" to "));
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
        let (mut out, results) = (Vec::new(), example::results());
        write(&mut out, &ReportInputs { importance, ..example::inputs(&board, &results) }).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn conclusions_leave_pruned_trials_out() {
        let importance = Importance { trials: 12, main_effects: Vec::new(), interactions: Vec::new(), rest: 1.0 };
        let report = text(&example::pruning_study(Metric::Accuracy), Some(&importance));
        for said in [
            "p is adjusted for comparing all complete trials. `leaderboard.csv` has 4 more trials, of which 3 were pruned.",
            "It is made from the scores of 12 complete trials; those that were\npruned have no part in it",
        ] {
            assert!(report.contains(said), "{report}");
        }
    }

    #[test]
    fn an_irreproducible_study_says_so_at_the_top() {
        let top = "# example\n\n**Not reproducible (`order: free`): another run may have other results, since";
        assert!(text(&example::free_study(Metric::Accuracy), None).starts_with(top));
        assert!(text(&example::study(Metric::Accuracy), None).starts_with("# example\n\n- "));
    }
}
