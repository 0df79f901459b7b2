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

/// Where `/sys` tells nothing of the processor, the library that multiplies would run the program `lscpu` of the search path:
/// starts the command once more, with a search path that has no programs.
#[cfg(target_os = "linux")]
pub(crate) fn run_no_program() {
    use std::os::unix::process::CommandExt as _;
    const NOWHERE: &str = "/dev/null";
    let is_known = std::fs::read_dir("/sys/devices/system/cpu").is_ok();
    if !is_known && std::env::var_os("PATH").is_none_or(|path| path != NOWHERE) {
        let mut arguments = std::env::args_os();
        let command = arguments.next().unwrap_or_default();
        let command = std::env::current_exe().unwrap_or(command.into());
        // Where no program can be started, `lscpu` can't either.
        let _ = std::process::Command::new(command).args(arguments).env("PATH", NOWHERE).exec();
    }
}
