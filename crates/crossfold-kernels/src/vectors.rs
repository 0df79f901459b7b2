//! Loads and stores of vectors, for loops that the compiler doesn't vectorise by itself.
//!
//! Other loops are compiled once per instruction set by `macerator::with_simd`. Sums and products round alike in all of
//! those, because the compiler never fuses them on its own. Loops that use this module request fused operations with
//! `mul_add`, which are available from AVX2 on; so do gemm's.

use macerator::{Simd, Vector};

use crate::Real;

/// Loads a vector from the first values.
///
/// # Panics
/// If there are fewer values than lanes.
#[inline(always)]
pub fn load<S: Simd, E: Real>(values: &[E]) -> Vector<S, E> {
    let values = &values[..E::lanes::<S>()];
    #[expect(unsafe_code, reason = "macerator loads vectors through a pointer")]
    // SAFETY: the slice has as many values as the vector has lanes, and an unaligned load is allowed to start anywhere.
    unsafe {
        E::vload_unaligned(values.as_ptr())
    }
}

/// Stores a vector in the first values.
///
/// # Panics
/// If there are fewer values than lanes.
#[inline(always)]
pub fn store<S: Simd, E: Real>(vector: Vector<S, E>, values: &mut [E]) {
    let values = &mut values[..E::lanes::<S>()];
    #[expect(unsafe_code, reason = "macerator stores vectors through a pointer")]
    // SAFETY: the slice has as many values as the vector has lanes, and an unaligned store is allowed to start
    // anywhere.
    unsafe {
        E::vstore_unaligned(values.as_mut_ptr(), vector);
    }
}
