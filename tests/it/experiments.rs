//! Every experiment in the repository is valid and can be planned, and the README's figures are correct.

use crate::harness::{Workplace, files, root};

#[test]
fn every_experiment_is_valid() {
    for path in [files("experiments", "yaml"), files("benches/peers/sweep", "yaml")].concat() {
        Workplace::new().crossfold(&["check", path.to_str().unwrap()]).expect(0);
    }
}

#[test]
fn every_experiment_can_be_planned() {
    for path in files("experiments", "yaml") {
        let plan = Workplace::new().crossfold(&["plan", path.to_str().unwrap()]).expect(0).stdout;
        for word in ["trials", "fits", "parameters", "memory", "compute", "ETA"] {
            assert!(plan.contains(word), "{}: no {word} in\n{plan}", path.display());
        }
    }
}

#[test]
fn a_plan_counts_what_epoch_sharing_saves() {
    let spec = root().join("experiments/mnist.yaml");
    let plan = Workplace::new().crossfold(&["plan", spec.to_str().unwrap()]).expect(0).stdout;
    assert!(plan.contains("\ntrials       72\n"), "{plan}");
    assert!(plan.contains("\nfits         120 (trials that differ only in epochs share fits: 360 without)"), "{plan}");
}

/// ISLR's network has 235,146 weights and biases.
#[test]
fn a_plan_counts_parameters() {
    let spec = root().join("experiments/mnist-deep.yaml");
    let plan = Workplace::new().crossfold(&["plan", spec.to_str().unwrap()]).expect(0).stdout;
    assert!(plan.contains("235,146"), "{plan}");
}

#[test]
fn a_space_over_the_limit_is_refused_with_its_size() {
    let here = Workplace::new();
    let spec = here.spec(
        "wide.yaml",
        "version: 1\nname: wide\ndata: {source: mnist, path: DATA/mnist}\nmodel: {kind: mlp}\n\
         search: {space: {layers: {int: {low: 1, high: 10}}, nodes: {int: {low: 1, high: 10000}}, \
         epochs: {int: {low: 1, high: 1000}}}}\n",
    );
    let refused = here.crossfold(&["plan", spec.to_str().unwrap()]).expect(10);
    assert!(refused.stderr.contains("100000000 combinations, and 100000 is the most"), "{}", refused.stderr);
    assert!(refused.stderr.contains("wide.yaml:5"), "{}", refused.stderr);
}

/// A failed allocation would end the whole run.
#[test]
fn a_network_over_the_limit_is_refused_with_its_size() {
    let here = Workplace::new();
    let spec = here.spec(
        "giant.yaml",
        "version: 1\nname: giant\ndata: {source: mnist, path: DATA/mnist}\n\
         model: {kind: mlp, hidden: [65536, 65536]}\ntraining: {epochs: 1}\n",
    );
    let spec = spec.to_str().unwrap();
    for command in ["plan", "run"] {
        here.crossfold(&[command, spec]).expect(10);
    }
    // One layer of 784 × 65,536 weights is allowed; with a second layer, the network is too large.
    let wide = here.spec(
        "wide.yaml",
        "version: 1\nname: wide\ndata: {source: mnist, path: DATA/mnist}\n\
         model: {kind: mlp, hidden: [65536, 3000]}\ntraining: {epochs: 1}\n",
    );
    let refused = here.crossfold(&["plan", wide.to_str().unwrap()]).expect(10);
    assert!(refused.stderr.contains("`784-65536-3000-10` has"), "{}", refused.stderr);
}

/// CI runs the two commands of the README.
#[test]
fn ci_runs_the_commands_of_the_readme() {
    let read = |file: &str| std::fs::read_to_string(root().join(file)).unwrap();
    for command in ["cargo crossfold run experiments/mnist.yaml", "cargo test --release"] {
        for file in ["README.md", ".ci/run"] {
            assert!(read(file).contains(command), "{file} lacks `{command}`");
        }
    }
    assert!(read(".cargo/config.toml").contains(r#"crossfold = "run --release -p crossfold --""#));
}
