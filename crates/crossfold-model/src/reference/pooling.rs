//! Pooling.

use burn::tensor::module::{avg_pool2d, max_pool2d};
use burn::tensor::ops::{AvgPoolOptions, MaxPoolOptions};
use crossfold_network::{PoolingKind, PoolingLayer};

use super::values::Values;

pub(super) fn forward(values: Values, sizes: PoolingLayer) -> Values {
    let PoolingLayer { kind, size, from, .. } = sizes;
    let (image, sides, padding) = (values.into_image(from), [size; 2], [(0, 0); 2]);
    Values::Image(match kind {
        PoolingKind::Max => max_pool2d(
            image,
            MaxPoolOptions { kernel_size: sides, stride: sides, padding, dilation: [1; 2], ceil_mode: false },
        ),
        PoolingKind::Average => avg_pool2d(
            image,
            AvgPoolOptions { kernel_size: sides, stride: sides, padding, count_include_pad: true, ceil_mode: false },
        ),
    })
}
