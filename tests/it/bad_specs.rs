//! Every bad spec of the corpus, as `crossfold check` shows it.

use crate::harness::{Workplace, files, root};

/// Holds `shown` against the stored snapshot of `name` in `folder`.
pub(crate) fn snapshot(folder: &str, name: &str, shown: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("snapshots/{folder}"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, shown));
}

#[test]
fn each_bad_spec_is_shown_with_every_mistake_at_its_place() {
    let specs = files("tests/specs/bad", "yaml");
    assert!(specs.len() >= 40, "{} bad specs", specs.len());
    for path in specs {
        let shown = Workplace::new().crossfold(&["check", path.to_str().unwrap()]).expect(10);
        assert_eq!(shown.stdout, "", "{}", path.display());
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let place = root().display().to_string();
        snapshot("bad_specs", stem, &shown.stderr.replace(&place, "…"));
    }
}

#[test]
fn each_good_spec_is_accepted() {
    for path in files("tests/specs/good", "yaml") {
        Workplace::new().crossfold(&["check", path.to_str().unwrap()]).expect(0);
    }
}

/// `check` goes on past a bad file, and its exit code is the bad file's.
#[test]
fn one_bad_spec_hides_no_other() {
    let here = Workplace::new();
    let bad = here.spec("bad.yaml", "version: 1\n");
    let good = root().join("experiments/smoke.yaml");
    let [bad, good] = [&bad, &good].map(|path| path.to_str().unwrap());
    let shown = here.crossfold(&["check", bad, good, bad]).expect(10);
    assert!(shown.stdout.contains("smoke.yaml: ok, 10 trials"), "{}", shown.stdout);
    assert_eq!(shown.stderr.matches("bad.yaml").count() % 2, 0, "{}", shown.stderr);
}
