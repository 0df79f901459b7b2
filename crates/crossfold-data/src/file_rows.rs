//! Where the rows of a study are in their file, and the columns that show them to people.

use crossfold_study::ColumnKind;

use crate::column::Column;
use crate::study_data::{Rows, StudyData, TableRows};

/// Columns that show rows to people.
#[derive(Clone, Debug, Default)]
pub struct ShownColumns<'a> {
    /// Those that only identify rows.
    pub ids: Vec<&'a Column>,
    /// Those that are features; none of sequences, whose steps differ.
    pub features: Vec<&'a Column>,
}

/// A row of a study in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowInFile {
    /// The line that it begins on, from 1.
    pub line: usize,
    /// The row of the columns that it begins with; of a sequence its first step.
    pub step: u32,
}

impl StudyData {
    /// The columns that show training rows to people; none for images.
    pub fn columns_to_show(&self) -> ShownColumns<'_> {
        let Rows::Table(rows) = &self.train else { return ShownColumns::default() };
        let is_feature = |column: &&Column| rows.series.is_none() && self.features.contains(&column.name);
        ShownColumns {
            ids: rows.id_columns().collect(),
            features: rows.table.columns().iter().filter(is_feature).collect(),
        }
    }

    /// The columns that only identify rows, with their values in all training rows; of a sequence in its first step. Empty
    /// for images.
    pub fn identifiers(&self) -> Vec<(String, Vec<String>)> {
        self.train.identifiers()
    }

    /// The same of the test rows.
    pub fn test_identifiers(&self) -> Vec<(String, Vec<String>)> {
        self.test.as_ref().map(Rows::identifiers).unwrap_or_default()
    }

    /// The training row that begins on `place`, a row of the file from 0 below the header, as [`StudyData::places`] has it;
    /// `None` if there is none, or rows are images.
    pub fn row_at(&self, place: u32) -> Option<RowInFile> {
        let Rows::Table(rows) = &self.train else { return None };
        let row = rows.places.iter().position(|&other| other == place)?;
        Some(RowInFile { line: rows.lines[row], step: rows.steps_of_row(row as u32).start })
    }
}

impl Rows {
    fn identifiers(&self) -> Vec<(String, Vec<String>)> {
        let Rows::Table(table) = self else { return Vec::new() };
        let first_steps = || (0..table.targets.len() as u32).map(|row| table.steps_of_row(row).start);
        let values =
            |column: &Column| (column.name.clone(), first_steps().map(|step| column.values.text(step)).collect());
        table.id_columns().map(values).collect()
    }
}

impl TableRows {
    /// The columns that only identify rows: columns of this kind are never features.
    fn id_columns(&self) -> impl Iterator<Item = &Column> {
        self.table.columns().iter().filter(|column| column.kind == ColumnKind::Id)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crossfold_study::Preprocessing;

    use super::*;
    use crate::column::{Table, Values};
    use crate::study_data::TableRows;
    use crate::targets::Targets;

    /// Two rows of two steps each, or four rows.
    fn data(series: Option<Vec<std::ops::Range<u32>>>) -> StudyData {
        let column = |name: &str, kind, first: f64| {
            let values = Values::Numbers((0..4).map(|row| first + f64::from(row)).collect());
            Column { name: name.to_owned(), kind, values }
        };
        let columns = vec![
            column("age", ColumnKind::Numeric, 40.0),
            column("y", ColumnKind::Numeric, 0.0),
            column("id", ColumnKind::Id, 100.0),
        ];
        let rows = series.as_ref().map_or(4, Vec::len);
        let targets = |rows: usize| Arc::new(Targets::Numbers(vec![0.0; rows]));
        let table = TableRows {
            table: Table::new(columns),
            targets: targets(rows),
            row_targets: targets(4),
            series,
            keys: Arc::default(),
            lines: vec![12, 7, 9, 3][..rows].to_vec(),
            places: vec![10, 5, 7, 1][..rows].to_vec(),
        };
        StudyData {
            train: Rows::Table(Box::new(table)),
            test: None,
            set_aside: None,
            test_is_set_aside: false,
            features: vec!["age".to_owned()],
            preprocessing: Preprocessing::default(),
            digest: String::new(),
            remarks: Vec::new(),
        }
    }

    fn names(data: &StudyData) -> [Vec<&str>; 2] {
        let ShownColumns { ids, features } = data.columns_to_show();
        [ids, features].map(|columns| columns.iter().map(|column| column.name.as_str()).collect())
    }

    #[test]
    fn rows_are_found_by_their_place_in_the_file() {
        let data = data(None);
        assert_eq!(data.row_at(7), Some(RowInFile { line: 9, step: 2 }));
        assert_eq!(data.row_at(2), None);
        assert_eq!(names(&data), [["id"], ["age"]]);
        assert_eq!(data.identifiers(), [("id".to_owned(), ["100", "101", "102", "103"].map(str::to_owned).to_vec())]);
    }

    #[test]
    fn of_sequences_only_what_identifies_them_is_shown() {
        let data = data(Some(vec![0..2, 2..4]));
        assert_eq!(data.row_at(5), Some(RowInFile { line: 7, step: 2 }));
        assert_eq!(names(&data), [vec!["id"], vec![]]);
        assert_eq!(data.identifiers(), [("id".to_owned(), ["100", "102"].map(str::to_owned).to_vec())]);
    }
}
