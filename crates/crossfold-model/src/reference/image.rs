//! Convolution and pooling.

use burn::tensor::module::{avg_pool2d, conv2d, max_pool2d};
use burn::tensor::ops::{AvgPoolOptions, ConvOptions, MaxPoolOptions, PadMode};
use burn::tensor::{Element, Tensor};
use crossfold_network::{Convolution, Image, PoolingKind};

use super::values::{Tensors, Values};
use crossfold_kernels::Real;

pub(super) fn convolution<E: Real + Element>(
    values: Values,
    sizes: Convolution,
    tensors: &mut Tensors<'_, E>,
) -> Values {
    let Convolution { from, to, kernel, stride, before: [above, left] } = sizes;
    let weight = tensors.next([to.channels, from.channels, kernel, kernel]);
    let bias = tensors.next([to.channels]);
    let after = |results: usize, before: usize, length: usize| {
        ((results - 1) * stride + kernel).saturating_sub(before + length)
    };
    let around = [(above, after(to.height, above, from.height)), (left, after(to.width, left, from.width))];
    // burn's own padding is the same on both sides.
    let image = image(values, from).pad(around, PadMode::Constant(0.0));
    Values::Image(conv2d(image, weight, Some(bias), ConvOptions::new([stride; 2], [0; 2], [1; 2], 1)))
}

pub(super) fn pooling(values: Values, kind: PoolingKind, size: usize, from: Image) -> Values {
    let (image, sides, around) = (image(values, from), [size; 2], [(0, 0); 2]);
    Values::Image(match kind {
        PoolingKind::Max => max_pool2d(
            image,
            MaxPoolOptions { kernel_size: sides, stride: sides, padding: around, dilation: [1; 2], ceil_mode: false },
        ),
        PoolingKind::Average => avg_pool2d(
            image,
            AvgPoolOptions {
                kernel_size: sides,
                stride: sides,
                padding: around,
                count_include_pad: true,
                ceil_mode: false,
            },
        ),
    })
}

/// Rows × channels × height × width, which `values` are or, as they come in, are laid out otherwise.
fn image(values: Values, Image { height, width, channels }: Image) -> Tensor<4> {
    match values {
        Values::Image(image) => image,
        Values::Flat(rows) => {
            let [count, _] = rows.dims();
            rows.reshape([count, height, width, channels]).permute([0, 3, 1, 2])
        }
        Values::Steps(_) => panic!("no image is made of a sequence"),
    }
}
