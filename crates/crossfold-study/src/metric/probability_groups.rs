//! Rows in groups of equal probability, for the influence of rows on metrics of rankings.

use super::class_rows::ClassRows;

/// Rows whose predicted probabilities of a class are equal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    /// The number of rows of the class.
    pub(super) positives: f64,
    pub(super) negatives: f64,
}

/// The influence of rows on the mean of a metric over the [`ClassRows::classes_to_rank`]; `None` if it is undefined for
/// all of them. `influence` takes the groups of one class by descending probability, and for each row the index of its
/// group and whether the row is of the class.
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

/// Groups rows by descending probability of a class. Also returns, for each row, its group and whether it is of the
/// class.
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
