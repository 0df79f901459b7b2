//! A table in memory, as typed columns.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use crossfold_study::ColumnKind;

use crate::accents;

/// Columns with the same number of rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    columns: Vec<Column>,
    /// Indices by name: tables may have ten thousand columns.
    places: HashMap<String, usize>,
    rows: usize,
}

/// A column's name, kind and values.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub name: String,
    pub kind: ColumnKind,
    pub values: Values,
}

/// One value per row.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Of numeric, boolean (0 or 1) and date (days since 1970-01-01) columns: finite, NaN where
    /// missing.
    Numbers(Vec<f64>),
    /// Of all other columns: indices into `levels`, [`MISSING`] where missing.
    Levels {
        codes: Vec<u32>,
        /// Distinct. Ordinal levels go from the lowest to the highest; others are sorted as numbers if all are whole
        /// numbers, else by their bytes.
        levels: Vec<String>,
    },
}

/// How two names differ that are most likely the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    Case,
    /// One has letters with accents as single characters, the other as letters and marks.
    Accents,
}

impl Spelling {
    pub fn in_words(self) -> &'static str {
        match self {
            Spelling::Case => "in case",
            Spelling::Accents => "in the Unicode form of accents",
        }
    }
}

/// The code of a missing value.
pub const MISSING: u32 = u32::MAX;

impl Table {
    /// # Panics
    /// If columns have different lengths, or a code has no level.
    pub fn new(columns: Vec<Column>) -> Table {
        let rows = columns.first().map_or(0, |column| column.values.len());
        for Column { name, values, .. } in &columns {
            assert_eq!(values.len(), rows, "column `{name}` has one value per row");
            if let Values::Levels { codes, levels } = values {
                let known = |&code: &u32| code == MISSING || (code as usize) < levels.len();
                assert!(codes.iter().all(known), "each code of `{name}` has a level");
            }
        }
        let places = columns.iter().map(|column| column.name.clone()).zip(0..).collect();
        Table { columns, places, rows }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column with this name, if there is one.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.places.get(name).map(|&place| &self.columns[place])
    }

    /// The given rows, in the given order.
    pub fn select_rows(&self, rows: &[u32]) -> Table {
        let columns = self.columns.iter().map(|Column { name, kind, values }| Column {
            name: name.clone(),
            kind: *kind,
            values: values.select_rows(rows),
        });
        Table { columns: columns.collect(), places: self.places.clone(), rows: rows.len() }
    }

    /// Memory of the values, in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        let bytes = |column: &Column| match &column.values {
            Values::Numbers(numbers) => size_of_val(numbers.as_slice()),
            Values::Levels { codes, .. } => size_of_val(codes.as_slice()),
        };
        self.columns.iter().map(|column| bytes(column) as u64).sum()
    }
}

impl Values {
    /// The number of rows, missing values included.
    pub fn len(&self) -> usize {
        match self {
            Values::Numbers(numbers) => numbers.len(),
            Values::Levels { codes, .. } => codes.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of missing values.
    pub fn missing(&self) -> usize {
        match self {
            Values::Numbers(numbers) => numbers.iter().filter(|number| number.is_nan()).count(),
            Values::Levels { codes, .. } => codes.iter().filter(|&&code| code == MISSING).count(),
        }
    }

    /// A row's value as text; empty where it is missing.
    pub(crate) fn text(&self, row: u32) -> String {
        match self {
            Values::Numbers(numbers) if numbers[row as usize].is_nan() => String::new(),
            Values::Numbers(numbers) => numbers[row as usize].to_string(),
            Values::Levels { codes, levels } => levels.get(codes[row as usize] as usize).cloned().unwrap_or_default(),
        }
    }

    pub(crate) fn is_missing(&self, row: u32) -> bool {
        match self {
            Values::Numbers(numbers) => numbers[row as usize].is_nan(),
            Values::Levels { codes, .. } => codes[row as usize] == MISSING,
        }
    }

    /// A row's value as bits, which are equal where values are equal; `None` where it is missing.
    pub fn bits(&self, row: usize) -> Option<u64> {
        match self {
            // Adding 0.0 turns -0 into 0.
            Values::Numbers(numbers) => {
                Some(numbers[row]).filter(|number| !number.is_nan()).map(|x| (x + 0.0).to_bits())
            }
            Values::Levels { codes, .. } => Some(codes[row]).filter(|&code| code != MISSING).map(u64::from),
        }
    }

    /// Whether all values that aren't missing are equal.
    pub fn is_constant(&self) -> bool {
        let mut bits = (0..self.len()).filter_map(|row| self.bits(row));
        bits.next().is_none_or(|first| bits.all(|bits| bits == first))
    }

    /// A hash that is equal for equal columns. It is valid only within one process.
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (0..self.len()).for_each(|row| self.bits(row).hash(&mut hasher));
        hasher.finish()
    }

    /// Whether two columns have the same value in every row.
    pub fn equals(&self, other: &Values) -> bool {
        let equal = || (0..self.len()).all(|row| self.bits(row) == other.bits(row));
        match (self, other) {
            (Values::Numbers(_), Values::Numbers(_)) => equal(),
            (Values::Levels { levels: a, .. }, Values::Levels { levels: b, .. }) => a == b && equal(),
            (Values::Numbers(_), Values::Levels { .. }) | (Values::Levels { .. }, Values::Numbers(_)) => false,
        }
    }

    /// Whether two rows have equal values, or neither has one.
    pub(crate) fn same(&self, a: u32, b: u32) -> bool {
        match self {
            Values::Numbers(numbers) => {
                let [a, b] = [a, b].map(|row| numbers[row as usize]);
                a == b || (a.is_nan() && b.is_nan())
            }
            Values::Levels { codes, .. } => codes[a as usize] == codes[b as usize],
        }
    }

    /// The rank of each value among the distinct values, from 0; [`MISSING`] for missing values.
    pub(crate) fn ranks(&self) -> Vec<u32> {
        match self {
            Values::Levels { codes, .. } => codes.clone(),
            Values::Numbers(numbers) => {
                let mut distinct: Vec<f64> = numbers.iter().copied().filter(|number| !number.is_nan()).collect();
                distinct.sort_by(f64::total_cmp);
                distinct.dedup();
                let rank = |&number: &f64| match number.is_nan() {
                    true => MISSING,
                    false => distinct.partition_point(|other| *other < number) as u32,
                };
                numbers.iter().map(rank).collect()
            }
        }
    }

    /// Two names that differ in their spelling alone, if there are any, and how they differ.
    pub fn names_of_other_spelling(&self) -> Option<([&str; 2], Spelling)> {
        let Values::Levels { codes, levels } = self else { return None };
        let mut occurs = vec![false; levels.len()];
        codes.iter().filter(|&&code| code != MISSING).for_each(|&code| occurs[code as usize] = true);
        let names = || levels.iter().zip(&occurs).filter(|(_, occurs)| **occurs).map(|(name, _)| name.as_str());
        let find = |form: &dyn Fn(&str) -> String| {
            let mut seen = HashMap::new();
            names().find_map(|name| seen.insert(form(name), name).map(|other| [other, name]))
        };
        let of_case = find(&|name| name.to_lowercase()).map(|names| (names, Spelling::Case));
        // Marks of their own are rare, and only they need the look at all letters.
        let of_accents = || find(&accents::decompose).map(|names| (names, Spelling::Accents));
        of_case.or_else(|| if names().any(accents::has_marks) { of_accents() } else { None })
    }

    /// The values of the given rows, in the given order.
    pub(crate) fn select_rows(&self, rows: &[u32]) -> Values {
        match self {
            Values::Numbers(numbers) => Values::Numbers(rows.iter().map(|&row| numbers[row as usize]).collect()),
            Values::Levels { codes, levels } => {
                let codes = rows.iter().map(|&row| codes[row as usize]).collect();
                Values::Levels { codes, levels: levels.clone() }
            }
        }
    }
}
