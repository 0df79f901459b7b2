//! Rows to predict.

use std::ops::Range;
use std::sync::Arc;

use crossfold_network::counted;
use crossfold_study::SequenceColumns;

use crate::column::{MISSING, Values};
use crate::column_fault::ColumnFault;
use crate::dataset::{Dataset, Features};
use crate::messages::quoted;
use crate::pipeline::{Outlier, Pipeline};
use crate::read_table::ReadTable;
use crate::remark::Remark;
use crate::sequences;
use crate::study_data::{cut, padded};
use crate::targets::Targets;

/// Rows to predict; of some the target may be known.
#[derive(Debug)]
pub struct NewRows {
    /// The rows as a network reads them. Their targets are placeholders.
    pub rows: Dataset,
    /// The header of [`NewRows::names`]: `line`, or the column that identifies sequences.
    pub named_by: String,
    /// A name for each row.
    pub names: Vec<String>,
    /// The rows whose target is known, with their targets; `None` if there are none.
    pub known: Option<Dataset>,
    /// Notes about values that were missing, unknown or left out.
    pub remarks: Vec<Remark>,
}

/// The column of a table that a network predicts, where the table has it.
#[derive(Clone, Copy, Debug)]
pub struct TargetColumn<'a> {
    pub name: &'a str,
    /// The classes of the network; empty if it predicts numbers.
    pub classes: &'a [String],
    /// The decimal mark of its numbers, which are read as text.
    pub decimal: char,
}

impl NewRows {
    /// Puts rows through a `pipeline`. If rows are steps, `sequence` has the columns that group them into sequences, and the number of steps of the longest
    /// training sequence. `memory` is the number of available bytes, if known.
    ///
    /// # Errors
    /// If rows can't be grouped into sequences, or these don't fit into `memory`.
    ///
    /// # Panics
    /// If the table lacks a column that the pipeline was fitted on.
    pub fn new(
        read: &ReadTable,
        pipeline: &Pipeline,
        target: TargetColumn<'_>,
        sequence: Option<(&SequenceColumns, u32)>,
        memory: Option<u64>,
    ) -> Result<NewRows, ColumnFault> {
        let mut remarks = read.remarks.clone();
        remarks.extend(pipeline.outliers(&read.table).into_iter().map(|Outlier { column, row, distance, rows }| {
            let more = if rows > 1 { format!(" and {} more rows", rows - 1) } else { String::new() };
            Remark::Reading(format!(
                "`{column}` in line {}{more} is far outside the range of training, {distance:.1e} standard deviations from \
                 its middle: such predictions mean little",
                read.line(row)
            ))
        }));
        let classes = target.classes;
        let (table, mut order) = (&read.table, (0..read.table.rows() as u32).collect::<Vec<_>>());
        let Some((columns, longest)) = sequence else {
            let rows = dataset(pipeline.transform(table), table.rows(), classes);
            let (numbers, places) = pipeline.numbers();
            let rows = rows.with_embeddings(pipeline.embeddings()).with_numbers(numbers, places);
            let names = read.lines.iter().map(u32::to_string).collect();
            let known = target.known(&rows, read, &order, &mut remarks);
            return Ok(NewRows { rows, named_by: "line".to_owned(), names, known, remarks });
        };
        let series: Vec<Range<u32>> = sequences::gather(read, columns, &mut order)?;
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
        let firsts: Vec<u32> = series.iter().map(|steps| order[steps.start as usize]).collect();
        let known = target.known(&rows, read, &firsts, &mut remarks);
        Ok(NewRows { rows, named_by: columns.id.clone(), names, known, remarks })
    }
}

impl TargetColumn<'_> {
    /// The `rows` whose target is known; row `i` begins in row `firsts[i]` of the table.
    fn known(&self, rows: &Dataset, read: &ReadTable, firsts: &[u32], remarks: &mut Vec<Remark>) -> Option<Dataset> {
        let Values::Levels { codes, levels } = &read.table.column(self.name)?.values else { return None };
        let is_read = |place: usize| match self.classes {
            [] => self.number(&levels[place]).is_some(),
            classes => classes.contains(&levels[place]),
        };
        let has_value = firsts.iter().enumerate().filter(|&(_, &first)| codes[first as usize] != MISSING);
        let level = |first: u32| codes[first as usize] as usize;
        let (known, others): (Vec<(usize, &u32)>, Vec<_>) = has_value.partition(|&(_, &first)| is_read(level(first)));
        if let Some(&(_, &first)) = others.first() {
            let rows = counted(others.len(), "row");
            let what = if self.classes.is_empty() { "no number" } else { "not one of the network's classes" };
            let (text, line) = (quoted(&levels[level(first)]), read.line(first as usize));
            remarks.push(Remark::Reading(format!(
                "`{}` is {what} in {rows}, such as {text} in line {line}: predicted, but not scored",
                self.name
            )));
        }
        let values = known.iter().map(|&(_, &first)| &levels[level(first)]);
        let targets = match self.classes {
            [] => Targets::Numbers(values.filter_map(|text| self.number(text)).collect()),
            classes => {
                let label = |class: &String| classes.iter().position(|name| name == class).map(|label| label as u32);
                Targets::Classes { labels: values.filter_map(label).collect(), names: classes.to_vec() }
            }
        };
        let places: Vec<u32> = known.iter().map(|&(row, _)| row as u32).collect();
        (!places.is_empty()).then(|| rows.select_rows(&places).with_targets(targets))
    }

    fn number(&self, text: &str) -> Option<f64> {
        let text = if self.decimal == '.' { text.to_owned() } else { text.replace(self.decimal, ".") };
        text.trim().parse().ok().filter(|number: &f64| number.is_finite())
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
