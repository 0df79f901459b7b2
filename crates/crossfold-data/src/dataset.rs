//! Rows of features with a class each.

use crossfold_study::Shape;

/// Rows of features with a class each; read-only, shared by all threads.
#[derive(Clone, Debug)]
pub struct Dataset {
    features: Features,
    labels: Vec<u32>,
    classes: Vec<String>,
    /// Features of a row.
    inputs: usize,
}

/// Features of all rows, one row after another.
#[derive(Clone, Debug, PartialEq)]
pub enum Features {
    /// Grey levels, 0 to 255, seen by networks as 0 to 1. They stay bytes until a batch is
    /// gathered, which keeps MNIST at 47 MB instead of 188.
    Bytes(Vec<u8>),
    /// Finite values, seen by networks as they are.
    Floats(Vec<f32>),
}

impl Dataset {
    /// # Panics
    /// If there are no rows, the features don't come to the same number for each row, or a label
    /// has no class.
    pub fn new(features: Features, labels: Vec<u32>, classes: Vec<String>) -> Dataset {
        let values = match &features {
            Features::Bytes(values) => values.len(),
            Features::Floats(values) => values.len(),
        };
        assert!(!labels.is_empty() && values.is_multiple_of(labels.len()), "each row has as many features");
        assert!(labels.iter().all(|&label| (label as usize) < classes.len()), "each label has a class");
        let inputs = values / labels.len();
        Dataset { features, labels, classes, inputs }
    }

    pub fn rows(&self) -> usize {
        self.labels.len()
    }

    pub fn shape(&self) -> Shape {
        Shape { inputs: self.inputs, outputs: self.classes.len() }
    }

    /// The classes' names, by label.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// Each row's class, as an index into [`Dataset::classes`].
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// Memory that features and labels take, in bytes.
    pub fn bytes(&self) -> u64 {
        let features = match &self.features {
            Features::Bytes(values) => values.len(),
            Features::Floats(values) => size_of_val(values.as_slice()),
        };
        (features + size_of_val(self.labels.as_slice())) as u64
    }

    /// Features as they are kept.
    pub(crate) fn features(&self) -> &Features {
        &self.features
    }

    /// Writes the features of `rows`, one row after another, into `out`; a byte counts 1/255.
    ///
    /// # Panics
    /// If `out` doesn't hold exactly `rows` × inputs values, or a row doesn't exist.
    pub fn gather(&self, rows: &[u32], out: &mut [f32]) {
        let inputs = self.inputs;
        assert_eq!(out.len(), rows.len() * inputs, "a batch holds its rows and nothing else");
        let batch = rows.iter().map(|&row| row as usize * inputs).zip(out.chunks_exact_mut(inputs));
        match &self.features {
            Features::Bytes(values) => {
                for (start, out) in batch {
                    for (out, &value) in out.iter_mut().zip(&values[start..start + inputs]) {
                        *out = f32::from(value) * (1.0 / 255.0);
                    }
                }
            }
            Features::Floats(values) => {
                for (start, out) in batch {
                    out.copy_from_slice(&values[start..start + inputs]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes() -> Vec<String> {
        vec!["no".to_owned(), "yes".to_owned()]
    }

    #[test]
    fn bytes_are_gathered_as_shares_of_white() {
        let pixels = Dataset::new(Features::Bytes(vec![0, 255, 51, 102, 1, 254]), vec![0, 1, 0], classes());
        assert_eq!(pixels.shape(), Shape { inputs: 2, outputs: 2 });
        let mut out = [f32::NAN; 6];
        pixels.gather(&[2, 0, 2], &mut out);
        // By NumPy, in float32; white is exactly 1.
        assert_eq!(out, [0.003_921_569, 0.996_078_5, 0.0, 1.0, 0.003_921_569, 0.996_078_5]);
    }

    #[test]
    fn floats_are_gathered_as_they_are() {
        let table = Dataset::new(Features::Floats(vec![-1.5, 2e30, 0.25, 7.0]), vec![0, 1], classes());
        let mut out = [f32::NAN; 2];
        table.gather(&[1], &mut out);
        assert_eq!(out, [0.25, 7.0]);
    }

    #[test]
    #[should_panic(expected = "a batch holds its rows")]
    fn a_batch_of_the_wrong_size_is_refused() {
        let pixels = Dataset::new(Features::Bytes(vec![0, 1]), vec![0, 1], classes());
        pixels.gather(&[0], &mut [0.0; 2]);
    }
}
