//! Killed again and again, a sweep loses nothing but the fits in flight.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::Child;
use std::time::Duration;

use serde_json::Value;

use crate::determinism::EVERYTHING;
use crate::harness::{Workplace, finish};

/// How many times: a dozen in the tests, 200 for the figure in `benches/README.md`.
fn kills() -> u32 {
    std::env::var("CROSSFOLD_KILLS").map_or(12, |kills| kills.parse().unwrap())
}

/// A fit by its configuration, repeat and fold.
type FitName = [u64; 3];

fn name(event: &Value) -> FitName {
    ["configuration", "repeat", "fold"].map(|key| event[key].as_u64().unwrap())
}

/// What a run said before it was killed or ended.
#[derive(Default)]
pub(crate) struct Said {
    started: BTreeSet<FitName>,
    ended: BTreeSet<FitName>,
    stored: u64,
}

impl Said {
    fn take_in(&mut self, line: &str) {
        // The last line may have been cut off by the kill.
        let Ok(event) = serde_json::from_str::<Value>(line) else { return };
        match event["event"].as_str().unwrap() {
            "plan" => self.stored = event["stored"].as_u64().unwrap(),
            "fit_started" => drop(self.started.insert(name(&event))),
            "fit_ended" => drop(self.ended.insert(name(&event))),
            _ => {}
        }
    }
}

/// Reads until one fit has ended, waits for a part of the next, and kills.
pub(crate) fn kill_mid_work(mut child: Child, wait: Duration) -> Said {
    let mut said = Said::default();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while said.ended.is_empty() {
        said.take_in(&lines.next().expect("the sweep is longer than its kills").unwrap());
    }
    std::thread::sleep(wait);
    assert!(child.try_wait().unwrap().is_none(), "the kill comes in the middle of the work");
    child.kill().unwrap();
    lines.for_each(|line| said.take_in(&line.unwrap_or_default()));
    finish(child).expect(-1);
    said
}

#[test]
fn kill_9_loses_no_fit_that_was_done() {
    let trials = kills();
    let fits = u64::from(trials) * 4;
    survives(
        kills(),
        fits,
        &format!(
            "version: 1\nname: killed\ndata: {{source: mnist, path: DATA/mnist, train_rows: 600}}\n\
             model: {{kind: mlp, hidden: [128, 64], dropout: 0.2}}\ntraining: {{epochs: 8, batch_size: 32}}\n\
             search: {{strategy: {{random: {{trials: {trials}}}}}, \
             space: {{learning_rate: {{log_uniform: {{low: 1e-4, high: 1e-2}}}}}}}}\n\
             cross_validation: {{folds: 4}}\nfinal: {{refit: best, test: true}}\n"
        ),
    );
}

/// Networks of each kind, with augmentation, normalisation, early stopping.
#[test]
fn kill_9_loses_nothing_of_any_network() {
    survives(4, 30, &EVERYTHING.replace("name: everything", "name: killed"));
}

/// Kills a study named `killed` so many times, and compares it with one that wasn't.
fn survives(kills: u32, fits: u64, text: &str) {
    let here = Workplace::new();
    let spec = here.spec("killed.yaml", text);
    let spec = spec.to_str().unwrap();
    here.crossfold(&["run", spec, "--results", "whole"]).expect(0);

    let mut done = BTreeSet::new();
    for kill in 0..kills {
        // Two fits in flight at a death are the first to be finished by two runs with one thread: so none
        // is in flight three times in a row, which would make it a suspect.
        let jobs = ["1", "1", "2"][kill as usize % 3];
        let child = here.start(&["run", spec, "--json", "--jobs", jobs]);
        // From none of a fit to several of them.
        let said = kill_mid_work(child, Duration::from_millis(u64::from(kill * 37 % 50)));
        let again: Vec<_> = said.started.intersection(&done).collect();
        assert!(again.is_empty(), "kill {kill}: {again:?} were done and are trained again");
        assert!(said.stored >= done.len() as u64, "kill {kill}: {} of {} are stored", said.stored, done.len());
        done.extend(said.ended);
    }
    let last = here.crossfold(&["run", spec, "--json"]).expect(0);
    let mut said = Said::default();
    last.stdout.lines().for_each(|line| said.take_in(line));
    assert!(said.started.is_disjoint(&done) && !said.started.is_empty());
    assert_eq!(said.stored + said.started.len() as u64, fits);

    let whole = here.results("whole/killed");
    for (file, bytes) in here.results("results/killed") {
        assert!(whole[&file] == bytes, "{file} differs after {kills} kills");
    }
}
