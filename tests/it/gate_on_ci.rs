//! `crossfold gate` as CI servers run it, and the files that are no baselines.

use crate::harness::{Outcome, Workplace};

fn with_baseline() -> Workplace {
    let here = Workplace::new();
    here.people("people.csv", &["price"], 0, 90);
    let spec = here.people_spec("prices", "price", "", "model: {kind: linear}\ntraining: {epochs: 2}\n");
    here.crossfold(&["run", &spec]).expect(0);
    here.crossfold(&["baseline", "prices", "-o", "prices.json"]).expect(0);
    here
}

fn annotations(outcome: &Outcome) -> Vec<&str> {
    outcome.stderr.lines().filter(|line| line.starts_with("::")).collect()
}

/// GitHub shows annotations on a pull request's page; each is one line, whose ends and percents are escaped.
#[test]
fn github_gets_an_annotation() {
    let here = with_baseline();
    let gate =
        |more: &[&str]| here.crossfold_with("GITHUB_ACTIONS", "true", &[&["gate", "prices.json"], more].concat());
    let passed = gate(&[]).expect(0);
    let notices = annotations(&passed);
    assert_eq!(notices.len(), 1, "{}", passed.stderr);
    assert!(notices[0].starts_with("::notice title=crossfold gate::PASS prices: equivalent: rmse "), "{}", notices[0]);
    assert!(notices[0].contains("%0AEquivalent: a loss of more than the margin"), "{}", notices[0]);
    assert!(notices[0].contains("(5 %25, one-sided)"), "{}", notices[0]);
    assert!(passed.stdout.starts_with("PASS prices: equivalent: "), "{}", passed.stdout);

    let failed = gate(&["--set", "training.l2=1e300", "--quiet"]).expect(21);
    let error = "::error title=crossfold gate::FAIL prices: the network could not be trained: ";
    assert!(annotations(&failed)[0].starts_with(error), "{}", failed.stderr);
    let json = gate(&["--json"]).expect(0);
    assert!(serde_json::from_str::<serde_json::Value>(&json.stdout).is_ok() && annotations(&json).len() == 1);
    assert!(annotations(&here.crossfold(&["gate", "prices.json"]).expect(0)).is_empty());
}

/// A job whose data are missing shows a failed test and a reason, not "no tests found".
#[test]
fn a_gate_that_ends_with_an_error_reports_it() {
    let here = with_baseline();
    std::fs::remove_file(here.path().join("people.csv")).unwrap();
    let gate = ["gate", "prices.json", "--junit", "gate.xml", "--summary", "summary.md"];
    let refused = here.crossfold_with("GITHUB_ACTIONS", "true", &gate).expect(11);
    let (junit, summary) = (here.read("gate.xml"), here.read("summary.md"));
    assert!(junit.contains("tests=\"1\" failures=\"0\" errors=\"1\""), "{junit}");
    assert!(junit.contains("<error message=\"FAIL prices: no verdict: ") && junit.contains("people.csv"), "{junit}");
    assert!(summary.starts_with("### FAIL `prices`: no verdict\n\n") && summary.contains("people.csv"), "{summary}");
    let annotation = annotations(&refused)[0];
    assert!(annotation.starts_with("::error title=crossfold gate::FAIL prices: no verdict: "), "{annotation}");
    let missing = here.crossfold(&["gate", "none.json", "--junit", "none.xml"]).expect(10);
    assert!(missing.stderr.contains("can't read the baseline `none.json`"), "{}", missing.stderr);
    assert!(here.read("none.xml").contains("<error message=\"FAIL none: no verdict: can&apos;t read the baseline"));
}

#[test]
fn a_spec_is_not_taken_for_a_broken_baseline() {
    let here = with_baseline();
    let spec = here.read("prices.yaml");
    for (name, text, hint) in [
        ("spec", spec.clone(), "crossfold baseline prices -o FILE"),
        ("draft.yml", spec.replace("epochs", "epohcs"), "crossfold baseline NAME -o FILE"),
    ] {
        std::fs::write(here.path().join(name), text).unwrap();
        let refused = here.crossfold(&["gate", name]).expect(10).stderr;
        assert!(
            refused.contains(&format!("can't read the baseline `{name}`: it is a spec, not a baseline")),
            "{refused}"
        );
        assert!(refused.contains(hint), "{refused}");
    }
    let table = here.crossfold(&["gate", "people.csv"]).expect(10).stderr;
    assert!(table.contains("it is no file that `crossfold baseline` wrote") && table.contains("hint: "), "{table}");
}

#[test]
fn a_margin_in_percent_is_refused_with_the_right_number() {
    let refused = Workplace::new().crossfold(&["gate", "prices.json", "--margin", "1%"]).expect(2);
    assert!(refused.stderr.contains("it is in the metric's unit: write `0.01`"), "{}", refused.stderr);
}

/// The winner of a study that was stopped or has failed trials is the best of those with a score.
#[test]
fn a_baseline_of_an_incomplete_study_says_so() {
    let here = with_baseline();
    let spec = here.people_spec(
        "rates",
        "price",
        "",
        "model: {kind: mlp, layers: 1, nodes: 4}\nsearch: {strategy: grid, space: {l2: [0, 1.0e300]}}\ntraining: {epochs: 2}\n",
    );
    here.crossfold(&["run", &spec]).expect(20);
    let noted = here.crossfold(&["baseline", "rates", "-o", "rates.json"]).expect(0).stderr;
    assert!(noted.contains("note: the baseline is the only trial with a score: 1 failed"), "{noted}");
    here.crossfold(&["gate", "rates.json"]).expect(0);
    here.crossfold(&["run", &spec, "--set", "search.space.l2=[1e300]"]).expect(21);
    let refused = here.crossfold(&["baseline", "rates", "-o", "rates.json"]).expect(21).stderr;
    assert!(refused.contains("hint: `crossfold show rates` shows how its trials ended"), "{refused}");
}
