//! `crossfold list`: the studies that are stored.

use crossfold_engine::{StudySummary, TrialsSummary};
use crossfold_store::SqliteStore;

use crate::args::ResultsArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::terminal::Terminal;

pub(crate) fn list(args: &ResultsArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let Some(store) = SqliteStore::open_existing(&args.folder)? else {
        terminal.say(&format!("nothing is stored in {}", args.folder.display()));
        return Ok(Exit::Done);
    };
    let mut lines = vec![["study", "trials", "failed", "best", "last run"].map(str::to_owned)];
    lines.extend(crossfold_engine::list(&store)?.into_iter().map(line));
    terminal.data(&aligned(&lines))?;
    Ok(Exit::Done)
}

fn line(StudySummary { name, started, trials }: StudySummary) -> [String; 5] {
    let dash = || "-".to_owned();
    let Some(TrialsSummary { planned, counts, best }) = trials else {
        return [name.to_string(), dash(), dash(), "spec not understood".to_owned(), started];
    };
    let best = best.map(|(metric, mean)| format!("{metric} {}", crossfold_report::format_score(metric, mean.get())));
    let complete = format!("{}/{planned}", counts.complete);
    [name.to_string(), complete, counts.failed.to_string(), best.unwrap_or_else(dash), started]
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
