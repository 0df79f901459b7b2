//! How well probabilities order the rows of a class before the others.

use super::class_rows::ClassRows;

/// Rows by the probability of a class, ascending: those of the class, and the others. The bits of probabilities are sorted
/// in their place: they have the same order, as none is below 0, and are sorted several times as fast.
#[derive(Debug, Default)]
pub(super) struct Ranking {
    positives: Vec<u64>,
    negatives: Vec<u64>,
}

/// What a ranking is worth.
#[derive(Clone, Copy, Debug)]
pub(super) struct RankingScores {
    /// The area under the receiver operating characteristic; `None` where all rows or none are of the class.
    pub(super) roc_area: Option<f64>,
    /// Σ (recall − recall before) · precision over the thresholds; 0 where no row is of the class.
    pub(super) precision: f64,
    /// Whether any row is of the class.
    pub(super) has_positives: bool,
}

impl Ranking {
    /// Ranks rows anew: each with its probability of the class, and whether it is of the class.
    pub(super) fn rank(&mut self, rows: impl Iterator<Item = (f64, bool)>) {
        self.positives.clear();
        self.negatives.clear();
        for (probability, is_positive) in rows {
            let side = if is_positive { &mut self.positives } else { &mut self.negatives };
            // Adding 0.0 turns −0 into +0.
            side.push((probability + 0.0).to_bits());
        }
        self.positives.sort_unstable();
        self.negatives.sort_unstable();
    }

    /// Walks down the distinct probabilities once, for both figures: it is done after every epoch.
    pub(super) fn scores(&self) -> RankingScores {
        let pairs = self.positives.len() * self.negatives.len();
        let mut rest = [&self.positives[..], &self.negatives[..]];
        // Of the rows so far; and twice the pairs of a positive above a negative, ties counting half.
        let (mut positives, mut rows, mut above, mut precisions) = (0, 0, 0, 0.0);
        while let Some(&threshold) = rest.iter().filter_map(|side| side.last()).max() {
            let [new_positives, new_negatives] = rest.each_mut().map(|side| {
                let count = side.iter().rev().take_while(|&&bits| bits == threshold).count();
                *side = &side[..side.len() - count];
                count
            });
            above += new_negatives * (2 * positives + new_positives);
            positives += new_positives;
            rows += new_positives + new_negatives;
            precisions += new_positives as f64 * (positives as f64 / rows as f64);
        }
        RankingScores {
            roc_area: (pairs > 0).then(|| above as f64 / (2 * pairs) as f64),
            precision: precisions / self.positives.len().max(1) as f64,
            has_positives: !self.positives.is_empty(),
        }
    }
}

/// Rows that are given a class with the same probability.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    /// How many are of the class.
    pub(super) positives: f64,
    pub(super) negatives: f64,
}

/// The influence of rows on the mean of a figure over the [`ClassRows::classes_to_rank`]; `None` where no class has the
/// figure. `influence` is given a class' rows in groups of descending probability, and each row's group, with whether the
/// row is of the class.
pub(super) fn mean_influence(
    rows: &ClassRows<'_>,
    influence: impl Fn(&[Group], &[(usize, bool)]) -> Option<Vec<f64>>,
) -> Option<Vec<f64>> {
    let of_class = |class: usize| {
        let (groups, places) = group(rows, class);
        influence(&groups, &places)
    };
    let by_class: Vec<Vec<f64>> = rows.classes_to_rank().filter_map(of_class).collect();
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
