use super::*;

fn profile(text: &str, target: Option<&str>) -> Profile {
    Profile::parse(Path::new("rows.csv"), text.as_bytes(), &TableFormat::default(), target, None).unwrap()
}

/// A table whose rows are a function of their number.
fn table(header: &str, rows: usize, row: impl Fn(usize) -> String) -> String {
    [header.to_owned()].into_iter().chain((0..rows).map(row)).collect::<Vec<_>>().join("\n")
}

/// Unordered numbers that are distinct for rows below 101.
fn shuffled(row: usize) -> usize {
    (row * 37 + 11) % 101
}

/// The suspicions' text, without backticks.
fn suspicions(text: &str, target: Option<&str>) -> Vec<String> {
    profile(text, target).suspicions.iter().map(|suspicion| suspicion.to_string().replace('`', "")).collect()
}

#[test]
fn task_is_inferred_from_the_target() {
    let target_of = |cells: &dyn Fn(usize) -> String| {
        let text = table("x,y", 40, |row| format!("{},{}", shuffled(row), cells(row)));
        let target = profile(&text, Some("y")).target.unwrap();
        (target.task, target.kind, target.classes.len())
    };
    use Task::{Classification, Regression};
    assert_eq!(target_of(&|row| (row % 20).to_string()), (Classification, ColumnKind::Categorical, 20));
    assert_eq!(target_of(&|row| (row % 21).to_string()), (Regression, ColumnKind::Numeric, 0));
    assert_eq!(target_of(&|row| format!("{}.5", row % 3)), (Regression, ColumnKind::Numeric, 0));
    assert_eq!(
        target_of(&|row| if row.is_multiple_of(3) { "yes" } else { "no" }.to_owned()),
        (Classification, ColumnKind::Categorical, 2)
    );
    assert_eq!(target_of(&|row| format!("2026-01-{:02}", row % 28 + 1)), (Regression, ColumnKind::Date, 0));
    assert_eq!(target_of(&|row| format!("word {row}")), (Classification, ColumnKind::Categorical, 40));
}

#[test]
fn classes_are_named_as_in_the_file_largest_first() {
    let text = "x,y\n1,yes\n2,no\n3,no\n4,\n";
    let target = profile(text, Some("y")).target.unwrap();
    assert_eq!((target.missing, target.classes), (1, vec![("no".to_owned(), 2), ("yes".to_owned(), 1)]));
}

#[test]
fn copies_of_the_target_are_suspicious() {
    let text = table("same,relabelled,doubled,finer,noise,y", 60, |row| {
        let class = row * row % 3;
        format!("{class},{},{},{},{},{class}", ["a", "b", "c"][class], 2 * class, class * 2 + row % 2, shuffled(row))
    });
    assert_eq!(
        suspicions(&text, Some("y"))[..3],
        [
            "same is the target under other names",
            "relabelled is the target under other names",
            "doubled is the target under other names"
        ]
    );
    assert_eq!(suspicions(&text, Some("y")).iter().filter(|text| text.contains("target")).count(), 3);
    let text = table("linear,negative,noisy,y", 60, |row| {
        let y = shuffled(row) as f64 + 0.25;
        format!("{},{},{},{y}", 3.0 * y + 1.0, -y, y + (row % 7) as f64)
    });
    let found = suspicions(&text, Some("y"));
    let expected = |name: &str, r: &str| format!("{name} follows from the target: their correlation is {r}");
    assert_eq!(found[..2], [expected("linear", "1.00000"), expected("negative", "-1.00000")]);
    assert!(!found.iter().any(|text| text.starts_with("noisy")), "{found:?}");
}

/// Whole numbers identify the sequence that a step belongs to, and each sequence has one speaker.
#[test]
fn whole_numbers_with_one_target_each_are_groups() {
    let text = table("series,step,x,y", 60, |row| {
        format!("{},{},{}.5,{}", row / 4, row % 4, shuffled(row), ["a", "b"][row / 4 * 7 % 3 % 2])
    });
    assert_eq!(suspicions(&text, Some("y")), ["series names 15 groups of 4 rows on average, each with one target"]);
    assert_eq!(suspicions(&text, None), [""; 0]);
}

/// A class may be decided by a threshold of whole numbers, as whether a test is passed.
#[test]
fn numbers_whose_order_decides_the_class_are_no_groups() {
    let text = table("points,x,y", 60, |row| {
        let points = shuffled(row) % 20;
        format!("{points},{}.5,{}", shuffled(row), if points > 9 { "pass" } else { "fail" })
    });
    assert_eq!(suspicions(&text, Some("y")), [""; 0]);
}

/// Distinct ids are one-to-one with any target.
#[test]
fn ids_are_not_copies_of_the_target() {
    let text = table("code,y", 60, |row| format!("c{row},{}.5", shuffled(row)));
    assert_eq!(suspicions(&text, Some("y")), ["code only identifies rows, so it is not used as a feature"]);
}

#[test]
fn suspicions_have_no_false_positives() {
    let none: &dyn Fn(usize) -> String = &|row| format!("{}.5", shuffled(row));
    for (name, cell, expected) in [
        ("x", none, None),
        ("x", &|_| "7".to_owned(), Some("x is the same in all rows")),
        ("x", &|_| String::new(), Some("x has no value in any row")),
        (
            "x",
            &|row| if row.is_multiple_of(3) { format!("{}.5", shuffled(row)) } else { "NA".to_owned() },
            Some("x is missing in 66.7 % of the rows"),
        ),
        ("x", &|row| (100 - row).to_string(), Some("x has a different value in each row, as an identifier has")),
        ("x", &|row| format!("{}.5", row / 2), None),
        (
            "survey_year",
            &|row| (2014 + row / 10).to_string(),
            Some("rows are sorted by survey_year, which may be time"),
        ),
        ("x", &|row| format!("2026-01-{:02}", 28 - row / 4), Some("rows are sorted by x, which may be time")),
        ("x", &|row| format!("w{}", shuffled(row) % 18), None),
        (
            "patient",
            &|row| format!("w{}", shuffled(row) % 18),
            Some("patient names 18 groups of 3.333 rows on average"),
        ),
        (
            "patient_id",
            &|row| (shuffled(row) % 18).to_string(),
            Some("patient_id names 18 groups of 3.333 rows on average"),
        ),
        (
            "x",
            &|row| if row % 5 == 1 { "-999".to_owned() } else { shuffled(row).to_string() },
            Some("x is -999 in 12 rows, far from all others, as if that stood for a missing value"),
        ),
        ("x", &|row| shuffled(row).pow(7).to_string(), None),
        (
            "x",
            &|row| (3_u64.pow((shuffled(row) % 30) as u32) + row as u64).to_string(),
            Some("x has few values far above the others: its skewness is 4.2"),
        ),
    ] {
        // The other column isn't suspicious.
        let text = table(&format!("{name},other"), 60, |row| format!("{},{}.25", cell(row), shuffled(row + 50)));
        let found = suspicions(&text, None);
        assert_eq!(found.first().map(String::as_str), expected, "{text}");
        assert!(found.len() <= 1, "{found:?}");
    }
}

#[test]
fn many_levels_are_more_than_fifty_or_half_the_rows() {
    let suspect = |rows: usize, levels: usize| {
        let text = table("x,n", rows, |row| format!("w{},{}.5", row * 7 % levels, shuffled(row)));
        profile(&text, None).suspicions.into_iter().find(|it| it.column() == Some("x"))
    };
    let many = |levels, rows| Some(Suspicion::ManyLevels { column: "x".to_owned(), levels, rows, is_feature: true });
    assert_eq!(suspect(1200, 51), many(51, 1200));
    assert_eq!(suspect(1200, 50), None);
    assert_eq!(suspect(30, 19), many(19, 30));
    assert_eq!(suspect(60, 20), None);
}

/// Repeated text identifies subjects if it is a code, otherwise it is a category.
#[test]
fn repeated_text_is_not_free_text() {
    let suspect = |word: &str| {
        let text = table("x,n", 100, |row| {
            format!("{word}{},{}.5", "abcdefghijklmnopqrstuvwxyz".chars().nth(row * 7 % 26).unwrap(), shuffled(row))
        });
        suspicions(&text, None)
    };
    assert_eq!(suspect("7"), ["x names 26 groups of 3.846 rows on average"]);
    assert_eq!(suspect("job "), ["x has 26 levels in 100 rows, and is read as free text"]);
}

#[test]
fn duplicates_are_counted_and_located() {
    let text = "a,b,c\n1,x,1\n2,y,2\n1,x,1\n2,,2\n2,,2\n1,x,1\n";
    let found = suspicions(text, None);
    assert_eq!(found, ["5 rows are equal to another row in all features, such as lines 2 and 4", "c is equal to a"]);
}

/// Nobody is advised to remove rows that an id or a text keeps apart.
#[test]
fn duplicates_may_differ_in_an_id() {
    let check = |text: &str, target, expected: &str, hint: &str| {
        let profile = profile(text, target);
        let of_rows = |it: &&Suspicion| matches!(it, Suspicion::DuplicateRows { .. });
        let found = profile.suspicions.iter().find(of_rows).unwrap();
        assert_eq!(found.to_string(), expected);
        assert_eq!(found.hint(), hint);
    };
    let differ = "if they are the same case, remove one; if not, nothing is wrong";
    let equal = "if they are the same case entered twice, remove one, since one copy may be trained on and the other \
                 validated on; if not, nothing is wrong";
    let with_id = "id,x,y\n7,1,a\n8,2,b\n9,1,a\n";
    check(with_id, None, "lines 2 and 4 are equal in all features, but differ in `id`", differ);
    check(with_id, Some("y"), "lines 2 and 4 are equal in all features and the target, but differ in `id`", differ);
    check("x,y\n1,a\n2,b\n1,a\n", None, "lines 2 and 4 are equal in all features", equal);
    let many = "id,x,y\n7,1,a\n8,2,b\n9,1,a\n10,1,a\n";
    check(
        many,
        None,
        "3 rows are equal to another row in all features, such as lines 2 and 4, which differ in `id`",
        differ,
    );
    // Of those without a target, a study reads none.
    let found = suspicions("x,y\n1,\n2,b\n1,\n", Some("y"));
    assert!(!found.iter().any(|text| text.contains("equal")), "{found:?}");
}

/// The text of a speech identifies it, but nobody would call it an id or a category.
#[test]
fn distinct_texts_of_many_words_are_free_text() {
    let text = table("speech,y", 60, |row| {
        format!("Number {row} of the long speeches that presidents have given so far,{}.5", shuffled(row))
    });
    assert_eq!(profile(&text, Some("y")).columns[0].kind, ColumnKind::Text);
    assert_eq!(suspicions(&text, Some("y")), [""; 0]);
}

#[test]
fn absurd_values_are_located() {
    let text = table("income,y", 60, |row| {
        format!("{},{}.25", if row == 30 { 99_999_999 } else { 65 + 50 * shuffled(row) }, shuffled(row + 50))
    });
    let expected = "income is 99,999,999 in line 32, where all other values are between 65 and 5,065: it may be a code for a \
                    missing value, or a typo";
    for target in [None, Some("y"), Some("income")] {
        assert_eq!(suspicions(&text, target), [expected]);
    }
    let found = &profile(&text, None).suspicions[0];
    let hint = "`data.missing: {income: [99999999]}` if it stands for a missing value; correct a typo in the file";
    assert_eq!(found.hint(), hint);
}

/// Of several columns by which rows are sorted, that with the name of a time is shown.
#[test]
fn time_is_named_or_long_and_strictly_increasing() {
    let rows = |row: usize| format!("{},{}.5,{}.25", 2014 + row / 20, row, shuffled(row));
    let named = "rows are sorted by wave, which may be time";
    assert_eq!(suspicions(&table("wave,x,y", 120, rows), None), [named]);
    assert_eq!(suspicions(&table("region,x,y", 120, rows), None), ["rows are sorted by x, which may be time"]);
    assert_eq!(suspicions(&table("region,x,y", 90, rows), None), [""; 0]);
}

#[test]
fn weights_have_names_in_several_languages() {
    for (name, is_found) in [("Gewicht", true), ("poids", true), ("peso", true), ("height", false)] {
        let text =
            table(&format!("{name},y"), 60, |row| format!("{},{}.5", (30 + shuffled(row)) as f64 / 50.0, row * 7 % 60));
        let expected = format!("{name} seems to hold sampling weights: as a feature, networks would learn from it");
        assert_eq!(suspicions(&text, None).contains(&expected), is_found, "{name}");
        // Bodies weigh more.
        let text = table(&format!("{name},y"), 60, |row| format!("{}.5,{}.5", 50 + shuffled(row), row * 7 % 60));
        assert!(!suspicions(&text, None).contains(&expected), "{name}");
    }
}

#[test]
fn rare_classes_and_constant_targets_are_named() {
    let text = table("x,y", 60, |row| format!("{}.5,{}", shuffled(row), if row < 4 { "rare" } else { "usual" }));
    assert_eq!(suspicions(&text, Some("y")), ["y has classes of fewer than 5 rows: rare (4)"]);
    let text = table("x,y", 60, |row| format!("{}.5,one", shuffled(row)));
    assert_eq!(suspicions(&text, Some("y")), ["the target y is the same in all rows"]);
    let mut shown = Vec::new();
    profile(&text, Some("y")).write_text(&mut shown, 72).unwrap();
    assert!(String::from_utf8(shown).unwrap().contains("target `y`: classification, 1 class\n"));
}

#[test]
fn profile_text_matches_the_example() {
    let text = table("day,weight,party,member,note,vote", 24, |row| {
        let weight = if row == 3 { "NA".to_owned() } else { format!("{}.5", shuffled(row)) };
        let party = ["red", "green", "blue"][row * row % 3];
        let member = if row.is_multiple_of(4) { "yes" } else { "no" };
        let vote = ["for", "against"][row / 5 % 2];
        format!("2026-01-{:02},{weight},{party},{member},said {},{vote}", row + 1, row % 22)
    });
    let mut shown = Vec::new();
    profile(&text, Some("vote")).write_text(&mut shown, 72).unwrap();
    let expected = "\
rows.csv: 24 rows, 6 columns
read as comma between fields, decimal point, utf-8, with a header

column         kind         missing    distinct  values
day            date         0          24        2026-01-01 to 2026-01-24
weight         numeric      1 (4.2 %)  23        4.5 to 98.5, …
party          categorical  0          2         green 16, red 8
member         boolean      0          2         yes 6, no 18
note           text         0          22        such as said 0
vote (target)  categorical  0          2         for 14, against 10

target `vote`: classification, 2 classes
  for      14  58.3 %
  against  10  41.7 %

suspicious:
  rows are sorted by `day`, which may be time
    hint: `cross_validation: {folds: 5, time: day}` trains on earlier rows only

in reading:
  read as missing values: `NA` in `weight` (1 row); if one is a value, list only the real markers in `data.missing`
";
    assert_eq!(String::from_utf8(shown).unwrap(), expected);
}

#[test]
fn profile_json_has_all_sections() {
    let text = "day,x,member,party,y\n2026-01-02,1.5,yes,red,1\n2026-01-01,,no,red,0\n2026-01-03,2.5,no,blue,0\n";
    let mut shown = Vec::new();
    profile(text, Some("y")).write_json(&mut shown).unwrap();
    let value: serde_json::Value = serde_json::from_slice(&shown).unwrap();
    assert_eq!(value["version"], 1);
    assert_eq!(value["rows"], 3);
    assert_eq!(value["found"]["delimiter"], "comma");
    assert_eq!(value["columns"][0]["dates"], serde_json::json!({ "first": "2026-01-01", "last": "2026-01-03" }));
    assert_eq!(value["columns"][1]["missing"], 1);
    assert_eq!(value["columns"][1]["numbers"]["quartiles"], serde_json::json!([1.75, 2.0, 2.25]));
    assert_eq!(value["columns"][2]["boolean"], serde_json::json!({ "yes": 1, "no": 2 }));
    assert_eq!(value["columns"][3]["commonest"][0], serde_json::json!({ "level": "red", "rows": 2 }));
    assert_eq!(value["target"]["task"], "classification");
    assert_eq!(value["target"]["classes"][0], serde_json::json!({ "class": "0", "rows": 2 }));
    assert_eq!(value["suspicions"][0]["suspicion"], "rare_classes");
}

/// Small and empty tables can be profiled, too.
#[test]
fn degenerate_tables_can_be_profiled() {
    for text in ["a\n1\n", "a\nNA\n", "a,b\nx,\n", "a\n1\n1\n", "a,b\n2026-01-01,yes\n", "a\nx\ny\nz\n"] {
        for target in [None, Some("a")] {
            let profile = profile(text, target);
            profile.write_text(Vec::new(), 40).unwrap();
            profile.write_json(Vec::new()).unwrap();
        }
    }
}
