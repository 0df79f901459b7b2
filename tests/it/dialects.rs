//! How a table's bytes become cells: delimiters, quotation marks, headers, decimal marks, encodings and compression.
//! Each file is read as its author meant it, with a note where it could mean something else, or is refused.

use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::harness::{Workplace, root, table};

mod quoting;

/// What `crossfold data` says of a table.
pub(crate) struct Profile(Value);

impl Profile {
    pub(crate) fn found(&self, key: &str) -> &Value {
        &self.0["found"][key]
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.0["columns"].as_array().unwrap().iter().map(|column| column["name"].as_str().unwrap()).collect()
    }

    pub(crate) fn column(&self, name: &str) -> &Value {
        let columns = self.0["columns"].as_array().unwrap();
        columns
            .iter()
            .find(|column| column["name"] == name)
            .unwrap_or_else(|| panic!("no {name} in {:?}", self.names()))
    }

    /// The kind of a column.
    pub(crate) fn kind(&self, name: &str) -> &str {
        self.column(name)["kind"].as_str().unwrap()
    }

    /// The least and the greatest number of a column.
    pub(crate) fn range(&self, name: &str) -> (f64, f64) {
        let numbers = &self.column(name)["numbers"];
        let number = |key: &str| numbers[key].as_f64().unwrap_or_else(|| panic!("{name}: {}", self.column(name)));
        (number("min"), number("max"))
    }

    pub(crate) fn rows(&self) -> u64 {
        self.0["rows"].as_u64().unwrap()
    }

    /// The most common level of a column.
    fn commonest(&self, name: &str) -> &str {
        self.column(name)["commonest"][0]["level"].as_str().unwrap()
    }

    pub(crate) fn notes(&self) -> Vec<&str> {
        self.0["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect()
    }
}

fn case(name: &str) -> Vec<u8> {
    let path: PathBuf = root().join("tests/data/cases").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn read_with(content: impl AsRef<[u8]>, options: &[&str]) -> Profile {
    let here = Workplace::new();
    fs::write(here.path().join("table.csv"), content).unwrap();
    let output = here.crossfold(&[&["data", "table.csv", "--format", "json"], options].concat()).expect(0).stdout;
    Profile(serde_json::from_str(&output).unwrap())
}

pub(crate) fn read(content: impl AsRef<[u8]>) -> Profile {
    read_with(content, &[])
}

/// The error and hint for a table that is refused.
pub(crate) fn refusal(content: impl AsRef<[u8]>) -> String {
    let here = Workplace::new();
    fs::write(here.path().join("table.csv"), content).unwrap();
    here.crossfold(&["data", "table.csv"]).expect(11).stderr
}

/// The header and a row for each of 0 to `rows`, with the row's number in place of `#`.
pub(crate) fn repeated(header: &str, row: &str, rows: usize) -> String {
    let rows: String = (0..rows).map(|number| row.replace('#', &number.to_string()) + "\n").collect();
    format!("{header}\n{rows}")
}

const THOUSANDS: &str = "`1,234` is read as 1234, and others likewise; if it is 1.234, set `data.decimal: comma`";

/// Case 1.
#[test]
fn commas_that_separate_thousands_are_told_from_decimal_commas() {
    let table = read(case("06-thousands.tsv"));
    assert_eq!((table.range("pop"), table.found("decimal").as_str()), ((87.0, 12_500.0), Some("point")));
    assert_eq!(table.notes(), [format!("column `pop`: {THOUSANDS}")]);
    // The key of the note settles it.
    let table = read_with(case("06-thousands.tsv"), &["--decimal", "comma"]);
    assert_eq!((table.range("pop"), table.notes().len()), ((1.234, 950.0), 0));
    let table = read_with(case("06-thousands.tsv"), &["--decimal", "point"]);
    assert_eq!(table.range("pop"), (87.0, 12_500.0));

    // Points may separate thousands as well.
    let table = read("city;pop\na;950\nb;1.234\nc;12.500\nd;87\n");
    assert_eq!((table.range("pop"), table.found("decimal").as_str()), ((87.0, 12_500.0), Some("comma")));
    assert!(table.notes()[0].contains("`1.234` is read as 1234"), "{:?}", table.notes());
    let table = read("city,pop\na,950\nb,1.234\nc,12.511\n");
    assert_eq!(table.range("pop"), (1.234, 950.0));
    assert!(table.notes()[0].contains("if it is 1234, set `data.decimal: comma`"), "{:?}", table.notes());
    // Nothing tells thousandths from thousands.
    for content in ["city;pop\na;1.234\nb;12.511\nc;350.120\n", "city\tpop\tflag\na\t1.234\t0\nb\t12.511\t1\n"] {
        let table = read(content);
        assert_eq!(table.range("pop").0, 1.234, "{content}");
        assert!(
            table.notes()[0].contains("`1.234` is read as 1.234, and others likewise; if it is 1234, set"),
            "{content}"
        );
    }
    // Decimals in another column tell, and so do other numbers of decimals.
    assert_eq!(read("city;pop;x\na;1.234;0.5\nb;12.511;1.5\n").notes().len(), 0);
    assert_eq!(read("city;pop\na;1.234\nb;0.511\n").notes().len(), 0);
    // Fixed decimals are nothing to note.
    let table = read("city,x\na,1.234\nb,12.500\nc,2.345\n");
    assert_eq!((table.range("x"), table.notes().len()), ((1.234, 12.5), 0));
    // A whole number without a comma shows that commas don't separate thousands.
    assert_eq!(read("a\tx\nb\t1,234\nc\t1500\nd\t2,500\n").range("x"), (1.234, 1500.0));
    // One decimal comma settles it for all columns, and so does one decimal point.
    assert_eq!(read("a\tx\n0,5\t1,234\n1,5\t2,500\n").range("x"), (1.234, 2.5));
    let table = read("a\tx\n0.5\t1,234\n1.5\t2,500\n");
    assert_eq!((table.range("x"), table.notes().len()), ((1234.0, 2500.0), 1));
    assert_eq!(read("a|x\nb|1,234,567\nc|950\n").range("x"), (950.0, 1_234_567.0));
    assert_eq!(read("a;x\nb;1.234.567\nc;950\n").range("x"), (950.0, 1_234_567.0));
    assert_eq!(read("a,x\nb,\"1,234\"\nc,\"950\"\n").range("x"), (950.0, 1234.0));
    // What settles it may be far below.
    let late = repeated("a\tx", "#\t1,234", 600) + "1\t0,5\n";
    assert_eq!(read(late).range("x"), (0.5, 1.234));
}

/// Case 4.
#[test]
fn numbers_may_name_columns() {
    let table = read(case("04-spectra.csv"));
    assert_eq!((table.rows(), table.names()), (40, vec!["sample", "1100", "1102", "1104", "class"]));
    for (header, row) in [
        ("id,400.5,410.5,kind", "s#,0.1#,0.2#,k"),
        ("2019,2020,2021,region", "1.5#,2.5,#,north"),
        ("0,1,2,3", "0.#,1.5,2,3.#"),
        (",0,1,2", "#,0.#,1.5,2"),
        ("region,2020-01-22,2020-01-23", "r#,#,1#"),
        ("dose,5 %,10 %", "low,0.#,1"),
    ] {
        let table = read(repeated(header, row, 40));
        assert_eq!((table.found("header").as_bool(), table.rows()), (Some(true), 40), "{header}");
    }
    for (first, row) in [
        ("5.1,3.5,virginica", "5.#,3.#,setosa"),
        ("7,3,x", "#,1#,x"),
        ("1,2,4", "#,2#,3#"),
        ("alice,1987", "bob#,1999"),
    ] {
        let table = read(repeated(first, row, 40));
        assert_eq!((table.found("header").as_bool(), table.rows()), (Some(false), 41), "{first}");
    }
    // A model knows that its tables have a header, also where a few rows tell nothing of it.
    let here = Workplace::new();
    fs::write(here.path().join("spectra.csv"), case("04-spectra.csv")).unwrap();
    let spec = here.spec(
        "spectra.yaml",
        "version: 1\nname: spectra\ndata: {source: csv, path: spectra.csv, target: class, columns: {sample: drop}}\n\
         model: {kind: mlp, layers: 0}\ntraining: {epochs: 1}\ncross_validation: {folds: 2}\n",
    );
    here.crossfold(&["run", spec.to_str().unwrap()]).expect(0);
    fs::write(here.path().join("new.csv"), "1100,1102,1104\n0.1,0.2,0.3\n0.11,0.21,0.295\n").unwrap();
    let predicted = here.crossfold(&["predict", "results/spectra/model", "new.csv"]).expect(0);
    assert_eq!(predicted.stdout.lines().count(), 3, "{}", predicted.stdout);
    // The column that the spec drops is known, too.
    let predicted = here.crossfold(&["predict", "results/spectra/model", "spectra.csv"]).expect(0);
    assert!(!predicted.stderr.contains("sample"), "{}", predicted.stderr);
    // Where all is numbers, the key is named.
    let here = Workplace::new();
    fs::write(here.path().join("table.csv"), repeated("1100,1102,1104", "0.#,0.2,0", 9)).unwrap();
    let refused = here.crossfold(&["data", "table.csv", "--target", "1104"]).expect(11).stderr;
    assert!(refused.contains("if it has their names, set `data.header: true`"), "{refused}");
    let output = here.crossfold(&["data", "table.csv", "--target", "1104", "--header", "true"]).expect(0).stdout;
    assert!(output.contains("1104 (target)"), "{output}");
}

/// Case 5.
#[test]
fn a_delimiter_does_not_cut_through_fields() {
    let table = read(case("05b-euro-plain.csv"));
    assert_eq!((table.found("delimiter").as_str(), table.rows()), (Some("semicolon"), 30));
    assert_eq!((table.range("column_1"), table.range("column_3")), ((0.5, 29.5), (0.0, 1.0)));
    for (content, delimiter) in [
        (repeated("x;y;z", "#,5;#,25;0", 20), "semicolon"),
        (repeated("0,5|1,5|2", "#,5|#,25|0", 20), "pipe"),
        (repeated("1,5\t2,5", "#,5\t#,25", 20), "tab"),
        (repeated("name\tx", "Smith, John\t#", 20), "tab"),
        (repeated("tags,x", "a;b;c,#", 20), "comma"),
        (repeated("pair,x", "1;2,#", 20), "comma"),
    ] {
        assert_eq!(read(&content).found("delimiter").as_str(), Some(delimiter), "{content}");
    }
}

/// Case 6.
#[test]
fn dates_and_formatted_numbers_are_values() {
    let table = read(case("05-euro-nohead.csv"));
    assert_eq!((table.found("header").as_bool(), table.rows()), (Some(false), 30));
    assert_eq!((table.kind("column_1"), table.range("column_3")), ("date", (-30_419.39, -1419.1)));
    for (first, row) in [
        ("2024-01-31,a,$5.00", "2024-02-01,a,$#.00"),
        ("5 %,x#", "# %,y#"),
        ("(1.50),x", "(#.50),x"),
        ("\"1,234\",a", "\"2,345\",a"),
        ("red,s,yes", "red,s,yes#"),
    ] {
        let table = read(repeated(first, row, 30));
        assert_eq!((table.found("header").as_bool(), table.rows()), (Some(false), 31), "{first}");
    }
}

/// Case 18.
#[test]
fn a_repeated_header_is_left_out() {
    for (name, line) in [("21-again.csv", 22), ("21b-words.csv", 22)] {
        let table = read(case(name));
        let note = format!("left out line {line}, which is the header again");
        assert_eq!((table.rows(), table.notes().contains(&note.as_str())), (40, true), "{name}: {:?}", table.notes());
    }
    let table = read(case("21-again.csv"));
    assert_eq!((table.kind("x"), table.column("y")["distinct"].as_u64()), ("numeric", Some(2)));
    // Again with a byte order mark, quotation marks, or more than once.
    let table = read("x,y\n1,a\n\u{feff}x,y\n2,b\nx,y\n\"x\",\"y\"\n3,a\n");
    assert_eq!((table.rows(), table.range("x")), (3, (1.0, 3.0)));
    assert_eq!(table.notes(), ["left out 3 lines that are the header again, the first of them line 3"]);
    // A part of the header, or the only column's name, is a value.
    assert_eq!(read("name,y\nx,1\nname,2\n").rows(), 2);
    assert_eq!(read("y\na\nb\ny\n").rows(), 3);
}

/// Case 26.
#[test]
fn advice_keeps_values() {
    let table = read(case("03b-late-comma.csv"));
    assert_eq!((table.kind("x"), table.found("decimal").as_str()), ("numeric", Some("comma")));
    assert_eq!(table.range("x").0, 0.0);
    let table = read(case("10b-paren-few.csv"));
    assert_eq!(table.range("amount"), (-97.5, 118.5));
    assert_eq!(table.notes(), ["column `amount`: `(1.50)` is read as the number -1.5, and others likewise"]);
    // One number with another mark than the others.
    let table = read(repeated("x;y", "0.5#;a", 30) + "0,5;b\n");
    let note = table.notes()[0];
    assert!(note.contains("the first `0,5` on line 32; that is a number with a decimal comma"), "{note}");
    assert!(note.contains("`data.decimal: comma`") && !note.contains("missing"), "{note}");
    let table = read(repeated("x;y", "#;a", 30) + "12 or 13;b\n");
    assert!(table.notes()[0].contains("; correct it if it is a number"), "{:?}", table.notes());
    let table = read(repeated("x;y", "#;a", 30) + "unknown;b\n");
    assert!(table.notes()[0].contains("missing value, set `data.missing: {x: [unknown]}`"), "{:?}", table.notes());
    // A column with another mark than all others.
    let table = read(repeated("x;y;z", "#,5;#,25;#.5", 30));
    let note = "column `z` is read as row identifiers, which are not used as features: numbers such as `0.5` have a decimal point, \
                others in the file a decimal comma (`data.decimal`)";
    assert!(table.notes().contains(&note), "{:?}", table.notes());
    // Numbers that the spec asks for.
    let here = Workplace::new();
    fs::write(here.path().join("table.csv"), repeated("x;y", "0.5#;a#", 30) + "0,5;b\n").unwrap();
    let spec = here.spec(
        "marks.yaml",
        "version: 1\nname: marks\ndata: {source: csv, path: table.csv, target: y, columns: {x: numeric}}\n\
         model: {kind: mlp, layers: 0}\ntraining: {epochs: 1}\n",
    );
    let refused = here.crossfold(&["run", spec.to_str().unwrap()]).expect(11).stderr;
    assert!(refused.contains("for this one set `data.decimal: comma`") && !refused.contains("missing"), "{refused}");
}

/// Case 27, numbers.
#[test]
fn numbers_are_read_as_people_write_them() {
    let table = read(case("10-paren.csv"));
    assert_eq!((table.kind("amount"), table.range("amount")), ("numeric", (-118.5, 115.5)));
    for (values, expected) in [
        (["$1,200", "($3.50)", "$7"], (-3.5, 1200.0)),
        (["12%", "7.5 %", "100%"], (7.5, 100.0)),
        (["4.5-", "3", "12.25-"], (-12.25, 3.0)),
        (["−5", "–7", "3"], (-7.0, 3.0)),
        (["1\u{a0}234", "1\u{202f}234\u{202f}567", "12"], (12.0, 1_234_567.0)),
        (["1\u{2009}234.5", "2", "3"], (2.0, 1234.5)),
        (["1'234.5", "12’345", "3"], (3.0, 12_345.0)),
        (["1,00,000", "12,34,567", "950"], (950.0, 1_234_567.0)),
        (["+5", "-5", "5"], (-5.0, 5.0)),
    ] {
        let rows: String = values.iter().map(|value| format!("\"{value}\",a\n")).collect();
        let table = read(format!("x,y\n{rows}"));
        assert_eq!(table.range("x"), expected, "{values:?}");
    }
    let european = read("x;y\n1.234,50 €;a\n(3,50 €);b\n7 €;a\n");
    assert_eq!(european.range("x"), (-3.5, 1234.5));
    // What can't be read as numbers is told.
    for (values, note) in [
        (["5 kg", "7.5 kg", "12 kg"], "column `x` is read as names: numbers such as `5 kg` end with `kg`"),
        (["$5", "7 %", "12"], "column `x` is read as names: numbers such as `$5` and `7 %` have different units"),
    ] {
        let rows: String = values.iter().map(|value| format!("{value},a\n")).collect();
        let table = read(format!("x,y\n{rows}"));
        assert!(table.notes().iter().any(|found| found.starts_with(note)), "{values:?}: {:?}", table.notes());
    }
    // Codes stay names.
    for value in ["007", "(007)", "1-2", "+49 30 123"] {
        let table = read(format!("x,y\n{value},a\n{value},b\n12,a\n"));
        assert_eq!(table.kind("x"), "categorical", "{value}");
    }
}

/// Case 28.
#[test]
fn any_character_but_letters_and_digits_delimits_fields() {
    let table = read(case("14-spaces.txt"));
    assert_eq!((table.found("delimiter").as_str(), table.rows()), (Some("space"), 40));
    assert_eq!((table.names(), table.range("month")), (vec!["year", "month", "co2", "y"], (1.0, 12.0)));
    for (content, delimiter) in [
        ("  x  y\n  1  2.5\n 10  3\n", "space"),
        ("x\t y\n1 \t2.5\n10\t  3\n", "tab"),
        ("name x y\n\"New York\" 1 2.5\n'Rome' 10 3\n", "space"),
        ("x y z\n1  a\n10 2.5 b\n", " "),
        ("x:y\n1:2.5\n10:3\n", ":"),
        ("x~y\n1~2.5\n10~3\n", "~"),
        ("x^y\n1^2.5\n10^3\n", "^"),
        ("x\u{1}y\n1\u{1}2.5\n10\u{1}3\n", "\u{1}"),
        ("x¦y\n1¦2.5\n10¦3\n", "¦"),
    ] {
        let table = read(content);
        assert_eq!(table.found("delimiter").as_str(), Some(delimiter), "{content:?}");
        assert_eq!(table.range("x"), (1.0, 10.0), "{content:?}");
    }
    for (given, content) in [
        ("space", "x y\n1   2.5\n10 3\n"),
        (" ", "x y\n1 2.5\n10 3\n"),
        ("!", "x!y\n1!2.5\n10!3\n"),
        ("\\t", "x\ty\n1\t2.5\n10\t3\n"),
        ("§", "x§y\n1§\"2§5\"\n10§3\n"),
        (";", "x;y\n1;2.5\n10;3\n"),
    ] {
        let table = read_with(content, &["--delimiter", given]);
        assert_eq!((table.names(), table.range("x")), (vec!["x", "y"], (1.0, 10.0)), "{given}");
    }
    let here = Workplace::new();
    for wrong in ["::", "t", "x", "0", "é"] {
        let refused = here.crossfold(&["data", "table.csv", "--delimiter", wrong]).expect(2).stderr;
        assert!(
            refused.contains("`space` (any amount of white space) or one character that is no letter or digit"),
            "{refused}"
        );
    }
    // A character that no field has takes the place of white space.
    let controls: String = (1..=8).chain(14..=31).map(char::from).collect();
    fs::write(here.path().join("table.csv"), format!("x y\n1 2\n3 {controls}\n")).unwrap();
    let refused = here.crossfold(&["data", "table.csv", "--delimiter", "space"]).expect(11).stderr;
    assert!(refused.contains("every control character"), "{refused}");
    // The same in a spec.
    fs::write(here.path().join("table.csv"), "x:y:z\n1:2:a\n3:4:b\n2:2:a\n5:4:b\n").unwrap();
    for (delimiter, code) in [("':'", 0), ("colon", 10)] {
        let spec = here.spec(
            "colons.yaml",
            &format!(
                "version: 1\nname: colons\ndata: {{source: csv, path: table.csv, target: z, delimiter: {delimiter}}}\n\
                 model: {{kind: mlp, layers: 0}}\ntraining: {{epochs: 1}}\ncross_validation: {{folds: 2}}\n"
            ),
        );
        here.crossfold(&["run", spec.to_str().unwrap()]).expect(code);
    }
    let again = here.read("results/colons/best.yaml");
    assert!(again.contains("delimiter: ':'") || again.contains("delimiter: \":\""), "{again}");
}

/// Case 29.
#[test]
fn text_that_is_utf_8_but_for_a_few_bytes_is_not_read_as_latin_1() {
    let refused = refusal(case("18-mixed.csv"));
    assert!(refused.contains("the text is UTF-8, but for bytes on line 42"), "{refused}");
    assert!(refused.contains("`--encoding mixed`"), "{refused}");
    let mixed = read_with(case("18-mixed.csv"), &["--encoding", "mixed"]);
    assert_eq!((mixed.rows(), mixed.found("encoding").as_str()), (41, Some("mixed")));
    let clean = read(case("18-clean.csv"));
    assert_eq!(mixed.commonest("ville"), clean.commonest("ville"));

    let wrong = [b"x,y\n1,\xc3\xa9\n2,\xe9\n3,\xc3\xa9\n4,\xff\n".as_slice(), b"x,y\n1,\xe2\x82\xac\n2,\xe2\x82\n"];
    for (bytes, lines) in wrong.into_iter().zip(["lines 3, 5", "line 3"]) {
        assert!(refusal(bytes).contains(&format!("but for bytes on {lines}")), "{bytes:?}");
    }
    // Latin-1 throughout is reported with its first line.
    let table = read(b"x,y\n1,a\n2,K\xf6ln\n3,M\xfcnchen\n");
    assert_eq!(table.notes(), ["line 3 is not UTF-8, so the text is read as Latin-1 (`data.encoding`)"]);
    assert!(table.column("y").to_string().contains("München"), "{}", table.column("y"));
    let table = read_with(b"x,y\n1,\xc3\xa9\n2,\xe9\n", &["--encoding", "latin-1"]);
    assert_eq!(table.column("y")["distinct"].as_u64(), Some(2));
}

/// Trains on `31-train.csv`, and returns what `predict` says of a table.
fn predict(here: &Workplace, content: &[u8], options: &[&str]) -> (Vec<String>, String) {
    fs::write(here.path().join("new.csv"), content).unwrap();
    let output = here.crossfold(&[&["predict", "results/euro/model", "new.csv"], options].concat()).expect(0);
    let classes = table(&output.stdout).iter().map(|row| row["p_hi"].clone()).collect();
    (classes, output.stderr)
}

/// Case 30.
#[test]
fn predict_reads_another_dialect_than_that_of_training() {
    let here = Workplace::new();
    fs::write(here.path().join("train.csv"), case("31-train.csv")).unwrap();
    let spec = here.spec(
        "euro.yaml",
        "version: 1\nname: euro\ndata: {source: csv, path: train.csv, target: y, delimiter: comma, decimal: point, \
         encoding: latin-1}\nmodel: {kind: mlp, layers: 0}\ntraining: {epochs: 5, learning_rate: 0.05, batch_size: 16}\n\
         cross_validation: {folds: 3}\nfinal: {refit: best}\n",
    );
    here.crossfold(&["run", spec.to_str().unwrap()]).expect(0);
    let (expected, notes) = predict(&here, b"a,b,c\n1.5,101,r\n2.25,102,g\n", &[]);
    assert!(!notes.contains("note:"), "{notes}");
    let (found, notes) = predict(&here, &case("31-euro.csv"), &[]);
    assert_eq!(found, expected);
    assert!(notes.contains("numbers have a decimal comma, where the training file has a decimal point"), "{notes}");
    let utf_16: Vec<u8> = "\u{feff}a,b,c\n1.5,101,r\n2.25,102,g\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for content in [
        "c;b;a\nr;101;1,5\ng;102;2,25\n".as_bytes(),
        b"a\tb\tc\n1.5\t101\tr\n2.25\t102\tg\n",
        b"a   b   c\n1.5  101  r\n2.25 102  g\n",
        &utf_16,
        b"'a'|'b'|'c'\n'1.5'|'101'|'r'\n'2.25'|'102'|'g'\n",
    ] {
        assert_eq!(predict(&here, content, &[]).0, expected, "{}", String::from_utf8_lossy(content));
    }
    // UTF-8 is known by its bytes, and what isn't UTF-8 is read as in training.
    for content in ["a,b,c\n1.5,101,é\n".as_bytes(), b"a,b,c\n1.5,101,\xe9\n"] {
        let (_, notes) = predict(&here, content, &[]);
        assert!(notes.contains("such as `é` in line 2") && !notes.contains("Latin-1"), "{notes}");
    }
    // Options decide where the file doesn't.
    let whole = predict(&here, b"a,b,c\n1234,101,r\n1,101,r\n", &[]).0;
    let options = ["--delimiter", "semicolon", "--decimal", "comma"];
    assert_eq!(predict(&here, b"a;b;c\n1.234;101;r\n1;101;r\n", &options).0, whole);
    let decimal = predict(&here, b"a,b,c\n1.234,101,r\n1,101,r\n", &[]).0;
    let (found, notes) = predict(&here, b"a;b;c\n1.234;101;r\n1;101;r\n", &[]);
    assert_eq!(found, decimal);
    assert!(notes.contains("`1.234` is read as 1.234, and others likewise; if it is 1234, set"), "{notes}");
    let (_, notes) = predict(&here, b"a,b,c\n1.234,101,r\n2.5,101,r\n", &[]);
    assert!(!notes.contains("note:"), "{notes}");
}

/// A gzip of one text over and over.
fn pack(text: &str, times: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..times {
        encoder.write_all(text.as_bytes()).unwrap();
    }
    encoder.finish().unwrap()
}

/// Case 50.
#[test]
fn bombs_are_refused_within_seconds() {
    const MEGABYTE: usize = 1 << 20;
    const EXPANDS: &str = "unpacked, it holds more than 256 MB and more than 250 times its size: too much for a table";
    for unit in [",", "\"", "\n", "1,2,3,4\n"] {
        let refused = refusal(pack(&unit.repeat(MEGABYTE / unit.len()), 300));
        assert!(refused.contains(EXPANDS), "{unit:?}: {refused}");
        assert!(refused.contains("hint: if its content is meant, unpack it"), "{refused}");
    }
    // In zstd, a block of 128 KB that repeats one byte takes four bytes (RFC 8878, section 3.1.1.2).
    let block = [&(1_u32 << 1 | (128 << 10) << 3).to_le_bytes()[..3], b","].concat();
    let refused = refusal([&[0x28, 0xb5, 0x2f, 0xfd, 0, 7 << 3], block.repeat(2400).as_slice()].concat());
    assert!(refused.contains(EXPANDS), "{refused}");
    // Without compression, too.
    for unit in [",", "\"", "x", "1;"] {
        let refused = refusal("x,y\n1,2\n".to_owned() + &unit.repeat(40 * MEGABYTE / unit.len()));
        assert!(refused.contains("line 3: the line is longer than 16 MB"), "{unit:?}: {refused}");
    }
    let refused = refusal("a,".repeat(MEGABYTE) + "\n1\n");
    assert!(refused.contains("line 1: the line has more than 1000000 fields"), "{refused}");
    // A table that repeats itself is no bomb.
    let rows = pack("1.5,red\n2.5,blue\n", 100_000);
    let mut table = GzEncoder::new(Vec::new(), Compression::fast());
    table.write_all(b"x,y\n").unwrap();
    let mut whole = table.finish().unwrap();
    whole.extend(rows);
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(whole.as_slice()).read_to_string(&mut text).unwrap();
    assert_eq!((read(&whole).rows(), text.lines().count()), (200_000, 200_001));
}
