//! Faults of the store: a clear error or a correct result, and no committed fit is lost.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Command;

use crate::harness::{Workplace, finish};

const SPEC: &str = "version: 1\nname: faults\ndata: {source: mnist, path: DATA/mnist, train_rows: 300}\n\
     model: {kind: mlp, hidden: [16]}\ntraining: {epochs: 2}\ncross_validation: {folds: 3}\n";

fn spec(here: &Workplace) -> String {
    here.spec("faults.yaml", SPEC).display().to_string()
}

#[test]
fn a_damaged_store_is_reported_and_left_unchanged() {
    let here = Workplace::new();
    let spec = spec(&here);
    here.crossfold(&["run", &spec]).expect(0);
    let leaderboard = here.read("results/faults/leaderboard.csv");
    let store = here.path().join("results/crossfold.db");
    let whole = fs::read(&store).unwrap();
    let torn = [&whole[..100], &vec![0xA5; whole.len() - 100]].concat();
    for bytes in [b"not a database, but long enough to be looked at as one".repeat(20), torn] {
        for left in ["results/crossfold.db-wal", "results/crossfold.db-shm"] {
            let _ = fs::remove_file(here.path().join(left));
        }
        fs::write(&store, &bytes).unwrap();
        for command in [vec!["run", &spec], vec!["show", "faults"], vec!["report", "faults"], vec!["list"]] {
            let refused = here.crossfold(&command).expect(30);
            assert!(refused.stderr.contains("crossfold.db"), "{command:?}: {}", refused.stderr);
            assert!(refused.stderr.contains("hint: move "), "{command:?}: {}", refused.stderr);
        }
        assert_eq!(fs::read(&store).unwrap(), bytes);
        assert_eq!(here.read("results/faults/leaderboard.csv"), leaderboard);
    }
    // Once the damaged store is moved away, the same command creates a new one.
    fs::rename(&store, here.path().join("results/old.db")).unwrap();
    here.crossfold(&["run", &spec]).expect(0);
    assert_eq!(here.read("results/faults/leaderboard.csv"), leaderboard);
}

/// Two studies may run at the same time in one store; a second run of the same study is refused.
#[test]
fn two_runs_at_once_share_the_store_but_not_a_study() {
    let here = Workplace::new();
    let text = SPEC.replace("epochs: 2", "epochs: 1500");
    let specs = ["one", "two"].map(|name| here.spec(&format!("{name}.yaml"), &text.replace("faults", name)));
    let [one, two] = specs.each_ref().map(|spec| spec.to_str().unwrap());
    let mut first = here.start(&["run", one, "--json", "--jobs", "1"]);
    // It writes more events than a pipe holds, so it cannot end until they are read.
    let mut lines = BufReader::new(first.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    let refused = here.crossfold(&["run", one]).expect(30);
    let holder = format!("(process {}, started 2", first.id());
    assert!(refused.stderr.contains(&holder), "{}", refused.stderr);
    // The same fits under another name: the second run to commit a fit finds it stored.
    let second = here.start(&["run", two, "--jobs", "1"]);
    lines.for_each(|line| drop(line.unwrap()));
    finish(first).expect(0);
    finish(second).expect(0);
    let scores = |name: &str| here.read(&format!("results/{name}/curves.csv"));
    assert_eq!(scores("one"), scores("two"));
    assert!(here.crossfold(&["gc"]).expect(0).stdout.contains("would remove 0 fits"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_suspended_run_continues() {
    let here = Workplace::new();
    let spec = here.spec("paused.yaml", &SPEC.replace("faults", "paused").replace("epochs: 2", "epochs: 800"));
    let spec = spec.to_str().unwrap();
    here.crossfold(&["run", spec, "--results", "whole"]).expect(0);
    // It writes more events than a pipe holds, so it cannot end until they are read.
    let mut child = here.start(&["run", spec, "--json"]);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    let send = |signal: &str| {
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    };
    send("-STOP");
    let state = || fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
    while !state().contains(") T ") {
        std::thread::yield_now();
    }
    send("-CONT");
    lines.for_each(|line| drop(line.unwrap()));
    finish(child).expect(0);
    assert_eq!(here.read("whole/paused/leaderboard.csv"), here.read("results/paused/leaderboard.csv"));
}

/// A limit on file size simulates a full disk: fits that were stored before it is reached stay.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_loses_no_stored_fit() {
    let here = Workplace::new();
    let searched = "{kind: mlp}\nsearch: {space: {hidden: [[200], [201], [202], [203]]}}";
    let text = SPEC.replace("{kind: mlp, hidden: [16]}", searched);
    let spec = here.spec("faults.yaml", &text).display().to_string();
    let limited = |blocks: u32| {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" run {spec} --jobs 1");
        finish(here.start_shell_script(&script))
    };
    here.crossfold(&["run", &spec, "--results", "whole"]).expect(0);
    // The empty store takes some 300 blocks, and the limit is reached after the first trial.
    let refused = limited(480).expect(30);
    assert!(refused.stderr.contains("run the same command again"), "{}", refused.stderr);
    let stored = here.crossfold(&["list"]).expect(0);
    assert!(stored.stdout.contains("faults"), "{}", stored.stdout);
    here.crossfold(&["run", &spec]).expect(0);
    for file in ["leaderboard.csv", "curves.csv", "predictions.csv"] {
        assert_eq!(here.read(&format!("results/faults/{file}")), here.read(&format!("whole/faults/{file}")), "{file}");
    }
}

/// Of two runs started together, the second one is refused, or finds every fit stored.
#[test]
fn two_runs_started_together_make_one_result() {
    let here = Workplace::new();
    let spec = spec(&here);
    here.crossfold(&["run", &spec, "--results", "whole"]).expect(0);
    let expected = here.read("whole/faults/curves.csv");
    for _ in 0..10 {
        let _ = fs::remove_dir_all(here.path().join("results"));
        let both = [0, 1].map(|_| here.start(&["run", &spec, "--jobs", "1"]));
        let codes = both.map(|child| finish(child).code);
        assert!(codes.iter().all(|code| [0, 30].contains(code)) && codes.contains(&0), "{codes:?}");
        assert_eq!(here.read("results/faults/curves.csv"), expected);
    }
}

#[test]
fn a_running_study_cannot_be_forgotten() {
    let here = Workplace::new();
    let spec = here.spec("long.yaml", &SPEC.replace("epochs: 2", "epochs: 1500"));
    // It writes more events than a pipe holds, so it cannot end until they are read.
    let mut child = here.start(&["run", spec.to_str().unwrap(), "--json", "--jobs", "99999999999999"]);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    let refused = here.crossfold(&["gc", "--forget", "faults", "--yes"]).expect(30);
    assert!(refused.stderr.contains("process"), "{}", refused.stderr);
    lines.for_each(|line| drop(line.unwrap()));
    finish(child).expect(0);
}
