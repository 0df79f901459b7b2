//! What networks learn to say of a row.

use crossfold_network::Task;
use crossfold_study::Truth;

use crate::statistics;

/// A target a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets {
    /// Which of several classes.
    Classes {
        /// Places in `names`.
        labels: Vec<u32>,
        names: Vec<String>,
    },
    /// A finite number.
    Numbers(Vec<f64>),
}

impl Targets {
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

    /// What a network says of a row: a figure a class, or one number.
    pub fn outputs(&self) -> usize {
        match self {
            Targets::Classes { names, .. } => names.len(),
            Targets::Numbers(_) => 1,
        }
    }

    /// The classes' names, by label; none where numbers are learnt.
    pub fn classes(&self) -> &[String] {
        match self {
            Targets::Classes { names, .. } => names,
            Targets::Numbers(_) => &[],
        }
    }

    /// Those of some rows.
    pub fn of(&self, rows: &[u32]) -> Targets {
        match self {
            Targets::Classes { labels, names } => Targets::Classes {
                labels: rows.iter().map(|&row| labels[row as usize]).collect(),
                names: names.clone(),
            },
            Targets::Numbers(numbers) => Targets::Numbers(rows.iter().map(|&row| numbers[row as usize]).collect()),
        }
    }

    /// (number − the rows' mean)², summed over some rows; 0 for classes.
    pub fn spread(&self, rows: &[u32]) -> f64 {
        let Targets::Numbers(numbers) = self else { return 0.0 };
        let of = || rows.iter().map(|&row| numbers[row as usize]);
        statistics::squares(of(), statistics::mean(of()))
    }

    /// What is true of some rows.
    pub fn truth(&self, rows: &[u32]) -> Truth {
        match self.of(rows) {
            Targets::Classes { labels, .. } => Truth::Labels(labels),
            Targets::Numbers(numbers) => Truth::Numbers(numbers),
        }
    }

    /// Memory that they take.
    pub(crate) fn bytes(&self) -> u64 {
        match self {
            Targets::Classes { labels, .. } => size_of_val(labels.as_slice()) as u64,
            Targets::Numbers(numbers) => size_of_val(numbers.as_slice()) as u64,
        }
    }
}
