//! Summaries of sequences.

use crossfold_kernels::Real;
use crossfold_network::{Summary as Kind, SummaryLayer};

use super::layer::{Layer, Parameter, Step};

/// Reduces rows × (steps × nodes) to rows × nodes. Steps past a row's length don't count.
pub(super) struct Summary {
    sizes: SummaryLayer,
    /// The step of each maximum in the current training step, rows × nodes.
    argmax: Vec<u32>,
}

impl Summary {
    pub(super) fn new(sizes: SummaryLayer) -> Summary {
        Summary { sizes, argmax: Vec::new() }
    }

    /// Sets `summaries`, and the steps of the maxima.
    fn summarize<E: Real>(&mut self, states: &[E], lengths: Option<&[u32]>, summaries: &mut [E]) {
        let SummaryLayer { kind, steps, nodes, .. } = self.sizes;
        let mut argmax = std::mem::take(&mut self.argmax);
        argmax.clear();
        argmax.resize(summaries.len(), 0);
        summaries.fill(E::ZERO);
        let states = states.chunks_exact(steps * nodes);
        let results = summaries.chunks_exact_mut(nodes).zip(argmax.chunks_exact_mut(nodes));
        for (row, (states, (summary, argmax))) in states.zip(results).enumerate() {
            let states = &states[..self.length(row, lengths) * nodes];
            match kind {
                Kind::Last => {
                    let (last, first) = self.last_states(states.len() / nodes);
                    summary[..last.len()].copy_from_slice(&states[last.clone()]);
                    summary[last.len()..].copy_from_slice(&states[first]);
                }
                Kind::Mean => mean(states, summary),
                Kind::Max => max(states, summary, argmax),
            }
        }
        self.argmax = argmax;
    }

    fn length(&self, row: usize, lengths: Option<&[u32]>) -> usize {
        lengths.map_or(self.sizes.steps, |lengths| lengths[row] as usize)
    }

    /// The places at which a row of `length` steps has the state after the step read last, one per direction. The
    /// second direction reads the first step last.
    fn last_states(&self, length: usize) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
        let SummaryLayer { nodes, bidirectional, .. } = self.sizes;
        let forward = if bidirectional { nodes / 2 } else { nodes };
        let start = length.saturating_sub(1) * nodes;
        (start..start + forward, forward..nodes)
    }
}

/// Sets `means` to those of `states`, steps × nodes.
fn mean<E: Real>(states: &[E], means: &mut [E]) {
    for state in states.chunks_exact(means.len()) {
        means.iter_mut().zip(state).for_each(|(sum, &value)| *sum += value);
    }
    let share = share(states.len() / means.len());
    means.iter_mut().for_each(|sum| *sum *= share);
}

/// The weight of one of `steps` steps in a mean.
fn share<E: Real>(steps: usize) -> E {
    E::ONE / E::from_f64(steps as f64)
}

/// Sets `maxima` to those of `states`, steps × nodes, and `argmax` to the first step with each maximum. NaN counts as
/// the maximum.
fn max<E: Real>(states: &[E], maxima: &mut [E], argmax: &mut [u32]) {
    let mut steps = states.chunks_exact(maxima.len());
    let Some(first) = steps.next() else { return };
    maxima.copy_from_slice(first);
    for (step, state) in (1..).zip(steps) {
        for ((maximum, argmax), &value) in maxima.iter_mut().zip(&mut *argmax).zip(state) {
            if value > *maximum || value.is_nan() && !maximum.is_nan() {
                (*maximum, *argmax) = (value, step);
            }
        }
    }
}

impl<E: Real> Layer<E> for Summary {
    fn width(&self) -> usize {
        self.sizes.nodes
    }

    fn forward(&mut self, input: &[E], output: &mut [E], step: &Step<'_, E>) {
        self.summarize(input, step.lengths, output);
    }

    fn backward(&mut self, _: &[E], delta: &mut [E], below: Option<&mut [E]>, step: &Step<'_, E>) {
        let Some(below) = below else { return };
        let SummaryLayer { kind, steps, nodes, .. } = self.sizes;
        below.fill(E::ZERO);
        let each = delta.chunks_exact(nodes).zip(self.argmax.chunks_exact(nodes));
        for (row, (below, (delta, argmax))) in below.chunks_exact_mut(steps * nodes).zip(each).enumerate() {
            let length = self.length(row, step.lengths);
            match kind {
                Kind::Last => {
                    let (last, first) = self.last_states(length);
                    below[last.clone()].copy_from_slice(&delta[..last.len()]);
                    below[first].copy_from_slice(&delta[last.len()..]);
                }
                Kind::Mean => {
                    let share = share(length);
                    for below in below.chunks_exact_mut(nodes).take(length) {
                        below.iter_mut().zip(delta).for_each(|(below, &delta)| *below = delta * share);
                    }
                }
                Kind::Max => {
                    for (node, (&step, &delta)) in argmax.iter().zip(delta).enumerate() {
                        below[step as usize * nodes + node] = delta;
                    }
                }
            }
        }
    }

    fn infer(&mut self, input: &[E], output: &mut [E], lengths: Option<&[u32]>) {
        self.summarize(input, lengths, output);
    }

    fn visit_parameters(&mut self, _: &mut dyn FnMut(&mut Parameter<E>)) {}

    fn visit_running(&mut self, _: &mut dyn FnMut(&mut [E])) {}

    fn export(&self) -> Vec<Vec<E>> {
        Vec::new()
    }

    fn is_finite(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use crate::steps::dropout::Masks;

    use super::*;

    #[test]
    fn max_takes_the_first_of_ties_and_propagates_nan() {
        let mut maxima = [0.0; 3];
        let mut argmax = [0; 3];
        max(&[1.0, 5.0, 2.0, 3.0, 4.0, f64::NAN, 3.0, 5.0, 9.0], &mut maxima, &mut argmax);
        assert_eq!((maxima[..2].to_vec(), maxima[2].is_nan(), argmax), (vec![3.0, 5.0], true, [1, 0, 1]));
    }

    /// The rows have lengths of three and of one. The second direction ends at the first step.
    #[test]
    fn last_states_follow_the_reading_direction() {
        let states = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 0.0, 0.0, 0.0, 0.0];
        let masks = Masks::none();
        let step = Step { masks: &masks, lengths: Some(&[3, 1]) };
        for (bidirectional, expected, gradient) in [
            (false, [5.0, 6.0, 7.0, 8.0], [0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 0.0, 0.0, 0.0, 0.0]),
            (true, [5.0, 2.0, 7.0, 8.0], [0.0, 2.0, 0.0, 0.0, 1.0, 0.0, 3.0, 4.0, 0.0, 0.0, 0.0, 0.0]),
        ] {
            let mut summary = Summary::new(SummaryLayer { kind: Kind::Last, steps: 3, nodes: 2, bidirectional });
            let (mut output, mut below) = ([9.0; 4], [9.0; 12]);
            summary.forward(&states, &mut output, &step);
            summary.backward(&states, &mut [1.0, 2.0, 3.0, 4.0], Some(&mut below), &step);
            assert_eq!((output, below), (expected, gradient));
        }
    }
}
