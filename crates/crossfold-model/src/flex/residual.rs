//! Residual sums.

use crossfold_kernels::Real;
use crossfold_kernels::pointwise::add;

use super::chain::Chain;
use super::layer::{Layer, Parameter, Step};

/// x ↦ x + f(x), where f is a chain.
pub(super) struct Residual<E> {
    body: Chain<E>,
    width: usize,
}

impl<E: Real> Residual<E> {
    pub(super) fn new(body: Chain<E>) -> Residual<E> {
        Residual { width: body.width(), body }
    }
}

impl<E: Real> Layer<E> for Residual<E> {
    fn width(&self) -> usize {
        self.width
    }

    fn forward(&mut self, input: &[E], output: &mut [E], step: &Step<'_, E>) {
        output.copy_from_slice(input);
        add(output, self.body.forward(input, input.len() / self.width, step));
    }

    fn backward(&mut self, input: &[E], delta: &mut [E], below: Option<&mut [E]>, step: &Step<'_, E>) {
        self.body.results().copy_from_slice(delta);
        match below {
            Some(below) => {
                self.body.backward(input, Some(&mut *below), step);
                add(below, delta);
            }
            None => self.body.backward(input, None, step),
        }
    }

    fn infer(&mut self, input: &[E], output: &mut [E], lengths: Option<&[u32]>) {
        output.copy_from_slice(input);
        add(output, self.body.infer(input, input.len() / self.width, lengths));
    }

    fn visit_parameters(&mut self, take: &mut dyn FnMut(&mut Parameter<E>)) {
        self.body.visit_parameters(take);
    }

    fn visit_running(&mut self, take: &mut dyn FnMut(&mut [E])) {
        self.body.visit_running(take);
    }

    fn export(&self) -> Vec<Vec<E>> {
        self.body.export()
    }

    fn is_finite(&self) -> bool {
        self.body.is_finite()
    }
}
