//! `crossfold data`: the profile of a table.

use crate::harness::{Workplace, root, snapshot};

fn table(name: &str) -> String {
    root().join("tests/data/tables").join(name).display().to_string()
}

/// The output without the path of the checkout.
fn shown(arguments: &[&str]) -> String {
    Workplace::new().crossfold(arguments).expect(0).stdout.replace(&root().display().to_string(), "…")
}

#[test]
fn a_profile_is_printed_as_text() {
    snapshot("data_command", "votes", &shown(&["data", &table("votes.csv")]));
    snapshot("data_command", "votes_target", &shown(&["data", &table("votes.csv"), "--target", "party"]));
    snapshot("data_command", "houses_target", &shown(&["data", &table("houses.csv"), "--target", "price"]));
}

#[test]
fn a_profile_is_printed_as_json() {
    let text = shown(&["data", &table("votes.csv"), "--target", "party", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((value["version"].as_u64(), value["rows"].as_u64()), (Some(1), Some(48)));
    let copy = &value["suspicions"][0];
    assert_eq!((copy["suspicion"].as_str(), copy["column"].as_str()), (Some("copy_of_target"), Some("again")));
}

/// stdout has only data, and stderr is empty.
#[test]
fn stderr_is_empty() {
    assert_eq!(Workplace::new().crossfold(&["data", &table("houses.csv")]).expect(0).stderr, "");
}

#[test]
fn unreadable_tables_exit_with_11() {
    let here = Workplace::new();
    let refused = here.crossfold(&["data", "nowhere.csv"]).expect(11);
    assert_eq!(refused.stderr, "error: there is no file `nowhere.csv`\n");
    let refused = here.crossfold(&["data", &table("votes.csv"), "--target", "partie"]).expect(11);
    assert!(refused.stderr.ends_with("hint: did you mean `party`?\n"), "{}", refused.stderr);
}

/// A column that is the target in two parts gives it away: `data`, `init` and `run` say so.
#[test]
fn a_target_cut_into_ranges_is_a_leak() {
    let here = Workplace::new();
    let rows: String = (0..60)
        .map(|row| {
            let (size, price) = (row * 17 % 60, 100 + row * 23 % 60 * 10);
            format!("{size}.5,{},{price}\n", if price >= 400 { "high" } else { "low" })
        })
        .collect();
    std::fs::write(here.path().join("homes.csv"), format!("size,class,price\n{rows}")).unwrap();
    let said = "`class` is the target cut into ranges";
    let data = here.crossfold(&["data", "homes.csv", "--target", "price"]).expect(0);
    assert!(data.stdout.contains(said), "{}", data.stdout);
    here.crossfold(&["init", "homes.csv", "--target", "price", "-o", "homes.yaml"]).expect(0);
    assert!(here.read("homes.yaml").contains("\n    class: drop "), "{}", here.read("homes.yaml"));
    let text = "version: 1\nname: homes\ndata: {source: csv, path: homes.csv, target: price, task: regression}\n\
         model: {kind: linear}\ntraining: {epochs: 1}\ncross_validation: {folds: 2}\n";
    let spec = here.spec("leaky.yaml", text).display().to_string();
    let run = here.crossfold(&["run", &spec]).expect(0);
    assert!(run.stderr.contains(&format!("{said}: unless it is known before the target is")), "{}", run.stderr);
}

/// A copy to the left of the target is dropped, and the target stays.
#[test]
fn the_target_is_never_dropped() {
    let here = Workplace::new();
    let rows: String =
        (0..40).map(|row| format!("{}.5,{}.25,{}.25\n", row * 7 % 40, row * 3 % 40, row * 3 % 40)).collect();
    std::fs::write(here.path().join("copy.csv"), format!("x,copied,y\n{rows}")).unwrap();
    here.crossfold(&["init", "copy.csv", "--target", "y", "-o", "copy.yaml"]).expect(0);
    let spec = here.read("copy.yaml");
    assert!(spec.contains("\n    copied: drop ") && !spec.contains("'y': drop"), "{spec}");
    here.crossfold(&["plan", "copy.yaml"]).expect(0);
}
