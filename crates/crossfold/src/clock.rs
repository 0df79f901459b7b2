//! The machine's clock.

use std::time::{Duration, Instant, SystemTime};

use crossfold_engine::Clock;

/// The machine's clock, counted from the beginning of a command.
pub(crate) struct SystemClock {
    began: Instant,
}

impl SystemClock {
    pub(crate) fn start() -> SystemClock {
        SystemClock { began: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}
