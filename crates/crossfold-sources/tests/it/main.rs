//! Sources, rows and splits together, on tables that are made for it and on those of the corpus.

mod leakage;
mod leaks;
mod messy;
