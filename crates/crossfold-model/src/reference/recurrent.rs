//! Recurrent layers, step by step.

use burn::tensor::activation::tanh;
use burn::tensor::{Device, Element, Tensor};
use crossfold_network::{Cell, Recurrent, Summary};

use super::sigmoid;
use super::values::{Tensors, Values, matrix};
use crossfold_kernels::Real;

/// Rows × steps × nodes of all directions: the states, 0 past a row's length.
pub(super) fn states<E: Real + Element>(
    values: Values,
    sizes: Recurrent,
    lengths: Option<&[u32]>,
    tensors: &mut Tensors<'_, E>,
) -> Values {
    let values = values.flat();
    let ([rows, _], device) = (values.dims(), values.device());
    let Recurrent { steps, inputs, .. } = sizes;
    let values = values.reshape([rows, steps, inputs]);
    let length = |row: usize| lengths.map_or(steps, |lengths| lengths[row] as usize);
    let real = marked::<E>([rows, steps], |row, step| step < length(row), &device);
    // Not a product, which would keep NaN.
    let padding = real.clone().equal_elem(0.0).expand([rows, steps, inputs]);
    let values = values.mask_fill(padding, 0.0);
    let directions = [false, true].into_iter().take(sizes.directions());
    let states = directions.map(|reads_backward| direction(values.clone(), &real, sizes, reads_backward, tensors));
    Values::Steps(Tensor::cat(states.collect(), 2))
}

/// One direction's states, given what is `real`.
fn direction<E: Real + Element>(
    values: Tensor<3>,
    real: &Tensor<3>,
    sizes: Recurrent,
    reads_backward: bool,
    tensors: &mut Tensors<'_, E>,
) -> Tensor<3> {
    let Recurrent { cell, steps, inputs, nodes, .. } = sizes;
    let ([rows, ..], device, wide) = (values.dims(), values.device(), sizes.gates() * nodes);
    let [of_input, of_state] = [tensors.next([wide, inputs]), tensors.next([wide, nodes])];
    let [input_bias, state_bias] = [(); 2].map(|()| tensors.next([1, wide]));
    let at = |values: &Tensor<3>, step: usize| values.clone().narrow(1, step, 1).squeeze_dim::<2>(1);
    let mut state = matrix(vec![E::ZERO; rows * nodes], [rows, nodes], &device);
    let mut memory = state.clone();
    let mut states = Vec::with_capacity(steps);
    for step in 0..steps {
        let step = if reads_backward { steps - 1 - step } else { step };
        let x = at(&values, step).matmul(of_input.clone().transpose()) + input_bias.clone();
        let h = state.clone().matmul(of_state.clone().transpose()) + state_bias.clone();
        let gate = |sums: &Tensor<2>, number: usize| sums.clone().narrow(1, number * nodes, nodes);
        match cell {
            Cell::Elman => state = tanh(x + h),
            Cell::Gru => {
                let [reset, update] = [0, 1].map(|number| sigmoid(gate(&x, number) + gate(&h, number)));
                let candidate = tanh(gate(&x, 2) + reset * gate(&h, 2));
                state = candidate.clone() + update * (state - candidate);
            }
            Cell::Lstm => {
                let sums = x + h;
                let [input, forget, output] = [0, 1, 3].map(|number| sigmoid(gate(&sums, number)));
                memory = forget * memory + input * tanh(gate(&sums, 2));
                state = output * tanh(memory.clone());
            }
        }
        let real = at(real, step);
        state = state * real.clone();
        memory = memory * real;
        states.push(state.clone());
    }
    if reads_backward {
        states.reverse();
    }
    Tensor::stack(states, 1)
}

/// Rows × nodes.
pub(super) fn summary<E: Real + Element>(
    states: Values,
    kind: Summary,
    [steps, nodes]: [usize; 2],
    bidirectional: bool,
    lengths: Option<&[u32]>,
) -> Values {
    let states = states.flat();
    let ([rows, _], device) = (states.dims(), states.device());
    let states = states.reshape([rows, steps, nodes]);
    let length = |row: usize| lengths.map_or(steps, |lengths| lengths[row] as usize);
    let real = marked::<E>([rows, steps], |row, step| step < length(row), &device);
    let summary = match kind {
        Summary::Last => {
            let is_last = marked::<E>([rows, steps], |row, step| step + 1 == length(row), &device);
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

/// Rows × steps × 1: 1 where `is_marked` says so of row and step, else 0.
fn marked<E: Real + Element>(
    [rows, steps]: [usize; 2],
    is_marked: impl Fn(usize, usize) -> bool,
    device: &Device,
) -> Tensor<3> {
    let places = (0..rows).flat_map(|row| (0..steps).map(move |step| (row, step)));
    let marks = places.map(|(row, step)| if is_marked(row, step) { E::ONE } else { E::ZERO });
    matrix(marks.collect(), [rows, steps], device).reshape([rows, steps, 1])
}
