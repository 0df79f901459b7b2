//! Steps for categorical columns: impute, group rare levels, encode.

use std::ops::Deref;

use crossfold_study::{CategoricalImpute, CategoricalSteps, Encode, Rare};
use serde::{Deserialize, Serialize};

use super::cells::{Cells, Level};
use super::indicator::Indicator;
use super::scaling::Scaling;
use super::target_encoding::{CrossFitting, TargetEncoding};
use super::{Embedding, OwnEncodings};

/// Learnt [`CategoricalSteps`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Categorical {
    /// The column's levels, then the one for missing values, if any.
    levels: Vec<String>,
    /// Whether each of `levels` is frequent enough among the training rows to be encoded on its own.
    frequent: Vec<bool>,
    /// The index in `levels` that missing values become; `None` treats them as rare.
    missing: Option<u32>,
    encoding: Encoding,
    pub(super) indicator: Indicator,
}

/// The encoding of levels as inputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Encoding {
    OneHot {
        /// Whether any training row has a rare level. If not, the input for rare levels is always 0.
        others: bool,
    },
    Ordinal(Scaling),
    Target(TargetEncoding),
    Embedding {
        width: u32,
        /// The code of rare and unseen levels: a code of its own after all others. If no training row has a rare level,
        /// nothing would be learnt for that code, so it is the code of the most frequent level.
        others: u32,
    },
}

impl Categorical {
    /// Fits `steps` to the training rows' `cells`. `known` are the column's levels; `any_missing` says whether any row
    /// of the table lacks a value. If all training values are missing, there is no most frequent level, and missing
    /// values are treated as rare.
    ///
    /// With target encoding, also returns the training rows' encodings without their own targets.
    pub(super) fn fit<'t>(
        cells: &Cells<'_>,
        known: &[String],
        any_missing: bool,
        steps: &CategoricalSteps,
        targets: &impl Deref<Target = CrossFitting<'t>>,
    ) -> (Categorical, OwnEncodings) {
        let in_training = (0..cells.len()).any(|row| cells.level(row) == Level::Missing);
        let mut column = Categorical {
            levels: known.to_vec(),
            frequent: vec![true; known.len()],
            missing: None,
            encoding: Encoding::OneHot { others: false },
            indicator: Indicator::new(steps.indicator && any_missing, in_training),
        };
        column.missing = match &steps.impute {
            CategoricalImpute::Mode => most_frequent(&column.counts(cells)),
            CategoricalImpute::Level => any_missing.then(|| column.add_level("(missing)")),
            CategoricalImpute::Constant(name) => match known.iter().position(|level| level == name) {
                Some(place) => Some(place as u32),
                None => any_missing.then(|| column.add_level(name)),
            },
        };
        let least = least_count(steps.rare, cells.len());
        column.frequent = column.counts(cells).into_iter().map(|count| count as f64 >= least).collect();
        let places = column.places(cells);
        let others = places.contains(&None);
        let mut encodings = None;
        column.encoding = match steps.encode {
            Encode::OneHot => Encoding::OneHot { others },
            Encode::Ordinal => {
                let ranks: Vec<f64> = places.into_iter().map(rank).collect();
                Encoding::Ordinal(Scaling::standard(&ranks))
            }
            Encode::Target(smoothing) => {
                let (encoding, own) = targets.fit(&places, column.levels.len(), smoothing);
                encodings = Some(own);
                Encoding::Target(encoding)
            }
            Encode::Embedding(width) => {
                let last = column.levels.len() as u32;
                let commonest = most_frequent(&column.counts(cells)).unwrap_or(last);
                Encoding::Embedding {
                    width: width.unwrap_or_else(|| (last + 1).div_ceil(2).min(50)),
                    others: if others { last } else { commonest },
                }
            }
        };
        (column, encodings)
    }

    /// Checks what was read from a file; `known` are the column's levels.
    pub(super) fn check(&self, known: &[String]) -> Result<(), &'static str> {
        let count = self.levels.len();
        let is_level = |place: u32| (place as usize) < count;
        if !self.levels.starts_with(known) || count - known.len() > 1 {
            return Err("its levels are the column's and perhaps one that missing values become");
        }
        if self.frequent.len() != count {
            return Err("`frequent` has a value a level");
        }
        if self.missing.is_some_and(|place| !is_level(place)) {
            return Err("`missing` is a level's place");
        }
        match &self.encoding {
            Encoding::OneHot { .. } => Ok(()),
            Encoding::Ordinal(scaling) => scaling.check(),
            Encoding::Target(encoding) => encoding.check(count),
            Encoding::Embedding { width, others } => match (width, is_level(*others) || *others as usize == count) {
                (1..=1024, true) => Ok(()),
                (_, true) => Err("`width` is 1 to 1024"),
                (_, false) => Err("`others` is a level's place, or the one behind all levels"),
            },
        }
    }

    fn add_level(&mut self, name: &str) -> u32 {
        self.levels.push(name.to_owned());
        self.frequent.push(true);
        self.levels.len() as u32 - 1
    }

    /// The number of rows of each level.
    fn counts(&self, cells: &Cells<'_>) -> Vec<usize> {
        let mut counts = vec![0; self.levels.len()];
        for place in self.places(cells).into_iter().flatten() {
            counts[place as usize] += 1;
        }
        counts
    }

    /// The index of a row's level in `levels`; `None` for rare and unseen levels.
    fn place(&self, cells: &Cells<'_>, row: usize) -> Option<u32> {
        let place = match cells.level(row) {
            Level::Known(place) => Some(place),
            Level::Missing => self.missing,
            Level::New => None,
        };
        place.filter(|&place| self.frequent[place as usize])
    }

    fn places(&self, cells: &Cells<'_>) -> Vec<Option<u32>> {
        (0..cells.len()).map(|row| self.place(cells, row)).collect()
    }

    pub(super) fn inputs(&self) -> usize {
        self.indicator.inputs()
            + match &self.encoding {
                Encoding::OneHot { .. } => self.levels.len() + 1,
                Encoding::Ordinal(_) => 1,
                Encoding::Target(encoding) => encoding.inputs(),
                Encoding::Embedding { .. } => 0,
            }
    }

    /// The names of the inputs without the indicator.
    pub(super) fn input_names(&self, column: &str) -> Vec<String> {
        match &self.encoding {
            Encoding::OneHot { .. } => {
                let levels = self.levels.iter().map(String::as_str).chain(["(other)"]);
                levels.map(|level| format!("{column}={level}")).collect()
            }
            Encoding::Ordinal(_) => vec![column.to_owned()],
            Encoding::Target(encoding) => encoding.names().map(|target| format!("{column}~{target}")).collect(),
            Encoding::Embedding { .. } => Vec::new(),
        }
    }

    /// The level or class that each input without the indicator stands for, with its shift and spread. Of ranks of levels the
    /// scale is that of the ranks.
    pub(super) fn inputs_with_scales(&self) -> Vec<(Option<&str>, Option<[f64; 2]>)> {
        const AS_IT_IS: Option<[f64; 2]> = Some([0.0, 1.0]);
        match &self.encoding {
            Encoding::OneHot { .. } => {
                let levels = self.levels.iter().map(String::as_str).chain(["(other)"]);
                levels.map(|level| (Some(level), AS_IT_IS)).collect()
            }
            Encoding::Ordinal(scaling) => vec![(None, scaling.linear_scale())],
            Encoding::Target(encoding) => encoding.names().map(|target| (Some(target), AS_IT_IS)).collect(),
            Encoding::Embedding { .. } => Vec::new(),
        }
    }

    /// The embedding, whose last level is that of rare and unseen ones; `None` with another encoding.
    pub(super) fn embedding(&self) -> Option<Embedding> {
        match self.encoding {
            Encoding::Embedding { width, .. } => {
                Some(Embedding { levels: self.levels.len() + 1, width: width as usize })
            }
            Encoding::OneHot { .. } | Encoding::Ordinal(_) | Encoding::Target(_) => None,
        }
    }

    /// The code of a row's level in the embedding; `None` with another encoding.
    pub(super) fn code(&self, cells: &Cells<'_>, row: usize) -> Option<f64> {
        match self.encoding {
            Encoding::Embedding { others, .. } => Some(f64::from(self.place(cells, row).unwrap_or(others))),
            Encoding::OneHot { .. } | Encoding::Ordinal(_) | Encoding::Target(_) => None,
        }
    }

    /// Writes a row's dense inputs. `own` is the row's target encoding without its own target, if it is a training row.
    pub(super) fn write(&self, cells: &Cells<'_>, row: usize, own: Option<&[f64]>, inputs: &mut [f64]) {
        let place = self.place(cells, row);
        match &self.encoding {
            Encoding::OneHot { others } => {
                inputs.fill(0.0);
                match place {
                    Some(place) => inputs[place as usize] = 1.0,
                    None => inputs[self.levels.len()] = f64::from(*others),
                }
            }
            Encoding::Ordinal(scaling) => inputs[0] = scaling.apply(rank(place)),
            Encoding::Target(encoding) => encoding.write(place, own, inputs),
            Encoding::Embedding { .. } => {}
        }
        self.indicator.write(cells.level(row) == Level::Missing, inputs);
    }

    /// The encoding of one training row among those that [`Categorical::fit`] returned.
    pub(super) fn own<'a>(&self, encodings: &'a [f64], position: usize) -> Option<&'a [f64]> {
        match &self.encoding {
            Encoding::Target(encoding) => encodings.chunks(encoding.inputs()).nth(position),
            Encoding::OneHot { .. } | Encoding::Ordinal(_) | Encoding::Embedding { .. } => None,
        }
    }
}

/// A level's index as a number; −1 for rare and unseen levels.
fn rank(place: Option<u32>) -> f64 {
    place.map_or(-1.0, f64::from)
}

/// The index of the largest count, the first of equal ones; `None` if all are 0.
fn most_frequent(counts: &[usize]) -> Option<u32> {
    let (place, &count) = counts.iter().enumerate().rev().max_by_key(|&(_, count)| count)?;
    (count > 0).then_some(place as u32)
}

/// The number of rows that makes a level frequent, at least 1.
fn least_count(rare: Rare, rows: usize) -> f64 {
    let least = match rare {
        Rare::Rows(least) => f64::from(least),
        Rare::Share(share) => share * rows as f64,
    };
    least.max(1.0)
}
