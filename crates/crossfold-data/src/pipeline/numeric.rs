//! Steps for numeric columns: impute, take the logarithm, scale, clip.

use crossfold_study::{NumericImpute, NumericSteps};
use serde::{Deserialize, Serialize};

use super::cells::Cells;
use super::clip::Clip;
use super::indicator::Indicator;
use super::scaling::Scaling;
use crate::statistics::{mean, median};

/// Learnt [`NumericSteps`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Numeric {
    /// The replacement of missing values, in the column's unit.
    #[serde(with = "crate::exact::number")]
    fill: f64,
    log: bool,
    scaling: Scaling,
    /// Left out of JSON where it is none, as in models of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    clip: Option<Clip>,
    pub(super) indicator: Indicator,
}

impl Numeric {
    /// Fits `steps` to the training rows' `cells`. `any_missing` says whether any row of the table lacks a value. If
    /// all training values are missing, they become 0.
    ///
    /// # Panics
    /// If the logarithm is to be taken of a constant for missing values that has none.
    pub(super) fn fit(cells: &Cells<'_>, any_missing: bool, steps: &NumericSteps) -> Numeric {
        let NumericSteps { impute, indicator, log, scale, clip } = *steps;
        let values: Vec<Option<f64>> = (0..cells.len()).map(|row| present(cells, row, log)).collect();
        let mut sorted: Vec<f64> = values.iter().flatten().copied().collect();
        let fill = match impute {
            NumericImpute::Constant(constant) => constant,
            NumericImpute::Mean | NumericImpute::Median | NumericImpute::Mode if sorted.is_empty() => 0.0,
            NumericImpute::Mean => mean(sorted.iter().copied()),
            NumericImpute::Median => {
                sorted.sort_unstable_by(f64::total_cmp);
                median(&sorted)
            }
            NumericImpute::Mode => {
                sorted.sort_unstable_by(f64::total_cmp);
                mode(&sorted)
            }
        };
        assert!(!log || fill > -1.0, "what is filled in has a logarithm");
        let filled: Vec<f64> = values.iter().map(|value| logarithm(value.unwrap_or(fill), log)).collect();
        let indicator = Indicator::new(indicator && any_missing, values.contains(&None));
        Numeric { fill, log, scaling: Scaling::fit(scale, &filled), clip: clip.map(Clip::new), indicator }
    }

    pub(super) fn inputs(&self) -> usize {
        1 + self.indicator.inputs()
    }

    /// The shift and spread of a linear scaling, of the logarithm where that is taken; `None` if the scaled value is
    /// clipped.
    pub(super) fn scale(&self) -> Option<[f64; 2]> {
        self.scaling.linear_scale().filter(|_| self.clip.is_none())
    }

    pub(super) fn check(&self) -> Result<(), &'static str> {
        if self.log && self.fill <= -1.0 {
            return Err("`fill` has no logarithm");
        }
        self.clip.map_or(Ok(()), Clip::check)?;
        self.scaling.check()
    }

    /// How far a row's value is from the middle of the training rows', in their spreads, before clipping; 0
    /// where it isn't scaled.
    pub(super) fn distance(&self, cells: &Cells<'_>, row: usize) -> f64 {
        match (self.scaling.linear_scale(), present(cells, row, self.log)) {
            (Some([shift, spread]), Some(value)) if [shift, spread] != [0.0, 1.0] => {
                self.scaling.apply(logarithm(value, self.log)).abs()
            }
            _ => 0.0,
        }
    }

    pub(super) fn write(&self, cells: &Cells<'_>, row: usize, inputs: &mut [f64]) {
        let value = present(cells, row, self.log);
        let scaled = self.scaling.apply(logarithm(value.unwrap_or(self.fill), self.log));
        inputs[0] = self.clip.map_or(scaled, |clip| clip.apply(scaled));
        self.indicator.write(value.is_none(), inputs);
    }
}

/// The value, unless it is missing. With `log`, values without a logarithm count as missing.
fn present(cells: &Cells<'_>, row: usize, log: bool) -> Option<f64> {
    cells.number(row).filter(|&number| !log || number > -1.0)
}

fn logarithm(number: f64, log: bool) -> f64 {
    if log { libm::log1p(number) } else { number }
}

/// The most frequent of ascending numbers, at least one; the smallest of ties.
fn mode(sorted: &[f64]) -> f64 {
    let runs = sorted.chunk_by(|a, b| a == b);
    // `max_by_key` returns the last of ties.
    runs.rev().max_by_key(|run| run.len()).map_or(0.0, |run| run[0])
}
