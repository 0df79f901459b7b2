//! The layers of a network, with their sizes.
//!
//! A network is a list of [`Layer`]s. A layer can hold lists of layers of its own ([`ResidualLayer`],
//! [`ParallelLayer`]), so networks are trees. Everything that depends on sizes is read from the tree: tensors, the cost
//! of a row, memory, and the programs of `export`.
//!
//! Each kind of layer is a file that implements [`LayerKind`], and a variant here.

mod activation;
mod branch;
mod convolution;
mod dense;
mod dropout;
mod image;
mod kind;
mod normalization;
mod numbers;
mod parallel;
mod pooling;
mod recurrent;
mod residual;
mod summary;
mod tensor;
mod work;

pub use activation::ActivationLayer;
pub use branch::BranchError;
pub(crate) use branch::{sketch, write_numpy, write_pytorch};
pub use convolution::ConvolutionLayer;
pub use dense::DenseLayer;
pub use dropout::DropoutLayer;
pub use image::Image;
pub(crate) use kind::{LayerKind, OnlyPyTorch};
pub use normalization::{EPSILON, MOMENTUM, NormalizationKind, NormalizationLayer};
pub use numbers::NumbersLayer;
pub use parallel::ParallelLayer;
pub use pooling::{PoolingKind, PoolingLayer};
pub use recurrent::RecurrentLayer;
pub use residual::ResidualLayer;
pub use summary::SummaryLayer;
pub use tensor::{Role, TensorSpec};
pub use work::Work;

use crate::tensor_names::TensorNames;

/// A layer of a network.
///
/// The values of a row are adjacent: those of an image pixel by pixel with all channels, in rows of pixels, those of a
/// sequence step by step.
#[derive(Clone, Debug, PartialEq)]
pub enum Layer {
    Numbers(NumbersLayer),
    Dense(DenseLayer),
    Convolution(ConvolutionLayer),
    Pooling(PoolingLayer),
    Normalization(NormalizationLayer),
    Activation(ActivationLayer),
    Dropout(DropoutLayer),
    Recurrent(RecurrentLayer),
    Summary(SummaryLayer),
    Residual(ResidualLayer),
    Parallel(ParallelLayer),
}

impl Layer {
    pub(crate) fn kind(&self) -> &dyn LayerKind {
        match self {
            Layer::Numbers(layer) => layer,
            Layer::Dense(layer) => layer,
            Layer::Convolution(layer) => layer,
            Layer::Pooling(layer) => layer,
            Layer::Normalization(layer) => layer,
            Layer::Activation(layer) => layer,
            Layer::Dropout(layer) => layer,
            Layer::Recurrent(layer) => layer,
            Layer::Summary(layer) => layer,
            Layer::Residual(layer) => layer,
            Layer::Parallel(layer) => layer,
        }
    }

    /// Values of a row that the layer reads.
    pub fn inputs(&self) -> usize {
        self.kind().inputs()
    }

    /// Values of a row that the layer returns.
    pub fn outputs(&self) -> usize {
        self.kind().outputs()
    }

    /// Values that training keeps per row, estimated, including those of the layers within.
    pub fn values_in_training(&self) -> usize {
        let within = self.kind().branches().iter().flatten().map(Layer::values_in_training).sum::<usize>();
        self.kind().values_in_training() + within
    }
}

/// Returns the layers that hold no others, in the order in which they are computed.
pub fn leaves(layers: &[Layer]) -> Vec<&Layer> {
    let within = |layer| {
        let branches = Layer::kind(layer).branches();
        if branches.is_empty() { vec![layer] } else { branches.iter().flat_map(|branch| leaves(branch)).collect() }
    };
    layers.iter().flat_map(within).collect()
}

/// Returns the tensors of `layers` in the order in which they are drawn and written.
///
/// Names count the layers of each group: `layers.0.weight`, `layers.1.weight`, `convolutions.0.weight`.
pub fn tensors(layers: &[Layer]) -> Vec<TensorSpec> {
    let mut names = TensorNames::default();
    let named = |layer: &&Layer| {
        let (tensors, name) = (layer.kind().tensors(), names.next(layer.kind().group()));
        tensors.into_iter().map(move |tensor| TensorSpec { name: format!("{name}.{}", tensor.name), ..tensor })
    };
    leaves(layers).iter().flat_map(named).collect::<Vec<_>>()
}

/// Returns the work of one row in all `layers`.
pub(crate) fn work(layers: &[Layer]) -> Work {
    leaves(layers).into_iter().fold(Work::default(), |sum, layer| sum + layer.kind().work())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configuration::{Activation, Cell};

    fn dense(inputs: usize, outputs: usize) -> Layer {
        Layer::Dense(DenseLayer { inputs, outputs, image: None, has_bias: true })
    }

    fn relu(width: usize) -> Layer {
        Layer::Activation(ActivationLayer { function: Activation::Relu, width })
    }

    fn recurrent() -> Layer {
        let layer = RecurrentLayer { cell: Cell::Elman, steps: 2, inputs: 2, nodes: 2, bidirectional: false };
        Layer::Recurrent(layer)
    }

    /// 4 → 6, then 6 + f(6), then two branches of 2 and 3.
    fn tree() -> Vec<Layer> {
        let residual = ResidualLayer::new(vec![dense(6, 5), relu(5), dense(5, 6)]).unwrap();
        let parallel = ParallelLayer::new(vec![vec![dense(6, 2)], vec![dense(6, 3), relu(3)]], 1).unwrap();
        vec![dense(4, 6), Layer::Residual(residual), Layer::Parallel(parallel)]
    }

    #[test]
    fn sizes_of_a_tree_are_those_of_its_leaves() {
        let tree = tree();
        let names: Vec<String> = tensors(&tree).into_iter().map(|tensor| tensor.name).collect();
        let expected = (0..5).flat_map(|number| ["weight", "bias"].map(|part| format!("layers.{number}.{part}")));
        assert_eq!(names, expected.collect::<Vec<_>>());
        assert_eq!(
            tree.iter().map(|layer| [layer.inputs(), layer.outputs()]).collect::<Vec<_>>(),
            [[4, 6], [6, 6], [6, 5]]
        );
        assert_eq!(work(&tree), Work { products: 24 + 30 + 30 + 12 + 18, activations: 5 + 3, ..Work::default() });
        // The residual sum's own values, and those of the layers within.
        assert_eq!(tree[1].values_in_training(), 4 * (6 + 5 + 5 + 6));
        assert_eq!(sketch(&tree), "6-residual(5-6)-(2 | 3)");
    }

    #[test]
    fn mismatched_branches_are_refused() {
        let residual = |body| ResidualLayer::new(body).map(drop);
        assert_eq!(residual(Vec::new()), Err(BranchError::Empty));
        assert_eq!(residual(vec![dense(4, 5), relu(4)]), Err(BranchError::Chain { outputs: 5, inputs: 4 }));
        assert_eq!(residual(vec![dense(4, 5)]), Err(BranchError::Residual { inputs: 4, outputs: 5 }));
        assert_eq!(residual(vec![recurrent()]), Err(BranchError::Recurrent));
        let parallel = |branches, places| ParallelLayer::new(branches, places).map(drop);
        assert_eq!(parallel(Vec::new(), 1), Err(BranchError::Empty));
        assert_eq!(parallel(vec![vec![dense(4, 5)], vec![dense(3, 5)]], 1), Err(BranchError::Inputs(4, 3)));
        assert_eq!(parallel(vec![vec![dense(4, 5)]], 2), Err(BranchError::Places { outputs: 5, places: 2 }));
    }

    /// Recurrent layers can't hide in a branch of a branch.
    #[test]
    fn nested_branches_are_checked_on_construction() {
        let inner = Layer::Parallel(ParallelLayer::new(vec![vec![dense(4, 4)]], 1).unwrap());
        assert_eq!(ResidualLayer::new(vec![inner]).unwrap().body().len(), 1);
        assert!(ParallelLayer::new(vec![vec![recurrent()]], 1).is_err());
    }
}
