//! The parts of reports that can be computed only while the data are loaded.

use std::collections::BTreeMap;

use crossfold_network::Shapes;
use crossfold_study::Metric;
use serde::{Deserialize, Serialize};

use super::file_rows::{RowIds, TestRows};
use super::nested::NestedFold;
use super::variables::Variables;

/// The version of the JSON.
const VERSION: u32 = 1;

/// The parts of reports that were computed while the data were loaded, stored with the study so that reports can be recreated
/// without the data.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Exhibits {
    version: u32,
    /// Identifies the winner that all of this but `nested`, `row_ids` and `shapes` is about; `None` in studies of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub winner: Option<String>,
    /// Standard errors of the test scores, by metric, of those that are defined.
    pub test_errors: BTreeMap<Metric, f64>,
    /// The images on which the winner is furthest off; `None` where rows are not images.
    pub pictures: Option<Pictures>,
    /// The folds of nested cross-validation; empty where it was not requested or not completed.
    pub nested: Vec<NestedFold>,
    /// The rows of a table on which the winner is furthest off; `None` where rows are images, and of studies that were run
    /// before these were stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<FileRows>,
    /// How much worse the winner's scores are with each column shuffled; `None` where that was not computed.
    #[serde(default)]
    pub variables: Option<Variables>,
    /// The columns that identify rows, in all rows that are searched on; `None` where there are none.
    #[serde(default)]
    pub row_ids: Option<RowIds>,
    /// The refitted network's predictions of the test rows; `None` where they weren't looked at.
    #[serde(default)]
    pub test_rows: Option<TestRows>,
    /// The shapes of the networks, where they differ because steps of preprocessing are searched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shapes: Option<Shapes>,
}

/// Rows of a table, as people look them up in its file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileRows {
    /// The names of the columns shown.
    pub columns: Vec<String>,
    /// Number of columns, the first ones, that identify rows.
    pub ids: usize,
    pub rows: Vec<FileRow>,
}

/// One of [`FileRows`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileRow {
    /// The row's number in `predictions.csv`.
    pub row: u32,
    /// The line of the file that it begins on, from 1.
    pub line: usize,
    /// Its values, one per column; empty where one is missing.
    pub cells: Vec<String>,
}

/// Images in shades of grey, of one size in pixels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pictures {
    pub height: u32,
    pub width: u32,
    pub images: Vec<Picture>,
}

/// One of [`Pictures`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// The row's number in `predictions.csv`.
    pub row: u32,
    /// Grey levels, height × width, 0 to 255.
    pub pixels: Vec<u8>,
}

impl Exhibits {
    /// Exhibits to store with a study.
    pub fn new(test_errors: BTreeMap<Metric, f64>, pictures: Option<Pictures>, nested: Vec<NestedFold>) -> Exhibits {
        Exhibits { version: VERSION, test_errors, pictures, nested, ..Exhibits::default() }
    }

    /// What is known before anything is trained; `None` if that is nothing.
    pub fn before_training(row_ids: Option<RowIds>, shapes: Option<Shapes>) -> Option<Exhibits> {
        let is_known = row_ids.is_some() || shapes.is_some();
        is_known.then(|| Exhibits { version: VERSION, row_ids, shapes, ..Exhibits::default() })
    }

    /// What holds for `winner`: a run that was killed may have left exhibits of an earlier one.
    #[must_use]
    pub fn of_winner(self, winner: &str) -> Exhibits {
        if self.winner.as_deref().is_none_or(|known| known == winner) {
            return self;
        }
        let Exhibits { version, nested, row_ids, shapes, .. } = self;
        Exhibits { version, nested, row_ids, shapes, ..Exhibits::default() }
    }

    /// Reads what [`Exhibits::text`] wrote; `None` if it is anything else or of another version.
    pub fn read(text: &str) -> Option<Exhibits> {
        let is_sound = |exhibits: &Exhibits| {
            exhibits.version == VERSION && exhibits.variables.as_ref().is_none_or(Variables::is_sound)
        };
        serde_json::from_str(text).ok().filter(is_sound)
    }

    /// The exhibits as JSON.
    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("exhibits are plain values")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exhibits_round_trip() {
        let picture = Picture { row: 3, pixels: vec![0, 255] };
        let fold = crossfold_study::FoldId { repeat: 1, fold: 2 };
        let nested = NestedFold::new(fold, crossfold_study::TrialNumber(3), 0.5, 0.25, 0.1);
        let pictures = Pictures { height: 1, width: 2, images: vec![picture] };
        let exhibits = Exhibits::new([(Metric::Mae, 0.1 + 0.2)].into(), Some(pictures), vec![nested]);
        assert_eq!(Exhibits::read(&exhibits.text()), Some(exhibits.clone()));
        let row = FileRow { row: 0, line: 2, cells: vec!["a".to_owned(), String::new()] };
        let rows = FileRows { columns: vec!["id".to_owned(), "x".to_owned()], ids: 1, rows: vec![row] };
        let exhibits = Exhibits { rows: Some(rows), ..exhibits };
        assert_eq!(Exhibits::read(&exhibits.text()), Some(exhibits.clone()));
        // A winner of a killed run's is another one; what has nothing to do with it stays.
        let of_a = Exhibits { winner: Some("a".to_owned()), ..exhibits };
        let kept = Exhibits::new(BTreeMap::new(), None, of_a.nested.clone());
        assert_eq!(of_a.clone().of_winner("b"), kept);
        assert_eq!(of_a.clone().of_winner("a"), of_a);
        // As they were stored before rows were.
        let before = r#"{"version":1,"test_errors":{},"pictures":null,"nested":[]}"#;
        assert_eq!(Exhibits::read(before), Some(Exhibits::new(BTreeMap::new(), None, Vec::new())));
        assert_eq!(Exhibits::read("{}"), None);
        assert_eq!(
            Exhibits::read(
                &Exhibits::new(BTreeMap::new(), None, Vec::new()).text().replace("\"version\":1", "\"version\":2")
            ),
            None
        );
    }
}
