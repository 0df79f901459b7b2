//! What stands between new rows and a trained network.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crossfold_study::{SequenceColumns, TableFormat};
use serde::{Deserialize, Serialize};

use crate::study_data::{cut, padded};
use crate::{
    ColumnSchema, DataError, Dataset, Embedding, Features, MISSING, Note, Pipeline, Remark, Schema, Table,
    TargetScaling, Targets, Values, read_table_like, sequences,
};

/// Turns rows of a table into what a network was trained on, and says what its outputs mean.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Adapter {
    /// The column that is predicted.
    pub target: String,
    /// The classes' names, by label; none where numbers are predicted.
    pub classes: Vec<String>,
    pub scaling: TargetScaling,
    /// How the training file is written, where its spec said so.
    pub(crate) format: TableFormat,
    pub(crate) sequence: Option<SequenceColumns>,
    /// Steps of the longest sequence that was trained on.
    pub(crate) longest: Option<u32>,
    /// The columns that are read.
    pub(crate) schema: Schema,
    /// Other columns of the training file, which new files may have or not.
    pub(crate) ignored: Vec<String>,
    pub(crate) pipeline: Pipeline,
}

/// Rows without a known target.
#[derive(Debug)]
pub struct NewRows {
    /// As the network sees them; their targets only stand in for what isn't known.
    pub rows: Dataset,
    /// What [`NewRows::names`] are: `line`, or the column that tells sequences apart.
    pub named_by: String,
    /// What to call each row.
    pub names: Vec<String>,
    /// What was done to the file's values.
    pub remarks: Vec<Remark>,
}

impl Adapter {
    /// Whether its parts go together, as they do unless somebody has edited them.
    pub fn is_sound(&self) -> bool {
        self.pipeline.reads(&self.schema)
            && self.scaling.deviation > 0.0
            && self.sequence.is_some() == self.longest.is_some()
    }

    /// The columns that the network is shown, in the table's order.
    pub fn columns(&self) -> Vec<&str> {
        let columns = self.schema.columns.iter().map(|column| column.name.as_str());
        columns.filter(|name| self.is_feature(name)).collect()
    }

    /// What columns become, in the order of a row's inputs, or of a step's where rows are sequences; last those that
    /// are places in [`Adapter::embeddings`].
    pub fn input_names(&self) -> Vec<String> {
        self.pipeline.input_names()
    }

    pub fn embeddings(&self) -> Vec<Embedding> {
        self.pipeline.embeddings()
    }

    /// Reads rows to predict: columns are found by name, and are what they were in the training file.
    ///
    /// # Errors
    /// If the file can't be read, lacks a column, or has values that a column can't have.
    pub fn read(&self, path: &Path) -> Result<NewRows, DataError> {
        let found = read_table_like(path, &self.format, &self.schema, |_| true)?;
        let table = &found.table;
        let mut remarks: Vec<Remark> = found.notes.iter().filter_map(|note| self.remark(note)).collect();
        remarks.extend(table.columns().iter().filter_map(|column| {
            let rows = column.values.missing();
            (rows > 0 && self.is_feature(&column.name)).then(|| Remark::FilledIn { column: column.name.clone(), rows })
        }));
        remarks.extend(self.schema.columns.iter().filter_map(|known| unseen(known, table, &found)));

        let mut order: Vec<u32> = (0..table.rows() as u32).collect();
        let Some(columns) = &self.sequence else {
            let rows = self.dataset(self.pipeline.transform(table), table.rows());
            let rows = rows.with_embeddings(self.pipeline.embeddings());
            let names = order.iter().map(|&row| found.line(row as usize).to_string()).collect();
            return Ok(NewRows { rows, named_by: "line".to_owned(), names, remarks });
        };
        let series: Vec<Range<u32>> = sequences::gather(path, &found, columns, &mut order)?;
        let steps = self.pipeline.transform(&table.of(&order));
        let longest = self.longest.expect("sequences have steps");
        remarks.extend(cut(&series, longest));
        let (features, lengths) = padded(&steps, &series, self.pipeline.inputs(), longest);
        let rows = self.dataset(features, series.len()).with_lengths(lengths, longest);
        let id = &table.column(&columns.id).expect("sequences were told apart by it").values;
        let names = series.iter().map(|steps| id.text(order[steps.start as usize])).collect();
        Ok(NewRows { rows, named_by: columns.id.clone(), names, remarks })
    }

    fn dataset(&self, features: Vec<f32>, rows: usize) -> Dataset {
        let targets = if self.classes.is_empty() {
            Targets::Numbers(vec![0.0; rows])
        } else {
            Targets::Classes { labels: vec![0; rows], names: self.classes.clone() }
        };
        Dataset::new(Features::Floats(features), Arc::new(targets))
    }

    fn is_feature(&self, name: &str) -> bool {
        let splits = |columns: &SequenceColumns| columns.id == name || columns.step.as_deref() == Some(name);
        !self.sequence.as_ref().is_some_and(splits)
    }

    fn remark(&self, note: &Note) -> Option<Remark> {
        let Note::ExtraColumns { names } = note else { return Some(Remark::Read(note.clone())) };
        let is_new = |name: &&String| !self.ignored.contains(name) && **name != self.target;
        let names: Vec<String> = names.iter().filter(is_new).cloned().collect();
        (!names.is_empty()).then_some(Remark::Read(Note::ExtraColumns { names }))
    }
}

/// Names that a column didn't have in training.
fn unseen(known: &ColumnSchema, table: &Table, found: &crate::FoundTable) -> Option<Remark> {
    let Values::Levels { codes, levels } = &table.column(&known.name)?.values else { return None };
    if known.levels.is_empty() {
        return None;
    }
    let is_new: Vec<bool> = levels.iter().map(|level| !known.levels.contains(level)).collect();
    let mut rows = (0..).zip(codes).filter(|&(_, &code)| code != MISSING && is_new[code as usize]);
    let (first, &code) = rows.next()?;
    let (column, level) = (known.name.clone(), levels[code as usize].clone());
    Some(Remark::UnseenLevels { column, level, line: found.line(first), rows: 1 + rows.count() })
}
