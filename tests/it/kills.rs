//! A sweep that is killed again and again loses only the fits in flight.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::Child;

use serde_json::Value;

use crate::determinism::EVERYTHING;
use crate::harness::{Workplace, finish};

/// The number of kills: a dozen in the tests, 200 for the figure in `benches/README.md`.
fn kills() -> u32 {
    std::env::var("CROSSFOLD_KILLS").map_or(6, |kills| kills.parse().unwrap())
}

/// A fit by its configuration, repeat and fold.
type FitName = [u64; 3];

fn name(event: &Value) -> FitName {
    ["configuration", "repeat", "fold"].map(|key| event[key].as_u64().unwrap())
}

/// The events of a run until it ended or was killed.
#[derive(Default)]
pub(crate) struct Events {
    started: BTreeSet<FitName>,
    ended: BTreeSet<FitName>,
    stored: u64,
}

impl Events {
    fn add(&mut self, line: &str) {
        // A kill may cut the last line.
        let Ok(event) = serde_json::from_str::<Value>(line) else { return };
        match event["event"].as_str().unwrap() {
            "plan" => self.stored = event["stored"].as_u64().unwrap(),
            "fit_started" => drop(self.started.insert(name(&event))),
            "fit_ended" => drop(self.ended.insert(name(&event))),
            _ => {}
        }
    }
}

/// Kills a run `lines` of output after the end of its first fit. None if the run ended before the kill.
pub(crate) fn kill_after_first_fit(mut child: Child, lines: u32) -> Option<Events> {
    let mut events = Events::default();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut left = lines;
    for line in &mut output {
        events.add(&line.unwrap());
        if !events.ended.is_empty() && left == 0 {
            break;
        }
        left -= u32::from(!events.ended.is_empty());
    }
    child.kill().unwrap();
    output.for_each(|line| events.add(&line.unwrap_or_default()));
    let outcome = finish(child);
    if outcome.code == -1 {
        return Some(events);
    }
    outcome.expect(0);
    None
}

/// A run cannot end before its kill. At most 72 KiB of its output (550 events) are unread, and 48 fits of 250 epochs are more
/// than twelve kills read and leave unread.
#[test]
fn kill_9_loses_no_finished_fit() {
    let trials = kills();
    let fits = u64::from(trials) * 4;
    let killed = kill_repeatedly(
        trials,
        fits,
        &format!(
            "version: 1\nname: killed\ndata: {{source: mnist, path: DATA/mnist, train_rows: 600}}\n\
             model: {{kind: mlp, hidden: [16], dropout: 0.2}}\ntraining: {{epochs: 250, batch_size: 32}}\n\
             search: {{strategy: {{random: {{trials: {trials}}}}}, \
             space: {{learning_rate: {{log_uniform: {{low: 1e-4, high: 1e-2}}}}}}}}\n\
             cross_validation: {{folds: 4}}\nfinal: {{refit: best, test: true}}\n"
        ),
    );
    assert_eq!(killed, trials);
}

/// Networks of each kind, with augmentation, normalisation and early stopping.
#[test]
fn kill_9_loses_no_finished_fit_of_any_network() {
    kill_repeatedly(4, 20, &EVERYTHING.replace("name: everything", "name: killed"));
}

/// Kills a study named `killed` up to `kills` times, and compares its results with those of a run that was not killed.
/// Returns how many runs were killed.
fn kill_repeatedly(kills: u32, fits: u64, text: &str) -> u32 {
    let here = Workplace::new();
    let spec = here.spec("killed.yaml", text);
    let spec = spec.to_str().unwrap();
    here.crossfold(&["run", spec, "--results", "whole"]).expect(0);

    let mut done = BTreeSet::new();
    let mut killed = 0;
    for kill in 0..kills {
        // `--retry`, because a fit may be in flight at three kills in a row, after which it would be skipped.
        let jobs = ["1", "1", "2"][kill as usize % 3];
        let child = here.start(&["run", spec, "--json", "--retry", "--jobs", jobs]);
        // From the first event after a fit to the middle of a later fit.
        let Some(events) = kill_after_first_fit(child, kill * 37 % 300) else { break };
        killed += 1;
        let again: Vec<_> = events.started.intersection(&done).collect();
        assert!(again.is_empty(), "kill {kill}: {again:?} were stored and are trained again");
        assert!(events.stored >= done.len() as u64, "kill {kill}: {} of {} are stored", events.stored, done.len());
        done.extend(events.ended);
    }
    let last = here.crossfold(&["run", spec, "--json", "--retry"]).expect(0);
    let mut events = Events::default();
    last.stdout.lines().for_each(|line| events.add(line));
    assert!(events.started.is_disjoint(&done));
    assert_eq!(events.stored + events.started.len() as u64, fits);

    let whole = here.results("whole/killed");
    for (file, bytes) in here.results("results/killed") {
        assert!(whole[&file] == bytes, "{file} differs after {killed} kills");
    }
    killed
}
