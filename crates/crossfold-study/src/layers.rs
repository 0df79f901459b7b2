//! The values that a setting has for each layer.

use crate::{PerLayer, Setting};

/// One layer's value of a list.
macro_rules! of {
    ($variant:ident, $values:expr, $layer:expr) => {
        match $values {
            PerLayer::Same(value) => Some(Setting::$variant(PerLayer::Same(value.clone()))),
            PerLayer::Each(values) => values.get($layer).cloned().map(|value| Setting::$variant(PerLayer::Same(value))),
        }
    };
}

impl Setting {
    /// The value of one layer (or block), counted from 0; `None` where the setting has none for it.
    #[allow(clippy::wildcard_enum_match_arm, reason = "of all hyperparameters few are of layers")]
    pub fn of_layer(&self, layer: u32) -> Option<Setting> {
        let layer = layer as usize;
        match self {
            Setting::Hidden(nodes) => nodes.get(layer).copied().map(Setting::Nodes),
            Setting::Nodes(nodes) => Some(Setting::Nodes(*nodes)),
            Setting::Dropout(values) => of!(Dropout, values, layer),
            Setting::Filters(values) => of!(Filters, values, layer),
            Setting::Kernel(values) => of!(Kernel, values, layer),
            Setting::Stride(values) => of!(Stride, values, layer),
            Setting::Padding(values) => of!(Padding, values, layer),
            Setting::Pooling(values) => of!(Pooling, values, layer),
            Setting::PoolSize(values) => of!(PoolSize, values, layer),
            Setting::BlockDropout(values) => of!(BlockDropout, values, layer),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Param;

    #[test]
    fn layers_make_a_setting_and_come_out_of_it() {
        let nodes = [Setting::Nodes(64), Setting::Nodes(32)];
        let hidden = Setting::per_layer(Param::Nodes, &nodes);
        assert_eq!(hidden, Some(Setting::Hidden(vec![64, 32])));
        assert_eq!(
            [0, 1, 2].map(|layer| hidden.as_ref()?.of_layer(layer)),
            [Some(nodes[0].clone()), Some(nodes[1].clone()), None]
        );
        let rate = |rate| Setting::Dropout(PerLayer::Same(rate));
        let rates = Setting::per_layer(Param::Dropout, &[rate(0.0), rate(0.5)]);
        assert_eq!(rates, Some(Setting::Dropout(PerLayer::Each(vec![0.0, 0.5]))));
        assert_eq!(rates.and_then(|rates| rates.of_layer(1)), Some(rate(0.5)));
    }
}
