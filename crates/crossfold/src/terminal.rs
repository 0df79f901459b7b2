//! The terminal: stdout is for data alone, messages go to stderr. All text for people passes here, where what a terminal
//! would obey is made visible.

use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

use crossfold_data::Remark;
use crossfold_engine::Error as EngineError;
use crossfold_report::{DrawTarget, Screen, wrapped};
use crossfold_sources::SourceError;
use crossfold_study::{visible_json, visible_line, visible_text};

use crate::args::OutputArgs;
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
            (false, true) => Screen::Bar { target: DrawTarget::stderr(), width: stderr_width },
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

    /// Writes text to stdout in place of the text written `before`, where that is a terminal; nothing if it is the same.
    pub(crate) fn replace(&self, before: &str, text: &str) -> Result<(), Error> {
        if text == before {
            return Ok(());
        }
        if !before.is_empty() && io::stdout().is_terminal() {
            let _ = write!(io::stdout(), "\x1b[{}A\x1b[J", wrapped(before, self.most_columns()).lines().count());
        }
        self.text(text)
    }

    /// The columns that a line on stdout may have; any number where that is no terminal.
    pub(crate) fn most_columns(&self) -> usize {
        if io::stdout().is_terminal() { self.width().into() } else { usize::MAX }
    }

    /// Writes text for people to stdout.
    pub(crate) fn text(&self, text: &str) -> Result<(), Error> {
        self.data(&wrapped(&visible_text(text), self.most_columns()))
    }

    pub(crate) fn json(&self, json: &str) -> Result<(), Error> {
        self.data(&visible_json(json))
    }

    /// Writes data for programs to stdout. A closed pipe (`| head`) is no error.
    pub(crate) fn data(&self, text: &str) -> Result<(), Error> {
        let mut stdout = io::stdout().lock();
        let text = if stdout.is_terminal() { visible_text(text) } else { text.into() };
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(source) if source.kind() != io::ErrorKind::BrokenPipe => Err(Error::Stdout(source)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Writes a message to stderr, unless `--quiet`.
    pub(crate) fn say(&self, text: &str) {
        if !self.quiet {
            self.write_message(text);
        }
    }

    /// Line ends in it are part of a name.
    fn write_message(&self, text: &str) {
        let width = if self.stderr_is_terminal { stderr_width().into() } else { usize::MAX };
        let _ = writeln!(self.stderr(), "{}", wrapped(&visible_line(text), width));
    }

    /// Writes remarks on rows to stderr, one note each.
    pub(crate) fn note(&self, remarks: &[Remark]) {
        remarks.iter().for_each(|remark| self.say(&format!("note: {remark}")));
    }

    /// The message that a stop was requested; any thread may write it.
    pub(crate) fn announcement(&self) -> impl FnOnce() + Send + 'static {
        let say = self.speaker();
        move || say("stopping after this batch and writing the results so far; press again to quit at once")
    }

    /// As [`Terminal::say`], for any thread.
    pub(crate) fn speaker(&self) -> impl Fn(&str) + Send + 'static {
        let (quiet, stderr) = (self.quiet, self.stderr());
        move |text| {
            if !quiet {
                let _ = writeln!(stderr.clone(), "{}", visible_line(text));
            }
        }
    }

    /// Writes an error to stderr, even with `--quiet`.
    pub(crate) fn error(&self, error: &Error) {
        if let Error::Engine(EngineError::Spec(spec)) = error {
            let mistakes = spec.render(self.colour, usize::from(self.width()));
            let _ = write!(self.stderr(), "{mistakes}");
        } else if let Error::Engine(EngineError::Source(refused) | EngineError::Table(refused)) = error
            && let SourceError::Table { path, mistakes } = refused
        {
            // Several mistakes are a line each.
            let _ = writeln!(self.stderr(), "error: `{}`{mistakes}", visible_line(&path.display().to_string()));
        } else {
            self.write_message(&format!("error: {error}"));
        }
        error.hint().iter().for_each(|hint| self.write_message(&format!("hint: {hint}")));
    }
}

/// The width of the terminal that messages go to, in columns; 80 where it is not known.
fn stderr_width() -> u16 {
    terminal_size::terminal_size_of(io::stderr()).map_or(80, |(width, _)| width.0)
}

/// What `write` writes.
pub(crate) fn written(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
    let mut text = Vec::new();
    write(&mut text).expect("memory takes any text");
    String::from_utf8_lossy(&text).into_owned()
}

impl Write for Stderr {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(text)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}
