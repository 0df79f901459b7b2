//! The terminal: stdout is for data alone, messages go to stderr.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crossfold_data::Remark;
use crossfold_engine::Error as EngineError;
use crossfold_report::{DrawTarget, Screen};

use crate::args::OutputArgs;
use crate::diagnostics;
use crate::error::Error;

pub(crate) struct Terminal {
    quiet: bool,
    colour: bool,
    stderr_is_terminal: bool,
    stderr: Stderr,
}

/// Stderr, or a writer that writes there above a progress bar. All clones share it.
#[derive(Clone)]
pub(crate) struct Stderr(Arc<Mutex<Box<dyn Write + Send>>>);

impl Terminal {
    pub(crate) fn new(output: &OutputArgs) -> Terminal {
        let stderr_is_terminal = io::stderr().is_terminal();
        // https://no-color.org: colour is off where the variable is set and not empty.
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Terminal {
            quiet: output.quiet,
            colour: stderr_is_terminal && !no_colour,
            stderr_is_terminal,
            stderr: Stderr(Arc::new(Mutex::new(Box::new(io::stderr())))),
        }
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

    pub(crate) fn stderr(&self) -> Stderr {
        self.stderr.clone()
    }

    /// Writes to stderr through `writer` from now on, which writes above the progress bar.
    pub(crate) fn write_through(&self, writer: impl Write + Send + 'static) {
        *self.stderr.0.lock().unwrap_or_else(PoisonError::into_inner) = Box::new(writer);
    }

    /// The width of the terminal in columns, between 40 and 160; 100 where there is no terminal.
    pub(crate) fn width(&self) -> u16 {
        terminal_size::terminal_size().map_or(100, |(width, _)| width.0).clamp(40, 160)
    }

    /// Writes data to stdout. A closed pipe (`| head`) is no error.
    pub(crate) fn data(&self, text: &str) -> Result<(), Error> {
        self.data_by(|out| out.write_all(text.as_bytes()))
    }

    /// Writes data to stdout by `fill`, as [`Terminal::data`].
    pub(crate) fn data_by(&self, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
        let mut stdout = io::stdout().lock();
        match fill(&mut stdout).and_then(|()| stdout.flush()) {
            Err(source) if source.kind() != io::ErrorKind::BrokenPipe => {
                Err(EngineError::Output { path: PathBuf::from("stdout"), source }.into())
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Writes a message to stderr, unless `--quiet`.
    pub(crate) fn say(&self, text: &str) {
        if !self.quiet {
            let _ = writeln!(self.stderr(), "{text}");
        }
    }

    /// Writes remarks on rows to stderr, one note each.
    pub(crate) fn note(&self, remarks: &[Remark]) {
        remarks.iter().for_each(|remark| self.say(&format!("note: {remark}")));
    }

    /// The message that a stop was requested; any thread may write it.
    pub(crate) fn announcement(&self) -> impl FnOnce() + Send + 'static {
        let (quiet, mut stderr) = (self.quiet, self.stderr());
        move || {
            if !quiet {
                let text = "stopping at the next batch, and writing what is known; once more leaves at once";
                let _ = writeln!(stderr, "{text}");
            }
        }
    }

    /// Writes an error to stderr, even with `--quiet`.
    pub(crate) fn error(&self, error: &Error) {
        let mut stderr = self.stderr();
        let _ = if let Error::Engine(EngineError::Spec(spec)) = error {
            write!(stderr, "{}", diagnostics::render(spec, self.colour, usize::from(self.width())))
        } else {
            writeln!(stderr, "error: {error}")
        };
        if let Some(hint) = error.hint() {
            let _ = writeln!(stderr, "hint: {hint}");
        }
    }
}

impl Write for Stderr {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(text)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}
