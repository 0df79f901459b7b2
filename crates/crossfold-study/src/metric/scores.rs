//! Scores by metric.

use crossfold_network::Task;

use super::{Count, Metric};

/// Scores in the metrics that are calculated from rows rather than from a [`Tally`](super::Tally). A score has a value,
/// is undefined, or is unknown: for training rows, and for fits that were stored by a release without the metric.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scores {
    /// By the metric's place; 0 without a value.
    values: [f64; PLACES],
    /// One bit per place: whether the score is known, that is, has a value or is undefined.
    known: u32,
    /// One bit per place: whether the score has a value.
    defined: u32,
}

/// The larger of the tasks' numbers of scores.
const PLACES: usize = {
    let [classes, numbers] = [Count::CLASSES.scored(), Count::NUMBERS.scored()];
    if classes > numbers { classes } else { numbers }
};

impl Scores {
    /// The same score in every metric of `task`, for simulations.
    pub fn uniform(task: Task, value: f64) -> Scores {
        Metric::scored_for(task).iter().map(|&metric| (metric, Some(value))).collect()
    }

    /// The score of a metric: `None` if it is unknown, `Some(None)` if it is undefined.
    pub fn get(&self, metric: Metric) -> Option<Option<f64>> {
        let place = place(metric)?;
        let is_in = |bits: u32| bits >> place & 1 == 1;
        is_in(self.known).then(|| is_in(self.defined).then(|| self.values[place]))
    }

    /// Sets the score of a metric; `None` marks it as undefined.
    ///
    /// # Panics
    /// If the metric is calculated from a tally.
    pub fn set(&mut self, metric: Metric, score: Option<f64>) {
        let place = place(metric).expect("scores that are calculated from a tally aren't set");
        self.values[place] = score.unwrap_or_default();
        self.known |= 1 << place;
        self.defined = self.defined & !(1 << place) | u32::from(score.is_some()) << place;
    }

    /// Whether all scores are unknown.
    pub fn is_empty(&self) -> bool {
        self.known == 0
    }

    /// The known scores of the metrics of `task`, in the order of columns; `None` if undefined.
    pub fn iter(&self, task: Task) -> impl Iterator<Item = (Metric, Option<f64>)> {
        Metric::scored_for(task).iter().filter_map(|&metric| Some((metric, self.get(metric)?)))
    }

    /// The bits of all numbers, for exact comparison.
    pub(crate) fn bits(&self) -> ([u64; PLACES], u32, u32) {
        (self.values.map(f64::to_bits), self.known, self.defined)
    }
}

impl FromIterator<(Metric, Option<f64>)> for Scores {
    fn from_iter<I: IntoIterator<Item = (Metric, Option<f64>)>>(scores: I) -> Scores {
        let mut all = Scores::default();
        scores.into_iter().for_each(|(metric, score)| all.set(metric, score));
        all
    }
}

/// The place of a metric among those of its task that are calculated from rows; `None` for the others.
fn place(metric: Metric) -> Option<usize> {
    let first = match metric.task() {
        Task::Classification => Count::CLASSES.tallied,
        Task::Regression => Count::CLASSES.all + Count::NUMBERS.tallied,
    };
    (metric as usize).checked_sub(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_undefined_and_zero_scores_are_distinct() {
        let mut scores = Scores::default();
        assert!(scores.is_empty());
        scores.set(Metric::RocAuc, Some(0.5));
        scores.set(Metric::RocAuc, None);
        scores.set(Metric::CalibrationError, Some(0.0));
        assert_eq!(scores.get(Metric::RocAuc), Some(None));
        assert_eq!(scores.get(Metric::CalibrationError), Some(Some(0.0)));
        assert_eq!([Metric::F1, Metric::Accuracy, Metric::R2].map(|metric| scores.get(metric)), [None; 3]);
        let known = [(Metric::RocAuc, None), (Metric::CalibrationError, Some(0.0))];
        assert_eq!(scores.iter(Task::Classification).collect::<Vec<_>>(), known);
        assert_eq!(scores.iter(Task::Regression).count(), 0);
        assert_eq!(known.into_iter().collect::<Scores>(), scores);
    }

    #[test]
    fn metrics_scored_from_rows_have_distinct_places() {
        for task in Task::ALL {
            let places: Vec<_> = Metric::scored_for(task).iter().map(|&metric| place(metric)).collect();
            assert!(places.iter().copied().eq((0..places.len()).map(Some)), "{places:?}");
            assert!(Metric::tallied_for(task).iter().all(|&metric| place(metric).is_none()));
        }
    }
}
