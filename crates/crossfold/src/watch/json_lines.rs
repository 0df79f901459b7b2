//! `--json`: a JSON object on stdout for each event of a run.

use std::time::SystemTime;

use crossfold_engine::{Notice, Watch};

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
}

impl Watch for JsonLines<'_> {
    fn notice(&mut self, notice: &Notice<'_>) {
        let line = written(|out| crossfold_engine::write_event_line(out, SystemTime::now(), notice));
        if self.refused.is_none() && !line.is_empty() {
            self.refused = self.terminal.json(&line).err();
        }
    }
}
