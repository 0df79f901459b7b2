//! What networks learn to predict.

use crossfold_network::Task;
use crossfold_study::Truth;

use crate::statistics;

/// One target per row.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets {
    /// One of several classes.
    Classes {
        /// Indices into `names`.
        labels: Vec<u32>,
        names: Vec<String>,
    },
    /// A finite number.
    Numbers(Vec<f64>),
}

impl Targets {
    /// The number of rows.
    pub fn len(&self) -> usize {
        match self {
            Targets::Classes { labels, .. } => labels.len(),
            Targets::Numbers(numbers) => numbers.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn task(&self) -> Task {
        match self {
            Targets::Classes { .. } => Task::Classification,
            Targets::Numbers(_) => Task::Regression,
        }
    }

    /// The number of a network's outputs: one per class, or one for numbers.
    pub fn outputs(&self) -> usize {
        match self {
            Targets::Classes { names, .. } => names.len(),
            Targets::Numbers(_) => 1,
        }
    }

    /// The names of the classes, by label; empty for numbers.
    pub fn classes(&self) -> &[String] {
        match self {
            Targets::Classes { names, .. } => names,
            Targets::Numbers(_) => &[],
        }
    }

    /// The targets of the given rows, in the given order.
    pub fn select_rows(&self, rows: &[u32]) -> Targets {
        match self {
            Targets::Classes { labels, names } => Targets::Classes {
                labels: rows.iter().map(|&row| labels[row as usize]).collect(),
                names: names.clone(),
            },
            Targets::Numbers(numbers) => Targets::Numbers(rows.iter().map(|&row| numbers[row as usize]).collect()),
        }
    }

    /// The sum of (number − mean)² over the given rows, with their mean; 0 for classes.
    pub fn spread(&self, rows: &[u32]) -> f64 {
        let Targets::Numbers(numbers) = self else { return 0.0 };
        let selected = || rows.iter().map(|&row| numbers[row as usize]);
        statistics::sum_of_squares(selected(), statistics::mean(selected()))
    }

    /// The true targets of the given rows, for comparison with predictions.
    pub fn truth(&self, rows: &[u32]) -> Truth {
        match self.select_rows(rows) {
            Targets::Classes { labels, .. } => Truth::Labels(labels),
            Targets::Numbers(numbers) => Truth::Numbers(numbers),
        }
    }

    /// Memory, in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        match self {
            Targets::Classes { labels, .. } => size_of_val(labels.as_slice()) as u64,
            Targets::Numbers(numbers) => size_of_val(numbers.as_slice()) as u64,
        }
    }
}
