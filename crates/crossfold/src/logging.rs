//! Logs by `tracing`: on stderr what was asked for, in a run's own file everything from `info` up.

use std::fs::File;
use std::sync::Mutex;

use tracing_subscriber::filter::{EnvFilter, LevelFilter};
use tracing_subscriber::prelude::*;

use crate::args::OutputArgs;

/// Starts logging; called once.
pub(crate) fn start(output: &OutputArgs, colour: bool, file: File) {
    let asked = output.log.as_deref().unwrap_or(if output.quiet { "error" } else { "warn" });
    let stderr = tracing_subscriber::fmt::layer()
        .with_ansi(colour)
        .with_writer(std::io::stderr)
        .with_filter(EnvFilter::new(asked));
    let file =
        tracing_subscriber::fmt::layer().with_ansi(false).with_writer(Mutex::new(file)).with_filter(LevelFilter::INFO);
    tracing_subscriber::registry().with(stderr).with(file).init();
    // A panic in a fit fails that fit alone: it belongs in the log, not across the progress display.
    std::panic::set_hook(Box::new(|panic| tracing::error!("{panic}")));
}
