//! Writes the spec of one configuration: `best.yaml`.

use serde_yaml::Value;

use super::yaml::{self, map};
use super::{preprocessing, source, yaml_text};
use crossfold_network::{Configuration, Kind, Param, PerLayer, Setting, Settings};
use crossfold_study::{
    BaselineMethod, ClassWeights, DataSpec, Final, Limits, MaxFailures, Refit, Retention, Splits, Study,
};

/// Writes a spec that trains `configuration` for `epochs` as `study` does, without a search. Its name is that of the study with
/// `-best` appended.
///
/// `data` is that of the study, with paths relative to the folder of the new spec. The spec begins with a comment if a path isn't
/// UTF-8, so that it can't be written, and if another run of `study` [may choose differently](Study::irreproducible).
pub fn write_single(study: &Study, data: &DataSpec, configuration: &Configuration, epochs: u32) -> String {
    let usual = Settings::defaults(data.task());
    let of = |name| section(name, configuration, epochs, &usual);
    let weights = study.class_weights.as_ref().map(|weights| ("class_weights", class_weights(weights)));
    let mut entries = vec![
        ("version", 1.into()),
        ("name", study.name.best().as_str().into()),
        ("seed", study.seed.0.into()),
        ("device", study.device.name().into()),
        ("data", source::write(data)),
        ("model", map(of("model"))),
        ("training", map(of("training").into_iter().chain(weights))),
        ("cross_validation", splits(&study.splits)),
        ("objective", map([("metric", study.metric.name().into())])),
        ("final", finish(study.finish)),
    ];
    let augmentation = of("augmentation");
    if !augmentation.is_empty() {
        let after_training = entries.iter().position(|(key, _)| *key == "cross_validation").unwrap_or(entries.len());
        entries.insert(after_training, ("augmentation", map(augmentation)));
    }
    if let Some(steps) =
        data.source.table().and_then(|table| preprocessing::write(&table.preprocessing.with(&configuration.steps)))
    {
        let after_data = entries.iter().position(|(key, _)| *key == "model").unwrap_or(entries.len());
        entries.insert(after_data, ("preprocessing", steps));
    }
    let is_usual = study.baselines == BaselineMethod::all_for(data.task());
    if data.source.table().is_some_and(|table| table.sequence.is_none()) && !is_usual {
        let names = study.baselines.iter().map(|method| method.name().into()).collect();
        entries.push(("baselines", Value::Sequence(names)));
    }
    if study.limits != Limits::default() {
        entries.push(("limits", limits(&study.limits)));
    }
    if study.predictions != Retention::default() {
        entries.push(("predictions", predictions(study.predictions)));
    }
    let text = yaml_text::text(&map(entries));
    let chosen = study.irreproducible_in_words().map(|words| format!("# Chosen by a search that is {words}.\n"));
    let not_utf8 = if data.source.paths().iter().all(|path| path.to_str().is_some()) { "" } else { NOT_UTF8 };
    format!("{}{not_utf8}{text}", chosen.unwrap_or_default())
}

const NOT_UTF8: &str = "\
# A path under `data` is not UTF-8, as a spec must be: below it has \u{fffd} for what can't be written.
# Give the folder another name, and put it in.
";

/// The entries of a section: hyperparameters that are always written, and those that differ from their default.
fn section(name: &str, configuration: &Configuration, epochs: u32, usual: &Settings) -> Vec<(&'static str, Value)> {
    const ALWAYS: [Param; 10] = [
        Param::Kind,
        Param::Hidden,
        Param::Activation,
        Param::Dropout,
        Param::Filters,
        Param::Optimizer,
        Param::LearningRate,
        Param::L2,
        Param::BatchSize,
        Param::Epochs,
    ];
    // Given by `hidden` and by the list of filters.
    const IMPLIED: [Param; 3] = [Param::Layers, Param::Nodes, Param::Blocks];
    let in_section = |param: &&Param| param.path().strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    let is_left_out = |param| {
        let no_layers = configuration.hidden_layers().is_empty() && configuration.kind() != Kind::Mlp;
        IMPLIED.contains(&param)
            || param == Param::Hidden && no_layers
            || param == Param::WeightDecay && configuration.weight_decay == 0.0
    };
    let setting = |&param: &Param| {
        let setting = configuration.setting(param, epochs).filter(|_| !is_left_out(param))?;
        // A list, because it gives the number of blocks.
        let listed = || {
            configuration
                .blocks()
                .map(|blocks| Setting::Filters(PerLayer::Each(blocks.iter().map(|block| block.filters).collect())))
        };
        let setting = if param == Param::Filters { listed()? } else { setting };
        let is_usual = usual.get(param) == Some(&setting);
        (ALWAYS.contains(&param) || !is_usual).then(|| (param.name(), yaml::value(&setting)))
    };
    Param::ALL.iter().filter(in_section).filter_map(setting).collect()
}

fn class_weights(weights: &ClassWeights) -> Value {
    match weights {
        ClassWeights::Balanced => "balanced".into(),
        ClassWeights::Given(weights) => {
            Value::Mapping(weights.iter().map(|(class, &weight)| (class.as_str().into(), weight.into())).collect())
        }
    }
}

fn splits(splits: &Splits) -> Value {
    let named = |key, column: &Option<String>| column.as_ref().map(|column| (key, Value::from(column.as_str())));
    let mut entries: Vec<(&str, Value)> = match splits {
        Splits::KFold { folds, repeats, stratified, shuffle, groups: _ } => vec![
            ("folds", (*folds).into()),
            ("repeats", (*repeats).into()),
            ("stratified", (*stratified).into()),
            ("shuffle", (*shuffle).into()),
        ],
        Splits::HoldOut { share, stratified, groups: _ } => {
            vec![("hold_out", (*share).into()), ("stratified", (*stratified).into())]
        }
        Splits::LatestHoldOut { share, time, gap } => {
            vec![("hold_out", (*share).into()), ("time", time.as_str().into()), ("gap", (*gap).into())]
        }
        Splits::LeaveOneGroupOut { groups } => vec![("leave_out", groups.as_str().into())],
        Splits::TimeSeries { folds, time, gap, window } => {
            let window = window.map(|window| ("window", window.into()));
            let entries = [("folds", (*folds).into()), ("time", time.as_str().into()), ("gap", (*gap).into())];
            entries.into_iter().chain(window).collect()
        }
        Splits::Predefined { column, groups: _, time } => {
            [("predefined", column.as_str().into())].into_iter().chain(named("time", time)).collect()
        }
    };
    match splits {
        Splits::KFold { groups, .. } | Splits::HoldOut { groups, .. } | Splits::Predefined { groups, .. } => {
            entries.extend(named("groups", groups));
        }
        Splits::LatestHoldOut { .. } | Splits::LeaveOneGroupOut { .. } | Splits::TimeSeries { .. } => {}
    }
    map(entries)
}

fn finish(finish: Final) -> Value {
    let refit = match finish.refit {
        // There is only one trial to choose from.
        Refit::OneSe => Refit::Best,
        refit @ (Refit::Best | Refit::Folds | Refit::None) => refit,
    };
    let variables = finish.variables.map(|variables| ("variables", variables.into()));
    let refits = (finish.refits > 1).then(|| ("refits", finish.refits.into()));
    let calibrate = finish.calibrate.then(|| ("calibrate", true.into()));
    let test = Some(("test", finish.test.into()));
    map([Some(("refit", refit.name().into())), refits, calibrate, test, variables].into_iter().flatten())
}

fn limits(limits: &Limits) -> Value {
    let fit_seconds = limits.fit_seconds.map(|seconds| ("fit_seconds", seconds.into()));
    let max_failures = limits.max_failures.map(|most| match most {
        MaxFailures::Trials(count) => ("max_failures", count.into()),
        MaxFailures::Percent(percent) => ("max_failures", format!("{percent}%").into()),
    });
    map(fit_seconds.into_iter().chain(max_failures))
}

fn predictions(retention: Retention) -> Value {
    map([("megabytes", retention.megabytes.into()), ("best", retention.best.into())])
}
