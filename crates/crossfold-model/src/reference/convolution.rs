//! Convolutions.

use burn::tensor::Element;
use burn::tensor::module::conv2d;
use burn::tensor::ops::{ConvOptions, PadMode};
use crossfold_kernels::Real;
use crossfold_network::ConvolutionLayer;

use super::pass::Pass;
use super::values::Values;

pub(super) fn forward<E: Real + Element>(values: Values, sizes: ConvolutionLayer, pass: &mut Pass<'_, E>) -> Values {
    let ConvolutionLayer { from, to, kernel, stride, padding_before: [above, left], has_bias } = sizes;
    let weight = pass.next_tensor([to.channels, from.channels, kernel, kernel]);
    let bias = has_bias.then(|| pass.next_tensor([to.channels]));
    // burn can only pad both sides equally, so images are padded here.
    let [below, right] = sizes.padding_after();
    let image = values.into_image(from).pad([(above, below), (left, right)], PadMode::Constant(0.0));
    Values::Image(conv2d(image, weight, bias, ConvOptions::new([stride; 2], [0; 2], [1; 2], 1)))
}
