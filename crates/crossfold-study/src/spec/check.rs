//! Everything about a spec that types can't say: what must be there, and what goes with what.

use std::collections::BTreeMap;

use super::domain::{DomainSpec, Searchable};
use super::findings::Findings;
use super::mistake::Mistake;
use super::path::Path;
use super::preprocessing::{self, PreprocessingSpec};
use super::raw::{FinalSpec, LimitsSpec, PredictionsSpec, Raw, Search, SourceSpec, Space, StudySpec};
use super::splits::{refuse_target, splits};
use super::strategy::StrategySpec;
use super::table;
use super::word::{SourceKind, Word};
use crate::{
    DataSource, DataSpec, Device, Dimension, Domain, Final, Limits, MAX_PARAMETERS, MAX_TRIALS, Metric, ModelSpace,
    OptimizerName, Param, PerLayer, Refit, Retention, SearchSpace, Seed, Setting, Settings, Strategy, Study, Task,
    TestRows,
};

/// The study that `spec` describes; `None` where `findings` holds a reason.
pub(super) fn check(spec: StudySpec, findings: &mut Findings<'_>) -> Option<Study> {
    findings.required(&Path::of("version"), spec.version, "1, the version of this format");
    let name = findings.required(&Path::of("name"), spec.name, "the study's name");
    let data = findings.required(&Path::of("data"), spec.data, "`{source: mnist, path: …}` or another source");
    let data = data.and_then(|written| check_data(written, spec.preprocessing, findings));
    let model = findings.required(&Path::of("model"), spec.model, "a map such as `{kind: mlp, layers: 1, nodes: 64}`");
    let model = model.unwrap_or_default();
    let training = spec.training.unwrap_or_default();
    findings.required(&Path::of("model.kind"), model.kind, "`mlp`");

    let (strategy, space) = search(spec.search, findings);
    let usual = Settings::usual(data.as_ref().map(DataSpec::task).unwrap_or_default());
    let mut values =
        Values { findings, usual, fixed: Settings::default(), space: Vec::new(), knowledge: BTreeMap::new() };
    values.take(Param::Layers, model.layers, space.layers, Setting::Layers);
    values.take(Param::Nodes, model.nodes, space.nodes, Setting::Nodes);
    values.take(Param::Hidden, model.hidden, space.hidden, Setting::Hidden);
    values.take(Param::Activation, model.activation, space.activation, Setting::Activation);
    values.take(Param::Dropout, model.dropout, space.dropout, Setting::Dropout);
    values.take(Param::Optimizer, training.optimizer, space.optimizer, Setting::Optimizer);
    values.take(Param::LearningRate, training.learning_rate, space.learning_rate, Setting::LearningRate);
    values.take(Param::Momentum, training.momentum, space.momentum, Setting::Momentum);
    values.take(Param::Nesterov, training.nesterov, space.nesterov, Setting::Nesterov);
    values.take(Param::L2, training.l2, space.l2, Setting::L2);
    values.take(Param::BatchSize, training.batch_size, space.batch_size, Setting::BatchSize);
    values.take(Param::Epochs, training.epochs, space.epochs, Setting::Epochs);
    if let Some(kind) = model.kind {
        values.fixed = std::mem::take(&mut values.fixed).with(Setting::Kind(kind.0));
    }
    values.architecture();
    values.optimizer();
    values.need(Param::Epochs, "a whole number, or a list under `search.space`");
    if strategy == Some(Strategy::Grid) {
        values.grid();
    }
    let Values { fixed, space, usual, .. } = values;
    let is_open = |setting: &&Setting| {
        fixed.get(setting.param()).is_none() && !space.iter().any(|dimension| dimension.param == setting.param())
    };
    let usual: Vec<Setting> = usual.iter().filter(is_open).cloned().collect();
    let fixed = usual.into_iter().fold(fixed, Settings::with);

    let task = data.as_ref().map(DataSpec::task);
    let class_weights = training.class_weights.and_then(|weights| weights.checked());
    if task == Some(Task::Regression) && class_weights.is_some() {
        findings.misplaced(&Path::of("training.class_weights"), "there are no classes with `task: regression`");
    }
    let splits = splits(spec.cross_validation, task, findings);
    if let (Some(splits), Some(DataSource::Csv(table))) = (&splits, data.as_ref().map(|data| &data.source)) {
        refuse_target(splits, &table.target, findings);
    }
    let finish = finish(spec.finish.unwrap_or_default(), data.as_ref(), findings);
    let metric = metric(spec.objective.unwrap_or_default().metric, data.as_ref(), findings);
    let limits = limits(&spec.limits.unwrap_or_default());
    let predictions = predictions(&spec.predictions.unwrap_or_default());
    Some(Study {
        name: name?.0,
        seed: Seed(spec.seed.map_or(0, |seed| seed.get())),
        device: spec.device.map_or(Device::default(), |device| device.0),
        data: data?,
        models: vec![ModelSpace { fixed, space: SearchSpace::new(space) }],
        strategy: strategy?,
        splits: splits?,
        class_weights,
        metric,
        finish,
        limits,
        predictions,
    })
}

fn check_data(
    data: SourceSpec,
    preprocessing: Option<PreprocessingSpec>,
    findings: &mut Findings<'_>,
) -> Option<DataSpec> {
    let at = Path::of("data");
    let source = findings.required(&at.key("source"), data.source, "`mnist` or `csv`");
    findings.required(&at.key("path"), data.path.as_ref(), "a path, relative to the spec");
    let train_rows = data.train_rows.map(|rows| usize::try_from(rows.get()).expect("a 32-bit count is an index"));
    let source = match source?.0 {
        SourceKind::Mnist => {
            let keys = findings.tree.get(&at).map(|node| node.entries().to_vec()).unwrap_or_default();
            let foreign = keys.iter().map(|entry| entry.key.as_str()).filter(|key| !OF_MNIST.contains(key));
            let foreign = foreign.map(|key| at.key(key)).filter(|path| !findings.is_hole(path));
            for path in foreign.collect::<Vec<_>>().into_iter().chain([Path::of("preprocessing")]) {
                if findings.is_given(&path) {
                    findings.misplaced(&path, "goes with `source: csv` alone");
                }
            }
            DataSource::Mnist { path: data.path?.0.into() }
        }
        SourceKind::Csv => {
            let preprocessing = preprocessing::check(preprocessing.unwrap_or_default(), findings);
            DataSource::Csv(Box::new(table::check(data, preprocessing, findings)?))
        }
    };
    Some(DataSpec { source, train_rows })
}

/// What `data` may hold for images.
const OF_MNIST: [&str; 3] = ["source", "path", "train_rows"];

fn search(search: Option<Search>, findings: &mut Findings<'_>) -> (Option<Strategy>, Space) {
    let at = Path::of("search");
    let Some(search) = search else {
        return (Some(Strategy::Grid).filter(|_| !findings.is_hole(&at)), Default::default());
    };
    let strategy = match search.strategy {
        None if findings.is_hole(&at.key("strategy")) => None,
        None | Some(StrategySpec::Grid) => Some(Strategy::Grid),
        Some(StrategySpec::Random(strategy)) => {
            let at = at.key("strategy").key("random");
            let random = findings.required(&at, strategy.random, "`{trials: 40}`");
            let trials = random.and_then(|random| {
                findings.required(&at.key("trials"), random.trials, "how many configurations to draw")
            });
            trials.and_then(|trials| trials.checked()).map(|trials| Strategy::Random { trials })
        }
    };
    let at = at.key("space");
    if findings.tree.get(&at).is_some_and(|node| node.entries().is_empty()) && !findings.is_hole(&at) {
        findings.wrong(&at, "expected at least one hyperparameter, found none").hint =
            Some("leave out `search` for one trial of the fixed values".to_owned());
    }
    let space = findings.required(&at, search.space, "a map such as `{epochs: [5, 10]}`");
    (strategy, space.unwrap_or_default())
}

/// Hyperparameters on their way from a spec to a study.
struct Values<'f, 'a> {
    findings: &'f mut Findings<'a>,
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
    fn take<T: Searchable>(
        &mut self,
        param: Param,
        fixed: Option<T>,
        domain: Option<DomainSpec<T>>,
        setting: fn(T::Checked) -> Setting,
    ) {
        let fixed_at = Path::of(param.path());
        let space = Path::of("search.space");
        let names = [space.key(param.name()), space.key(param.path())];
        let searched_at = names.iter().find(|name| self.findings.is_given(name));
        let known = match (self.findings.is_given(&fixed_at), searched_at) {
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
            (true, None) => match fixed.as_ref().and_then(T::checked) {
                Some(value) => {
                    self.fixed = std::mem::take(&mut self.fixed).with(setting(value));
                    Knowledge::Given(fixed_at)
                }
                None => Knowledge::Unknown,
            },
            (false, Some(searched_at)) => {
                match domain.and_then(|domain| domain.check(searched_at, setting, self.findings)) {
                    Some(domain) => {
                        self.space.push(Dimension { param, domain });
                        Knowledge::Given(searched_at.clone())
                    }
                    None => Knowledge::Unknown,
                }
            }
            (false, None) if names.iter().chain([&fixed_at]).any(|path| self.findings.is_hole(path)) => {
                Knowledge::Unknown
            }
            (false, None) => match self.usual.get(param) {
                Some(value) => {
                    self.fixed = std::mem::take(&mut self.fixed).with(value.clone());
                    Knowledge::Default
                }
                None => Knowledge::Absent,
            },
        };
        self.knowledge.insert(param, known);
    }

    /// Where the author has given `param` a value or a domain.
    fn given(&self, param: Param) -> Option<Path> {
        match &self.knowledge[&param] {
            Knowledge::Given(path) => Some(path.clone()),
            Knowledge::Unknown | Knowledge::Absent | Knowledge::Default => None,
        }
    }

    /// The values that `param` may take; `None` where it has none, they are unknown, or too many to
    /// list.
    fn values(&self, param: Param) -> Option<Vec<Setting>> {
        if let Some(setting) = self.fixed.get(param) {
            return Some(vec![setting.clone()]);
        }
        match &self.space.iter().find(|dimension| dimension.param == param)?.domain {
            Domain::Choice(settings) => Some(settings.clone()),
            Domain::Int { low, high, step } if param == Param::Layers => {
                Some((*low..=*high).step_by(*step as usize).map(Setting::Layers).collect())
            }
            Domain::Int { .. } | Domain::Uniform { .. } | Domain::LogUniform { .. } => None,
        }
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
            Domain::Uniform { .. } | Domain::LogUniform { .. } => None,
        }
    }

    fn need(&mut self, param: Param, expected: &str) {
        if matches!(self.knowledge[&param], Knowledge::Absent) {
            self.findings.required::<()>(&Path::of(param.path()), None, expected);
        }
    }

    /// Numbers of hidden layers that can occur; empty where they are unknown.
    fn layer_counts(&self) -> Vec<u32> {
        let count = |setting: Setting| {
            if let Setting::Hidden(nodes) = setting {
                Some(u32::try_from(nodes.len()).expect("at most 64 layers"))
            } else if let Setting::Layers(layers) = setting {
                Some(layers)
            } else {
                None
            }
        };
        let values = self.values(Param::Hidden).or_else(|| self.values(Param::Layers)).unwrap_or_default();
        values.into_iter().filter_map(count).collect()
    }

    fn architecture(&mut self) {
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
            self.need(Param::Layers, "a number of hidden layers, or `hidden: [256, 128]`");
            if self.layer_counts().iter().any(|layers| *layers > 0) {
                self.need(Param::Nodes, "the number of nodes of each hidden layer");
            }
        }
        self.hidden_weights();
        self.dropout_fits_layers();
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

    /// A list of dropout rates must have one for each hidden layer, however many there can be.
    fn dropout_fits_layers(&mut self) {
        let Some(path) = self.given(Param::Dropout) else { return };
        let counts = self.layer_counts();
        let in_space = self.fixed.get(Param::Dropout).is_none();
        for (i, setting) in self.values(Param::Dropout).unwrap_or_default().iter().enumerate() {
            let Setting::Dropout(PerLayer::Each(rates)) = setting else { continue };
            let unfit = counts.iter().find(|layers| **layers > 0 && **layers as usize != rates.len());
            if let Some(layers) = unfit {
                let path = if in_space { path.index(i) } else { path.clone() };
                let source = [Param::Hidden, Param::Layers].into_iter().find_map(|param| self.given(param));
                let other = source.map(|source| self.findings.tree.place(&source).clone());
                let message = format!("one rate a hidden layer: expected {layers}, found {}", rates.len());
                let mistake = self.findings.wrong(&path, message);
                mistake.other = other.map(|place| Box::new((place, "hidden layers come from here".to_owned())));
                mistake.hint = Some("a single rate fits any number of layers".to_owned());
            }
        }
    }

    /// Momentum is for `sgd`, and Nesterov's for `sgd` with momentum.
    fn optimizer(&mut self) {
        let only_adam = self.values(Param::Optimizer) == Some(vec![Setting::Optimizer(OptimizerName::Adam)]);
        if only_adam {
            for param in [Param::Momentum, Param::Nesterov] {
                if let Some(path) = self.given(param) {
                    self.findings.misplaced(&path, "no effect with `optimizer: adam`").hint =
                        Some("leave it out, or use `optimizer: sgd`".to_owned());
                }
            }
            return;
        }
        let without_momentum = self.values(Param::Momentum) == Some(vec![Setting::Momentum(0.0)]);
        let nesterov = self.values(Param::Nesterov).unwrap_or_default().contains(&Setting::Nesterov(true));
        if without_momentum
            && nesterov
            && let Some(path) = self.given(Param::Nesterov)
        {
            self.findings.wrong(&path, "no effect without momentum").hint =
                Some("set `momentum`, 0.9 for example".to_owned());
        }
    }

    /// A grid has no points in a continuous range, and not more elsewhere than can be planned.
    fn grid(&mut self) {
        let mut countable = true;
        for dimension in &self.space {
            match dimension.domain {
                Domain::Choice(_) | Domain::Int { .. } => {}
                Domain::Uniform { .. } | Domain::LogUniform { .. } => {
                    countable = false;
                    let Some(path) = self.given(dimension.param) else { continue };
                    self.findings.wrong(&path, "a grid has no points in a continuous range").hint =
                        Some("list values, or use `strategy: {random: {trials: 40}}`".to_owned());
                }
            }
        }
        let at = Path::of("search.space");
        let written = self.findings.tree.get(&at).map_or(0, |space| space.entries().len());
        // Where a domain has a mistake, their number isn't known.
        if !countable || self.space.len() < written {
            return;
        }
        let combinations = SearchSpace::new(self.space.clone()).combinations();
        if combinations.is_none_or(|combinations| combinations > MAX_TRIALS) {
            let count = combinations.map_or_else(|| format!("more than {}", u64::MAX), |count| count.to_string());
            let message = format!("the grid has {count} combinations, and {MAX_TRIALS} is the most that is planned");
            self.findings.misplaced(&at, message).hint =
                Some("list fewer values, or draw some with `strategy: {random: {trials: 100}}`".to_owned());
        }
    }
}

/// What trials are ranked by: a metric of the task.
fn metric(given: Option<Word<Metric>>, data: Option<&DataSpec>, findings: &mut Findings<'_>) -> Metric {
    let usual = data.map(DataSpec::task).unwrap_or_default().usual_metric();
    let Some(Word(metric)) = given else { return usual };
    if let Some(data) = data.filter(|data| data.task() != metric.task()) {
        let (task, other) = (data.task().name(), metric.task().name());
        let names: Vec<String> = data.task().metrics().iter().map(|metric| format!("`{metric}`")).collect();
        let is_free = matches!(data.source, DataSource::Csv(_));
        let or_change = if is_free { format!("; or set `data.task: {other}`") } else { String::new() };
        findings
            .wrong(
                &Path::of("objective.metric"),
                format!("`{metric}` is for `task: {other}`, and this is `task: {task}`"),
            )
            .hint = Some(format!("one of {}{or_change}", names.join(", ")));
    }
    metric
}

fn finish(finish: FinalSpec, data: Option<&DataSpec>, findings: &mut Findings<'_>) -> Final {
    let refit = finish.refit.map_or(Refit::Best, |refit| refit.0);
    let test = finish.test.is_some_and(|test| test.0);
    let at = Path::of("final.test");
    if test && refit == Refit::None {
        findings.wrong(&at, "there is nothing to test without a refit").hint = Some("`refit: best`".to_owned());
    }
    if test
        && let Some(DataSource::Csv(table)) = data.map(|data| &data.source)
        && table.test == TestRows::None
        && !["data.test_path", "data.test_share"].iter().any(|path| findings.is_hole(&Path::of(path)))
    {
        findings.wrong(&at, "there are no rows to test on").hint =
            Some("name a file in `data.test_path`, or set rows aside with `data.test_share: 0.2`".to_owned());
    }
    Final { refit, test }
}

fn limits(limits: &LimitsSpec) -> Limits {
    let LimitsSpec { fit_seconds, max_failures } = limits;
    Limits {
        fit_seconds: fit_seconds.as_ref().and_then(Raw::checked),
        max_failures: max_failures.map(|failures| failures.0),
    }
}

fn predictions(predictions: &PredictionsSpec) -> Retention {
    let PredictionsSpec { megabytes, best } = predictions;
    let default = Retention::default();
    Retention {
        megabytes: megabytes.as_ref().and_then(Raw::checked).unwrap_or(default.megabytes),
        best: best.as_ref().and_then(Raw::checked).unwrap_or(default.best),
    }
}
