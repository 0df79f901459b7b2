//! Drives `crossfold` as people do: through its command line, on real data.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod architecture;
mod bad_data;
mod bad_specs;
mod command_line;
mod determinism;
mod experiments;
mod gate;
mod harness;
mod interrupts;
mod kills;
mod limits;
mod resume;
mod smoke;
mod store_faults;
