//! The searched steps of preprocessing.

use serde::{Deserialize, Serialize};

/// The values of the steps of preprocessing that a study searches, as specs spell them; `None` for a step that isn't
/// searched.
///
/// They are part of a configuration because a network is trained on the inputs that they make. This crate only carries
/// them: their meaning is known where rows are.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct SearchedSteps {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numeric_log: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numeric_scale: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numeric_clip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numeric_encode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub categorical_encode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub select: Option<u32>,
}

impl SearchedSteps {
    /// Whether no step has a value.
    pub fn is_empty(&self) -> bool {
        *self == SearchedSteps::default()
    }

    /// The steps with a value, each by itself.
    pub fn each(&self) -> impl Iterator<Item = SearchedSteps> {
        // No `..`: a new field must be listed below.
        let SearchedSteps { numeric_log, numeric_scale, numeric_clip, numeric_encode, categorical_encode, select } =
            self.clone();
        let none = SearchedSteps::default;
        let all = [
            SearchedSteps { numeric_log, ..none() },
            SearchedSteps { numeric_scale, ..none() },
            SearchedSteps { numeric_clip, ..none() },
            SearchedSteps { numeric_encode, ..none() },
            SearchedSteps { categorical_encode, ..none() },
            SearchedSteps { select, ..none() },
        ];
        all.into_iter().filter(|step| !step.is_empty())
    }

    /// The steps with a value: paths below `preprocessing`, and values.
    pub(crate) fn words(&self) -> impl Iterator<Item = (&'static str, String)> {
        let SearchedSteps { numeric_log, numeric_scale, numeric_clip, numeric_encode, categorical_encode, select } =
            self.clone();
        let all = [
            ("numeric.log", numeric_log.map(|log| log.to_string())),
            ("numeric.scale", numeric_scale),
            ("numeric.clip", numeric_clip),
            ("numeric.encode", numeric_encode),
            ("categorical.encode", categorical_encode),
            ("select", select.map(|inputs| inputs.to_string())),
        ];
        all.into_iter().filter_map(|(path, value)| Some((path, value?)))
    }
}
