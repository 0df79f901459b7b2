//! Drives `crossfold` as people do: through its command line, on real data.

mod architecture;
mod bad_data;
mod bad_specs;
mod command_line;
mod determinism;
mod experiments;
mod harness;
mod interrupts;
mod smoke;
