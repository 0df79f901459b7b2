//! Checks of layers and blocks: all settings that depend on their number must agree.

use super::mistake::Mistake;
use super::model::{Knowledge, ModelCheck};
use super::path::Path;
use super::point::items;
use crossfold_network::{Kind, MAX_PARAMETERS, Param, PerLayer, Place, Setting};
use crossfold_study::{Dimension, Domain, When};

impl ModelCheck<'_, '_> {
    /// The greatest possible number of layers or nodes; `None` if it is unknown.
    fn largest(&self, param: Param) -> Option<u32> {
        let count = |setting: &Setting| {
            if let Setting::Layers(count) | Setting::Nodes(count) = setting { Some(*count) } else { None }
        };
        if let Some(setting) = self.fixed.get(param) {
            return count(setting);
        }
        match &self.space.iter().find(|dimension| dimension.param == param)?.domain {
            Domain::Choice(settings) => settings.iter().filter_map(count).max(),
            Domain::Int { low, high, step } => Some(high - (high - low) % step),
            Domain::LogInt { low: _, high } => Some(*high),
            Domain::Uniform { .. } | Domain::LogUniform { .. } => None,
        }
    }

    /// The possible numbers of hidden layers; empty if they are unknown.
    fn layer_counts(&self) -> Vec<u32> {
        self.counts_where(&[], &[Param::Hidden, Param::Layers], layer_count)
    }

    /// The possible numbers of layers or blocks where `when` holds, by the first of `sources` that has values.
    fn counts_where(&self, when: &[When], sources: &[Param], count: fn(&Setting) -> Option<u32>) -> Vec<u32> {
        let holds =
            |value: &&Setting| when.iter().all(|when| when.param != value.param() || when.values.contains(value));
        let values = sources.iter().find_map(|param| self.values(*param)).unwrap_or_default();
        values.iter().filter(holds).filter_map(count).collect()
    }

    pub(super) fn check_architecture(&mut self) {
        self.need(Param::Kind, "`linear`, `mlp`, `cnn` or `rnn`");
        self.check_hidden_or_layers();
        self.check_dense_layers();
        if self.may_be(Kind::Cnn) {
            self.need(Param::Filters, "the number of filters of each block, or a list such as `[16, 32]`");
            let is_list = |setting: &Setting| matches!(setting, Setting::Filters(PerLayer::Each(_)));
            let has_filters = !matches!(self.knowledge[&Param::Filters], Knowledge::Absent | Knowledge::Unknown);
            if has_filters && self.values(Param::Filters).is_none_or(|values| !values.iter().all(is_list)) {
                self.need(Param::Blocks, "the number of blocks, or a list of `filters`");
            }
            if self.given(Param::Blocks).is_some() {
                self.check_lists(Param::Filters, "block", &[Param::Blocks], block_count);
            }
            let of_blocks = Param::searchable().filter(|param| param.place() == Some(Place::Block));
            for param in of_blocks.filter(|&param| param != Param::Filters) {
                self.check_lists(param, "block", &[Param::Blocks, Param::Filters], block_count);
            }
        }
        self.check_size();
        for param in Param::searchable().filter(|param| param.place() == Some(Place::HiddenLayer)) {
            self.check_lists(param, "hidden layer", &[Param::Hidden, Param::Layers], layer_count);
        }
    }

    /// Fills in the greatest number of layers or blocks of each hyperparameter that has values per layer.
    ///
    /// Reports if that number is unknown, unless a mistake after the first `mistakes_before` explains it.
    pub(super) fn count_layers(&mut self, mistakes_before: usize) {
        for i in 0..self.space.len() {
            let Dimension { param, per_layer: Some(_), ref when, .. } = self.space[i] else { continue };
            let (sources, count, noun): (_, fn(&Setting) -> _, _) = if param.place() == Some(Place::HiddenLayer) {
                ([Param::Hidden, Param::Layers], layer_count, "hidden layers")
            } else {
                ([Param::Blocks, Param::Filters], block_count, "blocks")
            };
            let most = self.counts_where(when, &sources, count).into_iter().max();
            self.space[i].per_layer = Some(most.unwrap_or_default());
            let is_unknown = sources.iter().any(|source| matches!(self.knowledge[source], Knowledge::Unknown));
            let Some(path) = self.given(param).map(|path| path.key("per_layer")) else { continue };
            if most == Some(0) {
                self.findings.misplaced(&path, format!("there are no {noun} that could have values of their own"));
            } else if most.is_none() && !is_unknown && self.findings.mistakes.len() == mistakes_before {
                let hint = if param.place() == Some(Place::HiddenLayer) { "`layers: 2`" } else { "`blocks: 2`" };
                self.findings.misplaced(&path, format!("nothing says how many {noun} there are")).hint =
                    Some(format!("for example {hint}"));
            }
        }
    }

    /// Drops the common `hidden`, or the common `layers` and `nodes`, if the model has its own layers by the other keys.
    pub(super) fn prefer_own_layers(&mut self) {
        let Some(own) = self.homes.first().and_then(|home| home.model.clone()) else { return };
        let is_own = |path: Option<Path>| path.map(|path| path.is_within(&own));
        let of = |param| is_own(self.given(param));
        let [hidden, layers, nodes] = [Param::Hidden, Param::Layers, Param::Nodes].map(of);
        if hidden == Some(false) && [layers, nodes].contains(&Some(true)) {
            self.forget(Param::Hidden);
        }
        if hidden == Some(true) {
            for (param, is_own) in [(Param::Layers, layers), (Param::Nodes, nodes)] {
                if is_own == Some(false) {
                    self.forget(param);
                }
            }
        }
    }

    fn forget(&mut self, param: Param) {
        self.fixed = std::mem::take(&mut self.fixed).without(param);
        self.space.retain(|dimension| dimension.param != param);
        self.knowledge.insert(param, Knowledge::Absent);
    }

    /// Refuses settings of dense layers for a convolutional network that has none.
    fn check_dense_layers(&mut self) {
        let has_some =
            [Param::Hidden, Param::Layers].iter().any(|param| !matches!(self.knowledge[param], Knowledge::Absent));
        if has_some || self.may_be(Kind::Mlp) || self.may_be(Kind::Rnn) || !self.may_be(Kind::Cnn) {
            return;
        }
        for (param, hint) in
            [(Param::Nodes, "say how many with `layers: 1`"), (Param::Dropout, "`block_dropout` is for blocks")]
        {
            if let Some(path) = self.given_by_model(param) {
                self.findings.misplaced(&path, "no effect without dense layers behind the blocks").hint =
                    Some(hint.to_owned());
            }
        }
    }

    /// Checks that the number of layers is given once, and that it is given if it is needed.
    fn check_hidden_or_layers(&mut self) {
        if let Some(hidden) = self.given(Param::Hidden) {
            let hidden_place = self.findings.tree.key_place(&hidden).clone();
            for param in [Param::Layers, Param::Nodes] {
                if let Some(path) = self.given(param) {
                    let message = "excluded by `hidden`, which says how many layers and nodes there are";
                    let mistake = self.findings.misplaced(&path, message);
                    mistake.other = Some(Box::new((hidden_place.clone(), "here".to_owned())));
                    mistake.hint = Some("keep one of the two".to_owned());
                }
            }
        } else if matches!(self.knowledge[&Param::Hidden], Knowledge::Absent) {
            if self.may_be(Kind::Mlp) || self.may_be(Kind::Rnn) {
                self.need(Param::Layers, "a number of hidden layers, or `hidden: [256, 128]`");
            }
            if self.layer_counts().iter().any(|layers| *layers > 0) {
                self.need(Param::Nodes, "the number of nodes of each hidden layer");
            }
        }
        let Some(path) = [Param::Hidden, Param::Layers].into_iter().find_map(|param| self.given(param)) else { return };
        if self.may_be(Kind::Rnn) && self.layer_counts().contains(&0) {
            self.findings.wrong(&path, "a recurrent network has at least one layer").hint =
                Some("`kind: linear` has none".to_owned());
        }
    }

    /// Checks that the largest network isn't too large. Only weights between hidden layers are counted: the number of others
    /// depends on the data.
    fn check_size(&mut self) {
        if self.given(Param::Hidden).is_some() {
            for (i, setting) in self.values(Param::Hidden).unwrap_or_default().iter().enumerate() {
                let Setting::Hidden(nodes) = setting else { continue };
                let weights = nodes.windows(2).map(|pair| u64::from(pair[0]) * u64::from(pair[1])).sum();
                if weights > MAX_PARAMETERS
                    && let Some(path) = self.value_at(Param::Hidden, i)
                {
                    self.report_size(&path, weights);
                }
            }
        } else if let (Some(at), Some(nodes)) = (self.given(Param::Nodes), self.largest(Param::Nodes))
            && let (Some(layers_at), Some(layers)) = (self.given(Param::Layers), self.largest(Param::Layers))
        {
            let weights = u64::from(nodes) * u64::from(nodes) * u64::from(layers.saturating_sub(1));
            if weights > MAX_PARAMETERS {
                let layers_place = self.findings.tree.key_place(&layers_at).clone();
                self.report_size(&at, weights).other =
                    Some(Box::new((layers_place, "in this number of layers".to_owned())));
            }
        }
    }

    fn report_size(&mut self, path: &Path, weights: u64) -> &mut Mistake {
        let message = format!(
            "the largest network has {weights} weights between its hidden layers, and {MAX_PARAMETERS} parameters is \
             the most that is trained"
        );
        let mistake = self.findings.misplaced(path, message);
        mistake.hint = Some("use fewer nodes or layers".to_owned());
        mistake
    }

    /// Checks that the lists of `param` have an item for each hidden layer or block, for every number of them that is possible
    /// where `param` is searched. `count` reads such a number from the values of `sources`.
    fn check_lists(&mut self, param: Param, what: &str, sources: &[Param], count: fn(&Setting) -> Option<u32>) {
        if self.given(param).is_none() {
            return;
        }
        let when = self.space.iter().find(|one| one.param == param).map(|one| one.when.clone()).unwrap_or_default();
        let counts = self.counts_where(&when, sources, count);
        for (i, setting) in self.values(param).unwrap_or_default().iter().enumerate() {
            let Some(items) = items(setting) else { continue };
            let unfit = counts.iter().find(|count| **count > 0 && **count as usize != items);
            if let (Some(count), Some(path)) = (unfit, self.value_at(param, i)) {
                let source = sources.iter().find_map(|&param| self.given(param));
                let other = source.map(|source| self.findings.tree.place(&source).clone());
                let noun = if param == Param::Dropout { "rate" } else { "value" };
                let message = format!("one {noun} a {what}: expected {count}, found {items}");
                let mistake = self.findings.wrong(&path, message);
                mistake.other = other.map(|place| Box::new((place, format!("{what}s come from here"))));
                mistake.hint =
                    Some(format!("a single {noun} fits any number of {}s", what.trim_start_matches("hidden ")));
            }
        }
    }
}

/// The number of hidden layers that a setting gives, if any.
fn layer_count(setting: &Setting) -> Option<u32> {
    if let Setting::Hidden(nodes) = setting {
        Some(u32::try_from(nodes.len()).expect("at most 64 layers"))
    } else if let Setting::Layers(layers) = setting {
        Some(*layers)
    } else {
        None
    }
}

/// The number of blocks that a setting gives, if any.
fn block_count(setting: &Setting) -> Option<u32> {
    if let Setting::Blocks(blocks) = setting {
        Some(*blocks)
    } else {
        items(setting).map(|items| u32::try_from(items).expect("at most 16 blocks"))
    }
}
