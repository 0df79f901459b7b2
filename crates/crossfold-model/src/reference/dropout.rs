//! Dropout.

use burn::tensor::Element;
use crossfold_kernels::Real;
use crossfold_network::DropoutLayer;

use super::pass::Pass;
use super::values::{Values, matrix};

/// Multiplies by the next mask, rows × width, which is laid out as rows are read.
pub(super) fn forward<E: Real + Element>(values: Values, sizes: DropoutLayer, pass: &mut Pass<'_, E>) -> Values {
    let Some(mask) = pass.next_mask() else { return values };
    let mask = matrix(mask.to_vec(), [mask.len() / sizes.width, sizes.width], pass.device);
    values.map(
        |values| values * mask.clone(),
        |values| {
            let [rows, channels, height, width] = values.dims();
            values * mask.clone().reshape([rows, height, width, channels]).permute([0, 3, 1, 2])
        },
        |values| {
            let dims = values.dims();
            values * mask.clone().reshape(dims)
        },
    )
}
