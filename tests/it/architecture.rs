//! The rules of `ARCHITECTURE.md`: which crates may depend on which, what a crate must not name, no circles of files, and
//! what a fit's bits depend on.

mod circles;
mod identity;
mod modules;
mod names;
mod paths;
mod source;

use std::collections::BTreeMap;
use std::process::Command;

use crate::harness::root;
use names::Forbidden;

/// Our crates that each crate may depend on. Everything else is forbidden.
const ALLOWED: &[(&str, &[&str])] = &[
    ("crossfold-kernels", &[]),
    ("crossfold-network", &[]),
    ("crossfold-system", &[]),
    ("crossfold-study", &["crossfold-network"]),
    ("crossfold-spec", &["crossfold-study", "crossfold-network"]),
    ("crossfold-data", &["crossfold-kernels", "crossfold-study", "crossfold-network"]),
    ("crossfold-sources", &["crossfold-data", "crossfold-study", "crossfold-network", "crossfold-system"]),
    ("crossfold-model", &["crossfold-kernels", "crossfold-data", "crossfold-study", "crossfold-network"]),
    ("crossfold-baselines", &["crossfold-data", "crossfold-study", "crossfold-network"]),
    ("crossfold-search", &["crossfold-kernels", "crossfold-study", "crossfold-network"]),
    ("crossfold-store", &["crossfold-study", "crossfold-network", "crossfold-system"]),
    ("crossfold-report", &["crossfold-study", "crossfold-network"]),
    ("crossfold-engine", BELOW_THE_ENGINE),
    (
        "crossfold",
        &[
            "crossfold-network",
            "crossfold-study",
            "crossfold-spec",
            "crossfold-data",
            "crossfold-sources",
            "crossfold-search",
            "crossfold-system",
            "crossfold-store",
            "crossfold-report",
            "crossfold-engine",
        ],
    ),
];

/// Our crates that the tests and benchmarks of a crate may depend on as well.
const ALLOWED_IN_TESTS: &[(&str, &[&str])] = &[
    ("crossfold-sources", &["crossfold-spec"]),
    ("crossfold-model", &["crossfold-sources", "crossfold-spec"]),
    ("crossfold-search", &["crossfold-spec", "crossfold-store"]),
    ("crossfold-report", &["crossfold-spec"]),
    ("crossfold-engine", &["crossfold-store"]),
];

/// Stores are passed in.
const BELOW_THE_ENGINE: &[&str] = &[
    "crossfold-network",
    "crossfold-study",
    "crossfold-spec",
    "crossfold-data",
    "crossfold-sources",
    "crossfold-model",
    "crossfold-baselines",
    "crossfold-search",
    "crossfold-system",
    "crossfold-report",
];

/// The only crates that may depend on a library that touches the world, reads or writes a format, or is costly to build.
const HOMES: &[(&str, &[&str])] = &[
    ("burn", &["crossfold-model"]),
    // All that begin so.
    ("burn-", &["crossfold-model"]),
    ("forust-ml", &["crossfold-baselines"]),
    ("macerator", &["crossfold-kernels"]),
    ("rayon", &["crossfold-search"]),
    ("clap", &["crossfold"]),
    ("miette", &["crossfold-spec"]),
    ("indicatif", &["crossfold-report"]),
    ("plotters", &["crossfold-report"]),
    // The binary for its tests alone.
    ("signal-hook", &["crossfold-system", "crossfold"]),
    ("serde_yaml", &["crossfold-spec"]),
    ("saphyr-parser", &["crossfold-spec"]),
    ("schemars", &["crossfold-spec"]),
    ("rusqlite", &["crossfold-store"]),
    ("tracing", &["crossfold"]),
    // The binary for its tests alone.
    ("csv", &["crossfold-sources", "crossfold-report", "crossfold"]),
    ("encoding_rs", &["crossfold-sources"]),
    ("ruzstd", &["crossfold-sources"]),
];

/// Names that the code of a crate, or of a folder of it, must not use.
const FORBIDDEN: &[Forbidden] = &[
    Forbidden {
        place: "crates/crossfold-kernels/src",
        names: &["std::fs", "std::thread", "std::time", "std::env", "burn"],
        reason: "kernels are arithmetic on slices",
    },
    Forbidden {
        place: "crates/crossfold-network/src",
        names: &["std::fs", "std::thread", "std::time", "std::env", "burn", "serde_yaml"],
        reason: "networks are described without rows, gradients and files",
    },
    Forbidden {
        place: "crates/crossfold-system/src",
        names: &["std::env", "std::process", "SystemTime"],
        reason: "it is about files, memory and signals alone",
    },
    Forbidden {
        place: "crates/crossfold-study/src",
        names: &["std::fs", "std::thread", "std::env", "Instant", "burn", "serde_yaml"],
        reason: "a study is plain data: files, clocks and threads belong to other crates",
    },
    Forbidden {
        place: "crates/crossfold-spec/src",
        names: &["std::fs", "std::thread", "std::env", "Instant"],
        reason: "a spec is read from text in memory; the engine opens files",
    },
    Forbidden {
        place: "crates/crossfold-data/src",
        names: &[
            "std::fs",
            "std::thread",
            "std::env",
            "Instant",
            "SystemTime",
            "csv",
            "mnist",
            "Mnist",
            "Delimiter",
            "TextEncoding",
            "DecimalMark",
            "TableFormat",
        ],
        reason: "rows come from `crossfold-sources`, which alone knows files and their formats",
    },
    Forbidden {
        place: "crates/crossfold-sources/src",
        names: &[
            "Folds",
            "FoldId",
            "Pipeline::fit",
            "TrainingView",
            "Layer",
            "Configuration",
            "std::env",
            "Instant",
            "SystemTime",
        ],
        reason: "a source is read before rows are split, and without knowledge of networks",
    },
    Forbidden {
        place: "crates/crossfold-model/src",
        names: &["std::fs", "std::thread", "std::env::var", "Instant", "Course", "Plan", "Store"],
        reason: "training does not depend on what is searched or stored",
    },
    Forbidden {
        place: "crates/crossfold-baselines/src",
        names: &["std::fs", "std::thread", "std::env", "Instant", "Configuration", "Plan", "Store", "rayon"],
        reason: "a method is fitted to a fold's rows alone",
    },
    Forbidden {
        place: "crates/crossfold-search/src",
        names: &[
            "Layer",
            "LayerKind",
            "HiddenLayer",
            "Convolution",
            "Recurrent",
            "Dense",
            "Pooling",
            "Param::Nodes",
            "Param::Hidden",
            "Param::Layers",
            "Param::Blocks",
            "Param::Filters",
            "Setting::Nodes",
            "Setting::Hidden",
            "std::fs",
            "std::env",
            "Instant",
            "SystemTime",
        ],
        reason: "a search knows hyperparameters, scores and prices, but not what networks are made of",
    },
    Forbidden {
        place: "crates/crossfold-search/src/decide",
        names: &["carry_out", "foresee"],
        reason: "decisions depend on results alone, not on how fits are run",
    },
    Forbidden {
        place: "crates/crossfold-search/src/foresee",
        names: &["carry_out"],
        reason: "a forecast is made without running fits",
    },
    Forbidden {
        place: "crates/crossfold-store/src",
        names: &["Plan", "Trial", "Layer", "Instant", "SystemTime"],
        reason: "a store keeps fits and studies by their keys and does not interpret them",
    },
    Forbidden {
        place: "crates/crossfold-report/src",
        names: &["std::fs", "std::thread", "std::env", "Instant", "SystemTime"],
        reason: "a report is a pure function of its arguments, and is written to a given writer",
    },
    Forbidden {
        place: "crates/crossfold-report/src/analysis",
        names: &["formats"],
        reason: "analysis computes; formats write files and sentences",
    },
    Forbidden {
        place: "crates/crossfold-engine/src",
        names: &[
            "clap",
            "Terminal",
            "std::io::stdout",
            "std::io::stderr",
            "std::env",
            "std::process::exit",
            "Instant",
            "SystemTime::now",
            "Timestamp::now",
            "SqliteStore",
        ],
        reason: "the engine has no command line: clock, store and screen are its arguments",
    },
];

/// A direct dependency of one of our crates.
struct Dependency {
    name: String,
    is_for_tests: bool,
}

/// Cargo's metadata of our crates.
fn packages() -> Vec<serde_json::Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

fn name(value: &serde_json::Value) -> String {
    value["name"].as_str().unwrap().to_owned()
}

/// The direct dependencies of each of our crates.
fn dependencies() -> BTreeMap<String, Vec<Dependency>> {
    let dependency = |value: &serde_json::Value| Dependency { name: name(value), is_for_tests: value["kind"] == "dev" };
    let dependencies = |package: &serde_json::Value| {
        let found = package["dependencies"].as_array().unwrap();
        (name(package), found.iter().map(dependency).collect())
    };
    packages().iter().map(dependencies).collect()
}

#[test]
fn crates_depend_only_on_the_crates_below_them() {
    let allowed = |table: &[(&str, &'static [&'static str])], krate: &str| {
        table.iter().find(|(name, _)| *name == krate).map(|(_, allowed)| *allowed)
    };
    let mut wrong = Vec::new();
    for (krate, dependencies) in dependencies() {
        let Some(always) = allowed(ALLOWED, &krate) else {
            wrong.push(format!("{krate} needs a line in `ALLOWED`"));
            continue;
        };
        let in_tests = allowed(ALLOWED_IN_TESTS, &krate).unwrap_or_default();
        for Dependency { name, is_for_tests } in dependencies.iter().filter(|found| found.name.starts_with("crossfold"))
        {
            let name = name.as_str();
            if !(always.contains(&name) || *is_for_tests && in_tests.contains(&name)) {
                wrong.push(format!("{krate} must not depend on {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn restricted_libraries_are_used_only_in_their_crates() {
    let mut wrong = Vec::new();
    for (krate, names) in dependencies() {
        for (library, homes) in HOMES {
            let is_it = |name: &str| name == *library || library.ends_with('-') && name.starts_with(library);
            if names.iter().any(|found| is_it(&found.name)) && !homes.contains(&krate.as_str()) {
                wrong.push(format!("{krate} must not depend on {library}, whose home is {}", homes.join(", ")));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn crates_do_not_use_forbidden_names() {
    let found: Vec<String> = FORBIDDEN
        .iter()
        .flat_map(|forbidden| {
            let krate = forbidden.place.split("/src").next().unwrap();
            let sources = source::sources(&root(), krate).into_iter();
            let sources: Vec<_> = sources.filter(|source| source.path.starts_with(forbidden.place)).collect();
            assert!(!sources.is_empty(), "{} does not exist", forbidden.place);
            names::uses(&sources, forbidden)
        })
        .collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn files_do_not_depend_on_each_other_in_a_circle() {
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

#[test]
fn code_that_decides_bits_uses_no_other_code_of_ours() {
    let sources = |krate: &String| (krate.clone(), source::sources(&root(), &format!("crates/{krate}")));
    let found = identity::uses_outside(&dependencies().keys().map(sources).collect(), identity::SOURCES);
    assert!(
        found.is_empty(),
        "keys of stored fits cover only the sources in crates/crossfold-model/identity_sources.rs, and these use others:\n{}\n\
         move what they use into one of those folders",
        found.join("\n")
    );
}

/// Crates without examples in their documentation have `doctest = false`, which saves `cargo test` the search for them.
#[test]
fn examples_in_documentation_are_tested() {
    for package in packages() {
        let krate = name(&package);
        let targets = package["targets"].as_array().unwrap();
        let is_tested = targets.iter().any(|target| target["doctest"] == true);
        let has_example = source::rust_files(&root().join(format!("crates/{krate}/src"))).iter().any(|file| {
            let text = std::fs::read_to_string(file).unwrap();
            text.lines().any(|line| line.trim_start().starts_with("//") && line.trim_end().ends_with("```"))
        });
        assert!(is_tested || !has_example, "{krate} has an example in its documentation: remove `doctest = false`");
    }
}
