//! The hyperparameters of a configuration, named as a spec names them.

use crossfold_study::{Configuration, Dropout, Optimizer, OptimizerName, Param, Setting};

/// The value that `param` has in `configuration`; `None` where it has no effect, or where no single
/// value says it: layers that differ in width have no number of `nodes`.
pub(crate) fn value(param: Param, configuration: &Configuration, epochs: u32) -> Option<Setting> {
    let hidden = &configuration.hidden;
    match param {
        Param::Layers => Some(Setting::Layers(hidden.len() as u32)),
        Param::Nodes => shared(hidden.iter().map(|layer| layer.nodes)).map(Setting::Nodes),
        Param::Hidden => Some(Setting::Hidden(hidden.iter().map(|layer| layer.nodes).collect())),
        Param::Activation => configuration.activation.map(Setting::Activation),
        Param::Dropout if hidden.is_empty() => None,
        Param::Dropout => Some(Setting::Dropout(match shared(hidden.iter().map(|layer| layer.dropout)) {
            Some(rate) => Dropout::Same(rate),
            None => Dropout::PerLayer(hidden.iter().map(|layer| layer.dropout).collect()),
        })),
        Param::Optimizer => Some(Setting::Optimizer(match configuration.optimizer {
            Optimizer::Sgd { .. } => OptimizerName::Sgd,
            Optimizer::Adam => OptimizerName::Adam,
        })),
        Param::LearningRate => Some(Setting::LearningRate(configuration.learning_rate)),
        Param::Momentum => match configuration.optimizer {
            Optimizer::Sgd { momentum, nesterov: _ } => Some(Setting::Momentum(momentum)),
            Optimizer::Adam => None,
        },
        Param::Nesterov => match configuration.optimizer {
            Optimizer::Sgd { momentum, nesterov } => (momentum > 0.0).then_some(Setting::Nesterov(nesterov)),
            Optimizer::Adam => None,
        },
        Param::L2 => Some(Setting::L2(configuration.l2)),
        Param::BatchSize => Some(Setting::BatchSize(configuration.batch_size)),
        Param::Epochs => Some(Setting::Epochs(epochs)),
    }
}

/// `layers=2 nodes=64`: a setting in the midst of text.
pub(crate) fn named(setting: &Setting) -> String {
    format!("{}={setting}", setting.param())
}

/// What all items are, if they are all the same.
fn shared<T: PartialEq>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next()?;
    items.all(|item| item == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use crossfold_study::{HiddenLayer, Settings};

    fn shown(configuration: &Configuration) -> String {
        let values = Param::ALL.into_iter().filter_map(|param| value(param, configuration, 5));
        values.map(|setting| named(&setting)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_has_no_effect_or_no_single_value_is_left_out() {
        let mut configuration = example::configuration(&[64, 64], 0.2);
        let rest = "learning_rate=0.001 l2=0 batch_size=64 epochs=5";
        assert_eq!(
            shown(&configuration),
            format!("layers=2 nodes=64 hidden=[64, 64] activation=relu dropout=0.2 optimizer=adam {rest}")
        );
        configuration.hidden[1] = HiddenLayer { nodes: 32, dropout: 0.1 };
        assert_eq!(
            shown(&configuration),
            format!("layers=2 hidden=[64, 32] activation=relu dropout=[0.2, 0.1] optimizer=adam {rest}")
        );
        configuration = example::configuration(&[], 0.0);
        configuration.optimizer = Optimizer::Sgd { momentum: 0.9, nesterov: true };
        assert_eq!(
            shown(&configuration),
            "layers=0 hidden=[] optimizer=sgd learning_rate=0.001 momentum=0.9 nesterov=true l2=0 batch_size=64 epochs=5"
        );
        configuration.optimizer = Optimizer::Sgd { momentum: 0.0, nesterov: false };
        assert!(!shown(&configuration).contains("nesterov"));
    }

    /// The study crate resolves settings to a configuration; here is the way back.
    #[test]
    fn values_resolve_to_the_configuration_they_came_from() {
        for mut configuration in [example::configuration(&[64, 32], 0.2), example::configuration(&[], 0.0)] {
            configuration.optimizer = Optimizer::Sgd { momentum: 0.9, nesterov: true };
            let settings = Param::ALL
                .into_iter()
                .filter_map(|param| value(param, &configuration, 5))
                .fold(Settings::default(), Settings::with);
            assert_eq!(settings.resolve().unwrap(), (configuration, 5));
        }
    }
}
