//! Rows of numbers with their predictions.

/// Rows of numbers with predicted numbers, in the target's unit.
#[derive(Clone, Copy)]
pub(super) struct NumberRows<'a> {
    pub(super) targets: &'a [f64],
    pub(super) predictions: &'a [f32],
}

impl NumberRows<'_> {
    /// Prediction − target of each row.
    pub(super) fn errors(&self) -> impl Iterator<Item = f64> {
        self.predictions.iter().zip(self.targets).map(|(&prediction, target)| f64::from(prediction) - target)
    }
}
