//! What people see: stdout is for data alone, everything said about the work goes to stderr.

use std::io::{self, IsTerminal, Write};

use crossfold_report::{DrawTarget, Screen};

use crate::args::OutputArgs;
use crate::error::Error;

pub(crate) struct Terminal {
    quiet: bool,
    colour: bool,
    stderr_is_terminal: bool,
}

impl Terminal {
    pub(crate) fn new(output: &OutputArgs) -> Terminal {
        let stderr_is_terminal = io::stderr().is_terminal();
        // https://no-color.org: set and not empty.
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Terminal { quiet: output.quiet, colour: stderr_is_terminal && !no_colour, stderr_is_terminal }
    }

    pub(crate) fn quiet(&self) -> bool {
        self.quiet
    }

    pub(crate) fn colour(&self) -> bool {
        self.colour
    }

    /// Where progress is shown: on stderr, redrawn where that is a terminal.
    pub(crate) fn screen(&self) -> Screen<'static> {
        match (self.quiet, self.stderr_is_terminal) {
            (true, _) => Screen::Quiet,
            (false, true) => Screen::Bar(DrawTarget::stderr()),
            (false, false) => Screen::Lines(Box::new(io::stderr())),
        }
    }

    /// Columns to fill: the terminal's, or 100 where there is none.
    pub(crate) fn width(&self) -> u16 {
        terminal_size::terminal_size().map_or(100, |(width, _)| width.0).clamp(40, 160)
    }

    /// Data, on stdout. A reader that has left (`| head`) is no error.
    pub(crate) fn data(&self, text: &str) {
        let _ = io::stdout().lock().write_all(text.as_bytes());
    }

    /// A remark for people, on stderr, unless `--quiet`.
    pub(crate) fn say(&self, text: &str) {
        if !self.quiet {
            let _ = writeln!(io::stderr().lock(), "{text}");
        }
    }

    /// What to say when asked to stop, from whatever thread hears it first.
    pub(crate) fn announcement(&self) -> impl FnOnce() + Send + 'static {
        let quiet = self.quiet;
        move || {
            if !quiet {
                let text = "stopping at the next batch, and writing what is known; once more leaves at once";
                let _ = writeln!(io::stderr().lock(), "\n{text}");
            }
        }
    }

    /// What went wrong, on stderr, even when quiet.
    pub(crate) fn error(&self, error: &Error) {
        let mut stderr = io::stderr().lock();
        let _ = if let Error::Spec { shown } = error {
            write!(stderr, "{shown}")
        } else {
            writeln!(stderr, "error: {error}")
        };
        if let Some(hint) = error.hint() {
            let _ = writeln!(stderr, "hint: {hint}");
        }
    }
}
