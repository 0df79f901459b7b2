//! Recurrent layers: all steps of a sequence at once, and back through time by hand.
//!
//! Values between layers are rows × steps × features. In here they are step after step, so that what a step
//! multiplies lies together, and of a step there are only those rows that have it: nothing is computed for
//! padding, and nothing that stands there can count.

mod cell;
mod elman;
mod gru;
mod lstm;
mod packing;
mod room;

use burn_flex::FlexTensor;
use crossfold_study::{Configuration, Recurrent as Sizes};

use super::layer::{Layer, Parameter, Step};
use super::product::{matmul, transposed};
use crate::real::Real;
use crate::vectors::{Loops, vectorized};
use cell::{Backward, Cell, Forward};
use packing::Packing;
use room::Room;

/// Rows that are inferred at once: enough for full products, few enough to stay in a core's cache.
const INFERRED_AT_ONCE: usize = 128;

/// Sums that the input's products make at once: those of many steps of a small network, few enough to stay in a
/// core's cache.
const READ_AT_ONCE: usize = 1 << 16;

/// A recurrent layer, with the one that reads backward beside it where there is one.
///
/// It hands on the states of all steps, rows × (steps × nodes of all directions), or those after each row's last
/// step, in the order of reading: rows × nodes of all directions.
pub(crate) struct Recurrent<E: 'static> {
    sizes: Sizes,
    only_last: bool,
    directions: Vec<(Weights<E>, Trace<E>)>,
    packing: Packing,
    /// Packed rows × inputs.
    input: Room<E>,
}

/// What is trained in one direction.
struct Weights<E: 'static> {
    cell: &'static dyn Cell<E>,
    nodes: usize,
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
struct Trace<E> {
    /// Packed rows × what a cell keeps: values on the way forward, their gradients once back.
    kept: Room<E>,
    /// Packed rows × nodes: the state before each step.
    previous: Room<E>,
    /// Rows × nodes: the state, on the way back its gradient.
    state: Vec<E>,
    /// Rows × nodes: an LSTM's memory, on the way back its gradient.
    memory: Vec<E>,
    /// What is kept of one row.
    row: Vec<E>,
    /// Sums over rows of what is kept, once it is gradients.
    sums: Vec<E>,
}

impl<E: Real> Recurrent<E> {
    /// `values` hands out the tensors of each direction, as files have them.
    pub(crate) fn new(
        configuration: &Configuration,
        sizes: Sizes,
        only_last: bool,
        values: &mut dyn FnMut() -> Vec<E>,
    ) -> Recurrent<E> {
        let directions = [false, true].into_iter().take(sizes.directions());
        let directions = directions.map(|reads_backward| {
            let weights = Weights::new(configuration, sizes, only_last, reads_backward, values);
            let trace = Trace::new(weights.cell, sizes.nodes);
            (weights, trace)
        });
        Recurrent {
            directions: directions.collect(),
            packing: Packing::default(),
            input: Room::new(sizes.inputs),
            sizes,
            only_last,
        }
    }

    /// Values of a row that comes in.
    fn inputs(&self) -> usize {
        self.sizes.steps * self.sizes.inputs
    }

    /// Values of a row that is handed on.
    fn outputs(&self) -> usize {
        let steps = if self.only_last { 1 } else { self.sizes.steps };
        steps * self.sizes.outputs()
    }
}

impl<E: Real> Layer<E> for Recurrent<E> {
    fn forward(&mut self, input: &FlexTensor, step: &Step<'_, E>) -> FlexTensor {
        let rows = input.layout().shape()[0];
        self.packing.fill(rows, self.sizes.steps, step.lengths);
        let values = &E::slice(input)[..rows * self.inputs()];
        self.packing.gather(values, self.input.reserve(self.packing.len()));
        let width = self.outputs();
        let mut output = vec![E::ZERO; rows * width];
        for (number, (weights, trace)) in self.directions.iter_mut().enumerate() {
            weights.read(&self.packing, &self.input, trace, &mut output, number);
        }
        E::matrix(output, rows, width)
    }

    fn backward(&mut self, _: &FlexTensor, delta: FlexTensor, _: &Step<'_, E>, passes_on: bool) -> Option<FlexTensor> {
        let rows = self.packing.rows();
        let width = self.inputs();
        let mut below = passes_on.then(|| vec![E::ZERO; rows * width]);
        for (number, (weights, trace)) in self.directions.iter_mut().enumerate() {
            weights.retrace(&self.packing, &self.input, trace, E::slice(&delta), number);
            if let Some(below) = &mut below {
                let kept = trace.kept.view(0..self.packing.len(), 0..weights.gates());
                self.packing.scatter(E::slice(&matmul(&kept, &weights.input.values)), below);
            }
        }
        below.map(|below| E::matrix(below, rows, width))
    }

    fn infer(&self, input: &FlexTensor, lengths: Option<&[u32]>) -> FlexTensor {
        let rows = input.layout().shape()[0];
        let width = self.outputs();
        let (mut packing, mut packed) = (Packing::default(), Room::new(self.sizes.inputs));
        let mut traces: Vec<_> =
            self.directions.iter().map(|(weights, _)| Trace::new(weights.cell, weights.nodes)).collect();
        let mut output = vec![E::ZERO; rows * width];
        let values = E::slice(input)[..rows * self.inputs()].chunks(INFERRED_AT_ONCE * self.inputs());
        for (chunk, (values, output)) in values.zip(output.chunks_mut(INFERRED_AT_ONCE * width)).enumerate() {
            let first = chunk * INFERRED_AT_ONCE;
            let rows = INFERRED_AT_ONCE.min(rows - first);
            packing.fill(rows, self.sizes.steps, lengths.map(|lengths| &lengths[first..first + rows]));
            packing.gather(values, packed.reserve(packing.len()));
            for (number, ((weights, _), trace)) in self.directions.iter().zip(&mut traces).enumerate() {
                weights.read(&packing, &packed, trace, output, number);
            }
        }
        E::matrix(output, rows, width)
    }

    fn parameters(&mut self, take: &mut dyn FnMut(&mut Parameter<E>)) {
        for (weights, _) in &mut self.directions {
            take(&mut weights.input);
            take(&mut weights.recurrent);
            take(&mut weights.input_bias);
            take(&mut weights.recurrent_bias);
        }
    }

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
        let (cell, nodes) = (cell::of(sizes.cell), sizes.nodes);
        let gates = sizes.gates() * nodes;
        let [mut input, recurrent, mut input_bias, recurrent_bias] = [(); 4].map(|()| values());
        input.rotate_right(cell.rotation() * nodes * sizes.inputs);
        input_bias.rotate_right(cell.rotation() * nodes);
        Weights {
            cell,
            nodes,
            reads_backward,
            only_last,
            input: Parameter::weight(configuration, input, gates, sizes.inputs),
            recurrent: Parameter::weight(configuration, recurrent, gates, nodes),
            input_bias: Parameter::bias(configuration, input_bias),
            recurrent_bias: Parameter::bias(configuration, recurrent_bias),
        }
    }

    fn export(&self) -> [Vec<E>; 4] {
        let [mut input, recurrent, mut input_bias, recurrent_bias] =
            self.all().map(|parameter| parameter.slice().to_vec());
        let inputs = input.len() / input_bias.len();
        input.rotate_left(self.cell.rotation() * self.nodes * inputs);
        input_bias.rotate_left(self.cell.rotation() * self.nodes);
        [input, recurrent, input_bias, recurrent_bias]
    }

    fn all(&self) -> [&Parameter<E>; 4] {
        [&self.input, &self.recurrent, &self.input_bias, &self.recurrent_bias]
    }

    /// Sums of products that a step takes.
    fn gates(&self) -> usize {
        self.input_bias.slice().len()
    }

    /// Reads the packed `input` step by step and writes to `output` what is handed on, this being the `number`th
    /// direction.
    fn read(&self, packing: &Packing, input: &Room<E>, trace: &mut Trace<E>, output: &mut [E], number: usize) {
        let Trace { kept, previous, state, memory, row, .. } = trace;
        let nodes = self.nodes;
        kept.reserve(packing.len());
        previous.reserve(packing.len());
        for carried in [&mut *state, &mut *memory] {
            carried.clear();
            carried.resize(packing.rows() * nodes, E::ZERO);
        }
        // Each step's products are faster if rows of the right matrix lie together.
        let [of_input, of_state] = [&self.input, &self.recurrent].map(|p| transposed(&p.values).to_contiguous());
        let gates = self.gates();
        let (mut read, mut inputs) = (0..0, E::matrix(Vec::new(), 0, gates));
        for step in packing.steps(self.reads_backward) {
            let block = packing.block(step);
            if !read.contains(&block.start) {
                read = packing.blocks(step, self.reads_backward, READ_AT_ONCE / gates);
                inputs = matmul(&input.view(read.clone(), 0..input.width()), &of_input);
            }
            let inputs = &E::slice(&inputs)[(block.start - read.start) * gates..][..block.len() * gates];
            let carried = ..block.len() * nodes;
            previous.rows_mut(block.clone()).copy_from_slice(&state[carried]);
            let product = matmul(&previous.view(block.clone(), 0..nodes), &of_state);
            let forward = Forward {
                nodes,
                sums: [inputs, E::slice(&product)],
                biases: [self.input_bias.slice(), self.recurrent_bias.slice()],
                kept: kept.rows_mut(block),
                state: &mut state[carried],
                memory: &mut memory[carried],
            };
            self.cell.forward(forward, row);
            if !self.only_last {
                packing.write(Some(step), &state[carried], output, number);
            }
        }
        if self.only_last {
            // Rows carry their last state on.
            packing.write(None, state, output, number);
        }
    }

    /// Goes back through the steps that [`Weights::read`] read, given the gradient of what it wrote: sets
    /// the gradients of what is trained, and turns what is kept into that of the products.
    fn retrace(&mut self, packing: &Packing, input: &Room<E>, trace: &mut Trace<E>, delta: &[E], number: usize) {
        let Trace { kept, previous, state, memory, row, sums } = trace;
        let (nodes, gates) = (self.nodes, self.gates());
        let from_state = self.cell.rotation() * nodes..self.cell.rotation() * nodes + gates;
        state.fill(E::ZERO);
        memory.fill(E::ZERO);
        sums.fill(E::ZERO);
        if self.only_last {
            packing.add(None, delta, state, number);
        }
        let mut steps = packing.steps(!self.reads_backward).peekable();
        while let Some(step) = steps.next() {
            let block = packing.block(step);
            let carried = ..block.len() * nodes;
            if !self.only_last {
                packing.add(Some(step), delta, &mut state[carried], number);
            }
            let backward = Backward {
                nodes,
                kept: kept.rows_mut(block.clone()),
                previous: previous.rows(block.clone()),
                state: &mut state[carried],
                memory: &mut memory[carried],
            };
            self.cell.backward(backward, row, sums);
            // Before the first step the state is 0 and nothing hangs on it.
            if steps.peek().is_some() {
                let product = matmul(&kept.view(block, from_state.clone()), &self.recurrent.values);
                vectorized(Add { sums: &mut state[carried], values: E::slice(&product) });
            }
        }
        let all = 0..packing.len();
        let of_gates = |columns| transposed(&kept.view(all.clone(), columns));
        self.input.gradient = matmul(&of_gates(0..gates), &input.view(all.clone(), 0..input.width()));
        self.recurrent.gradient = matmul(&of_gates(from_state.clone()), &previous.view(all.clone(), 0..nodes));
        E::slice_mut(&mut self.input_bias.gradient).copy_from_slice(&sums[..gates]);
        E::slice_mut(&mut self.recurrent_bias.gradient).copy_from_slice(&sums[from_state]);
    }
}

impl<E: Real> Trace<E> {
    fn new(cell: &dyn Cell<E>, nodes: usize) -> Trace<E> {
        let width = cell.kept() * nodes;
        Trace {
            kept: Room::new(width),
            previous: Room::new(nodes),
            state: Vec::new(),
            memory: Vec::new(),
            row: vec![E::ZERO; width],
            sums: vec![E::ZERO; width],
        }
    }
}

struct Add<'a, E> {
    sums: &'a mut [E],
    values: &'a [E],
}

impl<E: Real> Loops for Add<'_, E> {
    #[inline(always)]
    fn run(self) {
        for (sum, &value) in self.sums.iter_mut().zip(self.values) {
            *sum += value;
        }
    }
}
