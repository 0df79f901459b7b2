//! Best values at the edge of the search space, in sentences.

use super::settings::{assignment, value};
use crate::analysis::leaderboard::Leaderboard;
use crate::analysis::space_edge::{End, SpaceEdge, find_edges};

/// What to widen in the search space, without full stops.
pub(super) fn edges_in_words(board: &Leaderboard<'_>) -> Vec<String> {
    find_edges(board).iter().map(sentence).collect()
}

fn sentence(edge: &SpaceEdge) -> String {
    let SpaceEdge { param, end, value: last, trials, leading, wider } = edge;
    let which = if trials == leading {
        format!("the best {leading} trials")
    } else {
        format!("{trials} of the best {leading} trials")
    };
    let (superlative, comparative) = match end {
        End::Least => ("least", "smaller"),
        End::Greatest => ("greatest", "greater"),
    };
    match wider {
        Some(values) => {
            // With all digits, because this is copied into a spec.
            let values: Vec<String> = values.iter().map(ToString::to_string).collect();
            format!(
                "{which} have `{}`, the {superlative} value searched, so a {comparative} one may be better: \
                 `search.space.{param}: [{}]`",
                assignment(last),
                values.join(", ")
            )
        }
        None => {
            let (key, edit) = match end {
                End::Least => ("low", "lower"),
                End::Greatest => ("high", "raise"),
            };
            format!(
                "{which} have values of `{param}` near the {superlative} searched ({}), so a {comparative} one may be better: {edit} \
                 `{key}` of `search.space.{param}`",
                value(last)
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossfold_network::{Param, Setting};

    #[test]
    fn the_edit_is_in_the_sentence() {
        let edge = SpaceEdge {
            param: Param::Nodes,
            end: End::Greatest,
            value: Setting::Nodes(64),
            trials: 5,
            leading: 6,
            wider: Some([16, 32, 64, 128].map(Setting::Nodes).to_vec()),
        };
        assert_eq!(
            sentence(&edge),
            "5 of the best 6 trials have `nodes=64`, the greatest value searched, so a greater one may be better: \
             `search.space.nodes: [16, 32, 64, 128]`"
        );
        let range = SpaceEdge {
            param: Param::LearningRate,
            value: Setting::LearningRate(0.02),
            trials: 6,
            wider: None,
            ..edge
        };
        assert_eq!(
            sentence(&range),
            "the best 6 trials have values of `learning_rate` near the greatest searched (0.02), so a greater one may be better: \
             raise `high` of `search.space.learning_rate`"
        );
    }
}
