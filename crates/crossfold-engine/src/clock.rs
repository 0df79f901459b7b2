//! Time as an argument.

use std::time::{Duration, SystemTime};

/// The time, as the engine is told it.
///
/// It goes into records and notices, and into forecasts; of results it decides only those of a study with a deadline.
pub trait Clock: Sync {
    /// The time since the command began, which never goes back: `budget.wall` is counted from its zero.
    fn elapsed(&self) -> Duration;

    /// The date and time, for records.
    fn now(&self) -> SystemTime;
}

/// A time as records have it: RFC 3339 in UTC, in whole seconds.
pub(crate) fn timestamp(time: SystemTime) -> String {
    format!("{:.0}", calendar(time))
}

/// A time that can be written in calendar form. One that no calendar has is shown as the first.
pub(crate) fn calendar(time: SystemTime) -> jiff::Timestamp {
    jiff::Timestamp::try_from(time).unwrap_or_default()
}
