//! Embeddings of numbers.

use super::{Layer, LayerKind, OnlyPyTorch, Role, TensorSpec, Work};
use crate::configuration::NumberEmbedding;
use crate::python::{PythonCode, tensor};

/// Replaces the inputs of each number by its embedding. The embeddings of a row come first, then its other values.
#[derive(Clone, Debug, PartialEq)]
pub struct NumbersLayer {
    pub embedding: NumberEmbedding,
    /// The number of numbers, at least one.
    pub numbers: usize,
    /// Inputs of each number: its bins, or 1.
    pub width: usize,
    /// Values of a row.
    pub inputs: usize,
    /// The places of the numbers' inputs in a row, number by number.
    pub places: Vec<u32>,
}

impl NumbersLayer {
    /// Values that each number becomes.
    pub fn size(&self) -> usize {
        self.embedding.size() as usize
    }

    /// Values of a number that its linear layer reads.
    pub fn features(&self) -> usize {
        match self.embedding {
            NumberEmbedding::Linear { .. } => self.width,
            NumberEmbedding::Periodic { frequencies, .. } => 2 * frequencies as usize,
        }
    }

    /// The number of cosines, and of sines, of each number.
    pub fn frequencies(&self) -> Option<usize> {
        match self.embedding {
            NumberEmbedding::Linear { .. } => None,
            NumberEmbedding::Periodic { frequencies, .. } => Some(frequencies as usize),
        }
    }

    /// The places of the values that aren't embedded, ascending.
    pub fn others(&self) -> Vec<u32> {
        let mut is_embedded = vec![false; self.inputs];
        self.places.iter().for_each(|&place| is_embedded[place as usize] = true);
        (0..self.inputs as u32).filter(|&place| !is_embedded[place as usize]).collect()
    }

    /// Writes code that embeds the numbers of `x`.
    fn write(&self, name: &str, library: Library, code: &mut PythonCode) {
        let Library { module, pi, concatenate, relu } = library;
        let [numbers, size, features] = [self.numbers, self.size(), self.features()];
        code.add_statement(format!("v = x[:, {}].reshape(-1, {numbers}, {})", slice(&self.places), self.width));
        if self.frequencies().is_some() {
            code.add_statement(format!("v = 2 * {pi} * v * {}", tensor(name, "frequencies")));
            code.add_statement(format!("v = {module}.{concatenate}(({module}.cos(v), {module}.sin(v)), 2)"));
        }
        let weight = format!("{}.reshape({numbers}, {size}, {features})", tensor(name, "weight"));
        let bias = format!("{}.reshape({numbers}, {size})", tensor(name, "bias"));
        code.add_statement(format!("v = {module}.einsum(\"rni,noi->rno\", v, {weight}) + {bias}"));
        let embedded = format!("{relu}.reshape(-1, {})", numbers * size);
        let others = self.others();
        code.add_statement(if others.is_empty() {
            format!("x = {embedded}")
        } else {
            format!("x = {module}.{concatenate}(({embedded}, x[:, {}]), 1)", slice(&others))
        });
    }
}

/// What two libraries name differently.
#[derive(Clone, Copy)]
struct Library {
    module: &'static str,
    pi: &'static str,
    concatenate: &'static str,
    /// Of `v`.
    relu: &'static str,
}

/// `2:5` for consecutive places, else a list.
fn slice(places: &[u32]) -> String {
    match places {
        [first, rest @ ..] if rest.iter().zip(first + 1..).all(|(&place, next)| place == next) => {
            format!("{first}:{}", first + 1 + rest.len() as u32)
        }
        places => format!("{places:?}"),
    }
}

impl LayerKind for NumbersLayer {
    fn inputs(&self) -> usize {
        self.inputs
    }

    fn outputs(&self) -> usize {
        self.numbers * self.size() + self.inputs - self.places.len()
    }

    fn group(&self) -> &'static str {
        "numbers"
    }

    fn tensors(&self) -> Vec<TensorSpec> {
        let (numbers, size, features) = (self.numbers, self.size(), self.features());
        let fans = [features, size];
        let frequencies = match self.embedding {
            NumberEmbedding::Linear { .. } => None,
            NumberEmbedding::Periodic { frequencies, sigma, .. } => {
                let shape = [numbers, frequencies as usize];
                Some(TensorSpec::new("frequencies", &shape, Role::Frequency { sigma }, [1, features]))
            }
        };
        let weight = TensorSpec::new("weight", &[numbers * size, features], Role::Weight { gates: numbers }, fans);
        let bias = TensorSpec::new("bias", &[numbers * size], Role::Bias, fans);
        frequencies.into_iter().chain([weight, bias]).collect()
    }

    fn work(&self) -> Work {
        let waves = self.frequencies().map_or(0, |_| self.features());
        Work {
            products: (self.numbers * self.features() * self.size()) as u64,
            activations: (self.numbers * (waves + self.size())) as u64,
            ..Work::default()
        }
    }

    fn values_in_training(&self) -> usize {
        4 * self.outputs() + 3 * self.numbers * self.features()
    }

    fn branches(&self) -> &[Vec<Layer>] {
        &[]
    }

    fn sketch(&self) -> Option<String> {
        Some(match self.embedding {
            NumberEmbedding::Linear { size } => format!("linear {}×{size}", self.numbers),
            NumberEmbedding::Periodic { size, frequencies, .. } => {
                format!("periodic {}×{frequencies}×{size}", self.numbers)
            }
        })
    }

    fn write_pytorch(&self, name: &str, code: &mut PythonCode) {
        let library = Library { module: "torch", pi: "torch.pi", concatenate: "cat", relu: "v.relu()" };
        self.write(name, library, code);
    }

    fn write_numpy(&self, name: &str, code: &mut PythonCode) -> Result<(), OnlyPyTorch> {
        let library = Library { module: "np", pi: "np.pi", concatenate: "concatenate", relu: "np.maximum(v, 0)" };
        self.write(name, library, code);
        Ok(())
    }
}
