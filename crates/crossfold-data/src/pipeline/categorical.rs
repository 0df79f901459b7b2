//! From a column of names to inputs: fill in, group rare levels, encode.

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
    /// The column's levels, then perhaps one that missing values become.
    levels: Vec<String>,
    /// Whether each of `levels` is frequent enough among the training rows to stand for itself.
    frequent: Vec<bool>,
    /// The place in `levels` that missing values become; `None` puts them with the rare ones.
    missing: Option<u32>,
    encoding: Encoding,
    pub(super) indicator: Indicator,
}

/// How levels become inputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Encoding {
    OneHot {
        /// Whether any training row has a rare level. If none has, the input of these is always 0.
        others: bool,
    },
    Ordinal(Scaling),
    Target(TargetEncoding),
    Embedding {
        width: u32,
        /// The code of rare and unseen levels: one behind all others, or, where no training row has a rare
        /// level and so nothing is learnt for that, the commonest level's.
        others: u32,
    },
}

impl Categorical {
    /// From a training row each; `known` are the column's levels, and `any_missing` is of all rows. Where every
    /// training value is missing, there is no most frequent level, and missing values are put with the rare ones.
    ///
    /// Target encoding comes with the training rows' own encodings.
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

    /// `known` are the column's levels.
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

    /// How many rows each level has.
    fn counts(&self, cells: &Cells<'_>) -> Vec<usize> {
        let mut counts = vec![0; self.levels.len()];
        for place in self.places(cells).into_iter().flatten() {
            counts[place as usize] += 1;
        }
        counts
    }

    /// The place of a row's level in `levels`; `None` for rare and unseen ones.
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

    /// The names of the inputs but the indicator.
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

    /// The last of an embedding's levels is that of rare and unseen ones.
    pub(super) fn embedding(&self) -> Option<Embedding> {
        match self.encoding {
            Encoding::Embedding { width, .. } => {
                Some(Embedding { levels: self.levels.len() + 1, width: width as usize })
            }
            Encoding::OneHot { .. } | Encoding::Ordinal(_) | Encoding::Target(_) => None,
        }
    }

    /// The place of a row's level among an embedding's levels; `None` without an embedding.
    pub(super) fn code(&self, cells: &Cells<'_>, row: usize) -> Option<f64> {
        match self.encoding {
            Encoding::Embedding { others, .. } => Some(f64::from(self.place(cells, row).unwrap_or(others))),
            Encoding::OneHot { .. } | Encoding::Ordinal(_) | Encoding::Target(_) => None,
        }
    }

    /// `own` is a training row's encoding without its own target, where there is one.
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

    /// One training row's of the encodings that [`Categorical::fit`] has made.
    pub(super) fn own<'a>(&self, encodings: &'a [f64], position: usize) -> Option<&'a [f64]> {
        match &self.encoding {
            Encoding::Target(encoding) => encodings.chunks(encoding.inputs()).nth(position),
            Encoding::OneHot { .. } | Encoding::Ordinal(_) | Encoding::Embedding { .. } => None,
        }
    }
}

/// A level's place as a number, of rare and unseen ones one less than the first.
fn rank(place: Option<u32>) -> f64 {
    place.map_or(-1.0, f64::from)
}

/// The first of several.
fn most_frequent(counts: &[usize]) -> Option<u32> {
    let (place, &count) = counts.iter().enumerate().rev().max_by_key(|&(_, count)| count)?;
    (count > 0).then_some(place as u32)
}

/// How many rows make a level frequent; a level without any never is.
fn least_count(rare: Rare, rows: usize) -> f64 {
    let least = match rare {
        Rare::Rows(least) => f64::from(least),
        Rare::Share(share) => share * rows as f64,
    };
    least.max(1.0)
}
