//! `model/README.md`: what a network is, how far to trust it, where it comes from and how to use it.
//!
//! Markdown with front matter in the format of Hugging Face's model cards. A result: it depends on no clock, no path of
//! the machine and no number of jobs.

mod example;
mod front_matter;
mod methods;
mod numpy;
mod script;
mod sections;
mod torch;
pub(super) mod wording;

use std::borrow::Cow;
use std::io::{self, Write};

use crossfold_network::{Configuration, Form, Kind, Shape};
use crossfold_study::Study;

use super::linear_model::linear_model_in_words;
use crate::analysis::ensemble::{Ensemble, EnsembleMember};
use crate::analysis::test_score::TestScore;

/// The contents of a model card.
pub struct ModelCard<'a> {
    pub study: &'a Study,
    /// The configuration of the refitted network, or of the first of an ensemble, without what only the search used.
    pub configuration: &'a Configuration,
    pub shape: Shape,
    /// Number of epochs on all of the study's rows.
    pub epochs: u32,
    /// Number of networks whose predictions are averaged.
    pub networks: u32,
    /// The networks of folds, where these predict together; `None` for networks that were trained on all rows.
    pub folds: Option<CardFolds>,
    /// The members of an ensemble; `None` for the winner alone.
    pub ensemble: Option<CardEnsemble<'a>>,
    /// The temperature that its probabilities are rescaled by; 1 for none.
    pub temperature: f64,
    /// The class names, by label; empty for regression.
    pub classes: &'a [String],
    pub inputs: CardInputs<'a>,
    /// Number of rows of search and refit.
    pub rows: u64,
    /// SHA-256 of those rows, in hexadecimal.
    pub digest: &'a str,
    pub selection: Selection,
    /// The mean score of nested cross-validation; `None` where there is none.
    pub nested: Option<f64>,
    /// `None` where the test rows were not looked at.
    pub test: Option<CardTest<'a>>,
    pub builder: BuildVersions<'a>,
    /// What all fits of the study with the network's preprocessing have in common, one line each.
    pub origin: Cow<'a, str>,
}

/// Networks of the winner on each fold.
pub struct CardFolds {
    /// The folds' number.
    pub folds: u32,
    /// The mean and standard deviation of each network's targets, which rescale its output; 0 and 1 for classification. Empty
    /// for images, which all networks read in the same way.
    pub scalings: Vec<[f64; 2]>,
}

/// The members of an ensemble of several trials.
pub struct CardEnsemble<'a> {
    pub picked: &'a Ensemble,
    /// The configuration of each of its members, in their order.
    pub configurations: Vec<&'a Configuration>,
}

impl<'a> CardEnsemble<'a> {
    fn members(&self) -> impl Iterator<Item = (&'a EnsembleMember, &'a Configuration)> {
        self.picked.members.iter().zip(self.configurations.iter().copied())
    }
}

/// The inputs of the network.
pub enum CardInputs<'a> {
    /// Grey levels or colours, 0 to 255.
    Images,
    Table(TableInputs<'a>),
}

/// How columns become inputs, and outputs the predicted column.
pub struct TableInputs<'a> {
    /// The predicted column.
    pub target: &'a str,
    /// The columns that inputs are made from.
    pub columns: Vec<&'a str>,
    /// The names of the inputs of a row, or of a sequence's step.
    pub names: Vec<String>,
    /// Number of inputs, the last ones, that are indices into embedding tables.
    pub embeddings: usize,
    /// The places of inputs that are numbers, in the order of [`NumberInputs`](crossfold_network::NumberInputs).
    pub numbers: Vec<u32>,
    /// The mean and standard deviation of the targets, which rescale the network's output; 0 and 1 for classification.
    pub scaling: [f64; 2],
}

/// How the network's configuration was selected.
pub struct Selection {
    /// Number of trials with a score.
    pub trials: u32,
    /// Number of trials that were pruned.
    pub pruned: u32,
    /// Number of trials that failed.
    pub failed: u32,
    /// Its rank; not 1 where `one_se` selected a simpler trial.
    pub rank: u32,
    /// Number of validation parts of the mean.
    pub folds: usize,
    pub mean: f64,
    /// Standard error of the mean; `None` for a single part.
    pub standard_error: Option<f64>,
    /// The 95 % confidence interval; `None` where it is not known.
    pub interval: Option<[f64; 2]>,
}

/// The scores of the network on the test rows.
pub struct CardTest<'a> {
    /// Number of test rows.
    pub rows: u32,
    /// SHA-256 of the test rows, in hexadecimal.
    pub digest: &'a str,
    /// The values of all of the task's metrics, in its order.
    pub scores: Vec<TestScore>,
}

/// The versions of the program that trained the network; of models stored by an early release only that of crossfold is
/// known.
pub struct BuildVersions<'a> {
    pub crossfold: &'a str,
    pub burn: Option<&'a str>,
    pub rustc: Option<&'a str>,
    /// The git revision; `None` outside of a repository.
    pub revision: Option<&'a str>,
}

/// Writes the card.
///
/// # Errors
/// If `out` can't be written to.
///
/// # Panics
/// If the configuration does not fit the shape.
pub(super) fn write_model_card(mut out: impl Write, card: &ModelCard<'_>) -> io::Result<()> {
    out.write_all(front_matter::front_matter(card).as_bytes())?;
    out.write_all(sections::sections(card).as_bytes())
}

impl ModelCard<'_> {
    /// The name of the data file, without the folders of this machine.
    fn source(&self) -> String {
        self.study
            .data
            .source
            .path()
            .file_name()
            .map_or_else(|| "data".to_owned(), |name| name.to_string_lossy().into_owned())
    }

    /// The kinds of its networks, each once.
    fn kinds(&self) -> Vec<Kind> {
        let members = self.ensemble.iter().flat_map(CardEnsemble::members).map(|(_, configuration)| configuration);
        let mut kinds: Vec<Kind> = members.chain([self.configuration]).map(Configuration::kind).collect();
        kinds.sort_by_key(|kind| kind.name());
        kinds.dedup();
        kinds
    }

    /// The standard name of a linear model; `None` for networks.
    fn linear(&self) -> Option<&'static str> {
        linear_model_in_words(self.configuration, self.study.data.task(), self.shape.outputs)
    }

    /// Whether its networks have inputs of their own.
    fn has_own_inputs(&self) -> bool {
        self.folds.as_ref().is_some_and(|folds| folds.scalings.len() > 1)
    }

    /// What a row is called.
    fn row_name(&self) -> &'static str {
        self.rows_name().trim_end_matches('s')
    }

    /// What rows are called.
    fn rows_name(&self) -> &'static str {
        match (&self.inputs, self.shape.form) {
            (CardInputs::Images, _) => "images",
            (CardInputs::Table(_), Form::Sequence { .. }) => "sequences",
            (CardInputs::Table(_), Form::Flat | Form::Table(_) | Form::Image { .. }) => "rows",
        }
    }
}

#[cfg(test)]
mod tests;
