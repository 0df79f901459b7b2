//! Summaries of sequences.

use burn::tensor::{Element, Tensor};
use crossfold_kernels::Real;
use crossfold_network::{Summary, SummaryLayer};

use super::pass::Pass;
use super::values::{Values, mark_steps};

/// Returns rows × nodes.
pub(super) fn forward<E: Real + Element>(states: Values, sizes: SummaryLayer, pass: &Pass<'_, E>) -> Values {
    let SummaryLayer { kind, steps, nodes, bidirectional } = sizes;
    let states = states.into_rows();
    let [rows, _] = states.dims();
    let states = states.reshape([rows, steps, nodes]);
    let length = |row: usize| pass.lengths.map_or(steps, |lengths| lengths[row] as usize);
    let real = mark_steps::<E>([rows, steps], |row, step| step < length(row), pass.device);
    let summary = match kind {
        Summary::Last => {
            let is_last = mark_steps::<E>([rows, steps], |row, step| step + 1 == length(row), pass.device);
            let last = (states.clone() * is_last).sum_dim(1);
            if bidirectional {
                let half = nodes / 2;
                let first = states.narrow(1, 0, 1).narrow(2, half, half);
                Tensor::cat(vec![last.narrow(2, 0, half), first], 2)
            } else {
                last
            }
        }
        Summary::Mean => (states * real.clone()).sum_dim(1) / real.sum_dim(1),
        Summary::Max => {
            let padding = real.equal_elem(0.0).expand([rows, steps, nodes]);
            states.mask_fill(padding, f64::NEG_INFINITY).max_dim(1)
        }
    };
    Values::Flat(summary.squeeze_dim(1))
}
