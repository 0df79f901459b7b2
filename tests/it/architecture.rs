//! The house's rules, held against what cargo says the crates depend on.

use std::collections::BTreeMap;
use std::process::Command;

use crate::harness::root;

/// Which of our crates each of them may name. Whatever isn't here is forbidden.
const ALLOWED: &[(&str, &[&str])] = &[
    ("crossfold-study", &[]),
    ("crossfold-data", &["crossfold-study"]),
    ("crossfold-model", &["crossfold-study", "crossfold-data"]),
    // The store for its tests alone.
    ("crossfold-search", &["crossfold-study", "crossfold-store"]),
    ("crossfold-store", &["crossfold-study"]),
    ("crossfold-report", &["crossfold-study"]),
    // The store for its tests and examples alone.
    (
        "crossfold-engine",
        &[
            "crossfold-study",
            "crossfold-data",
            "crossfold-model",
            "crossfold-search",
            "crossfold-store",
            "crossfold-report",
        ],
    ),
    (
        "crossfold",
        &[
            "crossfold-engine",
            "crossfold-study",
            "crossfold-data",
            "crossfold-model",
            "crossfold-search",
            "crossfold-store",
            "crossfold-report",
        ],
    ),
];

/// The direct dependencies of each of our crates, dev-dependencies included.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let name = |value: &serde_json::Value| value["name"].as_str().unwrap().to_owned();
    let packages = metadata["packages"].as_array().unwrap();
    packages.iter().map(|p| (name(p), p["dependencies"].as_array().unwrap().iter().map(name).collect())).collect()
}

#[test]
fn crates_name_only_the_crates_below_them() {
    let dependencies = dependencies();
    assert_eq!(dependencies.len(), ALLOWED.len(), "a new crate needs its line here: {:?}", dependencies.keys());
    for (krate, allowed) in ALLOWED {
        for dependency in dependencies[*krate].iter().filter(|name| name.starts_with("crossfold")) {
            assert!(allowed.contains(&dependency.as_str()), "{krate} must not depend on {dependency}");
        }
    }
}

#[test]
fn only_the_model_names_burn() {
    for (krate, names) in dependencies() {
        let burns = names.iter().filter(|name| name.starts_with("burn")).count();
        assert_eq!(burns > 0, krate == "crossfold-model", "{krate}: {names:?}");
    }
}

/// Rendering, threads and command lines have one home each; `cargo tree` would show them anywhere.
#[test]
fn what_touches_the_world_has_one_home() {
    for (dependency, home) in [
        ("rayon", "crossfold-search"),
        ("clap", "crossfold"),
        ("miette", "crossfold"),
        ("signal-hook", "crossfold"),
        ("tracing", "crossfold"),
        ("serde_yaml", "crossfold-study"),
        ("saphyr-parser", "crossfold-study"),
        ("rusqlite", "crossfold-store"),
        ("csv", "crossfold-data crossfold-report crossfold"),
    ] {
        for (krate, names) in dependencies() {
            let names_it = names.iter().any(|name| name == dependency);
            let at_home = home.split(' ').any(|home| home == krate);
            assert!(!names_it || at_home, "{krate} must not depend on {dependency}");
        }
    }
}
