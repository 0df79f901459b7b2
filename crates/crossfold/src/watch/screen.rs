//! The screen: progress and messages on stderr, tables on stdout.

use std::time::Instant;

use crossfold_engine::{Notice, SearchBegan, SearchKind, Watch};
use crossfold_report::{Progress, Waiting, wrapped};

use crate::error::Error;
use crate::terminal::Terminal;

pub(crate) struct Screen<'a> {
    terminal: &'a Terminal,
    /// Whether tables are shown on stdout.
    shows_tables: bool,
    /// Of the search under way.
    progress: Option<RunningProgress>,
    /// The stage under way.
    waiting: Option<Waiting>,
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
        Screen { terminal, shows_tables, progress: None, waiting: None, refused: None }
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
        let (SearchBegan { search, prepared, course, beginning, jobs, .. }, work) = (*began, began.expected_work());
        match search {
            SearchKind::Study => self.terminal.say(&work.announcement(beginning.stored, jobs)),
            SearchKind::Variables => self.terminal.say("retraining the winner on each fold: which columns matter?"),
            SearchKind::Nested(_) | SearchKind::Folds | SearchKind::Retraining => {}
        }
        let mut progress = Progress::new(&prepared.study, self.terminal.screen());
        self.terminal.write_through(progress.above(std::io::stderr()));
        progress.begin(course.plan(), course.results(), began.price(), work);
        progress.redraw_steadily();
        self.progress = Some(RunningProgress { progress, began: Instant::now() });
    }
}

impl Watch for Screen<'_> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "`sentences` has an arm for each notice")]
    fn notice(&mut self, notice: &Notice<'_>) {
        let terminal = self.terminal;
        match *notice {
            Notice::DataRead(prepared) => terminal.note(&prepared.remarks),
            Notice::NewRowsRead(remarks) => terminal.note(remarks),
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
            Notice::StageBegan(stage) => self.waiting = Waiting::new(terminal.screen(), stage.in_words()),
            Notice::StageEnded { .. } => self.waiting = None,
            Notice::Ranked(board) => {
                self.show_table(|terminal| crossfold_report::best_trials_table(board, terminal.width()))
            }
            Notice::Tested { metric, scores, .. } => self.show_table(|terminal| {
                let scores = crossfold_report::format_scores(metric, scores);
                let line = format!("\ntest rows, scored by the retrained winner: {scores}\n");
                wrapped(&line, terminal.width().into())
            }),
            Notice::Variables(found) => self.show_table(|terminal| {
                wrapped(&crossfold_report::describe_variables(found), terminal.width().into()) + "\n"
            }),
            _ => notice.sentences().iter().for_each(|line| terminal.say(line)),
        }
    }
}
