//! Implementations of [`Store`](crossfold_study::Store) and [`CrashLog`](crossfold_study::CrashLog): [`SqliteStore`] keeps
//! fits in a file from one run to the next, [`MemoryStore`] until the process ends. The only crate with SQL.
//!
//! This crate knows no networks, no plans and no terminal, and reads no clock. It opens no file but the store's own: the
//! list of mounts, by which SQLite's journal is chosen, is an argument. Its interface is the types of `crossfold-study`, so
//! another kind of store is a folder beside `sqlite` that needs no other crate. `export` is the format in which records move to the store of another machine.

mod alike;
mod export;
mod memory;
mod sqlite;

pub use memory::MemoryStore;
pub use sqlite::{CheckedExport, SqliteStore, WriteAccess};
