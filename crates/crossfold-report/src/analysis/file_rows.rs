//! Which rows of a file are meant: what its identifying columns say of them, and what was predicted of test rows.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crossfold_study::{FoldId, Predictions, Truth, ValidationRows};
use serde::{Deserialize, Serialize};

/// The columns of a table that only identify rows, with their values in some rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RowIds {
    /// The rows of the file, ascending, counted from 0 below the header.
    rows: Vec<u32>,
    columns: Vec<IdColumn>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct IdColumn {
    name: String,
    /// A value per row; empty where it is missing.
    values: Vec<String>,
}

impl RowIds {
    /// The values of `columns` in `rows`; `None` without columns.
    pub fn new(rows: &[u32], columns: Vec<(String, Vec<String>)>) -> Option<RowIds> {
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|&place| rows[place]);
        let column = |(name, mut values): (String, Vec<String>)| {
            let values = order.iter().map(|&place| std::mem::take(&mut values[place])).collect();
            IdColumn { name, values }
        };
        let columns: Vec<IdColumn> = columns.into_iter().map(column).collect();
        let rows = order.iter().map(|&place| rows[place]).collect();
        (!columns.is_empty()).then_some(RowIds { rows, columns })
    }

    /// The names of the columns.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// The value of a column in a row of the file.
    pub(crate) fn value(&self, column: usize, row: u32) -> Option<&str> {
        let place = self.rows.binary_search(&row).ok()?;
        self.columns.get(column)?.values.get(place).map(String::as_str)
    }
}

/// What the refitted network predicts of the test rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestRows {
    /// The rows of their file, counted from 0 below the header; of images their numbers.
    rows: Vec<u32>,
    pub(crate) ids: Option<RowIds>,
    /// The true classes, or numbers; the other one is empty.
    labels: Vec<u32>,
    numbers: Vec<f64>,
    /// The network's outputs, row by row: little-endian floats of 32 bits in base64, which JSON has fewer bytes for than for
    /// numbers.
    outputs: String,
}

impl TestRows {
    /// `rows` are those of the file, in the order of the truth and the predictions.
    pub fn new(rows: Vec<u32>, ids: Option<RowIds>, truth: Truth, Predictions(outputs): &Predictions) -> TestRows {
        let (labels, numbers) = match truth {
            Truth::Labels(labels) => (labels, Vec::new()),
            Truth::Numbers(numbers) => (Vec::new(), numbers),
        };
        let bytes: Vec<u8> = outputs.iter().flat_map(|output| output.to_le_bytes()).collect();
        TestRows { rows, ids, labels, numbers, outputs: STANDARD.encode(bytes) }
    }

    /// The rows and their predictions, as if they validated a fold; `None` if the parts don't go together.
    pub(crate) fn predicted(&self) -> Option<(ValidationRows, Predictions)> {
        let bytes = STANDARD.decode(&self.outputs).ok()?;
        let (values, []) = bytes.as_chunks() else { return None };
        let outputs: Vec<f32> = values.iter().map(|&value| f32::from_le_bytes(value)).collect();
        let truth = match self.numbers.as_slice() {
            [] => Truth::Labels(self.labels.clone()),
            numbers => Truth::Numbers(numbers.to_vec()),
        };
        let has_all = self.rows.len() == self.labels.len() + self.numbers.len()
            && outputs.len().is_multiple_of(self.rows.len().max(1))
            && outputs.len() >= self.rows.len();
        let fold = FoldId { repeat: 0, fold: 0 };
        has_all.then(|| {
            (ValidationRows { fold, rows: self.rows.clone(), groups: None, truth }, Predictions(outputs.into()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_the_row_of_the_file() {
        let ids = RowIds::new(&[7, 2], vec![("id".to_owned(), ["seven", "two"].map(str::to_owned).to_vec())]).unwrap();
        assert_eq!([2, 7, 3].map(|row| ids.value(0, row)), [Some("two"), Some("seven"), None]);
        assert_eq!(ids.value(1, 2), None);
        assert_eq!(RowIds::new(&[1], Vec::new()), None);
    }

    #[test]
    fn outputs_keep_their_bits() {
        let outputs = Predictions([0.1, f32::MIN_POSITIVE, -3.5e20].into());
        let rows = TestRows::new(vec![0, 1, 5], None, Truth::Numbers(vec![0.1, 2.0, 3.0]), &outputs);
        let read: TestRows = serde_json::from_str(&serde_json::to_string(&rows).unwrap()).unwrap();
        let (validation, predictions) = read.predicted().unwrap();
        assert_eq!((validation.rows, validation.truth), (vec![0, 1, 5], Truth::Numbers(vec![0.1, 2.0, 3.0])));
        assert_eq!(predictions, outputs);
        assert_eq!(TestRows { labels: vec![1], ..rows.clone() }.predicted(), None);
        assert_eq!(TestRows { outputs: "AAA=".to_owned(), ..rows }.predicted(), None);
    }
}
