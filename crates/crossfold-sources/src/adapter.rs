//! New rows for a trained network.

use std::collections::HashSet;
use std::path::Path;

use crossfold_data::{
    DenseInput, Embedding, MISSING, NewRows, Pipeline, ReadTable, Remark, TargetColumn, TargetScaling, Values, Views,
};
use crossfold_network::SearchedSteps;
use crossfold_study::{ColumnKind, DecimalMark, Part, SequenceColumns, TableFormat, TableSpec};
use serde::{Deserialize, Serialize};

use crate::csv::{ColumnSchema, Note, ParsedTable, Schema, TableReader, ValueFormat};
use crate::error::SourceError;

/// Reads new rows of a table in the way a trained network's rows were read, and holds the meaning of its outputs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Adapter {
    /// The column that is predicted.
    pub target: String,
    /// The names of the classes, by label; empty for a regression.
    pub classes: Vec<String>,
    pub scaling: TargetScaling,
    /// The settings of the training file's format in the spec.
    format: TableFormat,
    sequence: Option<SequenceColumns>,
    /// The number of steps of the longest training sequence.
    longest: Option<u32>,
    /// The columns that are read.
    schema: Schema,
    /// Other columns of the training file, which new files may have.
    ignored: Vec<String>,
    pipeline: Pipeline,
    /// Of networks of several folds, what differs for each after the first, of which `pipeline` and `scaling` are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    other_folds: Vec<FittedInputs>,
}

/// What is fitted to the training rows of a network.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct FittedInputs {
    scaling: TargetScaling,
    pipeline: Pipeline,
}

impl Adapter {
    /// The adapter of networks that were trained on these `parts` of a table's rows, at least one, with these values of searched
    /// steps of preprocessing; `None` if rows are images.
    pub fn new(
        views: &Views,
        steps: &SearchedSteps,
        parts: &[Part],
        table: &TableSpec,
        reader: &TableReader,
    ) -> Option<Adapter> {
        let TableReader { format, schema } = reader;
        let data = views.data();
        let fitted = |&part: &Part| {
            let part = views.part_with(steps, part);
            Some(FittedInputs { scaling: part.scaling, pipeline: part.pipeline.clone()? })
        };
        let mut fitted = parts.iter().map(fitted).collect::<Option<Vec<_>>>()?.into_iter();
        let FittedInputs { scaling, pipeline } = fitted.next()?;
        let places = table.sequence.iter().flat_map(SequenceColumns::names);
        let read: HashSet<&str> = data.features().iter().map(String::as_str).chain(places).collect();
        let (read, ignored): (Vec<_>, Vec<_>) =
            schema.columns.iter().cloned().partition(|column| read.contains(&column.name.as_str()));
        Some(Adapter {
            target: table.target.clone(),
            classes: data.targets().classes().to_vec(),
            scaling,
            format: format.clone(),
            sequence: table.sequence.clone(),
            longest: data.longest(),
            ignored: ignored.into_iter().map(|column| column.name).chain(schema.dropped.iter().cloned()).collect(),
            schema: Schema { columns: read, ..schema.clone() },
            pipeline,
            other_folds: fitted.collect(),
        })
    }

    /// Whether the parts are consistent. They are unless the file has been edited.
    pub fn is_sound(&self) -> bool {
        let fits = |(scaling, pipeline): (&TargetScaling, &Pipeline)| {
            pipeline.fits(|name| self.schema.column(name).map(|column| column.kind))
                && pipeline.inputs() == self.pipeline.inputs()
                && scaling.mean.is_finite()
                && scaling.deviation.is_finite()
                && scaling.deviation > 0.0
        };
        self.fitted().all(fits)
            && self.pipeline.inputs() > 0
            && self.sequence.is_some() == self.longest.is_some()
            && self.longest != Some(0)
    }

    /// The target's scaling and the pipeline of each network that has its own, in their order.
    fn fitted(&self) -> impl Iterator<Item = (&TargetScaling, &Pipeline)> {
        let others = self.other_folds.iter().map(|FittedInputs { scaling, pipeline }| (scaling, pipeline));
        std::iter::once((&self.scaling, &self.pipeline)).chain(others)
    }

    /// The number of preprocessings that rows have, one for each network that was trained on other rows than the others.
    pub fn preprocessings(&self) -> usize {
        1 + self.other_folds.len()
    }

    /// The scaling of the target of each preprocessing.
    pub fn scalings(&self) -> Vec<TargetScaling> {
        self.fitted().map(|(scaling, _)| *scaling).collect()
    }

    /// Whether any number is clipped or encoded after it is scaled.
    pub fn alters_numbers(&self) -> bool {
        self.pipeline.alters_numbers()
    }

    /// The columns that are features, in the table's order.
    pub fn columns(&self) -> Vec<&str> {
        let columns = self.schema.columns.iter().map(|column| column.name.as_str());
        columns.filter(|name| self.is_feature(name)).collect()
    }

    /// The names of the inputs of a row, or of a step if rows are sequences. The last are codes of
    /// [`Adapter::embeddings`]. Where preprocessings select other inputs for a place, it has the names of all.
    pub fn input_names(&self) -> Vec<String> {
        let mut names = self.pipeline.input_names();
        let all: Vec<Vec<String>> = self.fitted().map(|(_, pipeline)| pipeline.input_names()).collect();
        for (place, name) in names.iter_mut().enumerate() {
            let mut distinct: Vec<&str> = all.iter().filter_map(|names| Some(names.get(place)?.as_str())).collect();
            distinct.sort_unstable();
            distinct.dedup();
            if distinct.len() > 1 {
                *name = distinct.join(" or ");
            }
        }
        names
    }

    /// What each input of a row is made from, without embeddings.
    pub fn dense_inputs(&self) -> Vec<DenseInput> {
        self.pipeline.dense_inputs()
    }

    /// The embeddings whose codes are the last inputs of a row.
    pub fn embeddings(&self) -> Vec<Embedding> {
        self.pipeline.embeddings()
    }

    /// The places of inputs that are numbers, in the order of [`NumberInputs`](crossfold_network::NumberInputs).
    pub fn numbers(&self) -> Vec<u32> {
        self.pipeline.numbers().1
    }

    /// Reads rows to predict, with their targets where the file has them. Columns are found by name, and have the kinds that they
    /// had in training. The file's dialect is detected where `format` leaves it open. `memory` is the number of available bytes,
    /// if known. Returns the rows once for each preprocessing, the first with all remarks.
    ///
    /// # Errors
    /// If the file can't be read, lacks a column, or has values that don't fit a column's kind.
    pub fn read(&self, path: &Path, format: &TableFormat, memory: Option<u64>) -> Result<Vec<NewRows>, SourceError> {
        let mut schema = self.schema.clone();
        // As text, so that no value of it is a mistake: it need not be known.
        let (kind, levels) = match self.classes.as_slice() {
            [] => (ColumnKind::Text, Vec::new()),
            classes => (ColumnKind::Categorical, classes.to_vec()),
        };
        schema.columns.push(ColumnSchema { name: self.target.clone(), kind, facts: ValueFormat::default(), levels });
        let reader = TableReader { format: self.format.clone(), schema };
        let found = reader.read(path, format, |name| name != self.target, memory)?;
        let decimal = match found.found.decimal {
            DecimalMark::Point => '.',
            DecimalMark::Comma => ',',
        };
        let table = &found.table;
        let mut remarks: Vec<Remark> = found.notes.iter().filter_map(|note| self.remark(note)).collect();
        remarks.extend(table.columns().iter().filter_map(|column| {
            let rows = column.values.missing();
            (rows > 0 && self.is_feature(&column.name) && column.name != self.target)
                .then(|| Remark::FilledIn { column: column.name.clone(), rows })
        }));
        remarks.extend(self.schema.columns.iter().filter_map(|known| unseen_levels(known, &found)));
        let read = ReadTable { remarks, ..found.into_read_table() };
        let sequence = self.sequence.as_ref().map(|columns| (columns, self.longest.expect("sequences have steps")));
        let target = TargetColumn { name: &self.target, classes: &self.classes, decimal };
        let memory = memory.map(|memory| memory / self.preprocessings() as u64);
        let new = |pipeline| {
            NewRows::new(&read, pipeline, target, sequence, memory)
                .map_err(|fault| SourceError::Column { path: path.to_owned(), fault })
        };
        self.fitted().map(|(_, pipeline)| new(pipeline)).collect()
    }

    fn is_feature(&self, name: &str) -> bool {
        let splits = |columns: &SequenceColumns| columns.id == name || columns.step.as_deref() == Some(name);
        !self.sequence.as_ref().is_some_and(splits)
    }

    fn remark(&self, note: &Note) -> Option<Remark> {
        // Missing values are reported by column.
        if let Note::Markers { .. } = note {
            return None;
        }
        let Note::ExtraColumns { names } = note else { return Some(Remark::Reading(note.to_string())) };
        let is_new = |name: &&String| !self.ignored.contains(name) && **name != self.target;
        let names: Vec<String> = names.iter().filter(is_new).cloned().collect();
        (!names.is_empty()).then(|| Remark::Reading(Note::ExtraColumns { names }.to_string()))
    }
}

/// The remark that a column has levels that it didn't have in training; `None` if it has none.
fn unseen_levels(known: &ColumnSchema, found: &ParsedTable) -> Option<Remark> {
    let Values::Levels { codes, levels } = &found.table.column(&known.name)?.values else { return None };
    if known.levels.is_empty() {
        return None;
    }
    let in_training: HashSet<&String> = known.levels.iter().collect();
    let is_new: Vec<bool> = levels.iter().map(|level| !in_training.contains(level)).collect();
    let mut rows = (0..).zip(codes).filter(|&(_, &code)| code != MISSING && is_new[code as usize]);
    let (first, &code) = rows.next()?;
    let (column, level) = (known.name.clone(), levels[code as usize].clone());
    Some(Remark::UnseenLevels { column, level, line: found.line(first), rows: 1 + rows.count() })
}
