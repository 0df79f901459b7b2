//! Blocks of a convolutional network.

use serde::{Deserialize, Serialize};

words! {
    /// The padding of an image before a convolution.
    Padding {
        /// Zeros, so that with a stride of 1 the output has the size of the input; an odd one goes to the bottom and right.
        Same = "same",
        /// None: filters stay within the image.
        Valid = "valid",
    }
}

words! {
    /// The pooling of a block's outputs.
    Pooling {
        /// The maximum of each window.
        Max = "max",
        /// The mean of each window.
        Average = "average",
        /// No pooling.
        None = "none",
    }
}

words! {
    /// The normalization before each activation.
    Normalization {
        None = "none",
        /// Over the rows of a batch, per node or filter (Ioffe and Szegedy 2015). Scoring uses running statistics, which keep
        /// 0.9 of their value at each step.
        Batch = "batch",
        /// Over the nodes of a row, or over the filters at each position of an image (Ba, Kiros and Hinton 2016).
        Layer = "layer",
    }
}

/// Convolution, normalization, activation, pooling and dropout, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Block {
    pub filters: u32,
    /// Height and width of each filter.
    pub kernel: u32,
    /// The step from one position of a filter to the next.
    pub stride: u32,
    pub padding: Padding,
    pub pooling: Pooling,
    /// Height and width of a pooling window, which is also its stride; a rest at the bottom and right is dropped. 1 without
    /// pooling.
    pub pool_size: u32,
    /// The share of outputs set to 0 in training, in [0, 1).
    pub dropout: f64,
}
