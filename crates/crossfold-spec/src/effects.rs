//! Refuses hyperparameters that certainly have no effect with the other values.

use super::model::ModelCheck;
use crossfold_network::{Kind, Normalization, OptimizerName, Param, ScheduleName, Setting};
use crossfold_study::Domain;

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

    /// Refuses a warm-up that may be as long as training, in which the learning rate never reaches its value.
    pub(super) fn check_warmup(&mut self) {
        let rises = self.may(Param::Schedule, |setting| *setting != Setting::Schedule(ScheduleName::OneCycle));
        // Under whatever condition it is searched, its greatest value occurs.
        let (Some([_, warmup]), Some(epochs)) = (self.range(Param::Warmup), self.least_epochs_of_warmup()) else {
            return;
        };
        if rises
            && warmup > 0.0
            && warmup >= epochs
            && let Some(path) = self.given(Param::Warmup)
        {
            let message = format!("a warm-up of {warmup} epochs is as long as a training of {epochs}");
            self.findings.wrong(&path, message).hint =
                Some("choose a `warmup` of fewer epochs than the least `epochs`".to_owned());
        }
    }

    /// The least number of epochs with which a warm-up occurs; `None` if it is unknown or depends on conditions.
    fn least_epochs_of_warmup(&self) -> Option<f64> {
        let warmup = self.space.iter().find(|dimension| dimension.param == Param::Warmup);
        let conditions = warmup.into_iter().flat_map(|dimension| &dimension.when);
        let on_epochs: Vec<_> = conditions.filter(|when| when.param == Param::Epochs).collect();
        let Some((first, others)) = on_epochs.split_first() else {
            return self.bounds(Param::Epochs).map(|[least, _]| least);
        };
        let occurs = |value: &&Setting| others.iter().all(|when| when.values.contains(value));
        first.values.iter().filter(occurs).filter_map(Setting::number).reduce(f64::min)
    }

    /// Refuses batch normalisation of batches of one row, which has no variance.
    pub(super) fn check_single_rows(&mut self) {
        let normalization = Setting::Normalization(Normalization::Batch);
        if self.is_unconditional(Param::Normalization)
            && self.values(Param::Normalization).unwrap_or_default().contains(&normalization)
            && self.bounds(Param::BatchSize).is_some_and(|[least, _]| least == 1.0)
            && !self.may_only_be(Kind::Linear)
            && let Some(path) = self.given(Param::BatchSize)
        {
            self.findings.wrong(&path, "batches of 1 row have no variance for `normalization: batch`").hint =
                Some("choose a `batch_size` of at least 2, or `normalization: layer`".to_owned());
        }
    }

    /// The least and the greatest value that `param` may have; `None` if they are unknown or depend on conditions.
    fn bounds(&self, param: Param) -> Option<[f64; 2]> {
        if self.is_unconditional(param) { self.range(param) } else { None }
    }

    /// The least and the greatest value that `param` may have under any condition; `None` if they are unknown.
    fn range(&self, param: Param) -> Option<[f64; 2]> {
        let domain = self.space.iter().find(|dimension| dimension.param == param).map(|dimension| &dimension.domain);
        match domain {
            Some(&Domain::Int { low, high, .. } | &Domain::LogInt { low, high }) => Some([low.into(), high.into()]),
            Some(Domain::Uniform { .. } | Domain::LogUniform { .. }) => None,
            Some(Domain::Choice(_)) | None => {
                let numbers: Vec<f64> = self.values(param)?.iter().filter_map(Setting::number).collect();
                let least = numbers.iter().copied().reduce(f64::min)?;
                Some([least, numbers.iter().copied().fold(least, f64::max)])
            }
        }
    }

    fn is_unconditional(&self, param: Param) -> bool {
        self.space.iter().all(|dimension| dimension.param != param || dimension.when.is_empty())
    }

    fn may_only_be(&self, kind: Kind) -> bool {
        !self.may(Param::Kind, |setting| *setting != Setting::Kind(kind))
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
