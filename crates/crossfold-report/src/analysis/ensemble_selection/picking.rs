//! Greedy selection of an ensemble (Caruana, Niculescu-Mizil, Crew and Ksikes 2004, "Ensemble selection from libraries of
//! models", ICML).

use std::borrow::Cow;

use crossfold_study::{FoldId, FoldScore, Metric, Score, Scorer, Truth};

/// Rows of a fold, and what each candidate predicts of them.
pub(super) struct Part<'a> {
    pub(super) fold: FoldId,
    pub(super) truth: Cow<'a, Truth>,
    /// By candidate: probabilities, rows × classes, or one number per row.
    pub(super) predictions: Vec<Cow<'a, [f32]>>,
}

/// What was picked.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Picked {
    /// The best candidate on its own.
    pub(super) single: usize,
    /// How often each candidate was picked.
    pub(super) weights: Vec<u32>,
    /// The score of the weighted mean on the rows that it was picked by, which is optimistic.
    pub(super) score: Score,
}

/// Picks candidates one after another, each time the one that makes the mean of all picks score best; any may be picked
/// again. Of equal ones the first is picked. Of the `picks` ensembles that arise, the one with the best score is returned,
/// of equal ones the smallest. `None` where no candidate has a score.
///
/// Scores are means over `parts` as a leaderboard has them. The work is that of scoring all rows `picks` × candidates times.
pub(super) fn pick(parts: &[&Part<'_>], picks: u32, metric: Metric) -> Option<Picked> {
    let candidates = parts.first()?.predictions.len();
    let mut sums: Vec<Vec<f64>> = parts.iter().map(|part| vec![0.0; part.values()]).collect();
    let (mut weights, mut scorer, mut averaged) = (vec![0; candidates], Scorer::default(), Vec::new());
    let mut best: Option<Picked> = None;
    for size in 1..=picks {
        let mut mean_with = |candidate: usize| {
            let with = |(part, sums): (&&Part<'_>, &Vec<f64>)| {
                averaged.clear();
                let both = sums.iter().zip(&*part.predictions[candidate]);
                averaged.extend(both.map(|(sum, &value)| ((sum + f64::from(value)) / f64::from(size)) as f32));
                part.score(&mut scorer, metric, &averaged)
            };
            FoldScore::mean(&parts.iter().zip(&sums).map(with).collect::<Vec<_>>(), metric)
        };
        let scored = (0..candidates).filter_map(|candidate| Some((candidate, mean_with(candidate)?)));
        // The first of the least.
        let (picked, score) = scored.min_by(|(_, a), (_, b)| a.better_first(*b, metric.direction()))?;
        weights[picked] += 1;
        for (part, sums) in parts.iter().zip(&mut sums) {
            sums.iter_mut().zip(&*part.predictions[picked]).for_each(|(sum, &value)| *sum += f64::from(value));
        }
        match &mut best {
            None => best = Some(Picked { single: picked, weights: weights.clone(), score }),
            Some(best) if score.better_first(best.score, metric.direction()).is_lt() => {
                (best.weights, best.score) = (weights.clone(), score);
            }
            Some(_) => {}
        }
    }
    best
}

impl Part<'_> {
    pub(super) fn rows(&self) -> usize {
        match &*self.truth {
            Truth::Labels(labels) => labels.len(),
            Truth::Numbers(numbers) => numbers.len(),
        }
    }

    /// The number of values per row.
    pub(super) fn outputs(&self) -> usize {
        self.values() / self.rows().max(1)
    }

    /// Rows × outputs.
    fn values(&self) -> usize {
        self.predictions.first().map_or(0, |predictions| predictions.len())
    }

    /// The score of what is predicted of the rows.
    pub(super) fn score(&self, scorer: &mut Scorer, metric: Metric, predictions: &[f32]) -> FoldScore {
        let evaluation = Some(scorer.score_by(metric, &self.truth, predictions));
        FoldScore { fold: self.fold, epoch: 1, evaluation, best: None }
    }

    /// The mean of the candidates' predictions with these weights.
    pub(super) fn weighted_mean(&self, weights: &[u32]) -> Vec<f32> {
        let mut sums = vec![0.0; self.values()];
        for (predictions, &weight) in self.predictions.iter().zip(weights).filter(|(_, weight)| **weight > 0) {
            sums.iter_mut().zip(&**predictions).for_each(|(sum, &value)| *sum += f64::from(weight) * f64::from(value));
        }
        let total = f64::from(weights.iter().sum::<u32>());
        sums.into_iter().map(|sum| (sum / total) as f32).collect()
    }

    /// Some of its rows, by their places.
    pub(super) fn select(&self, places: &[usize]) -> Part<'static> {
        let truth = match &*self.truth {
            Truth::Labels(labels) => Truth::Labels(places.iter().map(|&place| labels[place]).collect()),
            Truth::Numbers(numbers) => Truth::Numbers(places.iter().map(|&place| numbers[place]).collect()),
        };
        let outputs = self.outputs();
        let select = |predictions: &Cow<'_, [f32]>| {
            let rows = places.iter().flat_map(|&place| &predictions[place * outputs..(place + 1) * outputs]);
            Cow::Owned(rows.copied().collect())
        };
        Part { fold: self.fold, truth: Cow::Owned(truth), predictions: self.predictions.iter().map(select).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOLD: FoldId = FoldId { repeat: 0, fold: 0 };

    fn numbers(targets: &[f64], candidates: &[&[f32]]) -> Part<'static> {
        let predictions = candidates.iter().map(|values| Cow::Owned(values.to_vec())).collect();
        Part { fold: FOLD, truth: Cow::Owned(Truth::Numbers(targets.to_vec())), predictions }
    }

    /// By hand: of targets of 0, predictions are errors.
    #[test]
    fn the_mean_of_picks_gets_better() {
        let part = numbers(&[0.0, 0.0], &[&[-3.0, 3.0], &[4.0, 4.0], &[2.0, -8.0]]);
        let picked = |picks| {
            let found = pick(&[&part], picks, Metric::Mae).unwrap();
            (found.single, found.weights, found.score.get())
        };
        assert_eq!(picked(1), (0, vec![1, 0, 0], 3.0));
        // After the first, whose mean absolute error is 3: (−3, 3), (½, 3½) and (−½, −2½), with the means 3, 2 and 1½.
        assert_eq!(picked(2), (0, vec![1, 0, 1], 1.5));
        // Sums so far (−1, −5): with the first (−4, −2), with the second (3, −1), with the third (1, −13), divided by 3.
        let (_, weights, score) = picked(3);
        assert_eq!(weights, [1, 1, 1]);
        assert!((score - 2.0 / 3.0).abs() < 1e-6, "{score}");
        // Sums (3, −1): the first gives (0, 2), the second (7, 3), the third (5, −9); a quarter of that is ¼ on average.
        assert_eq!(picked(4), (0, vec![2, 1, 1], 0.25));
        // Sums (0, 2): no fifth pick is better than ¼, so the first four remain: (−3, 5), (4, 6), (2, −6), divided by 5.
        assert_eq!(picked(5), (0, vec![2, 1, 1], 0.25));
    }

    /// Of equal candidates the first is picked, and of equal ensembles the smallest is kept.
    #[test]
    fn ties_go_to_the_first_and_to_the_smallest() {
        let part = numbers(&[0.0, 1.0], &[&[2.0, 3.0], &[1.0, 0.0], &[-1.0, 2.0], &[1.0, 0.0]]);
        let found = pick(&[&part], 1, Metric::Rmse).unwrap();
        assert_eq!((found.single, found.weights), (1, vec![0, 1, 0, 0]));
        let exact = numbers(&[0.0, 1.0], &[&[2.0, 3.0], &[0.0, 1.0]]);
        assert_eq!(pick(&[&exact], 9, Metric::Rmse).unwrap().weights, [0, 1]);
    }

    /// On the first part all candidates are right half the time; the second decides. A metric that is undefined on a part
    /// leaves it out, and one that is undefined on all picks nothing.
    #[test]
    fn scores_are_means_over_parts() {
        let classes = |labels: &[u32], candidates: &[&[f32]]| Part {
            fold: FOLD,
            truth: Cow::Owned(Truth::Labels(labels.to_vec())),
            predictions: candidates.iter().map(|values| Cow::Owned(values.to_vec())).collect(),
        };
        let even = classes(&[0, 1], &[&[0.9, 0.1, 0.8, 0.2], &[0.6, 0.4, 0.7, 0.3]]);
        let decisive = classes(&[1], &[&[0.9, 0.1], &[0.3, 0.7]]);
        assert_eq!(pick(&[&even], 1, Metric::Accuracy).unwrap().single, 0);
        let found = pick(&[&even, &decisive], 1, Metric::Accuracy).unwrap();
        assert_eq!((found.single, found.score.get()), (1, 0.75));
        let found = pick(&[&even, &decisive], 1, Metric::RocAuc).unwrap();
        assert_eq!((found.single, found.score.get()), (0, 1.0));
        assert_eq!(pick(&[&decisive], 1, Metric::RocAuc), None);
    }

    #[test]
    fn rows_are_selected_with_all_their_classes() {
        let predictions = vec![Cow::Owned(vec![0.9, 0.1, 0.8, 0.2, 0.3, 0.7])];
        let part = Part { fold: FOLD, truth: Cow::Owned(Truth::Labels(vec![0, 1, 1])), predictions };
        let some = part.select(&[2, 0]);
        assert_eq!((&*some.truth, &*some.predictions[0]), (&Truth::Labels(vec![1, 0]), &[0.3, 0.7, 0.9, 0.1][..]));
    }
}
