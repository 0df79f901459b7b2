//! Stored records and models: what is not as it was written is named, never taken; and everybody writes the same bytes.

mod models;
mod stores;

use crate::harness::{Workplace, finish, root};

/// The path of a table of `tests/data/cases`.
fn case(name: &str) -> String {
    root().join("tests/data/cases").join(name).display().to_string()
}

/// What a run wrote is what `report`, a second run and a report behind it write.
fn every_command_writes_the_same_bytes(spec: &str, code: i32) {
    let here = Workplace::new();
    here.spec("same.yaml", spec);
    let run = || here.crossfold(&["run", "same.yaml"]).expect(code);
    let results = || {
        let mut files = here.all_but_logs("results/same");
        // Records of a run, and the page, which shows them.
        ["study.json", "timings.csv", "report.html"].iter().for_each(|file| drop(files.remove(*file)));
        files
    };
    run();
    let written = results();
    for again in ["report", "run", "report"] {
        if again == "run" {
            run()
        } else {
            here.crossfold(&["report", "same"]).expect(0)
        };
        let differing: Vec<String> = results()
            .into_iter()
            .filter(|(name, text)| written.get(name) != Some(text))
            .map(|(name, _)| name)
            .collect();
        assert!(differing.is_empty(), "{again} differs in {differing:?}\n{spec}");
    }
}

/// A fit that stops early at the very epoch of a rung has ended by itself, not by the pruner.
#[test]
fn early_stopping_beside_a_pruner_writes_the_same_bytes() {
    let spec = |table: &str, task: &str, pruner: &str, rates: [&str; 2], training: &str, rest: &str| {
        let (table, [low, high]) = (case(table), rates);
        format!(
            "version: 1\nname: same\ndata: {{source: csv, path: {table}, target: y{task}}}\n\
             model: {{kind: mlp, hidden: [2]}}\ntraining: {{epochs: 9, patience: 1{training}}}\n\
             search: {{strategy: {{random: {{trials: 8}}}}, pruner: {pruner}, \
             space: {{learning_rate: {{uniform: {{low: {low}, high: {high}}}}}}}}}\ncross_validation: {{folds: 2}}\n{rest}"
        )
    };
    for (seed, batch) in [(0, 8), (2, 64)] {
        for pruner in ["asha", "halving", "hyperband", "{median: {startup: 1}}", "racing"] {
            let training = format!(", batch_size: {batch}");
            let rest = format!("seed: {seed}\n");
            let spec = spec("patience.csv", ", task: regression", pruner, ["0.0001", "10"], &training, &rest);
            every_command_writes_the_same_bytes(&spec, 0);
        }
        let rest = format!("seed: {seed}\nlimits: {{max_failures: 0}}\n");
        // The second rates hardly train, as those of a long warm-up.
        for rates in [["0.0001", "10"], ["1.0e-9", "0.0001"]] {
            let spec = spec("ended-early.csv", "", "hyperband", rates, ", batch_size: 8", &rest);
            every_command_writes_the_same_bytes(&spec, 0);
        }
    }
}

/// Half of these trials fail, in the first run and in the second, which trains nothing.
#[test]
fn a_search_that_too_many_failures_end_writes_the_same_bytes() {
    let table = case("patience.csv");
    for (pruner, code) in [("none", 22), ("asha", 0), ("halving", 0)] {
        let spec = format!(
            "version: 1\nname: same\ndata: {{source: csv, path: {table}, target: y, task: regression}}\n\
             model: {{kind: mlp, hidden: [2]}}\ntraining: {{epochs: 9, optimizer: sgd}}\n\
             search: {{strategy: grid, pruner: {pruner}, space: {{learning_rate: [0.001, 1000, 0.01, 999, 0.1, 998]}}}}\n\
             cross_validation: {{folds: 2}}\nlimits: {{max_failures: 1}}\n"
        );
        every_command_writes_the_same_bytes(&spec, code);
    }
}

/// Where there is no `/sys`, no program of the search path is run, whatever it is called. Needs a mount namespace.
#[cfg(target_os = "linux")]
#[test]
fn no_program_of_the_search_path_is_run() {
    let here = Workplace::new();
    let table = case("patience.csv");
    here.spec(
        "one.yaml",
        &format!(
            "version: 1\nname: one\ndata: {{source: csv, path: {table}, target: y, task: regression}}\n\
             model: {{kind: linear}}\ntraining: {{epochs: 1}}\ncross_validation: {{folds: 2}}\n"
        ),
    );
    let script = "mkdir bin && printf '#!/bin/sh\\ntouch ran\\necho A\\necho Data x y z w\\n' > bin/lscpu && chmod +x bin/lscpu \
         && PATH=$PWD/bin:$PATH exec unshare -rm sh -c 'mount -t tmpfs none /sys && exec \"$0\" run one.yaml' \"$0\"";
    let ran = finish(here.start_shell_script(script));
    // Some containers and distributions refuse namespaces to all but root, or to all.
    let is_refused = ["unshare", "mount"].iter().any(|refused| ran.stderr.contains(&format!("{refused}: ")));
    if is_refused {
        assert!(std::env::var_os("CI").is_none(), "CI has to test it: {}", ran.stderr);
        return;
    }
    ran.expect(0);
    assert!(here.path().join("results/one/leaderboard.csv").exists());
    assert!(!here.path().join("ran").exists());
}
