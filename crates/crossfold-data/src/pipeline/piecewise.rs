//! Piecewise-linear encoding of numbers.

use serde::{Deserialize, Serialize};

use crate::statistics::{interpolate, rounding};

/// The piecewise-linear encoding by Gorishniy, Rubachev and Babenko (2022, arXiv 2203.05556): an input per bin, which is
/// the share of the bin that lies below the number.
///
/// The inputs for a number within a bin are 1 for the bins below it, and 0 for those above. The first and the last bin
/// continue beyond the training rows' range, so a number outside it has an input below 0 or above 1. As in the authors'
/// library `rtdl_num_embeddings`, the last bin always has the last input, and inputs between the others and it are 0 if
/// there are fewer bins than inputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct PiecewiseLinear {
    inputs: u32,
    /// The edges of bins, ascending: one more than there are bins. None for a constant column, all of whose inputs are 0.
    #[serde(with = "crate::exact::numbers")]
    edges: Vec<f64>,
}

impl PiecewiseLinear {
    /// The greatest number of bins.
    const MOST: u32 = 1024;

    /// Bins with about equally many of the ascending numbers, of which there is at least one. Ties may make them fewer
    /// than `bins`.
    pub(super) fn fit(bins: u32, sorted: &[f64]) -> PiecewiseLinear {
        let last = sorted.len() - 1;
        let size = sorted[0].abs().max(sorted[last].abs());
        let mut edges: Vec<f64> = Vec::new();
        for edge in 0..=bins as usize {
            // In whole numbers, because a rounded place may move an edge off the tied numbers that it is at.
            let (steps, bins) = (edge * last, bins as usize);
            let (below, rest) = (steps / bins, steps % bins);
            let quantile = match rest {
                0 => sorted[below],
                rest => interpolate(sorted[below], sorted[below + 1], rest as f64 / bins as f64),
            };
            if edges.last().is_none_or(|previous| quantile - previous > rounding(sorted.len(), size)) {
                edges.push(quantile);
            }
        }
        if edges.len() == 1 {
            edges.clear();
        }
        PiecewiseLinear { inputs: bins, edges }
    }

    pub(super) fn inputs(&self) -> usize {
        self.inputs as usize
    }

    pub(super) fn check(&self) -> Result<(), &'static str> {
        let PiecewiseLinear { inputs, edges } = self;
        if !(1..=PiecewiseLinear::MOST).contains(inputs) {
            Err("`inputs` is 1 to 1024")
        } else if edges.len() == 1 || edges.len() > self.inputs() + 1 {
            Err("`edges` has one more number than there are bins, at most `inputs`")
        } else if edges.windows(2).any(|pair| pair[0] >= pair[1]) {
            Err("`edges` ascend")
        } else {
            Ok(())
        }
    }

    pub(super) fn write(&self, number: f64, inputs: &mut [f64]) {
        let inputs = &mut inputs[..self.inputs()];
        inputs.fill(0.0);
        let bins = self.edges.len().saturating_sub(1);
        for (bin, edges) in self.edges.windows(2).enumerate() {
            let share = share(number, edges[0], edges[1]);
            let share = if bin == 0 { share } else { share.max(0.0) };
            if bin + 1 == bins {
                inputs[self.inputs() - 1] = share;
            } else {
                inputs[bin] = share.min(1.0);
            }
        }
    }
}

/// How far from `low` to `high` a number is: 0 to 1 between them.
fn share(number: f64, low: f64, high: f64) -> f64 {
    let (distance, width) = (number - low, high - low);
    // If one overflows, both are computed from halves.
    if distance.is_finite() && width.is_finite() {
        distance / width
    } else {
        (number / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::tests::assert_near;

    /// Expected values are those of the definition in the paper, evaluated with NumPy 2.4: the edges are
    /// `numpy.unique(numpy.quantile(numbers, numpy.linspace(0, 1, bins + 1)))`.
    #[test]
    fn encodings_match_the_definition() {
        let mut numbers = [3.0, 0.25, 7.5, -0.5, 120.0, 0.1, 41.0, 3.3, 2.0, 0.001, 5.5];
        numbers.sort_unstable_by(f64::total_cmp);
        for (bins, number, expected) in [
            (1, -3.0, &[-0.02074688796680498]),
            (1, -0.5, &[0.0]),
            (1, 2.0, &[0.02074688796680498]),
            (1, 3.05, &[0.02946058091286307]),
            (1, 60.0, &[0.5020746887966805]),
            (1, 200.0, &[1.6639004149377594]),
            (2, -3.0, &[-0.7142857142857143, 0.0]),
            (2, -0.5, &[0.0, 0.0]),
            (2, 2.0, &[0.7142857142857143, 0.0]),
            (2, 3.05, &[1.0, 0.00042735042735042583]),
            (2, 60.0, &[1.0, 0.48717948717948717]),
            (2, 200.0, &[1.0, 1.6837606837606838]),
            (4, -3.0, &[-3.7037037037037033, 0.0, 0.0, 0.0]),
            (4, -0.5, &[0.0, 0.0, 0.0, 0.0]),
            (4, 2.0, &[1.0, 0.6460176991150441, 0.0, 0.0]),
            (4, 3.05, &[1.0, 1.0, 0.014285714285714235, 0.0]),
            (4, 60.0, &[1.0, 1.0, 1.0, 0.4713656387665198]),
            (4, 200.0, &[1.0, 1.0, 1.0, 1.7048458149779735]),
            (7, -3.0, &[-4.600420609884333, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
            (7, -0.5, &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
            (7, 2.0, &[1.0, 1.0, 0.8611111111111113, 0.0, 0.0, 0.0, 0.0]),
            (7, 3.05, &[1.0, 1.0, 1.0, 0.8230769230769232, 0.0, 0.0, 0.0]),
            (7, 60.0, &[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.3573068094873757]),
            (7, 200.0, &[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.8569242540168325]),
        ] as [(u32, f64, &[f64]); 24]
        {
            let mut found = vec![f64::NAN; bins as usize];
            PiecewiseLinear::fit(bins, &numbers).write(number, &mut found);
            assert_eq!(found.len(), expected.len());
            found.iter().zip(expected).for_each(|(&found, &expected)| assert_near(found, expected, &(bins, number)));
        }
    }

    /// Three distinct numbers make two bins: the first and the last input.
    #[test]
    fn ties_leave_inputs_empty() {
        let encoding = PiecewiseLinear::fit(4, &[1.0, 1.0, 1.0, 1.0, 2.0, 4.0, 4.0, 4.0, 4.0]);
        for (number, expected) in [
            (0.0, [-1.0, 0.0, 0.0, 0.0]),
            (1.5, [0.5, 0.0, 0.0, 0.0]),
            (3.0, [1.0, 0.0, 0.0, 0.5]),
            (6.0, [1.0, 0.0, 0.0, 2.0]),
        ] {
            let mut found = [f64::NAN; 4];
            encoding.write(number, &mut found);
            assert_eq!(found, expected, "{number}");
        }
    }

    /// A spread within rounding is none.
    #[test]
    fn constant_columns_are_zeros() {
        for numbers in [vec![0.1], vec![5.0; 7], vec![0.1 + 0.2, 0.3, 0.3]] {
            let mut sorted = numbers;
            sorted.sort_unstable_by(f64::total_cmp);
            let mut found = [f64::NAN; 3];
            PiecewiseLinear::fit(3, &sorted).write(7.0, &mut found);
            assert_eq!(found, [0.0; 3], "{sorted:?}");
        }
    }
}
