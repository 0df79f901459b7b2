//! Ctrl-C, SIGTERM and SIGHUP: the first asks for a stop, a second one leaves at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crossfold_study::Stop;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

use crate::exit::Exit;

/// A signal this soon after the first is the same one: `timeout` and some supervisors send it to the process and then to
/// its group.
const SAME: Duration = Duration::from_millis(500);

/// Signals turned into a request to stop.
pub(crate) struct Signals {
    stop: Stop,
    caught: Arc<AtomicUsize>,
}

impl Signals {
    /// Catches signals from now on, and calls `announce` at the first one, since a large batch may take a while to end. An
    /// ignored signal stays ignored: `nohup` asks for that with SIGHUP.
    pub(crate) fn catch(announce: impl FnOnce() + Send + 'static) -> io::Result<Signals> {
        let asked = Arc::new(AtomicBool::new(false));
        let caught = Arc::new(AtomicUsize::new(0));
        let signals: Vec<i32> = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|&signal| !is_ignored(signal)).collect();
        for &signal in &signals {
            flag::register_usize(signal, Arc::clone(&caught), signal as usize)?;
            flag::register(signal, Arc::clone(&asked))?;
        }
        let mut arrivals = signal_hook::iterator::Signals::new(&signals)?;
        std::thread::spawn(move || {
            let mut arrivals = arrivals.forever();
            let Some(_) = arrivals.next() else { return };
            let first = Instant::now();
            announce();
            if let Some(signal) = arrivals.find(|_| first.elapsed() >= SAME) {
                signal_hook::low_level::exit(128 + signal);
            }
        });
        Ok(Signals { stop: Stop::from(asked), caught })
    }

    pub(crate) fn stop(&self) -> &Stop {
        &self.stop
    }

    /// The exit code of the signal that was caught.
    pub(crate) fn exit(&self) -> Option<Exit> {
        match self.caught.load(Ordering::Relaxed) as i32 {
            SIGINT => Some(Exit::Interrupted),
            SIGTERM => Some(Exit::Terminated),
            SIGHUP => Some(Exit::HungUp),
            _ => None,
        }
    }
}

/// Whether the process was started with the signal ignored. Linux shows that in a hexadecimal mask whose lowest bit is
/// signal 1; other systems don't show it, which counts as not ignored.
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal - 1) & 1 == 1
}
