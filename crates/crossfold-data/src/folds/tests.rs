use super::*;

fn classes(labels: &[u32], count: usize) -> Targets {
    let names = (0..count).map(|class| class.to_string()).collect();
    Targets::Classes { labels: labels.to_vec(), names }
}

fn make(labels: &[u32], count: usize, splits: &Splits, seed: Seed) -> Result<Folds, FoldsError> {
    Folds::new(&classes(labels, count), &SplitKeys::default(), splits, seed)
}

fn k_fold(folds: u32, stratified: bool, shuffle: bool) -> Splits {
    Splits::KFold { folds, repeats: 2, stratified, shuffle, groups: None }
}

/// All assignments of up to 6 rows to up to 3 classes.
fn all_small_labels() -> impl Iterator<Item = Vec<u32>> {
    (1..=6u32)
        .flat_map(|rows| (0..3u32.pow(rows)).map(move |code| (0..rows).map(|row| code / 3u32.pow(row) % 3).collect()))
}

/// The number of `rows` in each class, and in total.
fn counts(labels: &[u32], rows: &[u32]) -> [usize; 4] {
    let count = |class| rows.iter().filter(|&&row| labels[row as usize] == class).count();
    [count(0), count(1), count(2), rows.len()]
}

fn assert_even(parts: &[[usize; 4]], index: usize) {
    let sizes = || parts.iter().map(|part| part[index]);
    assert!(sizes().max().unwrap() - sizes().min().unwrap() <= 1, "{parts:?}");
}

#[test]
fn each_row_is_validated_once_per_repeat_in_even_folds() {
    for labels in all_small_labels() {
        let rows = labels.len() as u32;
        for (k, stratified, shuffle) in
            (2..=rows).flat_map(|k| [(k, false, false), (k, false, true), (k, true, false), (k, true, true)])
        {
            let folds = make(&labels, 3, &k_fold(k, stratified, shuffle), Seed(u64::from(k))).unwrap();
            for ids in folds.ids().chunks(k as usize) {
                let mut validated: Vec<u32> = ids.iter().flat_map(|&id| folds.validation(id)).copied().collect();
                validated.sort_unstable();
                assert_eq!(validated, (0..rows).collect::<Vec<_>>(), "{labels:?} {k}");
                let parts: Vec<_> = ids.iter().map(|&id| counts(&labels, folds.validation(id))).collect();
                assert_even(&parts, 3);
                if stratified {
                    (0..3).for_each(|class| assert_even(&parts, class));
                }
            }
        }
    }
}

#[test]
fn training_rows_are_all_other_rows_in_order() {
    let labels = [0, 1, 0, 1, 2, 2, 0];
    for splits in [k_fold(3, true, true), Splits::HoldOut { share: 0.4, stratified: false, groups: None }] {
        let folds = make(&labels, 3, &splits, Seed(5)).unwrap();
        for id in folds.ids() {
            let (validation, training) = (folds.validation(id), folds.training(id));
            assert!(validation.is_sorted() && training.is_sorted());
            let mut all = [validation, &training].concat();
            all.sort_unstable();
            assert_eq!(all, [0, 1, 2, 3, 4, 5, 6]);
        }
    }
}

fn first_repeat(labels: &[u32], splits: &Splits) -> Vec<Vec<u32>> {
    let folds = make(labels, 10, splits, Seed(1)).unwrap();
    folds.ids().into_iter().filter(|id| id.repeat == 0).map(|id| folds.validation(id).to_vec()).collect()
}

/// Expected sizes are from scikit-learn 1.9: `KFold(4)` for ten rows, `StratifiedKFold(4)` for three classes of seven,
/// five and two rows.
#[test]
fn unshuffled_folds_match_scikit_learn() {
    assert_eq!(
        first_repeat(&[0; 10], &k_fold(4, false, false)),
        [vec![0, 1, 2], vec![3, 4, 5], vec![6, 7], vec![8, 9]]
    );
    let labels = [0, 1, 0, 0, 2, 1, 0, 0, 1, 2, 0, 1, 0, 1];
    assert_eq!(
        first_repeat(&labels, &k_fold(4, true, false)),
        [vec![0, 1, 2, 4], vec![3, 5, 6, 9], vec![7, 8, 10], vec![11, 12, 13]]
    );
}

/// Expected sizes are from scikit-learn 1.9, for the class counts of MNIST.
#[test]
fn shuffled_class_counts_match_scikit_learn() {
    let sizes = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949];
    let labels: Vec<u32> = (0..).zip(sizes).flat_map(|(class, size)| std::iter::repeat_n(class, size)).collect();
    let counts: Vec<Vec<usize>> = first_repeat(&labels, &k_fold(5, true, true))
        .iter()
        .map(|rows| (0..10).map(|class| rows.iter().filter(|&&row| labels[row as usize] == class).count()).collect())
        .collect();
    assert_eq!(
        counts,
        [
            [1185, 1348, 1192, 1226, 1169, 1084, 1183, 1253, 1171, 1189],
            [1185, 1348, 1192, 1226, 1168, 1085, 1183, 1253, 1170, 1190],
            [1185, 1348, 1192, 1226, 1168, 1084, 1184, 1253, 1170, 1190],
            [1184, 1349, 1191, 1227, 1168, 1084, 1184, 1253, 1170, 1190],
            [1184, 1349, 1191, 1226, 1169, 1084, 1184, 1253, 1170, 1190],
        ]
    );
}

/// Published results depend on these rows.
#[test]
fn folds_of_a_seed_never_change() {
    let folds = make(&[0; 8], 1, &k_fold(2, true, true), Seed(42)).unwrap();
    let validation: Vec<&[u32]> = folds.ids().iter().map(|&id| folds.validation(id)).collect();
    assert_eq!(validation, [[0, 2, 6, 7], [1, 3, 4, 5], [0, 3, 4, 5], [1, 2, 6, 7]]);
}

#[test]
fn hold_out_keeps_row_and_class_shares() {
    // In binary, 0.07 × 100 is more than 7. The number of rows is rounded to nearest, not up.
    for (share, stratified, expected) in
        [(0.2, true, [10, 6, 4, 20]), (0.07, true, [4, 2, 1, 7]), (0.25, true, [13, 7, 5, 25])]
    {
        let labels: Vec<u32> = (0..100).map(|row| [0, 0, 1, 0, 2, 1, 0, 1, 0, 2][row % 10]).collect();
        let splits = Splits::HoldOut { share, stratified, groups: None };
        let folds = make(&labels, 3, &splits, Seed(8)).unwrap();
        let [id] = folds.ids()[..] else { panic!("one fold") };
        assert_eq!(counts(&labels, folds.validation(id)), expected);
    }
}

#[test]
fn splits_with_an_empty_part_are_refused() {
    let refuse = |rows: usize, splits| make(&vec![0; rows], 1, &splits, Seed(1)).unwrap_err().to_string();
    assert_eq!(refuse(3, k_fold(4, true, true)), "3 rows can't make 4 folds: each needs a row to validate");
    let hold_out = |share| Splits::HoldOut { share, stratified: true, groups: None };
    assert_eq!(refuse(4, hold_out(0.1)), "a share of 0.1 of 4 rows leaves none to hold out");
    assert_eq!(refuse(4, hold_out(0.9)), "a share of 0.9 of 4 rows leaves none to train on");
}
