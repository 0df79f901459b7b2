//! Ranks the rows of a class against the others.

/// The probabilities of a class, ascending, of the class's rows and of the others.
///
/// They are kept as bits, which sort several times as fast. The order is the same because no probability is negative.
#[derive(Debug, Default)]
pub(super) struct Ranking {
    positives: Vec<u64>,
    negatives: Vec<u64>,
}

/// How well a ranking separates the rows of the class from the others.
#[derive(Clone, Copy, Debug)]
pub(super) struct RankingScores {
    /// The area under the receiver operating characteristic; `None` if all rows or none are of the class.
    pub(super) roc_area: Option<f64>,
    /// The sum over thresholds of precision times increase of recall; 0 if no row is of the class.
    pub(super) precision: f64,
}

impl Ranking {
    /// Replaces the ranking. Each row has its probability of the class, and whether it is of the class.
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

    /// Calculates both metrics in one pass over the distinct probabilities, because they are needed after every epoch.
    pub(super) fn scores(&self) -> RankingScores {
        let pairs = self.positives.len() * self.negatives.len();
        let mut rest = [&self.positives[..], &self.negatives[..]];
        // `positives` and `rows` count the rows so far; `above` is twice the number of pairs of a positive above a
        // negative, a tie counting half.
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
        }
    }
}

/// The area under the ROC curve of one class. Each row has its probability of the class, and whether it is of the
/// class. `None` if all rows or none are.
pub fn roc_area(rows: impl Iterator<Item = (f64, bool)>) -> Option<f64> {
    let mut ranking = Ranking::default();
    ranking.rank(rows);
    ranking.scores().roc_area
}
