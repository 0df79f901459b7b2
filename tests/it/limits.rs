//! Limits that end a fit or a sweep early.

use crate::harness::Workplace;

/// The first epoch takes milliseconds, a hundred thousand take minutes.
#[test]
fn a_fit_past_its_time_limit_fails_and_is_retried() {
    let here = Workplace::new();
    let spec = here.spec(
        "slow.yaml",
        "version: 1\nname: slow\ndata: {source: mnist, path: DATA/mnist, train_rows: 500}\n\
         model: {kind: mlp, hidden: [64]}\n\
         search: {space: {epochs: [1, 100000]}}\ncross_validation: {folds: 2}\nlimits: {fit_seconds: 1}\n",
    );
    let spec = spec.to_str().unwrap();
    here.crossfold(&["run", spec]).expect(20);
    let leaderboard = here.read("results/slow/leaderboard.csv");
    assert!(leaderboard.contains("fold 1: stopped after `limits.fit_seconds`, 1 s"), "{leaderboard}");
    // The trial of one epoch is complete, and wins.
    assert!(leaderboard.lines().nth(1).unwrap().contains(",complete,"), "{leaderboard}");
    // A report shows the same, and a run that asks for one epoch finds it stored.
    here.crossfold(&["report", "slow"]).expect(0);
    assert_eq!(here.read("results/slow/leaderboard.csv"), leaderboard);
    let again = here.crossfold(&["run", spec, "--set", "search.space.epochs=[1]"]).expect(0);
    assert!(again.stderr.contains("all 2 fits of the search are stored"), "{}", again.stderr);
    let again = here.crossfold(&["run", spec]).expect(20);
    assert!(again.stderr.contains("training 2 networks"), "{}", again.stderr);
}

/// A penalty of 100 makes every network diverge at this rate. Workers are at most 1,024 messages ahead of the search, and as
/// many again while it reads these. With two messages per fit, it counts the 101st failure long before 1,900 fits have ended.
#[test]
fn a_sweep_with_too_many_failures_is_stopped() {
    let here = Workplace::new();
    let spec = here.spec(
        "hopeless.yaml",
        "version: 1\nname: hopeless\ndata: {source: mnist, path: DATA/mnist, train_rows: 500}\n\
         model: {kind: mlp, hidden: [16]}\ntraining: {optimizer: sgd, batch_size: 16, l2: 100, epochs: 4}\n\
         search: {strategy: {random: {trials: 2000}}, space: {learning_rate: {uniform: {low: 0.04, high: 0.06}}}}\n\
         cross_validation: {folds: 2}\nlimits: {max_failures: 5%}\n",
    );
    let spec = spec.to_str().unwrap();
    let stopped = here.crossfold(&["run", spec, "--quiet"]).expect(22);
    assert!(stopped.stderr.contains("more trials failed than `limits.max_failures` allows"), "{}", stopped.stderr);
    let leaderboard = here.read("results/hopeless/leaderboard.csv");
    let states = |state: &str| leaderboard.matches(&format!(",{state},")).count();
    assert!((101..1900).contains(&states("failed")), "{leaderboard}");
    assert_eq!(states("failed") + states("cancelled"), 2000);
    // Diverged fits are stored as failed, so the same command stops before it trains anything.
    let stopped = here.crossfold(&["run", spec, "--json"]).expect(22);
    assert!(!stopped.stdout.contains("fit_started"), "{}", stopped.stdout);
    // Without a limit it trains everything.
    let few = ["--set", "search.strategy={random: {trials: 20}}", "--set", "limits.max_failures=100%"];
    here.crossfold(&[&["run", spec, "--quiet"], &few[..]].concat()).expect(21);
}

/// A run that crashes leaves the keys of its fits in flight in a file. A fit that was in flight at three crashes is suspect.
#[cfg(unix)]
#[test]
fn a_fit_running_at_three_crashes_is_skipped_until_a_retry() {
    use std::io::{BufRead, BufReader};
    let here = Workplace::new();
    let spec = here.spec(
        "fatal.yaml",
        "version: 1\nname: fatal\ndata: {source: mnist, path: DATA/mnist, train_rows: 500}\n\
         model: {kind: mlp, hidden: [512, 512]}\ntraining: {epochs: 1}\n\
         search: {space: {learning_rate: [1e-3, 1e-4]}}\ncross_validation: {folds: 2}\n",
    );
    let spec = spec.to_str().unwrap();
    for _ in 0..3 {
        let long = "training.epochs=100000";
        let mut child = here.start(&["run", spec, "--jobs", "1", "--json", "--set", long]);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().contains("\"fit_started\"")));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let skipped = here.crossfold(&["run", spec]).expect(20);
    let leaderboard = here.read("results/fatal/leaderboard.csv");
    assert_eq!(leaderboard.matches("`--retry` retrains it").count(), 1, "{leaderboard}");
    assert!(skipped.stdout.contains("failed: 1"), "{}", skipped.stdout);
    // Skipped again, until asked for.
    here.crossfold(&["run", spec]).expect(20);
    here.crossfold(&["run", spec, "--retry"]).expect(0);
    here.crossfold(&["run", spec]).expect(0);
}
