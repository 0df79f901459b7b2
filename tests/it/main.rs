//! Drives `crossfold` as people do: through its command line, on real data.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod architecture;
mod as_trained;
mod bad_data;
mod bad_specs;
mod command_line;
mod compare;
mod data_command;
mod determinism;
mod experiments;
mod findings;
mod gate;
mod harness;
mod init;
mod interrupts;
mod kills;
mod leakage;
mod limits;
mod model_card;
mod penalties;
mod people;
mod predict;
mod resume;
mod searching;
mod settings;
mod smoke;
mod splits;
mod store_faults;
mod tables;
mod ties;
