//! Chains of layers.

use crossfold_kernels::Real;

use super::layer::{Layer, Parameter, Step};

/// Consecutive layers. The values between them are in memory that is reused from step to step.
pub(super) struct Chain<E> {
    pub(super) layers: Vec<Box<dyn Layer<E>>>,
    /// The result of each layer, rows × its width.
    pub(super) outputs: Vec<Vec<E>>,
    /// Memory for the gradients of a layer's result and of its input.
    deltas: [Vec<E>; 2],
}

impl<E: Real> Chain<E> {
    /// A chain of at least one layer.
    pub(super) fn new(layers: Vec<Box<dyn Layer<E>>>) -> Chain<E> {
        let outputs = layers.iter().map(|_| Vec::new()).collect();
        Chain { layers, outputs, deltas: [Vec::new(), Vec::new()] }
    }

    /// Values of a row that the last layer returns.
    pub(super) fn width(&self) -> usize {
        self.layers.last().expect("a chain has a layer").width()
    }

    /// Runs the forward pass of a training step on `rows` rows. Returns the last layer's result.
    pub(super) fn forward(&mut self, input: &[E], rows: usize, step: &Step<'_, E>) -> &mut [E] {
        self.pass(input, rows, |layer, input, output| layer.forward(input, output, step))
    }

    /// Runs the forward pass outside of training. Returns the last layer's result.
    pub(super) fn infer(&mut self, input: &[E], rows: usize, lengths: Option<&[u32]>) -> &mut [E] {
        self.pass(input, rows, |layer, input, output| layer.infer(input, output, lengths))
    }

    fn pass(
        &mut self,
        input: &[E],
        rows: usize,
        mut compute: impl FnMut(&mut dyn Layer<E>, &[E], &mut [E]),
    ) -> &mut [E] {
        let mut input = input;
        for (layer, output) in self.layers.iter_mut().zip(&mut self.outputs) {
            output.resize(rows * layer.width(), E::ZERO);
            compute(&mut **layer, input, output);
            input = output;
        }
        self.results()
    }

    /// The last layer's result. The caller replaces it by its gradient before the backward pass.
    pub(super) fn results(&mut self) -> &mut [E] {
        self.outputs.last_mut().expect("a chain has a layer")
    }

    /// Runs the backward pass after a forward pass of the same `input`. [`Chain::results`] must hold the gradient of
    /// the last layer's result. Sets `below`, if given, to the gradient of `input`.
    pub(super) fn backward(&mut self, input: &[E], below: Option<&mut [E]>, step: &Step<'_, E>) {
        let (last, inner) = self.outputs.split_last_mut().expect("a chain has a layer");
        let [delta, next] = &mut self.deltas;
        std::mem::swap(last, delta);
        let (first, later) = self.layers.split_first_mut().expect("a chain has a layer");
        for (layer, input) in later.iter_mut().zip(&*inner).rev() {
            next.resize(input.len(), E::ZERO);
            layer.backward(input, delta, Some(next), step);
            std::mem::swap(delta, next);
        }
        first.backward(input, delta, below, step);
    }

    pub(super) fn visit_parameters(&mut self, take: &mut dyn FnMut(&mut Parameter<E>)) {
        self.layers.iter_mut().for_each(|layer| layer.visit_parameters(take));
    }

    pub(super) fn visit_running(&mut self, take: &mut dyn FnMut(&mut [E])) {
        self.layers.iter_mut().for_each(|layer| layer.visit_running(take));
    }

    pub(super) fn export(&self) -> Vec<Vec<E>> {
        self.layers.iter().flat_map(|layer| layer.export()).collect()
    }

    pub(super) fn is_finite(&self) -> bool {
        self.layers.iter().all(|layer| layer.is_finite())
    }
}
