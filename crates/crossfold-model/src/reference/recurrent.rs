//! Recurrent layers, step by step.

use burn::tensor::activation::tanh;
use burn::tensor::{Element, Tensor};
use crossfold_kernels::Real;
use crossfold_network::{Cell, RecurrentLayer};

use super::activation::sigmoid;
use super::pass::Pass;
use super::values::{Values, mark_steps, matrix};

/// Returns the states, rows × steps × nodes of all directions. They are 0 past a row's length.
pub(super) fn forward<E: Real + Element>(values: Values, sizes: RecurrentLayer, pass: &mut Pass<'_, E>) -> Values {
    let values = values.into_rows();
    let [rows, _] = values.dims();
    let RecurrentLayer { steps, inputs, .. } = sizes;
    let values = values.reshape([rows, steps, inputs]);
    let length = |row: usize| pass.lengths.map_or(steps, |lengths| lengths[row] as usize);
    let real = mark_steps::<E>([rows, steps], |row, step| step < length(row), pass.device);
    // Multiplying padding by 0 would keep NaN.
    let padding = real.clone().equal_elem(0.0).expand([rows, steps, inputs]);
    let values = values.mask_fill(padding, 0.0);
    let directions = [false, true].into_iter().take(sizes.directions());
    let states = directions.map(|reads_backward| direction(values.clone(), &real, sizes, reads_backward, pass));
    Values::Steps(Tensor::cat(states.collect(), 2))
}

/// Returns the states of one direction. `real` is 1 where a row has a step, else 0.
fn direction<E: Real + Element>(
    values: Tensor<3>,
    real: &Tensor<3>,
    sizes: RecurrentLayer,
    reads_backward: bool,
    pass: &mut Pass<'_, E>,
) -> Tensor<3> {
    let RecurrentLayer { cell, steps, inputs, nodes, .. } = sizes;
    let ([rows, ..], wide) = (values.dims(), sizes.gates() * nodes);
    let [input_weight, state_weight] = [pass.next_tensor([wide, inputs]), pass.next_tensor([wide, nodes])];
    let [input_bias, state_bias] = [(); 2].map(|()| pass.next_tensor([1, wide]));
    let at = |values: &Tensor<3>, step: usize| values.clone().narrow(1, step, 1).squeeze_dim::<2>(1);
    let mut state = matrix(vec![E::ZERO; rows * nodes], [rows, nodes], pass.device);
    let mut memory = state.clone();
    let mut states = Vec::with_capacity(steps);
    for step in 0..steps {
        let step = if reads_backward { steps - 1 - step } else { step };
        let x = at(&values, step).matmul(input_weight.clone().transpose()) + input_bias.clone();
        let h = state.clone().matmul(state_weight.clone().transpose()) + state_bias.clone();
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
