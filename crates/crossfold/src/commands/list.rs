//! `crossfold list`: the studies that are stored.

use crossfold_engine::{StudySummary, TrialsSummary};

use crate::args::ResultsArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::store;
use crate::terminal::Terminal;

pub(crate) fn list(args: &ResultsArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let Some(store) = store::open_existing(args)? else {
        terminal.say(&format!("nothing is stored in {}", args.folder.display()));
        return Ok(Exit::Done);
    };
    let mut lines = vec![["study", "trials", "failed", "best", "last run"].map(str::to_owned)];
    lines.extend(crossfold_engine::list(&*store)?.into_iter().map(line));
    terminal.text(&crossfold_report::aligned(&lines))?;
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
