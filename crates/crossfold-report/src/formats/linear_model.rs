//! What statisticians call a linear model.

use crossfold_network::{Configuration, Kind, LossName, Task};

/// The standard name of a linear model of `outputs` outputs, which for a classification are the classes; `None` for networks.
pub(super) fn linear_model_in_words(configuration: &Configuration, task: Task, outputs: usize) -> Option<&'static str> {
    let has_ridge = configuration.l2 > 0.0 || configuration.weight_decay > 0.0;
    let is_linear = configuration.kind() == Kind::Linear;
    is_linear.then(|| match (task, configuration.l1 > 0.0, has_ridge) {
        (Task::Classification, _, _) if outputs > 2 => "multinomial logistic regression",
        (Task::Classification, _, _) => "logistic regression",
        (Task::Regression, _, _) if configuration.loss.word() != LossName::Squared => "robust linear regression",
        (Task::Regression, false, false) => "least squares",
        (Task::Regression, false, true) => "ridge regression",
        (Task::Regression, true, false) => "lasso",
        (Task::Regression, true, true) => "elastic net",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossfold_network::{Activation, HiddenLayer, Loss};

    #[test]
    fn linear_models_have_their_standard_names() {
        let linear = Configuration::default();
        let name = |configuration: &Configuration, task, outputs| linear_model_in_words(configuration, task, outputs);
        assert_eq!(name(&linear, Task::Classification, 3), Some("multinomial logistic regression"));
        assert_eq!(name(&linear, Task::Classification, 2), Some("logistic regression"));
        let penalized = |l1, l2| {
            name(&Configuration { l1, l2, loss: Loss::Squared, ..Configuration::default() }, Task::Regression, 1)
        };
        assert_eq!(penalized(0.0, 0.0), Some("least squares"));
        assert_eq!(penalized(0.0, 0.1), Some("ridge regression"));
        assert_eq!(penalized(0.1, 0.0), Some("lasso"));
        assert_eq!(penalized(0.1, 0.1), Some("elastic net"));
        let hidden = vec![HiddenLayer { nodes: 4, dropout: 0.0 }];
        let network = Configuration { hidden, activation: Some(Activation::Relu), ..linear };
        assert_eq!(name(&network, Task::Classification, 3), None);
    }
}
