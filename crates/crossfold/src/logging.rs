//! Logs by `tracing`: on stderr what was asked for, in a run's own file everything from `info` up.

use std::fs::File;
use std::sync::Mutex;

use tracing_subscriber::filter::{EnvFilter, LevelFilter};
use tracing_subscriber::prelude::*;

use crate::args::OutputArgs;
use crate::terminal::Terminal;

/// Starts logging, of a run into its `file` as well; called once.
pub(crate) fn start(output: &OutputArgs, terminal: &Terminal, file: Option<File>) {
    let asked = output.log.as_deref().unwrap_or(if output.quiet { "error" } else { "warn" });
    let stderr = terminal.stderr();
    let stderr = tracing_subscriber::fmt::layer()
        .with_ansi(terminal.colour())
        .with_writer(move || stderr.clone())
        .with_filter(EnvFilter::new(asked));
    let is_run = file.is_some();
    let layer = |file| tracing_subscriber::fmt::layer().with_ansi(false).with_writer(Mutex::new(file));
    let file = file.map(|file| layer(file).with_filter(LevelFilter::INFO));
    tracing_subscriber::registry().with(stderr).with(file).init();
    // A panic in a fit fails that fit alone: one line of the log, and no backtrace across the screen.
    if is_run {
        std::panic::set_hook(Box::new(|panic| tracing::error!("{panic}")));
    }
}
