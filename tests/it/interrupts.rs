//! Ctrl-C, SIGTERM and SIGHUP stop a run, which then writes the results it has.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command};
use std::time::{Duration, Instant};

use crate::harness::{Workplace, finish, full_stdout};

/// More epochs than any run trains before it is stopped.
const ENDLESS: u32 = 100_000;

/// Waits until a run trains.
fn wait_until_training(child: &mut Child) -> BufReader<ChildStderr> {
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    wait_for("training", &mut stderr);
    stderr
}

/// Reads until a line contains `words`.
fn wait_for(words: &str, stderr: &mut BufReader<ChildStderr>) {
    let mut line = String::new();
    while !line.contains(words) {
        line.clear();
        assert!(stderr.read_line(&mut line).unwrap() > 0, "the run ended before `{words}`");
    }
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// The network with more parameters is trained first and stops early on each of three folds. The other one never stops, so
/// the signal always arrives during its first fit.
#[test]
fn an_interrupted_run_writes_its_results() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143), ("-HUP", 129)] {
        let here = Workplace::new();
        let spec = here.spec(
            "long.yaml",
            &format!(
                "version: 1\nname: long\ndata: {{source: mnist, path: DATA/mnist, train_rows: 300}}\n\
                 model: {{kind: mlp, layers: 1}}\ntraining: {{learning_rate: 0.3, inner_share: 0.2}}\n\
                 search: {{space: {{nodes: [32, 16], patience: {{values: [1], when: {{nodes: 32}}}}, \
                 epochs: [1, {ENDLESS}]}}}}\n\
                 cross_validation: {{folds: 3}}\n"
            ),
        );
        let mut child = here.start(&["run", spec.to_str().unwrap(), "--jobs", "1", "--log", "info"]);
        let mut stderr = wait_until_training(&mut child);
        for _ in 0..3 {
            wait_for("fit stopped early", &mut stderr);
        }
        send(signal, &child);
        wait_for("stopping after this batch", &mut stderr);
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

/// `nohup` ignores SIGHUP: a run that it starts continues when its terminal is closed.
#[cfg(target_os = "linux")]
#[test]
fn an_ignored_hang_up_stays_ignored() {
    let here = Workplace::new();
    let spec = here.spec(
        "night.yaml",
        "version: 1\nname: night\ndata: {source: mnist, path: DATA/mnist, train_rows: 300}\n\
         model: {kind: mlp, hidden: [8]}\ntraining: {epochs: 2}\ncross_validation: {folds: 3}\n",
    );
    // The run cannot end before the signal, since it cannot write its first event.
    let (mut stdout, full) = full_stdout();
    let mut child = here.start_program("nohup", full, &["run", spec.to_str().unwrap(), "--json"]);
    let mut stderr = wait_until_training(&mut child);
    send("-HUP", &child);
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("\"results\""), "{rest}");
    rest.clear();
    stderr.read_to_string(&mut rest).unwrap();
    assert!(!rest.contains("stopping"), "{rest}");
    finish(child).expect(0);
}

/// A run that cannot write its events cannot stop by itself. Signals within half a second count as one (`timeout` sends
/// two); a later one ends the process.
#[test]
fn a_second_signal_leaves_at_once() {
    const SAME: Duration = Duration::from_millis(500);
    const PATIENCE: Duration = Duration::from_secs(60);
    let here = Workplace::new();
    let spec = here.spec(
        "stuck.yaml",
        "version: 1\nname: stuck\ndata: {source: mnist, path: DATA/mnist, train_rows: 300}\n\
         model: {kind: mlp, hidden: [8]}\ntraining: {epochs: 1}\ncross_validation: none\n",
    );
    let (_stdout, full) = full_stdout();
    let mut child = here.start_into(full, &["run", spec.to_str().unwrap(), "--json"]);
    let mut stderr = wait_until_training(&mut child);
    let first = Instant::now();
    send("-INT", &child);
    wait_for("stopping", &mut stderr);
    while child.try_wait().unwrap().is_none() {
        send("-INT", &child);
        assert!(first.elapsed() < PATIENCE, "a second signal has no effect");
    }
    assert!(first.elapsed() >= SAME, "two signals in quick succession ended the run");
    finish(child).expect(130);
    assert!(!here.path().join("results/stuck/leaderboard.csv").exists(), "the run ended by itself");
}

/// A run that is stopped while it extends stored fits still shows the trials with fewer epochs, as a report does.
#[test]
fn a_run_stopped_while_extending_fits_keeps_their_results() {
    let here = Workplace::new();
    let spec = here.spec(
        "longer.yaml",
        "version: 1\nname: longer\ndata: {source: mnist, path: DATA/mnist, train_rows: 500}\n\
         model: {kind: mlp, hidden: [256]}\nsearch: {space: {epochs: [40]}}\ncross_validation: {folds: 2}\n",
    );
    let spec = spec.to_str().unwrap();
    here.crossfold(&["run", spec]).expect(0);
    let endless = format!("search.space.epochs=[40, {ENDLESS}]");
    let mut child = here.start(&["run", spec, "--json", "--set", &endless]);
    let _stderr = wait_until_training(&mut child);
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
fn a_run_stopped_before_any_result_keeps_earlier_files() {
    let here = Workplace::new();
    let spec = here.spec(
        "kept.yaml",
        "version: 1\nname: kept\ndata: {source: mnist, path: DATA/mnist, train_rows: 500}\n\
         model: {kind: mlp, hidden: [256]}\ntraining: {epochs: 1}\ncross_validation: {folds: 2}\n",
    );
    let spec = spec.to_str().unwrap();
    here.crossfold(&["run", spec]).expect(0);
    let before = ["leaderboard.csv", "best.yaml", "study.json"].map(|file| here.read(&format!("results/kept/{file}")));
    let mut child = here.start(&["run", spec, "--set", &format!("training.epochs={ENDLESS}")]);
    let mut stderr = wait_until_training(&mut child);
    send("-INT", &child);
    wait_for("stay", &mut stderr);
    finish(child).expect(130);
    let after = ["leaderboard.csv", "best.yaml", "study.json"].map(|file| here.read(&format!("results/kept/{file}")));
    assert_eq!(before, after);
}
