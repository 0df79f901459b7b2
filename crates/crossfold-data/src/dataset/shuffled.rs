//! Rows that have some of their features from other rows.

use crossfold_network::Form;

use super::{Dataset, Features};

impl Dataset {
    /// The same rows, with the features at `places` of the rows `donors`, one donor per row. The targets stay.
    ///
    /// Of sequences, `places` are those within a step, and a row takes a donor's values over all steps: its step `t` of
    /// `n` has those of the donor's step `⌊t·m/n⌋` of `m`, so that lengths stay as they are.
    ///
    /// # Panics
    /// If rows are images, there isn't a donor for each row, or a place or donor doesn't exist.
    pub fn with_features_of(&self, places: &[usize], donors: &[u32]) -> Dataset {
        let Features::Floats(values) = &self.features else { panic!("images have no columns") };
        assert_eq!(donors.len(), self.rows(), "each row has a donor");
        let steps = match self.form {
            Form::Sequence { steps } => steps,
            Form::Flat | Form::Table(_) | Form::Image { .. } => 1,
        };
        let wide = self.inputs / steps;
        let length = |row: usize| self.lengths.as_ref().map_or(steps, |lengths| lengths[row] as usize);
        let mut mixed = values.clone();
        for (row, &donor) in donors.iter().enumerate() {
            let (own, given) = (length(row), length(donor as usize));
            for step in 0..own {
                let [to, from] = [(row, step), (donor as usize, step * given / own)]
                    .map(|(row, step)| row * self.inputs + step * wide);
                for &place in places {
                    mixed[to + place] = values[from + place];
                }
            }
        }
        Dataset { features: Features::Floats(mixed), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::targets::Targets;

    fn rows(features: &[f32], rows: usize) -> Dataset {
        Dataset::new(Features::Floats(features.to_vec()), Arc::new(Targets::Numbers(vec![0.0; rows])))
    }

    #[test]
    fn inputs_of_a_column_move_together() {
        let mixed = rows(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0], 3).with_features_of(&[0, 2], &[2, 0, 1]);
        assert_eq!(*mixed.features(), Features::Floats(vec![7.0, 2.0, 9.0, 1.0, 5.0, 3.0, 4.0, 8.0, 6.0]));
    }

    /// Two features per step; sequences of 4 and 2 steps.
    #[test]
    fn a_variable_of_a_sequence_moves_as_a_whole() {
        let steps = [1.0, -1.0, 2.0, -2.0, 3.0, -3.0, 4.0, -4.0, 5.0, -5.0, 6.0, -6.0, 0.0, 0.0, 0.0, 0.0];
        let mixed = rows(&steps, 2).with_lengths(vec![4, 2], 4).with_features_of(&[0], &[1, 0]);
        let expected = [5.0, -1.0, 5.0, -2.0, 6.0, -3.0, 6.0, -4.0, 1.0, -5.0, 3.0, -6.0, 0.0, 0.0, 0.0, 0.0];
        assert_eq!(*mixed.features(), Features::Floats(expected.to_vec()));
        assert_eq!(mixed.lengths(), Some(&[4, 2][..]));
    }
}
