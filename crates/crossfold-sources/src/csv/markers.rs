//! The texts that are read as missing values in a column.

use std::collections::BTreeMap;

use crossfold_data::Marker;

/// The number of rows of each text that is read as a missing value. Empty cells aren't counted.
#[derive(Default)]
pub(super) struct Markers(BTreeMap<String, usize>);

impl Markers {
    pub(super) fn push(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        // Looked up before it is copied, because columns may be missing in most rows.
        if let Some(rows) = self.0.get_mut(text) {
            *rows += 1;
        } else {
            self.0.insert(text.to_owned(), 1);
        }
    }

    /// The markers of the column with this name.
    pub(super) fn into_list(self, column: &str) -> impl Iterator<Item = Marker> {
        self.0.into_iter().map(move |(text, rows)| Marker { column: column.to_owned(), text, rows })
    }
}
