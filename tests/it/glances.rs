//! `list` and `show` know at once what the last run found, and never anything else than the store holds.

use crate::harness::Workplace;

/// A study of 2 folds.
fn study(here: &Workplace, name: &str, epochs: u32, rest: &str) -> String {
    let text = format!(
        "version: 1\nname: {name}\ndata: {{source: csv, path: DATA/../tests/data/cases/three.csv, target: y}}\n\
         model: {{kind: mlp, layers: 1}}\ntraining: {{batch_size: 16, epochs: {epochs}}}\n\
         cross_validation: {{folds: 2}}\n{rest}\n"
    );
    here.spec(&format!("{name}.yaml"), &text).display().to_string()
}

const TWELVE: &str = "search: {space: {nodes: [4, 8, 16], learning_rate: [0.01, 0.03, 0.1, 0.3]}}";

fn shown(here: &Workplace, arguments: &[&str]) -> String {
    here.crossfold(&[&["show"], arguments].concat()).expect(0).stdout
}

/// Sorted by their rank, all trials are read again.
#[test]
fn a_known_table_is_the_one_that_is_made_again() {
    let pruned =
        "search: {strategy: {random: {trials: 9}}, pruner: halving, space: {nodes: {int: {low: 2, high: 30}}}}";
    for rest in [
        TWELVE,
        pruned,
        "search: {space: {nodes: [4]}}",
        "search: {space: {nodes: [4, 5]}}\nobjective: {metric: roc_auc}",
    ] {
        let here = Workplace::new();
        here.crossfold(&["run", &study(&here, "known", 3, rest)]).expect(0);
        let tables: [&[&str]; 5] =
            [&[], &["--top", "11"], &["--top", "3"], &["--top", "10", "--format", "md"], &["--top", "1"]];
        for table in tables {
            let again = [&["known", "--sort", "rank"], table].concat();
            assert_eq!(shown(&here, &[&["known"], table].concat()), shown(&here, &again), "{rest} {table:?}");
        }
    }
}

/// Another study trains the fits that both share for longer, or runs one again; then nothing of the first is known at once.
#[test]
fn what_is_listed_follows_the_fits() {
    let here = Workplace::new();
    let first = study(&here, "first", 2, TWELVE);
    here.crossfold(&["run", &first]).expect(0);
    let glance = |here: &Workplace| {
        let list = here.crossfold(&["list"]).expect(0).stdout;
        let line = list.lines().find(|line| line.starts_with("first")).unwrap().to_owned();
        [line.split_whitespace().collect::<Vec<_>>().join(" "), shown(here, &["first"])]
    };
    let known = glance(&here);
    assert!(known[0].starts_with("first complete 12/12 0 0 accuracy 0."), "{known:?}");
    here.crossfold(&["run", &study(&here, "second", 4, TWELVE)]).expect(0);
    assert_eq!(glance(&here), known);
    here.crossfold(&["run", &study(&here, "second", 4, TWELVE), "--fresh"]).expect(0);
    assert_eq!(glance(&here), known);
    // A space with fewer trials, and the same one again.
    let few = TWELVE.replace("[4, 8, 16]", "[4]");
    here.crossfold(&["run", &study(&here, "first", 2, &few)]).expect(0);
    let fewer = glance(&here);
    assert!(fewer[0].starts_with("first complete 4/4 0 0 accuracy 0."), "{fewer:?}");
    here.crossfold(&["run", &study(&here, "first", 2, TWELVE)]).expect(0);
    assert_eq!(glance(&here)[1], known[1]);
}

/// `list` and `show` know a study whose fit was damaged since; what reads fits says which one it is.
#[test]
fn damage_is_named_where_fits_are_read() {
    for (old, new) in [("batch=16complete", "batch=17complete"), ("lr=0.03", "lr=0.04")] {
        let here = Workplace::new();
        here.crossfold(&["run", &study(&here, "known", 2, TWELVE)]).expect(0);
        let known = [here.crossfold(&["list"]).expect(0).stdout, shown(&here, &["known"])];
        let store = here.path().join("results/crossfold.db");
        let mut bytes = std::fs::read(&store).unwrap();
        let places: Vec<usize> =
            (0..bytes.len() - old.len()).filter(|&at| bytes[at..].starts_with(old.as_bytes())).collect();
        places.iter().for_each(|&at| bytes[at..at + new.len()].copy_from_slice(new.as_bytes()));
        assert!(!places.is_empty());
        std::fs::write(&store, bytes).unwrap();
        assert_eq!([here.crossfold(&["list"]).expect(0).stdout, shown(&here, &["known"])], known);
        for command in [&["show", "known", "--format", "csv"][..], &["report", "known"]] {
            let refused = here.crossfold(command).expect(30).stderr;
            assert!(refused.contains("fit ") && refused.contains("does not match its digest"), "{refused}");
        }
        here.crossfold(&["run", &study(&here, "known", 2, TWELVE), "--retry"]).expect(0);
        assert!(shown(&here, &["known"]).starts_with(" rank"));
    }
}
