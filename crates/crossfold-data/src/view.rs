//! Training rows, the only rows that anything may be learnt from.

use std::ops::Range;

use crate::column::{Column, Table, Values};
use crate::split_keys::{SplitKeys, dense_ranks};
use crate::targets::Targets;

/// The training rows of one part of a study, with their targets.
///
/// Everything that is fitted to data takes a view or its [`TrainingTargets`], and nothing else. Only this crate's folds
/// make views, so nothing can be learnt from validation or test rows. Steps can be learnt from a view:
///
/// ```
/// use crossfold_data::{Fitted, Pipeline, Table, TrainingView};
/// use crossfold_study::{Generator, Preprocessing};
///
/// fn learn<'a>(rows: &'a TrainingView<'_>, features: &[String], steps: &Preprocessing, draw: Generator) -> Fitted<'a>
/// {
///     Pipeline::fit(rows, features, steps, draw)
/// }
/// ```
///
/// but not from a table, whose rows are those of all parts:
///
/// ```compile_fail,E0308
/// use crossfold_data::{Fitted, Pipeline, Table, TrainingView};
/// use crossfold_study::{Generator, Preprocessing};
///
/// fn learn<'a>(rows: &'a Table, features: &[String], steps: &Preprocessing, draw: Generator) -> Fitted<'a> {
///     Pipeline::fit(rows, features, steps, draw)
/// }
/// ```
///
/// A view gives its rows' values and targets:
///
/// ```
/// use crossfold_data::{Column, Targets, TrainingView};
///
/// fn look<'a>(rows: &'a TrainingView<'_>) -> (Option<Column>, &'a Targets) {
///     (rows.column("age"), rows.targets().known())
/// }
/// ```
///
/// but not the table that they are rows of, neither by a method nor by the field:
///
/// ```compile_fail,E0599
/// use crossfold_data::{Table, TrainingView};
///
/// fn look<'a>(rows: &'a TrainingView<'_>) -> &'a Table {
///     rows.table()
/// }
/// ```
///
/// ```compile_fail,E0616
/// use crossfold_data::{Table, TrainingView};
///
/// fn look<'a>(rows: &'a TrainingView<'_>) -> &'a Table {
///     rows.table
/// }
/// ```
///
/// Anybody can have a table, targets and row numbers:
///
/// ```
/// use crossfold_data::{Table, Targets, TrainingView};
///
/// let (table, targets, rows) = (Table::new(Vec::new()), Targets::Numbers(Vec::new()), Vec::<u32>::new());
/// ```
///
/// but not make a view of them:
///
/// ```compile_fail,E0624
/// use crossfold_data::{Table, Targets, TrainingView};
///
/// let (table, targets, rows) = (Table::new(Vec::new()), Targets::Numbers(Vec::new()), Vec::<u32>::new());
/// let view = TrainingView::new(&table, &targets, &rows);
/// ```
///
/// ```compile_fail,E0451
/// use crossfold_data::{Table, Targets, TrainingView};
///
/// fn other<'a>(table: &'a Table, view: TrainingView<'a>) -> TrainingView<'a> {
///     TrainingView { table, ..view }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct TrainingView<'a> {
    table: &'a Table,
    rows: &'a [u32],
    targets: TrainingTargets,
    /// The range of `rows` that each sequence consists of; `None` if rows aren't steps of sequences.
    sequences: Option<Vec<Range<usize>>>,
    /// What the study's splits keep together, for each sequence or row.
    keys: SplitKeys,
}

/// The targets of training rows, and of no others.
///
/// The targets' scale is learnt from them:
///
/// ```
/// use crossfold_data::{TargetScaling, Targets, TrainingTargets};
///
/// fn learn(targets: &TrainingTargets) -> TargetScaling {
///     TargetScaling::learn(targets)
/// }
/// ```
///
/// but not from any other targets:
///
/// ```compile_fail,E0308
/// use crossfold_data::{TargetScaling, Targets, TrainingTargets};
///
/// fn learn(targets: &Targets) -> TargetScaling {
///     TargetScaling::learn(targets)
/// }
/// ```
///
/// Anybody can have targets:
///
/// ```
/// use crossfold_data::{Targets, TrainingTargets};
///
/// let targets = Targets::Numbers(Vec::new());
/// ```
///
/// but not turn them into those of training rows:
///
/// ```compile_fail,E0423
/// use crossfold_data::{Targets, TrainingTargets};
///
/// let targets = TrainingTargets(Targets::Numbers(Vec::new()));
/// ```
#[derive(Clone, Debug)]
pub struct TrainingTargets(Targets);

impl TrainingTargets {
    pub(crate) fn new(targets: &Targets, training: &[u32]) -> TrainingTargets {
        TrainingTargets(targets.select_rows(training))
    }

    /// One target per training row.
    pub fn known(&self) -> &Targets {
        &self.0
    }
}

impl<'a> TrainingView<'a> {
    /// `rows` ascend.
    ///
    /// # Panics
    /// If table and targets have different lengths, or a row doesn't exist.
    pub(crate) fn new(table: &'a Table, targets: &Targets, rows: &'a [u32]) -> TrainingView<'a> {
        assert_eq!(table.rows(), targets.len(), "each row has a target");
        assert!(rows.iter().all(|&row| (row as usize) < table.rows()), "the rows are of the table");
        let targets = TrainingTargets::new(targets, rows);
        TrainingView { table, rows, targets, sequences: None, keys: SplitKeys::default() }
    }

    /// The same rows as sequences of `lengths` consecutive rows each.
    ///
    /// # Panics
    /// If the lengths don't add up to the number of rows.
    pub(crate) fn with_sequences(self, lengths: impl IntoIterator<Item = usize>) -> TrainingView<'a> {
        let mut end = 0;
        let sequences = lengths.into_iter().map(|length| {
            end += length;
            end - length..end
        });
        let sequences = sequences.collect();
        assert_eq!(end, self.rows.len(), "each row belongs to a sequence");
        TrainingView { sequences: Some(sequences), ..self }
    }

    /// The same rows with the keys of each row or sequence.
    pub(crate) fn with_keys(self, keys: SplitKeys) -> TrainingView<'a> {
        TrainingView { keys, ..self }
    }

    /// The row numbers in the table, ascending.
    pub fn rows(&self) -> &[u32] {
        self.rows
    }

    /// One target per row.
    pub fn targets(&self) -> &TrainingTargets {
        &self.targets
    }

    /// A column's values in these rows. Its levels are those of the whole column: they say which values are possible,
    /// but not which rows have them.
    pub fn column(&self, name: &str) -> Option<Column> {
        let Column { name, kind, values } = self.table.column(name)?;
        Some(Column { name: name.clone(), kind: *kind, values: values.select_rows(self.rows) })
    }

    /// Whether any row of the table lacks a value in a column, or, with `logarithm`, has a value whose logarithm
    /// doesn't exist.
    ///
    /// This is the only thing that other rows reveal. It is the same for all folds, so that all of them have the same
    /// number of inputs; it has no effect on the values of inputs.
    ///
    /// # Panics
    /// If there is no such column.
    pub(crate) fn any_missing(&self, name: &str, logarithm: bool) -> bool {
        let column = self.table.column(name).expect("the column is one of the table's");
        match &column.values {
            Values::Numbers(numbers) => numbers.iter().any(|number| number.is_nan() || (logarithm && *number <= -1.0)),
            Values::Levels { .. } => column.values.missing() > 0,
        }
    }

    /// The ranges of [`TrainingView::rows`] that have one target each: a row, or the steps of a sequence.
    pub(crate) fn cases(&self) -> Vec<Range<usize>> {
        self.sequences.clone().unwrap_or_else(|| (0..self.rows.len()).map(|row| row..row + 1).collect())
    }

    /// The number of each row's cluster, from 0 without gaps. Rows of the same sequence, group or predefined fold form a
    /// cluster, because they may reveal each other's targets.
    pub(crate) fn clusters(&self) -> Vec<u32> {
        let clusters = self.keys.clusters().map(|clusters| dense_ranks(&clusters));
        self.for_each_row(&clusters.unwrap_or_else(|| (0..self.cases().len() as u32).collect()))
    }

    /// The period of each row, from 0, and the number of periods between training and validation that are left out;
    /// `None` without an order in time.
    pub(crate) fn periods(&self) -> Option<(Vec<u32>, u32)> {
        Some((self.for_each_row(self.keys.periods.as_ref()?), self.keys.gap))
    }

    /// The value of each row's case.
    fn for_each_row(&self, values: &[u32]) -> Vec<u32> {
        self.cases().into_iter().zip(values).flat_map(|(case, &value)| case.map(move |_| value)).collect()
    }
}
