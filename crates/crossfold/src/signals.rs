//! Ctrl-C and SIGTERM: the first asks for a stop, the second leaves at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crossfold_study::Stop;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::exit::Exit;

/// Signals turned into a request to stop.
pub(crate) struct Signals {
    stop: Stop,
    caught: Arc<AtomicUsize>,
}

impl Signals {
    /// Catches SIGINT and SIGTERM from now on, and calls `announce` at the first: a large batch may
    /// take a while to end. SIGHUP is left as it is: `nohup` has it ignored.
    pub(crate) fn catch(announce: impl FnOnce() + Send + 'static) -> io::Result<Signals> {
        let asked = Arc::new(AtomicBool::new(false));
        let caught = Arc::new(AtomicUsize::new(0));
        for signal in [SIGINT, SIGTERM] {
            // Handlers run in this order, so the first signal finds the flag still down.
            flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&asked))?;
            flag::register_usize(signal, Arc::clone(&caught), signal as usize)?;
            flag::register(signal, Arc::clone(&asked))?;
        }
        let mut arrivals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
        std::thread::spawn(move || arrivals.forever().next().map(|_| announce()));
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
            _ => None,
        }
    }
}
