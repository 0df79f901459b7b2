//! Members of what is retrained on all rows.

use crossfold_network::Configuration;
use crossfold_study::MemberKey;
use serde::{Deserialize, Serialize};

/// A trial as it is retrained on all rows: the winner, or one of an ensemble.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Member {
    pub(crate) configuration: Configuration,
    pub(crate) epochs: u32,
    /// The number of networks, which differ in their seeds.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub(crate) networks: u32,
    /// Beside those of the other members.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub(crate) weight: u32,
}

impl Member {
    /// As networks are loaded.
    pub(crate) fn loaded(&self) -> crossfold_model::Member<'_> {
        let Member { configuration, networks, weight, .. } = self;
        crossfold_model::Member { configuration, networks: *networks, weight: *weight }
    }

    /// As part of an ensemble's key.
    pub(crate) fn keyed(&self) -> MemberKey<'_> {
        let Member { configuration, epochs, networks, weight } = self;
        MemberKey { configuration, epochs: *epochs, networks: *networks, weight: *weight }
    }
}

fn one() -> u32 {
    1
}

fn is_one(number: &u32) -> bool {
    *number == 1
}
