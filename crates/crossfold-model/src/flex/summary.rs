//! From the states of all steps to one row.

use super::layer::{Layer, Parameter, Step};
use crossfold_kernels::Real;

/// Rows × (steps × nodes) to rows × nodes.
pub(super) struct Summary {
    over: Over,
    steps: usize,
    nodes: usize,
    /// Of each greatest value of the step under way, rows × nodes, its step.
    greatest: Vec<u32>,
}

/// What becomes of a node's states in a row's real steps.
#[derive(Clone, Copy)]
pub(super) enum Over {
    Mean,
    Max,
}

impl Summary {
    pub(super) fn new(over: Over, steps: usize, nodes: usize) -> Summary {
        Summary { over, steps, nodes, greatest: Vec::new() }
    }

    /// Sets `summaries`, and of the greatest values the steps.
    fn summarize<E: Real>(&mut self, states: &[E], lengths: Option<&[u32]>, summaries: &mut [E]) {
        let mut greatest = std::mem::take(&mut self.greatest);
        greatest.clear();
        greatest.resize(summaries.len(), 0);
        summaries.fill(E::ZERO);
        let states = states.chunks_exact(self.steps * self.nodes);
        let results = summaries.chunks_exact_mut(self.nodes).zip(greatest.chunks_exact_mut(self.nodes));
        for (row, (states, (summary, greatest))) in states.zip(results).enumerate() {
            let states = &states[..self.length(row, lengths) * self.nodes];
            match self.over {
                Over::Mean => mean(states, summary),
                Over::Max => max(states, summary, greatest),
            }
        }
        self.greatest = greatest;
    }

    fn length(&self, row: usize, lengths: Option<&[u32]>) -> usize {
        lengths.map_or(self.steps, |lengths| lengths[row] as usize)
    }
}

/// Of `states`, steps × nodes.
fn mean<E: Real>(states: &[E], means: &mut [E]) {
    for state in states.chunks_exact(means.len()) {
        means.iter_mut().zip(state).for_each(|(sum, &value)| *sum += value);
    }
    let share = share(states.len() / means.len());
    means.iter_mut().for_each(|sum| *sum *= share);
}

/// What one of so many steps is of a mean.
fn share<E: Real>(steps: usize) -> E {
    E::ONE / E::from_f64(steps as f64)
}

/// The greatest of `states`, steps × nodes, and of each the first step that has it. NaN counts as the greatest of all.
fn max<E: Real>(states: &[E], greatest: &mut [E], places: &mut [u32]) {
    let mut steps = states.chunks_exact(greatest.len());
    let Some(first) = steps.next() else { return };
    greatest.copy_from_slice(first);
    for (step, state) in (1..).zip(steps) {
        for ((greatest, place), &value) in greatest.iter_mut().zip(&mut *places).zip(state) {
            if value > *greatest || value.is_nan() && !greatest.is_nan() {
                (*greatest, *place) = (value, step);
            }
        }
    }
}

impl<E: Real> Layer<E> for Summary {
    fn width(&self) -> usize {
        self.nodes
    }

    fn forward(&mut self, input: &[E], output: &mut [E], step: &Step<'_, E>) {
        self.summarize(input, step.lengths, output);
    }

    fn backward(&mut self, _: &[E], delta: &mut [E], below: Option<&mut [E]>, step: &Step<'_, E>) {
        let Some(below) = below else { return };
        let nodes = self.nodes;
        below.fill(E::ZERO);
        let each = delta.chunks_exact(nodes).zip(self.greatest.chunks_exact(nodes));
        for (row, (below, (delta, greatest))) in below.chunks_exact_mut(self.steps * nodes).zip(each).enumerate() {
            match self.over {
                Over::Mean => {
                    let length = self.length(row, step.lengths);
                    let share = share(length);
                    for below in below.chunks_exact_mut(nodes).take(length) {
                        below.iter_mut().zip(delta).for_each(|(below, &delta)| *below = delta * share);
                    }
                }
                Over::Max => {
                    for (node, (&step, &delta)) in greatest.iter().zip(delta).enumerate() {
                        below[step as usize * nodes + node] = delta;
                    }
                }
            }
        }
    }

    fn infer(&mut self, input: &[E], output: &mut [E], lengths: Option<&[u32]>) {
        self.summarize(input, lengths, output);
    }

    fn parameters(&mut self, _: &mut dyn FnMut(&mut Parameter<E>)) {}

    fn running(&mut self, _: &mut dyn FnMut(&mut [E])) {}

    fn export(&self) -> Vec<Vec<E>> {
        Vec::new()
    }

    fn is_finite(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_equal_greatest_counts_and_nan_is_greater() {
        let mut greatest = [0.0; 3];
        let mut places = [0; 3];
        max(&[1.0, 5.0, 2.0, 3.0, 4.0, f64::NAN, 3.0, 5.0, 9.0], &mut greatest, &mut places);
        assert_eq!((greatest[..2].to_vec(), greatest[2].is_nan(), places), (vec![3.0, 5.0], true, [1, 0, 1]));
    }
}
