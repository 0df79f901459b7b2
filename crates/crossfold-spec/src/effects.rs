//! Refuses hyperparameters that certainly have no effect with the other values.

use super::model::ModelCheck;
use crossfold_network::{OptimizerName, Param, ScheduleName, Setting};

impl ModelCheck<'_, '_> {
    /// Refuses hyperparameters that need a value of another one which that never has.
    pub(super) fn check_effects(&mut self) {
        for param in Param::searchable() {
            for need in param.needs() {
                if self.may(need.param, |setting| need.is_met_by(setting)) {
                    continue;
                }
                let on = need.param;
                let with = match self.values(on).unwrap_or_default().as_slice() {
                    [value] => format!("`{on}: {value}`"),
                    _ => format!("any of the values of `{on}`"),
                };
                if let Some(path) = self.given_by_model(param) {
                    self.findings.misplaced(&path, format!("no effect with {with}")).hint =
                        Some(format!("leave it out, or use `{on}: {}`", need.words[0]));
                }
            }
        }
    }

    /// Refuses Nesterov's momentum without momentum.
    pub(super) fn check_nesterov(&mut self) {
        let without_momentum = self.values(Param::Momentum) == Some(vec![Setting::Momentum(0.0)]);
        let nesterov = self.values(Param::Nesterov).unwrap_or_default().contains(&Setting::Nesterov(true));
        let is_sgd = self.may(Param::Optimizer, |setting| *setting == Setting::Optimizer(OptimizerName::Sgd));
        if without_momentum
            && nesterov
            && is_sgd
            && let Some(path) = self.given_by_model(Param::Nesterov)
        {
            self.findings.wrong(&path, "no effect without momentum").hint =
                Some("set `momentum`, 0.9 for example".to_owned());
        }
    }

    /// Refuses the share of an inner validation part that nothing uses.
    pub(super) fn check_inner_share(&mut self) {
        let stops = self.may(Param::Patience, |setting| *setting != Setting::Patience(0));
        let slows = self.may(Param::Schedule, |setting| *setting == Setting::Schedule(ScheduleName::Plateau));
        if !stops
            && !slows
            && let Some(path) = self.given_by_model(Param::InnerShare)
        {
            self.findings.misplaced(&path, "nothing watches an inner validation part").hint =
                Some("leave it out, or set `patience` or `schedule: plateau`".to_owned());
        }
    }
}
