//! The machine's clocks and memory.

use std::time::{Duration, Instant, SystemTime};

use crossfold_engine::Machine;

/// The machine that the command runs on.
pub(crate) struct ThisMachine {
    began: Instant,
}

impl ThisMachine {
    /// Counts time from now on.
    pub(crate) fn start() -> ThisMachine {
        ThisMachine { began: Instant::now() }
    }
}

impl Machine for ThisMachine {
    fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn available_memory(&self) -> Option<u64> {
        crossfold_system::memory::available()
    }
}
