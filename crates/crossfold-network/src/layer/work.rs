//! The work that a layer does on a row.

use std::ops::Add;

/// The work of one row, by kinds that run at different speeds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Multiplications with weights, and so half of the floating-point operations of the forward pass.
    pub products: u64,
    /// The part of `products` in convolutions.
    pub convolution_products: u64,
    /// The part of `products` in recurrent layers.
    pub recurrent_products: u64,
    /// Values to which an activation is applied.
    pub activations: u64,
    /// Values that dropout may set to 0.
    pub draws: u64,
    /// Values that are pooled or normalised.
    pub passes: u64,
}

impl Add for Work {
    type Output = Work;

    fn add(self, other: Work) -> Work {
        let Work { products, convolution_products, recurrent_products, activations, draws, passes } = self;
        Work {
            products: products + other.products,
            convolution_products: convolution_products + other.convolution_products,
            recurrent_products: recurrent_products + other.recurrent_products,
            activations: activations + other.activations,
            draws: draws + other.draws,
            passes: passes + other.passes,
        }
    }
}
