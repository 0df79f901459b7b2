//! A table's columns by their roles: the target, the features, and the columns that rows are split by.

use std::ops::Range;
use std::sync::Arc;

use crossfold_network::Task;
use crossfold_study::{
    ColumnKind, ColumnSteps, Encode, GivenKind, MissingMarkers, Preprocessing, SequenceColumns, Splits, TableSpec,
};

use crate::absurd_value::AbsurdValue;
use crate::column::{Column, MISSING, Table, Values};
use crate::column_fault::ColumnFault;
use crate::combination::Combination;
use crate::likeness::Likeness;
use crate::missing_codes::MissingCode;
use crate::read_table::{Marker, ReadTable};
use crate::remark::Remark;
use crate::sequences;
use crate::split_keys::{SplitKeys, dense_ranks};
use crate::study_data::TableRows;
use crate::targets::Targets;

/// The roles of a table's columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Roles<'a> {
    pub(crate) spec: &'a TableSpec,
    pub(crate) splits: &'a Splits,
}

impl Roles<'_> {
    /// The rows of a study in a table. For a test table, `trained` are the targets of the training table, whose classes
    /// must include those of the test table.
    ///
    /// # Errors
    /// If a column can't play its role.
    pub(crate) fn assign(
        &self,
        mut read: ReadTable,
        trained: Option<&Targets>,
        remarks: &mut Vec<Remark>,
    ) -> Result<TableRows, ColumnFault> {
        let mut order = self.with_target(&read, remarks)?;
        let series = match &self.spec.sequence {
            None => None,
            Some(columns) => Some(sequences::gather(&read, columns, &mut order)?),
        };
        // Usually all rows are kept in order, and the table needn't be copied.
        let is_whole = order.len() == read.table.rows() && order.is_sorted();
        let table = if is_whole { std::mem::take(&mut read.table) } else { read.table.select_rows(&order) };
        let row_targets = self.targets(&read, &table, &order, trained)?;
        let firsts: Vec<u32> = match &series {
            None => (0..order.len() as u32).collect(),
            Some(series) => series.iter().map(|steps| steps.start).collect(),
        };
        if let Some(series) = &series {
            let names = [self.spec.target.as_str()].into_iter().chain(self.splits.columns());
            names.filter_map(|name| table.column(name)).try_for_each(|column| {
                let differs = |steps: &Range<u32>| steps.clone().find(|&row| !column.values.same(row, steps.start));
                match series.iter().find_map(differs) {
                    Some(row) => Err(ColumnFault::NotConstant {
                        column: column.name.clone(),
                        line: read.line(order[row as usize] as usize),
                    }),
                    None => Ok(()),
                }
            })?;
        }
        let places: Vec<u32> = firsts.iter().map(|&row| order[row as usize]).collect();
        let lines: Vec<usize> = places.iter().map(|&place| read.line(place as usize)).collect();
        let targets = Arc::new(row_targets.select_rows(&firsts));
        Ok(TableRows {
            // Test rows aren't split.
            keys: Arc::new(if trained.is_none() {
                self.keys(&read, &table, &firsts, &lines)?
            } else {
                SplitKeys::default()
            }),
            row_targets: if series.is_some() { Arc::new(row_targets) } else { targets.clone() },
            targets,
            series,
            lines,
            places,
            table,
        })
    }

    /// Refuses kinds for columns that don't exist. The reader has already looked up columns that are dropped or
    /// ordered.
    pub(crate) fn refuse_unknown_kinds(&self, table: &Table) -> Result<(), ColumnFault> {
        let is_unknown = |(name, kind): &(&String, &GivenKind)| {
            // A missing target is reported as such.
            matches!(kind, GivenKind::Kind(_) | GivenKind::Date(_))
                && **name != self.spec.target
                && table.column(name).is_none()
        };
        match self.spec.kinds.iter().find(is_unknown) {
            Some((name, _)) => Err(ColumnFault::no_column(name, "`data.columns`", table)),
            None => Ok(()),
        }
    }

    /// The rows that have a target.
    fn with_target(&self, read: &ReadTable, remarks: &mut Vec<Remark>) -> Result<Vec<u32>, ColumnFault> {
        let target = read.table.require(&self.spec.target, "`data.target`")?;
        let (with, without): (Vec<u32>, Vec<u32>) =
            (0..read.table.rows() as u32).partition(|&row| !target.is_missing(row));
        match without.first() {
            None => {}
            Some(_) if self.spec.drop_missing_target => remarks.push(Remark::WithoutTarget { rows: without.len() }),
            Some(&row) => {
                let target = self.spec.target.clone();
                let (held, others): (Vec<&Marker>, Vec<&Marker>) =
                    read.markers.iter().partition(|marker| marker.column == target);
                let markers: Vec<(String, usize)> =
                    held.into_iter().map(|marker| (marker.text.clone(), marker.rows)).collect();
                let mut others: Vec<String> = others.into_iter().map(|marker| marker.text.clone()).collect();
                others.sort_unstable();
                others.dedup();
                others.retain(|other| markers.iter().all(|(text, _)| text != other));
                let (rows, line) = (without.len(), read.line(row as usize));
                return Err(ColumnFault::WithoutTarget { target, rows, line, markers, others });
            }
        }
        if with.is_empty() { Err(ColumnFault::NoTargetAtAll { target: self.spec.target.clone() }) } else { Ok(with) }
    }

    fn targets(
        &self,
        read: &ReadTable,
        table: &Table,
        order: &[u32],
        trained: Option<&Targets>,
    ) -> Result<Targets, ColumnFault> {
        let column = table.column(&self.spec.target).expect("the target was found");
        match (&column.values, self.spec.task) {
            (Values::Numbers(numbers), Task::Regression) => Ok(Targets::Numbers(numbers.clone())),
            (Values::Levels { codes, levels }, Task::Classification) => {
                self.classes(read, order, codes, levels, trained)
            }
            (Values::Numbers(_), Task::Classification) => unreachable!("classes are read as names"),
            (Values::Levels { .. }, Task::Regression) => {
                Err(ColumnFault::NoNumber { target: self.spec.target.clone(), kind: column.kind })
            }
        }
    }

    fn classes(
        &self,
        read: &ReadTable,
        order: &[u32],
        codes: &[u32],
        levels: &[String],
        trained: Option<&Targets>,
    ) -> Result<Targets, ColumnFault> {
        let used: Vec<u32> = distinct_codes(codes);
        let are_names = self.spec.kinds.get(&self.spec.target) == Some(&GivenKind::Kind(ColumnKind::Categorical));
        if let Some(text) = read.decimals.get(&self.spec.target).filter(|_| !are_names) {
            return Err(ColumnFault::DecimalClasses { target: self.spec.target.clone(), text: text.clone() });
        }
        match trained {
            None => {
                let names = used.iter().map(|&code| levels[code as usize].clone()).collect();
                Ok(Targets::Classes { labels: dense_ranks(codes), names })
            }
            Some(trained) => {
                let label = |(row, code): (usize, &u32)| {
                    let name = &levels[*code as usize];
                    let place = trained.classes().iter().position(|class| class == name);
                    let line = || read.line(order[row] as usize);
                    let unseen = || ColumnFault::UnseenClass {
                        target: self.spec.target.clone(),
                        class: name.clone(),
                        line: line(),
                        classes: trained.classes().to_vec(),
                    };
                    place.map(|place| place as u32).ok_or_else(unseen)
                };
                let labels = codes.iter().enumerate().map(label).collect::<Result<_, _>>()?;
                Ok(Targets::Classes { labels, names: trained.classes().to_vec() })
            }
        }
    }

    /// The values of the columns that the study's rows are split by.
    fn keys(&self, read: &ReadTable, table: &Table, firsts: &[u32], lines: &[usize]) -> Result<SplitKeys, ColumnFault> {
        let require_order = |name: &String| {
            table.require_order(name)?;
            read.refuse_mixed_offsets(name)
        };
        let whole = |name: &str| -> Result<Option<Vec<u32>>, ColumnFault> {
            let values = table.require(name, "`cross_validation`")?;
            if let Some(place) = firsts.iter().position(|&row| values.is_missing(row)) {
                return Err(ColumnFault::MissingValue { column: name.to_owned(), line: lines[place] });
            }
            let ranks = values.ranks();
            Ok(Some(dense_ranks(&firsts.iter().map(|&row| ranks[row as usize]).collect::<Vec<_>>())))
        };
        let optional = |name: &Option<String>| name.as_deref().map_or(Ok(None), whole);
        let mut keys = SplitKeys::default();
        match self.splits {
            Splits::KFold { groups, .. } | Splits::HoldOut { groups, .. } => keys.groups = optional(groups)?,
            Splits::LeaveOneGroupOut { groups } => keys.groups = whole(groups)?,
            Splits::LatestHoldOut { time, gap, .. } | Splits::TimeSeries { time, gap, .. } => {
                require_order(time)?;
                (keys.periods, keys.gap) = (whole(time)?, *gap);
            }
            Splits::Predefined { column, groups, time } => {
                time.iter().try_for_each(require_order)?;
                (keys.groups, keys.periods) = (optional(groups)?, optional(time)?);
                let values = table.require(column, "`cross_validation`")?;
                let ranks = values.ranks();
                let present: Vec<u32> = firsts.iter().copied().filter(|&row| !values.is_missing(row)).collect();
                let codes = dense_ranks(&present.iter().map(|&row| ranks[row as usize]).collect::<Vec<_>>());
                let mut codes = codes.into_iter();
                let fold = |&row: &u32| if values.is_missing(row) { None } else { codes.next() };
                keys.folds = Some(firsts.iter().map(fold).collect());
            }
        }
        Ok(keys)
    }

    /// The columns that are features.
    pub(crate) fn features(&self, table: &Table, remarks: &mut Vec<Remark>) -> Result<Vec<String>, ColumnFault> {
        let sequence = self.spec.sequence.iter().flat_map(SequenceColumns::names);
        let taken: Vec<&str> =
            [self.spec.target.as_str()].into_iter().chain(self.splits.columns()).chain(sequence).collect();
        let others = || table.columns().iter().filter(|column| !taken.contains(&column.name.as_str()));
        for (kind, why) in [(ColumnKind::Id, "they only identify rows"), (ColumnKind::Text, "they hold free text")] {
            let columns: Vec<String> =
                others().filter(|column| column.kind == kind).map(|column| column.name.clone()).collect();
            if !columns.is_empty() {
                remarks.push(Remark::NoFeatures { columns, why });
            }
        }
        let features: Vec<String> =
            others().filter(|column| column.kind.is_feature()).map(|column| column.name.clone()).collect();
        if features.is_empty() {
            let notes = remarks.iter().filter(|remark| matches!(remark, Remark::Reading(_))).map(ToString::to_string);
            return Err(ColumnFault::NoFeatures { target: self.spec.target.clone(), notes: notes.collect() });
        }
        let no_feature = |name: &String| match (table.column(name), self.spec.kinds.get(name)) {
            (None, None) => ColumnFault::no_column(name, "`preprocessing.columns`", table),
            (Some(_), _) | (None, Some(_)) => ColumnFault::NoFeature { column: name.clone() },
        };
        for (name, steps) in &self.spec.preprocessing.columns {
            let column = table.column(name).filter(|_| features.contains(name)).ok_or_else(|| no_feature(name))?;
            let are_names = column.kind == ColumnKind::Categorical;
            let fits = match steps {
                ColumnSteps::Numeric(_) => !are_names,
                ColumnSteps::Categorical(_) => are_names,
            };
            if !fits {
                return Err(ColumnFault::WrongSteps { column: name.clone(), kind: column.kind });
            }
        }
        self.refuse_embedded_steps(table, &features)?;
        Ok(features)
    }

    /// Remarks on rows that may differ from what their author expects.
    ///
    /// `missing` are the markers of missing values that the spec gives.
    pub(crate) fn suspicions(&self, rows: &TableRows, features: &[String], missing: &MissingMarkers) -> Vec<Remark> {
        let steps = &self.spec.preprocessing;
        let mut remarks = Vec::new();
        let columns = || features.iter().filter_map(|name| rows.table.column(name));
        let is_open = |column: &&Column| !self.spec.kinds.contains_key(&column.name);
        let codes = |column: &Column| {
            let codes = MissingCode::find(column);
            let (kind, column, given) = (column.kind, column.name.clone(), missing.clone());
            (!codes.is_empty()).then_some(Remark::MissingCodes { column, kind, codes, given })
        };
        remarks.extend(
            rows.table.column(&self.spec.target).into_iter().chain(columns()).filter(is_open).filter_map(codes),
        );
        let absurd = |column: &Column| {
            let absurd = AbsurdValue::find(column).filter(|_| MissingCode::find(column).is_empty())?;
            let (line, column) = (rows.line_of_step(absurd.row as u32), column.name.clone());
            Some(Remark::AbsurdValue { column, absurd, line, given: missing.clone() })
        };
        remarks.extend(
            rows.table.column(&self.spec.target).into_iter().chain(columns()).filter(is_open).filter_map(absurd),
        );
        let is_constant =
            |column: &&Column| column.values.len() > 1 && column.values.missing() == 0 && column.values.is_constant();
        let constant: Vec<String> = columns().filter(is_constant).map(|column| column.name.clone()).collect();
        remarks.extend((!constant.is_empty()).then_some(Remark::Constant { columns: constant }));
        let target = rows.table.column(&self.spec.target);
        let likeness = |column: &Column| target.and_then(|target| Likeness::find(column, target));
        let mut others = Vec::new();
        for column in columns() {
            match likeness(column) {
                Some(likeness) => remarks.push(Remark::CopyOfTarget { column: column.name.clone(), likeness }),
                None => others.push(column),
            }
        }
        let combination = target.and_then(|target| Combination::find(others.into_iter(), target));
        let target = || self.spec.target.clone();
        remarks.extend(combination.map(|combination| Remark::CombinationOfTarget { target: target(), combination }));
        for column in columns() {
            let log = match (steps.columns.get(&column.name), column.kind) {
                (Some(ColumnSteps::Numeric(steps)), _) => steps.log,
                (None, ColumnKind::Numeric) => steps.numeric.log,
                (Some(ColumnSteps::Categorical(_)) | None, _) => false,
            };
            if let (true, Values::Numbers(numbers)) = (log, &column.values) {
                let mut without = (0..numbers.len()).filter(|&row| numbers[row] <= -1.0);
                if let Some(first) = without.next() {
                    let line = rows.line_of_step(first as u32);
                    remarks.push(Remark::NoLogarithm { column: column.name.clone(), rows: 1 + without.count(), line });
                }
            }
        }
        let names = features.iter().map(String::as_str).chain([self.spec.target.as_str()]).chain(self.splits.columns());
        remarks.extend(names.filter_map(|name| {
            let (names, spelling) = rows.table.column(name)?.values.names_of_other_spelling()?;
            Some(Remark::OtherSpelling { column: name.to_owned(), names: names.map(str::to_owned), spelling })
        }));
        if let (Targets::Classes { labels, names }, Splits::KFold { folds, .. }) = (&*rows.targets, self.splits) {
            let mut counts = vec![0; names.len()];
            labels.iter().for_each(|&label| counts[label as usize] += 1);
            let small = counts.iter().filter(|&&count| count < *folds as usize).count();
            if let (Some(least), true) = ((0..counts.len()).min_by_key(|&class| counts[class]), small > 0) {
                let (class, rows) = (names[least].clone(), counts[least]);
                remarks.push(Remark::SmallClasses { classes: small, class, rows, folds: *folds });
            }
        }
        remarks
    }

    /// Refuses embeddings of steps: a network looks up values once per row, not once per step.
    fn refuse_embedded_steps(&self, table: &Table, features: &[String]) -> Result<(), ColumnFault> {
        let Preprocessing { categorical, columns, .. } = &self.spec.preprocessing;
        let is_embedded = |name: &&String| {
            let steps = match (columns.get(*name), table.column(name).map(|column| column.kind)) {
                (Some(ColumnSteps::Categorical(steps)), _) => steps,
                (None, Some(ColumnKind::Categorical)) => categorical,
                (Some(ColumnSteps::Numeric(_)) | None, _) => return false,
            };
            matches!(steps.encode, Encode::Embedding(_))
        };
        match features.iter().find(is_embedded) {
            Some(column) if self.spec.sequence.is_some() => Err(ColumnFault::EmbeddedStep { column: column.clone() }),
            Some(_) | None => Ok(()),
        }
    }
}

fn distinct_codes(codes: &[u32]) -> Vec<u32> {
    let mut distinct: Vec<u32> = codes.iter().copied().filter(|&code| code != MISSING).collect();
    distinct.sort_unstable();
    distinct.dedup();
    distinct
}
