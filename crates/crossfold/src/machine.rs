//! The machine's clocks, memory and mounts.

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
        let text = std::fs::read_to_string("/proc/meminfo").ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
        let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kilobytes * 1024)
    }
}

/// The file systems that are mounted, by Linux' list of them; empty on other systems.
pub(crate) fn mounts() -> String {
    std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default()
}
