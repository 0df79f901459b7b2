//! `model/README.md`: what a network is, how far to trust it, where it comes from and how to use it, for whoever is
//! handed its folder.
//!
//! Markdown with a head as Hugging Face's model cards have it. A result: it hangs on no clock, no machine's paths and no
//! number of jobs.

mod example;
mod front_matter;
mod markdown;
mod numpy;
mod sections;
mod torch;
mod wording;

use std::io::{self, Write};

use crossfold_network::{Configuration, Form, Shape};
use crossfold_study::Study;

use crate::TestScore;

/// What a model card tells.
pub struct ModelCard<'a> {
    pub study: &'a Study,
    /// Of the network, without what only the search had a use for.
    pub configuration: &'a Configuration,
    pub shape: Shape,
    /// For how long it was trained on all the study's rows.
    pub epochs: u32,
    /// By label; none where numbers are learnt.
    pub classes: &'a [String],
    pub inputs: CardInputs<'a>,
    /// To search on and to train it with.
    pub rows: u64,
    /// SHA-256 of them, in hexadecimal.
    pub digest: &'a str,
    pub selection: Selection,
    /// `None` where the test rows weren't looked at.
    pub test: Option<CardTest<'a>>,
    pub builder: Builder<'a>,
    /// What all of the study's fits have in common, a line each.
    pub origin: &'a str,
}

/// What comes into the network.
pub enum CardInputs<'a> {
    /// Grey levels or colours, 0 to 255.
    Images,
    Table(TableInputs<'a>),
}

/// How columns become inputs, and outputs the column that is predicted.
pub struct TableInputs<'a> {
    pub target: &'a str,
    /// The columns that the network is shown.
    pub columns: Vec<&'a str>,
    /// What they become: of a row, or of a sequence's step.
    pub names: Vec<String>,
    /// How many of the last inputs are places in a table of vectors.
    pub embeddings: usize,
    /// What the network's number is times the second, plus the first: the targets' mean and deviation. 0 and 1 of classes.
    pub scaling: [f64; 2],
}

/// How the network's configuration came out on top, and of how many.
pub struct Selection {
    /// Trials that were scored.
    pub trials: u32,
    /// Others, that the search ended before they were.
    pub pruned: u32,
    /// Its place among them; by `one_se` not the first.
    pub rank: u32,
    /// Validation parts that the mean is over.
    pub folds: usize,
    pub mean: f64,
    /// Of the mean; `None` of a single part.
    pub standard_error: Option<f64>,
    /// Of 95 %; `None` where it isn't known.
    pub interval: Option<[f64; 2]>,
}

/// How the network did on rows that had no part in anything before.
pub struct CardTest<'a> {
    pub rows: u32,
    /// SHA-256 of them, in hexadecimal.
    pub digest: &'a str,
    /// All of the task's, in its order.
    pub scores: Vec<TestScore>,
}

/// The program that made the network; of models kept by an early release only its own version is known.
pub struct Builder<'a> {
    pub crossfold: &'a str,
    pub burn: Option<&'a str>,
    pub rustc: Option<&'a str>,
    /// Of git; `None` where the sources were in no repository.
    pub revision: Option<&'a str>,
}

/// Writes the card.
///
/// # Errors
/// Where `out` takes no more.
///
/// # Panics
/// If the network doesn't fit its shape.
pub fn write_model_card(mut out: impl Write, card: &ModelCard<'_>) -> io::Result<()> {
    out.write_all(front_matter::front_matter(card).as_bytes())?;
    out.write_all(sections::sections(card).as_bytes())
}

impl ModelCard<'_> {
    /// What the data are called, without the folders they are in: those are this machine's.
    fn source(&self) -> String {
        self.study
            .data
            .source
            .path()
            .file_name()
            .map_or_else(|| "data".to_owned(), |name| name.to_string_lossy().into_owned())
    }

    /// What rows are called.
    fn of_rows(&self) -> &'static str {
        match (&self.inputs, self.shape.form) {
            (CardInputs::Images, _) => "images",
            (CardInputs::Table(_), Form::Sequence { .. }) => "sequences",
            (CardInputs::Table(_), Form::Flat | Form::Image { .. }) => "rows",
        }
    }
}

#[cfg(test)]
mod tests;
