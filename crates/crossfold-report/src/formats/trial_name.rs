//! A trial's name: what distinguishes it from the study's other trials, such as `network · 32 nodes · l2 0.01`.
//!
//! A name is for reading. Numbers in it have four significant digits, so two trials may share one; a trial's number, which
//! is unique, is shown beside it.

use std::collections::BTreeMap;

use crossfold_network::{Configuration, Kind, Param, Plain, Setting, counted};

use super::settings::value as shown;
use crate::analysis::leaderboard::{Leaderboard, Row};

/// Between the parts of a name.
const SEPARATOR: &str = " · ";

/// Names the trials of a leaderboard: `TrialNames::new(board).name(row)`.
pub(crate) struct TrialNames {
    /// By model, `None` where there is only one: the searched hyperparameters of which its trials have different values, in the
    /// order of columns.
    params: BTreeMap<Option<String>, Vec<Param>>,
}

impl TrialNames {
    pub(crate) fn new(board: &Leaderboard<'_>) -> TrialNames {
        let searched: Vec<Param> = board.searched().filter(|&param| param != Param::Model).collect();
        let mut groups: BTreeMap<Option<String>, (&Row<'_>, Vec<bool>)> = BTreeMap::new();
        for row in board.rows() {
            let (first, differ) = groups.entry(model(row)).or_insert_with(|| (row, vec![false; searched.len()]));
            for (differs, &param) in differ.iter_mut().zip(&searched) {
                *differs |= row.value(param) != first.value(param);
            }
        }
        let differing = |(model, (_, differ)): (_, (_, Vec<bool>))| {
            let params = searched.iter().zip(differ).filter(|(_, differs)| *differs).map(|(&param, _)| param);
            (model, params.collect())
        };
        TrialNames { params: groups.into_iter().map(differing).collect() }
    }

    /// The model, where there are several, and the values in which the trial differs from others of it; without any, the kind
    /// and size of its network.
    pub(crate) fn name(&self, row: &Row<'_>) -> String {
        let model = model(row);
        let params = self.params.get(&model).map_or(&[][..], Vec::as_slice);
        let knows_kind = model.is_some() || params.contains(&Param::Kind);
        let settings = params.iter().filter_map(|&param| {
            let value = row.value(param)?;
            if value != Setting::Layers(0) {
                return Some(part(&value));
            }
            (!knows_kind).then(|| kind(row.configuration).to_owned())
        });
        let parts: Vec<String> = model.clone().into_iter().chain(settings).collect();
        if parts.is_empty() { architecture(row.configuration) } else { parts.join(SEPARATOR) }
    }
}

/// The name of the trial's model; `None` where models have none.
fn model(row: &Row<'_>) -> Option<String> {
    Some(row.value(Param::Model)?.to_string())
}

/// A setting as part of a name.
pub(super) fn part(setting: &Setting) -> String {
    let (param, value) = (setting.param(), setting.plain());
    let words = param.name().replace('_', " ");
    match (param, &value) {
        (Param::Kind | Param::Activation | Param::Optimizer | Param::Cell, _) => shown(setting),
        (Param::Layers | Param::Nodes | Param::Filters | Param::Blocks | Param::Epochs, Plain::Count(count)) => {
            counted(*count, words.trim_end_matches('s'))
        }
        (Param::Hidden, Plain::List(nodes)) => match nodes.as_slice() {
            [] => "no hidden layer".to_owned(),
            [Plain::Count(nodes)] => counted(*nodes, "node"),
            nodes => format!("{} nodes", nodes.iter().map(Plain::to_string).collect::<Vec<_>>().join("-")),
        },
        (_, Plain::Flag(true)) => words,
        (_, Plain::Flag(false)) => format!("no {words}"),
        _ => format!("{words} {}", shown(setting)),
    }
}

fn kind(configuration: &Configuration) -> &'static str {
    match configuration.kind() {
        Kind::Linear => "linear",
        Kind::Mlp => "network",
        Kind::Cnn => "convolutional network",
        Kind::Rnn => "recurrent network",
    }
}

/// The kind and size of a network.
fn architecture(configuration: &Configuration) -> String {
    let nodes: Vec<String> = configuration.hidden_layers().iter().map(|layer| layer.nodes.to_string()).collect();
    match (configuration.kind(), nodes.is_empty()) {
        (Kind::Linear, _) => "linear model".to_owned(),
        (_, true) => kind(configuration).to_owned(),
        (_, false) => format!("{}{SEPARATOR}{} nodes", kind(configuration), nodes.join("-")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use crossfold_network::PerLayer;
    use crossfold_study::{Metric, Plan};

    fn names(plan: &Plan) -> Vec<(u32, String)> {
        let study = example::study(Metric::Accuracy);
        let board = Leaderboard::new(&study, plan, &example::results(), example::SHAPE);
        let names = TrialNames::new(&board);
        let mut named: Vec<_> = board.rows().iter().map(|row| (row.trial.number.0, names.name(row))).collect();
        named.sort_unstable();
        named
    }

    #[test]
    fn trials_are_named_by_what_differs() {
        let named: Vec<String> = names(&example::plan()).into_iter().map(|(_, name)| name).collect();
        assert_eq!(
            named,
            [
                "linear · 1 epoch",
                "linear · 2 epochs",
                "1 layer · 4 nodes · 1 epoch",
                "1 layer · 4 nodes · 2 epochs",
                "1 layer · 8 nodes · 1 epoch",
                "1 layer · 8 nodes · 2 epochs"
            ]
        );
    }

    #[test]
    fn what_is_equal_in_all_trials_is_left_out() {
        let mut plan = example::plan();
        plan.trials.retain(|trial| trial.configuration.0 == 2);
        let named: Vec<String> = names(&plan).into_iter().map(|(_, name)| name).collect();
        assert_eq!(named, ["1 epoch", "2 epochs"]);
    }

    #[test]
    fn a_single_trial_is_named_by_its_network() {
        let mut plan = example::plan();
        plan.trials.truncate(1);
        assert_eq!(names(&plan), [(0, "linear model".to_owned())]);
        let mut plan = example::plan();
        plan.trials.drain(..5);
        assert_eq!(names(&plan), [(5, "network · 8 nodes".to_owned())]);
    }

    /// What is equal in all trials of a model is no part of their names, though other models have other values.
    #[test]
    fn trials_of_several_models_are_named_by_model() {
        let mut plan = example::plan();
        for trial in &mut plan.trials {
            let model = if trial.configuration.0 == 0 { "logit" } else { "network" };
            trial.stands_for.iter_mut().for_each(|point| *point = point.clone().with(Setting::Model(model.to_owned())));
        }
        plan.trials.remove(1);
        let named: Vec<String> = names(&plan).into_iter().map(|(_, name)| name).collect();
        assert_eq!(
            named,
            [
                "logit",
                "network · 4 nodes · 1 epoch",
                "network · 4 nodes · 2 epochs",
                "network · 8 nodes · 1 epoch",
                "network · 8 nodes · 2 epochs"
            ]
        );
    }

    #[test]
    fn parts_of_a_name_are_words_and_four_digits() {
        let check = |setting: Setting, expected: &str| assert_eq!(part(&setting), expected);
        check(Setting::L2(0.000_014_799_920_560_533_584), "l2 0.0000148");
        check(Setting::LearningRate(0.000_807_986_266_703_175_2), "learning rate 0.000808");
        check(Setting::LearningRate(123.456), "learning rate 123.5");
        check(Setting::Dropout(PerLayer::Same(0.0)), "dropout 0");
        check(Setting::Dropout(PerLayer::Each(vec![0.2, 0.123_456])), "dropout [0.2, 0.1235]");
        check(Setting::Hidden(vec![64, 32]), "64-32 nodes");
        check(Setting::Hidden(vec![1]), "1 node");
        check(Setting::Hidden(Vec::new()), "no hidden layer");
        check(Setting::BatchSize(64), "batch size 64");
        check(Setting::Nesterov(false), "no nesterov");
        check(Setting::Nodes(1), "1 node");
    }
}
