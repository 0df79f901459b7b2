//! The errors of `crossfold check` for every bad spec of the corpus.

use crate::harness::{Workplace, files, root, snapshot};

#[test]
fn every_mistake_of_a_bad_spec_is_shown_at_its_place() {
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

/// `check` continues after a bad file and exits with its code.
#[test]
fn all_bad_specs_are_reported() {
    let here = Workplace::new();
    let bad = here.spec("bad.yaml", "version: 1\n");
    let good = root().join("experiments/smoke.yaml");
    let [bad, good] = [&bad, &good].map(|path| path.to_str().unwrap());
    let shown = here.crossfold(&["check", bad, good, bad]).expect(10);
    assert!(shown.stdout.contains("smoke.yaml: ok, 10 trials"), "{}", shown.stdout);
    assert_eq!(shown.stderr.matches("mistakes in ").count(), 2, "{}", shown.stderr);
}

/// The documentation shows the program's own output.
#[test]
fn the_documentation_shows_the_programs_output() {
    let here = Workplace::new();
    let spec = std::fs::read_to_string(root().join("tests/specs/bad/readme.yaml")).unwrap();
    here.spec("mnist.yaml", &spec);
    let shown = here.crossfold(&["check", "mnist.yaml"]).expect(10).stderr;
    let page = std::fs::read_to_string(root().join("docs/spec.md")).unwrap();
    assert!(page.contains(&shown), "docs/spec.md lacks\n{shown}");
}
