//! A leaderboard as a table in the terminal.

use std::fmt::Write as _;
use std::io::{self, Write};

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle};

use crossfold_network::thousands;
use crossfold_study::Metric;
use serde::{Deserialize, Serialize};

use crate::analysis::leaderboard::{Leaderboard, Row, TrialCounts};
use crate::analysis::reference_score::ConstantAnswer;
use crate::formats::baselines::{BaselineLine, baseline_lines};
use crate::formats::figure::{Precision, format_score, use_one_notation};
use crate::formats::interrupted::interrupted;
use crate::formats::settings::{assignments, value};
use crate::formats::summary;
use crate::formats::text_table::{TextColumn, text_column, wrapped, write_markdown};
use crate::formats::trial_explanation::rung;

const SHOWN: usize = 10;

/// A table of the first ten ranked trials, and its meaning; ends in a line end. `width` is that of the terminal.
pub fn best_trials_table(board: &Leaderboard<'_>, width: u16) -> String {
    let rows: Vec<&Row<'_>> = board.rows().iter().filter(|row| row.rank.is_some()).take(SHOWN).collect();
    TableText::new(board, &rows).render(width)
}

/// Number of columns that are never left out.
const KEYS: usize = 3;

/// The text of a table of trials and of its meaning, for a terminal of any width.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableText {
    /// Rank, trial and score.
    keys: [TextColumn; KEYS],
    /// The second metric.
    second: TextColumn,
    /// How far pruned trials were trained; `None` where the table has none.
    rung: Option<TextColumn>,
    /// The hyperparameters that are searched.
    hyperparameters: Vec<TextColumn>,
    parameters: TextColumn,
    /// All of a trial's hyperparameters that are searched.
    settings: TextColumn,
    /// The last row: what predictions without inputs are called, and their score.
    #[serde(default)]
    reference: Option<[String; 2]>,
    /// The rows of baseline methods, the best first.
    #[serde(default)]
    baselines: Vec<BaselineLine>,
    /// What is said before all else.
    heading: Option<String>,
    caption: String,
    /// Number of trials on the leaderboard.
    #[serde(default)]
    trials: usize,
}

impl TableText {
    /// The table of the first ten rows of a leaderboard.
    pub fn of_first(board: &Leaderboard<'_>) -> TableText {
        TableText::new(board, &board.rows().iter().take(SHOWN).collect::<Vec<_>>())
    }

    pub(super) fn new(board: &Leaderboard<'_>, rows: &[&Row<'_>]) -> TableText {
        let column = |name: &str, cell: &dyn Fn(&Row<'_>) -> Option<String>| text_column(name, rows, cell);
        let (metric, precision) = (board.metric(), Precision::for_board(board));
        let second = second_metric(metric);
        let score = |row: &Row<'_>| precision.show_mean(row).or_else(|| Some(precision.show(row.rung_mean?.get())));
        let pruned_at = |row: &Row<'_>| row.rung().map(rung);
        TableText {
            keys: [
                column("rank", &|row| Some(row.rank?.to_string())),
                column("trial", &|row| Some(row.trial.number.to_string())),
                column(metric.label(), &score),
            ],
            second: column(second.label(), &|row| Some(format_score(second, *row.means.get(&second)?))),
            rung: rows.iter().any(|row| row.rung_mean.is_some()).then(|| column("ended after", &pruned_at)),
            hyperparameters: board
                .searched()
                .map(|param| column(param.name(), &|row| Some(value(&row.value(param)?))))
                .collect(),
            parameters: column("parameters", &|row| Some(thousands(row.parameters))),
            settings: column("settings", &|row| Some(assignments(board, row))),
            reference: board.findings().and_then(|findings| findings.reference.as_ref().ok()).map(|reference| {
                let name = match reference.answer {
                    ConstantAnswer::Class(_) | ConstantAnswer::LargestClass => "majority",
                    ConstantAnswer::ClassShares => "shares",
                    ConstantAnswer::Mean => "mean",
                };
                [name.to_owned(), precision.show(reference.score)]
            }),
            baselines: baseline_lines(board, rows),
            heading: interrupted(board),
            caption: caption(board),
            trials: board.rows().iter().filter(|row| row.rank.is_some()).count(),
        }
    }

    /// The table of the first `rows` rows; `None` where this one may have fewer than it would.
    pub fn first(mut self, rows: usize) -> Option<TableText> {
        let single = [&mut self.second, &mut self.parameters, &mut self.settings];
        let columns = self.keys.iter_mut().chain(&mut self.hyperparameters).chain(&mut self.rung).chain(single);
        columns.for_each(|column| column.truncate(1 + rows));
        self.rung = self.rung.filter(|column| column[1..].iter().any(|cell| !cell.is_empty()));
        (rows <= SHOWN).then_some(self)
    }

    /// The table with something else said before all else.
    #[must_use]
    pub fn with_heading(self, heading: &str) -> TableText {
        TableText { heading: Some(heading.to_owned()), ..self }
    }

    /// What is said first, the table, and its meaning; ends in a line end.
    pub fn render(&self, width: u16) -> String {
        let mut text = String::new();
        if let Some(heading) = &self.heading {
            writeln!(text, "{}", wrapped(heading, width.into())).expect("a string takes any text");
        }
        let shown = self.in_one_notation();
        if self.keys[0].len() > 1 {
            let rows = shown.table(width).map_or_else(|| shown.list(width), |table| table.trim_fmt() + "\n");
            text.push_str(&rows);
        }
        if let Some(columns) = shown.columns(width.into()) {
            let is_left_out = |column: &&TextColumn| !columns.iter().any(|shown| std::ptr::eq(*shown, *column));
            let agreed = shown.hyperparameters.iter().filter(is_left_out).filter(|column| column.len() > 1);
            let agreed: Vec<String> = agreed
                .filter(|column| !column[1].is_empty())
                .map(|column| format!("{}={}", column[0], column[1]))
                .collect();
            if !agreed.is_empty() {
                let which = if self.keys[0].len() == 2 { "it has" } else { "all of these have" };
                let line = format!("{which} {}", agreed.join(" "));
                writeln!(text, "{}", wrapped(&line, width.into())).expect("a string takes any text");
            }
        }
        let shown = self.keys[0].iter().skip(1).filter(|rank| !rank.is_empty()).count();
        if shown > 0 && shown < self.trials {
            let trials = thousands(self.trials as u64);
            writeln!(text, "the first {shown} of {trials} trials").expect("a string takes any text");
        }
        text + &wrapped(&self.caption, width.into())
    }

    /// The table with one notation per hyperparameter, which depends on the rows that are shown.
    fn in_one_notation(&self) -> TableText {
        let mut table = self.clone();
        table.hyperparameters.iter_mut().for_each(|column| use_one_notation(&mut column[1..]));
        table
    }

    /// The columns that fit into `width`. If they are too wide, the second metric is left out, then the number of parameters,
    /// then hyperparameters in which the trials agree. If they still are, hyperparameters share one column that wraps: `None`.
    fn columns(&self, width: usize) -> Option<Vec<&TextColumn>> {
        let kept = |second: bool, parameters: bool, all: bool| {
            let differs = |column: &&TextColumn| all || column[1..].windows(2).any(|cells| cells[0] != cells[1]);
            let mut columns: Vec<&TextColumn> = self.keys.iter().collect();
            columns.extend(second.then_some(&self.second));
            columns.extend(&self.rung);
            columns.extend(self.hyperparameters.iter().filter(differs));
            columns.extend(parameters.then_some(&self.parameters));
            columns
        };
        let choices = [(true, true, true), (false, true, true), (false, false, true), (false, false, false)];
        let mut choices = choices.into_iter().map(|(second, parameters, all)| kept(second, parameters, all));
        choices.find(|columns| self.width(columns) <= width)
    }

    /// The width of columns, the first of which are the keys: a reference's name stands in the column of trials.
    fn width(&self, columns: &[&TextColumn]) -> usize {
        let names = self.reference.iter().map(|[name, _]| name).chain(self.baselines.iter().map(|line| &line.name));
        let wider = |cells: &mut dyn Iterator<Item = &String>, key: usize| {
            let width = cells.map(|cell| 2 + cell.chars().count()).max().unwrap_or(0);
            width.saturating_sub(natural_width(&self.keys[key]))
        };
        let [ranks, scores] = [|line: &BaselineLine| line.rank.clone(), |line: &BaselineLine| line.score.clone()]
            .map(|cell| self.baselines.iter().map(cell).collect::<Vec<String>>());
        wider(&mut ranks.iter(), 0)
            + wider(&mut { names }, 1)
            + wider(&mut scores.iter(), 2)
            + columns.iter().copied().map(natural_width).sum::<usize>()
    }

    /// `None` where settings are too long for a column beside the others.
    fn table(&self, width: u16) -> Option<Table> {
        let reference = self.reference.as_ref();
        if let Some(columns) = self.columns(width.into()) {
            return Some(table(&columns, None, (&self.baselines, reference), width));
        }
        let columns: Vec<&TextColumn> = self.keys.iter().chain(&self.rung).collect();
        let taken = self.width(&columns);
        let words = self.settings.iter().flat_map(|cell| cell.split(' '));
        let longest = words.map(|word| word.chars().count()).max().unwrap_or(0);
        (taken + 2 + longest <= width.into())
            .then(|| table(&columns, Some(&self.settings), (&self.baselines, reference), width))
    }

    /// A line per trial, and its settings below.
    fn list(&self, width: u16) -> String {
        let [rank, trial, score] = &self.keys;
        let line = |index: usize| {
            let after = self.rung.iter().map(|rung| &rung[index]).filter(|cell| !cell.is_empty());
            let after: String = after.map(|cell| format!(", {cell}")).collect();
            let head = format!("{:>3}  trial {}: {} {}{after}", rank[index], trial[index], score[0], score[index]);
            let settings = wrapped(&format!("     {}", self.settings[index]), width.into());
            format!("{}\n{settings}\n", wrapped(&head, width.into()))
        };
        let reference = self.reference.iter().map(|[name, value]| format!("     {name}: {} {value}\n", score[0]));
        let baseline = |line: &BaselineLine| format!("     {}: {} {}\n", line.name, score[0], line.score);
        let mut text = String::new();
        for index in 1..=rank.len() {
            self.baselines
                .iter()
                .filter(|line| stands_above(line, index, rank.len()))
                .map(baseline)
                .for_each(|own| text += &own);
            if index < rank.len() {
                text += &line(index);
            }
        }
        reference.for_each(|own| text += &own);
        text
    }

    /// Writes the columns as a table in GitHub's Markdown.
    pub fn write_markdown(&self, out: impl Write) -> io::Result<()> {
        let table = self.in_one_notation();
        let mut columns: Vec<TextColumn> = table.columns(usize::MAX).unwrap_or_default().into_iter().cloned().collect();
        let length = self.keys[0].len();
        for (place, line) in self.baselines.iter().enumerate() {
            let cells = baseline_row(line, columns.len());
            let at = line.above.min(length - 1) + 1 + place;
            columns.iter_mut().zip(cells).for_each(|(column, cell)| column.insert(at, cell));
        }
        if let Some(reference) = &self.reference {
            let cells = reference_row(reference, columns.len());
            columns.iter_mut().zip(cells).for_each(|(column, cell)| column.push(cell));
        }
        write_markdown(out, &columns)
    }
}

/// The metric shown beside the one that ranks: the first other one of its task. Files have all.
fn second_metric(metric: Metric) -> Metric {
    let others = Metric::all_for(metric.task()).iter().filter(|&&other| other != metric);
    others.copied().next().unwrap_or(metric)
}

/// The width of a column that does not wrap, with its padding, which is one space on either side.
fn natural_width(column: &TextColumn) -> usize {
    2 + column.iter().map(|cell| cell.chars().count()).max().unwrap_or(0)
}

/// The row of predictions without inputs, which has a name and a score in place of a trial's.
fn reference_row([name, score]: &[String; 2], columns: usize) -> Vec<String> {
    let mut cells = vec![String::new(); columns];
    (cells[1], cells[2]) = (name.clone(), score.clone());
    cells
}

/// The row of a baseline method, with its name in place of a trial's number.
fn baseline_row(line: &BaselineLine, columns: usize) -> Vec<String> {
    let mut cells = vec![String::new(); columns];
    (cells[0], cells[1], cells[2]) = (line.rank.clone(), line.name.clone(), line.score.clone());
    cells
}

/// Whether a method's row is right above the row `index`, counted from 1, of a table of `length` rows with the header. Methods
/// beyond the last row are below it.
fn stands_above(line: &BaselineLine, index: usize, length: usize) -> bool {
    line.above.min(length - 1) + 1 == index
}

/// Columns as a table; ends in a line end.
pub(super) fn fitted(columns: &[TextColumn], width: u16) -> String {
    table(&columns.iter().collect::<Vec<_>>(), None, (&[], None), width).trim_fmt() + "\n"
}

/// Columns of the same length, and one of text, which wraps where they don't fit; last the row of predictions without inputs.
fn table(
    columns: &[&TextColumn],
    text: Option<&TextColumn>,
    (baselines, reference): (&[BaselineLine], Option<&[String; 2]>),
    width: u16,
) -> Table {
    let mut table = Table::new();
    table
        .load_style(TableStyle::new().header_separator(LineStyle::none().fill('─')))
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width);
    let line = |index: usize| columns.iter().chain(&text).map(|column| column[index].clone()).collect::<Vec<_>>();
    table.set_header(line(0));
    let (length, cells) =
        (columns.first().map_or(0, |column| column.len()), columns.len() + usize::from(text.is_some()));
    for index in 1..=length {
        let above = baselines.iter().filter(|line| stands_above(line, index, length));
        above.for_each(|line| {
            table.add_row(baseline_row(line, cells));
        });
        if index < length {
            table.add_row(line(index));
        }
    }
    if let Some(reference) = reference {
        table.add_row(reference_row(reference, cells));
    }
    for (place, column) in table.column_iter_mut().enumerate() {
        if place < columns.len() {
            column.set_cell_alignment(CellAlignment::Right);
            column.set_constraint(ColumnConstraint::ContentWidth);
        } else {
            column.set_cell_alignment(CellAlignment::Left);
        }
    }
    table
}

fn caption(board: &Leaderboard<'_>) -> String {
    let TrialCounts { complete, pruned, failed, cancelled } = board.counts();
    let metric = board.metric().label();
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
    lines.push(match (complete, pruned) {
        (0, 0) => "no trial was scored".to_owned(),
        (0, _) => "no trial was scored on all folds".to_owned(),
        _ => score,
    });
    lines.extend(summary::sentences(board));
    if pruned > 0 {
        lines.push(format!("pruned: {}, which have no rank", thousands(pruned.into())));
    }
    let first_failure = board.rows().iter().find_map(|row| Some((row.trial.number, board.failure(row)?)));
    if let Some((number, failure)) = first_failure {
        lines.push(format!("failed: {failed}, the first of them trial {number}: {failure}"));
    }
    if cancelled > 0 {
        lines.push(format!("not trained to the end: {}", thousands(cancelled.into())));
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
failed: 1, the first of them trial 3: fold 2: the loss is not finite in epoch 2; a smaller `learning_rate` often helps
not trained to the end: 2
";
    /// What is said before all else.
    const HEADING: &str = "Interrupted after 4 of 6 trials. The same command continues.\n";

    #[test]
    fn a_part_of_the_trials_is_called_one() {
        let (study, plan, results) = (example::study(Metric::Accuracy), example::plan(), example::results());
        let first = |rows| {
            let board = Leaderboard::new(&study, &plan, &results, example::SHAPE);
            TableText::of_first(&board).first(rows).unwrap().render(100)
        };
        assert!(first(2).contains("\nthe first 2 of 3 trials\naccuracy: mean of 2 "), "{}", first(2));
        assert!(!first(3).contains("the first 3"), "{}", first(3));
    }

    /// Trials 1 and 0 are linear.
    #[test]
    fn hyperparameters_without_room_are_named_below() {
        let (study, plan, results) = (example::study(Metric::Accuracy), example::plan(), example::results());
        let board = Leaderboard::new(&study, &plan, &results, example::SHAPE);
        let linear: Vec<&Row<'_>> = [0, 2].map(|place| &board.rows()[place]).into();
        let table = TableText::new(&board, &linear);
        let narrow = table.render(50);
        assert!(narrow.contains(" trial         accuracy  epochs\n"), "{narrow}");
        assert!(narrow.contains("\nall of these have layers=0\n"), "{narrow}");
        assert!(table.clone().first(1).unwrap().render(40).contains("\nit has layers=0 epochs=2\n"));
        assert!(!table.render(100).contains(" have "), "{}", table.render(100));
    }

    #[test]
    fn wide() {
        let table = "
 rank  trial         accuracy  log loss  layers  nodes  epochs  parameters
───────────────────────────────────────────────────────────────────────────
    1      1  0.7500 ± 0.0000    1.2500       0              2           8
    2      2  0.7500 ± 0.2500    1.2500       1      4       1          26
    3      0  0.3750 ± 0.1250    1.6250       0              1           8
";
        let caption = wrapped(CAPTION, 100);
        assert_eq!(shown(&example::results(), 100), format!("{HEADING}{}{caption}", &table[1..]));
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
        let [heading, caption] = [HEADING, CAPTION].map(|text| wrapped(text, 40));
        assert_eq!(shown(&example::results(), 40), format!("{heading}{}{caption}", &table[1..]));
        let list = "
  1  trial 1: accuracy 0.7500 ± 0.0000
     layers=0 epochs=2
  2  trial 2: accuracy 0.7500 ± 0.2500
     layers=1 nodes=4 epochs=1
  3  trial 0: accuracy 0.3750 ± 0.1250
     layers=0 epochs=1
";
        assert!(shown(&example::results(), 39).contains(list), "{}", shown(&example::results(), 39));
    }

    /// As `show` has them: the score of the rung, and which one it was.
    #[test]
    fn pruned_trials_have_the_score_of_their_rung() {
        let (study, plan) = (example::pruning_study(Metric::Accuracy), example::pruned_plan());
        let results = example::results();
        let table = TableText::of_first(&Leaderboard::new(&study, &plan, &results, example::SHAPE)).render(100);
        let pruned = table.lines().find(|line| line.contains("1 epoch on 2 folds")).unwrap();
        assert_eq!(pruned.split_whitespace().take(2).collect::<Vec<_>>(), ["1", "0.3750"], "{table}");
    }

    /// Two trials with equal layers and nodes, and so equal parameters, on terminals too narrow for all
    /// columns.
    #[test]
    fn columns_with_equal_values_are_left_out() {
        let (study, mut plan) = (example::study(Metric::Accuracy), example::plan());
        plan.trials.truncate(2);
        let board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
        let header = |width| best_trials_table(&board, width).lines().next().unwrap().trim().to_owned();
        assert_eq!(header(75), "rank  trial         accuracy  log loss  layers  nodes  epochs  parameters");
        assert_eq!(header(74), header(65));
        assert_eq!(header(65), "rank  trial         accuracy  layers  nodes  epochs  parameters");
        assert_eq!(header(64), header(53));
        assert_eq!(header(53), "rank  trial         accuracy  layers  nodes  epochs");
        assert_eq!(header(52), "rank  trial         accuracy  epochs");
    }

    #[test]
    fn a_single_part_has_no_standard_error_and_a_single_trial_no_selection() {
        let (study, mut plan) = (example::study(Metric::Accuracy), example::plan());
        plan.trials.truncate(1);
        plan.folds.truncate(1);
        let board = Leaderboard::new(&study, &plan, &example::results(), example::SHAPE);
        let table = "
 rank  trial  accuracy  log loss  layers  nodes  epochs  parameters
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
            let [_, header, _, row, ..] = table.lines().collect::<Vec<_>>()[..] else { panic!("{table}") };
            [header, row].map(|line| line.split("  ").filter(|cell| !cell.is_empty()).nth(2).unwrap().trim().to_owned())
        };
        assert_eq!(first(Metric::Rmse), ["RMSE", "1.414 ± 1.414"].map(|cell| cell.to_owned()));
        assert_eq!(first(Metric::R2), ["R²", "0.7500 ± 0.0000"].map(|cell| cell.to_owned()));
    }

    /// The example's ROC AUC is undefined on the second fold.
    #[test]
    fn undefined_folds_are_left_out() {
        let (study, plan) = (example::study(Metric::RocAuc), example::plan());
        let table = best_trials_table(&Leaderboard::new(&study, &plan, &example::results(), example::SHAPE), 60);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines[3].trim(), "1      1   0.8750       0              2           8");
        assert!(lines[6].starts_with("ROC AUC: mean of the 1 of 2 validation folds that have one"), "{table}");
    }

    #[test]
    fn pruned_trials_are_counted_and_irreproducible_studies_say_so() {
        let study = crossfold_study::Study {
            pace: example::free_study(Metric::Accuracy).pace,
            ..example::pruning_study(Metric::Accuracy)
        };
        let plan = example::pruned_plan();
        let table = best_trials_table(&Leaderboard::new(&study, &plan, &example::results(), example::SHAPE), 400);
        let caption: Vec<&str> = table.lines().skip(4).collect();
        assert_eq!(
            caption,
            [
                "accuracy: mean of 2 validation folds ± its standard error",
                "pruned: 3, which have no rank",
                "failed: 1, the first of them trial 3: fold 2: the loss is not finite in epoch 2; a smaller `learning_rate` \
                 often helps",
                "not reproducible (`order: free`): another run may have different results, because decisions follow \
                 results in the order in which they arrive",
            ]
        );
    }

    #[test]
    fn nothing_scored() {
        assert_eq!(
            shown(&Results::default(), 80),
            "Interrupted after 0 of 6 trials. The same command continues.\nno trial was scored\nnot trained to the end: 6\n"
        );
    }
}
