//! How far a run has got, written to a file of its folder while it is under way, for other processes.

use std::fs::File;
use std::io::{self, Seek as _, Write as _};
use std::time::Duration;

use crossfold_report::{RunPhase, RunStatus, SearchProgress};
use crossfold_study::Metric;

use crate::machine::Machine;
use crate::notice::{Notice, SearchKind, TimedStage, Watch};
use crate::run_file::WrittenStatus;

/// The least time between two writes.
const PAUSE: Duration = Duration::from_secs(1);

/// Passes notices on, and writes what they amount to. A file that can't be written ends no run.
pub(super) struct StatusWatch<'w> {
    inner: &'w mut dyn Watch,
    machine: &'w dyn Machine,
    metric: Metric,
    file: Option<File>,
    search: SearchProgress,
    phase: RunPhase,
    /// When the search began, and was written of last.
    began: Option<Duration>,
    written: Option<Duration>,
}

impl<'w> StatusWatch<'w> {
    pub(super) fn new(
        inner: &'w mut dyn Watch,
        machine: &'w dyn Machine,
        study: &crossfold_study::Study,
        file: Option<File>,
    ) -> StatusWatch<'w> {
        StatusWatch {
            inner,
            machine,
            metric: study.metric,
            file,
            search: SearchProgress::new(study),
            phase: RunPhase::Training,
            began: None,
            written: None,
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "most notices change nothing that another process is told")]
    fn follow(&mut self, notice: &Notice<'_>) {
        let now = self.machine.elapsed();
        match *notice {
            Notice::SearchBegan(began) if began.search == SearchKind::Study => {
                let (plan, results) = (began.course.plan(), began.course.results());
                self.search.begin(plan, results, began.price(), began.expected_work());
                self.began = Some(now);
                self.write(now);
            }
            Notice::SearchBegan(began) if began.search == SearchKind::Variables => self.enter(RunPhase::Variables, now),
            Notice::Fit { search: SearchKind::Study, event, course } => {
                let since = now.saturating_sub(self.began.unwrap_or(now));
                self.search.observe(event, course.plan(), course.results(), since);
                if self.written.is_none_or(|written| now.saturating_sub(written) >= PAUSE) {
                    self.write(now);
                }
            }
            Notice::SearchSettled { search: SearchKind::Study, course } => {
                self.search.settle(course.plan(), course.results());
            }
            Notice::StageBegan(TimedStage::Comparing) => self.enter(RunPhase::Comparing, now),
            Notice::NestedFoldBegan { number, folds } => self.enter(RunPhase::Nested { number, folds }, now),
            Notice::RefitBegan { .. } | Notice::FoldsBegan { .. } => self.enter(RunPhase::Retraining, now),
            Notice::FileWritten { .. } if self.phase != RunPhase::Writing => self.enter(RunPhase::Writing, now),
            _ => {}
        }
    }

    fn enter(&mut self, phase: RunPhase, now: Duration) {
        self.phase = phase;
        self.write(now);
    }

    fn write(&mut self, now: Duration) {
        self.written = Some(now);
        let since = now.saturating_sub(self.began.unwrap_or(now));
        let status = RunStatus::new(self.phase, self.metric, &self.search.snapshot(since));
        if let Some(file) = &mut self.file
            && write_in_place(file, &WrittenStatus::new(status, self.machine.now()).text()).is_err()
        {
            self.file = None;
        }
    }
}

impl Watch for StatusWatch<'_> {
    fn notice(&mut self, notice: &Notice<'_>) {
        self.inner.notice(notice);
        self.follow(notice);
    }
}

/// Readers take the first line, so what an earlier write left behind it does no harm.
fn write_in_place(file: &mut File, line: &str) -> io::Result<()> {
    file.rewind()?;
    file.write_all(line.as_bytes())?;
    file.set_len(line.len() as u64)
}
