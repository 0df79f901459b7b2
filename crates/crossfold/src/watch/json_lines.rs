//! `--json`: a JSON object on stdout for each event of a run.

use crossfold_engine::{Notice, SearchBegan, SearchKind, Watch};
use crossfold_report::JsonEvent;

use crate::error::Error;
use crate::terminal::{Terminal, written};

pub(crate) struct JsonLines<'a> {
    terminal: &'a Terminal,
    /// Why stdout took no more; after that nothing is written.
    refused: Option<Error>,
}

impl<'a> JsonLines<'a> {
    pub(crate) fn new(terminal: &'a Terminal) -> JsonLines<'a> {
        JsonLines { terminal, refused: None }
    }

    pub(crate) fn finish(self) -> Result<(), Error> {
        self.refused.map_or(Ok(()), Err)
    }

    fn write(&mut self, event: &JsonEvent<'_>) {
        if self.refused.is_some() {
            return;
        }
        let line = written(|out| crossfold_report::write_event(out, event));
        self.refused = self.terminal.json(&line).err();
    }
}

impl Watch for JsonLines<'_> {
    fn notice(&mut self, notice: &Notice<'_>) {
        match *notice {
            Notice::SearchBegan(began) if began.search == SearchKind::Study => self.write(&plan(&began)),
            Notice::Fit { search: SearchKind::Study, event, .. } => self.write(&JsonEvent::Fit(event)),
            Notice::Ranked(leaderboard) => self.write(&JsonEvent::SearchEnded(leaderboard.counts())),
            Notice::RefitEnded { epochs } => self.write(&JsonEvent::RefitEnded { epochs }),
            Notice::Tested { score, .. } => self.write(&JsonEvent::Test(score)),
            Notice::EarlierResultsStay { folder } | Notice::ResultsWritten { folder } => {
                self.write(&JsonEvent::Results { folder: &folder.display().to_string() });
            }
            Notice::SearchBegan(_)
            | Notice::Fit { search: SearchKind::Nested(_) | SearchKind::Retraining, .. }
            | Notice::DataRead(_)
            | Notice::NewRowsRead(_)
            | Notice::DataChanged(_)
            | Notice::TestRowsUsed(_)
            | Notice::Planned(_)
            | Notice::StageBegan(_)
            | Notice::EarlierRunDied { .. }
            | Notice::Removed(_)
            | Notice::SearchSettled { .. }
            | Notice::RetrainedForPredictions { .. }
            | Notice::SearchEnded(_)
            | Notice::NestedFoldBegan { .. }
            | Notice::NestedUnscored
            | Notice::NestedScored { .. }
            | Notice::RefitBegan { .. }
            | Notice::StoredNetworkRefused { .. }
            | Notice::RefitFailed { .. }
            | Notice::RefitCancelled
            | Notice::FileWritten { .. }
            | Notice::StageEnded { .. }
            | Notice::InputsWritten { .. }
            | Notice::PredictionsWritten { .. } => {}
        }
    }
}

fn plan<'a>(began: &SearchBegan<'a>) -> JsonEvent<'a> {
    let (trials, fits) = began.expected();
    JsonEvent::Plan { study: began.prepared.study.name.as_str(), trials, fits, stored: began.beginning.stored }
}
