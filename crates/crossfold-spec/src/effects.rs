//! What has no effect beside other values, for certain.

use super::values::Values;
use crossfold_network::{Kind, LossName, OptimizerName, Param, PerLayer, Pooling, ScheduleName, Setting};

impl Values<'_, '_> {
    /// What hangs on another setting that never has the value it takes.
    pub(super) fn without_effect(&mut self) {
        for &(params, on, has, instead) in EFFECTS {
            if self.may(on, has) {
                continue;
            }
            let values = self.values(on).unwrap_or_default();
            let with = match values.as_slice() {
                [value] => format!("`{on}: {value}`"),
                _ => format!("any of the values of `{on}`"),
            };
            for &param in params {
                if let Some(path) = self.given_to_it_alone(param) {
                    self.findings.misplaced(&path, format!("no effect with {with}")).hint =
                        Some(format!("leave it out, or use `{on}: {instead}`"));
                }
            }
        }
    }

    pub(super) fn nesterov(&mut self) {
        let without_momentum = self.values(Param::Momentum) == Some(vec![Setting::Momentum(0.0)]);
        let nesterov = self.values(Param::Nesterov).unwrap_or_default().contains(&Setting::Nesterov(true));
        let is_sgd = self.may(Param::Optimizer, |setting| *setting == Setting::Optimizer(OptimizerName::Sgd));
        if without_momentum
            && nesterov
            && is_sgd
            && let Some(path) = self.given_to_it_alone(Param::Nesterov)
        {
            self.findings.wrong(&path, "no effect without momentum").hint =
                Some("set `momentum`, 0.9 for example".to_owned());
        }
    }

    /// An inner part that nothing watches.
    pub(super) fn inner_share(&mut self) {
        let stops = self.may(Param::Patience, |setting| *setting != Setting::Patience(0));
        let slows = self.may(Param::Schedule, |setting| *setting == Setting::Schedule(ScheduleName::Plateau));
        if !stops
            && !slows
            && let Some(path) = self.given_to_it_alone(Param::InnerShare)
        {
            self.findings.misplaced(&path, "nothing watches an inner validation part").hint =
                Some("leave it out, or set `patience` or `schedule: plateau`".to_owned());
        }
    }
}

/// Hyperparameters that have an effect only where another one has a certain value, and such a value.
type Effect = (&'static [Param], Param, fn(&Setting) -> bool, &'static str);

const EFFECTS: &[Effect] = &[
    (
        &[
            Param::Blocks,
            Param::Filters,
            Param::Kernel,
            Param::Stride,
            Param::Padding,
            Param::Pooling,
            Param::PoolSize,
            Param::BlockDropout,
        ],
        Param::Kind,
        |setting| matches!(setting, Setting::Kind(Kind::Cnn)),
        "cnn",
    ),
    (
        &[Param::Cell, Param::Bidirectional, Param::Summary],
        Param::Kind,
        |setting| matches!(setting, Setting::Kind(Kind::Rnn)),
        "rnn",
    ),
    (
        &[Param::Layers, Param::Nodes, Param::Hidden, Param::Dropout],
        Param::Kind,
        |setting| !matches!(setting, Setting::Kind(Kind::Linear)),
        "mlp",
    ),
    (
        &[Param::Activation, Param::NegativeSlope, Param::Normalization],
        Param::Kind,
        |setting| matches!(setting, Setting::Kind(Kind::Mlp | Kind::Cnn)),
        "mlp",
    ),
    (
        &[Param::NegativeSlope],
        Param::Activation,
        |setting| matches!(setting, Setting::Activation(crossfold_network::ActivationName::LeakyRelu)),
        "leaky_relu",
    ),
    (
        &[Param::PoolSize],
        Param::Pooling,
        |setting| !matches!(setting, Setting::Pooling(PerLayer::Same(Pooling::None))),
        "max",
    ),
    (
        &[Param::LabelSmoothing],
        Param::Loss,
        |setting| matches!(setting, Setting::Loss(LossName::CrossEntropy)),
        "cross_entropy",
    ),
    (&[Param::HuberDelta], Param::Loss, |setting| matches!(setting, Setting::Loss(LossName::Huber)), "huber"),
    (
        &[Param::Momentum],
        Param::Optimizer,
        |setting| matches!(setting, Setting::Optimizer(OptimizerName::Sgd | OptimizerName::Rmsprop)),
        "sgd",
    ),
    (&[Param::Nesterov], Param::Optimizer, |setting| matches!(setting, Setting::Optimizer(OptimizerName::Sgd)), "sgd"),
    (
        &[Param::Decay],
        Param::Schedule,
        |setting| {
            use ScheduleName::{Exponential, Plateau, Step};
            matches!(setting, Setting::Schedule(Step | Exponential | Plateau))
        },
        "step",
    ),
    (
        &[Param::DecayEpochs],
        Param::Schedule,
        |setting| matches!(setting, Setting::Schedule(ScheduleName::Step | ScheduleName::Plateau)),
        "step",
    ),
    (
        &[Param::Warmup],
        Param::Schedule,
        |setting| !matches!(setting, Setting::Schedule(ScheduleName::OneCycle)),
        "cosine",
    ),
];
