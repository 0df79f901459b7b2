//! Logs by `tracing`: to stderr at the requested level, to a run's own file from `info` up.

use std::fs::File;
use std::sync::Mutex;

use crossfold_study::VisibleLines;
use tracing_subscriber::filter::{EnvFilter, LevelFilter};
use tracing_subscriber::prelude::*;

use crate::args::OutputArgs;
use crate::terminal::Terminal;

/// Starts logging to stderr, and for a run to its `file` as well. Called once per process.
pub(crate) fn start(output: &OutputArgs, terminal: &Terminal, file: Option<File>) {
    let asked = output.log.as_deref().unwrap_or(if output.quiet { "error" } else { "warn" });
    let (stderr, has_colours) = (terminal.stderr(), terminal.colour());
    let stderr = tracing_subscriber::fmt::layer()
        .with_ansi(has_colours)
        .with_writer(move || VisibleLines { out: stderr.clone(), has_colours })
        .with_filter(EnvFilter::new(asked));
    let is_run = file.is_some();
    let file = file.map(|out| Mutex::new(VisibleLines { out, has_colours: false }));
    let file = file.map(|file| tracing_subscriber::fmt::layer().with_ansi(false).with_writer(file));
    let file = file.map(|layer| layer.with_filter(LevelFilter::INFO));
    tracing_subscriber::registry().with(stderr).with(file).init();
    // A panic in a fit fails that fit alone, so it is one line of the log and no backtrace on the screen.
    if is_run {
        std::panic::set_hook(Box::new(|panic| tracing::error!("{panic}")));
    }
}
