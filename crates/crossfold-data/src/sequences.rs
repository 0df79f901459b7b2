//! Grouping of a table's rows into sequences.

use std::collections::HashMap;
use std::ops::Range;

use crossfold_study::SequenceColumns;

use crate::column_fault::ColumnFault;
use crate::read_table::ReadTable;

/// Puts the rows of each sequence next to each other in `order`, by step; sequences are in the order of their first
/// rows. Returns the range of `order` for each sequence.
///
/// # Errors
/// If a column doesn't exist, a row has no sequence or step, or two rows are the same step.
pub(crate) fn gather(
    read: &ReadTable,
    columns: &SequenceColumns,
    order: &mut [u32],
) -> Result<Vec<Range<u32>>, ColumnFault> {
    let line = |row: u32| read.line(row as usize);
    let ranks = |name: &str, role| {
        let values = read.table.require(name, role)?;
        match order.iter().find(|&&row| values.is_missing(row)) {
            Some(&row) => Err(ColumnFault::MissingValue { column: name.to_owned(), line: line(row) }),
            None => Ok(values.ranks()),
        }
    };
    let ids = ranks(&columns.id, "`data.sequence.id`")?;
    let id = |row: u32| ids[row as usize];
    let steps = columns.step.as_ref().map(|step| ranks(step, "`data.sequence.step`")).transpose()?;
    columns.step.iter().try_for_each(|step| read.table.require_order(step))?;
    columns.step.iter().try_for_each(|step| read.refuse_mixed_offsets(step))?;
    let step = |row: u32| steps.as_ref().map_or(0, |steps| steps[row as usize]);

    let mut first = HashMap::new();
    for (place, &row) in order.iter().enumerate() {
        first.entry(id(row)).or_insert(place);
    }
    order.sort_by_key(|&row| (first[&id(row)], step(row)));
    let is_same = |pair: &&[u32]| id(pair[0]) == id(pair[1]) && step(pair[0]) == step(pair[1]);
    if steps.is_some()
        && let Some(pair) = order.windows(2).find(is_same)
    {
        let lines = [line(pair[0]), line(pair[1])];
        return Err(ColumnFault::DuplicateStep { column: columns.id.clone(), lines });
    }
    let mut start = 0;
    let series = order.chunk_by(|&a, &b| id(a) == id(b)).map(|steps| {
        let steps = start..start + steps.len() as u32;
        start = steps.end;
        steps
    });
    Ok(series.collect())
}
