//! What a search says about its hyperparameters.

use serde::Serialize;

use super::rounded::Six;
use crate::analysis::importance::{Effect, Importance, Interaction, MainEffect};

/// How much of the scores' differences each hyperparameter accounts for, and how.
#[derive(Serialize)]
pub(super) struct ImportanceView {
    /// The most important first.
    hyperparameters: Vec<HyperparameterView>,
    /// What two account for together, beyond each alone.
    pairs: Vec<PairView>,
}

#[derive(Serialize)]
struct HyperparameterView {
    /// As in a leaderboard's column.
    name: &'static str,
    /// Of the scores' variance, 0 to 1, and its standard deviation.
    share: Six,
    sd: Six,
    /// The score to be expected at each value, whatever the other hyperparameters; numbers ascend.
    effect: Vec<EffectView>,
}

/// The score to be expected at a value.
#[derive(Serialize)]
struct EffectView {
    value: ValueView,
    mean: Six,
    sd: Six,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ValueView {
    Number(Six),
    Label(String),
}

#[derive(Serialize)]
struct PairView {
    first: &'static str,
    second: &'static str,
    /// Of the scores' variance, 0 to 1.
    share: Six,
}

impl ImportanceView {
    pub(super) fn new(importance: &Importance) -> ImportanceView {
        let effect = |Effect { value, score }: &Effect| EffectView {
            value: value
                .number()
                .map_or_else(|| ValueView::Label(value.to_string()), |number| ValueView::Number(Six(number))),
            mean: Six(score.mean),
            sd: Six(score.sd),
        };
        let alone = |MainEffect { param, share, effects }: &MainEffect| HyperparameterView {
            name: param.name(),
            share: Six(share.mean),
            sd: Six(share.sd),
            effect: effects.iter().map(effect).collect(),
        };
        let pair = |Interaction { params: [first, second], share }: &Interaction| PairView {
            first: first.name(),
            second: second.name(),
            share: Six(share.mean),
        };
        ImportanceView {
            hyperparameters: importance.main_effects.iter().map(alone).collect(),
            pairs: importance.interactions.iter().map(pair).collect(),
        }
    }
}
