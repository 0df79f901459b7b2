//! The numbers networks are made of: `f32` in studies, `f64` where tests need the digits.

use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub};

use burn::tensor::{Element, TensorData};
use burn_flex::FlexTensor;

use crate::elementary;

/// `f32` or `f64`.
pub(crate) trait Real:
    Element
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

    fn exp(self) -> Self;
    fn ln(self) -> Self;
    fn sqrt(self) -> Self;
    fn tanh(self) -> Self;
    fn erf(self) -> Self;
    fn is_finite(self) -> bool;
    fn is_nan(self) -> bool;

    /// All values of a tensor that isn't a view.
    fn slice(tensor: &FlexTensor) -> &[Self];

    /// All values of a tensor that isn't a view; copied first if another tensor shares them.
    fn slice_mut(tensor: &mut FlexTensor) -> &mut [Self];

    /// A tensor of `rows` × `columns`, row after row, that takes over `values` without a copy.
    fn matrix(values: Vec<Self>, rows: usize, columns: usize) -> FlexTensor {
        FlexTensor::from_data(TensorData::new(values, [rows, columns]))
    }
}

macro_rules! real {
    ($real:ty, $exp:path, $ln:path, $tanh:path, $erf:path) => {
        impl Real for $real {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;

            fn exp(self) -> Self {
                $exp(self)
            }

            fn ln(self) -> Self {
                $ln(self)
            }

            fn sqrt(self) -> Self {
                self.sqrt()
            }

            fn tanh(self) -> Self {
                $tanh(self)
            }

            fn erf(self) -> Self {
                $erf(self)
            }

            fn is_finite(self) -> bool {
                self.is_finite()
            }

            fn is_nan(self) -> bool {
                self.is_nan()
            }

            fn slice(tensor: &FlexTensor) -> &[Self] {
                tensor.storage()
            }

            fn slice_mut(tensor: &mut FlexTensor) -> &mut [Self] {
                tensor.storage_mut()
            }
        }
    };
}

real!(f32, elementary::exp, elementary::ln, elementary::tanh, burn_flex::ops::unary::erf_f32);
real!(f64, f64::exp, f64::ln, f64::tanh, burn_flex::ops::unary::erf_f64);
