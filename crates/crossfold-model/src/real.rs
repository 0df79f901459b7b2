//! The numbers networks are made of: `f32` in studies, `f64` where tests need the digits.

use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub};

use burn::tensor::Element;
use macerator::{Scalar, VEq, VMulAdd, VOrd, VSelect};

use crate::elementary;

/// `f32` or `f64`.
pub(crate) trait Real:
    Element
    + Scalar
    + VEq
    + VMulAdd
    + VOrd
    + VSelect
    + PartialOrd
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

    /// As many as there are of an `f32`, or of an `f64`.
    type Bytes: AsRef<[u8]>;

    fn exp(self) -> Self;
    fn ln(self) -> Self;
    fn sqrt(self) -> Self;
    fn tanh(self) -> Self;
    fn erf(self) -> Self;
    fn is_finite(self) -> bool;
    fn is_nan(self) -> bool;

    /// The lowest byte first.
    fn to_le(self) -> Self::Bytes;
    /// The way back.
    ///
    /// # Panics
    /// If there are not as many bytes as of a number.
    fn from_le(bytes: &[u8]) -> Self;

    /// A number to be carried about and turned back, not to be computed with: vectors of indices are chosen from as
    /// those of numbers are.
    fn from_index(index: u32) -> Self;
    fn to_index(self) -> u32;
}

macro_rules! real {
    ($real:ty, $exp:path, $ln:path, $tanh:path, $erf:path) => {
        impl Real for $real {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;

            type Bytes = [u8; size_of::<$real>()];

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

            fn erf(self) -> Self {
                $erf(self)
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
                Self::from_le_bytes(bytes.try_into().expect("a number has its bytes"))
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

real!(f32, elementary::exp, elementary::ln, elementary::tanh, burn_flex::ops::unary::erf_f32);
real!(f64, f64::exp, f64::ln, f64::tanh, burn_flex::ops::unary::erf_f64);
