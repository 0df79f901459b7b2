//! What a model is judged by.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A figure that trials are ranked by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// The share of rows whose most probable class is the true one, 0 to 1.
    Accuracy,
    /// The mean of −ln p(true class), in nats; the loss that networks are trained by.
    LogLoss,
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Maximize,
    Minimize,
}

impl Metric {
    pub const ALL: [Metric; 2] = [Metric::Accuracy, Metric::LogLoss];

    /// The name used in specs and as a column.
    pub fn name(self) -> &'static str {
        match self {
            Metric::Accuracy => "accuracy",
            Metric::LogLoss => "log_loss",
        }
    }

    pub fn direction(self) -> Direction {
        match self {
            Metric::Accuracy => Direction::Maximize,
            Metric::LogLoss => Direction::Minimize,
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What is counted on a set of rows: sums, from which every mean is made in one place.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    pub rows: u32,
    /// Rows whose most probable class is the true one.
    pub correct: u32,
    /// −ln p(true class), summed, in nats.
    pub loss: f64,
}

impl Tally {
    pub fn add(&mut self, other: Tally) {
        self.rows += other.rows;
        self.correct += other.correct;
        self.loss += other.loss;
    }

    pub fn is_finite(&self) -> bool {
        self.loss.is_finite()
    }

    /// Means over the rows, of which there must be one.
    pub fn evaluation(&self) -> Evaluation {
        let rows = f64::from(self.rows);
        Evaluation { log_loss: self.loss / rows, accuracy: f64::from(self.correct) / rows }
    }
}

/// How a network did on a set of rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// Mean of −ln p(true class) over the rows, in nats.
    pub log_loss: f64,
    /// Share of the rows classified right, 0 to 1.
    pub accuracy: f64,
}

impl Evaluation {
    pub fn get(&self, metric: Metric) -> f64 {
        match metric {
            Metric::Accuracy => self.accuracy,
            Metric::LogLoss => self.log_loss,
        }
    }

    pub fn is_finite(&self) -> bool {
        self.log_loss.is_finite() && self.accuracy.is_finite()
    }
}

/// A finite figure, so that scores have a total order and NaN can never be ranked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score(f64);

impl Score {
    /// `None` where `value` is NaN or infinite.
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
    use super::*;
    use std::cmp::Ordering;

    #[test]
    fn only_finite_scores_exist_and_the_better_comes_first() {
        assert_eq!(Score::new(f64::NAN), None);
        assert_eq!(Score::new(f64::NEG_INFINITY), None);
        let [low, high] = [0.25, 0.75].map(|v| Score::new(v).unwrap());
        assert_eq!(high.better_first(low, Metric::Accuracy.direction()), Ordering::Less);
        assert_eq!(high.better_first(low, Metric::LogLoss.direction()), Ordering::Greater);
        assert_eq!(Score::new(-0.0), Score::new(0.0));
    }
}
