//! Rows in groups of equal probability, for the influence of rows on figures of rankings.

use super::class_rows::ClassRows;

/// Rows that are given a class with the same probability.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    /// How many are of the class.
    pub(super) positives: f64,
    pub(super) negatives: f64,
}

/// The influence of rows on the mean of a figure over the [`ClassRows::classes_to_rank`]; `None` if no class has the
/// figure. `influence` is given a class' rows in groups of descending probability, and each row's group, with whether the
/// row is of the class.
pub(super) fn mean_influence(
    rows: &ClassRows<'_>,
    influence: impl Fn(&[Group], &[(usize, bool)]) -> Option<Vec<f64>>,
) -> Option<Vec<f64>> {
    let class_influence = |class: usize| {
        let (groups, places) = group(rows, class);
        influence(&groups, &places)
    };
    let by_class: Vec<Vec<f64>> = rows.classes_to_rank().filter_map(class_influence).collect();
    let (first, rest) = by_class.split_first()?;
    let sum = rest.iter().fold(first.clone(), |mut sum, one| {
        sum.iter_mut().zip(one).for_each(|(sum, one)| *sum += one);
        sum
    });
    Some(sum.into_iter().map(|sum| sum / by_class.len() as f64).collect())
}

/// Groups rows by descending probability of a class.
fn group(rows: &ClassRows<'_>, class: usize) -> (Vec<Group>, Vec<(usize, bool)>) {
    let probability = |row: usize| rows.probabilities[row * rows.classes + class];
    let mut order: Vec<usize> = (0..rows.labels.len()).collect();
    order.sort_unstable_by(|&a, &b| probability(b).total_cmp(&probability(a)).then(a.cmp(&b)));
    let mut groups: Vec<Group> = Vec::new();
    let mut places = vec![(0, false); order.len()];
    for group in order.chunk_by(|&a, &b| probability(a) == probability(b)) {
        for &row in group {
            places[row] = (groups.len(), rows.labels[row] as usize == class);
        }
        let positives = group.iter().filter(|&&row| places[row].1).count() as f64;
        groups.push(Group { positives, negatives: group.len() as f64 - positives });
    }
    (groups, places)
}
