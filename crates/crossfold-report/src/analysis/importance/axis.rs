//! A hyperparameter as an axis of the search space: where trees may cut it, and how much of the space is on either side.

/// The values of a hyperparameter that occur in trials, numbered from 0.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Axis {
    /// A number of categories without an order, of equal weight.
    Categories(u32),
    /// Numbers in ascending order.
    Line { places: Vec<f64>, span: Span },
}

/// The space between and beside the numbers that occur.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Span {
    /// None: the numbers are all there are, of equal weight.
    Values,
    /// All numbers from `low` to `high`, of equal weight.
    Range { low: f64, high: f64 },
}

/// A test that sends a value to the left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cut {
    /// Whether it is this category.
    Category(u32),
    /// Whether its place is at most this one.
    UpTo(f64),
}

/// A place on an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Place {
    Category(u32),
    Number(f64),
}

impl Axis {
    /// The cut between two numbered values of a line, halfway.
    ///
    /// # Panics
    /// If the axis has categories.
    pub(super) fn between(&self, lower: u32, upper: u32) -> Cut {
        match self {
            Axis::Categories(_) => panic!("categories have nothing between them"),
            Axis::Line { places, .. } => {
                let [lower, upper] = [lower, upper].map(|value| places[value as usize]);
                let middle = 0.5 * lower + 0.5 * upper;
                // The middle of two neighbouring doubles may round to the upper.
                Cut::UpTo(if middle < upper { middle } else { lower })
            }
        }
    }

    pub(super) fn goes_left(&self, value: u32, cut: Cut) -> bool {
        match (self, cut) {
            (Axis::Categories(_), Cut::Category(word)) => value == word,
            (Axis::Line { places, .. }, Cut::UpTo(cut)) => places[value as usize] <= cut,
            (Axis::Categories(_), Cut::UpTo(_)) | (Axis::Line { .. }, Cut::Category(_)) => {
                panic!("an axis is cut in its own way")
            }
        }
    }

    /// The share of the space at or below `place` on a line.
    pub(super) fn share_up_to(&self, place: f64) -> f64 {
        match self {
            Axis::Categories(_) => panic!("categories have no order"),
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
    fn listed_numbers_weigh_the_same_and_ranges_by_length() {
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
    fn neighbouring_numbers_are_separated() {
        for lower in [1.0_f64, 1.0_f64.next_up(), -5e-324, 0.0] {
            let axis = Axis::Line { places: vec![lower, lower.next_up()], span: Span::Values };
            let cut = axis.between(0, 1);
            assert!(axis.goes_left(0, cut) && !axis.goes_left(1, cut), "{lower:e}");
        }
    }
}
