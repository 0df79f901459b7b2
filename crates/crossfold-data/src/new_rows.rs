//! Rows to predict.

use std::ops::Range;
use std::sync::Arc;

use crossfold_study::SequenceColumns;

use crate::column_fault::ColumnFault;
use crate::dataset::{Dataset, Features};
use crate::pipeline::Pipeline;
use crate::read_table::ReadTable;
use crate::remark::Remark;
use crate::sequences;
use crate::study_data::{cut, padded};
use crate::targets::Targets;

/// Rows without a known target.
#[derive(Debug)]
pub struct NewRows {
    /// The rows as a network reads them. Their targets are placeholders.
    pub rows: Dataset,
    /// The header of [`NewRows::names`]: `line`, or the column that identifies sequences.
    pub named_by: String,
    /// A name for each row.
    pub names: Vec<String>,
    /// Notes about values that were missing, unknown or left out.
    pub remarks: Vec<Remark>,
}

impl NewRows {
    /// Puts rows through a `pipeline`. `classes` are those of the network; empty if it predicts numbers. If rows are
    /// steps, `sequence` has the columns that group them into sequences, and the number of steps of the longest
    /// training sequence. `memory` is the number of available bytes, if known.
    ///
    /// # Errors
    /// If rows can't be grouped into sequences, or these don't fit into `memory`.
    ///
    /// # Panics
    /// If the table lacks a column that the pipeline was fitted on.
    pub fn new(
        mut read: ReadTable,
        pipeline: &Pipeline,
        classes: &[String],
        sequence: Option<(&SequenceColumns, u32)>,
        memory: Option<u64>,
    ) -> Result<NewRows, ColumnFault> {
        let mut remarks = std::mem::take(&mut read.remarks);
        let (table, mut order) = (&read.table, (0..read.table.rows() as u32).collect::<Vec<_>>());
        let Some((columns, longest)) = sequence else {
            let rows = dataset(pipeline.transform(table), table.rows(), classes);
            let rows = rows.with_embeddings(pipeline.embeddings());
            let names = read.lines.iter().map(u32::to_string).collect();
            return Ok(NewRows { rows, named_by: "line".to_owned(), names, remarks });
        };
        let series: Vec<Range<u32>> = sequences::gather(&read, columns, &mut order)?;
        let values = [series.len(), longest as usize, pipeline.inputs(), size_of::<f32>()];
        let bytes = values.iter().fold(1, |bytes: u64, &count| bytes.saturating_mul(count as u64));
        let available = memory.unwrap_or(isize::MAX as u64);
        if bytes > available {
            return Err(ColumnFault::LongSequences { column: columns.id.clone(), longest, bytes, available });
        }
        let steps = pipeline.transform(&table.select_rows(&order));
        remarks.extend(cut(&series, longest));
        let (features, lengths) = padded(&steps, &series, pipeline.inputs(), longest);
        let rows = dataset(features, series.len(), classes).with_lengths(lengths, longest);
        let id = &table.column(&columns.id).expect("sequences are identified by this column").values;
        let names = series.iter().map(|steps| id.text(order[steps.start as usize])).collect();
        Ok(NewRows { rows, named_by: columns.id.clone(), names, remarks })
    }
}

fn dataset(features: Vec<f32>, rows: usize, classes: &[String]) -> Dataset {
    let targets = if classes.is_empty() {
        Targets::Numbers(vec![0.0; rows])
    } else {
        Targets::Classes { labels: vec![0; rows], names: classes.to_vec() }
    };
    Dataset::new(Features::Floats(features), Arc::new(targets))
}
