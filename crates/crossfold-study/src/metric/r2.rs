//! Coefficient of determination: 1 − squared error / squared deviations of the targets from their mean. At most 1,
//! undefined for a single row.

use super::definition::{Definition, Formula, InfluenceSource, NumberSums, Requirement, RowLoss};
use super::number_rows::NumberRows;
use super::score::Direction;
use crate::Truth;

pub(super) const DEFINITION: Definition = Definition {
    in_words: "R²",
    label: "R²",
    documentation: "1 − squared error / squared spread of the validated rows' targets about their mean; below 0 where \
                    their mean would be the better guess. Undefined of a single row",
    column: "the share of the targets' spread that is explained, at most 1",
    direction: Direction::Maximize,
    range: [f64::NEG_INFINITY, 1.0],
    has_unit: false,
    is_proportion: false,
    is_biased: false,
    requirement: Some(Requirement { is_met: has_two_rows, unmet: "none has two rows" }),
    influence_source: InfluenceSource::Predictions,
    formula: Formula::Numbers { score, influence, row_loss: RowLoss::SquaredError },
};

fn has_two_rows(truth: &Truth) -> bool {
    match truth {
        Truth::Labels(_) => false,
        Truth::Numbers(numbers) => numbers.len() > 1,
    }
}

fn score(&NumberSums { rows, squared, spread, .. }: &NumberSums) -> Option<f64> {
    let explained = match (spread > 0.0, squared > 0.0) {
        (true, _) => 1.0 - squared / spread,
        // Equal targets have no variance to explain. The result follows scikit-learn.
        (false, true) => 0.0,
        (false, false) => 1.0,
    };
    (rows > 1).then_some(explained)
}

fn influence(rows: &NumberRows<'_>) -> Option<Vec<f64>> {
    let squares: Vec<f64> = rows.errors().map(|error| error * error).collect();
    let count = squares.len() as f64;
    let mean = rows.targets.iter().sum::<f64>() / count;
    let deviations = || rows.targets.iter().map(|target| (target - mean).powi(2));
    let (unexplained, spread) = (squares.iter().sum::<f64>(), deviations().sum::<f64>());
    let influence = |(square, own): (f64, f64)| count * (unexplained / spread * own - square) / spread;
    if spread > 0.0 {
        return Some(squares.into_iter().zip(deviations()).map(influence).collect());
    }
    // Equal targets have no variance to explain, for any weights of the rows.
    (squares.len() > 1).then(|| vec![0.0; squares.len()])
}
