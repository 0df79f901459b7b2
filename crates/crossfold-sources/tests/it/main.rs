//! Tests of sources, rows and splits together, on generated tables and on the corpus.

mod leakage;
mod leaks;
mod messy;
mod searched_steps;
