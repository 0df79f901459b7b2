//! Blocks of a convolutional network.

use serde::{Deserialize, Serialize};

words! {
    /// What lies around an image.
    Padding {
        /// Zeros, so that with a stride of 1 the result is as large as the image; where their number is odd,
        /// one more at the bottom and right.
        Same = "same",
        /// Nothing: filters stay within the image.
        Valid = "valid",
    }
}

words! {
    /// What becomes of a window of a block's results.
    Pooling {
        /// Its greatest value.
        Max = "max",
        /// Its mean.
        Average = "average",
        /// Nothing: there are no windows.
        None = "none",
    }
}

words! {
    /// What brings values to a common scale before the activation.
    Normalization {
        None = "none",
        /// Each node's or filter's values over the rows of a batch (Ioffe and Szegedy 2015), with running
        /// means of 0.9 from one step to the next where rows are scored.
        Batch = "batch",
        /// Each row's values over nodes, or at each place of an image over filters (Ba, Kiros and Hinton 2016).
        Layer = "layer",
    }
}

/// Convolution, normalisation, activation, pooling, dropout, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Block {
    pub filters: u32,
    /// Height and width of each filter.
    pub kernel: u32,
    /// How far a filter moves at a time.
    pub stride: u32,
    pub padding: Padding,
    pub pooling: Pooling,
    /// Height and width of each window, which is also how far it moves; what is left over at the bottom and
    /// right is dropped. 1 where `pooling` is none.
    pub pool_size: u32,
    /// The share of values set to 0 in training, in [0, 1).
    pub dropout: f64,
}
