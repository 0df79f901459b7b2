//! Leaks between training rows and the rows that score a network are prevented or reported.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that can't go on fails, and writes its tables"
)]

use std::fs;
use std::sync::Arc;

use crossfold_data::{FitData, Remark, StudyData, Targets, Views, leaks};
use crossfold_network::SearchedSteps;
use crossfold_sources::{Request, SourceError, load};
use crossfold_study::{FoldId, Part, Seed, Study};

fn study(data: &str, cross_validation: &str, test: bool) -> Study {
    let text = format!(
        "version: 1\nname: leaks\ndata: {{source: csv, path: rows.csv, target: y, task: classification{data}}}\n\
         preprocessing: {{numeric: {{scale: none}}}}\nmodel: {{kind: mlp, hidden: [2]}}\ntraining: {{epochs: 1}}\n\
         cross_validation: {cross_validation}\nfinal: {{test: {test}}}\n"
    );
    crossfold_spec::read(text.as_bytes(), &[]).unwrap_or_else(|mistakes| panic!("{text}{mistakes:?}"))
}

/// The rows of `train`, and of a file `test.csv` if there is one.
fn read(study: &Study, train: &str, test: Option<&str>, seed: u64) -> Result<StudyData, SourceError> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rows.csv"), train).unwrap();
    if let Some(test) = test {
        fs::write(folder.path().join("test.csv"), test).unwrap();
    }
    let request = Request {
        folder: folder.path(),
        splits: &study.splits,
        seed: Seed(seed),
        test: study.finish.test,
        memory: None,
    };
    Ok(load(&study.data, &request)?.data)
}

/// The remarks about leaks.
fn leaking(remarks: impl IntoIterator<Item = Remark>) -> Vec<Remark> {
    let is_leak = |remark: &Remark| {
        matches!(
            remark,
            Remark::Duplicates { .. }
                | Remark::DuplicatesInTest { .. }
                | Remark::GroupInTwoFolds { .. }
                | Remark::GroupInTest { .. }
                | Remark::ValidationBeforeTraining { .. }
                | Remark::TestBeforeTraining { .. }
        )
    };
    remarks.into_iter().filter(is_leak).collect()
}

#[track_caller]
fn check_folds(data: &str, cross_validation: &str, table: &str, expected: &[Remark]) {
    let study = study(data, cross_validation, false);
    let data = read(&study, table, None, 1).unwrap();
    let folds = data.folds(&study.splits, Seed(1)).unwrap();
    assert_eq!(leaking(leaks::find_in_folds(&data, &folds, &study.splits)), expected);
}

#[track_caller]
fn check_test(data: &str, cross_validation: &str, train: &str, test: &str, expected: &[Remark]) {
    let study = study(&format!(", test_path: test.csv{data}"), cross_validation, true);
    assert_eq!(leaking(read(&study, train, Some(test), 1).unwrap().remarks), expected);
}

const IN_ORDER: &str = "{folds: 2, shuffle: false, stratified: false}";

#[test]
fn duplicates_across_folds_are_reported() {
    let duplicates = |pairs, lines| [Remark::Duplicates { pairs, lines }];
    // Lines 2 to 4 are one fold, lines 5 to 7 the other.
    check_folds("", IN_ORDER, "x,c,y\n1,u,a\n2,u,b\n3,v,a\n4,u,b\n2,u,b\n2,u,b\n", &duplicates(3, [3, 6]));
    // No duplicates: rows in the same fold, rows that differ in a name, number or target, rows with swapped cells.
    check_folds("", IN_ORDER, "x,c,y\n1,u,a\n1,u,a\n3,v,b\n4,u,b\n5,u,a\n6,v,a\n", &[]);
    check_folds("", IN_ORDER, "x,c,y\n1,u,a\n2,u,b\n3,v,a\n1,v,a\n2,u,a\n4,v,a\n", &[]);
    check_folds("", IN_ORDER, "x,z,y\n1,2,a\n3,4,b\n5,6,a\n2,1,a\n4,3,b\n6,5,a\n", &[]);
    // Missing values are equal.
    check_folds("", IN_ORDER, "x,c,y\n,u,a\n2,,b\n3,v,a\n,u,a\n2,,b\n4,v,b\n", &duplicates(4, [2, 5]));
    // So are 0 and -0.
    check_folds("", IN_ORDER, "x,c,y\n0,u,a\n2,u,b\n3,v,a\n-0.0,u,a\n5,u,b\n6,v,b\n", &duplicates(2, [2, 5]));
    // Repeats divide the same rows again.
    let repeated = "{folds: 2, repeats: 3}";
    check_folds("", repeated, "x,c,y\n1,u,a\n1,u,a\n2,u,b\n2,u,b\n", &duplicates(4, [2, 3]));
    // Columns that are used for splitting aren't compared.
    let by_fold = "{predefined: f}";
    check_folds("", by_fold, "x,c,f,y\n1,u,1,a\n2,u,1,b\n1,u,2,a\n3,v,2,b\n", &duplicates(2, [2, 4]));
}

#[test]
fn duplicates_count_between_training_and_validation_only() {
    // In splits by time, with rows 1, 2, 3 and 4 as a fold each, an equal later row doesn't train.
    let rows = "x,c,t,y\n1,u,1,a\n2,v,2,b\n3,u,3,a\n2,v,4,b\n";
    check_folds("", "{folds: 2, time: t}", rows, &[Remark::Duplicates { pairs: 1, lines: [3, 5] }]);
    check_folds("", "{folds: 2, time: t, window: 1}", rows, &[]);
    check_folds("", "{hold_out: 0.25, time: t}", rows, &[Remark::Duplicates { pairs: 1, lines: [3, 5] }]);
    check_folds("", "{hold_out: 0.25, time: t, gap: 2}", rows, &[]);
}

#[test]
fn duplicate_sequences_across_folds_are_reported() {
    let by_id = ", sequence: {id: s}";
    let one = "s,x,c,y\n1,1,u,a\n1,2,v,a\n2,3,u,b\n3,1,u,a\n3,2,v,a\n4,5,u,b\n";
    check_folds(by_id, IN_ORDER, one, &[Remark::Duplicates { pairs: 2, lines: [2, 5] }]);
    let longer = "s,x,c,y\n1,1,u,a\n1,2,v,a\n2,3,u,b\n3,1,u,a\n3,2,v,a\n3,2,v,a\n4,5,u,b\n";
    check_folds(by_id, IN_ORDER, longer, &[]);
}

#[test]
fn groups_split_across_predefined_folds_are_reported() {
    let table = |groups: [&str; 6]| {
        let rows = [1, 1, 2, 2, 3, 3].iter().zip(groups).enumerate();
        rows.fold("x,c,g,f,y\n".to_owned(), |text, (row, (fold, group))| {
            text + &format!("{row},u,{group},{fold},{}\n", ["a", "b"][row % 2])
        })
    };
    let named = "{predefined: f, groups: g}";
    check_folds("", named, &table(["p", "p", "q", "r", "s", "s"]), &[]);
    let torn = Remark::GroupInTwoFolds { column: "g".to_owned(), groups: 2, lines: [3, 4] };
    check_folds("", named, &table(["p", "q", "q", "r", "s", "r"]), &[torn]);
}

#[test]
fn predefined_folds_that_validate_the_past_are_reported() {
    let named = "{predefined: f, time: t}";
    // Rows without a fold train in all folds.
    check_folds("", named, "x,c,t,f,y\n1,u,1,,a\n2,u,2,,b\n3,u,2,1,a\n4,v,3,1,b\n", &[]);
    let past = |folds, lines| Remark::ValidationBeforeTraining { column: "t".to_owned(), folds, lines };
    check_folds("", named, "x,c,t,f,y\n1,u,1,,a\n2,u,3,,b\n3,u,2,1,a\n4,v,4,1,b\n", &[past(1, [3, 4])]);
    // The first fold is earlier than the second, which is among its training rows.
    check_folds("", named, "x,c,t,f,y\n1,u,1,,a\n2,u,3,2,b\n3,u,2,1,a\n4,v,4,2,b\n", &[past(1, [5, 4])]);
}

#[test]
fn training_rows_in_the_test_file_are_reported() {
    let train = "x,c,y\n1,u,a\n2,w,b\n3,v,a\n4,u,b\n";
    let duplicates = [Remark::DuplicatesInTest { pairs: 2, lines: [3, 2] }];
    // The test file has its columns and levels in another order.
    check_test("", IN_ORDER, train, "y,c,x\nb,w,2\na,u,7\na,v,3\n", &duplicates);
    check_test("", IN_ORDER, train, "x,c,y\n2,w,a\n2,u,b\n1,w,b\n", &[]);
    check_test(
        "",
        "{folds: 2, groups: g}",
        "g,x,y\np,1,a\np,2,b\nq,3,a\nq,4,b\n",
        "x,y,g\n5,a,q\n6,b,o\n7,a,q\n",
        &[Remark::GroupInTest { column: "g".to_owned(), groups: 1, lines: [4, 2] }],
    );
}

#[test]
fn test_rows_before_training_rows_are_reported() {
    let past = |lines| [Remark::TestBeforeTraining { column: "t".to_owned(), lines }];
    let train = "x,t,y\n1,2021-03-01,a\n2,2021-05-01,b\n3,2021-04-01,a\n4,2021-01-01,b\n";
    let by_time = "{folds: 2, time: t}";
    check_test("", by_time, train, "x,t,y\n5,2021-05-02,a\n6,2021-04-30,b\n", &past([3, 3]));
    check_test("", by_time, train, "x,t,y\n5,2021-05-02,a\n6,2021-05-01,b\n", &[]);
    let ordinal = ", columns: {t: {ordinal: [early, mid, late]}}";
    let train = "x,t,y\n1,early,a\n2,late,b\n3,mid,a\n4,mid,b\n";
    check_test(ordinal, by_time, train, "x,t,y\n5,late,a\n6,mid,b\n", &past([3, 3]));
    check_test(ordinal, by_time, train, "x,t,y\n5,late,a\n6,late,b\n", &[]);
    // Lines are those of the first steps of sequences.
    let series = ", sequence: {id: s}";
    let train = "s,x,t,y\n1,1,1,a\n1,2,1,a\n1,3,1,a\n2,4,5,b\n2,5,5,b\n3,6,3,a\n";
    check_test(series, by_time, train, "s,x,t,y\n7,1,6,a\n7,2,6,a\n8,4,4,b\n", &past([5, 4]));
}

/// Sets a share aside of 60 rows with a number, one of 20 groups, one of 12 periods and one of two classes.
struct SetAside {
    views: Views,
    train: Vec<u32>,
    test: Vec<u32>,
}

impl SetAside {
    const ROWS: u32 = 60;

    fn group(row: u32) -> u32 {
        row * 7 % 20
    }

    fn period(row: u32) -> u32 {
        row * 5 % 12
    }

    /// One row in four is of the other class.
    fn label(row: u32) -> u32 {
        u32::from(SetAside::group(row).is_multiple_of(4))
    }

    fn table() -> String {
        (0..SetAside::ROWS).fold("row,g,t,f,y\n".to_owned(), |text, row| {
            let [group, period, label] = [SetAside::group, SetAside::period, SetAside::label].map(|value| value(row));
            text + &format!("{row},{group},{period},{},{label}\n", row % 3)
        })
    }

    fn new(share: f64, cross_validation: &str, seed: u64) -> SetAside {
        let drop: Vec<String> = ["g", "t", "f"]
            .into_iter()
            .filter(|column| !cross_validation.contains(&format!(": {column}")))
            .map(|column| format!("{column}: drop"))
            .collect();
        let data = format!(", test_share: {share}, columns: {{row: numeric, {}}}", drop.join(", "));
        let study = study(&data, cross_validation, true);
        let data = read(&study, &SetAside::table(), None, seed).unwrap();
        assert_eq!(data.features(), ["row"]);
        let remarks = leaking(data.remarks.clone());
        assert_eq!(remarks, [], "{cross_validation}");
        let folds = data.folds(&study.splits, Seed(seed)).unwrap();
        let views = Views::new(data, folds, Seed(seed), None, None).unwrap();
        let numbers = |gather: &dyn Fn(&[u32], &mut [f32]), rows: &[u32]| {
            let mut numbers = vec![0.0; rows.len()];
            gather(rows, &mut numbers);
            numbers.into_iter().map(|number| number as u32).collect::<Vec<u32>>()
        };
        let all = views.part(Part::All);
        let train = numbers(&|rows, into| all.rows.gather(rows, into), &all.training);
        let test = views.test(&SearchedSteps::default(), Part::All).unwrap();
        let rows: Vec<u32> = (0..views.data().test_rows() as u32).collect();
        let test = numbers(&|rows, into| test.gather(rows, into), &rows);
        assert!(test.iter().all(|row| !train.contains(row)));
        SetAside { views, train, test }
    }

    fn part(&self, fold: u32) -> Arc<FitData> {
        self.views.part(Part::Fold(FoldId { repeat: 0, fold }))
    }
}

#[test]
fn test_share_is_stratified() {
    for seed in 1..=20 {
        let SetAside { train, test, .. } = SetAside::new(0.2, "{folds: 3}", seed);
        assert_eq!((train.len(), test.len()), (48, 12));
        assert_eq!(test.iter().filter(|&&row| SetAside::label(row) == 1).count(), 3);
    }
}

/// Groups have three rows. The test part has three of the fifteen rows of one class, and nine of forty-five of the
/// other.
#[test]
fn test_share_keeps_groups_together() {
    for (cross_validation, stratified) in [
        ("{folds: 3, groups: g}", true),
        ("{hold_out: 0.3, groups: g}", true),
        ("{predefined: f, groups: g}", true),
        ("{leave_out: g}", false),
    ] {
        for seed in 1..=20 {
            // A predefined split may divide groups. This is reported for its folds.
            let SetAside { train, test, .. } = SetAside::new(0.2, cross_validation, seed);
            assert_eq!((train.len(), test.len()), (48, 12), "{cross_validation}");
            let groups = |rows: &[u32]| rows.iter().map(|&row| SetAside::group(row)).collect::<Vec<_>>();
            assert!(groups(&test).iter().all(|group| !groups(&train).contains(group)), "{cross_validation}");
            if stratified {
                assert_eq!(test.iter().filter(|&&row| SetAside::label(row) == 1).count(), 3, "{cross_validation}");
            }
        }
    }
}

/// The refit trains on all other rows except those in the gap before the test rows.
#[test]
fn test_share_is_latest_and_preceded_by_the_gap() {
    for (cross_validation, gap) in [
        ("{folds: 3, time: t}", 0),
        ("{folds: 3, time: t, gap: 1}", 1),
        ("{folds: 2, time: t, gap: 2, window: 1}", 2),
        ("{hold_out: 0.3, time: t, gap: 3}", 3),
        ("{predefined: f, time: t}", 0),
    ] {
        let set_aside = SetAside::new(0.25, cross_validation, 1);
        let rows_in = |periods: std::ops::Range<u32>| -> Vec<u32> {
            (0..SetAside::ROWS).filter(|&row| periods.contains(&SetAside::period(row))).collect()
        };
        assert_eq!(set_aside.test, rows_in(9..12), "{cross_validation}");
        assert_eq!(set_aside.train, rows_in(0..9 - gap), "{cross_validation}");
        // The same holds for the folds of the other rows.
        let part = set_aside.part(0);
        let last = part.training.iter().map(|&row| SetAside::period(set_aside.train[row as usize])).max();
        let first = part.validation.iter().map(|&row| SetAside::period(set_aside.train[row as usize])).min();
        assert!(cross_validation.contains("predefined") || last.unwrap() + gap + 1 == first.unwrap());
    }
}

#[test]
fn shares_that_leave_no_rows_are_refused_with_a_hint() {
    let refuse = |share, cross_validation| {
        let study = study(&format!(", test_share: {share}, columns: {{row: numeric}}"), cross_validation, true);
        let error = read(&study, &SetAside::table(), None, 1).unwrap_err();
        format!("{error}; hint: {}", error.hint().unwrap())
    };
    assert_eq!(
        refuse(0.005, "{folds: 3}"),
        "can't set test rows aside by `data.test_share`: a share of 0.005 of 60 rows leaves none to hold out; \
         hint: choose a share nearer to a half, or give more rows"
    );
    assert_eq!(
        refuse(0.25, "{folds: 3, time: t, gap: 9}"),
        "can't set test rows aside by `data.test_share`: a share of 0.25 of 12 periods, with a gap of 9, leaves none \
         to train on; hint: choose a smaller `gap` or a smaller share, or give more periods"
    );
}

/// Rows keep the targets that they have in the file.
#[test]
fn remaining_rows_keep_their_targets() {
    let set_aside = SetAside::new(0.25, "{folds: 3, time: t, gap: 1}", 1);
    let Targets::Classes { labels, .. } = &**set_aside.views.data().targets() else { panic!("classes") };
    let expected: Vec<u32> = set_aside.train.iter().map(|&row| SetAside::label(row)).collect();
    assert_eq!(*labels, expected);
}
