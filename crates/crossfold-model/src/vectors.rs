//! Vectors of the machine at hand, for loops that the compiler doesn't turn into vectors of its own accord.
//!
//! Other loops are compiled once for each kind of vectors by `macerator::with_simd`. Sums and products round alike in
//! all of those: the compiler makes no fused ones of its own accord. The loops that use what is here ask for fused ones by
//! `mul_add`, and get them from AVX2 on; so do gemm's.

use macerator::{Simd, Vector};

use crate::real::Real;

/// The first values.
///
/// # Panics
/// If there are fewer than a vector has.
#[inline(always)]
pub(crate) fn load<S: Simd, E: Real>(values: &[E]) -> Vector<S, E> {
    let values = &values[..E::lanes::<S>()];
    #[expect(unsafe_code, reason = "a vector is read from as many values")]
    // SAFETY: there are as many values as a vector has, and they need not be aligned.
    unsafe {
        E::vload_unaligned(values.as_ptr())
    }
}

/// Sets the first values.
///
/// # Panics
/// If there are fewer than a vector has.
#[inline(always)]
pub(crate) fn store<S: Simd, E: Real>(vector: Vector<S, E>, values: &mut [E]) {
    let values = &mut values[..E::lanes::<S>()];
    #[expect(unsafe_code, reason = "a vector is written to as many values")]
    // SAFETY: there is room for as many values as a vector has, and they need not be aligned.
    unsafe {
        E::vstore_unaligned(values.as_mut_ptr(), vector);
    }
}
