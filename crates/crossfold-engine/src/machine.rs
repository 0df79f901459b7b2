//! The machine as an argument: its time and its memory.

use std::time::{Duration, SystemTime};

/// What the engine knows of the machine that it runs on.
///
/// Times go into records, notices and forecasts; they affect results only in a study with a deadline. The memory decides
/// which studies are refused because they would not fit.
pub trait Machine: Sync {
    /// The time since the command began, which never goes back: `budget.wall` is counted from its zero.
    fn elapsed(&self) -> Duration;

    /// The date and time, for records.
    fn now(&self) -> SystemTime;

    /// The bytes of memory that are free now; `None` where that is not known.
    fn available_memory(&self) -> Option<u64>;
}

/// A time as records have it: RFC 3339 in UTC, in whole seconds.
pub(crate) fn timestamp(time: SystemTime) -> String {
    format!("{:.0}", calendar(time))
}

/// A time as a time stamp; the epoch for a time out of range.
pub(crate) fn calendar(time: SystemTime) -> jiff::Timestamp {
    jiff::Timestamp::try_from(time).unwrap_or_default()
}
