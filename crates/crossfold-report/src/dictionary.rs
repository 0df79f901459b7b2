//! `README.md` of a study's results: what each file is and what each of its columns means.

use std::io::{self, Write};

use crossfold_network::Task;
use crossfold_study::Metric;

use crate::Leaderboard;
use crate::csv_files::NOT_REPRODUCIBLE;
use crate::summary::whole_notice;

/// A column, or several of a kind, and what it means.
type Entry = (String, String);

/// Writes it, for the columns that this study's files have.
///
/// # Errors
/// Where `out` takes no more.
pub fn write_dictionary(mut out: impl Write, board: &Leaderboard<'_>, classes: &[String]) -> io::Result<()> {
    let metric = board.metric();
    writeln!(out, "# Results of `{}`\n", board.study.name)?;
    if let Some(sentence) = whole_notice(board.study) {
        writeln!(out, "**{sentence}**\n")?;
    }
    out.write_all(FILES.as_bytes())?;
    let tables: [(&str, &str, Vec<Entry>); 8] = [
        (
            "leaderboard.csv",
            if board.prunes() {
                "A row a trial, the best first; without a rank those that were pruned, those that came furthest first, then those that failed, then those that were stopped."
            } else {
                "A row a trial, the best first; without a score those that failed, then those that were stopped."
            },
            leaderboard(board),
        ),
        ("folds.csv", "A row a trial and fold.", folds(board)),
        (
            "curves.csv",
            "A row an epoch of each fit. Trials that differ only in epochs share a fit.",
            curves(metric.task()),
        ),
        (
            "importance.csv",
            "How much of the differences between scores hyperparameters explain, over the whole search space (functional analysis of variance); made from complete trials, and there from ten of them on.",
            importance(board),
        ),
        (
            "predictions.csv",
            "A row a validated row: what the winner's networks predict of it, each of rows it wasn't trained on.",
            predictions(metric.task(), classes),
        ),
        ("test.csv", "A row a metric: the network trained on all rows, scored once on the test rows.", test()),
        (
            "nested.csv",
            "A row a fold, with `final.nested`: a search on its training rows alone, and what came of it.",
            nested(board),
        ),
        ("timings.csv", "A row a fit. A record: it differs from run to run.", timings()),
    ];
    for (file, what, entries) in tables {
        writeln!(out, "\n## `{file}`\n\n{what}\n\n| column | meaning |\n|---|---|")?;
        let reproducible = board.study.irreproducible().map(|reason| {
            entry(
                NOT_REPRODUCIBLE,
                format!("in each row why another run need not come to the same results: `{reason}`"),
            )
        });
        for (column, meaning) in entries.into_iter().chain(reproducible) {
            writeln!(out, "| {} | {} |", in_a_cell(&column), in_a_cell(&meaning))?;
        }
    }
    Ok(())
}

const FILES: &str = "\
| file | what it is |
|---|---|
| `report.html` | all of it on one page, for a browser; nothing else is needed |
| `report.md` | the same in brief |
| `leaderboard.csv` | every trial and what its scores support |
| `folds.csv`, `curves.csv` | every trial on every fold; every epoch |
| `importance.csv` | which hyperparameters matter |
| `best.yaml` | the winner as a spec that runs |
| `predictions.csv` | the winner on each row, out of fold |
| `test.csv` | the refitted winner on the test rows |
| `nested.csv` | nested cross-validation, where it is asked for |
| `model/` | the refitted winner: weights, pipeline, spec and a model card |
| `study.json`, `timings.csv`, `logs/` | how, with what and when it was made |

CSV files are UTF-8 with a header, commas and `\\n`; numbers have a point and all of their digits, read back as the same
bits. A cell is empty where nothing is known or nothing has an effect. Truth values are `true` and `false`, which
most readers know; base R's `read.csv` takes them for text, of which `as.logical` makes truth values. Repeats, folds, epochs
and ranks are counted from 1, trials, configurations and rows from 0.
";

fn entry(column: &str, meaning: impl Into<String>) -> Entry {
    // A class may be called anything.
    let fence = if column.contains('`') { "``" } else { "`" };
    let space = if column.contains('`') { " " } else { "" };
    (format!("{fence}{space}{column}{space}{fence}"), meaning.into())
}

/// Text that ends neither a table's cell nor its row.
fn in_a_cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}

fn leaderboard(board: &Leaderboard<'_>) -> Vec<Entry> {
    let metric = board.metric();
    let mut entries = vec![
        entry("rank", "place by the mean, from 1; equal means by the lower trial number"),
        entry("trial", "the trial's number in the plan, from 0"),
        entry("configuration", "number of the network and its training; trials of other epochs share it"),
        entry(
            "state",
            if board.prunes() {
                "`complete`, `pruned` (ended by the search before that, and not ranked), `failed` or `cancelled` (stopped before all folds were scored)"
            } else {
                "`complete`, `failed` or `cancelled` (stopped before all folds were scored)"
            },
        ),
    ];
    entries.extend(board.columns().iter().map(|param| entry(param.name(), param.about())));
    let folds: Vec<String> = board.folds().iter().map(|&fold| board.fold_name(fold)).collect();
    let names = match &folds[..] {
        [first, .., last] => format!("`{first}` … `{last}`"),
        [only] => format!("`{only}`"),
        [] => String::new(),
    };
    let on_folds = format!("`{metric}` on each fold; empty where it failed or is undefined");
    let (on_folds, rung) = if board.prunes() {
        let rung = vec![
            entry("rung_epochs", "of a pruned trial the epochs at which its fits were read when the search ended it"),
            entry("rung_folds", "the first so many folds on which they were"),
            entry("rung_mean", format!("its mean `{metric}` there, by which it was judged")),
        ];
        (on_folds + "; of a pruned trial what `rung_mean` is the mean of", rung)
    } else {
        (on_folds, Vec::new())
    };
    entries.extend([
        entry("mean", format!("`{metric}` in the mean over folds: what trials are ranked by")),
        entry("se", "standard error of the mean: the folds' standard deviation by the root of their number"),
        entry("se_corrected", "the same, allowing for folds that share training rows (Nadeau and Bengio 2003)"),
        entry(
            "interval_low",
            "where the expected score of a network trained on as many rows is, with 95 % confidence: from",
        ),
        entry("interval_high", "to; from `se_corrected` and Student's t, of a single part from its rows"),
        entry("tied_with_best", "whether the trial can't be told apart from the first, at 5 % over all trials at once; empty beyond the first 1,000, which are not compared"),
        entry("adjusted_p", "the least such level at which it is told apart; empty of the first"),
        entry(
            "corrected",
            "of the first its mean without what it owes to having been selected (Tsamardinos et al. 2018); empty where too few trials keep their predictions, and of the calibration error",
        ),
    ]);
    entries.extend(rung);
    entries.extend([
        (names, on_folds),
        entry("parameters", "weights and biases of the network"),
        entry("stands_for", "the searched combinations that come to this trial, where there are several"),
        entry("error", "why it failed, and on which fold"),
    ]);
    entries.extend(metrics("mean_", Metric::all_for(metric.task()), "mean over folds of"));
    entries
}

fn folds(board: &Leaderboard<'_>) -> Vec<Entry> {
    let task = board.metric().task();
    let [epoch, state] = if board.prunes() {
        ["; of a pruned trial that of its rung", "; `pruned` where the trial was ended before its last epoch there"]
    } else {
        [""; 2]
    };
    let mut entries = vec![
        entry("trial", "as in `leaderboard.csv`"),
        entry("configuration", "as in `leaderboard.csv`"),
        entry("repeat", "from 1"),
        entry("fold", "within the repeat, from 1"),
        entry(
            "epoch",
            format!(
                "the row of `curves.csv` that is read: the trial's last epoch, or that of a fit that stopped before{epoch}"
            ),
        ),
        entry("state", format!("of the fold, as a trial's{state}")),
    ];
    entries.extend(metrics("validation_", Metric::all_for(task), "on the fold's rows:"));
    entries.push(entry("best_epoch", "with early stopping, the epoch whose weights are scored"));
    entries
}

fn curves(task: Task) -> Vec<Entry> {
    let mut entries = vec![
        entry("configuration", "as in `leaderboard.csv`"),
        entry("repeat", "from 1"),
        entry("fold", "within the repeat, from 1"),
        entry("epoch", "from 1"),
    ];
    entries.extend(metrics(
        "training_",
        Metric::tallied_for(task),
        "on training rows, while weights change and dropout is on:",
    ));
    entries.extend(metrics("validation_", Metric::all_for(task), "on validation rows, after the epoch:"));
    entries.push(entry("watched_loss", "mean loss on the inner validation part that early stopping watches"));
    entries.push(entry("best_epoch", "the epoch with the least watched loss so far"));
    entries
}

fn importance(board: &Leaderboard<'_>) -> Vec<Entry> {
    let metric = board.metric();
    let mut entries = vec![
        entry(
            "kind",
            "`alone`: a hyperparameter by itself; `together`: two beyond each alone; `rest`: what is left; `effect`: the score at a value",
        ),
        entry("hyperparameter", "the column of `leaderboard.csv`"),
        entry("with", "of `together` the other one"),
        entry("value", "of `effect` the value"),
        entry(
            "mean",
            format!("share of the variance, 0 to 1; of `effect` the mean `{metric}` over all values of the others"),
        ),
        entry("sd", "its standard deviation over the forest's trees"),
    ];
    if board.prunes() {
        entries.push(entry(
            "from_complete_trials",
            "in each row how many trials all of it is made from: complete ones, and none that were pruned",
        ));
    }
    entries
}

fn predictions(task: Task, classes: &[String]) -> Vec<Entry> {
    let mut entries = vec![
        entry(
            "row",
            "of a table the row of its file under the header, of images their place among those to train on, from 0",
        ),
        entry("repeat", "from 1"),
        entry("fold", "the fold that the row validates, from 1"),
        entry("truth", "the class or number that is true"),
        entry("predicted", "the most probable class, or the predicted number"),
    ];
    match task {
        Task::Classification => {
            entries.extend(classes.iter().map(|class| entry(&format!("p_{class}"), "probability of the class")));
        }
        Task::Regression => {}
    }
    entries
}

fn test() -> Vec<Entry> {
    vec![
        entry("metric", "its name"),
        entry("value", "on the test rows; empty where it is undefined"),
        entry("interval_low", "where it is on other rows of the kind, with 95 % confidence: from"),
        entry("interval_high", "to"),
    ]
}

fn nested(board: &Leaderboard<'_>) -> Vec<Entry> {
    let metric = board.metric();
    let trial = if board.study.strategy.learns() {
        "the winner of that search, by its number there: what is tried follows from results, so the numbers are not those of `leaderboard.csv`"
    } else {
        "the winner of that search, by its number in `leaderboard.csv`"
    };
    vec![
        entry("repeat", "from 1"),
        entry("fold", "within the repeat, from 1"),
        entry("trial", trial),
        entry("inner_mean", format!("its mean `{metric}` in that search, flattered by having been selected")),
        entry("score", format!("its `{metric}` on the fold's own rows, which had no part in it")),
    ]
}

fn timings() -> Vec<Entry> {
    vec![
        entry("configuration", "as in `leaderboard.csv`"),
        entry("repeat", "from 1"),
        entry("fold", "within the repeat, from 1"),
        entry("epochs", "how many were trained"),
        entry("seconds", "of wall time"),
    ]
}

fn metrics(prefix: &str, metrics: &[Metric], of: &str) -> Vec<Entry> {
    metrics.iter().map(|&metric| entry(&format!("{prefix}{metric}"), format!("{of} {}", about(metric)))).collect()
}

/// What a metric is, with its direction.
fn about(metric: Metric) -> &'static str {
    match metric {
        Metric::LogLoss => "the mean of −ln p(true class), in nats; less is better",
        Metric::Accuracy => "the share of rows whose most probable class is the true one",
        Metric::BalancedAccuracy => "the mean over classes of the share of their rows classified right",
        Metric::F1 => "macro F1: the mean over classes of 2·TP / (2·TP + FP + FN)",
        Metric::RocAuc => {
            "the area under the ROC curve, of more than two classes the mean of one against the rest; empty where all rows are of one class"
        }
        Metric::AveragePrecision => {
            "the mean over a class's rows of the precision at their probability, of more than two classes the mean"
        }
        Metric::Brier => "the mean of (p − y)² of the second of two classes, or of its sum over more; less is better",
        Metric::CalibrationError => {
            "how far the probability of the predicted class is from the share that is right, in 15 bins; less is better"
        }
        Metric::Rmse => "the root of the mean squared error, in the target's unit; less is better",
        Metric::Mae => "the mean absolute error, in the target's unit; less is better",
        Metric::R2 => "the share of the targets' spread that is explained, at most 1",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csv_files::column_names;
    use crate::example;

    /// Of the leaderboard each column by its name; the folds by the first and the last.
    #[test]
    fn each_column_of_the_leaderboard_has_a_meaning() {
        let [plain, pruning, free] =
            [example::study, example::pruning_study, example::free_study].map(|study| study(Metric::Accuracy));
        let (plan, results) = (example::plan(), example::results());
        let [plain, pruning, free] = [plain, pruning, free].map(|study| {
            let board = Leaderboard::new(&study, &plan, &results, example::SHAPE);
            let mut text = Vec::new();
            write_dictionary(&mut text, &board, &["no".to_owned(), "yes".to_owned()]).unwrap();
            let text = String::from_utf8(text).unwrap();
            for column in column_names(&board) {
                assert!(text.contains(&format!("`{column}`")), "{column}");
            }
            text
        });
        assert!(
            plain.contains("| `nodes` | Nodes of each hidden layer. |") && plain.contains("| `p_yes` |"),
            "{plain}"
        );
        assert!(!plain.contains("pruned") && !plain.contains("reproducible"), "{plain}");
        assert!(pruning.contains("`rung_mean`") && pruning.contains("`from_complete_trials`"), "{pruning}");
        assert_eq!(free.matches("| `not_reproducible` |").count(), 8);
    }
}
