//! Values that may be meant otherwise than they are read: `data` and `run` both name the column and the key that settles it.

use std::fmt::Write;
use std::fs;

use crate::dialects::{read, read_with, repeated};
use crate::harness::Workplace;

/// A table with a column called `name`, whose cells come again and again, a column `z` of numbers, and a target `y`.
fn table(name: &str, cells: &[&str]) -> String {
    let mut text = format!("{name};z;y\n");
    for row in 0..60 {
        writeln!(text, "{};{};{}", cells[row % cells.len()], row * row % 37, ["a", "b"][row / 3 % 2]).unwrap();
    }
    text
}

/// A workplace with a table `rows.csv` and a spec of it.
fn study(content: &str, data: &str, rest: &str) -> Workplace {
    let here = Workplace::new();
    fs::write(here.path().join("rows.csv"), content).unwrap();
    here.spec(
        "spec.yaml",
        &format!(
            "version: 1\nname: reading\ndata: {{source: csv, path: rows.csv{data}}}\nmodel: {{kind: linear}}\n\
             training: {{epochs: 1, learning_rate: 0.05, batch_size: 32}}\ncross_validation: {{folds: 2}}\n{rest}"
        ),
    );
    here
}

/// What `data` and `run` say of a table with the target `y`.
fn told(content: &str, data: &str) -> [String; 2] {
    let here = study(content, &format!(", target: y{data}"), "");
    let profile = here.crossfold(&["data", "rows.csv"]).expect(0).stdout;
    [profile, here.crossfold(&["run", "spec.yaml"]).expect(0).stderr]
}

/// Asserts that `data` and `run` both say all of `expected`.
#[track_caller]
fn check(content: &str, expected: &[&str]) {
    let told = told(content, "");
    for (expected, told) in expected.iter().flat_map(|expected| told.iter().map(move |told| (expected, told))) {
        assert!(told.contains(expected), "{expected}\n{told}\n{content}");
    }
}

/// Asserts that neither `data` nor `run` says `unexpected`.
#[track_caller]
fn check_silent(content: &str, data: &str, unexpected: &str) {
    let told = told(content, data);
    assert!(told.iter().all(|told| !told.contains(unexpected)), "{unexpected}\n{told:?}\n{content}");
}

/// Cells made from the numbers of rows.
fn cells(cell: impl Fn(usize) -> String) -> Vec<String> {
    (0..60).map(cell).collect()
}

#[track_caller]
fn check_cells(cell: impl Fn(usize) -> String, expected: &[&str]) {
    let cells = cells(cell);
    check(&table("x", &cells.iter().map(String::as_str).collect::<Vec<_>>()), expected);
}

/// A table whose second column, `x`, has a different cell in each row.
fn with_names(cell: &str) -> String {
    let rows = |cell: &str, class: &str| repeated("", &format!("#;{cell};{class}"), 30).split_off(1);
    format!("z;x;y\n{}{}", rows(cell, "a"), rows(&cell.replace('#', "9#"), "b"))
}

const TEXT: &str = "column `x` is read as free text, which is not used as a feature: ";
const ID: &str = "column `x` is read as row identifiers, which are not used as features: ";
const LIKE: &str = "it looks like numbers or dates such as";
const NO_FORM: &str = "its values look like numbers or dates, in no form that is read: ";
const KEYS: &str = "as they are, `data.columns: {x: categorical}` for names, or `{x: text}`";

#[test]
fn columns_that_should_be_numbers_are_no_input_with_a_note() {
    check_cells(
        |row| if row % 4 == 1 { "<0.01".to_owned() } else { format!("0.{row}7") },
        &[&format!("{TEXT}{LIKE} `0.07`, but these aren't: `<0.01` on line 3; "), KEYS],
    );
    check_cells(
        |row| if row % 3 == 2 { ["trace", "T"][row % 2].to_owned() } else { format!("{row}.25") },
        &[
            &format!("{TEXT}{LIKE} `0.25`, but these aren't: `trace` on line 4, `T` on line 7; write all in one form"),
            ", or `data.missing: {x: [trace, T]}` if the words stand for a missing value; ",
        ],
    );
    check_cells(
        |row| if row % 2 == 0 { format!("{},1", row + 1) } else { format!("{}.1", row + 1) },
        &[&format!("{ID}{LIKE} ")],
    );
    for (cell, shown) in [
        ("281[#]", "`281[0]` on line 2, "),
        ("CHF #46.50", "`CHF 046.50` on line 2, "),
        ("Rs. #", "`Rs. 0` on line 2, "),
        ("0x#c", "`0x0c` on line 2, "),
        ("1.#x10^4", "`1.0x10^4` on line 2, "),
    ] {
        // Not the first column, which may name the rows.
        let text = with_names(cell);
        check(&text, &[&format!("{ID}{NO_FORM}{shown}"), "and 55 more; ", KEYS]);
    }
}

#[test]
fn columns_that_should_be_dates_are_no_input_with_a_note() {
    let day = |row: usize| format!("{}/{}/2021", row % 28 + 1, row % 12 + 1);
    check_cells(
        |row| if row % 2 == 0 { format!("{}/7/2021", 1 + row / 2) } else { format!("11/{}/2021", row / 2 + 1) },
        &["column `x` is read as ", " not used as ", LIKE, KEYS],
    );
    check_cells(
        |row| if row % 3 == 1 { "ongoing".to_owned() } else { format!("2021-{:02}-{:02}", row % 12 + 1, row % 28 + 1) },
        &[
            &format!("{TEXT}{LIKE} `2021-01-01`, but these aren't: `ongoing` on line 3; "),
            "`data.missing: {x: [ongoing]}` if that word stands for a missing value",
        ],
    );
    check_cells(
        |row| if row % 2 == 1 { day(row) } else { format!("2021-{:02}-{:02}", row % 12 + 1, row % 28 + 1) },
        &[": its values look like dates", "write dates as `2026-11-23`"],
    );
}

#[test]
fn names_that_hold_digits_are_nothing_to_note() {
    for cell in ["C#", "ID00#", "10.0.0.#", "555-123-4#", "say # words of it", "1ABC2#"] {
        let text = with_names(cell);
        check_silent(&text, "", "numbers or dates");
    }
    // What the spec says isn't doubted.
    let doubtful = cells(|row| if row % 4 == 1 { "<0.01".to_owned() } else { format!("0.{row}7") });
    let doubtful = table("x", &doubtful.iter().map(String::as_str).collect::<Vec<_>>());
    for kind in ["text", "categorical"] {
        let [_, run] = told(&doubtful, &format!(", columns: {{x: {kind}}}"));
        assert!(!run.contains("column `x`"), "{run}");
    }
    // Neither does it name groups.
    let here = study(&doubtful, ", target: y", "");
    let proposed = here.crossfold(&["init", "rows.csv", "--target", "y"]).expect(0).stdout;
    assert!(!proposed.contains("groups: x"), "{proposed}");
}

#[test]
fn codes_for_missing_values_are_found_in_pairs_and_triples() {
    for (cells, codes, list) in [
        (&["1", "2", "3", "4", "5", "98", "99"][..], "98 in 8 rows and 99 in 8 rows", "{x: [98, 99]}"),
        (&["1", "4", "7", "97", "98", "99"], "97 in 10 rows, 98 in 10 rows and 99 in 10 rows", "{x: [97, 98, 99]}"),
        (&["1", "3", "5", "-8", "-9"], "-9 in 12 rows and -8 in 12 rows", "{x: [-9, -8]}"),
        (&["12000", "250000", "999998", "999999"], "999998 in 15 rows and 999999 in 15 rows", "{x: [999998, 999999]}"),
        (&["0.5", "9", "99.9"], "99.9 in 20 rows", "{x: ['99.9']}"),
    ] {
        let content = table("x", cells);
        let here = study(&content, ", target: y", "");
        let profile = here.crossfold(&["data", "rows.csv"]).expect(0).stdout;
        assert!(profile.contains(&format!("`x` is {codes}, far from all others")), "{profile}");
        let run = here.crossfold(&["run", "spec.yaml"]).expect(0).stderr;
        let key = format!("if that stands for a missing value, set `data.missing: {list}`; if not, ");
        assert!(run.contains(&format!("note: `x` is {codes}, far from all others: {key}")), "{run}");
        for key in [format!(", missing: {list}"), ", columns: {x: numeric}".to_owned()] {
            let here = study(&content, &format!(", target: y{key}"), "");
            assert!(!here.crossfold(&["run", "spec.yaml"]).expect(0).stderr.contains("far from"), "{key}");
        }
    }
    // A target of numbers.
    let content = table("income", &["12000", "31000", "NA", "250000", "999999"]);
    let here = study(&content, ", target: income, task: regression, missing_target: drop", "");
    let run = here.crossfold(&["run", "spec.yaml"]).expect(0).stderr;
    assert!(
        run.contains("`income` is 999999 in 12 rows") && run.contains("`data.missing: {income: [999999]}`"),
        "{run}"
    );
    let ages = cells(|row| if row % 20 == 3 { "-1".to_owned() } else { row.to_string() });
    check(&table("age", &ages.iter().map(String::as_str).collect::<Vec<_>>()), &["`age` is -1 in 3 rows"]);
    let heights = cells(|row| if row % 20 == 3 { "0".to_owned() } else { (150 + row % 40).to_string() });
    check(&table("height", &heights.iter().map(String::as_str).collect::<Vec<_>>()), &["`height` is 0 in 3 rows"]);
    check(&table("end", &["2021-05-01", "2022-07-30", "9999-12-31"]), &["`end` is 9999-12-31 in 20 rows"]);
    for cells in [&["1", "5", "7", "9"][..], &["-1", "0", "1", "2"], &["10", "60", "98", "99"], &["0", "100", "150"]] {
        check_silent(&table("x", cells), "", "far from all others");
    }
}

#[test]
fn points_may_separate_thousands_where_commas_delimit() {
    let note = |text: &str, number: &str, other: &str| {
        format!("column `salary`: `{text}` is read as {number}, and others likewise; if it is {other}, ")
    };
    let salaries = table("salary", &["28.000", "34.000", "41.500"]);
    let with_commas = salaries.replace(';', ",");
    check(&with_commas, &[&(note("28.000", "28", "28000") + "set `data.decimal: comma`")]);
    let [_, run] = told(&with_commas, ", decimal: point");
    assert!(!run.contains("is read as 28"), "{run}");
    assert_eq!(read_with(&with_commas, &["--decimal", "comma"]).range("salary"), (28_000.0, 41_500.0));
    // Where other columns have decimal points, no key helps.
    let rates = salaries.replace(";a\n", ".5;a\n");
    check(&rates, &[&(note("28.000", "28", "28000") + "write it so: other columns have a decimal point")]);
    // As a target.
    let here = study(&with_commas, ", target: salary, task: regression", "");
    let run = here.crossfold(&["run", "spec.yaml"]).expect(0).stderr;
    assert!(run.contains(&note("28.000", "28", "28000")), "{run}");
    for cells in [["1.250", "2.500", "3.125"], ["0.100", "0.200", "1.000"], ["1.5", "2.000", "3.000"]] {
        check_silent(&table("salary", &cells).replace(';', ","), "", "if it is");
    }
}

#[test]
fn ids_have_names_of_many_kinds() {
    for name in ["PassengerId", "CustomerID", "UserId", "caseid", "Case No", "Kundennr", "RowNumber", "customer_id"] {
        let ids = cells(|row| (1000 + row * 37 % 61).to_string());
        let content = table(name, &ids.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(read(&content).kind(name), "id", "{name}");
    }
    let [_, run] = told(
        &table("UserId", &cells(|row| (row * 37 % 61).to_string()).iter().map(String::as_str).collect::<Vec<_>>()),
        "",
    );
    assert!(run.contains("not used as features, because they only identify rows: `UserId`"), "{run}");
    for name in ["paid", "AtomicNumber", "humid", "volume"] {
        let numbers = cells(|row| (1000 + row * 37 % 61).to_string());
        assert_eq!(read(table(name, &numbers.iter().map(String::as_str).collect::<Vec<_>>())).kind(name), "numeric");
    }
    // Not all different.
    assert_eq!(read(table("PassengerId", &["1", "2", "3"])).kind("PassengerId"), "numeric");
}

#[test]
fn a_line_that_counts_the_columns_names_them() {
    const NOTE: &str = "the first line is read as the column names, though it may have values (`data.header: false`)";
    for content in [
        repeated("0,1,2,3", "4#,7,2#,1", 30),
        repeated("1,2,3,4", "4#,7,2#,1", 30),
        repeated("0,1,2", "5#,3,setosa", 30),
        repeated(",0,1,2", "#,5,3#,1", 30),
    ] {
        let table = read(&content);
        assert_eq!((table.rows(), table.notes().contains(&NOTE)), (30, true), "{content}");
    }
    // Rows that count, orders of ranks and two columns are values.
    for content in ["0,1,2\n3,4,5\n6,7,8\n", "1,2,3\n3,1,2\n2,1,3\n", "0,1\n3,1\n2,1\n", "2,3,4\n9,1,2\n2,1,3\n"] {
        assert_eq!(read(content).rows(), 3, "{content}");
    }
}

#[test]
fn numbers_that_may_be_names_are_noted() {
    let note =
        "column `x`: `1.1` and `1.10` are read as the same number; if they are names, `data.columns: {x: categorical}`";
    check(&table("x", &["1.1", "1.2", "1.9", "1.10", "1.11"]), &[note]);
    check(
        &table("x", &["2020.1", "2020.2", "2020.10", "2020.11"]),
        &["`2020.1` and `2020.10` are read as the same number"],
    );
    for cells in [["1.1", "1.10", "1.05"], ["0.5", "0.50", "0.125"], ["1.10", "2.20", "3.30"]] {
        check_silent(&table("x", &cells), "", "the same number");
    }
    for name in ["zip", "PLZ", "country_code"] {
        let note =
            format!("column `{name}` is read as numbers; if they are names, `data.columns: {{{name}: categorical}}`");
        check(&table(name, &["90210", "10001", "60601"]), &[&note]);
    }
    check_silent(&table("zip", &["90210", "10001"]), ", columns: {zip: numeric}", "read as names");
}

#[test]
fn a_value_or_nothing_is_no_input_without_a_note() {
    for (cells, text) in [(["T", ""], "T"), (["yes", ""], "yes"), (["1", "NA"], "1")] {
        let note = format!("column `x` is `{text}` or missing (30 rows), and missing values are filled in");
        check(&table("x", &cells), &[&note, "`preprocessing.columns: {x: {numeric: {indicator: true}}}`"]);
    }
    check_silent(&table("x", &["T", "F", ""]), "", "or missing (");
    // The key is one.
    let here =
        study(&table("x", &["T", ""]), ", target: y", "preprocessing: {columns: {x: {numeric: {indicator: true}}}}\n");
    here.crossfold(&["run", "spec.yaml"]).expect(0);
    let [_, run] = told(&table("x", &["7"]), "");
    assert!(run.contains("note: `x` is the same in all rows, so it tells networks nothing"), "{run}");
}

#[test]
fn a_table_without_inputs_is_refused_with_the_notes_of_its_columns() {
    let days =
        cells(|row| if row % 2 == 0 { format!("{}/7/2021", 1 + row / 2) } else { format!("11/{}/2021", row / 2 + 1) });
    let content: String = table("x", &days.iter().map(String::as_str).collect::<Vec<_>>())
        .lines()
        .map(|line| line.split(';').step_by(2).collect::<Vec<_>>().join(";") + "\n")
        .collect();
    let here = study(&content, ", target: y", "");
    for arguments in [&["run", "spec.yaml"][..], &["init", "rows.csv", "--target", "y"]] {
        let refused = here.crossfold(arguments).expect(11).stderr;
        assert!(refused.contains("there is nothing to tell `y` by; column `x` is read as "), "{refused}");
        assert!(refused.contains("data.columns: {x: categorical}"), "{refused}");
    }
}

#[test]
fn advice_can_be_copied_into_a_spec() {
    for marker in ["\\N", "don't know", "*", "k.A."] {
        let content = repeated("x;e;y", "#;1;a", 30) + &format!("{marker};#DIV/0!;b\n2;2;b\n");
        let profile = read(&content);
        let note = profile.notes().into_iter().find(|note| note.contains("column `x`")).unwrap().to_owned();
        assert!(note.contains(&format!("the first `{marker}` on line 32")), "{note}");
        let list = note.split("set `data.").nth(1).unwrap().split('`').next().unwrap();
        let here = study(&content, &format!(", target: y, {list}"), "");
        let run = here.crossfold(&["run", "spec.yaml"]).expect(0).stderr;
        assert!(!run.contains("is read as") && !run.contains("no column contains"), "{list}\n{run}");
    }
    // Missing names are a level of their own, which an indicator would repeat.
    let content = table("e", &["a", "b", "", "", ""]);
    let profile = study(&content, "", "").crossfold(&["data", "rows.csv"]).expect(0).stdout;
    assert!(
        profile.contains("`e` is missing in 60.0 % of the rows\n    hint: `data.columns: {e: drop}`\n"),
        "{profile}"
    );
}

#[test]
fn refusals_name_what_would_be_read() {
    // R writes no name above the names of rows.
    let here = study("mpg,cyl\nMazda,21,6\nDatsun,22,4\nHornet,21,6\n", "", "");
    let refused = here.crossfold(&["data", "rows.csv"]).expect(11).stderr;
    assert!(refused.contains("put a delimiter in front of the header (in R `col.names = NA`)"), "{refused}");
    // One row of many.
    assert_eq!(read_with("a,b\nx,1\ny,2\n", &["--rows", "1"]).rows(), 1);
    // Another currency than in training.
    let here = study("x;y\n$5;1\n€1,200;2\n", ", target: y, task: regression, columns: {x: numeric}", "");
    let refused = here.crossfold(&["run", "spec.yaml"]).expect(11).stderr;
    assert!(refused.contains("hint: write all numbers of a column in the same unit"), "{refused}");
}
