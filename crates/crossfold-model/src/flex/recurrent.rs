//! Recurrent layers: all steps of a sequence at once, and back through time by hand.
//!
//! Values between layers are rows × steps × features. In here they are step after step, so that what a step
//! multiplies lies together, and of a step there are only those rows that have it: nothing is computed for
//! padding, and nothing that stands there can count.

mod packing;

use std::ops::Range;

use crossfold_network::Configuration;
use crossfold_network::{Cell as Kind, Recurrent as Sizes};

use super::layer::{Layer, Parameter, Step};
use crossfold_kernels::cells::{Backward, Cell, Elman, Forward, Gru, Lstm};
use crossfold_kernels::pointwise::add_bias;
use crossfold_kernels::{Matrix, MatrixMut, Real, add_product, multiply, transpose_into};
use packing::Packing;

/// Rows that are inferred at once: enough for full products, few enough to stay in a core's cache.
const INFERRED_AT_ONCE: usize = 128;

/// Sums that the input's products make at once: those of many steps of a small network, few enough to stay in a
/// core's cache.
const READ_AT_ONCE: usize = 1 << 16;

/// A recurrent layer, with the one that reads backward beside it where there is one.
///
/// It hands on the states of all steps, rows × (steps × nodes of all directions), or those after each row's last
/// step, in the order of reading: rows × nodes of all directions.
pub(super) struct Recurrent<E: 'static> {
    sizes: Sizes,
    only_last: bool,
    directions: Vec<(Weights<E>, Trace<E>)>,
    packing: Packing,
    /// Packed rows × inputs; on the way back their gradient, once they aren't needed any more.
    input: Vec<E>,
}

/// What is trained in one direction.
struct Weights<E: 'static> {
    cell: &'static dyn Cell<E>,
    nodes: usize,
    inputs: usize,
    reads_backward: bool,
    only_last: bool,
    /// Gates·nodes × inputs, gates as the cell has them on the input's side.
    input: Parameter<E>,
    /// Gates·nodes × nodes.
    recurrent: Parameter<E>,
    input_bias: Parameter<E>,
    recurrent_bias: Parameter<E>,
}

/// What one direction's way back needs, in memory that is used again.
#[derive(Default)]
struct Trace<E> {
    /// Packed rows × what a cell keeps: values on the way forward, their gradients once back.
    kept: Vec<E>,
    /// Packed rows × nodes: the state before each step.
    previous: Vec<E>,
    /// Rows × nodes: the state, on the way back its gradient.
    state: Vec<E>,
    /// Rows × nodes: an LSTM's memory, on the way back its gradient.
    memory: Vec<E>,
    /// Inputs × gates·nodes and nodes × gates·nodes: products are faster if rows of the right matrix lie together.
    turned: [Vec<E>; 2],
    /// Of what is kept: on the way forward the biases, on the way back sums over all rows.
    totals: Vec<E>,
}

fn cell<E: Real>(kind: Kind) -> &'static dyn Cell<E> {
    match kind {
        Kind::Elman => &Elman,
        Kind::Gru => &Gru,
        Kind::Lstm => &Lstm,
    }
}

impl<E: Real> Recurrent<E> {
    /// `values` hands out the tensors of each direction, as files have them.
    pub(super) fn new(
        configuration: &Configuration,
        sizes: Sizes,
        only_last: bool,
        values: &mut dyn FnMut() -> Vec<E>,
    ) -> Recurrent<E> {
        let directions = [false, true].into_iter().take(sizes.directions());
        let directions = directions.map(|reads_backward| {
            (Weights::new(configuration, sizes, only_last, reads_backward, values), Trace::default())
        });
        Recurrent { directions: directions.collect(), packing: Packing::default(), input: Vec::new(), sizes, only_last }
    }

    /// Values of a row that comes in.
    fn inputs(&self) -> usize {
        self.sizes.steps * self.sizes.inputs
    }

    /// Packs some rows of `values`, reads them in all directions and writes what is handed on.
    fn read(&mut self, values: &[E], lengths: Option<&[u32]>, output: &mut [E]) {
        self.packing.fill(values.len() / self.inputs(), self.sizes.steps, lengths);
        self.input.resize(self.packing.len() * self.sizes.inputs, E::ZERO);
        self.packing.gather(values, &mut self.input);
        if !self.only_last {
            // Nothing writes to padding.
            output.fill(E::ZERO);
        }
        for (number, (weights, trace)) in self.directions.iter_mut().enumerate() {
            weights.read(&self.packing, &self.input, trace, output, number);
        }
    }
}

impl<E: Real> Layer<E> for Recurrent<E> {
    fn width(&self) -> usize {
        let steps = if self.only_last { 1 } else { self.sizes.steps };
        steps * self.sizes.outputs()
    }

    fn forward(&mut self, input: &[E], output: &mut [E], step: &Step<'_, E>) {
        self.read(input, step.lengths, output);
    }

    fn backward(&mut self, _: &[E], delta: &mut [E], below: Option<&mut [E]>, _: &Step<'_, E>) {
        for (number, (weights, trace)) in self.directions.iter_mut().enumerate() {
            weights.retrace(&self.packing, &self.input, trace, delta, number);
        }
        let Some(below) = below else { return };
        below.fill(E::ZERO);
        for (weights, trace) in &self.directions {
            let kept = Matrix::new(&trace.kept, weights.kept()).columns(0..weights.gates());
            let place = MatrixMut::new(&mut self.input, weights.inputs);
            multiply(kept, Matrix::new(&weights.input.values, weights.inputs), place);
            self.packing.scatter(&self.input, below);
        }
    }

    fn infer(&mut self, input: &[E], output: &mut [E], lengths: Option<&[u32]>) {
        let (inputs, width) = (self.inputs(), self.width());
        let parts = input.chunks(INFERRED_AT_ONCE * inputs).zip(output.chunks_mut(INFERRED_AT_ONCE * width));
        for (first, (values, output)) in (0..).step_by(INFERRED_AT_ONCE).zip(parts) {
            self.read(values, lengths.map(|lengths| &lengths[first..][..values.len() / inputs]), output);
        }
    }

    fn parameters(&mut self, take: &mut dyn FnMut(&mut Parameter<E>)) {
        for (weights, _) in &mut self.directions {
            take(&mut weights.input);
            take(&mut weights.recurrent);
            take(&mut weights.input_bias);
            take(&mut weights.recurrent_bias);
        }
    }

    fn running(&mut self, _: &mut dyn FnMut(&mut [E])) {}

    fn export(&self) -> Vec<Vec<E>> {
        self.directions.iter().flat_map(|(weights, _)| weights.export()).collect()
    }

    fn is_finite(&self) -> bool {
        self.directions.iter().all(|(weights, _)| weights.all().iter().all(|parameter| parameter.is_finite()))
    }
}

impl<E: Real> Weights<E> {
    fn new(
        configuration: &Configuration,
        sizes: Sizes,
        only_last: bool,
        reads_backward: bool,
        values: &mut dyn FnMut() -> Vec<E>,
    ) -> Weights<E> {
        let (cell, nodes) = (cell(sizes.cell), sizes.nodes);
        let [mut input, recurrent, mut input_bias, recurrent_bias] = [(); 4].map(|()| values());
        input.rotate_right(cell.rotation() * nodes * sizes.inputs);
        input_bias.rotate_right(cell.rotation() * nodes);
        Weights {
            cell,
            nodes,
            inputs: sizes.inputs,
            reads_backward,
            only_last,
            input: Parameter::weight(configuration, input),
            recurrent: Parameter::weight(configuration, recurrent),
            input_bias: Parameter::bias(configuration, input_bias),
            recurrent_bias: Parameter::bias(configuration, recurrent_bias),
        }
    }

    fn export(&self) -> [Vec<E>; 4] {
        let [mut input, recurrent, mut input_bias, recurrent_bias] =
            self.all().map(|parameter| parameter.values.clone());
        input.rotate_left(self.cell.rotation() * self.nodes * self.inputs);
        input_bias.rotate_left(self.cell.rotation() * self.nodes);
        [input, recurrent, input_bias, recurrent_bias]
    }

    fn all(&self) -> [&Parameter<E>; 4] {
        [&self.input, &self.recurrent, &self.input_bias, &self.recurrent_bias]
    }

    /// Sums of products that a step takes on each side.
    fn gates(&self) -> usize {
        self.input_bias.values.len()
    }

    /// Of what is kept, those sums that the state has a part in.
    fn state_gates(&self) -> Range<usize> {
        let first = self.cell.rotation() * self.nodes;
        first..first + self.gates()
    }

    /// Values that are kept of a row.
    fn kept(&self) -> usize {
        self.cell.kept() * self.nodes
    }

    /// Reads the packed `input` step by step and writes to `output` what is handed on, this being the `number`th
    /// direction.
    fn read(&self, packing: &Packing, input: &[E], trace: &mut Trace<E>, output: &mut [E], number: usize) {
        let (nodes, gates, width, from_state) = (self.nodes, self.gates(), self.kept(), self.state_gates());
        let Trace { kept, previous, state, memory, turned: [of_input, of_state], totals: biases } = trace;
        kept.resize(packing.len() * width, E::ZERO);
        previous.resize(packing.len() * nodes, E::ZERO);
        for carried in [&mut *state, &mut *memory] {
            carried.clear();
            carried.resize(packing.rows() * nodes, E::ZERO);
        }
        transpose_into(&self.input.values, self.inputs, of_input);
        transpose_into(&self.recurrent.values, nodes, of_state);
        biases.clear();
        biases.resize(from_state.end, E::ZERO);
        biases[..gates].copy_from_slice(&self.input_bias.values);
        add_bias(&mut biases[from_state.clone()], &self.recurrent_bias.values);
        let mut read = 0..0;
        for step in packing.steps(self.reads_backward) {
            let block = packing.block(step);
            if !read.contains(&block.start) {
                read = packing.blocks(step, self.reads_backward, READ_AT_ONCE / gates);
                let sums = &mut kept[read.start * width..read.end * width];
                sums.chunks_exact_mut(width).for_each(|sums| sums[..biases.len()].copy_from_slice(biases));
                let rows = Matrix::new(&input[read.start * self.inputs..read.end * self.inputs], self.inputs);
                add_product(rows, Matrix::new(of_input, gates), MatrixMut::first_columns(sums, gates, width));
            }
            let (carried, block) = (..block.len() * nodes, block);
            let kept = &mut kept[block.start * width..block.end * width];
            let previous = &mut previous[block.start * nodes..block.end * nodes];
            previous.copy_from_slice(&state[carried]);
            let place = MatrixMut::first_columns(&mut kept[from_state.start..], gates, width);
            add_product(Matrix::new(previous, nodes), Matrix::new(of_state, gates), place);
            let (state, memory) = (&mut state[carried], &mut memory[carried]);
            self.cell.forward(Forward { nodes, kept, state, memory });
            if !self.only_last {
                packing.write(Some(step), state, output, number);
            }
        }
        if self.only_last {
            // Rows carry their last state on.
            packing.write(None, state, output, number);
        }
    }

    /// Goes back through the steps that [`Weights::read`] read, given the gradient of what it wrote: sets
    /// the gradients of what is trained, and turns what is kept into that of the sums.
    fn retrace(&mut self, packing: &Packing, input: &[E], trace: &mut Trace<E>, delta: &[E], number: usize) {
        let (nodes, gates, width, from_state) = (self.nodes, self.gates(), self.kept(), self.state_gates());
        let Trace { kept, previous, state, memory, totals, .. } = trace;
        for zeros in [&mut *state, &mut *memory, &mut *totals] {
            zeros.fill(E::ZERO);
        }
        if self.only_last {
            packing.add(None, delta, state, number);
        }
        let mut steps = packing.steps(!self.reads_backward).peekable();
        while let Some(step) = steps.next() {
            let block = packing.block(step);
            let carried = ..block.len() * nodes;
            let kept = &mut kept[block.start * width..block.end * width];
            let previous = &previous[block.start * nodes..block.end * nodes];
            let (state, memory) = (&mut state[carried], &mut memory[carried]);
            if !self.only_last {
                packing.add(Some(step), delta, state, number);
            }
            self.cell.backward(Backward { nodes, kept: &mut *kept, previous, state: &mut *state, memory }, totals);
            // Before the first step the state is 0 and nothing hangs on it.
            if steps.peek().is_some() {
                let kept = Matrix::new(kept, width).columns(from_state.clone());
                add_product(kept, Matrix::new(&self.recurrent.values, nodes), MatrixMut::new(state, nodes));
            }
        }
        let kept = Matrix::new(kept, width);
        for (parameter, columns, values, width) in [
            (&mut self.input, 0..gates, input, self.inputs),
            (&mut self.recurrent, from_state.clone(), previous, nodes),
        ] {
            let place = MatrixMut::new(&mut parameter.gradient, width);
            multiply(kept.columns(columns).transposed(), Matrix::new(values, width), place);
        }
        self.input_bias.gradient.copy_from_slice(&totals[..gates]);
        self.recurrent_bias.gradient.copy_from_slice(&totals[from_state]);
    }
}
