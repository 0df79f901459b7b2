//! A leaderboard as a table in the terminal.

use std::fmt::Write as _;
use std::io::{self, Write};

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle};

use crossfold_study::Metric;
use serde::{Deserialize, Serialize};

use crate::analysis::leaderboard::{Leaderboard, Row, TrialCounts};
use crate::formats::figure::{Precision, format_score};
use crate::formats::settings::assignments;
use crate::formats::summary;
use crate::formats::text_table::{TextColumn, text_column, write_markdown};

const SHOWN: usize = 10;

/// A table of the first ten ranked trials, and its meaning; ends in a line end. `width` is that of the terminal.
pub fn best_trials_table(board: &Leaderboard<'_>, width: u16) -> String {
    let rows: Vec<&Row<'_>> = board.rows().iter().filter(|row| row.rank.is_some()).take(SHOWN).collect();
    TableText::new(board, &rows).render(width)
}

/// Number of columns that are never left out and never wrap.
const KEYS: usize = 3;

/// The text of a table of trials and of its meaning, for a terminal of any width.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableText {
    /// Rank, trial and score.
    keys: [TextColumn; KEYS],
    /// The second metric, the hyperparameters that are searched, and the number of parameters.
    details: Vec<TextColumn>,
    /// All of a trial's hyperparameters that are searched.
    settings: TextColumn,
    caption: String,
}

impl TableText {
    /// The table of the first ten rows of a leaderboard.
    pub fn of_first(board: &Leaderboard<'_>) -> TableText {
        TableText::new(board, &board.rows().iter().take(SHOWN).collect::<Vec<_>>())
    }

    pub(super) fn new(board: &Leaderboard<'_>, rows: &[&Row<'_>]) -> TableText {
        let column = |name: &str, cell: &dyn Fn(&Row<'_>) -> Option<String>| text_column(name, rows, cell);
        let second = second_metric(board.metric());
        let mut details = vec![column(second.name(), &|row| Some(format_score(second, *row.means.get(&second)?)))];
        details.extend(board.searched().map(|param| column(param.name(), &|row| Some(row.value(param)?.to_string()))));
        details.push(column("parameters", &|row| Some(row.parameters.to_string())));
        TableText {
            keys: [
                column("rank", &|row| Some(row.rank?.to_string())),
                column("trial", &|row| Some(row.trial.number.to_string())),
                column(board.metric().name(), &|row| score(board.metric(), row)),
            ],
            details,
            settings: column("settings", &|row| Some(assignments(board, row))),
            caption: caption(board),
        }
    }

    /// The table of the first `rows` rows; `None` where this one may have fewer than it would.
    pub fn first(mut self, rows: usize) -> Option<TableText> {
        let columns = self.keys.iter_mut().chain(&mut self.details).chain([&mut self.settings]);
        columns.for_each(|column| column.truncate(1 + rows));
        (rows <= SHOWN).then_some(self)
    }

    /// The table, and its meaning; ends in a line end.
    pub fn render(&self, width: u16) -> String {
        let mut text = String::new();
        if self.keys[0].len() > 1 {
            let table = table(self.columns(usize::from(width)), width);
            writeln!(text, "{}", table.trim_fmt()).expect("a string takes any text");
        }
        text + &self.caption
    }

    /// The columns that fit into `width`. If they are too wide, the second metric is left out, then hyperparameters in which
    /// the trials agree; if they still are, hyperparameters share one column that wraps.
    fn columns(&self, width: usize) -> Vec<TextColumn> {
        // A column's padding is one space on either side.
        let natural = |column: &TextColumn| 2 + column.iter().map(|cell| cell.chars().count()).max().unwrap_or(0);
        let keys: usize = self.keys.iter().map(natural).sum();
        let fits = |details: &[&TextColumn]| keys + details.iter().copied().map(natural).sum::<usize>() <= width;
        let mut details: Vec<&TextColumn> = self.details.iter().collect();
        if !fits(&details) {
            details.remove(0);
        }
        if !fits(&details) {
            details.retain(|column| column[1..].windows(2).any(|cells| cells[0] != cells[1]));
        }
        if !fits(&details) {
            details = vec![&self.settings];
        }
        self.keys.iter().chain(details).cloned().collect()
    }

    /// Writes the columns as a table in GitHub's Markdown.
    pub fn write_markdown(&self, out: impl Write) -> io::Result<()> {
        write_markdown(out, &self.columns(usize::MAX))
    }
}

/// The metric shown beside the one that ranks: the first other one of its task. Files have all.
fn second_metric(metric: Metric) -> Metric {
    let others = Metric::all_for(metric.task()).iter().filter(|&&other| other != metric);
    others.copied().next().unwrap_or(metric)
}

fn score(metric: Metric, row: &Row<'_>) -> Option<String> {
    let mean = row.mean?.get();
    let precision = Precision::for_score(metric, mean);
    Some(match row.standard_error {
        Some(error) => format!("{} ± {}", precision.show(mean), precision.show(error)),
        None => precision.show(mean),
    })
}

/// Columns as a table; ends in a line end.
pub(super) fn fitted(columns: Vec<TextColumn>, width: u16) -> String {
    table(columns, width).trim_fmt() + "\n"
}

fn table(columns: Vec<TextColumn>, width: u16) -> Table {
    let mut table = Table::new();
    table
        .load_style(TableStyle::new().header_separator(LineStyle::none().fill('─')))
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width);
    let line = |index: usize| columns.iter().map(|column| column[index].clone()).collect::<Vec<_>>();
    table.set_header(line(0));
    for index in 1..columns.first().map_or(0, Vec::len) {
        table.add_row(line(index));
    }
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for column in table.column_iter_mut().take(KEYS) {
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
    table
}

fn caption(board: &Leaderboard<'_>) -> String {
    let TrialCounts { complete, pruned, failed, cancelled } = board.counts();
    let metric = board.metric();
    let mut lines = Vec::new();
    // The same folds for all trials: it depends on the folds' rows alone.
    let undefined = board.winner().map_or(0, |winner| winner.scores.iter().filter(|score| score.is_none()).count());
    let score = match (board.folds().len(), undefined) {
        (1, _) => format!("{metric} on one validation part"),
        (folds, 0) => format!("{metric}: mean of {folds} validation folds ± its standard error"),
        (folds, undefined) => {
            let defined = folds - undefined;
            format!("{metric}: mean of the {defined} of {folds} validation folds that have one ± its standard error")
        }
    };
    lines.push(if complete == 0 { "no trial was scored".to_owned() } else { score });
    lines.extend(summary::sentences(board));
    if pruned > 0 {
        lines.push(format!("pruned: {pruned}, which have no rank"));
    }
    let first_failure = board.rows().iter().find_map(|row| Some((row.trial.number, board.failure(row)?)));
    if let Some((number, failure)) = first_failure {
        lines.push(format!("failed: {failed}, the first of them trial {number}: {failure}"));
    }
    if cancelled > 0 {
        lines.push(format!("cancelled: {cancelled}"));
    }
    lines.extend(board.study().irreproducible_in_words());
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use crossfold_study::Results;

    fn shown(results: &Results, width: u16) -> String {
        let (study, plan) = (example::study(Metric::Accuracy), example::plan());
        best_trials_table(&Leaderboard::new(&study, &plan, results, example::SHAPE), width)
    }

    /// The caption below the table.
    const CAPTION: &str = "\
accuracy: mean of 2 validation folds ± its standard error
failed: 1, the first of them trial 3: fold_2: the loss is not finite in epoch 2; a smaller `learning_rate` often helps
cancelled: 2
";

    #[test]
    fn wide() {
        let table = "
 rank  trial         accuracy  log_loss  layers  nodes  epochs  parameters
───────────────────────────────────────────────────────────────────────────
    1      1  0.7500 ± 0.0000    1.2500       0              2           8
    2      2  0.7500 ± 0.2500    1.2500       1      4       1          26
    3      0  0.3750 ± 0.1250    1.6250       0              1           8
";
        assert_eq!(shown(&example::results(), 100), format!("{}{CAPTION}", &table[1..]));
    }

    #[test]
    fn narrow() {
        let table = "
 rank  trial         accuracy  settings
────────────────────────────────────────
    1      1  0.7500 ± 0.0000  layers=0
                               epochs=2
    2      2  0.7500 ± 0.2500  layers=1
                                nodes=4
                               epochs=1
    3      0  0.3750 ± 0.1250  layers=0
                               epochs=1
";
        assert_eq!(shown(&example::results(), 40), format!("{}{CAPTION}", &table[1..]));
    }

    /// Two trials with equal layers and nodes, and so equal parameters, on terminals too narrow for all
    /// columns.
    #[test]
    fn columns_with_equal_values_are_left_out() {
        let (study, mut plan) = (example::study(Metric::Accuracy), example::plan());
        plan.trials.truncate(2);
        let board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
        let header = |width| best_trials_table(&board, width).lines().next().unwrap().trim().to_owned();
        assert_eq!(header(75), "rank  trial         accuracy  log_loss  layers  nodes  epochs  parameters");
        assert_eq!(header(74), header(65));
        assert_eq!(header(65), "rank  trial         accuracy  layers  nodes  epochs  parameters");
        assert_eq!(header(64), "rank  trial         accuracy  epochs");
    }

    #[test]
    fn a_single_part_has_no_standard_error_and_a_single_trial_no_selection() {
        let (study, mut plan) = (example::study(Metric::Accuracy), example::plan());
        plan.trials.truncate(1);
        plan.folds.truncate(1);
        let board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
        let table = "
 rank  trial  accuracy  log_loss  layers  nodes  epochs  parameters
────────────────────────────────────────────────────────────────────
    1      0    0.5000    1.5000       0              1           8
accuracy on one validation part
";
        assert_eq!(best_trials_table(&board, 80), table[1..]);
    }

    /// An accuracy a becomes an r2 of a, and an rmse of 4·√(1 − a).
    #[test]
    fn regression() {
        let plan = example::plan();
        let first = |metric: Metric| {
            let study = example::study(metric);
            let board = Leaderboard::new(&study, &plan, &example::results_of_numbers(), example::SHAPE);
            let table = best_trials_table(&board, 100);
            let [header, _, row, ..] = table.lines().collect::<Vec<_>>()[..] else { panic!("{table}") };
            [header, row].map(|line| line.split("  ").filter(|cell| !cell.is_empty()).nth(2).unwrap().trim().to_owned())
        };
        assert_eq!(first(Metric::Rmse), ["rmse", "1.4142 ± 1.4142"].map(|cell| cell.to_owned()));
        assert_eq!(first(Metric::R2), ["r2", "0.7500 ± 0.0000"].map(|cell| cell.to_owned()));
    }

    /// The example's ROC AUC is undefined on the second fold.
    #[test]
    fn undefined_folds_are_left_out() {
        let (study, plan) = (example::study(Metric::RocAuc), example::plan());
        let table = best_trials_table(&Leaderboard::new(&study, &plan, &example::results(), example::SHAPE), 60);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines[2].trim(), "1      1   0.8750       0              2           8");
        assert!(lines[5].starts_with("roc_auc: mean of the 1 of 2 validation folds that have one"), "{table}");
    }

    #[test]
    fn pruned_trials_are_counted_and_irreproducible_studies_say_so() {
        let study = crossfold_study::Study {
            pace: example::free_study(Metric::Accuracy).pace,
            ..example::pruning_study(Metric::Accuracy)
        };
        let plan = example::pruned_plan();
        let table = best_trials_table(&Leaderboard::new(&study, &plan, &example::results(), example::SHAPE), 100);
        let caption: Vec<&str> = table.lines().skip(4).collect();
        assert_eq!(
            caption,
            [
                "accuracy: mean of 2 validation folds ± its standard error",
                "pruned: 3, which have no rank",
                "failed: 1, the first of them trial 3: fold_2: the loss is not finite in epoch 2; a smaller `learning_rate` \
                 often helps",
                "not reproducible (`order: free`): another run may have other results, since decisions follow \
                 results in the order in which these happen to arrive",
            ]
        );
    }

    #[test]
    fn nothing_scored() {
        assert_eq!(shown(&Results::default(), 80), "no trial was scored\ncancelled: 6\n");
    }
}
