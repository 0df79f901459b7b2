//! `report.md`: a study's results in brief, to read without a browser or to paste elsewhere.

use std::io::{self, Write};

use crossfold_network::thousands;
use crossfold_study::visible_text;

use crate::analysis::ensemble::EnsembleMember;
use crate::analysis::importance::Importance;
use crate::analysis::leaderboard::{Leaderboard, Row};
use crate::analysis::reference_score::below_reference_in_words;
use crate::analysis::test_score::TestScore;
use crate::analysis::variables::Variables;
use crate::formats::baselines::baseline_lines;
use crate::formats::ensembles;
use crate::formats::figure::{Precision, format_score};
use crate::formats::interrupted::interrupted;
use crate::formats::models::{allowance, models_table};
use crate::formats::reference::answer_in_words;
use crate::formats::result_file::{Listing, Nature, ReportInputs, ResultFile, Stage};
use crate::formats::settings::assignments;
use crate::formats::study_line::study_in_words;
use crate::formats::summary::{reproducibility_notice, summary, too_few_trials};
use crate::formats::text_table::{TextColumn, text_column, write_markdown};

pub(super) const FILE: ResultFile = ResultFile {
    path: "report.md",
    nature: Nature::Result,
    stage: Stage::Report,
    listing: Listing::Line("a short report in Markdown"),
    condition: None,
    write: |out, inputs| write(out, inputs),
    section: None,
};

/// The most trials shown; `leaderboard.csv` has all.
const SHOWN: usize = 20;

fn write(mut out: &mut dyn Write, inputs: &ReportInputs<'_>) -> io::Result<()> {
    let ReportInputs { board, importance, variables, test, .. } = inputs;
    write_conclusions(out, inputs)?;
    write_models(out, board)?;
    write_leaderboard(out, board)?;
    write_ensemble(out, board)?;
    if let Some(importance) = importance {
        write_importance(out, importance, board.prunes())?;
    }
    if let Some(variables) = variables {
        write_variables(out, variables)?;
    }
    if !test.is_empty() {
        writeln!(out, "\n## Test scores\n")?;
        write_markdown(&mut out, &tested(test))?;
    }
    writeln!(out, "\n## Provenance\n\n```text")?;
    out.write_all(visible_text(inputs.origin).as_bytes())?;
    writeln!(out, "```")
}

/// What was studied, and a list of conclusions.
fn write_conclusions(out: &mut dyn Write, inputs: &ReportInputs<'_>) -> io::Result<()> {
    let ReportInputs { board, importance, variables, nested, test, .. } = inputs;
    writeln!(out, "# {}\n", board.study.name)?;
    writeln!(out, "{}\n", study_in_words(inputs))?;
    for sentence in interrupted(board).into_iter().chain(reproducibility_notice(board.study)) {
        writeln!(out, "**{sentence}**\n")?;
    }
    let conclusions = summary(board, *importance, nested, test);
    for paragraph in conclusions.into_iter().chain(variables.and_then(Variables::paragraph)) {
        writeln!(out, "- {paragraph}")?;
    }
    Ok(())
}

fn write_models(mut out: &mut dyn Write, board: &Leaderboard<'_>) -> io::Result<()> {
    let (Some(models), Some(ranking)) = (models_table(board), board.models()) else { return Ok(()) };
    writeln!(out, "\n## Best of each model\n")?;
    write_markdown(&mut out, &models)?;
    writeln!(out, "\nModels are chosen and compared with the first on different rows: {}.", allowance(ranking))
}

fn write_leaderboard(mut out: &mut dyn Write, board: &Leaderboard<'_>) -> io::Result<()> {
    let ranked: Vec<&Row<'_>> = board.rows().iter().filter(|row| row.rank.is_some()).take(SHOWN).collect();
    if ranked.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## Leaderboard\n")?;
    write_markdown(&mut out, &leaders(board, &ranked))?;
    let pruned = match board.counts().pruned {
        0 => String::new(),
        pruned => format!(", of which {pruned} {} pruned", if pruned == 1 { "was" } else { "were" }),
    };
    let more = match board.rows().len() - ranked.len() {
        0 => String::new(),
        more => format!(" `leaderboard.csv` has {more} more trials{pruned}."),
    };
    // A single validation part has none.
    let has_errors = ranked.iter().any(|row| row.standard_error.is_some());
    let errors = if has_errors { "± is the standard error over folds. " } else { "" };
    writeln!(out, "\n{errors}The interval is that of the expected score of networks trained on as many")?;
    writeln!(
        out,
        "rows. \"Tied\" means statistically tied with the best; p is adjusted for comparing all {}.{more}",
        board.ranked_in_words()
    )?;
    if !board.baselines().is_empty() {
        writeln!(
            out,
            "A rank in brackets is that of a baseline method's score, which is no trial; ± beside it in the column of"
        )?;
        writeln!(out, "comparisons is the standard error of its difference to the first. `baselines.csv` has more.")?;
    }
    if let Some(reference) = board.findings().and_then(|findings| findings.reference.as_ref().ok()) {
        let answer = answer_in_words(&reference.answer);
        writeln!(out, "The last row is the score of always answering {answer}, on the same folds.")?;
    }
    Ok(())
}

/// The trials that are retrained as an ensemble.
fn write_ensemble(mut out: &mut dyn Write, board: &Leaderboard<'_>) -> io::Result<()> {
    let Some(ensemble) = ensembles::of_several(board) else { return Ok(()) };
    let precision = Precision::for_board(board);
    let settings = |trial: u32| {
        let row = board.rows().iter().find(|row| row.trial.number.0 == trial);
        row.map(|row| assignments(board, row)).unwrap_or_default()
    };
    let column = |name: &str, cell: &dyn Fn(&EnsembleMember) -> String| -> TextColumn {
        [name.to_owned()].into_iter().chain(ensemble.members.iter().map(cell)).collect()
    };
    let columns = [
        column("trial", &|member| member.trial.to_string()),
        column("weight", &|member| member.weight.to_string()),
        column(board.metric().label(), &|member| precision.show(member.score)),
        column("networks", &|member| member.networks.to_string()),
        column("epochs", &|member| member.epochs.to_string()),
        column("settings", &|member| settings(member.trial)),
    ];
    writeln!(out, "\n## Ensemble\n")?;
    write_markdown(&mut out, &columns)?;
    writeln!(
        out,
        "\nThe trials that are retrained on all rows and predict together, with their own scores. The weight is how often"
    )?;
    writeln!(out, "a trial was picked (Caruana et al. 2004); `ensemble.csv` has the ensemble's score.")
}

/// Which hyperparameters matter; `prunes` says whether the search prunes trials.
fn write_importance(mut out: &mut dyn Write, importance: &Importance, prunes: bool) -> io::Result<()> {
    writeln!(out, "\n## Which hyperparameters matter\n")?;
    if !importance.is_conclusive() {
        writeln!(out, "{}: the shares below may be noise.\n", too_few_trials(importance))?;
    }
    write_markdown(&mut out, &shares(importance))?;
    writeln!(
        out,
        "\nThe share of the variance of scores over the search space that each hyperparameter explains on its own"
    )?;
    writeln!(out, "(functional ANOVA); `importance.csv` has interactions and effects.")?;
    if prunes {
        writeln!(out, "It is computed from {} complete trials; pruned ones are left out,", importance.trials)?;
        writeln!(out, "so it says little about bad regions.")?;
    }
    Ok(())
}

fn write_variables(mut out: &mut dyn Write, variables: &Variables) -> io::Result<()> {
    writeln!(out, "\n## Which variables matter\n")?;
    write_markdown(&mut out, &variables.table())?;
    writeln!(
        out,
        "\nHow much worse the winner's scores on validation rows are when a column is shuffled (permutation importance,"
    )?;
    writeln!(
        out,
        "a mean over folds); the interval allows for folds that share training rows. Correlated columns can stand in for"
    )?;
    writeln!(out, "each other, so each loses less by itself. `variables.csv` has all columns and every fold.")?;
    match variables.correlated_in_words() {
        Some(sentence) => writeln!(out, "{sentence}"),
        None => Ok(()),
    }
}

fn leaders(board: &Leaderboard<'_>, rows: &[&Row<'_>]) -> Vec<TextColumn> {
    let column = |name: &str, cell: &dyn Fn(&Row<'_>) -> Option<String>| text_column(name, rows, cell);
    let metric = board.metric();
    let precision = Precision::for_board(board);
    let interval = |row: &Row<'_>| {
        let [low, high] = row.interval?.map(|bound| precision.show(bound));
        Some(format!("{low} to {high}"))
    };
    let tied = |row: &Row<'_>| match (row.tied?, row.adjusted_p) {
        (false, _) if row.is_below_reference => Some(below_reference_in_words(metric.task()).to_owned()),
        (false, Some(level)) if level < 0.001 => Some("p < 0.001".to_owned()),
        (false, Some(level)) => Some(format!("p = {level:.3}")),
        (true, _) if row.scores_below_reference => Some(format!("tied, {}", below_reference_in_words(metric.task()))),
        (true, _) | (false, None) => Some("tied".to_owned()),
    };
    let mut columns = vec![
        column("rank", &|row| Some(row.rank?.to_string())),
        column("trial", &|row| Some(row.trial.number.to_string())),
        column(metric.label(), &|row| precision.show_mean(row)),
        column("95 % interval", &interval),
        column("against the first", &tied),
        column("settings", &|row| Some(assignments(board, row))),
        column("parameters", &|row| Some(thousands(row.parameters))),
    ];
    // From the last to the first, so that places above stay as they are.
    for line in baseline_lines(board, rows).into_iter().rev() {
        let cells = [line.rank, String::new(), line.score, String::new(), line.gap, line.name, String::new()];
        columns.iter_mut().zip(cells).for_each(|(column, cell)| column.insert(1 + line.above, cell));
    }
    if let Some(reference) = board.findings().and_then(|findings| findings.reference.as_ref().ok()) {
        let answer = format!("always {}", answer_in_words(&reference.answer));
        let cells = ["", "", precision.show(reference.score).as_str(), "", "", answer.as_str(), ""].map(str::to_owned);
        columns.iter_mut().zip(cells).for_each(|(column, cell)| column.push(cell));
    }
    columns
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
        columns[0].push(metric.label().to_owned());
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
        let importance =
            Importance { trials: 12, main_effects: Vec::new(), interactions: Vec::new(), rest: 1.0, predicted: 0.9 };
        let report = text(&example::pruning_study(Metric::Accuracy), Some(&importance));
        for said in [
            "p is adjusted for comparing all complete trials. `leaderboard.csv` has 4 more trials, of which 3 were pruned.",
            "It is computed from 12 complete trials; pruned ones are left out",
        ] {
            assert!(report.contains(said), "{report}");
        }
    }

    #[test]
    fn an_irreproducible_study_says_so_at_the_top() {
        let report = text(&example::free_study(Metric::Accuracy), None);
        let blocks: Vec<&str> = report.split("\n\n").collect();
        assert!(blocks[1].starts_with("Predicting the class of images"), "{report}");
        assert!(blocks[2].starts_with("**Not reproducible (`order: free`): another run may have"), "{report}");
        assert!(text(&example::study(Metric::Accuracy), None).split("\n\n").nth(2).unwrap().starts_with("- "));
    }

    #[test]
    fn an_unfinished_study_says_so_at_the_top() {
        let (study, plan, results) = (example::study(Metric::Accuracy), example::plan(), example::results());
        let board = Leaderboard::new(&study, &plan, &results, example::SHAPE);
        let mut out = Vec::new();
        write(&mut out, &example::inputs(&board, &results)).unwrap();
        let report = String::from_utf8(out).unwrap();
        assert!(report.split("\n\n").nth(2).unwrap().starts_with("**Interrupted after 4 of 6 trials."), "{report}");
    }
}
