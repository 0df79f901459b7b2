//! A network's parameters, independent of its implementation and in the layout of files.

use crossfold_data::Embedding;
use crossfold_kernels::Real;
use crossfold_network::TensorSpec;
use crossfold_study::Fingerprint;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

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
    Unreadable(#[from] safetensors::SafeTensorError),
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
        let file = SafeTensors::deserialize(bytes)?;
        let values = |name: String, shape: &[usize]| {
            let tensor = file.tensor(&name)?;
            if tensor.dtype() != Dtype::F32 || tensor.shape() != shape {
                return Err(WeightsError::Shape { name, expected: shape.iter().product() });
            }
            let value = |bytes: &[u8]| f32::from_le_bytes(bytes.try_into().expect("chunks have four bytes"));
            let values: Vec<f32> = tensor.data().chunks_exact(size_of::<f32>()).map(value).collect();
            if values.iter().all(|value| value.is_finite()) {
                Ok(values)
            } else {
                Err(WeightsError::NotFinite { name })
            }
        };
        let tensors = specs.into_iter().map(|spec| {
            let values = values(spec.name.clone(), &spec.shape)?;
            Ok(Tensor { spec, values })
        });
        let tensors = tensors.collect::<Result<_, WeightsError>>()?;
        let tables = embeddings.iter().enumerate().map(|(number, &embedding)| {
            let shape = [embedding.levels, embedding.width];
            Ok(Table { embedding, values: values(table_name(number), &shape)? })
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

fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn table_name(number: usize) -> String {
    format!("embeddings.{number}.weight")
}
