//! Stratified sampling: proportional draws of rows from each class.

use crossfold_study::Generator;

use crate::targets::Targets;

/// The number of strata of numeric targets, which are equal parts of their ranks.
const TENTHS: usize = 10;

/// The stratum of each row: its class, or the tenth of the ranks that its number is in. Ties are ranked by row.
pub(crate) fn labels(targets: &Targets) -> Vec<u32> {
    match targets {
        Targets::Classes { labels, .. } => labels.clone(),
        Targets::Numbers(numbers) => {
            let mut order: Vec<usize> = (0..numbers.len()).collect();
            order.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b]));
            let mut labels = vec![0; numbers.len()];
            for (rank, row) in order.into_iter().enumerate() {
                labels[row] = (rank * TENTHS / numbers.len()) as u32;
            }
            labels
        }
    }
}

/// The row numbers of each stratum, ascending. Unless `stratified`, all rows are one stratum.
pub(crate) fn split(targets: &Targets, stratified: bool) -> Vec<Vec<u32>> {
    if !stratified {
        return vec![(0..targets.len() as u32).collect()];
    }
    match targets {
        Targets::Classes { labels, names } => by_class(labels, names.len()),
        Targets::Numbers(_) => by_class(&labels(targets), TENTHS),
    }
}

/// The row numbers of each class, ascending.
pub(crate) fn by_class(labels: &[u32], classes: usize) -> Vec<Vec<u32>> {
    let mut strata = vec![Vec::new(); classes];
    for (row, &label) in (0..).zip(labels) {
        strata[label as usize].push(row);
    }
    strata
}

/// Draws `count` rows, proportionally from each stratum to within one row; ascending.
pub(crate) fn draw(mut strata: Vec<Vec<u32>>, count: usize, generator: &mut Generator) -> Vec<u32> {
    let sizes: Vec<usize> = strata.iter().map(Vec::len).collect();
    let mut drawn = Vec::with_capacity(count);
    for (stratum, share) in strata.iter_mut().zip(largest_remainder(count, &sizes)) {
        generator.shuffle(stratum);
        drawn.extend_from_slice(&stratum[..share]);
    }
    drawn.sort_unstable();
    drawn
}

/// Divides `count` in proportion to `sizes` by Hamilton's method: the integral part of each quota, then one more for
/// the largest remainders, in order if these are equal. `count` is at most the sum of the sizes, and no share exceeds
/// its size.
fn largest_remainder(count: usize, sizes: &[usize]) -> Vec<usize> {
    let total = sizes.iter().sum::<usize>() as u128;
    let quotas = || sizes.iter().map(|&size| count as u128 * size as u128);
    let mut shares: Vec<usize> = quotas().map(|quota| (quota / total) as usize).collect();
    let mut remainders: Vec<(u128, usize)> = quotas().map(|quota| quota % total).zip(0..).collect();
    remainders.sort_by_key(|&(remainder, index)| (std::cmp::Reverse(remainder), index));
    let left = count - shares.iter().sum::<usize>();
    for &(_, index) in &remainders[..left] {
        shares[index] += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use crossfold_study::Seed;

    use super::*;

    /// The example in Wikipedia's article "Largest remainder method": 100,000 votes for six parties, ten seats.
    #[test]
    fn largest_remainders_match_a_worked_example() {
        let votes = [47_000, 16_000, 15_800, 12_000, 6_100, 3_100];
        assert_eq!(largest_remainder(10, &votes), [5, 2, 1, 1, 1, 0]);
    }

    #[test]
    fn shares_are_proportional_to_within_one_row() {
        for sizes in [[3, 0, 1], [1, 1, 1], [7, 2, 4], [0, 0, 5]] {
            let total: usize = sizes.iter().sum();
            for count in 0..=total {
                let shares = largest_remainder(count, &sizes);
                assert_eq!(shares.iter().sum::<usize>(), count);
                for (share, size) in shares.iter().zip(sizes) {
                    assert!(*share <= size);
                    assert!((*share as f64 - count as f64 * size as f64 / total as f64).abs() < 1.0);
                }
            }
        }
    }

    #[test]
    fn draws_are_sorted_and_distinct() {
        let labels = [0, 1, 0, 1, 1, 0, 1, 1, 1, 0];
        let drawn = draw(by_class(&labels, 2), 5, &mut Seed(9).subset());
        assert!(drawn.is_sorted_by(|a, b| a < b), "{drawn:?}");
        let ones = drawn.iter().filter(|&&row| labels[row as usize] == 1).count();
        assert_eq!((drawn.len(), ones), (5, 3));
    }
}
