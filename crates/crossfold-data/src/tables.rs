//! A table's columns, told apart: what is learnt, what is shown, and what splits.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crossfold_network::Task;
use crossfold_study::{
    ColumnKind, ColumnSteps, Encode, GivenKind, Preprocessing, Seed, SequenceColumns, Splits, TableFormat, TableSource,
    TestRows,
};

use crate::column_fault::ColumnFault;
use crate::profile::is_copy;
use crate::remark::Remark;
use crate::set_aside::set_aside;
use crate::split_keys::{SplitKeys, dense};
use crate::study_data::{Source, StudyData, TableRows, cut};
use crate::{
    Column, DataError, FoundTable, MISSING, Schema, Table, Targets, Values, leaks, read_table, read_table_like,
    sequences, strata,
};

/// Reads the rows of a study from a table.
pub(crate) fn load(
    source: &TableSource,
    splits: &Splits,
    locate: &dyn Fn(&Path) -> PathBuf,
    train_rows: Option<usize>,
    seed: Seed,
    need_test: bool,
) -> Result<StudyData, DataError> {
    let path = locate(&source.path);
    let found = read_table(&path, &source.format, &kinds(source, splits))?;
    let roles = Roles { source, splits, path: &path };
    let mut remarks: Vec<Remark> = found.notes.iter().cloned().map(Remark::Read).collect();
    let schema = Schema::of(&found);
    roles.refuse_unknown_kinds(&found.table)?;
    let all = roles.rows(found, None, &mut remarks)?;
    let features = roles.features(&all.table, &mut remarks)?;
    remarks.extend(roles.suspicions(&all, &features));

    let (train, test) = match &source.test {
        // Rows that are set aside are so whether a test is asked for or not: what is trained stays the same.
        TestRows::Share(share) => {
            let (train, test) = set_aside(all, splits, *share, seed)?;
            (train, need_test.then_some(test))
        }
        TestRows::File(file) if need_test => {
            let path = locate(file);
            let need = |name: &str| name == source.target || features.iter().any(|feature| feature == name);
            let format = TableFormat { rows: None, ..source.format.clone() };
            let found = read_table_like(&path, &format, &schema, need)?;
            remarks.extend(found.notes.iter().cloned().map(Remark::Read));
            let roles = Roles { path: &path, ..roles };
            let test = roles.rows(found, Some(&all.targets), &mut remarks)?;
            (all, Some(test))
        }
        TestRows::None if need_test => return Err(DataError::NoTest),
        TestRows::File(_) | TestRows::None => (all, None),
    };
    let train = match strata::subset(&train.targets, train_rows, seed)? {
        Some(rows) => train.of(&rows),
        None => train,
    };
    if let Some(test) = &test {
        if let (Some(series), Some(longest)) = (&test.series, train.longest()) {
            remarks.extend(cut(series, longest));
        }
        remarks.extend(leaks::in_test(&train, test, &features, splits));
    }
    let digest = train.digest(&features);
    let table = |rows| Source::Table(Box::new(rows));
    Ok(StudyData {
        train: table(train),
        test: test.map(table),
        features,
        preprocessing: source.preprocessing.clone(),
        digest,
        remarks,
    })
}

/// What is known of columns before they are read: of the target, what the task makes of it.
fn kinds(source: &TableSource, splits: &Splits) -> BTreeMap<String, GivenKind> {
    let mut kinds = source.kinds.clone();
    match (source.task, kinds.get(&source.target)) {
        (Task::Regression, Some(_)) | (Task::Classification, Some(GivenKind::Ordinal(_))) => {}
        (Task::Regression, None) => {
            kinds.insert(source.target.clone(), GivenKind::Kind(ColumnKind::Numeric));
        }
        // Classes are names, whatever else they may be.
        (Task::Classification, _) => {
            kinds.insert(source.target.clone(), GivenKind::Kind(ColumnKind::Categorical));
        }
    }
    // Who encodes a column as names says that it holds names.
    for (column, steps) in &source.preprocessing.columns {
        if let ColumnSteps::Categorical(_) = steps {
            kinds.entry(column.clone()).or_insert(GivenKind::Kind(ColumnKind::Categorical));
        }
    }
    // A column that is dropped as a feature may still split, or tell steps apart.
    for column in splits.columns().chain(source.sequence.iter().flat_map(SequenceColumns::names)) {
        if kinds.get(column) == Some(&GivenKind::Drop) {
            kinds.remove(column);
        }
    }
    kinds
}

/// What each column is for.
#[derive(Clone, Copy)]
struct Roles<'a> {
    source: &'a TableSource,
    splits: &'a Splits,
    path: &'a Path,
}

impl Roles<'_> {
    /// The rows of a study in a table; `like` are the targets of the table that it must be like.
    fn rows(
        &self,
        mut found: FoundTable,
        like: Option<&Targets>,
        remarks: &mut Vec<Remark>,
    ) -> Result<TableRows, DataError> {
        let mut order = self.with_target(&found, remarks)?;
        let series = match &self.source.sequence {
            None => None,
            Some(columns) => Some(sequences::gather(self.path, &found, columns, &mut order)?),
        };
        let schema = Schema::of(&found);
        // Mostly, all rows stay where they are; then there need be no second copy of them.
        let is_whole = order.len() == found.table.rows() && order.is_sorted();
        let table = if is_whole { std::mem::take(&mut found.table) } else { found.table.of(&order) };
        let row_targets = self.targets(&found, &table, &order, like)?;
        let firsts: Vec<u32> = match &series {
            None => (0..order.len() as u32).collect(),
            Some(series) => series.iter().map(|steps| steps.start).collect(),
        };
        if let Some(series) = &series {
            let names = [self.source.target.as_str()].into_iter().chain(self.splits.columns());
            names.filter_map(|name| table.column(name)).try_for_each(|column| {
                let differs = |steps: &Range<u32>| steps.clone().find(|&row| !column.values.same(row, steps.start));
                match series.iter().find_map(differs) {
                    Some(row) => Err(self.wrong(ColumnFault::Varies {
                        column: column.name.clone(),
                        line: found.line(order[row as usize] as usize),
                    })),
                    None => Ok(()),
                }
            })?;
        }
        let places: Vec<u32> = firsts.iter().map(|&row| order[row as usize]).collect();
        let lines: Vec<usize> = places.iter().map(|&place| found.line(place as usize)).collect();
        let targets = Arc::new(row_targets.of(&firsts));
        Ok(TableRows {
            // Test rows needn't say how they would be split.
            keys: if like.is_none() { self.keys(&table, &firsts, &lines)? } else { SplitKeys::default() },
            row_targets: if series.is_some() { Arc::new(row_targets) } else { targets.clone() },
            targets,
            series,
            lines,
            places,
            schema,
            table,
        })
    }

    /// A column that `data.columns` says something of has to be there. Those that it drops or orders have been
    /// looked for in the header.
    fn refuse_unknown_kinds(&self, table: &Table) -> Result<(), DataError> {
        let is_unknown = |(name, kind): &(&String, &GivenKind)| {
            // A target that isn't there is told of as such.
            matches!(kind, GivenKind::Kind(_)) && **name != self.source.target && table.column(name).is_none()
        };
        match self.source.kinds.iter().find(is_unknown) {
            Some((name, _)) => Err(self.wrong(ColumnFault::no_column(name, "`data.columns`", table))),
            None => Ok(()),
        }
    }

    /// The rows that have a target.
    fn with_target(&self, found: &FoundTable, remarks: &mut Vec<Remark>) -> Result<Vec<u32>, DataError> {
        let target = self.column(&found.table, &self.source.target, "`data.target`")?;
        let (with, without): (Vec<u32>, Vec<u32>) =
            (0..found.table.rows() as u32).partition(|&row| !target.is_missing(row));
        match without.first() {
            None => {}
            Some(_) if self.source.drop_missing_target => remarks.push(Remark::WithoutTarget { rows: without.len() }),
            Some(&row) => {
                let (rows, line) = (without.len(), found.line(row as usize));
                return Err(self.wrong(ColumnFault::WithoutTarget { target: self.source.target.clone(), rows, line }));
            }
        }
        if with.is_empty() {
            Err(self.wrong(ColumnFault::NoTargetAtAll { target: self.source.target.clone() }))
        } else {
            Ok(with)
        }
    }

    fn targets(
        &self,
        found: &FoundTable,
        table: &Table,
        order: &[u32],
        like: Option<&Targets>,
    ) -> Result<Targets, DataError> {
        let column = table.column(&self.source.target).expect("the target was found");
        match (&column.values, self.source.task) {
            (Values::Numbers(numbers), Task::Regression) => Ok(Targets::Numbers(numbers.clone())),
            (Values::Levels { codes, levels }, Task::Classification) => self.classes(found, order, codes, levels, like),
            (Values::Numbers(_), Task::Classification) => unreachable!("classes are read as names"),
            (Values::Levels { .. }, Task::Regression) => {
                Err(self.wrong(ColumnFault::NoNumber { target: self.source.target.clone(), kind: column.kind }))
            }
        }
    }

    fn classes(
        &self,
        found: &FoundTable,
        order: &[u32],
        codes: &[u32],
        levels: &[String],
        like: Option<&Targets>,
    ) -> Result<Targets, DataError> {
        let used: Vec<u32> = distinct_codes(codes);
        let is_decimal = |name: &&String| name.contains(['.', 'e', 'E']) && name.parse().is_ok_and(f64::is_finite);
        let decimals: Vec<&String> = used.iter().map(|&code| &levels[code as usize]).filter(is_decimal).collect();
        if decimals.len() * 2 > used.len() {
            let (target, text) = (self.source.target.clone(), decimals[0].clone());
            return Err(self.wrong(ColumnFault::DecimalClasses { target, text }));
        }
        match like {
            None => {
                let names = used.iter().map(|&code| levels[code as usize].clone()).collect();
                Ok(Targets::Classes { labels: dense(codes), names })
            }
            Some(like) => {
                let label = |(row, code): (usize, &u32)| {
                    let name = &levels[*code as usize];
                    let place = like.classes().iter().position(|class| class == name);
                    let line = || found.line(order[row] as usize);
                    let unseen = || {
                        self.wrong(ColumnFault::UnseenClass {
                            target: self.source.target.clone(),
                            class: name.clone(),
                            line: line(),
                            classes: like.classes().to_vec(),
                        })
                    };
                    place.map(|place| place as u32).ok_or_else(unseen)
                };
                let labels = codes.iter().enumerate().map(label).collect::<Result<_, _>>()?;
                Ok(Targets::Classes { labels, names: like.classes().to_vec() })
            }
        }
    }

    /// What the columns that split say of the study's rows.
    fn keys(&self, table: &Table, firsts: &[u32], lines: &[usize]) -> Result<SplitKeys, DataError> {
        let whole = |name: &str| -> Result<Option<Vec<u32>>, DataError> {
            let values = self.column(table, name, "`cross_validation`")?;
            if let Some(place) = firsts.iter().position(|&row| values.is_missing(row)) {
                return Err(self.wrong(ColumnFault::Lacks { column: name.to_owned(), line: lines[place] }));
            }
            let ranks = values.ranks();
            Ok(Some(dense(&firsts.iter().map(|&row| ranks[row as usize]).collect::<Vec<_>>())))
        };
        let optional = |name: &Option<String>| name.as_deref().map_or(Ok(None), whole);
        let mut keys = SplitKeys::default();
        match self.splits {
            Splits::KFold { groups, .. } | Splits::HoldOut { groups, .. } => keys.groups = optional(groups)?,
            Splits::LeaveOneGroupOut { groups } => keys.groups = whole(groups)?,
            Splits::LatestHoldOut { time, .. } | Splits::TimeSeries { time, .. } => {
                refuse_orderless(self.path, table, time)?;
                keys.periods = whole(time)?;
            }
            Splits::Predefined { column, groups, time } => {
                time.iter().try_for_each(|time| refuse_orderless(self.path, table, time))?;
                (keys.groups, keys.periods) = (optional(groups)?, optional(time)?);
                let values = self.column(table, column, "`cross_validation`")?;
                let ranks = values.ranks();
                let present: Vec<u32> = firsts.iter().copied().filter(|&row| !values.is_missing(row)).collect();
                let codes = dense(&present.iter().map(|&row| ranks[row as usize]).collect::<Vec<_>>());
                let mut codes = codes.into_iter();
                let fold = |&row: &u32| if values.is_missing(row) { None } else { codes.next() };
                keys.folds = Some(firsts.iter().map(fold).collect());
            }
        }
        Ok(keys)
    }

    /// The columns that networks are shown.
    fn features(&self, table: &Table, remarks: &mut Vec<Remark>) -> Result<Vec<String>, DataError> {
        let sequence = self.source.sequence.iter().flat_map(SequenceColumns::names);
        let taken: Vec<&str> =
            [self.source.target.as_str()].into_iter().chain(self.splits.columns()).chain(sequence).collect();
        let others = || table.columns().iter().filter(|column| !taken.contains(&column.name.as_str()));
        for (kind, why) in [(ColumnKind::Id, "they only name rows"), (ColumnKind::Text, "they hold free text")] {
            let columns: Vec<String> =
                others().filter(|column| column.kind == kind).map(|column| column.name.clone()).collect();
            if !columns.is_empty() {
                remarks.push(Remark::NoFeatures { columns, why });
            }
        }
        let features: Vec<String> =
            others().filter(|column| column.kind.is_feature()).map(|column| column.name.clone()).collect();
        if features.is_empty() {
            return Err(self.wrong(ColumnFault::NoFeatures { target: self.source.target.clone() }));
        }
        let no_feature = |name: &String| match (table.column(name), self.source.kinds.get(name)) {
            (None, None) => ColumnFault::no_column(name, "`preprocessing.columns`", table),
            (Some(_), _) | (None, Some(_)) => ColumnFault::NoFeature { column: name.clone() },
        };
        for (name, steps) in &self.source.preprocessing.columns {
            let column =
                table.column(name).filter(|_| features.contains(name)).ok_or_else(|| self.wrong(no_feature(name)))?;
            let are_names = column.kind == ColumnKind::Categorical;
            let fits = match steps {
                ColumnSteps::Numeric(_) => !are_names,
                ColumnSteps::Categorical(_) => are_names,
            };
            if !fits {
                return Err(self.wrong(ColumnFault::WrongSteps { column: name.clone(), kind: column.kind }));
            }
        }
        self.refuse_embedded_steps(table, &features)?;
        Ok(features)
    }

    /// What of the rows may not be as their author believes.
    fn suspicions(&self, rows: &TableRows, features: &[String]) -> Vec<Remark> {
        let steps = &self.source.preprocessing;
        let mut remarks = Vec::new();
        for column in features.iter().filter_map(|name| rows.table.column(name)) {
            if let Some(target) = rows.table.column(&self.source.target)
                && is_copy(column, target)
            {
                remarks.push(Remark::CopyOfTarget { column: column.name.clone() });
            }
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

    /// What networks look up comes once a row, not once a step.
    fn refuse_embedded_steps(&self, table: &Table, features: &[String]) -> Result<(), DataError> {
        let Preprocessing { categorical, columns, .. } = &self.source.preprocessing;
        let is_embedded = |name: &&String| {
            let steps = match (columns.get(*name), table.column(name).map(|column| column.kind)) {
                (Some(ColumnSteps::Categorical(steps)), _) => steps,
                (None, Some(ColumnKind::Categorical)) => categorical,
                (Some(ColumnSteps::Numeric(_)) | None, _) => return false,
            };
            matches!(steps.encode, Encode::Embedding(_))
        };
        match features.iter().find(is_embedded) {
            Some(column) if self.source.sequence.is_some() => {
                Err(self.wrong(ColumnFault::EmbeddedStep { column: column.clone() }))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn column<'t>(&self, table: &'t Table, name: &str, role: &'static str) -> Result<&'t Values, DataError> {
        column(self.path, table, name, role)
    }

    fn wrong(&self, fault: ColumnFault) -> DataError {
        DataError::Column { path: self.path.to_owned(), fault }
    }
}

/// The values of the column that plays the part of `role`.
pub(crate) fn column<'t>(
    path: &Path,
    table: &'t Table,
    name: &str,
    role: &'static str,
) -> Result<&'t Values, DataError> {
    let fault = || ColumnFault::no_column(name, role, table);
    let column = table.column(name).ok_or_else(|| DataError::Column { path: path.to_owned(), fault: fault() })?;
    Ok(&column.values)
}

/// What time and steps go by has an order of its own: names have only that of the alphabet.
pub(crate) fn refuse_orderless(path: &Path, table: &Table, name: &str) -> Result<(), DataError> {
    match table.column(name) {
        Some(Column { kind, values: Values::Levels { .. }, .. }) if *kind != ColumnKind::Ordinal => {
            let fault = ColumnFault::NoOrder { column: name.to_owned(), kind: *kind };
            Err(DataError::Column { path: path.to_owned(), fault })
        }
        Some(_) | None => Ok(()),
    }
}

fn distinct_codes(codes: &[u32]) -> Vec<u32> {
    let mut distinct: Vec<u32> = codes.iter().copied().filter(|&code| code != MISSING).collect();
    distinct.sort_unstable();
    distinct.dedup();
    distinct
}
