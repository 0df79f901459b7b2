//! Ctrl-C, SIGTERM and SIGHUP: the first asks for a stop, a second one leaves at once. Ctrl-Z suspends between transactions.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGTSTP};
use signal_hook::{flag, low_level};

/// A signal this soon after the first is the same one: `timeout` and some supervisors send it to the process and then to
/// its group.
const SAME: Duration = Duration::from_millis(500);

/// Signals turned into a request to stop.
pub struct Signals {
    asked: Arc<AtomicBool>,
    caught: Arc<AtomicUsize>,
    gate: Arc<Mutex<()>>,
}

impl Signals {
    /// Catches signals from now on, and calls `announce` at the first one, since a large batch may take a while to end. An
    /// ignored signal stays ignored: `nohup` asks for that with SIGHUP.
    ///
    /// # Errors
    /// If the system lacks files or a thread for that.
    pub fn catch(announce: impl FnOnce() + Send + 'static) -> io::Result<Signals> {
        let gate = Arc::new(Mutex::new(()));
        let held = Arc::clone(&gate);
        let asked = Arc::new(AtomicBool::new(false));
        let caught = Arc::new(AtomicUsize::new(0));
        let signals: Vec<i32> = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|&signal| !is_ignored(signal)).collect();
        for &signal in &signals {
            flag::register_usize(signal, Arc::clone(&caught), signal as usize)?;
            flag::register(signal, Arc::clone(&asked))?;
        }
        let suspending = (!is_ignored(SIGTSTP)).then_some(SIGTSTP);
        let mut arrivals = signal_hook::iterator::Signals::new(signals.iter().copied().chain(suspending))?;
        let handle = move || {
            let mut arrivals = arrivals.forever().filter(|&signal| signal != SIGTSTP || suspend(&held));
            let Some(_) = arrivals.next() else { return };
            let first = Instant::now();
            announce();
            if let Some(signal) = arrivals.find(|_| first.elapsed() >= SAME) {
                low_level::exit(128 + signal);
            }
        };
        std::thread::Builder::new().name("signals".to_owned()).spawn(handle)?;
        Ok(Signals { asked, caught, gate })
    }

    /// Becomes true at the first signal.
    pub fn asked(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.asked)
    }

    /// Locked while the process is suspended by Ctrl-Z. Whoever locks it is not suspended meanwhile.
    pub fn gate(&self) -> Arc<Mutex<()>> {
        Arc::clone(&self.gate)
    }

    /// The signal that was caught.
    pub fn caught(&self) -> Option<i32> {
        Some(self.caught.load(Ordering::Relaxed) as i32).filter(|&signal| signal > 0)
    }
}

/// Suspends the process while no transaction is open, which other processes would have to wait for. Returns `false` once the
/// process continues.
fn suspend(gate: &Mutex<()>) -> bool {
    let _closed = gate.lock().unwrap_or_else(PoisonError::into_inner);
    let _ = low_level::emulate_default_handler(SIGTSTP);
    false
}

/// Whether the process was started with the signal ignored. Linux shows that in a hexadecimal mask whose lowest bit is
/// signal 1; other systems don't show it, which counts as not ignored.
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal - 1) & 1 == 1
}
