//! Loads and stores of vectors, for loops that the compiler doesn't vectorise by itself.
//!
//! Other loops are compiled once per instruction set by [`with_simd`](crate::simd::with_simd). Sums and products round alike in
//! all of those, because the compiler never fuses them on its own. Loops that use this module request fused operations with
//! [`fused`].

use crate::number::Number;
use crate::simd::{Simd, Vector, fuses};

/// Loads a vector from the first values.
///
/// # Panics
/// If there are fewer values than lanes.
#[inline(always)]
pub fn load<S: Simd, E: Number>(values: &[E]) -> Vector<S, E> {
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
pub fn store<S: Simd, E: Number>(vector: Vector<S, E>, values: &mut [E]) {
    let values = &mut values[..E::lanes::<S>()];
    #[expect(unsafe_code, reason = "macerator stores vectors through a pointer")]
    // SAFETY: the slice has as many values as the vector has lanes, and an unaligned store is allowed to start
    // anywhere.
    unsafe {
        E::vstore_unaligned(values.as_mut_ptr(), vector);
    }
}

/// `a`·`b` + `c`, rounded once. On machines that can't, it is rounded twice.
#[inline(always)]
pub fn fused<S: Simd, E: Number>(a: Vector<S, E>, b: Vector<S, E>, c: Vector<S, E>) -> Vector<S, E> {
    // `mul_add` fuses where vectors lack it, on machines that are older still.
    if E::is_fused::<S>() || fuses() { a.fma(b, c) } else { a * b + c }
}

/// Copies at most 63 values between slices of equal length. Copies of lengths that the compiler knows take fewer steps than one
/// of a length that it doesn't.
#[inline(always)]
pub(crate) fn copy_few<E: Number>(from: &[E], to: &mut [E]) {
    let length = to.len();
    let (from, mut place) = (&from[..length], 0);
    macro_rules! pieces {
        ($($piece:literal)+) => {
            $(if length & $piece != 0 {
                to[place..place + $piece].copy_from_slice(&from[place..place + $piece]);
                place += $piece;
            })+
        };
    }
    pieces!(32 16 8 4 2 1);
    assert!(place == length, "no more than 63 values");
}
