//! Rows of features with a target each.

use std::sync::Arc;

use crossfold_network::{Form, Shape};
use macerator::{Simd, with_simd};
use serde::{Deserialize, Serialize};

use crate::Targets;

/// Rows of features with a target each; read-only, shared by all threads.
#[derive(Clone, Debug)]
pub struct Dataset {
    features: Features,
    targets: Arc<Targets>,
    /// Features of a row.
    inputs: usize,
    /// What the last features of a row are places in, if anything.
    embeddings: Vec<Embedding>,
    /// What a row's features are together.
    form: Form,
    /// Steps of each row that is a sequence, padded with 0 to the longest.
    lengths: Option<Vec<u32>>,
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

/// A categorical feature that a network looks up: a place among `levels`, seen as `width` numbers that
/// are learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Embedding {
    pub levels: usize,
    pub width: usize,
}

impl Dataset {
    /// # Panics
    /// If there are no rows, the features don't come to the same number for each row, or a label
    /// has no class.
    pub fn new(features: Features, targets: Arc<Targets>) -> Dataset {
        let values = match &features {
            Features::Bytes(values) => values.len(),
            Features::Floats(values) => values.len(),
        };
        let rows = targets.len();
        assert!(rows > 0 && values.is_multiple_of(rows), "each row has as many features");
        if let Targets::Classes { labels, names } = &*targets {
            assert!(labels.iter().all(|&label| (label as usize) < names.len()), "each label has a class");
        }
        Dataset { features, targets, inputs: values / rows, embeddings: Vec::new(), form: Form::Flat, lengths: None }
    }

    /// The same rows, whose last features are places in `embeddings`.
    pub(crate) fn with_embeddings(self, embeddings: Vec<Embedding>) -> Dataset {
        assert!(embeddings.len() <= self.inputs, "each has a feature");
        Dataset { embeddings, ..self }
    }

    /// The same rows, whose features are together what `form` says.
    ///
    /// # Panics
    /// If a row's features don't come to it.
    pub fn with_form(self, form: Form) -> Dataset {
        let fits = match form {
            Form::Flat => true,
            Form::Image { height, width, channels } => height * width * channels == self.inputs,
            Form::Sequence { steps } => self.inputs.is_multiple_of(steps),
        };
        assert!(fits, "a row's features come to its form");
        Dataset { form, ..self }
    }

    /// The same rows, which are sequences of so many steps, padded to `longest`.
    pub(crate) fn with_lengths(self, lengths: Vec<u32>, longest: u32) -> Dataset {
        assert_eq!(lengths.len(), self.rows(), "each row has a length");
        Dataset { lengths: Some(lengths), ..self.with_form(Form::Sequence { steps: longest as usize }) }
    }

    pub fn rows(&self) -> usize {
        self.targets.len()
    }

    /// The numbers of all rows.
    pub fn all(&self) -> Vec<u32> {
        (0..u32::try_from(self.rows()).expect("row numbers are 32 bits wide")).collect()
    }

    /// Features of a row, as [`Dataset::gather`] writes them.
    pub fn features_per_row(&self) -> usize {
        self.inputs
    }

    pub fn shape(&self) -> Shape {
        let widths: usize = self.embeddings.iter().map(|embedding| embedding.width).sum();
        let looked_up = self.embeddings.iter().map(|embedding| (embedding.levels * embedding.width) as u64).sum();
        Shape {
            inputs: self.inputs - self.embeddings.len() + widths,
            outputs: self.targets.outputs(),
            looked_up,
            form: self.form,
        }
    }

    pub fn targets(&self) -> &Arc<Targets> {
        &self.targets
    }

    pub fn embeddings(&self) -> &[Embedding] {
        &self.embeddings
    }

    /// Steps of each row, where rows are sequences. A row's features are its steps', one step after
    /// another, then 0 up to the longest; a mask of 1 for the first `lengths()[row]` steps tells them apart.
    pub fn lengths(&self) -> Option<&[u32]> {
        self.lengths.as_deref()
    }

    /// Memory that features and targets take, in bytes.
    pub fn bytes(&self) -> u64 {
        let features = match &self.features {
            Features::Bytes(values) => values.len(),
            Features::Floats(values) => size_of_val(values.as_slice()),
        };
        features as u64 + self.targets.bytes()
    }

    /// Some rows, in this order.
    pub(crate) fn of(&self, rows: &[u32]) -> Dataset {
        fn some<T: Copy>(values: &[T], rows: &[u32], inputs: usize) -> Vec<T> {
            rows.iter().flat_map(|&row| &values[row as usize * inputs..][..inputs]).copied().collect()
        }
        Dataset {
            features: match &self.features {
                Features::Bytes(values) => Features::Bytes(some(values, rows, self.inputs)),
                Features::Floats(values) => Features::Floats(some(values, rows, self.inputs)),
            },
            targets: Arc::new(self.targets.of(rows)),
            embeddings: self.embeddings.clone(),
            lengths: self.lengths.as_ref().map(|lengths| some(lengths, rows, 1)),
            ..*self
        }
    }

    /// A row as a picture in shades of grey: height and width, and its pixels; `None` where it is none.
    pub(crate) fn picture(&self, row: u32) -> Option<([usize; 2], &[u8])> {
        match (&self.features, self.form) {
            (Features::Bytes(pixels), Form::Image { height, width, channels: 1 }) => {
                Some(([height, width], pixels.chunks_exact(self.inputs).nth(row as usize)?))
            }
            (Features::Bytes(_) | Features::Floats(_), Form::Flat | Form::Image { .. } | Form::Sequence { .. }) => None,
        }
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
                    to_shares(&values[start..start + inputs], out);
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

/// Sets `shares` to what of white each byte is: 0 to 255 become 0 to 1.
#[with_simd]
fn to_shares<S: Simd>(bytes: &[u8], shares: &mut [f32]) {
    for (share, &byte) in shares.iter_mut().zip(bytes) {
        *share = f32::from(byte) * (1.0 / 255.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(labels: Vec<u32>) -> Arc<Targets> {
        Arc::new(Targets::Classes { labels, names: vec!["no".to_owned(), "yes".to_owned()] })
    }

    #[test]
    fn bytes_are_gathered_as_shares_of_white() {
        let pixels = Dataset::new(Features::Bytes(vec![0, 255, 51, 102, 1, 254]), labels(vec![0, 1, 0]));
        assert_eq!(pixels.shape(), Shape::dense(2, 2));
        let mut out = [f32::NAN; 6];
        pixels.gather(&[2, 0, 2], &mut out);
        // By NumPy, in float32; white is exactly 1.
        assert_eq!(out, [0.003_921_569, 0.996_078_5, 0.0, 1.0, 0.003_921_569, 0.996_078_5]);
    }

    #[test]
    fn floats_are_gathered_as_they_are() {
        let table = Dataset::new(Features::Floats(vec![-1.5, 2e30, 0.25, 7.0]), labels(vec![0, 1]));
        let mut out = [f32::NAN; 2];
        table.gather(&[1], &mut out);
        assert_eq!(out, [0.25, 7.0]);
    }

    #[test]
    #[should_panic(expected = "a batch holds its rows")]
    fn a_batch_of_the_wrong_size_is_refused() {
        let pixels = Dataset::new(Features::Bytes(vec![0, 1]), labels(vec![0, 1]));
        pixels.gather(&[0], &mut [0.0; 2]);
    }
}
