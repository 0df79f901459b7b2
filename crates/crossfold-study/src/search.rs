//! How a study's space is searched: the sampler of trials, the pruner that ends them early, and the search's budget.

mod budget;
mod pace;
mod pruner;
mod rungs;
mod setting;
mod strategy;
#[cfg(test)]
mod tests;

pub use budget::Budget;
pub use pace::{Order, Pace};
pub use pruner::{FACTOR, MIN_EPOCHS, MIN_FOLDS, Pruner, PrunerDefinition, PrunerKind, RUNGS};
pub use rungs::{Rung, Rungs};
pub use setting::{GivenSettings, SearchSetting, SettingValue, SettingValues};
pub use strategy::{ProposalReason, SamplerDefinition, SamplerKind, Strategy, TrialsDefinition};

use crossfold_network::Settings;

/// A point that is tried before all others.
#[derive(Clone, Debug, PartialEq)]
pub struct Enqueued {
    /// An index of [`Study::models`](crate::Study::models).
    pub model: usize,
    /// Values of hyperparameters that the model searches, within their domains, the high end of a range included; the
    /// others are drawn. A hyperparameter of layers has one value for all layers, or one for each: as
    /// [`Setting::per_layer`](crossfold_network::Setting::per_layer) makes it.
    pub settings: Settings,
}
