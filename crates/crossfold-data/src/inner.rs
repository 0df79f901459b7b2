//! The inner validation part: training rows held out for early stopping and schedules.

use crossfold_study::Generator;

use crate::folds::hold_out_inner;
use crate::views::FitData;

impl FitData {
    /// Splits the training rows into those to learn from and an inner validation part, both ascending. The part has
    /// about `share` of the rows, at least one but not all, and keeps what the study's splits keep: groups, predefined
    /// folds, the order in time with its gap. Otherwise it is proportional from each class (of numbers: each tenth of
    /// their ranks) to within one row. If there is only one row, the part is empty.
    ///
    /// The rows that score the fit are in neither.
    pub fn split_inner(&self, share: f64, generator: &mut Generator) -> (Vec<u32>, Vec<u32>) {
        let targets = self.rows.targets().select_rows(&self.training);
        let (training, inner) = hold_out_inner(&targets, &self.keys.select_rows(&self.training), share, generator);
        let rows = |places: Vec<u32>| places.into_iter().map(|place| self.training[place as usize]).collect();
        (rows(training), rows(inner))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crossfold_study::Seed;

    use super::*;
    use crate::{Dataset, Features, TargetScaling, Targets};

    /// Forty rows of two classes in the ratio of three to one. Even rows train.
    fn data() -> FitData {
        let labels = (0..80).map(|row| u32::from(row % 8 >= 6)).collect();
        let targets = Targets::Classes { labels, names: vec!["a".to_owned(), "b".to_owned()] };
        FitData {
            rows: Arc::new(Dataset::new(Features::Bytes(vec![0; 80]), Arc::new(targets))),
            training: (0..80).step_by(2).collect(),
            validation: (1..80).step_by(2).collect(),
            keys: Arc::default(),
            scaling: TargetScaling::NONE,
            class_weights: None,
            pipeline: None,
        }
    }

    #[test]
    fn inner_part_is_a_stratified_share_of_training_rows() {
        let data = data();
        let (training, inner) = data.split_inner(0.2, &mut Seed(1).subset());
        assert_eq!([training.len(), inner.len()], [32, 8]);
        assert_eq!(inner.iter().filter(|row| *row % 8 >= 6).count(), 2);
        let mut all = [training, inner].concat();
        all.sort_unstable();
        assert_eq!(all, data.training);
    }

    #[test]
    fn neither_part_is_empty() {
        let data = data();
        for (share, expected) in [(1e-9, 1), (0.999_999, 39)] {
            assert_eq!(data.split_inner(share, &mut Seed(1).subset()).1.len(), expected);
        }
        let single = FitData { training: vec![4], ..data };
        assert_eq!(single.split_inner(0.5, &mut Seed(1).subset()), (vec![4], vec![]));
    }
}
