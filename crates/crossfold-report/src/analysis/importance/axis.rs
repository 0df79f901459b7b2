//! A hyperparameter as trees see it: where it may be cut, and how much of the space lies on either side.

/// The values of a hyperparameter that were tried, which are numbered from 0.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Axis {
    /// So many values without an order. Each is as much of the space as any other.
    Words(u32),
    /// Numbers in ascending order.
    Line { places: Vec<f64>, span: Span },
}

/// What lies between and beside the numbers that were tried.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Span {
    /// Nothing: the numbers are all there are, each as likely.
    Values,
    /// All numbers from `low` to `high`, each as likely.
    Range { low: f64, high: f64 },
}

/// A test that sends a value to the left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cut {
    /// Is it this word?
    Word(u32),
    /// Is its place at or before this one?
    UpTo(f64),
}

/// A place on an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Place {
    Word(u32),
    Number(f64),
}

impl Axis {
    /// The cut between two numbered values of a line, halfway.
    ///
    /// # Panics
    /// If there is no line.
    pub(super) fn between(&self, lower: u32, upper: u32) -> Cut {
        match self {
            Axis::Words(_) => panic!("words have nothing between them"),
            Axis::Line { places, .. } => {
                let [lower, upper] = [lower, upper].map(|value| places[value as usize]);
                let middle = 0.5 * lower + 0.5 * upper;
                // Of two neighbouring doubles the middle may round to the upper.
                Cut::UpTo(if middle < upper { middle } else { lower })
            }
        }
    }

    pub(super) fn goes_left(&self, value: u32, cut: Cut) -> bool {
        match (self, cut) {
            (Axis::Words(_), Cut::Word(word)) => value == word,
            (Axis::Line { places, .. }, Cut::UpTo(cut)) => places[value as usize] <= cut,
            (Axis::Words(_), Cut::UpTo(_)) | (Axis::Line { .. }, Cut::Word(_)) => {
                panic!("an axis is cut in its own way")
            }
        }
    }

    /// How much of the space lies at `place` or before it on a line.
    pub(super) fn share_up_to(&self, place: f64) -> f64 {
        match self {
            Axis::Words(_) => panic!("words have no order"),
            Axis::Line { places, span: Span::Values } => {
                places.partition_point(|&other| other <= place) as f64 / places.len() as f64
            }
            Axis::Line { span: Span::Range { low, high }, .. } => ((place - low) / (high - low)).clamp(0.0, 1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listed_number_weighs_as_much_as_another_and_a_range_by_its_length() {
        let places = vec![16.0, 32.0, 128.0, 144.0];
        let listed = Axis::Line { places: places.clone(), span: Span::Values };
        let range = Axis::Line { places, span: Span::Range { low: 0.0, high: 160.0 } };
        let check = |[lower, upper]: [u32; 2], cut, expected: [f64; 2]| {
            assert_eq!([&listed, &range].map(|axis| axis.between(lower, upper)), [Cut::UpTo(cut); 2]);
            assert_eq!([&listed, &range].map(|axis| axis.share_up_to(cut)), expected);
            assert!(listed.goes_left(lower, Cut::UpTo(cut)) && !listed.goes_left(upper, Cut::UpTo(cut)));
        };
        check([0, 1], 24.0, [0.25, 0.15]);
        check([1, 2], 80.0, [0.5, 0.5]);
        check([0, 2], 72.0, [0.5, 0.45]);
        check([2, 3], 136.0, [0.75, 0.85]);
    }

    #[test]
    fn neighbouring_numbers_are_told_apart() {
        for lower in [1.0_f64, 1.0_f64.next_up(), -5e-324, 0.0] {
            let axis = Axis::Line { places: vec![lower, lower.next_up()], span: Span::Values };
            let cut = axis.between(0, 1);
            assert!(axis.goes_left(0, cut) && !axis.goes_left(1, cut), "{lower:e}");
        }
    }
}
