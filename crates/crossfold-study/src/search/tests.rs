//! The tables of samplers and pruners in `docs/spec.md` follow from their definitions, and default rungs match their words.
//!
//! `CROSSFOLD_UPDATE_DOCS=1 cargo test -p crossfold-study --lib documentation` rewrites them.

use super::{MIN_EPOCHS, MIN_FOLDS, PrunerKind, Rungs, SamplerKind, SearchSetting, SettingValues};

#[track_caller]
fn assert_documented(name: &str, head: &str, rows: &[String]) {
    let columns = head.matches('|').count() - 1;
    crate::documentation::assert_table(name, &format!("{head}\n|{}\n{}", "---|".repeat(columns), rows.join("\n")));
}

#[test]
fn documentation_lists_every_sampler() {
    let row = |&sampler: &SamplerKind| {
        let definition = sampler.definition();
        let name = definition.name;
        let settings = definition.settings.iter().map(|setting| match setting.values {
            SettingValues::Words(words) => format!("{}: {}", setting.name, words[1..].join(", ")),
            SettingValues::Count { .. } | SettingValues::Share { .. } | SettingValues::Rungs => {
                format!("{}: {}", setting.name, default(setting))
            }
        });
        let trials = definition.trials.map(|_| "trials: N".to_owned());
        let settings: Vec<String> = trials.into_iter().chain(settings).collect();
        let alone = if definition.trials.is_none() { format!("`{name}`, ") } else { String::new() };
        format!("| {alone}`{{{name}: {{{}}}}}` | {} |", settings.join(", "), definition.guide)
    };
    let rows: Vec<String> = SamplerKind::ALL.iter().map(row).collect();
    assert_documented("samplers", "| `strategy` | picks |", &rows);
}

#[test]
fn documentation_lists_every_pruner() {
    let definitions: Vec<_> = PrunerKind::ALL.iter().map(|kind| kind.definition()).collect();
    let rows: Vec<String> =
        definitions.iter().map(|definition| format!("| `{}` | {} |", definition.name, definition.guide)).collect();
    assert_documented("pruners", "| `pruner` | a trial ends early |", &rows);

    // The settings that all pruners share come first.
    let with_settings: Vec<_> = definitions.iter().filter(|definition| !definition.settings.is_empty()).collect();
    let settings =
        with_settings.iter().flat_map(|pruner| pruner.settings.iter().map(|setting| (pruner.name, *setting)));
    let mut by_name: Vec<(&str, Vec<(&str, SearchSetting)>)> = Vec::new();
    for (pruner, setting) in settings {
        match by_name.iter_mut().find(|(name, _)| *name == setting.name) {
            Some((_, found)) => found.push((pruner, setting)),
            None => by_name.push((setting.name, vec![(pruner, setting)])),
        }
    }
    by_name.sort_by_key(|(_, found)| found.len() < with_settings.len());
    let row = |(name, found): &(&str, Vec<(&str, SearchSetting)>)| {
        let (first, setting) = found[found.len() - 1];
        let owner = if found.len() == 1 { format!("of `{first}`: ") } else { String::new() };
        let guide = setting.guide.replace("{range}", &range(&setting));
        let others = found.iter().filter(|(_, other)| default(other) != default(&setting));
        let others: String = others.map(|(pruner, other)| format!(", of `{pruner}` `{}`", default(other))).collect();
        let default = match (setting.default_in_words, setting.values) {
            (_, SettingValues::Rungs) => String::new(),
            ("", _) => format!("`{}`{others} ", default(&setting)),
            (words, _) => format!("{words} "),
        };
        format!("| `{name}` | {owner}{guide} | {default}|")
    };
    let rows: Vec<String> = by_name.iter().map(row).collect();
    assert_documented("pruners' settings", "| key | value | default |", &rows);
}

/// Defaults that depend on the study are said in words.
#[test]
fn default_rungs_are_as_documented() {
    let rungs = |kind: PrunerKind| match kind.default_rungs(Some(40), Some(5)) {
        Rungs::Growing { factor: _, epochs, folds } => (epochs, folds),
        Rungs::Given(_) => panic!("{} has rungs of its own", kind.name()),
    };
    let (racing, others): (Vec<PrunerKind>, Vec<PrunerKind>) =
        PrunerKind::ALL[1..].iter().partition(|kind| matches!(kind, PrunerKind::Racing { .. }));
    let (epochs, folds) = rungs(others[0]);
    assert!(others.iter().all(|&kind| rungs(kind) == (epochs, None)));
    let (tenth, fewest) = rungs(racing[0]);
    assert_eq!((folds, tenth), (None, 40 / 10));
    assert_eq!(MIN_EPOCHS.default_in_words, format!("`{epochs}`, of `racing` a tenth of the most"));
    assert_eq!(MIN_FOLDS.default_in_words, format!("all, of `racing` `{}`", fewest.unwrap()));
}

fn range(setting: &SearchSetting) -> String {
    match setting.values {
        SettingValues::Count { least, most, .. } => format!("{least} to {most}"),
        SettingValues::Share { .. } => "in (0, 1)".to_owned(),
        SettingValues::Words(words) => words.join(", "),
        SettingValues::Rungs => String::new(),
    }
}

fn default(setting: &SearchSetting) -> String {
    match setting.values {
        SettingValues::Count { default, .. } => default.map_or_else(String::new, |count| count.to_string()),
        SettingValues::Share { default } => default.to_string(),
        SettingValues::Words(words) => words[0].to_owned(),
        SettingValues::Rungs => String::new(),
    }
}
