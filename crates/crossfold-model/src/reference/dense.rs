//! Dense layers.

use burn::tensor::Element;
use crossfold_kernels::Real;
use crossfold_network::DenseLayer;

use super::pass::Pass;
use super::values::Values;

/// Files have the weights of an image channel by channel, so the image is flattened in this order.
pub(super) fn forward<E: Real + Element>(values: Values, sizes: DenseLayer, pass: &mut Pass<'_, E>) -> Values {
    let DenseLayer { inputs, outputs, image, has_bias } = sizes;
    let weight = pass.next_tensor([outputs, inputs]);
    let bias = has_bias.then(|| pass.next_tensor([1, outputs]));
    let values = if let Some(image) = image { Values::Image(values.into_image(image)) } else { values };
    let products = values.into_rows().matmul(weight.transpose());
    Values::Flat(if let Some(bias) = bias { products + bias } else { products })
}
