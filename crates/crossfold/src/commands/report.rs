//! `crossfold report NAME`: every result file again, from the store alone.

use crossfold_report::Exhibits;
use crossfold_study::Refit;

use crate::args::{OutputArgs, ReportArgs};
use crate::error::Error;
use crate::exit::Exit;
use crate::logging;
use crate::stored;
use crate::terminal::Terminal;
use crossfold_engine::{ResultFiles, ResultsFolder};

pub(crate) fn report(args: &ReportArgs, output: &OutputArgs, terminal: &Terminal) -> Result<Exit, Error> {
    logging::start(output, terminal, None);
    let store = stored::open(&args.results, &args.name)?;
    let stored = stored::find(&store, &args.results, &args.name)?;
    let folder = ResultsFolder::create(&args.results.folder, &stored.study.name)?;
    let results = stored.results(&store);
    let files = ResultFiles { results: &results, folder: &folder };
    let leaderboard = results.judged()?;
    files.write_search(&leaderboard)?;
    let exhibits = stored.record.exhibits.as_deref().and_then(Exhibits::read);
    let refit = match (stored.study.finish.refit, leaderboard.winner()) {
        (Refit::Best | Refit::OneSe, Some(winner)) => results.refit(winner)?.map(|refit| (winner, refit)),
        (Refit::Best | Refit::OneSe | Refit::None, _) => None,
    };
    if let Some((winner, refit)) = &refit {
        let known = (stored.record.model.as_deref(), exhibits.as_ref());
        files.write_refit(&leaderboard, winner, refit, known)?;
    }
    let record = stored.record.record.as_deref();
    if let Some(record) = record {
        folder.write("study.json", |out| out.write_all(record.as_bytes()))?;
    }
    files.write_reports(&leaderboard, refit.as_ref().map(|(_, refit)| refit), exhibits.as_ref(), record)?;
    terminal.say(&format!("results are in {}", folder.path().display()));
    Ok(Exit::Done)
}
