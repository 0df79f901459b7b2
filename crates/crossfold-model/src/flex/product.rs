//! burn's matrix products.

use burn::backend::ops::FloatTensorOps;
use burn_flex::{Flex, FlexTensor};

/// The product, as new memory; clones of flex tensors share theirs.
pub(crate) fn matmul(left: &FlexTensor, right: &FlexTensor) -> FlexTensor {
    Flex::float_matmul(left.clone(), right.clone())
}

pub(crate) fn transposed(matrix: &FlexTensor) -> FlexTensor {
    Flex::float_transpose(matrix.clone())
}
