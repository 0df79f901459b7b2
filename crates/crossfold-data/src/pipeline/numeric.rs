//! Steps for numeric columns: impute, take the logarithm, scale, clip, encode.

use crossfold_study::{NumericEncode, NumericImpute, NumericSteps};
use serde::{Deserialize, Serialize};

use super::cells::Cells;
use super::clip::Clip;
use super::indicator::Indicator;
use super::piecewise::PiecewiseLinear;
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
    /// Left out of JSON where it is none, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bins: Option<PiecewiseLinear>,
    pub(super) indicator: Indicator,
}

impl Numeric {
    /// Fits `steps` to the training rows' `cells`. `any_missing` says whether any row of the table lacks a value. If
    /// all training values are missing, they become 0.
    ///
    /// # Panics
    /// If the logarithm is to be taken of a constant for missing values that has none.
    pub(super) fn fit(cells: &Cells<'_>, any_missing: bool, steps: &NumericSteps) -> Numeric {
        let NumericSteps { impute, indicator, log, scale, clip, encode } = *steps;
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
        let mut steps = Numeric {
            fill,
            log,
            scaling: Scaling::fit(scale, &filled),
            clip: clip.map(Clip::new),
            bins: None,
            indicator,
        };
        if let NumericEncode::Piecewise { bins } = encode {
            let mut scaled: Vec<f64> = filled.into_iter().map(|number| steps.scaled(number)).collect();
            scaled.sort_unstable_by(f64::total_cmp);
            steps.bins = Some(PiecewiseLinear::fit(bins, &scaled));
        }
        steps
    }

    /// Whether there is a step that model files of version 3 don't know.
    pub(super) fn alters(&self) -> bool {
        self.clip.is_some() || self.bins.is_some() || matches!(self.scaling, Scaling::Normal(_))
    }

    pub(super) fn inputs(&self) -> usize {
        self.value_inputs() + self.indicator.inputs()
    }

    /// Whether the value is encoded piecewise-linearly.
    pub(super) fn is_encoded(&self) -> bool {
        self.bins.is_some()
    }

    /// The number of inputs without the indicator.
    pub(super) fn value_inputs(&self) -> usize {
        self.bins.as_ref().map_or(1, PiecewiseLinear::inputs)
    }

    /// The names of the inputs of the column `name`, without the indicator.
    pub(super) fn input_names(&self, name: &str) -> Vec<String> {
        match &self.bins {
            None => vec![name.to_owned()],
            Some(bins) => (1..=bins.inputs()).map(|bin| format!("{name} bin {bin}")).collect(),
        }
    }

    /// Each input's bin and scale, without the indicator.
    pub(super) fn inputs_with_scales(&self) -> Vec<(Option<String>, Option<[f64; 2]>)> {
        match &self.bins {
            None => vec![(None, self.scale())],
            Some(bins) => (1..=bins.inputs()).map(|bin| (Some(format!("bin {bin}")), None)).collect(),
        }
    }

    /// The shift and spread of a linear scaling, of the logarithm where that is taken; `None` if the scaled value is
    /// clipped.
    fn scale(&self) -> Option<[f64; 2]> {
        self.scaling.linear_scale().filter(|_| self.clip.is_none())
    }

    pub(super) fn check(&self) -> Result<(), &'static str> {
        if self.log && self.fill <= -1.0 {
            return Err("`fill` has no logarithm");
        }
        self.clip.map_or(Ok(()), Clip::check)?;
        self.bins.as_ref().map_or(Ok(()), PiecewiseLinear::check)?;
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

    /// A number, or its logarithm where that is taken, after scaling and clipping.
    fn scaled(&self, number: f64) -> f64 {
        let scaled = self.scaling.apply(number);
        self.clip.map_or(scaled, |clip| clip.apply(scaled))
    }

    pub(super) fn write(&self, cells: &Cells<'_>, row: usize, inputs: &mut [f64]) {
        let value = present(cells, row, self.log);
        let scaled = self.scaled(logarithm(value.unwrap_or(self.fill), self.log));
        match &self.bins {
            None => inputs[0] = scaled,
            Some(bins) => bins.write(scaled, inputs),
        }
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
