//! Sequences of unequal length, packed step by step.

use std::ops::Range;

use crossfold_kernels::Real;

/// The order of the steps of a batch's sequences: all first steps, all second steps and so on. As in PyTorch's
/// `PackedSequence`, each step has only the sequences that are long enough, the longest first.
#[derive(Default)]
pub(super) struct Packing {
    /// Rows of the batch, the longest first.
    order: Vec<u32>,
    /// The number of packed rows before each step, and at the end that of all.
    ends: Vec<usize>,
    /// The number of steps of the batch, padding included.
    steps: usize,
}

impl Packing {
    /// Packs `rows` rows of `steps` steps each, or of the given `lengths`.
    pub(super) fn fill(&mut self, rows: usize, steps: usize, lengths: Option<&[u32]>) {
        let length = |row: u32| lengths.map_or(steps, |lengths| lengths[row as usize] as usize);
        self.steps = steps;
        self.order.clear();
        self.order.extend(0..rows as u32);
        self.order.sort_by_key(|&row| std::cmp::Reverse(length(row)));
        self.ends.clear();
        self.ends.push(0);
        let mut active = rows;
        for step in 0..steps {
            while active > 0 && length(self.order[active - 1]) <= step {
                active -= 1;
            }
            if active == 0 {
                break;
            }
            self.ends.push(self.ends[step] + active);
        }
    }

    /// The number of rows in the batch.
    pub(super) fn rows(&self) -> usize {
        self.order.len()
    }

    /// The number of packed rows.
    pub(super) fn len(&self) -> usize {
        *self.ends.last().unwrap_or(&0)
    }

    /// All steps, in order or backward.
    pub(super) fn steps(&self, backward: bool) -> impl Iterator<Item = usize> + use<> {
        let count = self.ends.len() - 1;
        (0..count).map(move |step| if backward { count - 1 - step } else { step })
    }

    /// The packed rows of a step. The rows that also have the next step come first, in the same order.
    pub(super) fn block(&self, step: usize) -> Range<usize> {
        self.ends[step]..self.ends[step + 1]
    }

    /// The packed rows of a step, and of as many of the steps read after it as fit into `most` rows. The step itself is
    /// always included.
    pub(super) fn blocks(&self, step: usize, backward: bool, most: usize) -> Range<usize> {
        let Range { start, end } = self.block(step);
        if backward {
            let starts = self.ends[..step].iter().copied();
            starts.rev().take_while(|start| end - start <= most).last().unwrap_or(start)..end
        } else {
            let ends = self.ends[step + 2..].iter().copied();
            start..ends.take_while(|end| end - start <= most).last().unwrap_or(end)
        }
    }

    /// Copies rows × steps × features to packed rows × features.
    pub(super) fn gather<E: Real>(&self, values: &[E], packed: &mut [E]) {
        let width = packed.len() / self.len().max(1);
        for step in self.steps(false) {
            let block = &mut packed[self.block(step).start * width..self.block(step).end * width];
            for (place, packed) in self.places(Some(step)).zip(block.chunks_exact_mut(width)) {
                packed.copy_from_slice(&values[place * width..][..width]);
            }
        }
    }

    /// Adds packed rows × features to rows × steps × features. Padding isn't changed.
    pub(super) fn scatter<E: Real>(&self, packed: &[E], values: &mut [E]) {
        let width = packed.len() / self.len().max(1);
        for step in self.steps(false) {
            let block = &packed[self.block(step).start * width..self.block(step).end * width];
            for (place, packed) in self.places(Some(step)).zip(block.chunks_exact(width)) {
                let values = &mut values[place * width..][..width];
                values.iter_mut().zip(packed).for_each(|(value, &packed)| *value += packed);
            }
        }
    }

    /// Writes the states of a step, packed rows × nodes, to `values`, rows × steps × nodes of all directions. If `step`
    /// is `None`, writes one state per row to rows × nodes of all directions.
    pub(super) fn write<E: Real>(&self, step: Option<usize>, states: &[E], values: &mut [E], direction: usize) {
        let (width, nodes) = self.widths(step, states, values);
        for (place, state) in self.places(step).zip(states.chunks_exact(nodes)) {
            values[place * width + direction * nodes..][..nodes].copy_from_slice(state);
        }
    }

    /// Adds to `states` the values at the places to which [`Packing::write`] writes them.
    pub(super) fn add<E: Real>(&self, step: Option<usize>, values: &[E], states: &mut [E], direction: usize) {
        let (width, nodes) = self.widths(step, states, values);
        for (place, state) in self.places(step).zip(states.chunks_exact_mut(nodes)) {
            let values = &values[place * width + direction * nodes..][..nodes];
            state.iter_mut().zip(values).for_each(|(state, &value)| *state += value);
        }
    }

    /// The index in rows × steps of each packed row of a step. If `step` is `None`, the index of each row.
    fn places(&self, step: Option<usize>) -> impl ExactSizeIterator<Item = usize> {
        let (count, steps, step) = match step {
            Some(step) => (self.block(step).len(), self.steps, step),
            None => (self.rows(), 1, 0),
        };
        self.order[..count].iter().map(move |&row| row as usize * steps + step)
    }

    /// The number of values per place, and per state.
    fn widths<E>(&self, step: Option<usize>, states: &[E], values: &[E]) -> (usize, usize) {
        let places = self.rows() * if step.is_some() { self.steps } else { 1 };
        (values.len() / places, states.len() / self.places(step).len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_packed_longest_first() {
        let mut packing = Packing::default();
        packing.fill(3, 4, Some(&[1, 3, 2]));
        assert_eq!((packing.rows(), packing.len()), (3, 6));
        assert_eq!(packing.steps(true).collect::<Vec<_>>(), [2, 1, 0]);
        let blocks: Vec<_> = packing.steps(false).map(|step| packing.block(step)).collect();
        assert_eq!(blocks, [0..3, 3..5, 5..6]);
        assert_eq!([3, 4, 5, 6].map(|most| packing.blocks(0, false, most)), [0..3, 0..3, 0..5, 0..6]);
        assert_eq!([0, 1, 2, 3, 6].map(|most| packing.blocks(2, true, most)), [5..6, 5..6, 5..6, 3..6, 0..6]);
        // Rows of four steps of two features.
        let values: Vec<f64> = (0..12).flat_map(|place| [f64::from(place), -1.0]).collect();
        let mut packed = vec![0.0; 12];
        packing.gather(&values, &mut packed);
        assert_eq!(packed, [4, 8, 0, 5, 9, 6].map(|place| [f64::from(place), -1.0]).concat());
        let mut back = vec![0.0; 24];
        packing.scatter(&packed, &mut back);
        packing.scatter(&packed, &mut back);
        let places: Vec<usize> = (0..12).filter(|place| back[2 * place + 1] == -2.0).collect();
        assert_eq!(places, [0, 4, 5, 6, 8, 9]);
        assert!((0..12).all(|place| back[2 * place + 1] == -2.0 || back[2 * place..][..2] == [0.0; 2]));
        // Two directions of one node.
        packing.write(Some(1), &[0.5, 0.25], &mut back, 1);
        assert_eq!((back[11], back[19]), (0.5, 0.25));
        let mut states = [1.0, 2.0];
        packing.add(Some(1), &back, &mut states, 1);
        assert_eq!(states, [1.5, 2.25]);
        let mut last = [0.0; 6];
        packing.write(None, &[2.0, 1.0, 0.0], &mut last, 1);
        assert_eq!(last, [0.0, 0.0, 0.0, 2.0, 0.0, 1.0]);
    }

    #[test]
    fn without_lengths_all_steps_are_real() {
        let mut packing = Packing::default();
        packing.fill(2, 3, None);
        let mut packed = [0.0; 6];
        packing.gather(&[0.0, 1.0, 2.0, 10.0, 11.0, 12.0], &mut packed);
        assert_eq!(packed, [0.0, 10.0, 1.0, 11.0, 2.0, 12.0]);
    }
}
