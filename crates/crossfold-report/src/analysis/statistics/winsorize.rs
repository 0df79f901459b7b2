//! Limits on scores that are far from all others, such as those of a trial that diverged without failing.

use super::evidence::Evidence;

/// The distance from the median, in robust standard deviations, that a score counts as at most. Scores of networks that
/// learn anything lie within; without the limit one exploded loss is the whole variance.
const LIMIT: f64 = 10.0;

/// The standard deviation of a normal distribution in units of its median absolute deviation.
const NORMAL: f64 = 1.4826;

impl Evidence {
    /// Moves scores that are further than [`LIMIT`] from their fold's median over trials to that distance (Winsor's
    /// method; Dixon 1960, "Simplified estimation from censored normal samples", Annals of Mathematical Statistics 31). The
    /// trial's shares of the fold's rows move towards the mean of the others' by the same factor, so a difference and its
    /// variance stay in proportion. A fold on which most trials score the same has no limit.
    ///
    /// Returns the trials whose rows' shares changed.
    pub(crate) fn winsorize(&mut self) -> Vec<usize> {
        let mut changed = Vec::new();
        for fold in 0..self.folds() {
            let scores: Vec<f64> = self.scores.iter().map(|scores| scores[fold]).collect();
            let middle = median(scores.clone());
            let deviations: Vec<f64> = scores.iter().map(|score| (score - middle).abs()).collect();
            let reach = LIMIT * NORMAL * median(deviations.clone());
            let far = (0..scores.len()).filter(|&trial| reach > 0.0 && deviations[trial] > reach);
            let far: Vec<(usize, f64)> = far.map(|trial| (trial, reach / deviations[trial])).collect();
            if far.is_empty() {
                continue;
            }
            let places: Vec<usize> = (0..self.places.len()).filter(|&place| self.places[place].fold == fold).collect();
            let common = self.mean_shares(&places, |trial| deviations[trial] <= reach);
            for (trial, factor) in far {
                self.scores[trial][fold] = middle + factor * (scores[trial] - middle);
                let Some(shares) = &mut self.shares[trial] else { continue };
                for (&place, common) in places.iter().zip(&common) {
                    shares[place] = (common + factor * (f64::from(shares[place]) - common)) as f32;
                }
                changed.push(trial);
            }
        }
        changed.sort_unstable();
        changed.dedup();
        changed
    }

    /// The mean over some trials of their shares of some rows.
    fn mean_shares(&self, places: &[usize], is_member: impl Fn(usize) -> bool) -> Vec<f64> {
        let mut sums = vec![0.0; places.len()];
        let members = self.known().into_iter().filter(|&trial| is_member(trial));
        let members: Vec<&Vec<f32>> = members.filter_map(|trial| self.shares[trial].as_ref()).collect();
        for shares in &members {
            sums.iter_mut().zip(places).for_each(|(sum, &place)| *sum += f64::from(shares[place]));
        }
        sums.iter_mut().for_each(|sum| *sum /= members.len().max(1) as f64);
        sums
    }
}

/// The median; 0 for no values.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    let Some(last) = values.len().checked_sub(1) else { return 0.0 };
    let middle = values.len() / 2;
    let (lower, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    if last % 2 == 0 { upper } else { (lower.iter().copied().fold(f64::NEG_INFINITY, f64::max) + upper) / 2.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::statistics::evidence::Place;

    /// The medians and deviations of `numpy.median` by hand: the first fold's scores have the median 3 and the median
    /// absolute deviation 1, so 1000 counts as 3 + 14.826.
    #[test]
    fn a_score_far_from_all_others_counts_as_at_the_limit() {
        let mut evidence = Evidence {
            scores: vec![vec![1.0, 1.0], vec![2.0, 1.0], vec![3.0, 1.0], vec![4.0, 2.0], vec![1000.0, 50.0]],
            shares: vec![
                Some(vec![0.0, 0.0, 0.5, -0.5]),
                Some(vec![0.0, 0.0, 0.5, -0.5]),
                None,
                Some(vec![0.5, -0.5, 0.5, -0.5]),
                Some(vec![997.0, -997.0, 4.0, -4.0]),
            ],
            places: (0..4).map(|row| Place { fold: row / 2, row }).collect(),
            sizes: vec![2, 2],
            rows: 4,
        };
        assert_eq!(evidence.winsorize(), [4]);
        // Most scores of the second fold are the same.
        assert_eq!(evidence.scores[4], [17.826, 50.0]);
        assert_eq!(evidence.scores[3], [4.0, 2.0]);
        let shares = evidence.shares[4].as_ref().unwrap();
        // The mean of 0, 0 and ½, and what is beyond it times the factor by which the score moved.
        let expected = 1.0 / 6.0 + 14.826 / 997.0 * (997.0 - 1.0 / 6.0);
        assert!((f64::from(shares[0]) - expected).abs() < 1e-5 && shares[0] == -shares[1], "{shares:?}");
        assert_eq!(shares[2..], [4.0, -4.0]);
    }

    #[test]
    fn medians_match_numpy() {
        assert_eq!([median(vec![3.0, 1.0, 2.0]), median(vec![4.0, 1.0, 3.0, 2.0]), median(vec![])], [2.0, 2.5, 0.0]);
    }
}
