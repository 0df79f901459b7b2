//! The errors of `crossfold run` for every bad data set of the corpus.

use std::fs;

use crate::harness::{Workplace, root, snapshot};

#[test]
fn every_bad_data_set_is_refused() {
    let entries = fs::read_dir(root().join("tests/data/bad")).unwrap();
    let mut folders: Vec<_> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    assert!(folders.len() >= 15, "{} bad data sets", folders.len());
    for folder in folders {
        let spec = folder.join("spec.yaml");
        let here = Workplace::new();
        here.crossfold(&["check", spec.to_str().unwrap()]).expect(0);
        let shown = here.crossfold(&["run", spec.to_str().unwrap()]).expect(11);
        let name = folder.file_name().unwrap().to_str().unwrap();
        snapshot("bad_data", name, &shown.stderr.replace(&root().display().to_string(), "…"));
    }
}

/// A sparse file of a terabyte.
#[cfg(target_os = "linux")]
#[test]
fn data_larger_than_memory_are_refused_unread() {
    let here = Workplace::new();
    fs::File::create(here.path().join("rows.csv")).unwrap().set_len(1 << 40).unwrap();
    let spec = here.spec(
        "large.yaml",
        "version: 1\nname: large\ndata: {source: csv, path: rows.csv, target: y}\n\
         model: {kind: mlp, layers: 0}\ntraining: {epochs: 1}\n",
    );
    let refused = here.crossfold(&["run", spec.to_str().unwrap()]).expect(11).stderr;
    assert!(refused.contains("rows.csv` is 1099511 MB, which read as a table is more than the "), "{refused}");
    assert!(refused.ends_with("hint: read its first rows alone with `data.rows: N`\n"), "{refused}");
}

/// 60,000 rows of 2,001 inputs for each of 1,000 folds are refused before they are allocated.
#[cfg(target_os = "linux")]
#[test]
fn folds_larger_than_memory_are_refused_before_allocation() {
    let here = Workplace::new();
    let row = |row: u32| {
        format!("g{},a{},b{},{}\n", row % 1000, row / 7 % 1000, row / 11 % 1000, ["no", "yes"][row as usize % 2])
    };
    let rows: String = (0..60_000).map(row).collect();
    fs::write(here.path().join("rows.csv"), format!("group,a,b,y\n{rows}")).unwrap();
    let spec = here.spec(
        "wide.yaml",
        "version: 1\nname: wide\ndata: {source: csv, path: rows.csv, target: y}\nmodel: {kind: mlp, layers: 0}\n\
         training: {epochs: 1}\ncross_validation: {leave_out: group}\n",
    );
    let refused = here.crossfold(&["run", spec.to_str().unwrap()]).expect(11).stderr;
    assert!(refused.contains("error: 1001 parts of the rows with 2002 inputs each take "), "{refused}");
    assert!(refused.contains("hint: make fewer folds or repeats, read fewer rows (`data.rows`)"), "{refused}");
}
