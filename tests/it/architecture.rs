//! The rules of `ARCHITECTURE.md`: which crates may depend on which, what each must not name, and no circles of files.

mod circles;
mod names;
mod paths;
mod source;

use std::collections::BTreeMap;
use std::process::Command;

use crate::harness::root;
use names::Forbidden;

/// The crates of ours that each crate may depend on. Everything else is forbidden.
const ALLOWED: &[(&str, &[&str])] = &[
    ("crossfold-kernels", &[]),
    ("crossfold-network", &[]),
    ("crossfold-study", &["crossfold-network"]),
    ("crossfold-spec", &["crossfold-study", "crossfold-network"]),
    ("crossfold-data", &["crossfold-study", "crossfold-network"]),
    ("crossfold-sources", &["crossfold-data", "crossfold-spec", "crossfold-study", "crossfold-network"]),
    ("crossfold-model", &["crossfold-kernels", "crossfold-data", "crossfold-study", "crossfold-network"]),
    // The store for its tests alone.
    ("crossfold-search", &["crossfold-study", "crossfold-network", "crossfold-store"]),
    ("crossfold-store", &["crossfold-study", "crossfold-network"]),
    ("crossfold-report", &["crossfold-study", "crossfold-network"]),
    ("crossfold-engine", ALL_BUT_THE_BINARY),
    ("crossfold", ALL_BUT_THE_BINARY),
];

const ALL_BUT_THE_BINARY: &[&str] = &[
    "crossfold-kernels",
    "crossfold-network",
    "crossfold-study",
    "crossfold-spec",
    "crossfold-data",
    "crossfold-sources",
    "crossfold-model",
    "crossfold-search",
    "crossfold-store",
    "crossfold-report",
    "crossfold-engine",
];

/// The only crates that may depend on a library that touches the world, reads or writes a format, or is costly to build.
const HOMES: &[(&str, &[&str])] = &[
    ("burn", &["crossfold-model"]),
    ("burn-flex", &["crossfold-model"]),
    ("burn-ndarray", &["crossfold-model"]),
    ("gemm", &["crossfold-kernels"]),
    ("rayon", &["crossfold-search"]),
    ("clap", &["crossfold"]),
    ("miette", &["crossfold"]),
    ("indicatif", &["crossfold"]),
    ("signal-hook", &["crossfold"]),
    ("serde_yaml", &["crossfold-spec"]),
    ("saphyr-parser", &["crossfold-spec"]),
    ("schemars", &["crossfold-spec"]),
    ("rusqlite", &["crossfold-store"]),
    // The binary for its tests alone.
    ("csv", &["crossfold-sources", "crossfold-report", "crossfold"]),
    ("encoding_rs", &["crossfold-sources"]),
    ("ruzstd", &["crossfold-sources"]),
];

/// What the code of a crate must not name.
const FORBIDDEN: &[Forbidden] = &[
    Forbidden {
        place: "crates/crossfold-kernels",
        names: &["std::fs", "std::thread", "std::time", "std::env", "burn"],
        reason: "kernels compute on slices, and know nothing else",
    },
    Forbidden {
        place: "crates/crossfold-network",
        names: &["std::fs", "std::thread", "std::time", "std::env", "burn", "serde_yaml"],
        reason: "a network is described without rows, gradients and files",
    },
    Forbidden {
        place: "crates/crossfold-study",
        names: &["std::fs", "std::thread", "std::env", "std::time::Instant", "burn", "serde_yaml"],
        reason: "the words of a study touch nothing outside of it",
    },
    Forbidden {
        place: "crates/crossfold-spec",
        names: &["std::fs", "std::thread", "std::env", "std::time::Instant"],
        reason: "text is read from memory; files are opened by the engine",
    },
    Forbidden {
        place: "crates/crossfold-data",
        names: &["std::fs", "std::io", "std::thread", "std::env", "csv", "flate2", "ruzstd", "encoding_rs"],
        reason: "rows come from `crossfold-sources`, which alone knows files and their formats",
    },
    Forbidden {
        place: "crates/crossfold-sources",
        names: &["Folds", "Pipeline", "Layer", "Configuration"],
        reason: "a source is read before it is split, and without knowing what is trained on it",
    },
    Forbidden {
        place: "crates/crossfold-model",
        names: &["std::fs", "std::thread", "std::env", "std::time::Instant", "Course", "Plan", "Store"],
        reason: "a fit is trained alike whoever asks for it, wherever it is stored",
    },
    Forbidden {
        place: "crates/crossfold-search",
        names: &[
            "Layer",
            "Layers",
            "Convolution",
            "Recurrent",
            "Dense",
            "Pooling",
            "std::fs",
            "std::env",
            "std::time::Instant",
        ],
        reason: "a search knows hyperparameters and scores; what a network is made of and costs is given to it",
    },
    Forbidden {
        place: "crates/crossfold-store",
        names: &["Plan", "Trial", "Layer", "std::time::Instant", "std::time::SystemTime"],
        reason: "a store keeps fits and studies by their keys, and doesn't look into them",
    },
    Forbidden {
        place: "crates/crossfold-report",
        names: &["std::fs", "std::thread", "std::env", "std::time::Instant", "std::time::SystemTime"],
        reason: "a report is a pure function that writes into what it is given",
    },
    Forbidden {
        place: "crates/crossfold-engine",
        names: &[
            "clap",
            "Terminal",
            "std::io::stdout",
            "std::io::stderr",
            "std::env",
            "std::process",
            "std::time::Instant",
            "std::time::SystemTime",
            "SqliteStore",
        ],
        reason: "the engine is used without a command line: what it needs of the world is an argument",
    },
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
fn crates_depend_only_on_the_crates_below_them() {
    let dependencies = dependencies();
    assert_eq!(dependencies.len(), ALLOWED.len(), "a new crate needs its line here: {:?}", dependencies.keys());
    for (krate, allowed) in ALLOWED {
        for dependency in dependencies[*krate].iter().filter(|name| name.starts_with("crossfold")) {
            assert!(allowed.contains(&dependency.as_str()), "{krate} must not depend on {dependency}");
        }
    }
}

#[test]
fn libraries_that_touch_the_world_have_a_home() {
    for (krate, names) in dependencies() {
        for (library, homes) in HOMES {
            let is_used = names.iter().any(|name| name == library);
            assert!(
                !is_used || homes.contains(&krate.as_str()),
                "{krate} must not depend on {library}, which is for {homes:?}"
            );
        }
    }
}

#[test]
fn crates_do_not_name_what_is_not_their_concern() {
    let found: Vec<String> = FORBIDDEN
        .iter()
        .flat_map(|forbidden| {
            let sources = source::sources(&root(), forbidden.place);
            names::uses(&sources, forbidden)
        })
        .collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn files_do_not_use_each_other_in_a_circle() {
    let mut found = String::new();
    for krate in dependencies().keys() {
        for circle in circles::circles(&source::sources(&root(), &format!("crates/{krate}"))) {
            found += &circle;
        }
    }
    assert!(
        found.is_empty(),
        "these files use each other in a circle, so none can be read or changed by itself:\n{found}\
         move what both sides need into a file of its own (a file may use what its parents define)"
    );
}
