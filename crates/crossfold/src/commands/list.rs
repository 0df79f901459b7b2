//! `crossfold list`: the studies that are stored.

use crossfold_report::Leaderboard;
use crossfold_store::SqliteStore;
use crossfold_study::Store;

use crate::args::ResultsArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::terminal::Terminal;
use crossfold_engine::Error as EngineError;
use crossfold_engine::StoredStudy;

pub(crate) fn list(args: &ResultsArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let Some(store) = SqliteStore::open_existing(&args.folder)? else {
        terminal.say(&format!("nothing is stored in {}", args.folder.display()));
        return Ok(Exit::Done);
    };
    let mut lines = vec![["study", "trials", "failed", "best", "last run"].map(str::to_owned)];
    for name in store.studies()? {
        let Some(record) = store.study(&name)? else { continue };
        let started = record.started.clone();
        lines.push(match StoredStudy::read(&store, record) {
            Ok(stored) => line(&store, stored),
            // A spec that this release refuses: the others are shown nevertheless.
            Err(EngineError::Spec { .. }) => {
                [name.to_string(), "-".to_owned(), "-".to_owned(), "spec not understood".to_owned(), started]
            }
            Err(error) => return Err(error.into()),
        });
    }
    terminal.data(&aligned(&lines))?;
    Ok(Exit::Done)
}

fn line(store: &SqliteStore, stored: StoredStudy) -> [String; 5] {
    let leaderboard: Leaderboard<'_> = stored.results(store).leaderboard();
    let tally = leaderboard.tally();
    let best = leaderboard.winner().and_then(|winner| winner.mean);
    [
        stored.study.name.to_string(),
        format!("{}/{}", tally.complete, stored.plan.trials.len()),
        tally.failed.to_string(),
        best.map_or("-".to_owned(), |mean| {
            let metric = stored.study.metric;
            format!("{metric} {}", crossfold_report::figure(metric, mean.get()))
        }),
        stored.record.started.clone(),
    ]
}

/// Columns as wide as their widest cell.
fn aligned<const N: usize>(lines: &[[String; N]]) -> String {
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    let padded = |line: &[String; N]| {
        let cells = line.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    lines.iter().map(padded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let lines = [["a", "bb"], ["ccc", "d"]].map(|line| line.map(str::to_owned));
        assert_eq!(aligned(&lines), "a    bb\nccc  d\n");
    }
}
