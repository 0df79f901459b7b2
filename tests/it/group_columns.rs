//! Columns that look like groups of rows, which a study divides among its folds.

use std::fs;

use crate::harness::Workplace;

/// Forty patients with ten visits each; a patient's label is random, as is `x`.
fn patients(label: impl Fn(usize, usize) -> bool) -> String {
    let row = |row: usize| {
        let (patient, visit) = (row / 10, row % 10);
        let label = if label(patient, visit) { "sick" } else { "well" };
        format!("P{patient:03},{},{},{label}\n", visit + 1, (row * 7919) % 1009)
    };
    format!("pid,visit,x,y\n{}", (0..400).map(row).collect::<String>())
}

/// The first bit of a hash, which follows no order.
fn toss(number: usize) -> bool {
    (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 63 == 1
}

fn notes(here: &Workplace, command: &str, columns: &str, splits: &str) -> String {
    here.spec(
        "pat.yaml",
        &format!(
            "version: 1\nname: pat\ndata: {{source: csv, path: pat.csv, target: y, columns: {{{columns}}}}}\n\
             model: {{kind: linear}}\ntraining: {{epochs: 1}}\ncross_validation: {splits}\nfinal: {{refit: none}}\n"
        ),
    );
    here.crossfold(&[command, "pat.yaml"]).expect(0).stderr
}

#[test]
fn groups_in_training_and_validation_are_named() {
    let here = Workplace::new();
    fs::write(here.path().join("pat.csv"), patients(|patient, _| toss(patient))).unwrap();
    let note = "note: \"pid\" looks like groups of rows (40 values, about 10 rows each, one target each), and rows of one are \
                in training and validation: `cross_validation: {groups: pid}` keeps them together, `data.columns: {pid: drop}` \
                leaves the column out\n"
        .replace('"', "`");
    for command in ["run", "plan"] {
        let found = notes(&here, command, "pid: categorical", "{folds: 5}");
        assert!(found.contains(&note), "{command}: {found}");
    }
    // Without a kind it is no feature, and a network may know a patient by other columns.
    for (columns, splits) in [("", "{folds: 2, repeats: 2}"), ("pid: categorical", "{hold_out: 0.3}")] {
        let found = notes(&here, "plan", columns, splits);
        assert!(found.contains(&note), "{columns} {splits}: {found}");
    }
    for (columns, splits) in [
        ("pid: categorical", "{folds: 5, groups: pid}"),
        ("pid: categorical", "{folds: 5, groups: visit}"),
        ("pid: drop", "{folds: 5}"),
        ("pid: id", "{folds: 5}"),
        // Two hundred rows each, twenty patients.
        ("pid: categorical", "{folds: 2, shuffle: false, stratified: false}"),
        // Forty rows in each period, of which the last validate.
        ("pid: categorical", "{folds: 3, time: visit}"),
    ] {
        let found = notes(&here, "plan", columns, splits);
        assert!(!found.contains("looks like groups"), "{columns} {splits}: {found}");
    }
}

#[test]
fn ordinary_columns_are_not_named() {
    let here = Workplace::new();
    // Each code is in sick and well rows.
    fs::write(here.path().join("pat.csv"), patients(|patient, visit| toss(10 * patient + visit))).unwrap();
    let found = notes(&here, "plan", "pid: categorical", "{folds: 5}");
    assert!(!found.contains("looks like groups"), "{found}");
    // Named so.
    let named = patients(|patient, visit| toss(10 * patient + visit)).replace("pid,", "patient,");
    fs::write(here.path().join("pat.csv"), named).unwrap();
    let found = notes(&here, "plan", "patient: categorical", "{folds: 5}");
    assert!(found.contains("`patient` looks like groups of rows (40 values, about 10 rows each), and rows"), "{found}");
}

/// All tables of the experiments, split at random.
#[test]
fn known_tables_have_no_silly_note() {
    let here = Workplace::new();
    for (table, target) in [
        ("anes96/anes96.csv", "vote"),
        ("beps/beps.csv", "vote"),
        ("hitters/hitters.csv", "Salary, task: regression"),
        ("california-housing/california_housing.csv", "MedHouseVal, task: regression"),
        ("japanese-vowels/train.csv", "speaker"),
    ] {
        let spec = format!(
            "version: 1\nname: known\ndata: {{source: csv, path: DATA/{table}, target: {target}, missing_target: drop}}\n\
             model: {{kind: linear}}\ntraining: {{epochs: 1}}\ncross_validation: {{folds: 5}}\nfinal: {{refit: none}}\n"
        );
        here.spec("known.yaml", &spec);
        let found = here.crossfold(&["plan", "known.yaml"]).expect(0);
        let named = found.stderr.contains("looks like groups");
        // Its rows are steps of utterances, which the study would not keep together.
        let is_grouped =
            found.stderr.contains("`utterance` looks like groups of rows (270 values, about 16 rows each, one target");
        assert_eq!(
            (named, is_grouped),
            [(false, false), (true, true)][usize::from(target == "speaker")],
            "{table}: {}",
            found.stderr
        );
    }
}
