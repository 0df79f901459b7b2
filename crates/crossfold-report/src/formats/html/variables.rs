//! Which columns matter, as the page shows it.

use crossfold_study::Metric;
use serde::Serialize;

use super::rounded::{Exact, Nine, exact};
use crate::analysis::variables::{CorrelatedPair, Loss, STRONG_CORRELATION, Variables};

/// What the winner's scores lose with each column shuffled.
#[derive(Serialize)]
pub(super) struct VariablesView<'a> {
    metrics: &'a [Metric],
    repetitions: u32,
    folds: usize,
    /// The most important first.
    columns: Vec<ColumnView<'a>>,
    /// The least coefficient of strongly correlated columns, and those.
    strong: f64,
    correlated: Vec<(&'a str, &'a str, Nine)>,
}

#[derive(Serialize)]
struct ColumnView<'a> {
    name: &'a str,
    /// By metric.
    losses: Vec<LossView>,
    /// In the study's metric, by fold.
    folds: Vec<Option<Nine>>,
}

#[derive(Serialize)]
struct LossView {
    mean: Option<Exact>,
    interval: Option<[Exact; 2]>,
}

impl<'a> VariablesView<'a> {
    pub(super) fn new(variables: &'a Variables) -> VariablesView<'a> {
        let loss =
            |Loss { mean, interval, .. }: Loss| LossView { mean: mean.map(Exact), interval: interval.map(exact) };
        let columns = variables.ranked().into_iter().map(|variable| ColumnView {
            name: variable.column,
            losses: variable.losses.into_iter().map(loss).collect(),
            folds: variable.folds.into_iter().map(|loss| loss.map(Nine)).collect(),
        });
        let pair =
            |CorrelatedPair { columns: [one, other], r }: &'a CorrelatedPair| (one.as_str(), other.as_str(), Nine(*r));
        VariablesView {
            metrics: &variables.metrics,
            repetitions: variables.repetitions,
            folds: variables.folds.len(),
            columns: columns.collect(),
            strong: STRONG_CORRELATION,
            correlated: variables.correlated.iter().map(pair).collect(),
        }
    }
}
