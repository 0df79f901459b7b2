//! Drives `crossfold` as people do: through its command line, on real data.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod architecture;
mod as_trained;
mod bad_data;
mod bad_specs;
mod columns;
mod command_line;
mod compare;
mod data_command;
mod determinism;
mod dialects;
mod experiments;
mod findings;
mod gate;
mod glances;
mod group_columns;
mod harness;
mod headers;
mod init;
mod inner_parts;
mod interrupts;
mod intervals;
mod kills;
mod leakage;
mod limits;
mod model_card;
mod no_skill;
mod penalties;
mod people;
mod predict;
mod reading;
mod records;
mod resume;
mod search_rules;
mod searching;
mod seen_before;
mod settings;
mod shown;
mod smoke;
mod splits;
mod store_faults;
mod surroundings;
mod tables;
mod ties;
mod training_steps;
