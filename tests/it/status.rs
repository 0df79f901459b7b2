//! What other terminals are told of a run: while it is under way, after it was killed, and after it ended.
#![cfg(unix)]

use std::io::{BufRead, BufReader};

use crate::harness::{Workplace, finish};

/// The larger network stops early on each of three folds. The other one trains until it is killed.
const LONG: &str = "version: 1\nname: long\ndata: {source: mnist, path: DATA/mnist, train_rows: 300}\n\
     model: {kind: mlp, layers: 1}\ntraining: {learning_rate: 0.3, inner_share: 0.2}\n\
     search: {space: {nodes: [32, 16], patience: {values: [1], when: {nodes: 32}}, epochs: [1, 100000]}}\n\
     cross_validation: {folds: 3}\n";

#[test]
fn other_terminals_follow_a_run() {
    let here = Workplace::new();
    let spec = here.spec("long.yaml", LONG);
    let stdout = |arguments: &[&str]| here.crossfold(arguments).expect(0).stdout;
    assert!(here.crossfold(&["status"]).expect(0).stderr.contains("nothing is running in results"));
    here.crossfold(&["status", "long"]).expect(2);

    let mut child = here.start(&["run", spec.to_str().unwrap(), "--jobs", "1", "--log", "info"]);
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut ends = log.by_ref().filter(|line| line.as_ref().unwrap().contains("fit stopped early"));
    (0..3).for_each(|_| drop(ends.next().unwrap().unwrap()));
    let running = stdout(&["status"]);
    assert!(running.contains(&format!("running: training (process {}, started ", child.id())), "{running}");
    assert!(running.contains(" of 6 fits\n"), "{running}");
    assert_eq!(stdout(&["status", "long"]).lines().count(), running.lines().count());
    let line = stdout(&["list"]).lines().nth(1).unwrap().to_owned();
    assert!(line.starts_with("long   running  ") && line.contains("/6 fits "), "{line}");
    let shown = stdout(&["show", "long"]);
    assert!(shown.starts_with("Running: ") && shown.contains("`crossfold status long --watch`"), "{shown}");
    assert!(!shown.contains("cancelled") && shown.contains("not trained to the end: 2\n"), "{shown}");

    // The watch of a run ends with it.
    let watch = here.start(&["status", "long", "--watch"]);
    child.kill().unwrap();
    assert_eq!(finish(child).code, -1);
    let watched = finish(watch).expect(0);
    assert!(watched.stdout.contains("interrupted, last run "), "{}", watched.stdout);
    assert!(watched.stderr.ends_with("the run of `long` has ended: interrupted\n"), "{}", watched.stderr);
    assert!(stdout(&["list"]).contains(" interrupted  2/4 "), "{}", stdout(&["list"]));
    let killed = "Interrupted after 2 of 4 trials. The same command continues.\n";
    assert!(stdout(&["show", "long"]).starts_with(killed), "{}", stdout(&["show", "long"]));
    assert!(here.path().join("results/long/.progress").exists());

    // Of what remains in the folder, nothing outlives the next command that holds it.
    here.crossfold(&["report", "long"]).expect(0);
    assert!(!here.path().join("results/long/.progress").exists());
    assert!(here.crossfold(&["status"]).expect(0).stderr.contains("nothing is running"));
}
