//! Rows of features with a target each.

mod digest;
mod shuffled;

use std::sync::Arc;

use crossfold_kernels::simd::{self as macerator, Simd, with_simd};
use crossfold_network::{Configuration, Form, Layer, Misfit, NumberInputs, Shape, place_numbers};
use serde::{Deserialize, Serialize};

use crate::targets::Targets;
pub(crate) use digest::hex;

/// Rows of features with a target each; read-only, shared by all threads.
#[derive(Clone, Debug)]
pub struct Dataset {
    features: Features,
    targets: Arc<Targets>,
    /// Number of features per row.
    inputs: usize,
    /// The embeddings whose codes are the last features of a row.
    embeddings: Vec<Embedding>,
    /// The places of the inputs that are numbers, in the order of [`NumberInputs`]; empty if rows aren't those of a table.
    numbers: Vec<u32>,
    /// The structure of a row's features.
    form: Form,
    /// The number of steps of each row, if rows are sequences. Shorter ones are padded with 0.
    lengths: Option<Vec<u32>>,
}

/// The features of all rows, row by row.
#[derive(Clone, Debug, PartialEq)]
pub enum Features {
    /// Grey levels from 0 to 255, which networks see as 0 to 1. They stay bytes until a batch is gathered: MNIST takes
    /// 47 MB instead of 188.
    Bytes(Vec<u8>),
    /// Finite values, which networks see unchanged.
    Floats(Vec<f32>),
}

/// A categorical feature that a network looks up: each of `levels` codes stands for `width` learnt numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Embedding {
    pub levels: usize,
    pub width: usize,
}

impl Dataset {
    /// # Panics
    /// If there are no rows, rows have different numbers of features, or a label has no class.
    pub fn new(features: Features, targets: Arc<Targets>) -> Dataset {
        let values = match &features {
            Features::Bytes(values) => values.len(),
            Features::Floats(values) => values.len(),
        };
        let rows = targets.len();
        assert!(rows > 0 && values.is_multiple_of(rows), "all rows have the same number of features");
        if let Targets::Classes { labels, names } = &*targets {
            assert!(labels.iter().all(|&label| (label as usize) < names.len()), "each label has a class");
        }
        Dataset {
            features,
            targets,
            inputs: values / rows,
            embeddings: Vec::new(),
            numbers: Vec::new(),
            form: Form::Flat,
            lengths: None,
        }
    }

    /// Marks the last features of each row as codes of `embeddings`.
    ///
    /// # Panics
    /// If there are more embeddings than features.
    pub(crate) fn with_embeddings(self, embeddings: Vec<Embedding>) -> Dataset {
        assert!(embeddings.len() <= self.inputs, "each embedding has a feature");
        Dataset { embeddings, ..self }
    }

    /// Marks the features that are numbers, which are at these `places`.
    ///
    /// # Panics
    /// If a place is none of a row.
    pub(crate) fn with_numbers(self, numbers: NumberInputs, places: Vec<u32>) -> Dataset {
        assert!(places.iter().all(|&place| (place as usize) < self.inputs), "numbers are features");
        Dataset { form: Form::Table(numbers), numbers: places, ..self }
    }

    /// The same rows with other targets.
    ///
    /// # Panics
    /// If there isn't a target for each row.
    pub(crate) fn with_targets(self, targets: Targets) -> Dataset {
        assert_eq!(targets.len(), self.rows(), "each row has a target");
        Dataset { targets: Arc::new(targets), ..self }
    }

    /// Marks the features of each row as arranged by `form`. The numbers of a table come first.
    ///
    /// # Panics
    /// If `form` has another number of features.
    pub fn with_form(self, form: Form) -> Dataset {
        let fits = match form {
            Form::Flat => true,
            Form::Table(numbers) => numbers.inputs().is_some_and(|own| own <= self.inputs),
            Form::Image { height, width, channels } => height * width * channels == self.inputs,
            Form::Sequence { steps } => self.inputs.is_multiple_of(steps),
        };
        assert!(fits, "a row has as many features as its form");
        let numbers = if let Form::Table(numbers) = form { numbers.inputs().unwrap_or_default() } else { 0 };
        Dataset { form, numbers: (0..numbers as u32).collect(), ..self }
    }

    /// Marks the rows as sequences of `lengths` steps, padded to `longest`.
    ///
    /// # Panics
    /// If there isn't a length for each row, or rows can't be cut into `longest` steps.
    pub(crate) fn with_lengths(self, lengths: Vec<u32>, longest: u32) -> Dataset {
        assert_eq!(lengths.len(), self.rows(), "each row has a length");
        Dataset { lengths: Some(lengths), ..self.with_form(Form::Sequence { steps: longest as usize }) }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.targets.len()
    }

    /// The row numbers of all rows.
    pub fn all(&self) -> Vec<u32> {
        (0..u32::try_from(self.rows()).expect("row numbers fit in 32 bits")).collect()
    }

    /// The number of features per row, as [`Dataset::gather`] writes them.
    pub fn features_per_row(&self) -> usize {
        self.inputs
    }

    /// The sizes of the inputs and outputs of a network for these rows.
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

    /// The layers of a network for these rows.
    ///
    /// # Errors
    /// If the network doesn't fit.
    pub fn layers(&self, configuration: &Configuration) -> Result<Vec<Layer>, Misfit> {
        let mut layers = configuration.layers(self.shape())?;
        place_numbers(&mut layers, &self.numbers);
        Ok(layers)
    }

    /// The layers of a network that is known to fit these rows.
    ///
    /// # Panics
    /// If it doesn't fit.
    pub fn fitting_layers(&self, configuration: &Configuration) -> Vec<Layer> {
        self.layers(configuration).expect("a network that doesn't fit its data was refused")
    }

    /// One target per row.
    pub fn targets(&self) -> &Arc<Targets> {
        &self.targets
    }

    /// The embeddings whose codes are the last features of a row.
    pub fn embeddings(&self) -> &[Embedding] {
        &self.embeddings
    }

    /// The number of steps of each row; `None` if rows aren't sequences. A row's features are those of its steps, step
    /// by step, then zeros up to the length of the longest sequence.
    pub fn lengths(&self) -> Option<&[u32]> {
        self.lengths.as_deref()
    }

    /// Memory of features and targets, in bytes.
    pub fn bytes(&self) -> u64 {
        let features = match &self.features {
            Features::Bytes(values) => values.len(),
            Features::Floats(values) => size_of_val(values.as_slice()),
        };
        features as u64 + self.targets.bytes()
    }

    /// The given rows, in the given order.
    pub fn select_rows(&self, rows: &[u32]) -> Dataset {
        fn some<T: Copy>(values: &[T], rows: &[u32], inputs: usize) -> Vec<T> {
            rows.iter().flat_map(|&row| &values[row as usize * inputs..][..inputs]).copied().collect()
        }
        Dataset {
            features: match &self.features {
                Features::Bytes(values) => Features::Bytes(some(values, rows, self.inputs)),
                Features::Floats(values) => Features::Floats(some(values, rows, self.inputs)),
            },
            targets: Arc::new(self.targets.select_rows(rows)),
            embeddings: self.embeddings.clone(),
            numbers: self.numbers.clone(),
            lengths: self.lengths.as_ref().map(|lengths| some(lengths, rows, 1)),
            ..*self
        }
    }

    /// A row as a greyscale image: its height, width and pixels; `None` if rows aren't greyscale images.
    pub(crate) fn picture(&self, row: u32) -> Option<([usize; 2], &[u8])> {
        match (&self.features, self.form) {
            (Features::Bytes(pixels), Form::Image { height, width, channels: 1 }) => {
                Some(([height, width], pixels.chunks_exact(self.inputs).nth(row as usize)?))
            }
            (
                Features::Bytes(_) | Features::Floats(_),
                Form::Flat | Form::Table(_) | Form::Image { .. } | Form::Sequence { .. },
            ) => None,
        }
    }

    /// All features, as they are stored.
    pub fn features(&self) -> &Features {
        &self.features
    }

    /// Writes the features of `rows` into `out`, row by row; bytes are divided by 255.
    ///
    /// # Panics
    /// If `out` doesn't hold exactly `rows` × inputs values, or a row doesn't exist.
    pub fn gather(&self, rows: &[u32], out: &mut [f32]) {
        let inputs = self.inputs;
        assert_eq!(out.len(), rows.len() * inputs, "a batch has room for exactly its rows");
        let batch = rows.iter().map(|&row| row as usize * inputs).zip(out.chunks_exact_mut(inputs));
        match &self.features {
            Features::Bytes(values) => {
                for (start, out) in batch {
                    scale_bytes(&values[start..start + inputs], out);
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

/// Divides bytes by 255.
#[with_simd]
fn scale_bytes<S: Simd>(bytes: &[u8], out: &mut [f32]) {
    for (out, &byte) in out.iter_mut().zip(bytes) {
        *out = f32::from(byte) * (1.0 / 255.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(labels: Vec<u32>) -> Arc<Targets> {
        Arc::new(Targets::Classes { labels, names: vec!["no".to_owned(), "yes".to_owned()] })
    }

    #[test]
    fn bytes_are_divided_by_255() {
        let pixels = Dataset::new(Features::Bytes(vec![0, 255, 51, 102, 1, 254]), labels(vec![0, 1, 0]));
        assert_eq!(pixels.shape(), Shape::dense(2, 2));
        let mut out = [f32::NAN; 6];
        pixels.gather(&[2, 0, 2], &mut out);
        // Expected values are NumPy's float32. White is exactly 1.
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
    #[should_panic(expected = "a batch has room for exactly its rows")]
    fn batch_of_the_wrong_size_panics() {
        let pixels = Dataset::new(Features::Bytes(vec![0, 1]), labels(vec![0, 1]));
        pixels.gather(&[0], &mut [0.0; 2]);
    }
}
