//! The number types of networks.

use std::cell::RefCell;
use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub};

use macerator::{Scalar, Simd, VAdd, VEq, VFma, VMul, VOrd, VSelect};

use crate::elementary;

/// `f32` or `f64`, with vectors of them.
///
/// `exp`, `ln`, `tanh`, cosine and sine of an `f32` are those of [`elementary`], so they have the same digits on every platform.
pub trait Number:
    Scalar
    + VEq
    + VFma
    + VAdd
    + VMul
    + VOrd
    + VSelect
    + PartialOrd
    + Debug
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + MulAssign
{
    const ZERO: Self;
    const ONE: Self;

    /// The bytes of a number.
    type Bytes: AsRef<[u8]>;

    /// Whether the vectors' multiply-adds are fused in hardware.
    fn is_fused<S: Simd>() -> bool;

    /// Calls `task` with memory that this thread keeps between calls. `task` must not call this function.
    fn with_scratch<R>(task: impl FnOnce(&mut Vec<Self>) -> R) -> R;

    /// Rounds to the nearest number of this type.
    fn from_f64(number: f64) -> Self;
    fn to_f64(self) -> f64;

    fn exp(self) -> Self;
    fn ln(self) -> Self;
    fn sqrt(self) -> Self;
    fn tanh(self) -> Self;
    fn erf(self) -> Self;
    /// cos 2πx and sin 2πx.
    fn cos_sin_of_turns(self) -> (Self, Self);
    fn is_finite(self) -> bool;
    fn is_nan(self) -> bool;

    /// Returns the bytes in little-endian order.
    fn to_le(self) -> Self::Bytes;
    /// Returns the number that [`Number::to_le`] turned into `bytes`.
    ///
    /// # Panics
    /// If `bytes` doesn't have the size of a number.
    fn from_le(bytes: &[u8]) -> Self;

    /// Stores an index in the bits of a number, so that indices can be selected in the same vectors as numbers. The
    /// result must not be used in arithmetic.
    fn from_index(index: u32) -> Self;
    /// Returns the index that [`Number::from_index`] stored.
    fn to_index(self) -> u32;
}

macro_rules! number {
    ($number:ty, $exp:path, $ln:path, $tanh:path, $erf:path, $cos_sin_of_turns:path) => {
        impl Number for $number {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;

            type Bytes = [u8; size_of::<$number>()];

            #[inline(always)]
            fn is_fused<S: Simd>() -> bool {
                <$number as VFma>::is_accelerated::<S>()
            }

            #[inline]
            fn with_scratch<R>(task: impl FnOnce(&mut Vec<Self>) -> R) -> R {
                thread_local! {
                    static SCRATCH: RefCell<Vec<$number>> = const { RefCell::new(Vec::new()) };
                }
                SCRATCH.with_borrow_mut(task)
            }

            #[inline(always)]
            fn from_f64(number: f64) -> Self {
                number as $number
            }

            #[inline(always)]
            fn to_f64(self) -> f64 {
                self.into()
            }

            #[inline(always)]
            fn exp(self) -> Self {
                $exp(self)
            }

            #[inline(always)]
            fn ln(self) -> Self {
                $ln(self)
            }

            #[inline(always)]
            fn sqrt(self) -> Self {
                self.sqrt()
            }

            #[inline(always)]
            fn tanh(self) -> Self {
                $tanh(self)
            }

            #[inline]
            fn erf(self) -> Self {
                $erf(self)
            }

            #[inline(always)]
            fn cos_sin_of_turns(self) -> (Self, Self) {
                $cos_sin_of_turns(self)
            }

            #[inline(always)]
            fn is_finite(self) -> bool {
                self.is_finite()
            }

            #[inline(always)]
            fn is_nan(self) -> bool {
                self.is_nan()
            }

            #[inline(always)]
            fn to_le(self) -> Self::Bytes {
                self.to_le_bytes()
            }

            #[inline(always)]
            fn from_le(bytes: &[u8]) -> Self {
                Self::from_le_bytes(bytes.try_into().expect("the bytes have the size of a number"))
            }

            #[inline(always)]
            fn from_index(index: u32) -> Self {
                Self::from_bits(index.into())
            }

            #[inline(always)]
            fn to_index(self) -> u32 {
                self.to_bits() as u32
            }
        }
    };
}

/// Only tests have networks of `f64`. Inlined into the loops of all instruction sets, it takes minutes to compile.
#[inline(never)]
fn cos_sin_of_turns(x: f64) -> (f64, f64) {
    let (sine, cosine) = libm::sincos(std::f64::consts::TAU * (x - x.round_ties_even()));
    (cosine, sine)
}

number!(f32, elementary::exp, elementary::ln, elementary::tanh, libm::erff, elementary::cos_sin_of_turns);
number!(f64, f64::exp, f64::ln, f64::tanh, libm::erf, cos_sin_of_turns);
