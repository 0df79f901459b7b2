//! Settings of single layers or blocks, and of all of them together.

use super::definitions::{Param, Setting};
use super::values::{Place, Plain, ValueForm};

impl Param {
    /// The other hyperparameters that can determine how many layers or blocks this one has values for.
    pub fn place_counters(self) -> Vec<Param> {
        let counters = match self.place() {
            Some(Place::HiddenLayer) => vec![Param::Layers, Param::Hidden],
            Some(Place::Block) => vec![Param::Blocks, Param::Filters],
            None => Vec::new(),
        };
        counters.into_iter().filter(|counter| *counter != self).collect()
    }

    /// The hyperparameter whose value may list this one's values for all layers: `hidden` for `nodes`, otherwise
    /// itself.
    pub fn listed(self) -> Param {
        if self == Param::Nodes { Param::Hidden } else { self }
    }
}

impl Setting {
    /// The setting that gives each layer or block the value that `settings` of `param` has for it, from the input side;
    /// nodes become [`Setting::Hidden`]. `None` if there are none, if one of them is of another hyperparameter or a
    /// list itself, or if layers have no values of `param`.
    pub fn per_layer(param: Param, settings: &[Setting]) -> Option<Setting> {
        let values = settings.iter().map(|setting| match setting.plain() {
            Plain::List(_) => None,
            value @ (Plain::Text(_) | Plain::Flag(_) | Plain::Count(_) | Plain::Real(_)) => {
                (setting.param() == param).then_some(value)
            }
        });
        let values = values.collect::<Option<Vec<Plain>>>()?;
        let first = values.first()?;
        match param.form() {
            ValueForm::OneOrEach if values.iter().all(|value| value == first) => param.setting(first.clone()),
            ValueForm::OneOrEach => param.setting(Plain::List(values)),
            ValueForm::One if param.listed() != param => param.listed().setting(Plain::List(values)),
            ValueForm::One | ValueForm::Each => None,
        }
    }

    /// The value for one layer or block, counted from 0; `None` if there is none for it.
    pub fn for_layer(&self, layer: u32) -> Option<Setting> {
        let param = if self.param() == Param::Hidden { Param::Nodes } else { self.param() };
        param.place()?;
        match self.plain() {
            Plain::List(mut values) if (layer as usize) < values.len() => {
                param.setting(values.swap_remove(layer as usize))
            }
            Plain::List(_) => None,
            value @ (Plain::Text(_) | Plain::Flag(_) | Plain::Count(_) | Plain::Real(_)) => param.setting(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::PerLayer;
    use super::*;
    use crate::configuration::{Padding, Pooling};

    #[test]
    fn per_layer_settings_combine_into_one() {
        let check = |param, settings: &[Setting], expected| assert_eq!(Setting::per_layer(param, settings), expected);
        let rates = [0.4, 0.3].map(|rate| Setting::Dropout(PerLayer::Same(rate)));
        check(Param::Nodes, &[64, 32].map(Setting::Nodes), Some(Setting::Hidden(vec![64, 32])));
        check(Param::Nodes, &[64, 64].map(Setting::Nodes), Some(Setting::Hidden(vec![64, 64])));
        check(Param::Dropout, &rates, Some(Setting::Dropout(PerLayer::Each(vec![0.4, 0.3]))));
        let same = [Pooling::Max, Pooling::Max].map(|pooling| Setting::Pooling(PerLayer::Same(pooling)));
        check(Param::Pooling, &same, Some(Setting::Pooling(PerLayer::Same(Pooling::Max))));
        check(Param::Nodes, &[], None);
        check(Param::Dropout, &[], None);
        check(Param::BlockDropout, &rates, None);
        check(Param::Dropout, &[Setting::Dropout(PerLayer::Each(vec![0.4, 0.3]))], None);
        check(Param::LearningRate, &[Setting::LearningRate(0.1)], None);
    }

    /// Exactly the hyperparameters with a place can be combined from values per layer or block.
    #[test]
    fn only_hyperparameters_with_a_place_combine_per_layer() {
        for &param in Param::ALL {
            let one = param.count(1).or_else(|| param.real(0.5)).or(match param == Param::Padding {
                true => Some(Setting::Padding(PerLayer::Same(Padding::Same))),
                false => (param == Param::Pooling).then_some(Setting::Pooling(PerLayer::Same(Pooling::Max))),
            });
            let made = one.and_then(|one| Setting::per_layer(param, &[one]));
            assert_eq!(made.is_some(), param.place().is_some(), "{param}");
        }
    }

    #[test]
    fn only_single_numbers_convert_to_a_number() {
        let check = |setting: Setting, expected| assert_eq!(setting.number(), expected, "{setting}");
        check(Setting::Nodes(64), Some(64.0));
        check(Setting::LearningRate(1e-3), Some(1e-3));
        check(Setting::Dropout(PerLayer::Same(0.4)), Some(0.4));
        check(Setting::Dropout(PerLayer::Each(vec![0.4, 0.3])), None);
        check(Setting::Hidden(vec![64]), None);
        check(Setting::Nesterov(true), None);
        check(Setting::Pooling(PerLayer::Same(Pooling::Max)), None);
    }

    #[test]
    fn combined_settings_split_into_layers_again() {
        let nodes = [Setting::Nodes(64), Setting::Nodes(32)];
        let hidden = Setting::per_layer(Param::Nodes, &nodes);
        assert_eq!(hidden, Some(Setting::Hidden(vec![64, 32])));
        assert_eq!(
            [0, 1, 2].map(|layer| hidden.as_ref()?.for_layer(layer)),
            [Some(nodes[0].clone()), Some(nodes[1].clone()), None]
        );
        let rate = |rate| Setting::Dropout(PerLayer::Same(rate));
        let rates = Setting::per_layer(Param::Dropout, &[rate(0.0), rate(0.5)]);
        assert_eq!(rates, Some(Setting::Dropout(PerLayer::Each(vec![0.0, 0.5]))));
        assert_eq!(rates.and_then(|rates| rates.for_layer(1)), Some(rate(0.5)));
    }
}
