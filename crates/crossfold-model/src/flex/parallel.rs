//! Parallel branches.

use crossfold_kernels::Real;
use crossfold_kernels::pointwise::add;

use super::chain::Chain;
use super::layer::{Layer, Parameter, Step};

/// Chains that read the same values. Their results are concatenated at each place.
pub(super) struct Parallel<E> {
    branches: Vec<Chain<E>>,
    places: usize,
    /// The gradient of the input through one branch.
    below: Vec<E>,
}

impl<E: Real> Parallel<E> {
    pub(super) fn new(branches: Vec<Chain<E>>, places: usize) -> Parallel<E> {
        Parallel { branches, places, below: Vec::new() }
    }

    /// Copies the result of each branch to its columns of `output`.
    fn concatenate(&mut self, output: &mut [E], mut compute: impl FnMut(&mut Chain<E>, usize) -> &mut [E]) {
        let (width, rows) = (self.width() / self.places, output.len() / self.width());
        let mut first = 0;
        for branch in &mut self.branches {
            let own = branch.width() / self.places;
            let results = compute(branch, rows).chunks_exact(own);
            for (output, result) in output.chunks_exact_mut(width).zip(results) {
                output[first..first + own].copy_from_slice(result);
            }
            first += own;
        }
    }
}

impl<E: Real> Layer<E> for Parallel<E> {
    fn width(&self) -> usize {
        self.branches.iter().map(Chain::width).sum()
    }

    fn forward(&mut self, input: &[E], output: &mut [E], step: &Step<'_, E>) {
        self.concatenate(output, |branch, rows| branch.forward(input, rows, step));
    }

    fn backward(&mut self, input: &[E], delta: &mut [E], mut below: Option<&mut [E]>, step: &Step<'_, E>) {
        let width = self.width() / self.places;
        if let Some(below) = &mut below {
            below.fill(E::ZERO);
        }
        let mut first = 0;
        for branch in &mut self.branches {
            let own = branch.width() / self.places;
            for (delta, result) in delta.chunks_exact(width).zip(branch.results().chunks_exact_mut(own)) {
                result.copy_from_slice(&delta[first..first + own]);
            }
            first += own;
            match &mut below {
                Some(below) => {
                    self.below.resize(input.len(), E::ZERO);
                    branch.backward(input, Some(&mut self.below), step);
                    add(below, &self.below);
                }
                None => branch.backward(input, None, step),
            }
        }
    }

    fn infer(&mut self, input: &[E], output: &mut [E], lengths: Option<&[u32]>) {
        self.concatenate(output, |branch, rows| branch.infer(input, rows, lengths));
    }

    fn visit_parameters(&mut self, take: &mut dyn FnMut(&mut Parameter<E>)) {
        self.branches.iter_mut().for_each(|branch| branch.visit_parameters(take));
    }

    fn visit_running(&mut self, take: &mut dyn FnMut(&mut [E])) {
        self.branches.iter_mut().for_each(|branch| branch.visit_running(take));
    }

    fn export(&self) -> Vec<Vec<E>> {
        self.branches.iter().flat_map(Chain::export).collect()
    }

    fn is_finite(&self) -> bool {
        self.branches.iter().all(Chain::is_finite)
    }
}
