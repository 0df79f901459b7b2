//! Features that say much the same as each other.

use crossfold_study::ColumnKind;

use crate::column::{MISSING, Values};
use crate::statistics::correlation;
use crate::study_data::{Rows, StudyData};

/// Two columns of numbers, or of ordered names, that are correlated.
#[derive(Clone, Debug, PartialEq)]
pub struct CorrelatedColumns {
    pub columns: [String; 2],
    /// Pearson's coefficient; of ordered names by their ranks.
    pub r: f64,
}

/// The rows that coefficients are calculated from, evenly spaced where there are more: enough for two decimals, and quick for
/// hundreds of columns.
const ROWS: usize = 2_000;

impl StudyData {
    /// The pairs of features whose coefficient is greater than `least`, positive or negative, over the training rows; in the
    /// order of columns. Empty for images.
    pub fn correlated_features(&self, least: f64) -> Vec<CorrelatedColumns> {
        let Rows::Table(table) = &self.train else { return Vec::new() };
        let all = table.table.rows();
        let rows: Vec<u32> = (0..all.min(ROWS)).map(|place| (place * all / all.min(ROWS)) as u32).collect();
        let numbers = |name: &String| {
            let column = table.table.column(name)?;
            let values = match (column.values.select_rows(&rows), column.kind) {
                (Values::Numbers(numbers), _) => numbers,
                (Values::Levels { codes, .. }, ColumnKind::Ordinal) => {
                    codes.into_iter().map(|code| if code == MISSING { f64::NAN } else { f64::from(code) }).collect()
                }
                (Values::Levels { .. }, _) => return None,
            };
            Some(values)
        };
        let columns: Vec<(&String, Vec<f64>)> =
            self.features.iter().filter_map(|name| Some((name, numbers(name)?))).collect();
        let mut found = Vec::new();
        for (place, (first, a)) in columns.iter().enumerate() {
            for (second, b) in &columns[place + 1..] {
                let r = correlation(a, b).filter(|r| r.abs() > least);
                found.extend(r.map(|r| CorrelatedColumns { columns: [(*first).clone(), (*second).clone()], r }));
            }
        }
        found
    }
}
