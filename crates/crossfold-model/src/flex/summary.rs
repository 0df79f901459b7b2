//! From the states of all steps to one row.

use std::marker::PhantomData;

use burn_flex::FlexTensor;
use crossfold_study::Summary as Kind;

use super::layer::{Layer, Parameter, Step};
use crate::real::Real;

/// Rows × (steps·nodes) to rows × nodes, nodes being those of all directions.
pub(crate) struct Summary<E> {
    kind: Kind,
    steps: usize,
    nodes: usize,
    /// Nodes of the direction that reads forward.
    forward: usize,
    /// Of each greatest value of the step under way, rows × nodes, its step.
    greatest: Vec<u32>,
    elements: PhantomData<E>,
}

impl<E: Real> Summary<E> {
    pub(crate) fn new(kind: Kind, steps: usize, nodes: usize, bidirectional: bool) -> Summary<E> {
        let forward = if bidirectional { nodes / 2 } else { nodes };
        Summary { kind, steps, nodes, forward, greatest: Vec::new(), elements: PhantomData }
    }

    /// For each row its real steps × nodes and its summary.
    fn summarize(
        &self,
        states: &FlexTensor,
        lengths: Option<&[u32]>,
        mut summarize: impl FnMut(&[E], &mut [E]),
    ) -> FlexTensor {
        let rows = states.layout().shape()[0];
        let mut summaries = vec![E::ZERO; rows * self.nodes];
        let states = E::slice(states).chunks_exact(self.steps * self.nodes);
        for (row, (states, summary)) in states.zip(summaries.chunks_exact_mut(self.nodes)).enumerate() {
            summarize(&states[..self.length(row, lengths) * self.nodes], summary);
        }
        E::matrix(summaries, rows, self.nodes)
    }

    fn length(&self, row: usize, lengths: Option<&[u32]>) -> usize {
        lengths.map_or(self.steps, |lengths| lengths[row] as usize)
    }

    fn last(&self, states: &[E], summary: &mut [E]) {
        let last = states.len() - self.nodes;
        summary[..self.forward].copy_from_slice(&states[last..][..self.forward]);
        summary[self.forward..].copy_from_slice(&states[self.forward..self.nodes]);
    }

    fn mean(&self, states: &[E], summary: &mut [E]) {
        for state in states.chunks_exact(self.nodes) {
            summary.iter_mut().zip(state).for_each(|(sum, &value)| *sum += value);
        }
        let share = self.share(states);
        summary.iter_mut().for_each(|sum| *sum *= share);
    }

    /// What a step's part of a mean is.
    fn share(&self, states: &[E]) -> E {
        E::ONE / E::from_elem(states.len() / self.nodes)
    }
}

/// The greatest values over steps, and of each the first step that has it. NaN is the greatest of all.
fn max<E: Real>(states: &[E], summary: &mut [E], places: &mut [u32]) {
    let mut steps = states.chunks_exact(summary.len());
    let Some(first) = steps.next() else { return };
    summary.copy_from_slice(first);
    places.fill(0);
    for (step, state) in (1..).zip(steps) {
        for ((greatest, place), &value) in summary.iter_mut().zip(&mut *places).zip(state) {
            let is_greater = value > *greatest || value != value && *greatest == *greatest;
            if is_greater {
                (*greatest, *place) = (value, step);
            }
        }
    }
}

impl<E: Real> Layer<E> for Summary<E> {
    fn forward(&mut self, input: &FlexTensor, step: &Step<'_, E>) -> FlexTensor {
        match self.kind {
            Kind::Last | Kind::Mean => self.infer(input, step.lengths),
            Kind::Max => {
                let mut greatest = std::mem::take(&mut self.greatest);
                greatest.resize(input.layout().shape()[0] * self.nodes, 0);
                let mut places = greatest.chunks_exact_mut(self.nodes);
                let summaries = self.summarize(input, step.lengths, |states, summary| {
                    max(states, summary, places.next().expect("each row has places"));
                });
                self.greatest = greatest;
                summaries
            }
        }
    }

    fn backward(&mut self, _: &FlexTensor, delta: FlexTensor, step: &Step<'_, E>, passes_on: bool) -> Option<FlexTensor> {
        if !passes_on {
            return None;
        }
        let rows = delta.layout().shape()[0];
        let width = self.steps * self.nodes;
        let mut below = vec![E::ZERO; rows * width];
        for (row, (delta, below)) in
            E::slice(&delta).chunks_exact(self.nodes).zip(below.chunks_exact_mut(width)).enumerate()
        {
            let below = &mut below[..self.length(row, step.lengths) * self.nodes];
            match self.kind {
                Kind::Last => {
                    let last = below.len() - self.nodes;
                    below[last..][..self.forward].copy_from_slice(&delta[..self.forward]);
                    below[self.forward..self.nodes].copy_from_slice(&delta[self.forward..]);
                }
                Kind::Mean => {
                    let share = self.share(below);
                    for below in below.chunks_exact_mut(self.nodes) {
                        below.iter_mut().zip(delta).for_each(|(below, &delta)| *below = delta * share);
                    }
                }
                Kind::Max => {
                    let places = &self.greatest[row * self.nodes..][..self.nodes];
                    for (node, (&step, &delta)) in places.iter().zip(delta).enumerate() {
                        below[step as usize * self.nodes + node] = delta;
                    }
                }
            }
        }
        Some(E::matrix(below, rows, width))
    }

    fn infer(&self, input: &FlexTensor, lengths: Option<&[u32]>) -> FlexTensor {
        match self.kind {
            Kind::Last => self.summarize(input, lengths, |states, summary| self.last(states, summary)),
            Kind::Mean => self.summarize(input, lengths, |states, summary| self.mean(states, summary)),
            Kind::Max => {
                let mut places = vec![0; self.nodes];
                self.summarize(input, lengths, |states, summary| max(states, summary, &mut places))
            }
        }
    }

    fn parameters(&mut self, _: &mut dyn FnMut(&mut Parameter<E>)) {}

    fn export(&self) -> Vec<Vec<E>> {
        Vec::new()
    }

    fn is_finite(&self) -> bool {
        true
    }
}
