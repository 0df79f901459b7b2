//! Hyperparameter importance as the page shows it.

use serde::Serialize;

use super::rounded::Nine;
use crate::analysis::importance::{Effect, Importance, Interaction, MainEffect};

/// The share of the variance that each hyperparameter explains, and its effect.
#[derive(Serialize)]
pub(super) struct ImportanceView {
    /// Whether the trials are enough to say which hyperparameters matter.
    is_conclusive: bool,
    /// Number of trials that were learned from.
    trials: usize,
    /// The most important first.
    hyperparameters: Vec<HyperparameterView>,
    /// Interactions.
    pairs: Vec<PairView>,
}

#[derive(Serialize)]
struct HyperparameterView {
    /// The name of its column in the leaderboard.
    name: &'static str,
    /// Share of the variance of scores, 0 to 1, and its standard deviation.
    share: Nine,
    sd: Nine,
    /// The mean score at each value, over all values of the others; numbers ascend.
    effect: Vec<EffectView>,
}

/// The mean score at a value.
#[derive(Serialize)]
struct EffectView {
    value: ValueView,
    mean: Nine,
    sd: Nine,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ValueView {
    Number(Nine),
    Label(String),
}

#[derive(Serialize)]
struct PairView {
    first: &'static str,
    second: &'static str,
    /// Share of the variance of scores, 0 to 1.
    share: Nine,
}

impl ImportanceView {
    pub(super) fn new(importance: &Importance) -> ImportanceView {
        let effect = |Effect { value, score }: &Effect| EffectView {
            value: value
                .number()
                .map_or_else(|| ValueView::Label(value.to_string()), |number| ValueView::Number(Nine(number))),
            mean: Nine(score.mean),
            sd: Nine(score.sd),
        };
        let alone = |MainEffect { param, share, effects }: &MainEffect| HyperparameterView {
            name: param.name(),
            share: Nine(share.mean),
            sd: Nine(share.sd),
            effect: effects.iter().map(effect).collect(),
        };
        let pair = |Interaction { params: [first, second], share }: &Interaction| PairView {
            first: first.name(),
            second: second.name(),
            share: Nine(share.mean),
        };
        ImportanceView {
            is_conclusive: importance.is_conclusive(),
            trials: importance.trials,
            hyperparameters: importance.main_effects.iter().map(alone).collect(),
            pairs: importance.interactions.iter().map(pair).collect(),
        }
    }
}
