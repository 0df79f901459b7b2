//! Stores that are damaged, or another program's.

use std::fs;
use std::path::PathBuf;

use super::case;
use crate::harness::{Outcome, Workplace, root};

const SPEC: &str = "version: 1\nname: kept\ndata: {source: csv, path: TABLE, target: y, task: regression}\n\
     model: {kind: mlp, hidden: [2]}\ntraining: {epochs: 2, batch_size: 32}\nsearch: {space: {learning_rate: [0.01, 0.02]}}\n\
     cross_validation: {folds: 2}\nfinal: {refit: best, test: false}\n";

/// A store with one study, and the files that `report` writes.
fn stored() -> Workplace {
    let here = Workplace::new();
    here.spec("kept.yaml", &SPEC.replace("TABLE", &case("patience.csv")));
    here.crossfold(&["run", "kept.yaml"]).expect(0);
    here
}

fn store(here: &Workplace) -> PathBuf {
    here.path().join("results/crossfold.db")
}

/// Replaces `old` by as many bytes wherever it is in the store, also in what is left of earlier rows.
fn damage(here: &Workplace, old: &[u8], new: &[u8]) {
    let mut bytes = fs::read(store(here)).unwrap();
    let places: Vec<usize> = (0..bytes.len() - old.len()).filter(|&at| bytes[at..].starts_with(old)).collect();
    assert!(!places.is_empty(), "{} is stored", String::from_utf8_lossy(old));
    places.into_iter().for_each(|at| bytes[at..at + old.len()].copy_from_slice(new));
    fs::write(store(here), bytes).unwrap();
}

/// Holds that the damage of one record is named by all commands that need it, and mended by `run --retry`, which trains
/// that record's fits alone again.
fn named_and_mended(old: &[u8], new: &[u8], record: &str) {
    let here = stored();
    let files = here.all_but_logs("results/kept");
    damage(&here, old, new);
    for command in [&["report", "kept"][..], &["run", "kept.yaml"]] {
        let refused = here.crossfold(command).expect(30);
        assert!(refused.stderr.contains(record), "{}", refused.stderr);
        assert!(refused.stderr.contains("does not match its digest\nhint: `crossfold run FILE --retry`"), "{record}");
    }
    let mended = here.crossfold(&["run", "kept.yaml", "--retry"]).expect(0);
    assert!(mended.stderr.contains("damaged record"), "{}", mended.stderr);
    here.crossfold(&["report", "kept"]).expect(0);
    for (name, text) in here.all_but_logs("results/kept") {
        let is_record = ["study.json", "timings.csv", "report.html"].contains(&name.as_str());
        assert!(is_record || files.get(&name) == Some(&text), "{record}: {name}");
    }
}

#[test]
fn a_damaged_study_is_named_and_mended() {
    named_and_mended(b"\"crossfold\": ", b"\"crossfolk\": ", "the study `kept`");
}

#[test]
fn a_damaged_fit_is_named_and_mended() {
    named_and_mended(b"batch=32complete", b"batch=33complete", "fit ");
}

#[test]
fn damaged_weights_are_named_and_mended() {
    named_and_mended(b"layers.1.bias", b"layers.1.bath", "the network ");
}

/// Damage of one study hides no other, and nothing that is done for another study removes it unseen.
#[test]
fn damage_of_one_study_stays_its_own() {
    let here = stored();
    let other = SPEC.replace("TABLE", &case("patience.csv")).replace("name: kept", "name: other");
    here.spec("other.yaml", &other.replace("batch_size: 32", "batch_size: 16"));
    here.crossfold(&["run", "other.yaml"]).expect(0);
    damage(&here, b"batch=16complete", b"batch=17complete");
    let is_told = |doing: &str| {
        let refused = here.crossfold(&["report", "other"]).expect(30);
        assert!(refused.stderr.contains("does not match its digest"), "{doing}: {}", refused.stderr);
        assert!(
            refused.stderr.contains("hint: `crossfold run FILE --retry` with the spec of `other`"),
            "{}",
            refused.stderr
        );
        assert!(refused.stderr.contains("`crossfold gc --forget other --yes`"), "{}", refused.stderr);
    };
    is_told("nothing");
    for option in ["--retry", "--fresh"] {
        let run = here.crossfold(&["run", "kept.yaml", option]).expect(0);
        assert!(!run.stderr.contains("damaged"), "{option}: {}", run.stderr);
        is_told(option);
    }
    here.crossfold(&["gc", "--yes"]).expect(0);
    is_told("gc");
    here.crossfold(&["run", "other.yaml", "--retry"]).expect(0);
    here.crossfold(&["list"]).expect(0);
    // `list` reads no fits of a study whose run has ended, but the study itself.
    damage(&here, b"batch_size: 16", b"batch_size: 17");
    let listed = here.crossfold(&["list"]).expect(30);
    let line = |name: &str| listed.stdout.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert!(line("other").contains("damaged") && line("kept").contains("2/2"), "{}", listed.stdout);
    assert!(listed.stderr.contains("`crossfold gc --forget other --yes`"), "{}", listed.stderr);
    let shown = here.crossfold(&["show", "other"]).expect(30);
    assert!(shown.stderr.contains("the study `other` does not match its digest"), "{}", shown.stderr);
    here.crossfold(&["gc", "--forget", "other", "--yes"]).expect(0);
    assert!(!here.crossfold(&["list"]).expect(0).stdout.contains("other"));
}

/// Any flipped byte is named, or changes nothing. One byte of each 2,999 is tried.
#[test]
fn no_flipped_byte_of_a_store_is_taken() {
    let here = stored();
    here.crossfold(&["report", "kept"]).expect(0);
    let (whole, files) = (fs::read(store(&here)).unwrap(), here.all_but_logs("results/kept"));
    let mut counts = [0, 0];
    for at in (0..whole.len()).step_by(2999) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        for left in ["results/crossfold.db-wal", "results/crossfold.db-shm"] {
            let _ = fs::remove_file(here.path().join(left));
        }
        fs::write(store(&here), bytes).unwrap();
        let Outcome { code, stderr, .. } = here.crossfold(&["report", "kept"]);
        match code {
            0 => {
                counts[0] += 1;
                assert_eq!(here.all_but_logs("results/kept"), files, "byte {at}");
            }
            2 | 30 => counts[1] += 1,
            _ => panic!("byte {at}: exit {code}\n{stderr}"),
        }
    }
    assert!(counts.iter().all(|&count| count > 0), "{counts:?}");
}

/// A store of another program, whose view `fits` calculates a thousand million rows for each lookup.
#[test]
fn a_store_with_a_view_is_not_ours() {
    let here = Workplace::new();
    fs::create_dir(here.path().join("results")).unwrap();
    fs::copy(root().join("tests/data/stores/slow-view.db"), store(&here)).unwrap();
    here.spec("kept.yaml", &SPEC.replace("TABLE", &case("patience.csv")));
    for command in [&["report", "kept"][..], &["list"], &["run", "kept.yaml"], &["gc"]] {
        let refused = here.crossfold(command).expect(30);
        assert!(refused.stderr.contains("it is not crossfold's"), "{command:?}: {}", refused.stderr);
    }
}
