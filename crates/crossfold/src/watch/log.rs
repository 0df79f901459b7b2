//! The log, by `tracing`.

use crossfold_engine::{Notice, PreparedStudy, SearchBegan, SearchEnd, SearchKind, Watch};
use crossfold_search::RunStart;
use crossfold_study::{Event, FitEnd, Study};

/// Logs milestones and fits at the level `info`, and the durations of stages at `debug`.
pub(crate) struct Log;

impl Watch for Log {
    fn notice(&mut self, notice: &Notice<'_>) {
        match *notice {
            Notice::DataRead(prepared) => {
                let Study { name, seed, .. } = &prepared.study;
                tracing::info!(study = %name, seed = seed.0, digest = prepared.data().digest, "data read");
                prepared.remarks.iter().for_each(|remark| tracing::info!("{remark}"));
            }
            Notice::Planned(prepared) => planned(prepared),
            Notice::Removed(removed) => tracing::info!("{removed}"),
            Notice::SearchBegan(SearchBegan { search, beginning, jobs, .. }) => search_began(search, beginning, jobs),
            Notice::Fit { search: SearchKind::Study | SearchKind::Folds, event, .. } => fit(event),
            Notice::RetrainedForPredictions { fits } => tracing::info!(fits, "retraining for predictions"),
            Notice::SearchEnded(SearchEnd { is_stopped, too_many_failures, .. }) => {
                if is_stopped {
                    tracing::info!("stopped");
                }
                if too_many_failures {
                    tracing::error!("stopped: more trials failed than `limits.max_failures` allows");
                }
            }
            Notice::RefitBegan { trial, members: 1, epochs, networks, .. } => {
                tracing::info!(trial = trial.0, epochs, networks, "retraining the winner on all rows");
            }
            Notice::RefitBegan { members, epochs, networks, .. } => {
                tracing::info!(trials = members, epochs, networks, "retraining an ensemble on all rows");
            }
            Notice::FoldsBegan { trial, epochs, folds, .. } => {
                tracing::info!(trial = trial.0, epochs, folds, "retraining the winner on each fold");
            }
            Notice::StoredNetworkRefused { reason } => tracing::warn!("the stored network can't be used: {reason}"),
            Notice::Tested { metric, scores, .. } => {
                tracing::info!("scored on the test rows: {}", crossfold_report::format_scores(metric, scores));
            }
            Notice::Variables(found) => tracing::info!("{}", crossfold_report::describe_variables(found)),
            // As an error, so that it is shown even with `--quiet`.
            Notice::RefitFailed { reason } => tracing::error!("retraining the winner failed: {reason}"),
            Notice::FileWritten { name, took } => tracing::debug!(seconds = took.as_secs_f64(), "wrote {name}"),
            Notice::StageEnded { stage, took } => {
                tracing::debug!(seconds = took.as_secs_f64(), "{}", stage.done_in_words());
            }
            Notice::Fit { search: SearchKind::Nested(_) | SearchKind::Variables | SearchKind::Retraining, .. }
            | Notice::NewRowsRead(_)
            | Notice::Trial { .. }
            | Notice::BaselinesBegan { .. }
            | Notice::BaselinesLeftOut { .. }
            | Notice::BaselinesFailed { .. }
            | Notice::DataChanged(_)
            | Notice::TestRowsUsed(_)
            | Notice::StageBegan(_)
            | Notice::EarlierRunDied { .. }
            | Notice::SearchSettled { .. }
            | Notice::Ranked(_)
            | Notice::EarlierResultsStay { .. }
            | Notice::NestedFoldBegan { .. }
            | Notice::NestedUnscored
            | Notice::NestedScored { .. }
            | Notice::RefitEnded { .. }
            | Notice::RefitCancelled
            | Notice::ResultsWritten { .. }
            | Notice::InputsWritten { .. }
            | Notice::PredictionsWritten { .. } => {}
        }
    }
}

fn planned(prepared: &PreparedStudy) {
    let PreparedStudy { plan, origin, .. } = prepared;
    tracing::info!("fits are of {}", origin.text().trim_end().replace('\n', "; "));
    if prepared.lists_fits() {
        tracing::info!(trials = plan.trials.len(), fits = plan.fits(), "planned");
    }
}

fn search_began(search: SearchKind, RunStart { missing, stored }: RunStart, jobs: usize) {
    match search {
        SearchKind::Study => tracing::info!(missing, stored, %jobs, "training"),
        SearchKind::Nested(fold) => {
            tracing::info!(repeat = fold.repeat + 1, fold = fold.fold + 1, "searching within");
        }
        SearchKind::Folds | SearchKind::Variables | SearchKind::Retraining => {}
    }
}

fn fit(event: &Event) {
    match event {
        Event::FitStarted { configuration, fold } => {
            tracing::debug!(%configuration, repeat = fold.repeat + 1, fold = fold.fold + 1, "fit started");
        }
        Event::EpochDone { .. } => {}
        Event::FitEnded { configuration, fold, end, elapsed } => {
            let (repeat, fold, seconds) = (fold.repeat + 1, fold.fold + 1, elapsed.as_secs_f64());
            match end {
                FitEnd::Complete => tracing::info!(%configuration, repeat, fold, seconds, "fit complete"),
                FitEnd::Stopped => tracing::info!(%configuration, repeat, fold, seconds, "fit stopped early"),
                FitEnd::Cancelled => tracing::info!(%configuration, repeat, fold, seconds, "fit cancelled"),
                // Not a warning: the leaderboard shows it, and a thousand of these would bury the progress.
                FitEnd::Failed(failure) => tracing::info!(%configuration, repeat, fold, "fit failed: {failure}"),
            }
        }
    }
}
