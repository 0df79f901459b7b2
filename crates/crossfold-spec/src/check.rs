//! Checks that types can't express: required keys, and keys that depend on each other.

use std::collections::{BTreeMap, BTreeSet};

use super::checked::Raw;
use super::choice::Choice;
use super::findings::Findings;
use super::model::{Home, check_model};
use super::path::Path;
use super::raw::{FinalSpec, LimitsSpec, ObjectiveSpec, PredictionsSpec, Search, StudySpec};
use super::sections::{Level, NamedModel, Space};
use super::splits::{refuse_target, splits};
use super::text::Text;
use super::word::{Word, enumerate};
use super::{budget, enqueue, pruner, searched_steps, source, strategy};
use crossfold_network::{Settings, Task};
use crossfold_study::{
    BaselineMethod, Budget, DataSpec, Device, Final, Limits, MAX_TRIALS, Metric, ModelSpace, Pace, Pruner, Refit,
    Retention, SamplerKind, Seed, Splits, Strategy, Study, StudyName, TestRows,
};

/// Checks a spec; `None` if `findings` has a reason.
pub(super) fn check(spec: StudySpec, findings: &mut Findings<'_>) -> Option<Study> {
    findings.required(&Path::new("version"), spec.version, "1, the version of this format");
    let name = findings.required(&Path::new("name"), spec.name, "the study's name");
    let data = findings.required(&Path::new("data"), spec.data, "`{source: mnist, path: …}` or another source");
    let data = data.and_then(|written| source::check(written, spec.preprocessing, findings));
    let task = data.as_ref().map(DataSpec::task);
    let Search { strategy, pruner, batch, order, enqueue, models: wanted, space } = spec.search.unwrap_or_default();
    let budget = budget::check(spec.budget, findings);
    let strategy = strategy::check(strategy, budget::may_end(&budget, findings), findings);
    let space = check_space(space, spec.models.is_some(), findings);
    let mut training = spec.training.unwrap_or_default();
    let class_weights = training.class_weights.take().and_then(|weights| weights.checked());
    let mut fixed = spec.model.unwrap_or_default().0;
    fixed.extend(training.fixed);
    fixed.extend(spec.augmentation.unwrap_or_default().0);
    let common = Level { fixed, space };
    let is_grid = strategy.is_some_and(|strategy| matches!(strategy.sampler, SamplerKind::Grid { .. }));
    let steps = searched_steps::usual(&common, spec.models.as_ref(), data.as_ref());
    let models = check_models(&common, spec.models, wanted, (task, &steps), is_grid, findings);
    searched_steps::check(&models, data.as_ref(), findings);
    let enqueued = enqueue::check(enqueue.as_deref(), &models, findings);
    if task == Some(Task::Regression) && class_weights.is_some() {
        findings.misplaced(&Path::new("training.class_weights"), "there are no classes with `task: regression`");
    }
    let splits = splits(spec.cross_validation, task, findings);
    if let (Some(splits), Some(table)) = (&splits, data.as_ref().and_then(|data| data.source.table())) {
        refuse_target(splits, &table.target, findings);
    }
    let parts = pruner::StudyParts { strategy: strategy.as_ref(), splits: splits.as_ref(), models: &models };
    let pruner = pruner::check(pruner, &parts, findings);
    let usual = Pace::default();
    let pace = Pace {
        batch: batch.and_then(|batch| batch.checked()).unwrap_or(usual.batch),
        order: order.map_or(usual.order, |order| order.0),
    };
    let finish = check_final(spec.finish.unwrap_or_default(), data.as_ref(), splits.as_ref(), findings);
    check_bounds(&budget, strategy, pruner.as_ref(), finish, findings);
    let metric = check_metric(spec.objective, data.as_ref(), findings);
    let baselines = check_baselines(spec.baselines, data.as_ref(), findings);
    let limits = check_limits(&spec.limits.unwrap_or_default());
    let predictions = check_retention(&spec.predictions.unwrap_or_default());
    Some(Study {
        name: name?.0,
        seed: spec.seed.map_or(Seed::default(), |seed| Seed(seed.get())),
        device: spec.device.map_or(Device::default(), |device| device.0),
        data: data?,
        models,
        strategy: strategy?,
        pruner: pruner?,
        enqueued,
        pace,
        budget,
        splits: splits?,
        class_weights,
        metric,
        baselines,
        finish,
        limits,
        predictions,
    })
}

/// Refuses combinations of a budget with other parts.
fn check_bounds(
    budget: &Budget,
    strategy: Option<Strategy>,
    pruner: Option<&Pruner>,
    finish: Final,
    findings: &mut Findings<'_>,
) {
    if budget.wall.is_some() && finish.nested {
        findings.wrong(&Path::new("final.nested"), "nested searches have no end by `budget.wall`").hint =
            Some("limit the search by `budget.trials` or `budget.epochs`, or leave `nested` out".to_owned());
    }
    let learns = strategy.is_some_and(Strategy::learns);
    let begins_all_first = pruner.is_some_and(|pruner| pruner.kind.begins_all_trials_first(learns));
    let trials = strategy.and_then(|strategy| strategy.trials);
    let is_endless = trials.is_some_and(|trials| u64::from(trials) == MAX_TRIALS) && budget.trials.is_none();
    if let (true, true, Some(pruner)) = (begins_all_first, is_endless, pruner) {
        let message =
            format!("`{}` begins all trials before any goes on, so it has to be told how many", pruner.name());
        findings.wrong(&Path::new("search.pruner"), message).hint =
            Some("as in `strategy: {tpe: {trials: 100}}`, or use `asha` or `hyperband`".to_owned());
    }
}

/// Checks `models`, or `model` if there is one network without a name.
fn check_models(
    common: &Level,
    named: Option<BTreeMap<String, Option<NamedModel>>>,
    wanted: Option<Vec<Option<Text>>>,
    (task, steps): (Option<Task>, &Settings),
    is_grid: bool,
    findings: &mut Findings<'_>,
) -> Vec<ModelSpace> {
    let at = Path::new("models");
    let wanted_at = Path::new("search.models");
    let Some(mut named) = named else {
        if findings.is_given(&wanted_at) {
            findings.misplaced(&wanted_at, "there are no `models` to pick from").hint = Some("leave it out".to_owned());
        }
        if !findings.is_hole(&at) {
            let given = findings.is_given(&Path::new("model")).then_some(());
            findings.required(&Path::new("model"), given, "a map such as `{kind: mlp, layers: 1, nodes: 64}`");
        }
        return vec![check_model(&[(Home::common(), common)], None, task, steps, is_grid, findings)];
    };
    if named.is_empty() && !findings.is_hole(&at) {
        findings.wrong(&at, "expected at least one network, found none").hint =
            Some("name them, as in `models: {linear: {kind: linear}, net: {kind: mlp, hidden: [64]}}`".to_owned());
    }
    let wanted = wanted.map(|wanted| wanted.into_iter().map(|name| name.map(|Text(name)| name)).collect::<Vec<_>>());
    for (i, name) in wanted.iter().flatten().enumerate() {
        if let Some(name) = name.as_ref().filter(|name| !named.contains_key(*name)) {
            let names: Vec<String> = named.keys().map(|name| format!("`{name}`")).collect();
            findings.wrong(&wanted_at.index(i), format!("there is no model `{name}`")).hint =
                Some(format!("one of {}", names.join(", ")));
        }
    }
    if wanted.as_ref().is_some_and(Vec::is_empty) {
        findings.wrong(&wanted_at, "expected at least one of `models`, found none");
    }
    let picked: Option<BTreeSet<&str>> =
        wanted.as_ref().map(|wanted| wanted.iter().flatten().map(String::as_str).collect());
    // In the order of the spec.
    let entries = findings.tree.get(&at).map(|node| node.entries().to_vec()).unwrap_or_default();
    let mut spaces = Vec::new();
    for entry in entries {
        let path = at.key(&entry.key);
        let Some(model) = named.remove(&entry.key).filter(|_| !findings.is_hole(&path)) else { continue };
        // A name without a value is a network with the common settings.
        let model = model.unwrap_or_default();
        if StudyName::new(&entry.key).is_none() {
            findings.misplaced(&path, "expected a name of letters a-z, digits and `-`").hint = None;
        }
        let weights = path.key("training").key("class_weights");
        if findings.is_given(&weights) {
            findings.misplaced(&weights, "is for all models of a study").hint =
                Some("put it under `training`".to_owned());
        }
        let NamedModel(own) = model;
        let levels = [(Home::for_model(&entry.key), &own), (Home::common(), common)];
        let space = check_model(&levels, Some(&entry.key), task, steps, is_grid, findings);
        if picked.as_ref().is_none_or(|picked| picked.contains(entry.key.as_str())) {
            spaces.push(space);
        }
    }
    let points = spaces.iter().map(|model| model.space.combinations());
    let points = points.flatten().fold(0_u64, u64::saturating_add);
    if is_grid && spaces.len() > 1 && points > MAX_TRIALS {
        let message =
            format!("the models' grids have {points} combinations, and {MAX_TRIALS} is the most that is planned");
        findings.misplaced(&at, message).hint =
            Some("list fewer values, or draw some with `strategy: {random: {trials: 100}}`".to_owned());
    }
    spaces
}

/// Checks that the common search space is there if it is needed.
fn check_space(space: Option<Space>, has_models: bool, findings: &mut Findings<'_>) -> Space {
    let at = Path::new("search.space");
    if findings.tree.get(&at).is_some_and(|node| node.entries().is_empty()) && !findings.is_hole(&at) {
        findings.wrong(&at, "expected at least one hyperparameter, found none").hint =
            Some("leave out `search` for one trial of the fixed values".to_owned());
    }
    let is_searched = findings.is_given(&Path::new("search"));
    let space = if has_models || !is_searched {
        space
    } else {
        findings.required(&at, space, "a map such as `{epochs: [5, 10]}`")
    };
    space.unwrap_or_default()
}

/// Checks that trials are ranked by a metric of the task.
fn check_metric(
    given: Option<Choice<Metric, ObjectiveSpec>>,
    data: Option<&DataSpec>,
    findings: &mut Findings<'_>,
) -> Metric {
    let usual = Metric::default_for(data.map(DataSpec::task).unwrap_or_default());
    let at = Path::new("objective");
    let (metric, at) = match given {
        Some(Choice::Word(metric)) => (metric, at),
        Some(Choice::Map(ObjectiveSpec { metric: Some(Word(metric)) })) => (metric, at.key("metric")),
        Some(Choice::Map(ObjectiveSpec { metric: None })) | None => return usual,
    };
    if let Some(data) = data.filter(|data| data.task() != metric.task()) {
        let (task, other) = (data.task().name(), metric.task().name());
        let names: Vec<String> = Metric::all_for(data.task()).iter().map(|metric| format!("`{metric}`")).collect();
        let is_free = data.source.table().is_some();
        let or_change = if is_free { format!("; or set `data.task: {other}`") } else { String::new() };
        findings.wrong(&at, format!("`{metric}` is for `task: {other}`, and this is `task: {task}`")).hint =
            Some(format!("one of {}{or_change}", names.join(", ")));
    }
    metric
}

/// Checks that the data have a table for `baselines`, and that each of them is for its task.
fn check_baselines(
    given: Option<Vec<Option<Word<BaselineMethod>>>>,
    data: Option<&DataSpec>,
    findings: &mut Findings<'_>,
) -> Vec<BaselineMethod> {
    let at = Path::new("baselines");
    let Some(data) = data else { return Vec::new() };
    let table = data.source.table().filter(|table| table.sequence.is_none());
    let Some(given) = given else {
        return table.map_or(Vec::new(), |_| BaselineMethod::all_for(data.task()));
    };
    if table.is_none() && !given.is_empty() {
        findings.misplaced(&at, "baselines are for tables without sequences").hint = Some("remove the key".to_owned());
    }
    let mut methods = Vec::new();
    for (place, method) in given.into_iter().enumerate() {
        let Some(Word(method)) = method else { continue };
        let task = data.task();
        if !method.is_for(task) {
            let names: Vec<String> =
                BaselineMethod::all_for(task).iter().map(|method| format!("`{}`", method.name())).collect();
            let message = format!("`{}` is not for `task: {}`", method.name(), task.name());
            findings.wrong(&at.index(place), message).hint = Some(enumerate(&names, "or"));
        }
        methods.push(method);
    }
    methods.sort();
    methods.dedup();
    methods
}

fn check_final(
    finish: FinalSpec,
    data: Option<&DataSpec>,
    splits: Option<&Splits>,
    findings: &mut Findings<'_>,
) -> Final {
    let usual = Final::default();
    let refit = finish.refit.map_or(usual.refit, |refit| refit.0);
    let refits = finish.refits.map_or(usual.refits, |refits| refits.get() as u32);
    if refit == Refit::None && finish.refits.is_some() {
        findings.wrong(&Path::new("final.refits"), "no effect unless the winner is retrained").hint =
            Some("`refit: best`, or leave it out".to_owned());
    }
    if refit == Refit::Folds && refits > 1 {
        findings.wrong(&Path::new("final.refits"), "each fold of the cross-validation has one network").hint = Some(
            "leave it out, or `refit: best` with `refits`; more repeats of the cross-validation give more networks"
                .to_owned(),
        );
    }
    let ensemble = finish.ensemble.map_or(usual.ensemble, |picks| picks.get() as u32);
    let at = Path::new("final.ensemble");
    match refit {
        Refit::None if finish.ensemble.is_some() => {
            findings.wrong(&at, "no effect unless networks are retrained").hint =
                Some("`refit: best`, or leave it out".to_owned());
        }
        Refit::OneSe if ensemble > 1 => {
            findings.wrong(&at, "an ensemble begins with the best trial, and `one_se` selects a simpler one").hint =
                Some("`refit: best`, or leave it out".to_owned());
        }
        Refit::Folds if ensemble > 1 => {
            findings.wrong(&at, "an ensemble is retrained on all rows, not on folds").hint =
                Some("`refit: best`, or leave it out".to_owned());
        }
        Refit::Best | Refit::OneSe | Refit::Folds | Refit::None => {}
    }
    let calibrate = finish.calibrate.map_or(usual.calibrate, |calibrate| calibrate.0);
    let at = Path::new("final.calibrate");
    if calibrate && refit == Refit::None {
        findings.wrong(&at, "there is nothing to calibrate unless the winner is retrained").hint =
            Some("`refit: best`".to_owned());
    }
    if calibrate && data.is_some_and(|data| data.task() == Task::Regression) {
        findings.wrong(&at, "numbers have no probabilities to calibrate").hint =
            Some("remove the key; it is for classification".to_owned());
    }
    let test = finish.test.map_or(usual.test, |test| test.0);
    let nested = finish.nested.map_or(usual.nested, |nested| nested.0);
    if let (Refit::OneSe, Some(Splits::HoldOut { .. } | Splits::LatestHoldOut { .. })) = (refit, splits) {
        findings.wrong(&Path::new("final.refit"), "`one_se` needs the scores of several folds").hint =
            Some("`refit: best`, or `cross_validation: {folds: 5}`".to_owned());
    }
    let at = Path::new("final.test");
    if test && refit == Refit::None {
        findings.wrong(&at, "there is nothing to test unless the winner is retrained").hint =
            Some("`refit: best`".to_owned());
    }
    if test
        && let Some(table) = data.and_then(|data| data.source.table())
        && table.test == TestRows::None
        && !["data.test_path", "data.test_share"].iter().any(|path| findings.is_hole(&Path::new(path)))
    {
        findings.wrong(&at, "there are no rows to test on").hint =
            Some("name a file in `data.test_path`, or set rows aside with `data.test_share: 0.2`".to_owned());
    }
    let variables = finish.variables.map(|variables| variables.0);
    if variables == Some(true) && data.is_some_and(|data| data.source.table().is_none()) {
        findings.wrong(&Path::new("final.variables"), "images have no columns to shuffle").hint =
            Some("remove the key; it is for tables".to_owned());
    }
    Final { refit, refits, ensemble, calibrate, test, nested, variables }
}

fn check_limits(limits: &LimitsSpec) -> Limits {
    let LimitsSpec { fit_seconds, max_failures } = limits;
    Limits {
        fit_seconds: fit_seconds.as_ref().and_then(Raw::checked),
        max_failures: max_failures.map(|failures| failures.0),
    }
}

fn check_retention(predictions: &PredictionsSpec) -> Retention {
    let PredictionsSpec { megabytes, best } = predictions;
    let default = Retention::default();
    Retention {
        megabytes: megabytes.as_ref().and_then(Raw::checked).unwrap_or(default.megabytes),
        best: best.as_ref().and_then(Raw::checked).unwrap_or(default.best),
    }
}
