//! The rows of a table that the winner's page shows: where they are in the file, and their values as text.

use crossfold_data::{Column, MISSING, ShownColumns, StudyData, Values};
use crossfold_report::{FileRow, FileRows, MISTAKES_SHOWN, Row, worst_rows};
use crossfold_study::ColumnKind;

use super::StudyRun;
use crate::error::Error;
use crate::study_results::StudyResults;

/// The most columns shown of a wide table, without those that identify rows.
const MOST_FEATURES: usize = 20;

impl StudyRun<'_, '_> {
    /// The rows on which the winner is furthest off; `None` where rows are images or predictions aren't stored.
    pub(super) fn file_rows(&self, results: &StudyResults<'_>, winner: &Row<'_>) -> Result<Option<FileRows>, Error> {
        let Some(predictions) = results.predictions(winner)? else { return Ok(None) };
        let folds: Vec<_> = self.record.validation.iter().zip(&predictions).collect();
        Ok(shown(self.prepared.data(), &worst_rows(&self.record.classes, &folds, MISTAKES_SHOWN)))
    }
}

/// The given rows of the file, counted from 0 below the header.
fn shown(data: &StudyData, places: &[u32]) -> Option<FileRows> {
    let ShownColumns { ids, features } = data.columns_to_show();
    let columns: Vec<&Column> = ids.iter().chain(features.iter().take(MOST_FEATURES)).copied().collect();
    let row = |&place: &u32| {
        let found = data.row_at(place)?;
        let cells = columns.iter().map(|column| cell(column, found.step as usize)).collect();
        Some(FileRow { row: place, line: found.line, cells })
    };
    let rows: Vec<FileRow> = places.iter().filter_map(row).collect();
    let names = columns.iter().map(|column| column.name.clone()).collect();
    (!rows.is_empty()).then_some(FileRows { columns: names, ids: ids.len(), rows })
}

/// A value as text; empty where it is missing.
fn cell(column: &Column, row: usize) -> String {
    match &column.values {
        Values::Levels { codes, .. } if codes[row] == MISSING => String::new(),
        Values::Levels { codes, levels } => levels[codes[row] as usize].clone(),
        Values::Numbers(numbers) if numbers[row].is_nan() => String::new(),
        Values::Numbers(numbers) => match column.kind {
            ColumnKind::Boolean => if numbers[row] == 0.0 { "no" } else { "yes" }.to_owned(),
            ColumnKind::Date => date(numbers[row]),
            ColumnKind::Numeric | ColumnKind::Categorical | ColumnKind::Ordinal | ColumnKind::Id | ColumnKind::Text => {
                numbers[row].to_string()
            }
        },
    }
}

/// The date that is this many days after 1970-01-01, without its time.
fn date(days: f64) -> String {
    let epoch = jiff::civil::date(1970, 1, 1);
    let date = jiff::Span::new().try_days(days.floor() as i64).and_then(|span| epoch.checked_add(span));
    date.map_or_else(|_| format!("{days} days"), |date| date.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(kind: ColumnKind, values: Values) -> Column {
        Column { name: "x".to_owned(), kind, values }
    }

    /// In Python, `date(1970, 1, 1) + timedelta(days=19782)` is 2024-02-29.
    #[test]
    fn values_are_shown_as_their_file_has_them() {
        let number = |kind, number| cell(&column(kind, Values::Numbers(vec![number])), 0);
        assert_eq!(number(ColumnKind::Numeric, 0.1), "0.1");
        assert_eq!(number(ColumnKind::Numeric, f64::NAN), "");
        assert_eq!(number(ColumnKind::Boolean, 1.0), "yes");
        assert_eq!(number(ColumnKind::Date, 19_782.75), "2024-02-29");
        let levels = Values::Levels { codes: vec![1, MISSING], levels: vec!["a".to_owned(), "b".to_owned()] };
        let levels = column(ColumnKind::Ordinal, levels);
        assert_eq!((cell(&levels, 0), cell(&levels, 1)), ("b".to_owned(), String::new()));
    }
}
