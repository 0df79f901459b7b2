//! Arithmetic on slices, compiled for the vector instructions of the machine at run time.
//!
//! The crate owns matrix products, elementary functions, activations, the cells of recurrent layers, and convolution by
//! sliding filters. Everything is generic over [`Real`]: `f32` in studies, `f64` where tests need the precision.
//! Functions write into memory that the caller provides, so a training step can run without an allocation.
//!
//! It must not know networks, layers, their parameters or burn: it sees only slices, strides and sizes. Its results
//! decide every fit's bits, so the whole crate is part of the keys of stored fits.

pub mod activation;
pub mod cells;
pub mod elementary;
pub mod filters;
mod number;
pub mod pointwise;
mod product;
mod real;
pub mod simd;
mod transposition;
pub mod vectors;

pub use number::Number;
pub use product::{Matrix, MatrixMut};
pub use real::{Real, add_product, multiply};
pub use transposition::{transpose, transpose_into};
