//! Ctrl-C and SIGTERM: what is known is written.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command};

use crate::harness::{Workplace, finish, root};

/// Starts a run, and waits until it trains.
fn training(here: &Workplace, arguments: &[&str]) -> (Child, BufReader<ChildStderr>) {
    let mut child = here.start(&[&["run"], arguments].concat());
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("training") {
        line.clear();
        assert!(stderr.read_line(&mut line).unwrap() > 0, "the run ended by itself");
    }
    (child, stderr)
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn an_interrupted_run_writes_what_it_knows() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let here = Workplace::new();
        let spec = root().join("experiments/smoke.yaml");
        // Without the signal, this would go on for many minutes.
        let long = "search.space.epochs=[1, 100000]";
        let (child, mut stderr) = training(&here, &[spec.to_str().unwrap(), "--set", long]);
        send(signal, &child);
        let mut rest = String::new();
        stderr.read_to_string(&mut rest).unwrap();
        assert!(rest.contains("stopping at the next batch"), "{rest}");
        finish(child).expect(code);
        let leaderboard = here.read("results/smoke/leaderboard.csv");
        assert_eq!(leaderboard.lines().count(), 11, "every planned trial is a row:\n{leaderboard}");
        assert!(leaderboard.contains("cancelled"), "{leaderboard}");
        assert!(!here.path().join("results/smoke/test.csv").exists());
    }
}

/// A batch of all rows through wide layers takes seconds: the first signal waits for it, the second
/// doesn't.
#[test]
fn a_second_signal_leaves_at_once() {
    let here = Workplace::new();
    let spec = here.spec(
        "wide.yaml",
        "version: 1\nname: wide\ndata: {source: mnist, path: DATA/mnist, train_rows: 5000}\n\
         model: {kind: mlp, hidden: [4096, 4096]}\ntraining: {epochs: 1, batch_size: 5000}\n\
         cross_validation: none\n",
    );
    let (mut child, mut stderr) = training(&here, &[spec.to_str().unwrap()]);
    send("-INT", &child);
    let mut line = String::new();
    while !line.contains("stopping") {
        line.clear();
        assert!(stderr.read_line(&mut line).unwrap() > 0, "the run left at the first signal");
    }
    assert!(child.try_wait().unwrap().is_none(), "the batch was over before the second signal");
    send("-INT", &child);
    finish(child).expect(130);
    assert!(!here.path().join("results/wide/leaderboard.csv").exists(), "nobody waited for the batch");
}
