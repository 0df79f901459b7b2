//! A network's parameters, independent of its implementation and in the layout of files.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crossfold_data::Embedding;
use crossfold_kernels::Real;
use crossfold_network::{Role, TensorSpec};
use crossfold_study::Fingerprint;
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensorError, SafeTensors};

/// A network's tensors in the order of its layers, and its embedding tables.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parameters<E> {
    pub(crate) tensors: Vec<Tensor<E>>,
    pub(crate) tables: Vec<Table<E>>,
}

/// A tensor as files store it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tensor<E> {
    pub(crate) spec: TensorSpec,
    pub(crate) values: Vec<E>,
}

/// The embedding of a categorical feature: a vector per level.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table<E> {
    pub(crate) embedding: Embedding,
    /// Levels × width.
    pub(crate) values: Vec<E>,
}

impl<E: Real> Table<E> {
    /// The vector of the level with this code.
    pub(crate) fn vector(&self, code: E) -> &[E] {
        let Embedding { width, .. } = self.embedding;
        let start = code.to_f64() as usize * width;
        &self.values[start..start + width]
    }
}

/// The reason why bytes aren't the weights of a network.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    #[error("not a safetensors file: {0}")]
    Unreadable(#[from] SafeTensorError),
    #[error(transparent)]
    Misfit(#[from] crossfold_network::Misfit),
    #[error("`{name}` is not {expected} values of 32 bits")]
    Shape { name: String, expected: usize },
    #[error("`{name}` has a value that is not finite")]
    NotFinite { name: String },
}

impl Parameters<f32> {
    /// Reads what [`Parameters::safetensors`] writes. `specs` and `embeddings` are those of the network.
    pub(crate) fn from_safetensors(
        bytes: &[u8],
        specs: Vec<TensorSpec>,
        embeddings: &[Embedding],
    ) -> Result<Parameters<f32>, WeightsError> {
        let bytes = current_weights(bytes, &specs)?;
        let file = SafeTensors::deserialize(&bytes)?;
        let read = |name: String, shape: &[usize]| {
            let tensor = file.tensor(&name)?;
            if tensor.dtype() != Dtype::F32 || tensor.shape() != shape {
                return Err(WeightsError::Shape { name, expected: shape.iter().product() });
            }
            let values: Vec<f32> = values(tensor.data()).collect();
            if values.iter().all(|value| value.is_finite()) {
                Ok(values)
            } else {
                Err(WeightsError::NotFinite { name })
            }
        };
        let tensors = specs.into_iter().map(|spec| {
            let values = read(spec.name.clone(), &spec.shape)?;
            Ok(Tensor { spec, values })
        });
        let tensors = tensors.collect::<Result<_, WeightsError>>()?;
        let tables = embeddings.iter().enumerate().map(|(number, &embedding)| {
            let shape = [embedding.levels, embedding.width];
            Ok(Table { embedding, values: read(table_name(number), &shape)? })
        });
        Ok(Parameters { tensors, tables: tables.collect::<Result<_, WeightsError>>()? })
    }

    /// Returns the bytes of a safetensors file with `layers.0.weight`, `layers.0.bias` and so on, and
    /// `embeddings.0.weight` for each embedding table.
    pub(crate) fn safetensors(&self) -> Vec<u8> {
        let tables = self.tables.iter().enumerate().map(|(number, Table { embedding, values })| {
            (table_name(number), vec![embedding.levels, embedding.width], bytes(values))
        });
        let tensors =
            self.tensors.iter().map(|Tensor { spec, values }| (spec.name.clone(), spec.shape.clone(), bytes(values)));
        let tensors: Vec<_> = tables.chain(tensors).collect();
        let views = tensors.iter().map(|(name, shape, bytes)| {
            let view = TensorView::new(Dtype::F32, shape.clone(), bytes);
            (name, view.expect("a tensor has as many values as its shape"))
        });
        safetensors::serialize(views, None).expect("names are distinct and the header is short")
    }

    /// The fingerprint of all values, tables first.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        let tables = self.tables.iter().map(|table| &table.values);
        Fingerprint::from_pieces(
            tables.chain(self.tensors.iter().map(|tensor| &tensor.values)).map(|values| bytes(values)),
        )
    }
}

/// The weights of a network with `specs`, from a file that an earlier version may have written.
///
/// Earlier versions trained a bias in front of batch normalisation. It adds to the values and is in their mean, so a
/// running mean that is less by it makes the same network.
pub(crate) fn current_weights<'b>(bytes: &'b [u8], specs: &[TensorSpec]) -> Result<Cow<'b, [u8]>, SafeTensorError> {
    let file = SafeTensors::deserialize(bytes)?;
    let mut tensors: BTreeMap<String, TensorView<'_>> = file.tensors().into_iter().collect();
    let mut means = Vec::new();
    for (at, spec) in specs.iter().enumerate() {
        let Some(layer) = spec.name.strip_suffix(".weight").filter(|_| matches!(spec.role, Role::Weight { .. })) else {
            continue;
        };
        let bias = format!("{layer}.bias");
        let mean = specs[at..].iter().find(|spec| spec.role == Role::RunningMean);
        if let (true, Some(mean)) = (specs.iter().all(|spec| spec.name != bias), mean)
            && let (Some(bias), Ok(before)) = (tensors.remove(&bias), file.tensor(&mean.name))
        {
            let pairs = values(before.data()).zip(values(bias.data()));
            means.push((mean, pairs.flat_map(|(mean, bias)| (mean - bias).to_le_bytes()).collect::<Vec<u8>>()));
        }
    }
    if means.is_empty() {
        return Ok(Cow::Borrowed(bytes));
    }
    for (spec, mean) in &means {
        tensors.insert(spec.name.clone(), TensorView::new(Dtype::F32, spec.shape.clone(), mean)?);
    }
    Ok(Cow::Owned(safetensors::serialize(tensors, None)?))
}

fn values(bytes: &[u8]) -> impl Iterator<Item = f32> {
    bytes.as_chunks().0.iter().map(|&value| f32::from_le_bytes(value))
}

fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn table_name(number: usize) -> String {
    format!("embeddings.{number}.weight")
}

#[cfg(test)]
mod tests {
    use crossfold_network::{Activation, Configuration, HiddenLayer, Init, Normalization, Shape, tensors};
    use crossfold_study::Seed;

    use super::*;

    #[test]
    fn bias_in_front_of_batch_normalisation_is_part_of_the_mean() {
        let batch = Configuration {
            hidden: vec![HiddenLayer { nodes: 2, dropout: 0.0 }; 2],
            activation: Some(Activation::Relu),
            normalization: Normalization::Batch,
            ..Configuration::default()
        };
        let shape = Shape::dense(3, 2);
        let layers = batch.fitting_layers(shape);
        let specs = tensors(&layers);
        let written = Parameters::<f32>::draw(Init::FanIn, &layers, &[], &mut Seed(1).subset());
        let same = Parameters::from_safetensors(&written.safetensors(), specs.clone(), &[]).unwrap();
        assert_eq!(same, written);
        let mut older = written.clone();
        let spec = TensorSpec { name: "layers.1.bias".to_owned(), shape: vec![2], ..specs[0].clone() };
        older.tensors.push(Tensor { spec, values: vec![0.25, -2.0] });
        let read = Parameters::from_safetensors(&older.safetensors(), specs, &[]).unwrap();
        for (read, written) in read.tensors.iter().zip(&written.tensors) {
            let is_second = read.spec.name == "normalizations.1.running_mean";
            assert_eq!(read.values, if is_second { vec![-0.25, 2.0] } else { written.values.clone() });
        }
    }
}
