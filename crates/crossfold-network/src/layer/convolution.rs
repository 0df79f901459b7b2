//! Convolutions.

use super::{Image, Layer, LayerKind, OnlyPyTorch, Role, TensorSpec, Work};
use crate::python::{PythonCode, tensor};

/// A convolution: cross-correlation, as everywhere in deep learning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvolutionLayer {
    pub from: Image,
    /// Its channels are the filters.
    pub to: Image,
    /// Height and width of a filter.
    pub kernel: usize,
    pub stride: usize,
    /// Rows of zeros above the image, and columns of zeros to its left.
    pub padding_before: [usize; 2],
    /// Without one in front of batch normalisation, which subtracts it again with the mean.
    pub has_bias: bool,
}

impl ConvolutionLayer {
    /// Rows of zeros below the image, and columns of zeros to its right: as many as the last windows need.
    pub fn padding_after(&self) -> [usize; 2] {
        let ConvolutionLayer { from, to, kernel, stride, padding_before, has_bias: _ } = *self;
        let after = |length: usize, results: usize, before: usize| {
            ((results - 1) * stride + kernel).saturating_sub(length + before)
        };
        [after(from.height, to.height, padding_before[0]), after(from.width, to.width, padding_before[1])]
    }
}

impl LayerKind for ConvolutionLayer {
    fn inputs(&self) -> usize {
        self.from.values()
    }

    fn outputs(&self) -> usize {
        self.to.values()
    }

    fn group(&self) -> &'static str {
        "convolutions"
    }

    fn tensors(&self) -> Vec<TensorSpec> {
        let ConvolutionLayer { from, to, kernel, .. } = *self;
        let window = kernel * kernel;
        let fans = [window * from.channels, window * to.channels];
        let shape = [to.channels, from.channels, kernel, kernel];
        let weight = TensorSpec::new("weight", &shape, Role::Weight { gates: 1 }, fans);
        let bias = self.has_bias.then(|| TensorSpec::new("bias", &[to.channels], Role::Bias, fans));
        [weight].into_iter().chain(bias).collect()
    }

    fn work(&self) -> Work {
        let products = (self.to.values() * self.kernel * self.kernel * self.from.channels) as u64;
        Work { products, convolution_products: products, ..Work::default() }
    }

    fn values_in_training(&self) -> usize {
        4 * self.outputs()
    }

    fn branches(&self) -> &[Vec<Layer>] {
        &[]
    }

    fn sketch(&self) -> Option<String> {
        let ConvolutionLayer { to: Image { height, width, channels }, kernel, .. } = self;
        Some(format!("{height}×{width}×{channels}({kernel}×{kernel})"))
    }

    fn write_pytorch(&self, name: &str, code: &mut PythonCode) {
        let (before, after) = (self.padding_before, self.padding_after());
        let weight = tensor(name, "weight");
        let bias = if self.has_bias { format!(", {}", tensor(name, "bias")) } else { String::new() };
        let stride = if self.stride == 1 { String::new() } else { format!(", stride={}", self.stride) };
        (code.has_places, code.reads_images) = (true, true);
        code.begin_block(
            name,
            if before == after {
                let padding = match before {
                    [0, 0] => String::new(),
                    [above, left] if above == left => format!(", padding={above}"),
                    [above, left] => format!(", padding=({above}, {left})"),
                };
                format!("F.conv2d(x, {weight}{bias}{stride}{padding})")
            } else {
                let ([above, left], [below, right]) = (before, after);
                format!("F.conv2d(F.pad(x, ({left}, {right}, {above}, {below})), {weight}{bias}{stride})")
            },
        );
    }

    fn write_numpy(&self, _: &str, _: &mut PythonCode) -> Result<(), OnlyPyTorch> {
        Err(OnlyPyTorch)
    }
}
