//! Rules that hold for every definition.

use std::fmt::Write as _;
use std::ops::Bound;

use super::*;
use crate::configuration::{Configuration, Init, Kind, LossName, Normalization, OptimizerName, Padding};
use crate::settings::Settings;
use crate::task::Task;

/// `search.space` takes short names, so no two may be equal.
#[test]
fn names_are_unique() {
    for param in Param::searchable() {
        assert_eq!(Param::from_key(param.name()), Some(param));
        assert_eq!(Param::from_key(param.path()), Some(param));
    }
    assert_eq!(Param::from_key("models"), None);
}

#[test]
fn settings_are_written_as_in_a_spec() {
    for (setting, expected) in [
        (Setting::Hidden(vec![256, 128]), "[256, 128]"),
        (Setting::Dropout(PerLayer::Each(vec![0.4, 0.0])), "[0.4, 0]"),
        (Setting::Padding(PerLayer::Each(vec![Padding::Same, Padding::Valid])), "[same, valid]"),
        (Setting::LearningRate(1e-3), "0.001"),
        (Setting::Init(Init::FanIn), "fan_in"),
        (Setting::Nesterov(true), "true"),
    ] {
        assert_eq!(setting.to_string(), expected);
        assert_eq!(setting.param().setting(setting.plain()), Some(setting));
    }
}

#[test]
fn defaults_are_in_range() {
    for task in Task::ALL {
        for setting in Settings::defaults(task).iter() {
            assert!(setting.param().values().admit(&setting.plain()), "{}", setting.param());
        }
    }
    let [none, batch] = [Normalization::None, Normalization::Batch].map(Setting::Normalization);
    assert_eq!(Param::Normalization.default_for(Task::Regression, None), Some(none));
    assert!(Param::Normalization.values().admit(&batch.plain()));
}

#[test]
fn needs_are_words_of_other_hyperparameters() {
    for param in Param::searchable() {
        for need in param.needs() {
            let Values::Words(words) = need.param.values() else { panic!("{param} needs a word") };
            assert!(need.words.iter().all(|word| words.contains(word)), "{param}: {need:?}");
            assert!(need.words.len() < words.len(), "{param} needs nothing of {}", need.param);
        }
    }
}

/// Settings of a network in which `param` has an effect.
fn network_with(param: Param) -> Settings {
    let network = [
        Setting::Kind(Kind::Mlp),
        Setting::Layers(2),
        Setting::Nodes(8),
        Setting::Blocks(2),
        Setting::Filters(PerLayer::Same(4)),
        Setting::Epochs(4),
    ];
    let needs = param.needs().iter().map(|need| need.param.setting(Plain::Text(need.words[0].to_owned())).unwrap());
    // These two also need positive numbers of other hyperparameters.
    let more = [(Param::InnerShare, Setting::Patience(1)), (Param::Nesterov, Setting::Momentum(0.9))];
    let more = more.into_iter().filter(|(other, _)| *other == param).map(|(_, setting)| setting);
    let settings = Settings::defaults(Task::Classification).into_iter().chain(network).chain(needs).chain(more);
    let settings: Settings = settings.collect();
    if param == Param::Hidden { settings.without(Param::Layers).without(Param::Nodes) } else { settings }
}

/// At least two values of `param`.
fn some_values(param: Param) -> Vec<Setting> {
    let values = match param.values() {
        Values::Text => Vec::new(),
        Values::Step => ["none", "3"].map(|value| Plain::Text(value.to_owned())).into(),
        Values::Words(words) => words.iter().map(|word| Plain::Text((*word).to_owned())).collect(),
        Values::Switch => [false, true].map(Plain::Flag).into(),
        Values::Whole { .. } => [2, 3].map(Plain::Count).into(),
        Values::Real(_) => [0.25, 0.5].map(Plain::Real).into(),
    };
    let form = |value| if param.form() == ValueForm::Each { Plain::List(vec![value]) } else { value };
    let settings = values.into_iter().map(|value| param.setting(form(value)).unwrap());
    // Each task's default loss is left out of the canonical text, which is unambiguous because a study has one task.
    settings.filter(|setting| *setting != Setting::Loss(LossName::CrossEntropy)).collect()
}

/// The configurations with each of [`some_values`], and their canonical texts with the number of epochs.
fn configurations(param: Param, settings: &Settings) -> (Vec<Configuration>, Vec<String>) {
    let values = some_values(param).into_iter();
    let resolved = values.map(|value| settings.clone().with(value).resolve().unwrap_or_else(|error| panic!("{error}")));
    resolved
        .map(|(configuration, epochs)| (configuration.clone(), format!("{} for {epochs}", configuration.canonical())))
        .unzip()
}

/// Fails for a new hyperparameter that isn't resolved, not in the canonical text, or can't be read from a
/// configuration.
#[test]
fn hyperparameters_have_an_effect_where_their_needs_are_met() {
    for param in Param::searchable() {
        let settings = network_with(param);
        let (configurations, mut texts) = configurations(param, &settings);
        for (configuration, value) in configurations.iter().zip(some_values(param)) {
            let (_, epochs) = settings.clone().with(value.clone()).resolve().unwrap();
            assert_eq!(configuration.setting(param, epochs), Some(value), "{param} of {}", configuration.canonical());
        }
        let count = texts.len();
        texts.sort();
        texts.dedup();
        assert!(count >= 2 && texts.len() == count, "{param}: {texts:?}");
    }
}

#[test]
fn hyperparameters_have_no_effect_where_a_need_is_unmet() {
    for param in Param::searchable() {
        for need in param.needs() {
            for other in some_values(need.param).into_iter().filter(|other| !need.is_met_by(other)) {
                let settings = network_with(param).with(other.clone());
                let settings = if param == Param::Hidden { settings.with(Setting::Layers(2)) } else { settings };
                let (_, texts) = configurations(param, &settings);
                assert!(texts.iter().all(|text| *text == texts[0]), "{param} with {other}: {texts:?}");
            }
        }
    }
}

/// The interval in mathematical notation: `[0, 1)`.
fn interval(Interval { low, high }: Interval) -> String {
    let low = match low {
        Bound::Included(low) => format!("[{low}"),
        Bound::Excluded(low) => format!("({low}"),
        Bound::Unbounded => "(−∞".to_owned(),
    };
    let high = match high {
        Bound::Included(high) => format!("{high}]"),
        Bound::Excluded(high) => format!("{high})"),
        Bound::Unbounded => "∞)".to_owned(),
    };
    format!("{low}, {high}")
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// The default of `param`, or where a value is required.
fn default_cell(param: Param) -> String {
    if let Some(requirement) = param.requirement() {
        return requirement.to_owned();
    }
    let [classes, numbers] = Task::ALL.map(|task| param.default_for(task, None));
    match (classes, numbers) {
        (Some(classes), Some(numbers)) if classes == numbers => format!("`{classes}`"),
        (Some(classes), Some(numbers)) => format!("`{classes}` for classes, `{numbers}` for numbers"),
        (None, _) | (_, None) => {
            let default_with =
                |optimizer| param.default_for(Task::Classification, Some(optimizer)).unwrap().to_string();
            let usual = default_with(OptimizerName::Adam);
            let others = OptimizerName::ALL.iter().filter(|optimizer| default_with(**optimizer) != usual);
            others.fold(format!("`{usual}`"), |cell, other| {
                cell + &format!(", with `{other}` `{}`", default_with(*other))
            })
        }
    }
}

/// Defaults that depend on the task or the optimizer are said in descriptions, since the schema has no other place for them.
#[test]
fn descriptions_say_the_defaults_that_depend_on_others() {
    let loss = default_cell(Param::Loss);
    assert!(Param::Loss.description().contains(&format!("Left out: {loss}.")), "{loss}");
    let of = |optimizer| Param::WeightDecay.default_for(Task::Classification, Some(optimizer)).unwrap();
    let [adam, adamw] = [OptimizerName::Adam, OptimizerName::Adamw].map(of);
    let words = format!("Left out: {adamw} for `{}`, else {adam}.", OptimizerName::Adamw);
    assert!(Param::WeightDecay.description().replace('\n', " ").contains(&words), "{words}");
    let depends = |&param: &Param| {
        let [classes, numbers] = Task::ALL.map(|task| param.default_for(task, None));
        param.requirement().is_none() && (classes.is_none() || classes != numbers)
    };
    let all: Vec<Param> = Param::searchable().filter(depends).collect();
    assert_eq!(all, [Param::Loss, Param::WeightDecay]);
}

/// The table of hyperparameters in `docs/spec.md`.
fn table() -> String {
    let mut text =
        "| key | what it is | values | default | ranges | only with |\n|---|---|---|---|---|---|\n".to_owned();
    // Steps of preprocessing have a section of their own.
    for param in Param::searchable().filter(|param| !param.is_step()) {
        let what = [param.description().replace('\n', " "), param.detail().to_owned()].join(" ");
        let (values, ranges) = match param.values() {
            Values::Text | Values::Step => (String::new(), ""),
            Values::Words(words) => (listed(words), ""),
            Values::Switch => ("`true`, `false`".to_owned(), ""),
            Values::Whole { least, most } => (format!("{least} to {most}"), "`int`, `log_int`"),
            Values::Real(range) => (interval(range), "`uniform`, `log_uniform`"),
        };
        let (values, ranges) = match param.form() {
            ValueForm::One => (values, ranges),
            ValueForm::OneOrEach => {
                (format!("{values}; or a list, one for each {}", param.place().unwrap().name()), ranges)
            }
            ValueForm::Each => (format!("a list of {values}"), ""),
        };
        let needs = param.needs().iter().map(|need| format!("`{}`: {}", need.param, listed(need.words)));
        let (default, needs) = (default_cell(param), needs.collect::<Vec<_>>().join("; "));
        writeln!(text, "| `{}` | {} | {values} | {default} | {ranges} | {needs} |", param.path(), what.trim()).unwrap();
    }
    text
}

/// `CROSSFOLD_UPDATE_DOCS=1 cargo test -p crossfold-network --lib documentation` rewrites the table.
#[test]
#[expect(clippy::disallowed_methods, reason = "the documentation is updated on request")]
fn documentation_lists_every_hyperparameter() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/spec.md");
    let documentation = std::fs::read_to_string(path).unwrap();
    let (before, rest) = documentation.split_once("<!-- hyperparameters: ").unwrap();
    let (mark, rest) = rest.split_once('\n').unwrap();
    let (written, after) = rest.split_once("\n<!-- end of hyperparameters -->").unwrap();
    let expected = table();
    if std::env::var_os("CROSSFOLD_UPDATE_DOCS").is_some() {
        let text = format!("{before}<!-- hyperparameters: {mark}\n{expected}\n<!-- end of hyperparameters -->{after}");
        std::fs::write(path, text).unwrap();
    } else {
        assert!(written == expected, "docs/spec.md lacks a hyperparameter; this test can update it: see its comment");
    }
}
