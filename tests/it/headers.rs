//! Whether the first line of a table names its columns: what is likelier, with a note wherever the other is possible.

use std::fs;

use crate::dialects::{read, read_with, refusal, repeated};
use crate::harness::Workplace;

const MAY_BE_VALUES: &str = "though it may have values (`data.header: false`)";
const MAY_BE_NAMES: &str = "though it may have the column names (`data.header: true`)";

/// Asserts how the first line of a table is taken, and whether a note says that it may be the reverse.
#[track_caller]
fn check(content: &str, is_header: bool, is_noted: bool) {
    let table = read(content);
    assert_eq!(table.found("header").as_bool(), Some(is_header), "{content}");
    let note = if is_header { MAY_BE_VALUES } else { MAY_BE_NAMES };
    assert_eq!(table.notes().iter().any(|found| found.contains(note)), is_noted, "{content}\n{:?}", table.notes());
}

/// Rows of numbers, of which `number` gives the text by row and column.
fn rows(count: u32, number: impl Fn(f64) -> String) -> String {
    (0..count).map(|row| number(f64::from(row)) + "\n").collect()
}

/// In a file that is sorted, the first row is outside of the range of the others.
#[test]
fn the_first_row_of_sorted_numbers_is_a_row() {
    for number in [
        |row: f64| format!("{row},{:.2}", 0.5 + row * row / 50.0),
        |row: f64| format!("{},{:.1},{:.1}", 1980.0 + row, 100.0 * 1.03_f64.powf(row), 20.0 * 1.04_f64.powf(row)),
        |row: f64| format!("{},{:.2}", 100.0 - row, 50.0 - 0.7 * row),
        |row: f64| format!("{},{:.4}", row + 1.0, 1000.0 * 0.5_f64.powf(row)),
        |row: f64| format!("{},{:.1},{}", 1_700_000_000.0 + 60.0 * row, 20.0 + row / 10.0, 1000.0 - row),
        |row: f64| format!("{},{:.1}", row - 50.0, -row / 2.0),
        |row: f64| format!("{},{},{}", row * (row + 1.0) / 2.0, row.powf(3.0), row % 3.0),
        |row: f64| format!("{row};{};run", row + 0.5),
    ] {
        check(&rows(40, number), false, false);
    }
    // Nothing is below zero, and no row but the first has zeros.
    check(
        &("0,0,0\n".to_owned() + &rows(40, |row| format!("{},{},{}", 5.0 + row, 3.5 + row, 9.0 + row))),
        false,
        false,
    );
    check(&("0,0.5,start\n".to_owned() + &rows(40, |row| format!("{},{}.5,run", row + 1.0, row))), false, true);
    // An exception may be a header.
    check(&("999,88.5\n".to_owned() + &rows(40, |row| format!("{},{:.2}", row % 7.0, row / 5.0))), false, true);
    check(&("900,880\n".to_owned() + &rows(40, |row| format!("{},{}", row % 7.0, row % 5.0))), false, true);
}

/// Numbers are names only if they are far from all others, and of another form; a note names the key.
#[test]
fn numbers_that_name_columns_are_noted() {
    for (header, row) in [
        ("1100,1102,1104", "0.#,0.2,0.3#"),
        ("sample,1100,1102,class", "s#,0.1#,0.2,oil"),
        ("country,2019,2020", "c#,1#,2#"),
        ("0,1,2,3", "0.#,1.5,2.#,1"),
    ] {
        check(&repeated(header, row, 40), true, true);
    }
    // Text above numbers is enough.
    check(&repeated("year,1100,1102", "#,0.1#,0.2", 40), true, false);
}

/// Words such as `y` and `m` are names as well as values.
#[test]
fn a_header_may_hold_a_word_of_its_column() {
    let rows = |row: fn(u32) -> String| (0..40).map(|number| row(number) + "\n").collect::<String>();
    for (header, row) in [
        ("name,y", (|n| format!("p{n},{}", ["y", "n"][n as usize * 7 / 3 % 2])) as fn(u32) -> String),
        ("text,m", |n| format!("comment {n},{}", ["m", "f"][n as usize * 7 / 3 % 2])),
        ("person,yes,no", |n| format!("p{n},{},{}", ["yes", "no"][n as usize % 2], ["yes", "no"][n as usize / 2 % 2])),
        ("colour,size,y", |n| {
            format!(
                "{},{},{}",
                ["red", "blue"][n as usize % 2],
                ["s", "l"][n as usize / 3 % 2],
                ["y", "n"][n as usize / 5 % 2]
            )
        }),
        ("claim,true", |n| format!("claim {n},{}", ["true", "false"][n as usize * 7 / 3 % 2])),
    ] {
        check(&format!("{header}\n{}", rows(row)), true, true);
    }
    // Years may be names as well as values, whatever stands beside them.
    check(&repeated("red,2019,2020", "red,1#.5,2#\nblue,3,4#", 5), false, true);
    // Nothing comes again.
    check(&repeated("question,answer", "what is #,it is #", 40), true, true);
    check(&repeated("review,label", "I read #,good", 40), true, false);
    // Names of columns differ, and values of several columns come again.
    for row in [
        (|n| format!("{},{}", ["red", "blue", "green"][n as usize % 3], ["small", "large"][n as usize / 2 % 2]))
            as fn(u32) -> String,
        |n: u32| format!("{},y,{}", ["y", "n"][n as usize / 2 % 2], ["y", "n"][n as usize % 2]),
        |n: u32| format!("{},{}", ["US", "DE", "FR"][n as usize % 3], ["A1", "B2"][n as usize / 2 % 2]),
    ] {
        check(&rows(row), false, true);
    }
}

/// A name that the first line doesn't have may be one because that line was taken for the other thing.
#[test]
fn the_key_is_named_where_a_column_is_missing() {
    let here = Workplace::new();
    fs::write(here.path().join("table.csv"), repeated("1100,1102,1104", "0.#,0.2,0.3#", 40)).unwrap();
    let refused = here.crossfold(&["data", "table.csv", "--target", "column_2"]).expect(11).stderr;
    assert!(refused.contains("hint: the first line was read as the columns' names, which are `1100`"), "{refused}");
    assert!(refused.contains("if it has values, set `data.header: false`"), "{refused}");
    here.crossfold(&["data", "table.csv", "--target", "column_2", "--header", "false"]).expect(0);
}

/// Most rows disagree with the header, or a few with all others.
#[test]
fn lines_of_another_length_are_named() {
    let refused = refusal("x,y\n1,a\n2,b\n3,c\n1,2,3\n4,d\n4,5,6\n");
    assert!(refused.contains("line 5: ") && refused.contains("line 7: "), "{refused}");
    assert!(!refused.contains("where most rows have"), "{refused}");
    let refused = refusal("x,y\n1,a,5\n2,b,5\n3,c,5\n4,d\n");
    assert!(refused.contains("line 1: the header has 2 fields, where most rows have 3"), "{refused}");
}

/// The last line that begins with `#` is the header only if there is no other.
#[test]
fn a_comment_above_the_header_is_a_comment() {
    let table = read("# Downloaded from x, 2020\na,b\n1,2\n3,4\n");
    assert_eq!(
        (table.names(), table.notes()),
        (vec!["a", "b"], vec!["left out the line at the top that begins with `#`"])
    );
    let table = read("# a file, of 2020\nwhen,b\n2024-01-01,u\n2024-01-02,v\n");
    assert_eq!((table.names(), table.rows()), (vec!["when", "b"], 2));
    // A header.
    for content in ["#x,y\n1,a\n2,b\n", "# made by hand\n# x,y\n1,a\n2,b\n3,a\n"] {
        let table = read(content);
        assert_eq!(table.names(), ["x", "y"], "{content}");
        assert!(!table.notes().iter().any(|note| note.contains("read as the column names")), "{:?}", table.notes());
    }
    // Either is possible.
    let table = read("# name,colour\nann,red\nbob,blue\ncal,blue\n");
    assert_eq!((table.names(), table.rows()), (vec!["name", "colour"], 3));
    assert!(table.notes()[0].starts_with("the last line that begins with `#` is read as the column names"));
    let table = read("# by me, today\n#\nname,colour\nann,red\nbob,blue\ncal,blue\n");
    assert_eq!((table.names(), table.rows()), (vec!["name", "colour"], 3));
    // Without a header, all comments are comments.
    let table = read_with("# by me, today\n1,a\n2,b\n", &["--header", "false"]);
    assert_eq!((table.names(), table.rows()), (vec!["column_1", "column_2"], 2));
}

/// `rows` counts what is read as a row, whatever is between.
#[test]
fn as_many_rows_are_read_as_asked_for() {
    let again = (0..100).map(|row| if row % 9 == 5 { "a,b,y\n".to_owned() } else { format!("0.{row},{row},p\n") });
    let again = format!("a,b,y\n{}", again.collect::<String>());
    let quoted = (0..60).map(|row| format!("\"say \\\"hi\n there\\\" {row}\",0.{row},p\n")).collect::<String>();
    let quoted = format!("t,x,y\n{quoted}");
    let doubled = format!(
        "t,x,y\n{}",
        (0..60).map(|row| format!("\"two\n\"\"lines\"\"\n {row}\",0.{row},p\n")).collect::<String>()
    );
    let empty = format!("x,y\n{}", (0..60).map(|row| format!("{row},p\n,\n\n")).collect::<String>());
    for (content, counts) in [(&again, [20, 50]), (&quoted, [5, 50]), (&doubled, [5, 20]), (&empty, [20, 50])] {
        for count in counts {
            let table = read_with(content, &["--rows", &count.to_string()]);
            assert_eq!(table.rows(), count, "{content}");
        }
    }
    // More rows than the file has, and rows past what is read at once.
    assert_eq!(read_with(&again, &["--rows", "1000"]).rows(), 89);
    let long =
        format!("x,t\n{}", (0..4000).map(|row| format!("{row},\"{}\n\"\n", "long ".repeat(200))).collect::<String>());
    for count in [100, 1500, 3999, 4000, 5000] {
        assert_eq!(read_with(&long, &["--rows", &count.to_string()]).rows(), count.min(4000));
    }
}
