//! What remembers fits from one run to the next: [`SqliteStore`], a file, and [`MemoryStore`], which
//! forgets with the process. The only crate that speaks SQL.
//!
//! A fit is in the store whole or not at all. Commits are transactions with `synchronous=FULL`: what
//! [`Store::commit`](crossfold_study::Store::commit) has returned from survives the death of the
//! process and a power cut.
//!
//! This crate knows no networks, no plans and no terminal, reads no clock, and touches no file but the
//! store's own: what comes in and goes out are the words of `crossfold-study`. So another store, of
//! another kind, needs nothing but that crate.

mod memory;
mod sqlite;

pub use memory::MemoryStore;
pub use sqlite::{SCHEMA_VERSION, SqliteStore};
