//! `crossfold gate` where the data have changed: rows are matched by their content.

use serde_json::{Value, json};

use crate::harness::{Workplace, root};

/// A workplace with the first 400 voters of a survey, and the baseline `votes.json` of a network on them.
fn with_baseline() -> (Workplace, Vec<String>) {
    with_baseline_of("", "")
}

/// The same with `more` keys in the spec's section `data`, and the section `last`.
fn with_baseline_of(more: &str, last: &str) -> (Workplace, Vec<String>) {
    let here = Workplace::new();
    let table = std::fs::read_to_string(root().join("data/beps/beps.csv")).unwrap();
    let lines: Vec<String> = table.lines().take(401).map(str::to_owned).collect();
    write(&here, &lines);
    let spec = here.spec(
        "votes.yaml",
        &format!(
            "version: 1\nname: votes\n\
             data: {{source: csv, path: votes.csv, target: vote, task: classification, columns: {{rownames: drop}}{more}}}\n\
             model: {{kind: linear}}\ntraining: {{epochs: 20, learning_rate: 0.03}}\ncross_validation: {{folds: 5}}\n{last}"
        ),
    );
    here.crossfold(&["run", spec.to_str().unwrap()]).expect(0);
    here.crossfold(&["baseline", "votes", "-o", "votes.json"]).expect(0);
    (here, lines)
}

fn write(here: &Workplace, lines: &[String]) {
    std::fs::write(here.path().join("votes.csv"), lines.join("\n") + "\n").unwrap();
}

fn gate(here: &Workplace, more: &[&str]) -> Value {
    let arguments = [&["gate", "votes.json", "--json", "--margin", "0.5"], more].concat();
    serde_json::from_str(&here.crossfold(&arguments).expect(0).stdout).unwrap()
}

/// What became of the rows: unchanged, relabelled, removed, added, compared.
fn counts(report: &Value) -> [u64; 5] {
    let count = |name: &str| report["changed_data"][name].as_u64().unwrap();
    ["unchanged", "relabelled", "removed", "added", "compared"].map(count)
}

fn other_party(line: &str) -> String {
    let (old, new) = if line.contains("Labour") { ("Labour", "Conservative") } else { ("Conservative", "Labour") };
    line.replace("Liberal Democrat", "Conservative").replace(old, new)
}

/// One edited label of 400 used to leave nothing to pair.
#[test]
fn one_edited_label_leaves_the_other_rows_paired() {
    let (here, mut lines) = with_baseline();
    assert_eq!(gate(&here, &[])["changed_data"], Value::Null);
    lines[100] = other_party(&lines[100]);
    write(&here, &lines);
    let report = gate(&here, &[]);
    assert_eq!(counts(&report), [399, 1, 0, 0, 399]);
    assert_eq!((&report["matched"], &report["rows"]), (&json!("rows"), &json!(399)));
    let width = |report: &Value| report["interval"][1].as_f64().unwrap() - report["interval"][0].as_f64().unwrap();
    // Baselines of version 4 have no digests of rows.
    let mut older: Value = serde_json::from_str(&here.read("votes.json")).unwrap();
    older.as_object_mut().unwrap().remove("row_digests");
    (older["version"], older["digest"]) = (json!(3), json!(""));
    std::fs::write(here.path().join("votes.json"), older.to_string()).unwrap();
    let unpaired = gate(&here, &[]);
    assert_eq!((&unpaired["matched"], &unpaired["changed_data"]), (&json!("nothing"), &Value::Null));
    assert!(width(&report) < 0.5 * width(&unpaired), "{} {}", width(&report), width(&unpaired));
    let text = here.crossfold(&["gate", "votes.json", "--margin", "0.5"]).expect(0).stdout;
    assert!(text.contains("the baseline has no digests of its rows. A renewed baseline has them"), "{text}");
}

/// The rows set aside for a test are drawn anew if one label changes. Rows that move are neither added nor removed.
#[test]
fn rows_that_move_to_the_test_are_recognised() {
    check_rows_that_move("");
}

/// The same if the test rows are scored, as in a spec that `init` proposes.
#[test]
fn rows_that_move_to_a_scored_test_are_recognised() {
    check_rows_that_move("final: {refit: best, test: true}\n");
}

fn check_rows_that_move(last: &str) {
    let (here, mut lines) = with_baseline_of(", test_share: 0.2", last);
    let baseline: Value = serde_json::from_str(&here.read("votes.json")).unwrap();
    let [rows, tests] = ["rows", "test_digests"].map(|name| {
        let value = &baseline[name];
        value.as_str().map_or_else(|| value.as_u64().unwrap(), |digests| digests.len() as u64 * 3 / 4 / 8)
    });
    assert_eq!((rows + tests, tests > 70), (400, true));
    lines[100] = other_party(&lines[100]);
    write(&here, &lines);
    let report = gate(&here, &[]);
    let [unchanged, relabelled, removed, added, compared] = counts(&report);
    let moved = report["changed_data"]["moved"].as_u64().unwrap();
    assert_eq!([relabelled, removed, added, unchanged], [1, 0, 0, compared]);
    assert!(moved >= 20 && unchanged + moved / 2 >= rows - 2, "{moved} {unchanged}");
    assert!(report["interval"].is_array() && report["matched"] == "rows", "{report}");
    let text = here.crossfold(&["gate", "votes.json", "--margin", "0.5"]).expect(0).stdout;
    let expected = format!(
        "\ndata changed: 1 row with another target, {moved} rows moved between the study and its test rows; {unchanged} rows \
         unchanged, each compared with itself\n"
    );
    assert!(text.contains(&expected), "{text}");
    // Test rows that are no longer set aside, and as a part of the rows alone.
    let without = gate(&here, &["--set", "data.test_share=0.1"]);
    assert_eq!((counts(&without)[2..4].to_vec(), counts(&without)[1]), (vec![0, 0], 1));
}

/// Rows are appended, removed, edited and moved, and columns as well.
#[test]
fn rows_are_recognised_wherever_they_are() {
    let (here, mut lines) = with_baseline();
    lines.push("9001,Labour,44,3,3,4,1,2,5,1,female".to_owned());
    lines.push("9002,Conservative,61,4,2,1,4,4,9,2,male".to_owned());
    lines.remove(7);
    lines[30] = lines[30].rsplitn(3, ',').last().unwrap().to_owned() + ",77,female";
    lines[1..].reverse();
    // The number of a row is no feature.
    lines[50] = format!("x{}", lines[50]);
    let reordered = lines.iter().map(|line| {
        let (first, rest) = line.split_once(',').unwrap();
        format!("{rest},{first}")
    });
    write(&here, &reordered.collect::<Vec<_>>());
    let report = gate(&here, &[]);
    assert_eq!(counts(&report), [398, 0, 2, 3, 398]);
    assert_eq!(report["changed_data"]["matched_by"], "content");
    let text = here.crossfold(&["gate", "votes.json", "--margin", "0.5"]).expect(0).stdout;
    let expected = "\ndata changed: 3 rows added, 2 rows removed (an edited row counts as both); 398 rows unchanged, each compared \
                    with itself\non all rows of each: accuracy ";
    assert!(text.contains(expected), "{text}");
}

/// Fewer features are the same rows.
#[test]
fn a_dropped_column_leaves_rows_paired_by_their_places() {
    let (here, _) = with_baseline();
    let report = gate(&here, &["--set", "data.columns.gender=drop"]);
    assert_eq!(
        (&report["matched"], &report["changed_data"]["matched_by"]),
        (&json!("rows_and_folds"), &json!("place"))
    );
    assert_eq!(counts(&report), [400, 0, 0, 0, 400]);
}

/// Another survey is not compared by the few rows that happen to be equal.
#[test]
fn other_data_are_two_samples() {
    let (here, lines) = with_baseline();
    let table = std::fs::read_to_string(root().join("data/beps/beps.csv")).unwrap();
    let others: Vec<String> = table.lines().skip(601).take(300).map(str::to_owned).collect();
    write(&here, &[&lines[..50], &others].concat());
    let report = gate(&here, &[]);
    assert_eq!((&report["matched"], &report["changed_data"]["compared"]), (&json!("nothing"), &Value::Null));
    assert!(report["changed_data"]["unchanged"].as_u64().unwrap() >= 49);
}

/// The data were edited, or are gone, before the baseline was made of the stored study.
#[test]
fn a_baseline_without_its_data_says_so() {
    let (here, mut lines) = with_baseline();
    lines.pop();
    write(&here, &lines);
    let noted = here.crossfold(&["baseline", "votes", "-o", "votes.json"]).expect(0).stderr;
    assert!(noted.contains("note: the data have changed since `votes` was run; so a gate can't match"), "{noted}");
    assert!(!here.read("votes.json").contains("row_digests"));
    std::fs::remove_file(here.path().join("votes.csv")).unwrap();
    let noted = here.crossfold(&["baseline", "votes", "-o", "votes.json"]).expect(0).stderr;
    assert!(noted.contains("votes.csv") && noted.contains("so a gate can't match"), "{noted}");
}

/// The 48 + 16 bits of a row take 11 letters.
#[test]
fn digests_take_few_bytes() {
    let (here, _) = with_baseline();
    let baseline: Value = serde_json::from_str(&here.read("votes.json")).unwrap();
    assert_eq!(baseline["row_digests"].as_str().unwrap().len(), (400_usize * 8 * 4).div_ceil(3));
}
