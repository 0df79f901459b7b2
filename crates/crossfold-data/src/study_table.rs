//! The rows of a study that come from a table: test rows are set aside or added, training rows are drawn.

use std::collections::BTreeMap;

use crossfold_network::Task;
use crossfold_study::{ColumnKind, ColumnSteps, GivenKind, Seed, SequenceColumns, Splits, TableSpec};

use crate::column_fault::ColumnFault;
use crate::error::DataError;
use crate::leaks;
use crate::read_table::ReadTable;
use crate::remark::Remark;
use crate::roles::Roles;
use crate::set_aside::set_aside;
use crate::study_data::{Rows, StudyData, TableRows, cut};

/// A study's table whose columns have their roles. A reader makes it from the training table, adds test rows, and turns
/// it into [`StudyData`].
#[derive(Debug)]
pub struct StudyTable<'a> {
    roles: Roles<'a>,
    train: TableRows,
    test: Option<TableRows>,
    /// Test rows of the same table that aren't scored.
    set_aside: Option<TableRows>,
    /// Whether `test` has rows of the same table.
    test_is_set_aside: bool,
    /// The columns that are features, in the table's order.
    features: Vec<String>,
    remarks: Vec<Remark>,
}

impl<'a> StudyTable<'a> {
    /// Assigns the columns of the training table to their roles.
    ///
    /// # Errors
    /// If a column doesn't exist or can't play its role.
    pub fn new(mut read: ReadTable, spec: &'a TableSpec, splits: &'a Splits) -> Result<StudyTable<'a>, ColumnFault> {
        let roles = Roles { spec, splits };
        let mut remarks = std::mem::take(&mut read.remarks);
        roles.refuse_unknown_kinds(&read.table)?;
        let missing = read.missing.clone();
        let train = roles.assign(read, None, &mut remarks)?;
        let features = roles.features(&train.table, &mut remarks)?;
        remarks.extend(roles.suspicions(&train, &features, &missing));
        Ok(StudyTable { roles, train, test: None, set_aside: None, test_is_set_aside: false, features, remarks })
    }

    /// Remarks on columns of sampling weights that are features, unless the spec gives their kind.
    pub fn remark_weights(&mut self, columns: Vec<String>) {
        let is_taken = |column: &String| self.features.contains(column) && !self.roles.spec.kinds.contains_key(column);
        self.remarks.extend(columns.into_iter().filter(is_taken).map(|column| Remark::Weights { column }));
    }

    /// Whether a test table must have this column.
    pub fn needs(&self, column: &str) -> bool {
        column == self.roles.spec.target || self.features.iter().any(|feature| feature == column)
    }

    /// Sets a share of the training rows aside for testing. They are set aside even if they aren't kept, so that
    /// training doesn't depend on whether a test is asked for.
    ///
    /// # Errors
    /// If no row would be left on one side.
    pub fn set_aside_test(self, share: f64, seed: Seed, keep: bool) -> Result<StudyTable<'a>, DataError> {
        let (train, test) = set_aside(self.train, self.roles.splits, share, seed).map_err(DataError::TestShare)?;
        let mut remarks = self.remarks;
        if !keep {
            remarks.push(Remark::TestNotScored { rows: test.targets.len() });
        }
        let (test, set_aside) = if keep { (Some(test), None) } else { (None, Some(test)) };
        Ok(StudyTable { train, test, set_aside, test_is_set_aside: keep, remarks, ..self })
    }

    /// Notes that the file of test rows isn't read.
    pub fn ignore_test_file(&mut self) {
        self.remarks.push(Remark::TestFileNotRead);
    }

    /// Uses the rows of another table for testing.
    ///
    /// # Errors
    /// If a column doesn't exist or can't play its role.
    pub fn add_test(&mut self, mut read: ReadTable) -> Result<(), ColumnFault> {
        self.remarks.append(&mut read.remarks);
        self.test = Some(self.roles.assign(read, Some(&self.train.targets), &mut self.remarks)?);
        Ok(())
    }

    /// The study's rows. If `train_rows` is given, only that number of training rows is kept.
    ///
    /// # Errors
    /// If there are fewer training rows than `train_rows`.
    pub fn into_study_data(self, train_rows: Option<usize>, seed: Seed) -> Result<StudyData, DataError> {
        let StudyTable {
            roles: Roles { spec, splits },
            train,
            test,
            set_aside,
            test_is_set_aside,
            features,
            mut remarks,
        } = self;
        let train = match train.targets.draw_subset(train_rows, seed)? {
            Some(rows) => train.select_rows(&rows),
            None => train,
        };
        if let Some(test) = &test {
            if let (Some(series), Some(longest)) = (&test.series, train.longest()) {
                remarks.extend(cut(series, longest));
            }
            remarks.extend(leaks::find_in_test(&train, test, &features, splits));
        }
        let digest = train.digest(&features);
        let table = |rows| Rows::Table(Box::new(rows));
        Ok(StudyData {
            train: table(train),
            test: test.map(table),
            set_aside: set_aside.map(Box::new),
            test_is_set_aside,
            features,
            preprocessing: spec.preprocessing.clone(),
            digest,
            remarks,
        })
    }
}

/// The kinds of columns that are known before the table is read: those that the spec gives, and those that roles imply.
pub fn given_kinds(spec: &TableSpec, splits: &Splits) -> BTreeMap<String, GivenKind> {
    let mut kinds = spec.kinds.clone();
    match (spec.task, kinds.get(&spec.target)) {
        (Task::Regression, Some(_)) | (Task::Classification, Some(GivenKind::Ordinal(_))) => {}
        (Task::Regression, None) => {
            kinds.insert(spec.target.clone(), GivenKind::Kind(ColumnKind::Numeric));
        }
        // Classes are names even if they look like numbers.
        (Task::Classification, _) => {
            kinds.insert(spec.target.clone(), GivenKind::Kind(ColumnKind::Categorical));
        }
    }
    // Categorical steps imply a categorical column.
    for (column, steps) in &spec.preprocessing.columns {
        if let ColumnSteps::Categorical(_) = steps {
            kinds.entry(column.clone()).or_insert(GivenKind::Kind(ColumnKind::Categorical));
        }
    }
    // A column that is dropped as a feature may still be used for splitting or for sequences.
    for column in splits.columns().chain(spec.sequence.iter().flat_map(SequenceColumns::names)) {
        if kinds.get(column) == Some(&GivenKind::Drop) {
            kinds.remove(column);
        }
    }
    // Values that rows are split by are read as they are written: plots `3.1` and `3.10` aren't one.
    let orders = splits.time().into_iter().chain(spec.sequence.iter().filter_map(|columns| columns.step.as_deref()));
    let orders: Vec<&str> = orders.collect();
    let ids = spec.sequence.iter().map(|columns| columns.id.as_str());
    for column in splits.columns().chain(ids).filter(|column| !orders.contains(column)) {
        kinds.entry(column.to_owned()).or_insert(GivenKind::Kind(ColumnKind::Id));
    }
    kinds
}
