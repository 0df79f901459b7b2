//! Every bad data set of the corpus, as `crossfold run` refuses it.

use std::fs;

use crate::harness::{Workplace, root, snapshot};

#[test]
fn each_bad_data_set_is_refused_by_name() {
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
