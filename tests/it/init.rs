//! `crossfold init`: a first spec for a table.

use std::fs;

use crate::harness::{Workplace, root, snapshot};

/// A workplace with a table from the corpus.
fn workplace_with(name: &str) -> Workplace {
    let here = Workplace::new();
    fs::copy(root().join("tests/data/tables").join(name), here.path().join(name)).unwrap();
    here
}

#[test]
fn a_spec_is_proposed_on_stdout() {
    for (file, target, name) in [("votes.csv", "party", "votes"), ("houses.csv", "price", "houses")] {
        let outcome = workplace_with(file).crossfold(&["init", file, "--target", target]).expect(0);
        assert_eq!(outcome.stderr, "");
        snapshot("init", name, &outcome.stdout);
    }
}

/// The spec finds the table relative to its own folder.
#[test]
fn a_proposed_spec_checks_and_runs() {
    for (file, target) in [("votes.csv", "party"), ("houses.csv", "price")] {
        let here = workplace_with(file);
        here.crossfold(&["init", file, "--target", target, "-o", "experiments/new.yaml"]).expect(0);
        here.crossfold(&["check", "experiments/new.yaml"]).expect(0);
        let few = ["--set", "search.strategy.tpe.trials=2", "--set", "search.space.epochs=[2]"];
        here.crossfold(&[&["run", "experiments/new.yaml"], &few[..]].concat()).expect(0);
    }
}

#[test]
fn a_file_is_overwritten_only_with_force() {
    let here = workplace_with("votes.csv");
    fs::write(here.path().join("votes.yaml"), "mine").unwrap();
    let init = ["init", "votes.csv", "--target", "party", "-o", "votes.yaml"];
    let refused = here.crossfold(&init).expect(30);
    assert_eq!(
        refused.stderr,
        "error: `votes.yaml` exists\nhint: overwrite it with `--force`, or choose another file\n"
    );
    assert_eq!(here.read("votes.yaml"), "mine");
    here.crossfold(&[&init[..], &["--force"]].concat()).expect(0);
    assert!(here.read("votes.yaml").contains("\n  path: votes.csv"), "{}", here.read("votes.yaml"));
}

/// The next command can be copied into a shell.
#[test]
fn the_next_command_quotes_a_name_with_spaces() {
    let here = workplace_with("votes.csv");
    let written = here.crossfold(&["init", "votes.csv", "--target", "party", "-o", "My Survey.yaml"]).expect(0).stderr;
    assert!(written.contains("wrote My Survey.yaml. Next: `crossfold run 'My Survey.yaml'`"), "{written}");
}

#[test]
fn the_table_is_never_overwritten() {
    let here = workplace_with("votes.csv");
    let table = here.read("votes.csv");
    let over = ["init", "votes.csv", "--target", "party", "-o", "./votes.csv", "--force"];
    here.crossfold(&over).expect(2);
    assert_eq!(here.read("votes.csv"), table);
}

#[test]
fn targets_that_cannot_be_predicted_are_refused() {
    let here = Workplace::new();
    fs::write(here.path().join("one.csv"), "x,y\n1,a\n2,a\n").unwrap();
    let refused = here.crossfold(&["init", "one.csv", "--target", "y"]).expect(11);
    assert!(refused.stderr.contains("every training row is of class `a`"), "{}", refused.stderr);
    here.crossfold(&["init", "one.csv"]).expect(2);
}

/// Test rows in a file of their own are in the spec, also for few rows.
#[test]
fn test_rows_may_be_in_a_file_of_their_own() {
    let here = workplace_with("votes.csv");
    let text = here.read("votes.csv");
    let write = |text: &str| fs::write(here.path().join("new votes.csv"), text).unwrap();
    write(&text);
    let init =
        ["init", "votes.csv", "--target", "party", "--test", "new votes.csv", "-o", "specs/votes.yaml", "--force"];
    here.crossfold(&init).expect(0);
    let spec = here.read("specs/votes.yaml");
    assert!(spec.contains("\n  test_path: ../new votes.csv "), "{spec}");
    assert!(!spec.contains("test_share"), "{spec}");
    assert!(spec.contains("\nfinal: {refit: best, refits: 3, calibrate: true, test: true}"), "{spec}");
    here.crossfold(&["plan", "specs/votes.yaml"]).expect(0);
    let feature = text.split(',').next().unwrap();
    write(&text.replacen(feature, "other", 1));
    let refused = here.crossfold(&init).expect(11);
    let said = format!(
        "error: `new votes.csv` lacks the column `{feature}`\nhint: both files need the same header: all features and the target\n"
    );
    assert!(refused.stderr.ends_with(&said), "{}", refused.stderr);
    write(&text.replacen("party", "vote", 1));
    let refused = here.crossfold(&init).expect(11);
    assert!(refused.stderr.contains("`new votes.csv`"), "{}", refused.stderr);
    let over = ["init", "votes.csv", "--target", "party", "--test", "votes.csv", "-o", "votes.csv", "--force"];
    here.crossfold(&over).expect(2);
    assert_eq!(here.read("votes.csv"), text);
}
