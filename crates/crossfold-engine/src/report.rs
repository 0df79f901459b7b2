//! All result files of a stored study, recreated from the store alone.

use std::path::Path;

use crossfold_report::{Exhibits, FigureWidth};
use crossfold_study::{Refit, Store};

use crate::error::Error;
use crate::machine::Machine;
use crate::notice::{Notice, TimedStage, Watch, timed};
use crate::result_files::ResultFiles;
use crate::results_folder::ResultsFolder;
use crate::stored_study::StoredStudy;

/// Writes all result files of the study `name` to its folder in `results`, the same bytes as the run that trained it. With
/// `figures`, it writes its charts as SVG files of this width as well; without, earlier ones are removed.
///
/// # Errors
/// Where the study is unknown, another process writes to the folder, or a file can't be written.
pub fn report(
    store: &dyn Store,
    name: &str,
    results: &Path,
    figures: Option<FigureWidth>,
    machine: &dyn Machine,
    watch: &mut dyn Watch,
) -> Result<(), Error> {
    let stored = timed(TimedStage::Reading, machine, watch, || StoredStudy::find(store, name))?;
    let folder = ResultsFolder::create(results, &stored.study.name, machine.now())?;
    let results = stored.results(store);
    let leaderboard = results.judged_leaderboard(machine, watch)?;
    let mut files = ResultFiles { results: &results, folder: &folder, figures, machine, watch };
    let exhibits = stored.record.exhibits.as_deref().and_then(Exhibits::read);
    let winner = leaderboard.winner().map(|winner| results.identify(winner)).unwrap_or_default();
    let exhibits = exhibits.map(|exhibits| exhibits.of_winner(&winner));
    files.write_search(&leaderboard, exhibits.as_ref().and_then(|exhibits| exhibits.row_ids.as_ref()))?;
    let refit = match (stored.study.finish.refit, leaderboard.winner()) {
        (Refit::Best | Refit::OneSe | Refit::Folds, Some(winner)) => {
            results.refit(&leaderboard, winner)?.map(|refit| (winner, refit))
        }
        (Refit::Best | Refit::OneSe | Refit::Folds | Refit::None, _) => None,
    };
    if let Some((winner, refit)) = &refit {
        let known = (stored.record.model.as_deref(), exhibits.as_ref());
        files.write_refit(&leaderboard, winner, refit, known)?;
    }
    let record = stored.record.record.as_deref();
    files.write_reports(&leaderboard, refit.as_ref().map(|(_, refit)| refit), exhibits.as_ref(), record)?;
    watch.notice(&Notice::ResultsWritten { folder: folder.path() });
    folder.check_in_place()
}
