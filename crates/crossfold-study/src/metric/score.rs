//! Scores, which can be ranked.

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Maximize,
    Minimize,
}

/// A finite number, so that scores have a total order and NaN is never ranked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score(f64);

impl Score {
    /// `None` if `value` is NaN or infinite.
    pub fn new(value: f64) -> Option<Score> {
        // Adding 0.0 turns −0 into +0, so that equal scores print alike.
        value.is_finite().then_some(Score(value + 0.0))
    }

    pub fn get(self) -> f64 {
        self.0
    }

    /// Orders the better score first.
    pub fn better_first(self, other: Score, direction: Direction) -> std::cmp::Ordering {
        match direction {
            Direction::Maximize => other.0.total_cmp(&self.0),
            Direction::Minimize => self.0.total_cmp(&other.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::*;
    use crate::Metric;

    #[test]
    fn scores_are_finite_and_better_ones_sort_first() {
        assert_eq!(Score::new(f64::NAN), None);
        assert_eq!(Score::new(f64::NEG_INFINITY), None);
        let [low, high] = [0.25, 0.75].map(|v| Score::new(v).unwrap());
        assert_eq!(high.better_first(low, Metric::Accuracy.direction()), Ordering::Less);
        assert_eq!(high.better_first(low, Metric::LogLoss.direction()), Ordering::Greater);
        assert_eq!(Score::new(-0.0), Score::new(0.0));
    }
}
