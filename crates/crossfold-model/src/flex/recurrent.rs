//! Recurrent layers, with backpropagation through time written by hand.
//!
//! Values between layers are rows × steps × features. Within the layer they are packed step by step, so that the rows
//! of a step are adjacent, and each step has only the rows that are long enough: nothing is computed for padding, and
//! its contents have no effect.

mod packing;

use std::ops::Range;

use crossfold_kernels::cells::{BackwardStep, Cell, Elman, ForwardStep, Gru, Lstm};
use crossfold_kernels::pointwise::add_bias;
use crossfold_kernels::{Matrix, MatrixMut, Real, add_product, multiply, transpose_into};
use crossfold_network::{Cell as Kind, Configuration, RecurrentLayer};

use super::layer::{Layer, Parameter, Step};
use packing::Packing;

/// The number of rows that are scored together: enough for fast products, few enough to stay in the core's cache.
const INFERRED_AT_ONCE: usize = 128;

/// The maximum number of sums that the input's products compute at once: those of many steps of a small network, but
/// few enough to stay in the core's cache.
const READ_AT_ONCE: usize = 1 << 16;

/// A recurrent layer with one or two directions.
///
/// It returns the states of all steps, rows × (steps × nodes of all directions), or only the states after the step that
/// each direction reads last, rows × nodes of all directions.
pub(super) struct Recurrent<E: 'static> {
    sizes: RecurrentLayer,
    only_last: bool,
    directions: Vec<(Weights<E>, Trace<E>)>,
    packing: Packing,
    /// Packed rows × inputs. The backward pass overwrites them with their gradient.
    input: Vec<E>,
}

/// The parameters of one direction.
struct Weights<E: 'static> {
    cell: &'static dyn Cell<E>,
    nodes: usize,
    inputs: usize,
    reads_backward: bool,
    only_last: bool,
    /// Gates·nodes × inputs, in the cell's order of gates on the input's side.
    input: Parameter<E>,
    /// Gates·nodes × nodes.
    recurrent: Parameter<E>,
    input_bias: Parameter<E>,
    recurrent_bias: Parameter<E>,
}

/// Values that one direction's backward pass needs, in memory that is reused.
#[derive(Default)]
struct Trace<E> {
    /// Packed rows × values that a cell keeps. In the backward pass, their gradients.
    kept: Vec<E>,
    /// Packed rows × nodes: the state before each step.
    previous: Vec<E>,
    /// The state, rows × nodes. In the backward pass, its gradient.
    state: Vec<E>,
    /// An LSTM's memory, rows × nodes. In the backward pass, its gradient.
    memory: Vec<E>,
    /// Transposed weights, inputs × gates·nodes and nodes × gates·nodes: products are faster if the right matrix is
    /// stored row by row.
    transposed: [Vec<E>; 2],
    /// One value for each value that a cell keeps per row: biases in the forward pass, sums of gradients in the
    /// backward pass.
    totals: Vec<E>,
}

/// The arithmetic of a kind of cell.
fn select_cell<E: Real>(kind: Kind) -> &'static dyn Cell<E> {
    match kind {
        Kind::Elman => &Elman,
        Kind::Gru => &Gru,
        Kind::Lstm => &Lstm,
    }
}

impl<E: Real> Recurrent<E> {
    /// `values` returns the tensors of each direction one after another, as files store them.
    pub(super) fn new(
        configuration: &Configuration,
        sizes: RecurrentLayer,
        only_last: bool,
        values: &mut dyn FnMut() -> Vec<E>,
    ) -> Recurrent<E> {
        let directions = [false, true].into_iter().take(sizes.directions());
        let directions = directions.map(|reads_backward| {
            (Weights::new(configuration, sizes, only_last, reads_backward, values), Trace::default())
        });
        Recurrent { directions: directions.collect(), packing: Packing::default(), input: Vec::new(), sizes, only_last }
    }

    /// The number of values in a row that the layer reads.
    fn inputs(&self) -> usize {
        self.sizes.steps * self.sizes.inputs
    }

    /// Packs the rows of `values`, reads them in all directions and writes the layer's result.
    fn read(&mut self, values: &[E], lengths: Option<&[u32]>, output: &mut [E]) {
        self.packing.fill(values.len() / self.inputs(), self.sizes.steps, lengths);
        self.input.resize(self.packing.len() * self.sizes.inputs, E::ZERO);
        self.packing.gather(values, &mut self.input);
        if !self.only_last {
            // Padding isn't written below.
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
        steps * self.sizes.state()
    }

    fn forward(&mut self, input: &[E], output: &mut [E], step: &Step<'_, E>) {
        self.read(input, step.lengths, output);
    }

    fn backward(&mut self, _: &[E], delta: &mut [E], below: Option<&mut [E]>, _: &Step<'_, E>) {
        for (number, (weights, trace)) in self.directions.iter_mut().enumerate() {
            weights.differentiate(&self.packing, &self.input, trace, delta, number);
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

    fn visit_parameters(&mut self, take: &mut dyn FnMut(&mut Parameter<E>)) {
        for (weights, _) in &mut self.directions {
            take(&mut weights.input);
            take(&mut weights.recurrent);
            take(&mut weights.input_bias);
            take(&mut weights.recurrent_bias);
        }
    }

    fn visit_running(&mut self, _: &mut dyn FnMut(&mut [E])) {}

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
        sizes: RecurrentLayer,
        only_last: bool,
        reads_backward: bool,
        values: &mut dyn FnMut() -> Vec<E>,
    ) -> Weights<E> {
        let (cell, nodes) = (select_cell(sizes.cell), sizes.nodes);
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

    /// The number of sums of products per step, for the input as for the state.
    fn gates(&self) -> usize {
        self.input_bias.values.len()
    }

    /// The range of kept values that are sums of products with the state.
    fn state_gates(&self) -> Range<usize> {
        let first = self.cell.rotation() * self.nodes;
        first..first + self.gates()
    }

    /// The number of values that are kept per row.
    fn kept(&self) -> usize {
        self.cell.kept() * self.nodes
    }

    /// Reads the packed `input` step by step and writes the direction's part of `output`. `number` is the direction's.
    fn read(&self, packing: &Packing, input: &[E], trace: &mut Trace<E>, output: &mut [E], number: usize) {
        let (nodes, gates, width, from_state) = (self.nodes, self.gates(), self.kept(), self.state_gates());
        let Trace { kept, previous, state, memory, transposed: [input_weight, state_weight], totals: biases } = trace;
        kept.resize(packing.len() * width, E::ZERO);
        previous.resize(packing.len() * nodes, E::ZERO);
        for carried in [&mut *state, &mut *memory] {
            carried.clear();
            carried.resize(packing.rows() * nodes, E::ZERO);
        }
        transpose_into(&self.input.values, self.inputs, input_weight);
        transpose_into(&self.recurrent.values, nodes, state_weight);
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
                add_product(rows, Matrix::new(input_weight, gates), MatrixMut::first_columns(sums, gates, width));
            }
            let (carried, block) = (..block.len() * nodes, block);
            let kept = &mut kept[block.start * width..block.end * width];
            let previous = &mut previous[block.start * nodes..block.end * nodes];
            previous.copy_from_slice(&state[carried]);
            let place = MatrixMut::first_columns(&mut kept[from_state.start..], gates, width);
            add_product(Matrix::new(previous, nodes), Matrix::new(state_weight, gates), place);
            let (state, memory) = (&mut state[carried], &mut memory[carried]);
            self.cell.forward(ForwardStep { nodes, kept, state, memory });
            if !self.only_last {
                packing.write(Some(step), state, output, number);
            }
        }
        if self.only_last {
            // Each row has its last state.
            packing.write(None, state, output, number);
        }
    }

    /// Runs the backward pass of [`Weights::read`], given the gradient of the layer's result. Sets the gradients of the
    /// parameters, and replaces the kept values by the gradients of the sums.
    fn differentiate(&mut self, packing: &Packing, input: &[E], trace: &mut Trace<E>, delta: &[E], number: usize) {
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
            self.cell.backward(BackwardStep { nodes, kept: &mut *kept, previous, state: &mut *state, memory }, totals);
            // The state before the first step is 0 for all parameters.
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
