//! What the columns of a table are taken for: the values that their authors meant, or a note or refusal.

use std::fmt::Write;
use std::fs;

use crate::harness::{Outcome, Workplace, number, root, table};

/// A workplace with a spec of a table of the corpus in `tests/data/cases`. `data` and `rest` continue the spec.
fn case(file: &str, target: &str, data: &str, rest: &str) -> Workplace {
    let here = Workplace::new();
    fs::copy(root().join("tests/data/cases").join(file), here.path().join(file)).unwrap();
    write_spec(&here, file, target, data, rest);
    here
}

/// A workplace with a spec of a table with the columns `x`, whose cells are given and repeated, `z` and `y`.
fn column(cells: &[&str], data: &str, rest: &str) -> Workplace {
    let here = Workplace::new();
    let mut text = "x;z;y\n".to_owned();
    for (row, cell) in cells.iter().cycle().take(36.max(cells.len())).enumerate() {
        writeln!(text, "{cell};{};{}", row * 7 % 36, ["a", "b"][row / 5 % 2]).unwrap();
    }
    fs::write(here.path().join("rows.csv"), text).unwrap();
    write_spec(&here, "rows.csv", "y", data, rest);
    here
}

fn write_spec(here: &Workplace, file: &str, target: &str, data: &str, rest: &str) {
    let rest = if rest.contains("cross_validation") {
        rest.to_owned()
    } else {
        format!("{rest}cross_validation: {{folds: 3}}\n")
    };
    here.spec(
        "spec.yaml",
        &format!(
            "version: 1\nname: case\ndata: {{source: csv, path: {file}, target: {target}{data}}}\nmodel: {{kind: linear}}\n\
             training: {{epochs: 2, learning_rate: 0.05, batch_size: 16}}\n{rest}"
        ),
    );
}

fn run(here: &Workplace) -> Outcome {
    here.crossfold(&["run", "spec.yaml"])
}

/// The notes of a run that succeeds.
fn notes(here: &Workplace) -> Vec<String> {
    let shown = run(here).expect(0).stderr;
    shown.lines().filter_map(|line| line.strip_prefix("note: ")).map(str::to_owned).collect()
}

/// Asserts that a run has a note that contains `expected`.
#[track_caller]
fn assert_noted(here: &Workplace, expected: &str) {
    let notes = notes(here);
    assert!(notes.iter().any(|note| note.contains(expected)), "{expected}\n{notes:#?}");
}

/// Asserts that a run is refused with a message and a hint.
#[track_caller]
fn assert_refused(here: &Workplace, message: &str, hint: &str) {
    let shown = run(here).expect(11).stderr;
    assert!(shown.contains(message) && shown.contains(&format!("hint: {hint}")), "{message}\n{hint}\n{shown}");
}

/// What `crossfold data` shows of a column `name` of the file: its kind, missing values, distinct values and values.
fn shown(here: &Workplace, file: &str, name: &str) -> String {
    let shown = here.crossfold(&["data", file]).expect(0).stdout;
    let line = shown.lines().find(|line| line.starts_with(&format!("{name} "))).unwrap_or_else(|| panic!("{shown}"));
    line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
}

/// What `crossfold data` shows of a column with these cells.
fn column_shown(cells: &[&str]) -> String {
    shown(&column(cells, "", ""), "rows.csv", "x")
}

/// The notes of `crossfold data` on a column with these cells.
fn column_notes(cells: &[&str]) -> Vec<String> {
    let here = column(cells, "", "");
    let shown = here.crossfold(&["data", "rows.csv"]).expect(0).stdout;
    let notes = shown.split_once("in reading:\n").map_or("", |(_, notes)| notes);
    notes.lines().map(|line| line.trim().to_owned()).collect()
}

#[track_caller]
fn check(cells: &[&str], expected: &str, notes: &[&str]) {
    let found = column_shown(cells);
    assert!(found.starts_with(expected), "{cells:?}: {found}");
    let found = column_notes(cells);
    assert_eq!(found.len(), notes.len(), "{cells:?}: {found:#?}");
    for (found, expected) in found.iter().zip(notes) {
        assert!(found.contains(expected), "{cells:?}: {found}\n{expected}");
    }
}

/// Case 7.
#[test]
fn markers_that_are_numbers_are_compared_as_numbers() {
    let here = case("08-sentinel.csv", "y", ", missing: [-99]", "");
    assert_eq!(notes(&here), [""; 0]);
    let shown = here.crossfold(&["data", "08-sentinel.csv", "--missing", "-99"]).expect(0).stdout;
    assert!(shown.contains("x       numeric      12 (33.3 %)  4"), "{shown}");
    // The profile's hint does the same.
    let shown = here.crossfold(&["data", "08-sentinel.csv"]).expect(0).stdout;
    assert!(shown.contains("hint: `data.missing: {x: [-99]}`"), "{shown}");
    for cells in [["1", "-99.00"], ["1", "-9.9e1"], ["2,5", "-99,0"], ["$1", "-$99"], ["a", "-99.0"]] {
        let here = column(&cells, ", missing: [-99]", "");
        let shown = here.crossfold(&["data", "rows.csv", "--missing", "-99"]).expect(0).stdout;
        assert!(shown.contains("18 (50.0 %)"), "{cells:?}\n{shown}");
    }
    let here = column(&["1", "-99"], ", missing: [-98, refused, \"\"]", "");
    assert_noted(&here, "no column contains `-98`, `refused` of `data.missing`");
}

/// Case 8.
#[test]
fn whole_numbers_that_are_too_long_are_names() {
    let here = case("01c-17digits.csv", "y", ", columns: {source: categorical}", "");
    assert_eq!(notes(&here), [""; 0]);
    let here = case("01c-17digits.csv", "y", "", "");
    assert_noted(&here, "column `source` is read as names: as a number `90071992547409930.000000` would lose digits");
    assert!(shown(&here, "01c-17digits.csv", "source").starts_with("id 0 30"));
    let lost = "would lose digits";
    check(&["90071992547409931.0", "90071992547409932.0"], "categorical 0 2", &[lost]);
    check(&["90071992547409931,00", "90071992547409932,00"], "categorical 0 2", &[lost]);
    check(&["-90071992547409931", "7"], "categorical 0 2", &[lost]);
    check(&["9007199254740992.0", "9007199254740990.0"], "numeric 0 2", &[]);
    check(&["1234567890123456.5", "1234567890123456.75"], "numeric 0 2", &[]);
}

/// Cases 9 and 10.
#[test]
fn digits_with_an_exponent_may_be_names() {
    let here = case("13e-zeroe.csv", "y", "", "");
    assert_noted(&here, "column `code` is read as names: as a number `001E5` would lose digits");
    assert!(shown(&here, "13e-zeroe.csv", "code").starts_with("categorical 0 3"));
    let here = case("13b-allexp.tsv", "y", "", "");
    assert_noted(&here, "column `device` is read as names");
    assert!(shown(&here, "13b-allexp.tsv", "device").starts_with("categorical 0 2"));
    let lost = "would lose digits";
    check(&["47583311587E59000", "47583311587E590"], "categorical 0 2", &[lost]);
    check(&["12E5", "13E999"], "categorical 0 2", &[lost]);
    check(&["007e1", "12"], "categorical 0 2", &[lost]);
    check(&["1E5", "2E5"], "numeric 0 2", &["`1E5` is read as the number 100000; if it is a name"]);
    // Programs write exponents with a point or a sign.
    let code = "`12E4` is read as the number 120000; if it is a name, `data.columns: {x: categorical}`";
    check(&["5678", "12E4", "34E2"], "numeric 0 3", &[code]);
    check(&["12E4", "0.5"], "numeric 0 2", &[code]);
    check(&["12E4", "34E2", "5678", "13E999"], "categorical 0 4", &[lost]);
    check(&["0e0", "5", "7"], "numeric 0 3", &[]);
    check(&["1e5", "2.5e5"], "numeric 0 2", &[]);
    check(&["0e0", "1e+05"], "numeric 0 2", &[]);
    let here = column(&["1.5", "1.5e999"], "", "");
    assert_refused(
        &here,
        "`1.5e999` is not a finite number",
        "correct it; if it stands for a missing value, add it to `data.missing`, as in `data.missing: {x: ['1.5e999']}`; if the \
         column holds names, `data.columns: {x: categorical}`",
    );
}

/// Case 11.
#[test]
fn seasons_are_names() {
    let here = case("17b-school.csv", "y", "", "");
    assert_noted(
        &here,
        "column `season` is read as names: `2003-04` looks like a season of two years; if it is a month, `data.columns: {season: date}`",
    );
    assert!(shown(&here, "17b-school.csv", "season").starts_with("categorical 0 9"));
    let season = "looks like a season";
    check(&["2003-04"], "categorical 0 1", &[season]);
    check(&["1901-02", "2010-11"], "categorical 0 2", &[season]);
    // From 2012-13 on they don't look like months.
    check(&["1998-99", "1999-00", "2000-01"], "categorical 0 3", &[season]);
    check(&["2000-01", "2010-11", "2011-12", "2012-13", "2013-14"], "categorical 0 5", &[season]);
    check(&["2011-12", "2012-13"], "categorical 0 2", &[season]);
    check(&["2003-04", "2004-05", "2012-13", "2013-14", "2020-22"], "categorical 0 5", &[season]);
    check(&["2001-04", "2005-08"], "date 0 2", &["`2001-04` is read as a month; if it is two years"]);
    check(&["2003-04", "2003-05", "2003-01"], "date 0 3", &[]);
    check(&["2024-03", "2024-04"], "date 0 2", &[]);
    let here = column(&["2003-04", "2004-05"], ", columns: {x: date}", "");
    assert_eq!(notes(&here), [""; 0]);
}

/// Case 12.
#[test]
fn decimals_are_no_classes() {
    let here = case("32-eurotarget.csv", "y", "", "");
    assert_refused(
        &here,
        "column `y`: `0,5` is a decimal number, not a class",
        "learn the number itself with `data.task: regression`; if these are names, say so with `data.columns: {'y': categorical}`",
    );
    let here = case("32-eurotarget.csv", "y", ", columns: {y: categorical}", "");
    run(&here).expect(0);
    for cells in [
        ["0,25", "1,75"],
        ["1.234,5", "2.345,5"],
        ["12.5 %", "13.5 %"],
        ["$1.50", "$2.50"],
        ["(4.50)", "5.50"],
        ["₹1.5", "₹2.5"],
        ["1.5-", "2.5"],
    ] {
        let here = column(&cells, "", "");
        write_spec(&here, "rows.csv", "x", "", "");
        assert_refused(&here, "is a decimal number, not a class", "learn the number itself");
    }
    // The advice is YAML of the same meaning.
    for (name, written) in [("no", "'no'"), ("a: b", "'a: b'"), ("größe", "größe")] {
        fs::write(here.path().join("rows.csv"), format!("x;{name}\n1;0.25\n2;1.75\n3;0.25\n4;1.75\n")).unwrap();
        write_spec(&here, "rows.csv", written, "", "");
        let hint =
            "learn the number itself with `data.task: regression`; if these are names, say so with `data.columns: ";
        assert_refused(&here, "is a decimal number, not a class", &format!("{hint}{{{written}: categorical}}`"));
    }
    let here = column(&["1,0", "-0,0", "0,0"], "", "");
    write_spec(&here, "rows.csv", "x", "", "");
    assert_noted(&here, "column `x`: `1,0` is read as `1`");
}

/// Case 13.
#[test]
fn a_spread_within_rounding_is_none() {
    for scale in ["min_max", "robust", "quantile", "normal", "standard"] {
        let here = case(
            "36-const.csv",
            "y",
            "",
            &format!("preprocessing: {{numeric: {{scale: {scale}}}}}\nfinal: {{refit: best}}\n"),
        );
        fs::copy(root().join("tests/data/cases/36-new.csv"), here.path().join("new.csv")).unwrap();
        run(&here).expect(0);
        here.crossfold(&["predict", "results/case/model", "new.csv", "--inputs", "inputs.csv"]).expect(0);
        // What differs from the constant does so by as much as before.
        for (row, expected) in table(&here.read("inputs.csv")).iter().zip([[0.0; 3], [0.01, 0.01, 0.1], [0.0; 3]]) {
            for (column, expected) in ["c", "d", "e"].into_iter().zip(expected) {
                let input = number(row, column);
                assert!((input - expected).abs() < 1e-6, "{scale}: {column} is {input} instead of {expected}");
            }
        }
    }
}

/// Case 16.
#[test]
fn negative_zero_is_zero() {
    let classes = |cells: &[&str]| {
        let here = column(cells, "", "");
        let shown = here.crossfold(&["data", "rows.csv", "--target", "x"]).expect(0).stdout;
        let (_, classes) = shown.split_once("target `x`: classification, ").unwrap_or_else(|| panic!("{shown}"));
        classes.split(' ').next().unwrap().to_owned()
    };
    let here = case("32-negzero.csv", "y", "", "");
    assert_noted(&here, "column `y`: `0.0` is read as `0`");
    for cells in
        [&["0", "-0", "1"][..], &["0.0", "-0.0", "1.0"], &["+0", "0", "1"], &["0,0", "-0,0", "1,0"], &["1", "1.", "0"]]
    {
        assert_eq!(classes(cells), "2", "{cells:?}");
    }
    assert_eq!(classes(&["00", "0", "1"]), "3");
}

/// What is a number or an answer to people is a name to the reader, which says so.
#[test]
fn words_for_the_same_value_are_reported() {
    let same = "are different names, since its values are read as they are written";
    check(&["TRUE", "false", "1", "0"], "categorical 0 4", &[&format!("column `x`: `TRUE` and `1` {same}")]);
    check(&["yes", "y", "no"], "categorical 0 3", &[&format!("`yes` and `y` {same}")]);
    check(&["t", "f", "true"], "categorical 0 3", &[&format!("`t` and `true` {same}")]);
    check(&["yes", "no", "maybe"], "categorical 0 3", &[]);
    let multiple = "is read as names: numbers such as";
    let note = format!("{multiple} `1.2k` end with a multiplier; write out all zeros");
    check(&["1.2k", "950", "3M"], "categorical 0 3", &[&note]);
    check(&["12k", "13 k"], "categorical 0 2", &[&format!("{multiple} `12k`")]);
    check(&["12a", "12b", "13"], "categorical 0 3", &[]);
}

/// Case 17.
#[test]
fn names_that_differ_in_case_alone_are_reported() {
    let here = case("19-case.csv", "y", "", "");
    let noted = notes(&here);
    assert!(noted.contains(&"column `y`: `Yes`, `yes` are taken as `YES`".to_owned()), "{noted:#?}");
    let differ = "`style` has names that differ only in case, such as `Sexy` and `sexy`";
    assert!(noted.contains(&format!("{differ}: they are read as different names")), "{noted:#?}");
    let shown = here.crossfold(&["data", "19-case.csv", "--target", "y"]).expect(0).stdout;
    assert!(shown.contains("target `y`: classification, 2 classes"), "{shown}");
    assert!(
        shown.contains("`style` has names that differ only in case, such as `Sexy` and `sexy`\n    hint: "),
        "{shown}"
    );
    let classes = |cells: &[&str]| {
        let here = column(cells, "", "");
        let shown = here.crossfold(&["data", "rows.csv", "--target", "x"]).expect(0).stdout;
        (shown.contains("classification, 2 classes"), shown.contains("`x` has names that differ only in case"))
    };
    for cells in [&["True", "TRUE", "false"][..], &["t", "T", "F"], &["y", "N", "n"]] {
        assert_eq!(classes(cells), (true, false), "{cells:?}");
    }
    for cells in [&["cat", "Cat", "dog"][..], &["yes", "Yes", "maybe"], &["Straße", "straße", "x"]] {
        assert_eq!(classes(cells), (false, true), "{cells:?}");
    }
}

/// Case 19.
#[test]
fn times_with_and_without_an_offset_are_reported() {
    let here = case("16b-naive.csv", "y", "", "");
    assert_noted(
        &here,
        "column `t`: 12 times are without an offset from UTC beside others that have one, the first `2026-04-05T02:00:00` on line 3: taken as UTC",
    );
    let time = "cross_validation: {folds: 3, time: t}\n";
    let message = "column `t`: the time in line 2 has an offset from UTC and that in line 3 has none";
    let hint = "write an offset behind all times";
    assert_refused(&case("16b-naive.csv", "y", "", time), message, hint);
    assert_refused(&case("16b-naive.csv", "y", "", "cross_validation: {hold_out: 0.3, time: t}\n"), message, hint);
    assert_refused(&case("16b-naive.csv", "y", ", sequence: {id: x, step: t}", ""), message, hint);
    check(&["2026-04-05", "2026-04-05T01:00:00Z"], "date 0 2", &["18 times are without"]);
    check(&["2026-04-05 01:00 UTC", "2026-04-05 02:00"], "date 0 2", &["18 times are without"]);
    check(&["2026-04-05T01:00:00Z", "2026-04-05T01:00:00+02:00"], "date 0 2", &[]);
    check(&["2026-04-05T01:00:00", "2026-04-05"], "date 0 2", &[]);
}

/// Case 20.
#[test]
fn words_taken_for_missing_values_are_reported() {
    let here = case("09c-none.csv", "y", "", "");
    assert_noted(
        &here,
        "read as missing values: `none` in `children` (16 rows); if one is a value, list only the real markers in `data.missing`",
    );
    for marker in ["NA", "null", "NaN", "missing", "-", "?"] {
        check(&["1", "2", marker], "numeric 12", &[&format!("read as missing values: `{marker}` in `x` (12 rows)")]);
    }
    check(&["1", "2", ""], "numeric 12", &[]);
    // The author said so, or that it is a level.
    assert_eq!(notes(&column(&["1", "2", "none"], ", missing: [none]", "")), [""; 0]);
    assert_eq!(notes(&column(&["Few", "None"], ", columns: {x: {ordinal: [None, Few]}}", "")), [""; 0]);
}

/// Case 21.
#[test]
fn a_missing_target_says_what_its_cell_holds() {
    let here = case("09b-target.csv", "continent", "", "");
    assert_refused(
        &here,
        "line 2, column `continent`: the target is missing, here and in 14 more rows: `NA` in 15",
        "if `NA` is a class, say what else stands for a missing value: `data.missing: [\"\"]`; if it is none, leave such rows out with `data.missing_target: drop`",
    );
    run(&case("09b-target.csv", "continent", ", missing: [\"\"]", "")).expect(0);
    assert_noted(
        &case("09b-target.csv", "continent", ", missing_target: drop", ""),
        "left out 15 rows without a target",
    );
    let named = column(&["NA", "EU", "AS"], "", "");
    let proposed = named.crossfold(&["init", "rows.csv", "--target", "x"]).expect(0).stdout;
    let comment = "12 rows have none, or `NA`: if that is a class, say so in `missing`";
    assert!(proposed.contains(comment), "{proposed}");
    // Other markers of the table stay markers.
    let here = column(&["?", "1"], "", "");
    fs::write(here.path().join("rows.csv"), "x;y\n?;NA\n1;EU\n2;NA\n3;EU\n4;EU\n5;NA\n").unwrap();
    assert_refused(
        &here,
        "the target is missing, here and in 2 more rows: `NA` in 3",
        "if `NA` is a class, say what else stands for a missing value: `data.missing: ['?']`",
    );
    fs::write(here.path().join("rows.csv"), "x;y\n1;\n1;EU\n2;NA\n3;EU\n4;EU\n5;NA\n").unwrap();
    assert_refused(
        &here,
        "line 2, column `y`: the target is missing, here and in 2 more rows: `NA` in 2, no text in 1",
        "if `NA` is a class, say what else stands for a missing value: `data.missing: [\"\"]`",
    );
    fs::write(here.path().join("rows.csv"), "x;y\n1;EU\n1;NA\n2;none\n3;EU\n4;EU\n5;\n").unwrap();
    assert_refused(
        &here,
        "here and in 2 more rows: `NA` in 1, `none` in 1, no text in 1",
        "if `NA` or `none` is a class",
    );
    fs::write(here.path().join("rows.csv"), "x;y\n1;EU\n1;\n2;US\n3;EU\n4;EU\n5;\n").unwrap();
    assert_refused(&here, "line 3, column `y`: the target is missing, here and in 1 more row\n", "fill them in");
}

/// Case 22.
#[test]
fn columns_that_split_are_read_as_they_are_written() {
    let folds = |here: &Workplace| {
        run(here).expect(0);
        table(&here.read("results/case/folds.csv")).len()
    };
    let split = "cross_validation: {leave_out: plot}\n";
    let here = case("34-decimal.csv", "y", "", split);
    assert_eq!(folds(&here), 4);
    assert_noted(
        &here,
        "column `plot`: `3.1` and `3.10` are different names, since its values are read as they are written",
    );
    let leave_out = "cross_validation: {leave_out: x}\n";
    for (cells, expected) in [
        (&["1.10", "1.1", "1.2"][..], 3),
        (&["01", "1", "2"], 3),
        (&["1e1", "10", "20"], 3),
        (&["2024-01-01", "1.1.2024", "b"], 3),
        (&["true", "TRUE", "false"], 2),
        // Whole numbers in the two notations of one program.
        (&["1", "1.0", "2"], 2),
    ] {
        assert_eq!(folds(&column(cells, "", leave_out)), expected, "{cells:?}");
    }
    assert_eq!(folds(&column(&["3.1", "3.10", "4"], "", "cross_validation: {predefined: x}\n")), 3);
}

/// Case 25.
#[test]
fn each_new_value_is_looked_up_by_itself() {
    let here = case("40-train.csv", "y", ", columns: {district: categorical}", "final: {refit: best}\n");
    run(&here).expect(0);
    let predict = |rows: &str| {
        fs::write(here.path().join("new.csv"), format!("district,a\n{rows}")).unwrap();
        let predicted = here.crossfold(&["predict", "results/case/model", "new.csv"]).expect(0);
        (table(&predicted.stdout).into_iter().map(|row| row["p_hi"].clone()).collect::<Vec<_>>(), predicted.stderr)
    };
    let (known, notes) = predict("1,5\n30,5\n");
    assert!(!notes.contains("new to the network"), "{notes}");
    for (rows, unknown) in [
        ("1.0,5\n30.0,5\nx,5\n", "`x` in line 4"),
        ("1,5\n30.,5\n4,5\n", "`4` in line 4"),
        ("+1,5\n30,5\n1.5,5\n", "`1.5` in line 4"),
    ] {
        let (found, notes) = predict(rows);
        assert_eq!(found[..2], known, "{rows}");
        assert!(
            notes.contains("`district` is new to the network in 1 row") && notes.contains(unknown),
            "{rows}{notes}"
        );
    }
}

/// The other spelling of a yes or no is no new word.
#[test]
fn new_words_are_looked_up_in_any_case() {
    let here = column(&["YES", "no"], ", columns: {x: categorical}", "final: {refit: best}\n");
    run(&here).expect(0);
    fs::write(here.path().join("new.csv"), "x;z\nYES;5\nYes;5\nNO;5\n").unwrap();
    let predicted = here.crossfold(&["predict", "results/case/model", "new.csv"]).expect(0);
    let rows = table(&predicted.stdout);
    assert!(!predicted.stderr.contains("new to the network"), "{}", predicted.stderr);
    assert!(rows[0]["p_a"] == rows[1]["p_a"] && rows[0]["p_a"] != rows[2]["p_a"], "{}", predicted.stdout);
}

/// Case 27, dates.
#[test]
fn dates_are_read_in_the_forms_that_people_write() {
    let here = case("20-ampm.csv", "y", "", "");
    assert!(shown(&here, "20-ampm.csv", "when").starts_with("date 0 40"));
    for cells in [
        ["5 Jan 2024", "31 December 2024"],
        ["Jan 5, 2024", "December 31, 2024"],
        ["05-Jan-2024", "31-Dec-2024"],
        ["05JAN2024", "31DEC2024"],
        ["Fri, 05 Jan 2024 10:00:00 +0000", "Tue, 31 Dec 2024 10:00:00 +0000"],
        ["Friday, January 5, 2024 at 1:05 PM", "Tuesday, December 31, 2024 at 1:05 PM"],
        ["2024-01-05 01:05 PM", "2024-12-31 12:00 AM"],
        ["2024-01-05 10:00:00,123", "2024-12-31 10:00:00,456"],
        ["5/1/2024 10:00:00.123", "31/12/2024 10:00:00.456"],
        ["2024-1-5", "2024-12-31"],
        ["2024.01.05", "2024.12.31"],
        ["5-1-2024", "31-12-2024"],
        ["5. Januar 2024", "31. Dezember 2024"],
    ] {
        check(&cells, "date 0 2 2024-01-05 to 2024-12-31", &[]);
    }
    let years = "is read as a day of 20";
    check(&["5.1.24", "31.12.24"], "date 0 2 2024-01-05 to 2024-12-31", &[years]);
    check(&["1/5/24", "12/31/24"], "date 0 2 2024-01-05 to 2024-12-31", &[years]);
    check(&["05-Jan-24", "31-Dec-24"], "date 0 2 2024-01-05 to 2024-12-31", &[years]);
    check(&["31.12.69", "31.12.99"], "date 0 2 1969-12-31 to 1999-12-31", &["`31.12.69` is read as a day of 1969"]);
}

/// Case 27, what isn't a date after all.
#[test]
fn values_that_look_like_dates_are_reported() {
    let here = case("20k-feb30.csv", "y", "", "");
    assert_noted(
        &here,
        "column `when` is read as free text, which is not used as a feature: it looks like dates such as `2024-02-01`, but these aren't: `2024-02-30` on line 5; once they are corrected it is read as dates",
    );
    let shown = here.crossfold(&["data", "20k-feb30.csv"]).expect(0).stdout;
    assert!(!shown.contains("categorical}"), "{shown}");
    let here = case("20k-feb30.csv", "y", ", columns: {when: date}", "");
    assert_refused(&here, "line 5, column `when`: `2024-02-30` is not a date", "write dates that exist");
    let nearly = "once they are corrected it is read as dates";
    check(
        &["1 Jan 2024", "2 Jan 2024", "3 Jan 2024", "4 Jan 2024", "5 Jan 2024", "31 Apr 2024"],
        "categorical 0 6",
        &[nearly],
    );
    check(&["1.1.2024", "2.1.2024", "3.1.2024", "4.1.2024", "5.1.2024", "soon"], "categorical 0 6", &[nearly]);
    check(
        &["5/1/2024 10:00 EST", "6/1/2024 11:00 EST"],
        "categorical 0 2",
        &["its values look like dates such as `5/1/2024 10:00 EST`"],
    );
    check(&["2024-13-05", "2024-14-05"], "categorical 0 2", &["its values look like dates such as `2024-13-05`"]);
    check(&["10:30", "11:45"], "categorical 0 2", &["looks like a time of day"]);
    check(
        &["20240105", "20241231"],
        "numeric 0 2",
        &["`20240105` is read as a number; if it is a date, `data.columns: {x: date}`"],
    );
    let here = column(&["20240105", "20241231"], ", columns: {x: date}", "");
    assert_eq!(notes(&here), [""; 0]);
}

/// Dates whose day, month and year are in an order that only their author knows.
#[test]
fn ambiguous_dates_have_a_key() {
    let slashes = ["1/2/2024", "3/4/2024"];
    let dashes = ["24-01-15", "24-01-16"];
    check(
        &slashes,
        "text 0 2",
        &["column `x` is read as text: `1/2/2024` may be 2024-02-01 or 2024-01-02; set `data.columns: {x: {date: \
           day_first}}` or `data.columns: {x: {date: month_first}}`"],
    );
    check(
        &dashes,
        "text 0 2",
        &["`24-01-15` may be 2015-01-24 or 2024-01-15; set `data.columns: {x: {date: day_first}}` or `data.columns: \
           {x: {date: year_first}}`"],
    );
    for cells in [slashes, dashes] {
        let here = column(&cells, ", columns: {x: date}", "");
        let hint = "set `data.columns: {x: {date: day_first}}` or `data.columns: {x: {date: ";
        assert_refused(&here, "line 2, column `x`: `", hint);
    }
    // Of two standardised dates, the earlier one is -1.
    let first_input = |cells: &[&str], order: &str| {
        let here = column(cells, &format!(", columns: {{x: {{date: {order}}}}}"), "final: {refit: best}\n");
        assert!(!notes(&here).iter().any(|note| note.contains("may be")));
        let again = here.read("results/case/best.yaml");
        assert!(again.contains(&format!("date: {order}")), "{again}");
        fs::write(here.path().join("new.csv"), format!("x;z\n{};5\n", cells[0])).unwrap();
        let predicted = here.crossfold(&["predict", "results/case/model", "new.csv", "--inputs", "inputs.csv"]);
        assert!(!predicted.expect(0).stderr.contains("may be"));
        number(&table(&here.read("inputs.csv"))[0], "x")
    };
    for (cells, order) in [
        (&["1/2/2024", "3/4/2024"], "day_first"),
        (&["1/2/2024", "3/4/2024"], "month_first"),
        (&["1.2.2024", "3.4.2024"], "day_first"),
        (&["24-01-15", "24-01-16"], "year_first"),
        (&["2024-01-15", "2024-01-16"], "year_first"),
        (&["2024/1/15", "2024/1/16"], "year_first"),
    ] {
        assert!((first_input(cells, order) + 1.0).abs() < 0.1, "{cells:?} {order}");
    }
    // The order settles which of two dates is the earlier one.
    let cells = ["1/3/2024", "2/1/2024"];
    assert!(first_input(&cells, "day_first") > 0.9 && first_input(&cells, "month_first") < -0.9);
    let here = column(&slashes, ", columns: {x: {date: daily}}", "");
    assert!(run(&here).expect(10).stderr.contains("`day_first`, `month_first`"));
    let here = column(&slashes, ", columns: {x: {date: month_first, ordinal: [a, b]}}", "");
    assert!(run(&here).expect(10).stderr.contains("expected one of `ordinal` and `date`"));
    let here = column(&["13/2/2024", "3/4/2024"], ", columns: {x: {date: month_first}}", "");
    assert_refused(&here, "`13/2/2024` is not a date", "write dates that exist");
}

/// A model reads new dates in its own form, and says where they differ.
#[test]
fn new_dates_in_another_form_are_reported() {
    let here = column(&["5/1/2024", "31/12/2024"], "", "final: {refit: best}\n");
    run(&here).expect(0);
    let predict = |rows: &str| {
        fs::write(here.path().join("new.csv"), format!("x;z\n{rows}")).unwrap();
        here.crossfold(&["predict", "results/case/model", "new.csv"]).expect(0).stderr
    };
    assert_eq!(predict("1/2/2024;5\n"), "");
    assert!(predict("2024-02-01;5\n").contains("column `x`: dates are written in another form than in training"));
    assert!(
        predict("1/2/2024 10:00 +0200;5\n")
            .contains("column `x`: times had no offset from UTC in training, and have one here")
    );
}
