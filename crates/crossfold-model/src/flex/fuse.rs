//! Fuses layers into operations that are one pass over memory each.
//!
//! A training step of a small network waits for memory, not for arithmetic, so pointwise steps join the operation
//! before them. Fusing knows only sizes and allocates no memory of a network: [`build`](super::build) makes the layer
//! that computes each operation.

use crossfold_network::{
    Activation, ActivationLayer, ConvolutionLayer, DenseLayer, DropoutLayer, Layer, NormalizationLayer, NumbersLayer,
    PoolingKind, PoolingLayer, RecurrentLayer, Summary, SummaryLayer,
};

/// One or more layers that are computed together.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operation {
    Numbers(NumbersLayer),
    Dense {
        sizes: DenseLayer,
        pointwise: Option<PointwiseStep>,
    },
    /// Pooling comes before the activation, which then applies to at most a quarter of the values.
    Convolution {
        sizes: ConvolutionLayer,
        pooling: Option<PoolingLayer>,
        pointwise: Option<PointwiseStep>,
    },
    Normalization {
        sizes: NormalizationLayer,
        pointwise: Option<PointwiseStep>,
    },
    Pointwise {
        width: usize,
        pointwise: PointwiseStep,
    },
    Pooling(PoolingLayer),
    /// With `only_last`, returns only the states after the last steps.
    Recurrent {
        sizes: RecurrentLayer,
        only_last: bool,
    },
    Summary(SummaryLayer),
    Residual(Vec<Operation>),
    Parallel {
        branches: Vec<Vec<Operation>>,
        places: usize,
    },
}

/// A pointwise step: an activation, dropout, or both in this order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PointwiseStep {
    pub(super) activation: Option<Activation>,
    /// The number of the dropout among all dropouts of the network.
    pub(super) mask: Option<usize>,
}

/// Returns operations that compute `layers`.
pub(super) fn fuse(layers: &[Layer]) -> Vec<Operation> {
    Fusion { masks: 0 }.fuse(layers)
}

struct Fusion {
    /// The number of dropouts so far.
    masks: usize,
}

impl Fusion {
    fn fuse(&mut self, layers: &[Layer]) -> Vec<Operation> {
        let (mut rest, mut operations) = (layers, Vec::new());
        while let Some((layer, after)) = rest.split_first() {
            rest = after;
            operations.push(self.fuse_layer(layer, &mut rest));
        }
        operations
    }

    /// Removes from `rest` the layers that join `layer`.
    fn fuse_layer(&mut self, layer: &Layer, rest: &mut &[Layer]) -> Operation {
        match layer {
            Layer::Numbers(sizes) => Operation::Numbers(sizes.clone()),
            Layer::Dense(sizes) => {
                let activation = take_activation(rest);
                Operation::Dense { sizes: *sizes, pointwise: self.pointwise(activation, rest) }
            }
            Layer::Convolution(sizes) => {
                let activation = take_activation(rest);
                let pooling = if activation.is_none_or(is_monotonic) { take_max_pooling(rest) } else { None };
                Operation::Convolution { sizes: *sizes, pooling, pointwise: self.pointwise(activation, rest) }
            }
            Layer::Normalization(sizes) => {
                let activation = take_activation(rest);
                Operation::Normalization { sizes: *sizes, pointwise: self.pointwise(activation, rest) }
            }
            &Layer::Activation(ActivationLayer { function, width }) => {
                let mask = self.take_dropout(rest);
                Operation::Pointwise { width, pointwise: PointwiseStep { activation: Some(function), mask } }
            }
            &Layer::Dropout(DropoutLayer { width, .. }) => {
                let mask = Some(self.next_mask());
                Operation::Pointwise { width, pointwise: PointwiseStep { activation: None, mask } }
            }
            Layer::Pooling(sizes) => Operation::Pooling(*sizes),
            Layer::Recurrent(sizes) => Operation::Recurrent { sizes: *sizes, only_last: take_last_states(rest) },
            Layer::Summary(sizes) => Operation::Summary(*sizes),
            Layer::Residual(layer) => Operation::Residual(self.fuse(layer.body())),
            Layer::Parallel(layer) => Operation::Parallel {
                branches: layer.branches().iter().map(|branch| self.fuse(branch)).collect(),
                places: layer.places(),
            },
        }
    }

    fn pointwise(&mut self, activation: Option<Activation>, rest: &mut &[Layer]) -> Option<PointwiseStep> {
        let mask = self.take_dropout(rest);
        (activation.is_some() || mask.is_some()).then_some(PointwiseStep { activation, mask })
    }

    fn take_dropout(&mut self, rest: &mut &[Layer]) -> Option<usize> {
        let [Layer::Dropout(_), after @ ..] = *rest else { return None };
        *rest = after;
        Some(self.next_mask())
    }

    fn next_mask(&mut self) -> usize {
        self.masks += 1;
        self.masks - 1
    }
}

fn take_activation(rest: &mut &[Layer]) -> Option<Activation> {
    let [Layer::Activation(layer), after @ ..] = *rest else { return None };
    *rest = after;
    Some(layer.function)
}

fn take_max_pooling(rest: &mut &[Layer]) -> Option<PoolingLayer> {
    let [Layer::Pooling(layer), after @ ..] = *rest else { return None };
    if layer.kind != PoolingKind::Max {
        return None;
    }
    *rest = after;
    Some(*layer)
}

/// Whether the next layer uses only the states after the last steps.
fn take_last_states(rest: &mut &[Layer]) -> bool {
    let [Layer::Summary(SummaryLayer { kind: Summary::Last, .. }), after @ ..] = *rest else { return false };
    *rest = after;
    true
}

/// Whether the function is monotonic, so that the maximum of its results is its result for the maximum.
fn is_monotonic(activation: Activation) -> bool {
    match activation {
        Activation::Relu | Activation::Tanh | Activation::Sigmoid => true,
        Activation::LeakyRelu { slope } => slope >= 0.0,
        Activation::Gelu => false,
    }
}

#[cfg(test)]
mod tests {
    use crossfold_network::{Cell, Image, NormalizationKind, ParallelLayer, ResidualLayer};

    use super::*;

    const IMAGE: Image = Image { height: 4, width: 4, channels: 2 };
    const CONVOLUTION: ConvolutionLayer =
        ConvolutionLayer { from: IMAGE, to: IMAGE, kernel: 3, stride: 1, padding_before: [1, 1], has_bias: true };
    const POOLING: PoolingLayer =
        PoolingLayer { kind: PoolingKind::Max, size: 2, from: IMAGE, to: Image { height: 2, width: 2, channels: 2 } };
    const RECURRENT: RecurrentLayer =
        RecurrentLayer { cell: Cell::Gru, steps: 3, inputs: 2, nodes: 5, bidirectional: false };

    fn dense(inputs: usize, outputs: usize) -> DenseLayer {
        DenseLayer { inputs, outputs, image: None, has_bias: true }
    }

    fn activation(function: Activation, width: usize) -> Layer {
        Layer::Activation(ActivationLayer { function, width })
    }

    fn dropout(width: usize) -> Layer {
        Layer::Dropout(DropoutLayer { rate: 0.5, width })
    }

    fn step(activation: impl Into<Option<Activation>>, mask: impl Into<Option<usize>>) -> PointwiseStep {
        PointwiseStep { activation: activation.into(), mask: mask.into() }
    }

    fn summary(kind: Summary) -> SummaryLayer {
        SummaryLayer { kind, steps: 3, nodes: 5, bidirectional: false }
    }

    fn check(layers: &[Layer], expected: &[Operation]) {
        assert_eq!(fuse(layers), expected);
    }

    #[test]
    fn activation_and_dropout_fuse_with_the_preceding_layer() {
        let (first, last) = (dense(4, 6), dense(6, 3));
        check(
            &[dropout(4), Layer::Dense(first), activation(Activation::Relu, 6), dropout(6), Layer::Dense(last)],
            &[
                Operation::Pointwise { width: 4, pointwise: step(None, 0) },
                Operation::Dense { sizes: first, pointwise: Some(step(Activation::Relu, 1)) },
                Operation::Dense { sizes: last, pointwise: None },
            ],
        );
        let sizes = NormalizationLayer { kind: NormalizationKind::Layer, places: 1, features: 6 };
        check(
            &[Layer::Dense(first), Layer::Normalization(sizes), activation(Activation::Tanh, 6)],
            &[
                Operation::Dense { sizes: first, pointwise: None },
                Operation::Normalization { sizes, pointwise: Some(step(Activation::Tanh, None)) },
            ],
        );
    }

    /// Dropout after average pooling or a recurrent layer is a separate pass, and dropout before an activation stays
    /// there.
    #[test]
    fn layer_order_is_preserved() {
        let average = PoolingLayer { kind: PoolingKind::Average, ..POOLING };
        check(
            &[Layer::Pooling(average), dropout(8), activation(Activation::Sigmoid, 8)],
            &[
                Operation::Pooling(average),
                Operation::Pointwise { width: 8, pointwise: step(None, 0) },
                Operation::Pointwise { width: 8, pointwise: step(Activation::Sigmoid, None) },
            ],
        );
    }

    #[test]
    fn max_pooling_fuses_across_monotonic_activations() {
        let layers =
            |function| [Layer::Convolution(CONVOLUTION), activation(function, 32), Layer::Pooling(POOLING), dropout(8)];
        let pointwise = Some(step(Activation::Relu, 0));
        check(
            &layers(Activation::Relu),
            &[Operation::Convolution { sizes: CONVOLUTION, pooling: Some(POOLING), pointwise }],
        );
        let pointwise = Some(step(Activation::Gelu, None));
        check(
            &layers(Activation::Gelu),
            &[
                Operation::Convolution { sizes: CONVOLUTION, pooling: None, pointwise },
                Operation::Pooling(POOLING),
                Operation::Pointwise { width: 8, pointwise: step(None, 0) },
            ],
        );
    }

    #[test]
    fn last_state_summary_fuses_with_the_recurrent_layer() {
        check(
            &[Layer::Recurrent(RECURRENT), Layer::Summary(summary(Summary::Last)), dropout(5)],
            &[
                Operation::Recurrent { sizes: RECURRENT, only_last: true },
                Operation::Pointwise { width: 5, pointwise: step(None, 0) },
            ],
        );
        let max = summary(Summary::Max);
        check(
            &[Layer::Recurrent(RECURRENT), dropout(15), Layer::Summary(max)],
            &[
                Operation::Recurrent { sizes: RECURRENT, only_last: false },
                Operation::Pointwise { width: 15, pointwise: step(None, 0) },
                Operation::Summary(max),
            ],
        );
    }

    /// Numbers of dropouts continue through branches. No layer joins one outside of its branch.
    #[test]
    fn branches_are_fused_separately() {
        let sizes = dense(6, 6);
        let body = vec![Layer::Dense(sizes), activation(Activation::Relu, 6), dropout(6)];
        let operation = |mask: usize| Operation::Dense { sizes, pointwise: Some(step(Activation::Relu, mask)) };
        let residual = Layer::Residual(ResidualLayer::new(body.clone()).unwrap());
        let parallel = Layer::Parallel(ParallelLayer::new(vec![body.clone(), body], 1).unwrap());
        check(
            &[residual, activation(Activation::Tanh, 6), parallel],
            &[
                Operation::Residual(vec![operation(0)]),
                Operation::Pointwise { width: 6, pointwise: step(Activation::Tanh, None) },
                Operation::Parallel { branches: vec![vec![operation(1)], vec![operation(2)]], places: 1 },
            ],
        );
    }
}
