use super::*;
use crossfold_study::{
    DataSource, GivenKind, MissingMarkers, SamplerKind, Splits, Strategy, Study, TableFormat, TableSpec, TestRows,
};

fn profile(text: &str, target: &str) -> Profile {
    Profile::parse(Path::new("rows.csv"), text.as_bytes(), &TableFormat::default(), Some(target), None).unwrap()
}

fn propose(text: &str, target: &str) -> String {
    Proposal::new(&profile(text, target)).unwrap().write(
        &study_name(Path::new("Some rows.csv")),
        "../data/some rows.csv",
        None,
    )
}

#[track_caller]
fn read(text: &str) -> (Study, TableSpec) {
    let study = crossfold_spec::read(text.as_bytes(), &[]).unwrap_or_else(|mistakes| panic!("{mistakes}\n{text}"));
    let table = study.data.source.table().expect("a table").clone();
    (study, table)
}

/// Rows with a number `x`, a word `w` and the target `y`.
fn csv(rows: usize, y: impl Fn(usize) -> String) -> String {
    let row = |row: usize| format!("{}.5,{},{}\n", row * 37 % 101, ["a", "b", "c"][row * 7 % 3], y(row));
    ["x,w,y\n".to_owned()].into_iter().chain((0..rows).map(row)).collect()
}

#[test]
fn small_tables_get_repeated_splits() {
    let (study, table) = read(&propose(&csv(60, |row| (row / 3 % 2).to_string()), "y"));
    assert_eq!(study.name.as_str(), "some-rows");
    assert_eq!(study.data.source.path(), Path::new("../data/some rows.csv"));
    assert_eq!((table.target.as_str(), table.task, table.test), ("y", Task::Classification, TestRows::None));
    assert!(!table.drop_missing_target);
    assert_eq!(study.metric, Metric::Accuracy);
    assert_eq!(study.splits, Splits::KFold { folds: 5, repeats: 3, stratified: true, shuffle: true, groups: None });
    assert_eq!(study.strategy, Strategy::new(SamplerKind::Tpe { startup: 10 }, 60));
    assert!(!study.finish.test);
}

#[test]
fn medium_tables_get_a_test_set_and_large_ones_a_hold_out() {
    let (study, table) = read(&propose(&csv(500, |row| format!("{}.25", row * 7 % 93)), "y"));
    assert_eq!((table.task, table.test), (Task::Regression, TestRows::Share(0.2)));
    assert_eq!(study.metric, Metric::Rmse);
    assert_eq!(study.splits, Splits::KFold { folds: 5, repeats: 1, stratified: false, shuffle: true, groups: None });
    assert!(study.finish.test);
    let (study, _) = read(&propose(&csv(20_000, |row| (row / 5 % 3).to_string()), "y"));
    assert_eq!(study.splits, Splits::HoldOut { share: 0.2, stratified: true, groups: None });
}

#[test]
fn imbalanced_classes_are_scored_by_log_loss() {
    let (study, _) = read(&propose(&csv(100, |row| (row.is_multiple_of(5)).to_string()), "y"));
    assert_eq!(study.metric, Metric::LogLoss);
    let (study, _) = read(&propose(&csv(100, |row| (row.is_multiple_of(4)).to_string()), "y"));
    assert_eq!(study.metric, Metric::Accuracy);
}

#[test]
fn rows_without_a_target_are_left_out() {
    let (_, table) = read(&propose(&csv(60, |row| if row == 4 { String::new() } else { (row % 2).to_string() }), "y"));
    assert!(table.drop_missing_target);
}

#[test]
fn dates_are_learnt_as_days() {
    let (_, table) = read(&propose(&csv(60, |row| format!("2026-{:02}-{:02}", row % 12 + 1, row % 28 + 1)), "y"));
    assert_eq!(table.task, Task::Regression);
    assert_eq!(table.kinds["y"], GivenKind::Kind(ColumnKind::Date));
}

#[test]
fn copies_and_constants_are_dropped_with_a_reason() {
    let row = |row: usize| format!("{}.5,{},7,{}\n", row * 37 % 101, ["no", "yes"][row / 3 % 2], row / 3 % 2);
    let text: String = ["x,copy,same,y\n".to_owned()].into_iter().chain((0..60).map(row)).collect();
    let proposed = propose(&text, "y");
    let (_, table) = read(&proposed);
    let dropped: Vec<&String> =
        table.kinds.iter().filter(|(_, kind)| **kind == GivenKind::Drop).map(|(name, _)| name).collect();
    assert_eq!(dropped, ["copy", "same"]);
    assert!(
        proposed.contains("    copy: drop                     # `copy` is the target under other names\n"),
        "{proposed}"
    );
    assert!(proposed.contains("    # x: numeric\n"), "{proposed}");
}

/// Names that mean something else in YAML or contain line ends, and classes that would end a comment.
#[test]
fn any_column_name_survives_yaml() {
    let names =
        ["2019", "yes", "a: b", "#", "say \"x\"", "two\nlines", "-", "null", "Größe", "a.b", "{x}", " y ", "x\u{2028}"];
    let header = names.iter().map(|name| format!("\"{}\"", name.replace('"', "\"\""))).collect::<Vec<_>>().join(",");
    // Every second column is dropped, so that names also occur outside of comments.
    let cells = |row: usize| {
        let cell = |column: usize| {
            if column % 2 == 1 { "1".to_owned() } else { format!("{}.5", (row * 37 + column * row * row) % 101) }
        };
        (0..names.len()).map(cell).collect::<Vec<_>>().join(",")
    };
    let rows: Vec<String> = (0..40).map(|row| format!("{},\"class\n{}: #\"", cells(row), row / 3 % 2)).collect();
    let text = format!("{header},\"the\n\"\"target\"\"\"\n{}\n", rows.join("\n"));
    let proposed = propose(&text, "the\n\"target\"");
    let (_, table) = read(&proposed);
    assert_eq!(table.target, "the\n\"target\"");
    let mut dropped: Vec<&str> = names.into_iter().skip(1).step_by(2).map(str::trim).collect();
    dropped.sort_unstable();
    assert_eq!(table.kinds.keys().collect::<Vec<_>>(), dropped);
    // The spec stays valid when commented lines are uncommented.
    let opened: String = proposed
        .lines()
        .map(|line| match line.strip_prefix("    # ").filter(|line| !line.starts_with("and ")) {
            Some(line) => format!("    {line}\n"),
            None => format!("{line}\n"),
        })
        .collect();
    let (_, table) = read(&opened);
    assert_eq!(table.kinds.len(), names.len());
}

#[test]
fn commented_lines_are_valid() {
    let row = |row: usize| {
        format!(
            "{}.5,{},{},word {},{}\n",
            row * 37 % 101,
            if row.is_multiple_of(4) { -999 } else { row as i64 % 7 },
            3_u64.pow(row as u32 % 30) + row as u64,
            row % 55,
            row / 3 % 2
        )
    };
    let text: String = ["x,marked,skewed,many,y\n".to_owned()].into_iter().chain((0..1200).map(row)).collect();
    let proposed = propose(&text, "y");
    // Commented YAML has a key after its `#`; prose has none.
    const KEYS: [&str; 10] = [
        "missing:",
        "class_weights:",
        "columns:",
        "preprocessing:",
        "numeric:",
        "categorical:",
        "x:",
        "marked:",
        "skewed:",
        "many:",
    ];
    let open = |line: &str| match line.split_once("# ") {
        Some((indent, rest)) if indent.trim().is_empty() && KEYS.iter().any(|key| rest.trim().starts_with(key)) => {
            format!("{indent}{rest}\n")
        }
        Some(_) | None => format!("{line}\n"),
    };
    let opened: String = proposed.lines().map(open).collect();
    let (study, table) = read(&opened);
    assert_eq!(table.preprocessing.columns.len(), 2);
    let DataSource::Csv(csv) = &study.data.source else { panic!("a table") };
    assert_eq!(csv.format.missing, MissingMarkers::map([("marked".to_owned(), vec!["-999".to_owned()])].into()));
    assert!(study.class_weights.is_some());
}

#[test]
fn unlearnable_targets_are_refused() {
    let refused = |text: &str| Proposal::new(&profile(text, "y")).unwrap_err().to_string();
    let check = |text: &str, expected: &str| {
        let found = refused(text);
        assert!(found.contains(expected), "{found}");
    };
    check("x,y\n1,NA\n2,\n", "`y`");
    check("x,y\n1,a\n2,a\n", "every training row is of class `a`");
    check("y\na\nb\n", "rows.csv");
    let copy: String =
        ["x,y\n".to_owned()].into_iter().chain((0..30).map(|row| format!("{},{}\n", row % 3, row % 3))).collect();
    check(&copy, "rows.csv");
}

#[test]
fn studies_are_named_after_files() {
    for (path, expected) in [
        ("data/Anes 96.csv.gz", "anes-96"),
        ("hitters.tsv", "hitters"),
        ("../Größe__2.csv", "gr-e-2"),
        (".csv", "csv"),
        ("数据.csv", "study"),
        ("", "study"),
        (&"x".repeat(80), &"x".repeat(64)),
    ] {
        assert_eq!(study_name(Path::new(path)).as_str(), expected, "{path}");
    }
}

#[test]
fn proposal_matches_the_example() {
    let row = |row: usize| {
        format!("{}.5,{},{}\n", row * 37 % 101, ["a", "b", "c"][row * 7 % 3], ["left", "right"][row / 3 % 2])
    };
    let text: String = ["age,town,vote\n".to_owned()].into_iter().chain((0..60).map(row)).collect();
    let expected = include_str!("example.yaml");
    assert_eq!(propose(&text, "vote"), expected);
}

/// Proposed splits keep dependent rows together, and not only in a comment.
#[test]
fn unambiguous_groups_and_dates_determine_the_splits() {
    let grouped: String =
        (0..60).map(|row| format!("p{},{}.5,{}\n", row / 4, row * 37 % 101, ["a", "b"][row / 4 % 2])).collect();
    let proposed = propose(&format!("person,x,y\n{grouped}"), "y");
    assert!(proposed.contains("\ncross_validation: {folds: 5, groups: person}"), "{proposed}");
    read(&proposed);
    let dated: String =
        (0..60).map(|row| format!("2026-{:02}-{:02},{}.5\n", row / 28 + 1, row % 28 + 1, row * 37 % 101)).collect();
    let proposed = propose(&format!("day,y\n{dated}"), "y");
    assert!(proposed.contains("\ncross_validation: {folds: 5, time: day}"), "{proposed}");
    read(&proposed);
}
