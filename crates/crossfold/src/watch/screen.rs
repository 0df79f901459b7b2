//! The screen: progress and messages on stderr, tables on stdout.

use std::time::Instant;

use crossfold_engine::{Notice, Removed, SearchBegan, SearchEnd, SearchKind, Watch};
use crossfold_network::Configuration;
use crossfold_report::{ExpectedWork, Progress, counted};
use crossfold_study::MAX_TRIALS;
use crossfold_system::Destination;

use crate::error::Error;
use crate::terminal::Terminal;

pub(crate) struct Screen<'a> {
    terminal: &'a Terminal,
    /// Whether tables are shown on stdout.
    shows_tables: bool,
    /// Of the search under way.
    progress: Option<RunningProgress>,
    /// Why stdout took no more.
    refused: Option<Error>,
}

struct RunningProgress {
    progress: Progress<'static>,
    began: Instant,
}

impl Drop for Screen<'_> {
    /// Where an error ended the search, the bar is cleared before the error is shown.
    fn drop(&mut self) {
        if let Some(RunningProgress { progress, began }) = self.progress.take() {
            progress.finish(began.elapsed());
        }
    }
}

impl<'a> Screen<'a> {
    pub(crate) fn new(terminal: &'a Terminal, shows_tables: bool) -> Screen<'a> {
        let shows_tables = shows_tables && !terminal.quiet();
        Screen { terminal, shows_tables, progress: None, refused: None }
    }

    /// # Errors
    /// Where stdout took no more.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        self.refused.take().map_or(Ok(()), Err)
    }

    fn show_table(&mut self, text: impl FnOnce(&Terminal) -> String) {
        if self.shows_tables && self.refused.is_none() {
            self.refused = self.terminal.text(&text(self.terminal)).err();
        }
    }

    fn begin_search(&mut self, began: &SearchBegan<'_>) {
        let SearchBegan { search, prepared, course, beginning, jobs, time_left } = *began;
        let most = course.most_trials();
        let work = ExpectedWork {
            missing: beginning.missing,
            is_all: course.is_over(),
            trials: (most < MAX_TRIALS).then_some(most),
            deadline: time_left,
        };
        if search == SearchKind::Study {
            self.terminal.say(&work.announcement(beginning.stored, jobs));
        }
        let mut progress = Progress::new(&prepared.study, self.terminal.screen());
        self.terminal.write_through(progress.above(std::io::stderr()));
        let price = |configuration: &Configuration| configuration.training_flops(prepared.shape());
        progress.begin(course.plan(), course.results(), &price, work);
        self.progress = Some(RunningProgress { progress, began: Instant::now() });
    }
}

impl Watch for Screen<'_> {
    fn notice(&mut self, notice: &Notice<'_>) {
        let terminal = self.terminal;
        match *notice {
            Notice::DataRead(prepared) => terminal.note(&prepared.remarks),
            Notice::NewRowsRead(remarks) => terminal.note(remarks),
            Notice::EarlierRunDied { holder } => terminal
                .say(&format!("the previous run ({holder}) did not end properly; continuing from what it stored")),
            Notice::DataChanged(study) => terminal.say(&format!(
                "the data differ from those of the last run of `{study}` (other rows, values or columns): everything is \
                 trained again, and its earlier results are replaced"
            )),
            Notice::Removed(removed @ Removed::Damaged(_)) => terminal.say(&removed.to_string()),
            Notice::SearchBegan(began) => self.begin_search(&began),
            Notice::Fit { event, course, .. } => {
                if let Some(RunningProgress { progress, began }) = &mut self.progress {
                    progress.observe(event, course.plan(), course.results(), began.elapsed());
                }
            }
            Notice::SearchSettled { course, .. } => {
                if let Some(RunningProgress { mut progress, began }) = self.progress.take() {
                    progress.settle(course.plan(), course.results());
                    progress.finish(began.elapsed());
                }
            }
            Notice::RetrainedForPredictions { fits } => {
                terminal.say(&format!("training {fits} networks again for predictions that are not stored"));
            }
            Notice::SearchEnded(SearchEnd { limit: Some(limit), leaves_no_winner, time_missing, .. }) => {
                crossfold_report::describe_used_up_budget(limit.name(), leaves_no_winner, time_missing)
                    .iter()
                    .for_each(|line| terminal.say(line));
            }
            Notice::Ranked(board) => {
                self.show_table(|terminal| crossfold_report::best_trials_table(board, terminal.width()))
            }
            Notice::EarlierResultsStay { folder } => {
                terminal.say(&format!("nothing is known yet; the earlier results in {} stay", folder.display()));
            }
            Notice::NestedFoldBegan { number, folds } => {
                terminal.say(&format!("nested cross-validation: searching on {number} of {folds} folds"));
            }
            Notice::NestedUnscored => {
                terminal.say("nested cross-validation has no score: on a fold, no trial won or its winner has none")
            }
            Notice::NestedScored { metric, mean } => {
                let mean = crossfold_report::format_score(metric, mean);
                terminal.say(&format!("nested cross-validation: {metric} {mean}, the choice of the best included"));
            }
            Notice::RefitBegan { trial, rank, rows, .. } => {
                let which = match rank {
                    Some(1) => "the winner".to_owned(),
                    _ => format!("trial {trial}, the simplest within one standard error of the first,"),
                };
                terminal.say(&format!("refitting {which} on all {rows} rows"));
            }
            Notice::Tested { metric, scores, .. } => self.show_table(|_| {
                let score = crossfold_report::format_scores(metric, scores);
                format!("\ntest rows, scored by the refitted winner: {score}\n")
            }),
            Notice::TestRowsUsed(others) => terminal.say(&others.to_string()),
            Notice::RefitCancelled => terminal.say("the winner was not refitted, since the run was stopped"),
            Notice::ResultsWritten { folder } => terminal.say(&format!("results are in {}", folder.display())),
            Notice::InputsWritten { rows, path } => {
                terminal.say(&format!("wrote network inputs ({}) to {path}", counted(rows, "row")));
            }
            Notice::PredictionsWritten { path: Destination::StandardOutput, .. } => {}
            Notice::PredictionsWritten { target, rows, path } => {
                terminal.say(&format!("wrote predictions of `{target}` ({}) to {path}", counted(rows, "row")));
            }
            Notice::Planned(_)
            | Notice::Trial { .. }
            | Notice::Removed(Removed::Fits(_))
            | Notice::SearchEnded(SearchEnd { limit: None, .. })
            | Notice::StoredNetworkRefused { .. }
            | Notice::RefitEnded { .. }
            | Notice::RefitFailed { .. }
            | Notice::FileWritten { .. }
            | Notice::StageEnded { .. } => {}
        }
    }
}
