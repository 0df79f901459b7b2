//! What a run says of earlier ones: test rows that were scored before, and data that have changed.

use std::fs;

use crate::harness::{Workplace, root};

fn survey(name: &str, nodes: &str) -> String {
    format!(
        "version: 1\nname: {name}\ndata: {{source: csv, path: {}, target: vote, test_share: 0.2}}\n\
         model: {{kind: mlp, layers: 1, nodes: {nodes}}}\ntraining: {{epochs: 2}}\n\
         cross_validation: {{folds: 2}}\nfinal: {{test: true}}\n",
        root().join("data/beps/beps.csv").display()
    )
}

/// A spec that is edited after its test score was seen, and another study with the same test rows. Files say what is true in any
/// case, so they are the same whatever else is stored.
#[test]
fn test_rows_that_were_scored_before_are_no_news() {
    let here = Workplace::new();
    let run = |name: &str, nodes: &str| {
        here.spec("study.yaml", &survey(name, nodes));
        here.crossfold(&["run", "study.yaml"]).expect(0).stderr
    };
    let warning = "been scored on these test rows";
    let alone = run("tt", "8");
    assert!(!alone.contains(warning), "{alone}");
    let report = here.read("results/tt/report.md");
    assert!(
        report.contains(
            "On the test rows, which had no part in the search, trial 0 retrained on all other rows reaches accuracy"
        ),
        "{report}"
    );
    assert!(!report.contains("anything before") && !report.contains("once"), "{report}");
    // Its own network doesn't count.
    let again = run("tt", "8");
    assert!(!again.contains(warning), "{again}");

    let edited = run("tt", "4");
    let one = "1 other network in this store has been scored on these test rows: the best of several test scores is optimistic";
    assert!(edited.contains(one), "{edited}");
    let other = run("other", "6");
    let two =
        "2 other networks in this store have been scored on these test rows (studies with them: `tt`): the best of";
    assert!(other.contains(two), "{other}");

    // Back to the first spec: the same bytes as from an empty store, from `run` and `report` alike.
    let known = run("tt", "8");
    assert!(known.contains("2 other networks") && known.contains("(studies with them: `other`)"), "{known}");
    let paragraphs = |text: &str| text.lines().filter(|line| line.starts_with("- ")).collect::<Vec<_>>().join("\n");
    assert_eq!(paragraphs(&here.read("results/tt/report.md")), paragraphs(&report));
    let files = here.results("results/tt");
    here.crossfold(&["report", "tt"]).expect(0);
    assert_eq!(here.results("results/tt"), files);
}

fn numbers(name: &str, file: &str, more: &str) -> String {
    format!(
        "version: 1\nname: {name}\ndata: {{source: csv, path: {file}, target: y{more}}}\nmodel: {{kind: linear}}\n\
         training: {{epochs: 2}}\ncross_validation: {{folds: 2}}\nfinal: {{refit: none}}\n"
    )
}

/// One name with another table, and a table that is edited between two runs.
#[test]
fn other_data_under_the_same_name_are_noticed() {
    let here = Workplace::new();
    let write = |file: &str, first: &str| {
        let rows: String = (1..12).map(|row| format!("{row},{}\n", if row % 3 == 0 { "a" } else { "b" })).collect();
        fs::write(here.path().join(file), format!("x,y\n{first},a\n{rows}")).unwrap();
    };
    write("one.csv", "0.5");
    write("two.csv", "0.25");
    let run = |spec: &str| {
        here.spec("s.yaml", spec);
        here.crossfold(&["run", "s.yaml"]).expect(0).stderr
    };
    let line = |name: &str| {
        format!(
            "the data differ from those of the last run of `{name}` (other rows, values or columns): everything is retrained, \
             and its earlier results are replaced\n"
        )
    };
    let silent = |stderr: &str| assert!(!stderr.contains("the data differ"), "{stderr}");
    silent(&run(&numbers("s", "one.csv", "")));
    silent(&run(&numbers("s", "one.csv", "")));
    // Another spec, the same rows.
    silent(&run(&numbers("s", "one.csv", "").replace("epochs: 2", "epochs: 3")));
    // Another study.
    silent(&run(&numbers("t", "two.csv", "")));
    let other = run(&numbers("s", "two.csv", ""));
    assert!(other.contains(&line("s")), "{other}");
    write("two.csv", "0.75");
    let edited = run(&numbers("s", "two.csv", ""));
    assert!(edited.contains(&line("s")) && edited.contains("2 fits"), "{edited}");
    silent(&run(&numbers("s", "two.csv", "")));
}
