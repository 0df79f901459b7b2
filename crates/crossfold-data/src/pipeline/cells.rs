//! The values of a column in a table other than the training table.

use std::collections::HashMap;

use crate::column::{Column, MISSING, Values};

/// A column's values, with its levels mapped to those of the training table.
pub(super) enum Cells<'a> {
    Numbers(&'a [f64]),
    Levels {
        codes: &'a [u32],
        /// The index of each of the column's levels among the known ones.
        places: Vec<Option<u32>>,
    },
}

/// A level, compared with those of the training table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Level {
    /// An index among the known levels.
    Known(u32),
    Missing,
    /// A level that the training table doesn't have.
    New,
}

impl<'a> Cells<'a> {
    /// `known` are the column's levels in the training table; `None` if it held numbers there.
    ///
    /// # Panics
    /// If the column holds names instead of numbers, or the reverse.
    pub(super) fn new(column: &'a Column, known: Option<&[String]>) -> Cells<'a> {
        match (&column.values, known) {
            (Values::Numbers(numbers), None) => Cells::Numbers(numbers),
            (Values::Levels { codes, levels }, Some(known)) => Cells::Levels { codes, places: places(levels, known) },
            (Values::Numbers(_), Some(_)) | (Values::Levels { .. }, None) => {
                panic!("column `{}` must be of the same kind as in the training table", column.name)
            }
        }
    }

    /// A number, or the index of a level; `None` if the value is missing or a new level.
    pub(super) fn number(&self, row: usize) -> Option<f64> {
        match self {
            Cells::Numbers(numbers) => Some(numbers[row]).filter(|number| !number.is_nan()),
            Cells::Levels { .. } => match self.level(row) {
                Level::Known(place) => Some(f64::from(place)),
                Level::Missing | Level::New => None,
            },
        }
    }

    /// A row's level.
    ///
    /// # Panics
    /// If the column holds numbers.
    pub(super) fn level(&self, row: usize) -> Level {
        match self {
            Cells::Numbers(_) => panic!("categorical steps are for columns of names"),
            Cells::Levels { codes, .. } if codes[row] == MISSING => Level::Missing,
            Cells::Levels { codes, places } => places[codes[row] as usize].map_or(Level::New, Level::Known),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Cells::Numbers(numbers) => numbers.len(),
            Cells::Levels { codes, .. } => codes.len(),
        }
    }
}

/// The index of each of `levels` in `known`.
fn places(levels: &[String], known: &[String]) -> Vec<Option<u32>> {
    let known: HashMap<&String, u32> = known.iter().zip(0..).collect();
    levels.iter().map(|level| known.get(level).copied()).collect()
}
