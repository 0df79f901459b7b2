//! Quotation marks: stray ones, escaped ones, and those that are text.

use super::{Profile, case, read, read_with, refusal, repeated};

/// Case 2.
#[test]
fn stray_quotation_marks_are_refused_with_their_line() {
    const BEHIND: &str = "a field is quoted with `\"` here, and text follows its closing `\"`";
    for (content, line) in [
        (String::from_utf8(case("11-stray.csv")).unwrap(), 2),
        ("name,x,y\nnut,1,a\n\"bolt,2,b\nnail,3,a\n\"screw,4,b\n".to_owned(), 3),
        ("a\tb\n\"Hello,\" he said.\t1\n".to_owned(), 2),
        ("a;b\nx;\"y\"z\n".to_owned(), 2),
        ("\"a,b\nx,1\n\"y,2\n".to_owned(), 1),
        (repeated("a,b", "x,#", 700) + "\"y,1\nz,2\n\"w,3\n", 702),
    ] {
        let refused = refusal(&content);
        assert!(refused.contains(&format!("line {line}: {BEHIND}")), "{content:?}: {refused}");
        assert!(refused.contains("hint: where a quotation mark is meant, "), "{refused}");
    }
    let refused = refusal("a,b\nx,1\n\"y,2\nz,3\n");
    assert!(refused.contains("line 3: a quotation mark is opened here and never closed"), "{refused}");
    // Quotation marks within a field, line ends in quotes and spaces behind them are fine.
    let table = read("name,x\n5\" nail,1\n\"two\nlines\" ,2\n\"say \"\"no\"\"\",3\n");
    assert_eq!((table.rows(), table.range("x")), (3, (1.0, 3.0)));
    // Rows that aren't read don't matter.
    assert_eq!(read_with("a,b\nx,1\ny,2\n\"z,3\nu,4\n\"v,5\n", &["--rows", "2"]).rows(), 2);
}

/// Case 3.
#[test]
fn backslashes_may_escape_quotation_marks() {
    const NOTE: &str = "fields are quoted with `\"`, and `\\\"` is a quotation mark within them";
    let table = read(case("12-tv.csv"));
    assert_eq!((table.rows(), table.range("n"), table.notes()), (4, (1234.0, 1237.0), vec![NOTE]));
    let table = read(case("12f-two.csv"));
    assert_eq!((table.rows(), table.notes()), (22, vec![NOTE]));
    assert_eq!(table.column("name")["distinct"].as_u64(), Some(5));
    for (content, rows) in [
        ("a;b\n\"say \\\"hi\\\" now\";1\n\"x\";2\n", 2),
        ("a\tb\n\"5\\\"\"\t\"6\\\"\"\n", 1),
        ("a,b\n\"x, \\\"y\\\"\",1\n\"back\\\\\",2\n\"5\\\"\",3\n", 3),
        ("a,b\n\"one\n\\\"two\\\"\",1\n", 1),
    ] {
        let table = read(content);
        assert_eq!((table.rows(), table.notes()), (rows, vec![NOTE]), "{content:?}");
    }
    // All other backslashes stay.
    let table = read("path,x\n\"5\\\" nail\",1\n\"C:\\new\",2\n\"C:\\new\",3\n\"C:new\",4\n\"a\\\\b\",5\n C:\\d,6\n");
    assert_eq!((table.commonest("path"), table.column("path")["distinct"].as_u64()), ("C:\\new", Some(5)));
    let levels = table.column("path")["commonest"].to_string();
    for level in [r#""5\" nail""#, r#""C:\\new""#, r#""C:new""#, r#""a\\b""#, r#""C:\\d""#] {
        assert!(levels.contains(level), "{level}: {levels}");
    }
    // A backslash at the end of a field is one where quotation marks are doubled.
    let table = read("folder,x\n\"C:\\\",1\n\"D:\\\",2\n");
    assert_eq!((table.commonest("folder"), table.notes().len()), ("C:\\", 0));
    // Single quotation marks.
    let table = read("name,x\n'Smith, John',1\n'it''s',2\n");
    assert_eq!(table.notes(), ["fields are quoted with `'`"]);
    let levels = table.column("name").to_string();
    assert!(levels.contains("\"Smith, John\"") && levels.contains("\"it's\""), "{levels}");
    assert!(read("name,x\n'tis,1\n'twas,2\n").column("name").to_string().contains("\"'tis\""));
}

/// Spaces between a delimiter and a quotation mark: the expected values are those of pandas with `skipinitialspace`.
#[test]
fn fields_may_be_quoted_behind_spaces() {
    let levels = |table: &Profile| -> Vec<String> {
        let levels = table.column("name")["commonest"].as_array().unwrap().iter();
        let mut levels: Vec<String> = levels.map(|level| level["level"].as_str().unwrap().to_owned()).collect();
        levels.sort();
        levels
    };
    for (row, expected) in [
        ("1, \"say \"\"hi\"\"\", a\n2, \"b, c\", b\n", ["b, c", "say \"hi\""]),
        ("1,\t\"say \"\"hi\"\"\",\t\"a\"\n2,  \"b, c\", b\n", ["b, c", "say \"hi\""]),
        ("1 , \"b, c\" , a\n2 , \"d\" , b\n", ["b, c", "d"]),
        ("1, \"two\nlines\", a\n2, plain, b\n", ["plain", "two\nlines"]),
        ("1, \"5\"\" nail\", a\n2, 5\" nail, b\n", ["5\" nail", "5\" nail"]),
        ("1, \"\"\"b\"\"\" , a\n2, \" c\", b\n", ["\"b\"", "c"]),
        ("1, \"b \\\"x\\\"\", a\n2, \"c\", b\n", ["b \"x\"", "c"]),
        ("1, 'it''s, b', a\n2, 'c', b\n", ["c", "it's, b"]),
        ("1, 'it\\'s, b', a\n2, 'c', b\n", ["c", "it's, b"]),
        ("  1, \"b, c\", a\n  2, \"\", b\n", ["b, c", "b, c"]),
    ] {
        let mut expected: Vec<&str> = expected.to_vec();
        expected.dedup();
        let table = read(repeated("x, name, y", row, 10));
        assert_eq!((table.names(), table.rows()), (vec!["x", "name", "y"], 20), "{row}");
        assert_eq!(levels(&table), expected, "{row}");
        assert!(table.notes().iter().all(|note| !note.contains("begins with a space")), "{:?}", table.notes());
    }
    for (delimiter, name) in [(";", "semicolon"), ("\t", "tab"), ("|", "pipe"), ("^", "^")] {
        let row = format!("1{delimiter} \"a{delimiter}b \"\"c\"\"\"{delimiter} \"2\"\n");
        let table = read(repeated(&["x", "name", "y"].join(delimiter), &row, 10));
        assert_eq!((table.found("delimiter").as_str(), table.rows()), (Some(name), 10));
        assert_eq!((levels(&table), table.range("y")), (vec![format!("a{delimiter}b \"c\"")], (2.0, 2.0)));
    }
    // Spaces behind delimiters don't delimit fields.
    for (delimiter, name) in [(":", ":"), ("~", "~"), (",", "comma"), ("|", "pipe")] {
        let table = read(repeated("x: y: z", "1: : 2\n: u: -3\n", 10).replace(':', delimiter));
        assert_eq!((table.found("delimiter").as_str(), table.names()), (Some(name), vec!["x", "y", "z"]));
        assert_eq!((table.range("x"), table.range("z")), ((1.0, 1.0), (-3.0, 2.0)));
    }
    // All numbers and the header in quotation marks, and numbers with decimal commas.
    let table = read(repeated("\"x\", \"y\"", "\"1,5\", \"2,5\"\n\"3,5\", \"4\"\n", 10));
    assert_eq!((table.rows(), table.range("x"), table.range("y")), (20, (1.5, 3.5), (2.5, 4.0)));
}

#[test]
fn quotation_marks_within_text_are_text() {
    let note = |line: usize| {
        format!(
            "line {line} has a field that begins with a space and `\"`, which is read as a part of its text; to quote the \
             field, leave out the space"
        )
    };
    for (table, rows, value, noted) in [
        ("name,x\nb 5\" nail,1\n", 1, "b 5\" nail", None),
        ("name,x\nb \"c\" d,1\n", 1, "b \"c\" d", None),
        ("name,x\n \"Hello\" is a word,1\n", 1, "\"Hello\" is a word", Some(2)),
        // The halves of what looks like one field have the header's names.
        ("x,name,z\n1, \"b, c\"\n1, \"b, d\"\n", 2, "\"b", Some(2)),
        ("x,name\n1, b\n1, \"b\n", 2, "\"b", Some(3)),
    ] {
        let read = read(table);
        assert_eq!(read.rows(), rows, "{table}");
        let levels = read.column("name").to_string();
        assert!(levels.contains(&serde_json::to_string(value).unwrap()), "{table}: {levels}");
        let expected = noted.map(note);
        assert_eq!(read.notes().into_iter().find(|note| note.contains("begins with a space")), expected.as_deref());
    }
    // Of quoted fields one isn't: it is refused where it begins.
    let refused = refusal("x, name, y\n1, \"b, c\", 2\n1, \"d\" e, 2\n");
    assert!(
        refused.contains("line 3: a field is quoted with `\"` here, and text follows its closing `\"`"),
        "{refused}"
    );
    let refused = refusal("x, name, y\n1, \"b, c\", 2\n1, \"d, 2\n");
    assert!(refused.contains("line 3: a quotation mark is opened here and never closed"), "{refused}");
}
