//! Ctrl-C and SIGTERM: what is known is written.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command};

use crate::harness::{Workplace, finish, root};

/// A sweep that would go on for many minutes, stopped by `signal` once its first fits are done.
fn stop_midway(here: &Workplace, signal: &str) -> Child {
    let spec = root().join("experiments/smoke.yaml");
    let long = "search.space.epochs=[1, 100000]";
    let mut child = here.start(&["run", spec.to_str().unwrap(), "--set", long, "--log", "info"]);
    // The log tells of each epoch asked for; a signal before the first would leave nothing to see.
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("training") {
        line.clear();
        assert!(stderr.read_line(&mut line).unwrap() > 0, "the run ended by itself");
    }
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("stopped"), "{rest}");
    child
}

#[test]
fn an_interrupted_run_writes_what_it_knows() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let here = Workplace::new();
        let child = stop_midway(&here, signal);
        finish(child).expect(code);
        let leaderboard = here.read("results/smoke/leaderboard.csv");
        assert_eq!(leaderboard.lines().count(), 11, "every planned trial is a row:\n{leaderboard}");
        assert!(leaderboard.contains("cancelled"), "{leaderboard}");
        assert!(!here.path().join("results/smoke/test.csv").exists());
    }
}
