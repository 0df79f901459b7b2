//! `crossfold report NAME`: every result file again, from the store alone.

use crossfold_report::Exhibits;
use crossfold_study::Refit;

use crate::args::{OutputArgs, ReportArgs};
use crate::error::Error;
use crate::exit::Exit;
use crate::logging::{self, timed};
use crate::results_folder::ResultsFolder;
use crate::stored_study::{self, StoredStudy};
use crate::terminal::Terminal;

pub(crate) fn report(args: &ReportArgs, output: &OutputArgs, terminal: &Terminal) -> Result<Exit, Error> {
    logging::start(output, terminal, None);
    let store = stored_study::open(&args.results, &args.name)?;
    let stored = timed("read the study", || StoredStudy::find(&store, &args.name, &args.results, terminal))?;
    let folder = ResultsFolder::create(&args.results.folder, &stored.study.name)?;
    let files = stored.files(&store);
    let leaderboard = files.judged()?;
    files.write_search(&leaderboard, &folder)?;
    let exhibits = stored.record.exhibits.as_deref().and_then(Exhibits::read);
    let refit = match (stored.study.finish.refit, leaderboard.winner()) {
        (Refit::Best | Refit::OneSe, Some(winner)) => files.refit(winner)?.map(|refit| (winner, refit)),
        (Refit::Best | Refit::OneSe | Refit::None, _) => None,
    };
    if let Some((winner, refit)) = &refit {
        let known = (stored.record.model.as_deref(), exhibits.as_ref());
        files.write_refit(&leaderboard, winner, refit, known, &folder)?;
    }
    let record = stored.record.record.as_deref();
    if let Some(record) = record {
        folder.write("study.json", |out| out.write_all(record.as_bytes()))?;
    }
    files.write_reports(&leaderboard, refit.as_ref().map(|(_, refit)| refit), exhibits.as_ref(), record, &folder)?;
    terminal.say(&format!("results are in {}", folder.path().display()));
    Ok(Exit::Done)
}
