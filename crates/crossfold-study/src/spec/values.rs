//! Hyperparameters on their way from a spec to a study: which have a value, which a domain, and whether
//! they go together.

use std::collections::BTreeMap;

use super::domain::{DomainSpec, Searchable};
use super::findings::Findings;
use super::mistake::Mistake;
use super::path::Path;
use super::space::{Level, take_all};
use crate::{
    Dimension, Domain, Kind, LossName, MAX_PARAMETERS, MAX_TRIALS, ModelSpace, OptimizerName, Param, PerLayer, Pooling,
    ScheduleName, SearchSpace, Setting, Settings, Task,
};

/// Where one level of a spec stands: that of one of several models, or what is for all.
#[derive(Clone, Debug)]
pub(super) struct Home {
    /// The model's own key; `None` for what is for all.
    model: Option<Path>,
}

impl Home {
    pub(super) fn common() -> Home {
        Home { model: None }
    }

    pub(super) fn of_model(name: &str) -> Home {
        Home { model: Some(Path::of("models").key(name)) }
    }

    /// Where a fixed value of `param` stands.
    fn fixed(&self, param: Param) -> Path {
        match (&self.model, param.path().split_once('.')) {
            (None, _) => Path::of(param.path()),
            (Some(model), Some(("model", key))) => model.key(key),
            (Some(model), Some((section, key))) => model.key(section).key(key),
            (Some(model), None) => model.clone(),
        }
    }

    /// Where the author has given `param` a domain.
    pub(super) fn searched(&self, param: Param, findings: &Findings<'_>) -> Option<Path> {
        let space = self.space();
        [space.key(param.name()), space.key(param.path())].into_iter().find(|at| findings.is_given(at))
    }

    /// Where domains stand.
    fn space(&self) -> Path {
        self.model.as_ref().map_or_else(|| Path::of("search.space"), |model| model.key("space"))
    }
}

/// Reads one model's hyperparameters from its levels, its own first; `None` in a domain or value is a hole.
pub(super) fn model_space(
    levels: &[(Home, &Level)],
    name: Option<&str>,
    task: Option<Task>,
    is_grid: bool,
    findings: &mut Findings<'_>,
) -> ModelSpace {
    let homes = levels.iter().map(|(home, _)| home.clone()).collect();
    let usual = Settings::usual(task.unwrap_or_default());
    let fixed = name.into_iter().map(|name| Setting::Model(name.to_owned())).fold(Settings::default(), Settings::with);
    let mut values = Values { findings, homes, usual, fixed, space: Vec::new(), knowledge: BTreeMap::new() };
    take_all(&mut values, &levels.iter().map(|(_, level)| *level).collect::<Vec<_>>());
    values.architecture();
    values.without_effect();
    values.nesterov();
    values.inner_share();
    if let Some(task) = task {
        values.loss(task);
    }
    values.need(Param::Epochs, "a whole number, or a list under `search.space`");
    if is_grid {
        values.grid();
    }
    let Values { fixed, space, .. } = values;
    ModelSpace { fixed, space: SearchSpace::new(space) }
}

/// Hyperparameters on their way from a spec to a study.
pub(super) struct Values<'f, 'a> {
    findings: &'f mut Findings<'a>,
    /// The model's own level first.
    homes: Vec<Home>,
    usual: Settings,
    fixed: Settings,
    space: Vec<Dimension>,
    knowledge: BTreeMap<Param, Knowledge>,
}

/// What is known of one hyperparameter.
enum Knowledge {
    /// Nothing, because of a mistake.
    Unknown,
    /// It has no value, and no default.
    Absent,
    Default,
    /// The author has given it a value or domain, at this path.
    Given(Path),
}

impl Values<'_, '_> {
    /// Takes the first of the levels that says anything of `param`: a fixed value, or a domain.
    pub(super) fn take<T: Searchable>(
        &mut self,
        param: Param,
        given: &[(Option<&T>, Option<&DomainSpec<T>>)],
        setting: fn(T::Checked) -> Setting,
    ) {
        let mut known = None;
        for (home, &(fixed, domain)) in self.homes.clone().into_iter().zip(given) {
            known = self.said(param, &home, fixed, domain, setting);
            if known.is_some() {
                break;
            }
        }
        let known = known.unwrap_or_else(|| match self.usual.get(param) {
            Some(value) => {
                self.fixed = std::mem::take(&mut self.fixed).with(value.clone());
                Knowledge::Default
            }
            None => Knowledge::Absent,
        });
        self.knowledge.insert(param, known);
    }

    /// What one level says of `param`; `None` where that is nothing.
    fn said<T: Searchable>(
        &mut self,
        param: Param,
        home: &Home,
        fixed: Option<&T>,
        domain: Option<&DomainSpec<T>>,
        setting: fn(T::Checked) -> Setting,
    ) -> Option<Knowledge> {
        let (fixed_at, space) = (home.fixed(param), home.space());
        let names = [space.key(param.name()), space.key(param.path())];
        let searched_at = names.iter().find(|name| self.findings.is_given(name));
        Some(match (self.findings.is_given(&fixed_at), searched_at) {
            (true, Some(searched_at)) => {
                let fixed_place = self.findings.tree.key_place(&fixed_at).clone();
                let message = format!("has a domain here and a fixed value as `{fixed_at}`");
                let mistake = self.findings.misplaced(searched_at, message);
                mistake.other = Some(Box::new((fixed_place, "fixed here".to_owned())));
                mistake.hint = Some("keep one of the two".to_owned());
                // The domain's own mistakes are reported nevertheless.
                domain.and_then(|domain| domain.check(searched_at, setting, self.findings));
                Knowledge::Unknown
            }
            (true, None) => match fixed.and_then(T::checked) {
                Some(value) => {
                    self.fixed = std::mem::take(&mut self.fixed).with(setting(value));
                    Knowledge::Given(fixed_at)
                }
                None => Knowledge::Unknown,
            },
            (false, Some(searched_at)) => {
                match domain.and_then(|domain| domain.check(searched_at, setting, self.findings)) {
                    Some(domain) => {
                        self.space.push(Dimension::new(param, domain));
                        Knowledge::Given(searched_at.clone())
                    }
                    None => Knowledge::Unknown,
                }
            }
            (false, None) if names.iter().chain([&fixed_at]).any(|path| self.findings.is_hole(path)) => {
                Knowledge::Unknown
            }
            (false, None) => return None,
        })
    }

    /// Where the author has given `param` a value or a domain.
    fn given(&self, param: Param) -> Option<Path> {
        match &self.knowledge[&param] {
            Knowledge::Given(path) => Some(path.clone()),
            Knowledge::Unknown | Knowledge::Absent | Knowledge::Default => None,
        }
    }

    /// As [`Values::given`], unless it is for other models, too.
    fn given_to_it_alone(&self, param: Param) -> Option<Path> {
        let own = self.homes.first().and_then(|home| home.model.as_ref());
        self.given(param).filter(|path| own.is_none_or(|own| path.is_within(own)))
    }

    /// The values that `param` may take; `None` where it has none, they are unknown, or too many to
    /// list.
    fn values(&self, param: Param) -> Option<Vec<Setting>> {
        if let Some(setting) = self.fixed.get(param) {
            return Some(vec![setting.clone()]);
        }
        match &self.space.iter().find(|dimension| dimension.param == param)?.domain {
            Domain::Choice(settings) => Some(settings.clone()),
            Domain::Int { low, high, step } if matches!(param, Param::Layers | Param::Blocks) => {
                (*low..=*high).step_by(*step as usize).map(|count| param.count(count)).collect()
            }
            Domain::Int { .. } | Domain::LogInt { .. } | Domain::Uniform { .. } | Domain::LogUniform { .. } => None,
        }
    }

    /// Whether `param` may take a value that `is`; where its values are unknown it may.
    fn may(&self, param: Param, is: impl Fn(&Setting) -> bool) -> bool {
        self.values(param).is_none_or(|values| values.iter().any(is))
    }

    fn may_be(&self, kind: Kind) -> bool {
        matches!(self.knowledge[&Param::Kind], Knowledge::Given(_))
            && self.may(Param::Kind, |setting| *setting == Setting::Kind(kind))
    }

    /// The largest number of layers or nodes there can be; `None` where it is unknown.
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

    fn need(&mut self, param: Param, expected: &str) {
        if matches!(self.knowledge[&param], Knowledge::Absent) {
            let at = self.homes.first().map_or_else(|| Path::of(param.path()), |home| home.fixed(param));
            self.findings.required::<()>(&at, None, expected);
        }
    }

    /// Numbers of hidden layers that can occur; empty where they are unknown.
    fn layer_counts(&self) -> Vec<u32> {
        let values = self.values(Param::Hidden).or_else(|| self.values(Param::Layers)).unwrap_or_default();
        values.iter().filter_map(layers).collect()
    }

    /// Numbers of blocks that can occur; empty where they are unknown.
    fn block_counts(&self) -> Vec<u32> {
        let values = self.values(Param::Blocks).or_else(|| self.values(Param::Filters)).unwrap_or_default();
        values.iter().filter_map(blocks).collect()
    }

    fn architecture(&mut self) {
        self.need(Param::Kind, "`linear`, `mlp`, `cnn` or `rnn`");
        self.own_layers_first();
        self.hidden_or_layers();
        self.without_dense_layers();
        if self.may_be(Kind::Cnn) {
            self.need(Param::Filters, "the number of filters of each block, or a list such as `[16, 32]`");
            let is_list = |setting: &Setting| matches!(setting, Setting::Filters(PerLayer::Each(_)));
            let has_filters = !matches!(self.knowledge[&Param::Filters], Knowledge::Absent | Knowledge::Unknown);
            if has_filters && self.values(Param::Filters).is_none_or(|values| !values.iter().all(is_list)) {
                self.need(Param::Blocks, "the number of blocks, or a list of `filters`");
            }
            if self.given(Param::Blocks).is_some() {
                self.list_fits(Param::Filters, &self.block_counts(), "block", &[Param::Blocks]);
            }
            for param in
                [Param::Kernel, Param::Stride, Param::Padding, Param::Pooling, Param::PoolSize, Param::BlockDropout]
            {
                self.list_fits(param, &self.block_counts(), "block", &[Param::Blocks, Param::Filters]);
            }
        }
        self.hidden_weights();
        self.list_fits(Param::Dropout, &self.layer_counts(), "hidden layer", &[Param::Hidden, Param::Layers]);
    }

    /// What a model says of its layers takes the place of what is for all, be it by the other keys.
    fn own_layers_first(&mut self) {
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

    /// A convolutional network has no dense layers unless it says so.
    fn without_dense_layers(&mut self) {
        let has_some =
            [Param::Hidden, Param::Layers].iter().any(|param| !matches!(self.knowledge[param], Knowledge::Absent));
        if has_some || self.may_be(Kind::Mlp) || self.may_be(Kind::Rnn) || !self.may_be(Kind::Cnn) {
            return;
        }
        for (param, hint) in
            [(Param::Nodes, "say how many with `layers: 1`"), (Param::Dropout, "`block_dropout` is for blocks")]
        {
            if let Some(path) = self.given_to_it_alone(param) {
                self.findings.misplaced(&path, "no effect without dense layers behind the blocks").hint =
                    Some(hint.to_owned());
            }
        }
    }

    fn hidden_or_layers(&mut self) {
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

    /// The largest network must fit into memory: here its weights between hidden layers, since how many
    /// go to and from them hangs on the data.
    fn hidden_weights(&mut self) {
        if let Some(hidden) = self.given(Param::Hidden) {
            let in_space = self.fixed.get(Param::Hidden).is_none();
            for (i, setting) in self.values(Param::Hidden).unwrap_or_default().iter().enumerate() {
                let Setting::Hidden(nodes) = setting else { continue };
                let weights = nodes.windows(2).map(|pair| u64::from(pair[0]) * u64::from(pair[1])).sum();
                if weights > MAX_PARAMETERS {
                    let path = if in_space { hidden.index(i) } else { hidden.clone() };
                    self.too_large(&path, weights);
                }
            }
        } else if let (Some(at), Some(nodes)) = (self.given(Param::Nodes), self.largest(Param::Nodes))
            && let (Some(layers_at), Some(layers)) = (self.given(Param::Layers), self.largest(Param::Layers))
        {
            let weights = u64::from(nodes) * u64::from(nodes) * u64::from(layers.saturating_sub(1));
            if weights > MAX_PARAMETERS {
                let layers_place = self.findings.tree.key_place(&layers_at).clone();
                self.too_large(&at, weights).other = Some(Box::new((layers_place, "in so many layers".to_owned())));
            }
        }
    }

    fn too_large(&mut self, path: &Path, weights: u64) -> &mut Mistake {
        let message = format!(
            "the largest network has {weights} weights between its hidden layers, and {MAX_PARAMETERS} parameters is \
             the most that is trained"
        );
        let mistake = self.findings.misplaced(path, message);
        mistake.hint = Some("use fewer nodes or layers".to_owned());
        mistake
    }

    /// A list must have an item for each hidden layer or block, however many of them there can be.
    fn list_fits(&mut self, param: Param, counts: &[u32], what: &str, sources: &[Param]) {
        let Some(path) = self.given(param) else { return };
        let in_space = self.fixed.get(param).is_none();
        for (i, setting) in self.values(param).unwrap_or_default().iter().enumerate() {
            let Some(items) = items(setting) else { continue };
            let unfit = counts.iter().find(|count| **count > 0 && **count as usize != items);
            if let Some(count) = unfit {
                let path = if in_space { path.index(i) } else { path.clone() };
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

    /// What hangs on another setting that never has the value it takes.
    fn without_effect(&mut self) {
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

    fn nesterov(&mut self) {
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
    fn inner_share(&mut self) {
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

    /// A loss must be of the task.
    fn loss(&mut self, task: Task) {
        let Some(path) = self.given(Param::Loss) else { return };
        let in_space = self.fixed.get(Param::Loss).is_none();
        for (i, setting) in self.values(Param::Loss).unwrap_or_default().iter().enumerate() {
            let Setting::Loss(loss) = setting else { continue };
            if loss.task() != task {
                let path = if in_space { path.index(i) } else { path.clone() };
                let of_task = LossName::ALL.iter().filter(|loss| loss.task() == task);
                let names: Vec<String> = of_task.map(|loss| format!("`{loss}`")).collect();
                let (other, task) = (loss.task().name(), task.name());
                let message = format!("`{loss}` is for `task: {other}`, and this is `task: {task}`");
                self.findings.wrong(&path, message).hint = Some(format!("one of {}", names.join(", ")));
            }
        }
    }

    /// A grid has no points in a continuous range, and not more elsewhere than can be planned.
    fn grid(&mut self) {
        let mut countable = true;
        for dimension in &self.space {
            match dimension.domain {
                Domain::Choice(_) | Domain::Int { .. } | Domain::LogInt { .. } => {}
                Domain::Uniform { .. } | Domain::LogUniform { .. } => {
                    countable = false;
                    let Some(path) = self.given(dimension.param) else { continue };
                    self.findings.wrong(&path, "a grid has no points in a continuous range").hint =
                        Some("list values, or use `strategy: {random: {trials: 40}}`".to_owned());
                }
            }
        }
        // Where a domain has a mistake, their number isn't known.
        if !countable || self.knowledge.values().any(|known| matches!(known, Knowledge::Unknown)) {
            return;
        }
        let combinations = SearchSpace::new(self.space.clone()).combinations();
        if combinations.is_none_or(|combinations| combinations > MAX_TRIALS) {
            let count = combinations.map_or_else(|| format!("more than {}", u64::MAX), |count| count.to_string());
            let message = format!("the grid has {count} combinations, and {MAX_TRIALS} is the most that is planned");
            let spaces = self.homes.iter().map(Home::space);
            let at = spaces.into_iter().find(|at| self.findings.is_given(at)).unwrap_or_else(|| Home::common().space());
            self.findings.misplaced(&at, message).hint =
                Some("list fewer values, or draw some with `strategy: {random: {trials: 100}}`".to_owned());
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
        |setting| matches!(setting, Setting::Activation(crate::ActivationName::LeakyRelu)),
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

/// How many hidden layers a setting asks for, if that is what it is about.
fn layers(setting: &Setting) -> Option<u32> {
    if let Setting::Hidden(nodes) = setting {
        Some(u32::try_from(nodes.len()).expect("at most 64 layers"))
    } else if let Setting::Layers(layers) = setting {
        Some(*layers)
    } else {
        None
    }
}

/// How many blocks a setting asks for, if that is what it is about.
fn blocks(setting: &Setting) -> Option<u32> {
    if let Setting::Blocks(blocks) = setting {
        Some(*blocks)
    } else {
        items(setting).map(|items| u32::try_from(items).expect("at most 16 blocks"))
    }
}

/// How many items a setting lists.
fn items(setting: &Setting) -> Option<usize> {
    fn of<T>(values: &PerLayer<T>) -> Option<usize> {
        if let PerLayer::Each(values) = values { Some(values.len()) } else { None }
    }
    if let Setting::Dropout(values) | Setting::BlockDropout(values) = setting {
        of(values)
    } else if let Setting::Filters(values)
    | Setting::Kernel(values)
    | Setting::Stride(values)
    | Setting::PoolSize(values) = setting
    {
        of(values)
    } else if let Setting::Padding(values) = setting {
        of(values)
    } else if let Setting::Pooling(values) = setting {
        of(values)
    } else {
        None
    }
}
