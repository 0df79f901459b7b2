//! Rows that belong together: target encodings are cross-fitted by groups, sequences and periods.

use super::*;
use crate::SplitKeys;

fn grouped(groups: Vec<u32>) -> SplitKeys {
    SplitKeys { groups: Some(groups), ..SplitKeys::default() }
}

/// Levels of three rows each: a sequence, or the rows of a group.
#[test]
fn clusters_are_encoded_from_other_clusters() {
    const GROUPS: usize = 20;
    let codes: Vec<u32> = (0..3 * GROUPS as u32).map(|row| row / 3).collect();
    let levels = (0..GROUPS).map(|group| format!("name {group}")).collect();
    let values = Values::Levels { codes: codes.clone(), levels };
    let table = Table::new(vec![Column { name: "x".to_owned(), kind: ColumnKind::Categorical, values }]);
    let encode = CategoricalSteps { encode: Encode::Target(Smoothing::Auto), ..CategoricalSteps::default() };
    let steps = Preprocessing { categorical: encode, ..Preprocessing::default() };
    let rows: Vec<u32> = (0..3 * GROUPS as u32).collect();
    let numbers = Targets::Numbers(codes.iter().map(|&group| f64::from(group * group % 101)).collect());
    let names = vec!["no".to_owned(), "yes".to_owned()];
    let classes = Targets::Classes { labels: codes.iter().map(|group| group * group % 7 % 2).collect(), names };
    for targets in [numbers, classes] {
        let different = |view: &TrainingView<'_>| {
            let fitted = Pipeline::fit(view, &["x".to_owned()], &steps, Seed(1).subset());
            let mut inputs = fitted.transform(&table);
            let mean: f32 = inputs.iter().sum::<f32>() / inputs.len() as f32;
            assert!(mean.abs() < 1e-5, "standardised, so that no number of a part's is the mean of all");
            inputs.sort_by(f32::total_cmp);
            inputs.dedup();
            inputs.len()
        };
        let view = || TrainingView::new(&table, &targets, &rows);
        // All rows of a level are in one part. The other parts, which encode it, lack the level, so all rows of a part
        // have the mean of the others.
        assert!(different(&view().with_sequences([3; GROUPS])) <= 5);
        assert!(different(&view().with_keys(grouped(codes.clone()))) <= 5);
        let groups = (0..GROUPS as u32).map(|sequence| sequence / 2).collect();
        assert!(different(&view().with_sequences([3; GROUPS]).with_keys(grouped(groups))) <= 5);
        if targets.classes().is_empty() {
            // Without clusters the test fails.
            assert!(different(&view()) > 5);
        }
        // If all rows are one cluster, there are no other rows.
        assert_eq!(different(&view().with_keys(grouped(vec![7; 3 * GROUPS]))), 1);
    }
}

/// With an order in time, rows are encoded by earlier periods before the gap alone, as validation rows are.
#[test]
fn periods_are_encoded_from_earlier_periods() {
    const ROWS: u32 = 60;
    let levels = (0..3).map(|level| format!("name {level}")).collect();
    let values = Values::Levels { codes: (0..ROWS).map(|row| row * 7 % 3).collect(), levels };
    let table = Table::new(vec![Column { name: "x".to_owned(), kind: ColumnKind::Categorical, values }]);
    let encode = CategoricalSteps { encode: Encode::Target(Smoothing::Rows(1.0)), ..CategoricalSteps::default() };
    let steps = Preprocessing { categorical: encode, ..Preprocessing::default() };
    let rows: Vec<u32> = (0..ROWS).collect();
    // Three rows per period.
    let keys = SplitKeys { periods: Some((0..ROWS).map(|row| row / 3).collect()), gap: 2, ..SplitKeys::default() };
    let own_encodings = |numbers: &[f64]| {
        let targets = Targets::Numbers(numbers.to_vec());
        let view = TrainingView::new(&table, &targets, &rows).with_keys(keys.clone());
        Pipeline::fit(&view, &["x".to_owned()], &steps, Seed(1).subset()).encodings[0].clone().unwrap()
    };
    let numbers: Vec<f64> = (0..ROWS).map(|row| f64::from(row * row % 17)).collect();
    let before = own_encodings(&numbers);
    // The stretches begin at rows 12, 24, 36 and 48. The first is encoded by the mean of all others.
    assert!(before[..12].iter().all(|&mean| mean == before[0]));
    for row in 12..ROWS as usize {
        let mut changed = numbers.clone();
        changed[row] = 1e6;
        let after = own_encodings(&changed);
        let is_later = |other: usize| other / 12 > row / 12 && row / 3 + 2 < other / 12 * 4;
        for other in 12..ROWS as usize {
            let differs = before[other].to_bits() != after[other].to_bits();
            assert_eq!(differs, is_later(other), "row {row} in the encoding of row {other}");
        }
    }
}

/// The second sequence is in the group of the third.
#[test]
fn sequences_of_a_group_are_one_cluster() {
    let table = Table::new(vec![numbers("x", ColumnKind::Numeric, vec![0.0; 9])]);
    let targets = Targets::Numbers(vec![0.0; 9]);
    let rows = [0, 1, 2, 5, 6, 7, 8];
    let view = || TrainingView::new(&table, &targets, &rows);
    assert_eq!(view().clusters(), [0, 1, 2, 3, 4, 5, 6]);
    let sequences = || view().with_sequences([2, 1, 3, 1]);
    assert_eq!(sequences().clusters(), [0, 0, 1, 2, 2, 2, 3]);
    assert_eq!(sequences().with_keys(grouped(vec![9, 4, 4, 9])).clusters(), [1, 1, 0, 0, 0, 0, 1]);
    assert_eq!(view().with_keys(grouped(vec![3, 3, 1, 1, 3, 2, 2])).clusters(), [2, 2, 0, 0, 2, 1, 1]);
}
