//! `crossfold report NAME`: every result file again, from the store alone.

use crossfold_study::Refit;

use crate::args::ReportArgs;
use crate::error::Error;
use crate::exit::Exit;
use crate::results_folder::ResultsFolder;
use crate::stored_study::{self, StoredStudy};
use crate::terminal::Terminal;

pub(crate) fn report(args: &ReportArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let store = stored_study::open(&args.results, &args.name)?;
    let stored = StoredStudy::find(&store, &args.name, &args.results, terminal)?;
    let folder = ResultsFolder::create(&args.results.folder, &stored.study.name)?;
    let files = stored.files(&store);
    let leaderboard = files.judged()?;
    files.write_search(&leaderboard, &folder)?;
    if let (Refit::Best | Refit::OneSe, Some(winner)) = (stored.study.finish.refit, leaderboard.winner())
        && let Some(refit) = files.refit(winner)?
    {
        files.write_refit(&leaderboard, winner, &refit, stored.record.model.as_deref(), &folder)?;
    }
    if let Some(record) = &stored.record.record {
        folder.write("study.json", |out| out.write_all(record.as_bytes()))?;
    }
    terminal.say(&format!("results are in {}", folder.path().display()));
    Ok(Exit::Done)
}
