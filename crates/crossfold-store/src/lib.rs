//! What remembers fits: an SQLite file, or memory. The only crate that speaks SQL.
