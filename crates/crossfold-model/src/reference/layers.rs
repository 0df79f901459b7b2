//! A list of layers, forward.

use burn::tensor::Element;
use crossfold_kernels::Real;
use crossfold_network::Layer;

use super::pass::Pass;
use super::values::Values;
use super::{activation, convolution, dense, dropout, normalization, parallel, pooling, recurrent, residual, summary};

/// Takes `values` through `layers`.
pub(super) fn forward<E: Real + Element>(mut values: Values, layers: &[Layer], pass: &mut Pass<'_, E>) -> Values {
    for layer in layers {
        values = match layer {
            Layer::Dense(sizes) => dense::forward(values, *sizes, pass),
            Layer::Convolution(sizes) => convolution::forward(values, *sizes, pass),
            Layer::Pooling(sizes) => pooling::forward(values, *sizes),
            Layer::Normalization(sizes) => normalization::forward(values, *sizes, pass),
            Layer::Activation(layer) => activation::forward(values, layer.function),
            Layer::Dropout(sizes) => dropout::forward(values, *sizes, pass),
            Layer::Recurrent(sizes) => recurrent::forward(values, *sizes, pass),
            Layer::Summary(sizes) => summary::forward(values, *sizes, pass),
            Layer::Residual(layer) => {
                let result = forward(values.clone(), layer.body(), pass);
                residual::add(values, result)
            }
            Layer::Parallel(layer) => {
                let results = layer.branches().iter().map(|branch| forward(values.clone(), branch, pass));
                parallel::concatenate(results.collect(), layer.places())
            }
        };
    }
    values
}
