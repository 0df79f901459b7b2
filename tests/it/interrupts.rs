//! Ctrl-C, SIGTERM and SIGHUP: what is known is written.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command};

use crate::harness::{Workplace, finish};

/// Starts a run, and waits until it trains.
fn training(here: &Workplace, arguments: &[&str]) -> (Child, BufReader<ChildStderr>) {
    let mut child = here.start(&[&["run"], arguments].concat());
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    wait_for("training", &mut stderr);
    (child, stderr)
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Reads on until a line holds `words`.
fn wait_for(words: &str, stderr: &mut BufReader<ChildStderr>) {
    let mut line = String::new();
    while !line.contains(words) {
        line.clear();
        assert!(stderr.read_line(&mut line).unwrap() > 0, "the run ended before `{words}`");
    }
}

#[test]
fn an_interrupted_run_writes_what_it_knows() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143), ("-HUP", 129)] {
        let here = Workplace::new();
        // The dearer network is trained first, on its three folds; a fit takes most of a second, so
        // the signal comes in the middle of the fourth.
        let spec = here.spec(
            "long.yaml",
            "version: 1\nname: long\ndata: {source: mnist, path: DATA/mnist, train_rows: 500}\n\
             model: {kind: mlp}\n\
             search: {space: {hidden: [[512, 512, 512], [512, 512, 511]], epochs: [1, 30]}}\n\
             cross_validation: {folds: 3}\n",
        );
        let arguments = [spec.to_str().unwrap(), "--jobs", "1", "--log", "info"];
        let (child, mut stderr) = training(&here, &arguments);
        for _ in 0..3 {
            wait_for("fit complete", &mut stderr);
        }
        send(signal, &child);
        wait_for("stopping at the next batch", &mut stderr);
        let mut rest = String::new();
        stderr.read_to_string(&mut rest).unwrap();
        finish(child).expect(code);
        let leaderboard = here.read("results/long/leaderboard.csv");
        let states = |state: &str| leaderboard.matches(&format!(",{state},")).count();
        assert_eq!((states("complete"), states("cancelled")), (2, 2), "{leaderboard}");
        assert!(here.path().join("results/long/best.yaml").exists());
        assert!(!here.path().join("results/long/model/weights.safetensors").exists());
    }
}

/// Started by `nohup`, which has SIGHUP ignored, a run goes on when its terminal is gone.
#[cfg(target_os = "linux")]
#[test]
fn an_ignored_hang_up_stays_ignored() {
    let here = Workplace::new();
    let spec = here.spec(
        "night.yaml",
        "version: 1\nname: night\ndata: {source: mnist, path: DATA/mnist, train_rows: 500}\n\
         model: {kind: mlp, hidden: [256, 256]}\ntraining: {epochs: 20}\ncross_validation: {folds: 3}\n",
    );
    let mut child = here.start_by("nohup", &["run", spec.to_str().unwrap()]);
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    wait_for("training", &mut stderr);
    send("-HUP", &child);
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert!(!rest.contains("stopping"), "{rest}");
    finish(child).expect(0);
}

/// A batch of all rows through wide layers takes seconds: the first signal waits for it, the second
/// doesn't.
#[test]
fn a_second_signal_leaves_at_once() {
    let here = Workplace::new();
    let spec = here.spec(
        "wide.yaml",
        "version: 1\nname: wide\ndata: {source: mnist, path: DATA/mnist, train_rows: 5000}\n\
         model: {kind: mlp, hidden: [4096, 4096, 4096]}\ntraining: {epochs: 1, batch_size: 5000}\n\
         cross_validation: none\n",
    );
    let (mut child, mut stderr) = training(&here, &[spec.to_str().unwrap()]);
    // Nothing tells that a batch has begun; drawing 37 million weights before it takes about a second, the batch four.
    std::thread::sleep(std::time::Duration::from_secs(2));
    send("-INT", &child);
    wait_for("stopping", &mut stderr);
    assert!(child.try_wait().unwrap().is_none(), "the batch was over before the second signal");
    // At once it would be taken for the same one.
    send("-INT", &child);
    std::thread::sleep(std::time::Duration::from_millis(700));
    assert!(child.try_wait().unwrap().is_none(), "two signals at once are one");
    send("-INT", &child);
    finish(child).expect(130);
    assert!(!here.path().join("results/wide/leaderboard.csv").exists(), "nobody waited for the batch");
}

/// Stopped on its way to more epochs, a run still shows what is stored of fewer, as a report would.
#[test]
fn a_run_stopped_on_its_way_to_more_epochs_forgets_nothing() {
    let here = Workplace::new();
    let spec = here.spec(
        "longer.yaml",
        "version: 1\nname: longer\ndata: {source: mnist, path: DATA/mnist, train_rows: 500}\n\
         model: {kind: mlp, hidden: [256]}\nsearch: {space: {epochs: [40]}}\ncross_validation: {folds: 2}\n",
    );
    let spec = spec.to_str().unwrap();
    here.crossfold(&["run", spec]).expect(0);
    let (mut child, _stderr) = training(&here, &[spec, "--json", "--set", "search.space.epochs=[40, 100000]"]);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("\"epoch\"")));
    send("-INT", &child);
    lines.for_each(|line| drop(line.unwrap()));
    finish(child).expect(130);
    let leaderboard = here.read("results/longer/leaderboard.csv");
    let states: Vec<&str> = leaderboard.lines().skip(1).filter_map(|line| line.split(',').nth(3)).collect();
    assert_eq!(states, ["complete", "cancelled"], "{leaderboard}");
    let curves = here.read("results/longer/curves.csv");
    here.crossfold(&["report", "longer"]).expect(0);
    assert_eq!(here.read("results/longer/leaderboard.csv"), leaderboard);
    assert_eq!(here.read("results/longer/curves.csv"), curves);
}

#[test]
fn a_run_stopped_before_it_knows_anything_keeps_earlier_results() {
    let here = Workplace::new();
    let spec = here.spec(
        "kept.yaml",
        "version: 1\nname: kept\ndata: {source: mnist, path: DATA/mnist, train_rows: 500}\n\
         model: {kind: mlp, hidden: [256]}\ntraining: {epochs: 1}\ncross_validation: {folds: 2}\n",
    );
    let spec = spec.to_str().unwrap();
    here.crossfold(&["run", spec]).expect(0);
    let before = ["leaderboard.csv", "best.yaml", "study.json"].map(|file| here.read(&format!("results/kept/{file}")));
    let (child, mut stderr) = training(&here, &[spec, "--set", "training.epochs=100000"]);
    send("-INT", &child);
    wait_for("stay", &mut stderr);
    finish(child).expect(130);
    let after = ["leaderboard.csv", "best.yaml", "study.json"].map(|file| here.read(&format!("results/kept/{file}")));
    assert_eq!(before, after);
}
