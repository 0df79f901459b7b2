//! What happens in a command, shown to people and written for programs.

mod json_lines;
mod log;
mod screen;

use crossfold_engine::{Notice, Watch};

use crate::error::Error;
use crate::terminal::Terminal;
use json_lines::JsonLines;
use log::Log;
pub(crate) use screen::Screen;

/// The log, the screen and, if requested, JSON lines, which come last because writing to a full pipe blocks.
pub(crate) struct RunWatch<'a> {
    log: Log,
    json_lines: Option<JsonLines<'a>>,
    screen: Screen<'a>,
}

impl<'a> RunWatch<'a> {
    /// With `json`, stdout is for JSON lines, and no tables are shown.
    pub(crate) fn new(terminal: &'a Terminal, json: bool) -> RunWatch<'a> {
        let json_lines = json.then(|| JsonLines::new(terminal));
        RunWatch { log: Log, json_lines, screen: Screen::new(terminal, !json) }
    }

    /// Leaves the screen.
    ///
    /// # Errors
    /// The first that stdout gave.
    pub(crate) fn finish(self) -> Result<(), Error> {
        self.json_lines.map_or(Ok(()), JsonLines::finish)?;
        self.screen.finish()
    }
}

impl Watch for RunWatch<'_> {
    fn notice(&mut self, notice: &Notice<'_>) {
        self.log.notice(notice);
        self.screen.notice(notice);
        if let Some(json_lines) = &mut self.json_lines {
            json_lines.notice(notice);
        }
    }
}
