//! What `data`, `init` and `run` say about tables as surveys have them.

use std::fmt::Write as _;

use crate::harness::{Workplace, root};

/// Answers of 300 people to a survey like the European Social Survey: three items from 0 to 10 and their sum `sentiment`, a
/// scale `europe` from 1 to 11 with -9 for no answer, an age with 999 for none, a region by its number, and weights.
fn survey() -> String {
    let mut text = "idno,economy,culture,place,sentiment,europe,age,region,pspwght,trust\n".to_owned();
    for row in 0..300_u64 {
        let draw = |salt: u64, most: u64| (row * 7919 + salt * 104_729).wrapping_mul(0x9E37_79B9_7F4A_7C15) % most;
        let [economy, culture, place] = [1, 2, 3].map(|salt| draw(salt, 11));
        let europe = if draw(4, 12) == 0 { -9 } else { 1 + draw(5, 11) as i64 };
        let age = if draw(6, 40) == 0 { 999 } else { 18 + draw(7, 70) };
        let trust = ["4. Often", "2. Rarely", "1. Never", "3. Sometimes"][draw(8, 4) as usize];
        let (idno, sum, region) = (40 + row * 17, economy + culture + place, 1 + draw(9, 8));
        let weight = 0.5 + draw(10, 100) as f64 / 99.0;
        let _ = writeln!(text, "{idno},{economy},{culture},{place},{sum},{europe},{age},{region},{weight:.4},{trust}");
    }
    text
}

const COMBINATION: &str =
    "the target is a linear combination of 3 columns: `sentiment` = `economy` + `culture` + `place`";
const DROPS: &str = "data.columns: {economy: drop, culture: drop, place: drop}";

#[test]
fn a_target_that_is_a_sum_of_columns_is_told_of_everywhere() {
    let here = Workplace::new();
    here.spec("survey.csv", &survey());
    let data = here.crossfold(&["data", "survey.csv", "--target", "sentiment"]).expect(0).stdout;
    assert!(data.contains(COMBINATION) && data.contains(DROPS), "{data}");

    let spec = here.crossfold(&["init", "survey.csv", "--target", "sentiment", "-o", "-"]).expect(0).stdout;
    for line in
        ["    economy: drop", "    culture: drop", "    place: drop", "    pspwght: drop", "# - the target is a linear"]
    {
        assert!(spec.lines().any(|written| written.starts_with(line)), "{line}\n{spec}");
    }

    let run = "version: 1\nname: survey\ndata: {source: csv, path: survey.csv, target: sentiment, task: regression}\n\
               model: {kind: linear}\ntraining: {epochs: 2}\ncross_validation: {folds: 2}\nobjective: rmse\n";
    let spec = here.spec("survey.yaml", run);
    let said = here.crossfold(&["run", spec.to_str().unwrap()]).expect(0).stderr;
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains(COMBINATION) && said.contains(DROPS), "{said}");
    assert!(said.contains("`pspwght` seems to hold sampling weights"), "{said}");
    // Without one of the three it is none.
    let other = run.replace("task: regression", "task: regression, columns: {place: drop}");
    let spec = here.spec("other.yaml", &other);
    let said = here.crossfold(&["plan", spec.to_str().unwrap()]).expect(0).stderr;
    assert!(!said.contains("linear combination"), "{said}");
}

#[test]
fn codes_ids_scales_and_weights_are_recognised() {
    let here = Workplace::new();
    here.spec("survey.csv", &survey());
    let data = here.crossfold(&["data", "survey.csv"]).expect(0).stdout;
    for said in [
        "`idno` only identifies rows",
        "`data.missing: {europe: [-9]}` if that stands for a missing value",
        "`data.missing: {age: [999]}` if that stands for a missing value",
        "may be names: `region` (8)",
        "`data.columns: {region: categorical}` if they are names",
        "`data.columns: {pspwght: drop}`",
        "`1. Never` < `2. Rarely` < `3. Sometimes` < `4. Often`; if it isn't, `data.columns: {trust: categorical}`",
    ] {
        assert!(data.contains(said), "{said}\n{data}");
    }
    assert_eq!(data.matches("`idno`").count(), 1, "one verdict: {data}");
    assert!(!data.contains("time: idno"), "{data}");
}

/// An income of 99999999 among those up to 5,000, as target and as feature, and -77 among answers.
#[test]
fn absurd_values_and_codes_among_names_are_said_in_data_init_and_run() {
    let here = Workplace::new();
    let row = |row: u32| {
        let income = if row == 30 { 99_999_999 } else { 65 + row * 37 % 99 * 50 };
        let answer = ["1", "2", "k.A.", "-77", "4", "5"][(row * 5 % 6) as usize];
        format!("{income},{answer},{}\n", row * 53 % 101)
    };
    here.spec("a.csv", &format!("income,answer,age\n{}", (0..120).map(row).collect::<String>()));
    let absurd = "`income` is 99,999,999 in line 32, where all other values are between 65 and 4,965";
    for target in ["income", "age"] {
        for command in [&["data", "a.csv", "--target", target][..], &["init", "a.csv", "--target", target, "-o", "-"]] {
            let said = here.crossfold(command).expect(0).stdout;
            assert!(said.contains(absurd) && said.contains("`answer` is -77 in 20 rows"), "{said}");
        }
        let spec = format!(
            "version: 1\nname: a\ndata: {{source: csv, path: a.csv, target: {target}, task: regression}}\n\
             model: {{kind: linear}}\ntraining: {{epochs: 2}}\ncross_validation: {{folds: 2}}\nobjective: rmse\n"
        );
        let path = here.spec("a.yaml", &spec);
        let said = here.crossfold(&["plan", path.to_str().unwrap()]).expect(0).stderr;
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(absurd), "{said}");
        assert!(said.contains("`data.missing: {income: [99999999]}`"), "{said}");
        assert!(said.contains("`answer` is -77 in 20 rows"), "{said}");
        assert!(said.contains("if not, `data.columns: {answer: categorical}`"), "{said}");
        // The key is accepted, and ends the remarks.
        let missing = "task: regression, missing_target: drop, missing: {income: [99999999], answer: [-77, k.A.]}";
        let path = here.spec("b.yaml", &spec.replace("task: regression", missing));
        let said = here.crossfold(&["plan", path.to_str().unwrap()]).expect(0).stderr;
        assert!(!said.contains("99,999,999") && !said.contains("-77"), "{said}");
    }
}

/// 999 is missing in one column and valid in the other, in training and in prediction.
#[test]
fn markers_of_missing_values_may_be_given_by_column() {
    let here = Workplace::new();
    let row = |row: u32| {
        let age = if row.is_multiple_of(10) { 999 } else { 20 + row % 50 };
        format!("{age},{},{}\n", 900 + row, if row.is_multiple_of(3) { "yes" } else { "no" })
    };
    here.spec("a.csv", &format!("age,price,y\n{}", (0..120).map(row).collect::<String>()));
    let spec = "version: 1\nname: a\ndata: {source: csv, path: a.csv, target: y, missing: {age: [999]}}\n\
                model: {kind: linear}\ntraining: {epochs: 2}\ncross_validation: {folds: 2}\nfinal: {refit: best}\n";
    let path = here.spec("a.yaml", spec);
    let said = here.crossfold(&["run", path.to_str().unwrap()]).expect(0).stderr;
    assert!(!said.contains("999"), "{said}");
    assert!(here.read("results/a/best.yaml").contains("missing:\n    age:"), "{}", here.read("results/a/best.yaml"));
    here.crossfold(&["check", "results/a/best.yaml"]).expect(0);
    here.spec("new.csv", "age,price\n999,999\n30,950\n");
    let said = here.crossfold(&["predict", "results/a/model", "new.csv"]).expect(0);
    assert!(said.stderr.contains("`age` is missing in 1 row"), "{}", said.stderr);
    assert!(!said.stderr.contains("`price`"), "{}", said.stderr);

    let path = here.spec("b.yaml", &spec.replace("{age: [999]}", "{agee: [999]}"));
    let refused = here.crossfold(&["run", path.to_str().unwrap()]).expect(11).stderr;
    assert!(refused.contains("there is no column `agee` for `data.missing`"), "{refused}");
    assert!(refused.contains("did you mean `age`?"), "{refused}");
    let path = here.spec("c.yaml", &spec.replace("{age: [999]}", "{price: [7]}"));
    let said = here.crossfold(&["plan", path.to_str().unwrap()]).expect(0).stderr;
    assert!(said.contains("column `price` doesn't contain `7` of `data.missing`"), "{said}");

    // Markers are the same in any case and as any number; what is dropped isn't read.
    here.spec("case.csv", &format!("age,id,x,y\n{}", "30,7,DK,yes\n999.0,8,no answer,no\n".repeat(40)));
    let by_column = "{age: [999], x: [dk], id: [7]}, columns: {id: drop}";
    let path = here.spec("d.yaml", &spec.replace("a.csv", "case.csv").replace("{age: [999]}", by_column));
    let said = here.crossfold(&["plan", path.to_str().unwrap()]).expect(0).stderr;
    assert!(!said.contains("missing values: ") && !said.contains("doesn't contain"), "{said}");
}

#[test]
fn test_rows_that_nothing_scores_are_told_of() {
    let here = Workplace::new();
    let table = root().join("data/hitters/hitters.csv");
    let spec = |end: &str| {
        format!(
            "version: 1\nname: a\ndata: {{source: csv, path: {}, target: Salary, task: regression, missing_target: drop, \
             test_share: 20%}}\nmodel: {{kind: linear}}\ntraining: {{epochs: 2}}\n{end}",
            table.display()
        )
    };
    let plan = |end: &str| {
        let path = here.spec("a.yaml", &spec(end));
        here.crossfold(&["plan", path.to_str().unwrap()]).expect(0).stderr
    };
    let said = plan("");
    assert!(said.contains("53 rows are set aside by `data.test_share`, but nothing scores them"), "{said}");
    assert!(!plan("final: {test: true}\n").contains("nothing scores"));
}

#[test]
fn a_table_in_place_of_a_spec_is_told_of() {
    let here = Workplace::new();
    here.spec("survey.csv", &survey());
    for command in ["run", "check", "plan"] {
        let refused = here.crossfold(&[command, "survey.csv"]).expect(10).stderr;
        assert!(refused.contains("this is a table, not a spec"), "{refused}");
        assert!(refused.contains("`crossfold init survey.csv --target COLUMN` proposes a spec for it"), "{refused}");
    }
    here.spec("my survey.csv", &survey());
    let refused = here.crossfold(&["run", "my survey.csv"]).expect(10).stderr;
    assert!(refused.contains("`crossfold init 'my survey.csv' --target COLUMN`"), "{refused}");
}

/// Files of Stata before version 117 and compressed ones of SPSS: their first bytes.
#[test]
fn files_of_statistics_programs_are_recognised() {
    let here = Workplace::new();
    for (name, bytes, expected) in [
        ("a.dta", &b"\x72\x02\x01\x00\x0b\x00\x00\x00"[..], "this is a Stata file"),
        ("b.dta", b"\x71\x01\x01\x00\x0b\x00\x00\x00", "this is a Stata file"),
        ("c.zsav", b"$FL3@(#) SPSS DATA FILE", "this is an SPSS file"),
    ] {
        std::fs::write(here.path().join(name), bytes).unwrap();
        let refused = here.crossfold(&["data", name]).expect(11).stderr;
        assert!(refused.contains(expected) && refused.contains("pd.read_s"), "{refused}");
    }
    // A letter of text is no version.
    here.spec("d.csv", "s,t\n1,2\n3,4\n");
    here.crossfold(&["data", "d.csv"]).expect(0);
}

#[test]
fn totals_and_twice_encoded_letters_are_told_of() {
    let here = Workplace::new();
    here.spec("sales.csv", "town,sold,left\nA,1,5\nB,2,7\nC,4,1\nD,8,2\nTotal,15,15\n");
    let data = here.crossfold(&["data", "sales.csv"]).expect(0).stdout;
    assert!(data.contains("the last row, line 6, seems to be a total: its `sold` is the sum of all others"), "{data}");
    here.spec("right.csv", "town,sold,left\nA,1,5\nB,2,7\nC,4,1\nD,8,2\nE,15,16\n");
    assert!(!here.crossfold(&["data", "right.csv"]).expect(0).stdout.contains("a total"));
    let towns: String =
        (0..40).map(|row| format!("{},{row}\n", if row % 2 == 0 { "Zürich" } else { "Zu\u{308}rich" })).collect();
    here.spec("towns.csv", &format!("town,x\n{towns}"));
    let data = here.crossfold(&["data", "towns.csv"]).expect(0).stdout;
    assert!(data.contains("`town` has names that differ only in the Unicode form of accents"), "{data}");
}
