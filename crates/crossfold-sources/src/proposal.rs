//! Proposals of specs for tables.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crossfold_data::messages::{format_grouped, quoted};
use crossfold_data::{ColumnFault, DataError, Marker, MissingCode};
use crossfold_network::Task;
use crossfold_study::{ColumnKind, Metric, StudyName, TableFormat, yaml_scalar};

use crate::error::SourceError;
use crate::profile::{ColumnProfile, Profile, Summary, Suspicion, TargetProfile};

/// A proposed spec, with comments for its future editor.
#[derive(Debug)]
pub struct Proposal<'a> {
    profile: &'a Profile,
    target: &'a TargetProfile,
    size: Size,
    /// The entries of `data.columns`, with their reasons.
    columns: BTreeMap<&'a str, (&'static str, String)>,
}

/// The size of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Size {
    /// Too few rows for a test set; splits are repeated instead.
    Small,
    Medium,
    /// Enough rows for a single validation part.
    Large,
}

/// The reason for not splitting rows purely at random.
#[derive(Clone, Copy, Debug)]
enum Constraint<'a> {
    /// Rows are in the order of a column of dates.
    Time(&'a str),
    /// Rows with the same value in this column always have the same target.
    Groups(&'a str),
}

/// A name for a study of the table at `path`: the file's name, reduced to the characters that a study's name may have.
pub fn study_name(path: &Path) -> StudyName {
    const MAX_LENGTH: usize = 64;
    let file = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let stem = file.split('.').find(|part| !part.is_empty()).unwrap_or_default();
    let words = stem.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut name = words.collect::<Vec<_>>().join("-");
    name.truncate(MAX_LENGTH);
    let study = || StudyName::new("study").expect("`study` is a valid name");
    StudyName::new(name.trim_end_matches('-')).unwrap_or_else(study)
}

impl<'a> Proposal<'a> {
    /// Proposes a study of the profile's target.
    ///
    /// # Errors
    /// If no row has a target, or if there are no features.
    ///
    /// # Panics
    /// If the profile has no target.
    pub fn new(profile: &'a Profile) -> Result<Proposal<'a>, SourceError> {
        let target = profile.target.as_ref().expect("the profile has a target");
        let fault = |fault| SourceError::Column { path: profile.path.clone(), fault };
        let rows = profile.rows - target.missing;
        if rows == 0 {
            return Err(fault(ColumnFault::NoTargetAtAll { target: target.name.clone() }));
        }
        if let [(class, _)] = target.classes.as_slice() {
            return Err(DataError::OneClass { class: class.clone(), subset: false }.into());
        }
        let size = match rows {
            0..500 => Size::Small,
            500..20_000 => Size::Medium,
            _ => Size::Large,
        };
        let mut columns: BTreeMap<&str, (&str, String)> = profile
            .suspicions
            .iter()
            .filter_map(|it| Some((it.column()?, (proposed_kind(it)?, it.to_string()))))
            .collect();
        let of_combination = profile.suspicions.iter().find_map(|suspicion| {
            let Suspicion::CombinationOfTarget { combination, .. } = suspicion else { return None };
            combination.is_exact().then(|| combination.columns().collect::<Vec<_>>())
        });
        // Unless nothing else is left to learn from.
        let is_left = |column: &ColumnProfile| {
            let name = column.name.as_str();
            let is_in = of_combination.as_ref().is_some_and(|names| names.contains(&name));
            name != target.name && column.kind.is_feature() && !columns.contains_key(name) && !is_in
        };
        if let Some(names) = of_combination.as_ref().filter(|_| profile.columns.iter().any(is_left)) {
            let why = format!("a part of the linear combination that is {}", quoted(&target.name));
            columns.extend(names.iter().map(|name| (*name, ("drop", why.clone()))));
        }
        if target.kind == ColumnKind::Date {
            columns.insert(&target.name, ("date", "learnt as days since 1970-01-01".to_owned()));
        }
        let is_feature =
            |name: &str, kind: ColumnKind| name != target.name && kind.is_feature() && !columns.contains_key(name);
        if !profile.columns.iter().any(|column| is_feature(&column.name, column.kind)) {
            let notes = profile.notes.iter().map(ToString::to_string).collect();
            return Err(fault(ColumnFault::NoFeatures { target: target.name.clone(), notes }));
        }
        Ok(Proposal { profile, target, size, columns })
    }

    /// The spec's text. `path` is the table's path relative to the spec's folder, `test` that of the file with test rows, if
    /// there is one.
    pub fn write(&self, name: &StudyName, path: &str, test: Option<&str>) -> String {
        let has_test = test.is_some() || self.size != Size::Small;
        let sections = [
            self.head(name),
            self.data(path, test),
            self.preprocessing(),
            self.model(),
            self.search(),
            self.cross_validation(),
            self.finish(has_test),
            self.suspicions(),
        ];
        sections.concat()
    }

    fn head(&self, name: &StudyName) -> String {
        let file = self.profile.path.file_name().unwrap_or_default().to_string_lossy();
        format!(
            "# A first experiment on {}, proposed by `crossfold init` from {} rows and {} columns. Edit it, then\n\
             # `crossfold plan` it to see what it would train, and `crossfold run` it.\n\
             version: 1\n\
             name: {}\n\
             seed: 42\n",
            quoted(&file),
            self.profile.rows,
            self.profile.columns.len(),
            yaml_scalar(name.as_str()),
        )
    }

    fn data(&self, path: &str, test: Option<&str>) -> String {
        let TargetProfile { name, task, missing, .. } = self.target;
        let mut text = "data:\n  source: csv\n".to_owned();
        push_line(&mut text, &format!("  path: {}", yaml_scalar(path)), "relative to this file");
        text += &self.format();
        push_line(&mut text, &format!("  target: {}", yaml_scalar(name)), "the column to predict");
        push_line(&mut text, &format!("  task: {}", task.name()), &self.task_comment());
        if *missing > 0 {
            let marker = |marker: &&Marker| marker.column == *name;
            let markers: Vec<String> = self.profile.markers.iter().filter(marker).map(|it| quoted(&it.text)).collect();
            let comment = if markers.is_empty() {
                format!("{missing} rows have none")
            } else {
                format!("{missing} rows have none, or {}: if that is a class, say so in `missing`", markers.join(", "))
            };
            push_line(&mut text, "  missing_target: drop", &comment);
        }
        if let Some(test) = test {
            push_line(
                &mut text,
                &format!("  test_path: {}", yaml_scalar(test)),
                "rows that are scored once at the end",
            );
        } else if self.size != Size::Small {
            push_line(&mut text, "  test_share: 0.2", "rows set aside, and scored once at the end");
        }
        self.missing(&mut text);
        self.kinds(&mut text);
        text
    }

    /// The settings of the table's format that were given.
    fn format(&self) -> String {
        let TableFormat { delimiter, header, encoding, decimal, missing, rows } = &self.profile.format;
        let entries = [
            ("delimiter", delimiter.map(|delimiter| yaml_scalar(&delimiter.name()))),
            ("header", header.map(|header| header.to_string())),
            ("encoding", encoding.map(|encoding| encoding.name().to_owned())),
            ("decimal", decimal.map(|decimal| decimal.name().to_owned())),
            ("missing", missing.to_yaml()),
            ("rows", rows.map(|rows| rows.to_string())),
        ];
        entries.into_iter().filter_map(|(key, value)| Some(format!("  {key}: {}\n", value?))).collect()
    }

    /// `data.missing` in comments, with all values that most likely stand for missing ones.
    fn missing(&self, text: &mut String) {
        let mut all = self.profile.format.missing.clone();
        let mut reasons = Vec::new();
        for suspicion in &self.profile.suspicions {
            let found: Vec<(&String, &Vec<MissingCode>)> =
                if let Suspicion::MissingMarker { column, codes, .. } = suspicion {
                    vec![(column, codes)]
                } else if let Suspicion::NonResponse { columns, .. } = suspicion {
                    columns.iter().map(|(column, codes)| (column, codes)).collect()
                } else {
                    continue;
                };
            for (column, codes) in found {
                let codes = codes.iter().map(|code| code.text.clone());
                all.columns.entry(column.clone()).or_default().extend(codes);
            }
            reasons.push(suspicion.to_string());
        }
        if !reasons.is_empty() {
            let markers = all.to_yaml().unwrap_or_default();
            push_line(text, &format!("  # missing: {markers}"), &reasons.join("; "));
        }
    }

    fn task_comment(&self) -> String {
        let TargetProfile { name, task, classes, .. } = self.target;
        match task {
            Task::Classification => {
                let (largest, share) = self.largest_class();
                format!(
                    "{} classes; the most frequent, {}, has {:.1} % of the rows",
                    classes.len(),
                    quoted(largest),
                    share * 100.0
                )
            }
            Task::Regression => {
                let column = self.profile.columns.iter().find(|column| column.name == *name);
                match column.map(|column| &column.summary) {
                    Some(Summary::Numbers(numbers)) => {
                        format!(
                            "predicting the mean has an rmse of {} over all rows",
                            format_grouped(numbers.deviation)
                        )
                    }
                    Some(Summary::Nothing | Summary::Dates { .. } | Summary::Boolean { .. } | Summary::Levels(_))
                    | None => "a number per row".to_owned(),
                }
            }
        }
    }

    /// The largest class and its share of the rows.
    fn largest_class(&self) -> (&str, f64) {
        let rows = (self.profile.rows - self.target.missing) as f64;
        self.target.classes.first().map_or(("", 0.0), |(class, count)| (class.as_str(), *count as f64 / rows))
    }

    /// `data.columns`: the proposed kinds, and in comments the detected kinds of all other columns.
    fn kinds(&self, text: &mut String) {
        /// The maximum number of columns that are shown.
        const MAX_SHOWN: usize = 40;
        let comment = "the columns' kinds: detected, unless given here";
        push_line(text, if self.columns.is_empty() { "  # columns:" } else { "  columns:" }, comment);
        for (name, (kind, why)) in &self.columns {
            push_line(text, &format!("    {}: {kind}", yaml_scalar(name)), why);
        }
        let found = || {
            let others = self.profile.columns.iter().filter(|column| !self.columns.contains_key(column.name.as_str()));
            others.filter(|column| column.name != self.target.name)
        };
        for column in found().take(MAX_SHOWN) {
            push_line(text, &format!("    # {}: {}", yaml_scalar(&column.name), column.kind.name()), "");
        }
        let more = found().count().saturating_sub(MAX_SHOWN);
        if more > 0 {
            push_line(text, &format!("    # and {more} more, which `crossfold data` shows"), "");
        }
    }

    fn preprocessing(&self) -> String {
        let mut text = "# How columns become inputs, fitted on each fold's training rows. The defaults:\n\
             # preprocessing:\n\
             #   numeric: {impute: median, indicator: false, log: false, scale: standard}\n\
             #   categorical: {impute: level, rare: 1, encode: one_hot}\n"
            .to_owned();
        let mut columns = String::new();
        for suspicion in &self.profile.suspicions {
            let (name, steps) = if let Suspicion::Skewed { column, .. } = suspicion {
                (column, "numeric: {log: true}")
            } else if let Suspicion::ManyLevels { column, is_feature: true, .. } = suspicion {
                (column, "categorical: {encode: embedding}")
            } else {
                continue;
            };
            if !self.columns.contains_key(name.as_str()) {
                push_line(&mut columns, &format!("#     {}: {{{steps}}}", yaml_scalar(name)), &suspicion.to_string());
            }
        }
        if !columns.is_empty() {
            text += "#   columns:\n";
            text += &columns;
        }
        text
    }

    fn model(&self) -> String {
        let batch_size = match self.size {
            Size::Small => 16,
            Size::Medium => 64,
            Size::Large => 256,
        };
        let mut text = "model:\n  kind: mlp\n  activation: relu\ntraining:\n  optimizer: adam\n".to_owned();
        push_line(&mut text, "  schedule: cosine", "the learning rate falls to 0 by the last epoch");
        push_line(&mut text, &format!("  batch_size: {batch_size}"), "training rows in one step");
        if self.target.task == Task::Classification {
            push_line(&mut text, "  # class_weights: balanced", "let rare classes count as much as large ones");
        }
        text
    }

    /// Few and many nodes, weak and strong penalties, short and long training: which of them wins differs from table to table.
    /// `docs/decisions.md` has the figures.
    fn search(&self) -> String {
        let (trials, nodes, epochs) = match self.size {
            Size::Small => (60, "[4, 8, 16, 32]", "[30, 100, 300]"),
            Size::Medium => (60, "[16, 32, 64, 128, 256]", "[10, 30, 100]"),
            Size::Large => (40, "[64, 128, 256, 512]", "[5, 15, 40]"),
        };
        let mut text = "search:\n".to_owned();
        push_line(&mut text, &format!("  strategy: {{tpe: {{trials: {trials}}}}}"), "or: random, sobol, gp");
        text += "  space:\n";
        push_line(&mut text, "    layers: [0, 1, 2, 3]", "0: a linear model, to see whether a network is worth it");
        push_line(&mut text, &format!("    nodes: {nodes}"), "");
        push_line(&mut text, "    dropout: [0.0, 0.1, 0.2, 0.4]", "");
        push_line(&mut text, "    learning_rate: {log_uniform: {low: 5e-4, high: 2e-2}}", "");
        push_line(&mut text, "    l2: {log_uniform: {low: 1e-6, high: 1e-1}}", "ridge");
        push_line(&mut text, &format!("    epochs: {epochs}"), "each with a schedule of its own");
        text
    }

    fn cross_validation(&self) -> String {
        let rows = self.profile.rows - self.target.missing;
        let part =
            if self.size == Size::Large { "hold_out: 0.2".to_owned() } else { format!("folds: {}", rows.clamp(2, 5)) };
        let (splits, comment) = match (self.constraint(), self.size) {
            (Some(Constraint::Time(column)), _) => {
                let column = yaml_scalar(column);
                (format!("{{{part}, time: {column}}}"), "each fold is trained on earlier rows only")
            }
            (Some(Constraint::Groups(column)), _) => {
                let column = yaml_scalar(column);
                (format!("{{{part}, groups: {column}}}"), "rows of a group stay together")
            }
            (None, Size::Small) => (format!("{{{part}, repeats: 3}}"), "few rows: three repeats give steadier scores"),
            (None, Size::Medium) => (format!("{{{part}}}"), "each row validates once"),
            (None, Size::Large) => (format!("{{{part}}}"), "many rows: one validation part is enough"),
        };
        let mut text = String::new();
        if self.target.task == Task::Classification && !matches!(self.constraint(), Some(Constraint::Time(_))) {
            text += "# Each fold has each class's share of the rows; `stratified: false` turns that off.\n";
        }
        push_line(&mut text, &format!("cross_validation: {splits}"), comment);
        for suspicion in &self.profile.suspicions {
            if let Suspicion::Time { .. } | Suspicion::Groups { .. } = suspicion {
                let _ = writeln!(text, "# {suspicion}:\n#   {}", suspicion.hint());
            }
        }
        if self.constraint().is_some() {
            let _ = writeln!(text, "# If rows are independent of each other: `cross_validation: {{{part}}}`.");
        }
        text
    }

    /// The columns that splits have to respect, if the table leaves little doubt.
    fn constraint(&self) -> Option<Constraint<'a>> {
        let is_date = |name: &str| {
            self.profile.columns.iter().any(|column| column.name == name && column.kind == ColumnKind::Date)
        };
        let groups = |suspicion: &'a Suspicion| {
            let Suspicion::Groups { column, one_target: true, .. } = suspicion else { return None };
            Some(Constraint::Groups(column))
        };
        let time = |suspicion: &'a Suspicion| {
            let Suspicion::Time { column } = suspicion else { return None };
            (is_date(column) && *column != self.target.name).then_some(Constraint::Time(column))
        };
        let suspicions = || self.profile.suspicions.iter();
        suspicions().find_map(groups).or_else(|| suspicions().find_map(time))
    }

    fn finish(&self, has_test: bool) -> String {
        /// If the largest class has a larger share, accuracy can hardly tell a network from a constant.
        const LARGE_CLASS: f64 = 0.8;
        let (metric, comment) = match self.target.task {
            Task::Classification if self.largest_class().1 >= LARGE_CLASS => {
                (Metric::LogLoss, "classes are far from balanced, so accuracy is not informative")
            }
            Task::Classification => (Metric::Accuracy, "or: log_loss"),
            Task::Regression => (Metric::Rmse, "or: mae, r2"),
        };
        let mut text = String::new();
        push_line(&mut text, &format!("objective: {{metric: {}}}", metric.name()), comment);
        // Three averaged networks predict better than one, which costs little where training is short.
        let (refits, networks) = match self.size {
            Size::Small | Size::Medium => ("refits: 3, ", "as 3 networks whose predictions are averaged"),
            Size::Large => ("", ""),
        };
        // It is left out where it doesn't help.
        let calibrate = if self.target.task == Task::Classification { "calibrate: true, " } else { "" };
        let comment = match (refits, has_test) {
            ("", false) => String::new(),
            (_, false) => format!("retrain the best {networks}"),
            ("", true) => "retrain the best on all rows but the test rows, then score it on these".to_owned(),
            (_, true) => format!("retrain the best {networks}, and score these on the test rows"),
        };
        push_line(&mut text, &format!("final: {{refit: best, {refits}{calibrate}test: {has_test}}}"), &comment);
        text
    }

    /// The suspicions that the sections above don't mention.
    fn suspicions(&self) -> String {
        /// The maximum number of suspicions that are shown.
        const MAX_SHOWN: usize = 40;
        let is_open = |suspicion: &&Suspicion| match suspicion {
            Suspicion::CopyOfTarget { .. }
            | Suspicion::Constant { .. }
            | Suspicion::OnlyMissing { .. }
            | Suspicion::DuplicateColumn { .. }
            | Suspicion::Time { .. }
            | Suspicion::Groups { .. }
            | Suspicion::MissingMarker { .. }
            | Suspicion::Weights { .. }
            | Suspicion::Skewed { .. } => false,
            Suspicion::Id { is_feature, is_certain, .. } => !(*is_feature && *is_certain),
            Suspicion::ManyLevels { is_feature, .. } => !is_feature,
            Suspicion::CombinationOfTarget { .. }
            | Suspicion::ConstantTarget { .. }
            | Suspicion::RareClasses { .. }
            | Suspicion::DuplicateRows { .. }
            | Suspicion::AbsurdValue { .. }
            | Suspicion::OtherSpelling { .. }
            | Suspicion::FewNumbers { .. }
            | Suspicion::NonResponse { .. }
            | Suspicion::TotalRow { .. }
            | Suspicion::MostlyMissing { .. } => true,
        };
        let open: Vec<&Suspicion> = self.profile.suspicions.iter().filter(is_open).collect();
        if open.is_empty() {
            return String::new();
        }
        let mut text = "#\n# Check these before trusting the scores:\n".to_owned();
        for suspicion in open.iter().take(MAX_SHOWN) {
            let _ = writeln!(text, "# - {suspicion}\n#   hint: {}", suspicion.hint());
        }
        if open.len() > MAX_SHOWN {
            let _ = writeln!(text, "# and {} more, which `crossfold data` shows", open.len() - MAX_SHOWN);
        }
        text
    }
}

/// The kind that the proposal gives a suspicious column; `None` if there is no clear choice.
fn proposed_kind(suspicion: &Suspicion) -> Option<&'static str> {
    match suspicion {
        Suspicion::CopyOfTarget { .. }
        | Suspicion::Constant { .. }
        | Suspicion::OnlyMissing { .. }
        | Suspicion::Weights { .. }
        | Suspicion::DuplicateColumn { .. } => Some("drop"),
        Suspicion::Id { is_feature: true, is_certain: true, .. } => Some("id"),
        Suspicion::Id { .. }
        | Suspicion::CombinationOfTarget { .. }
        | Suspicion::ConstantTarget { .. }
        | Suspicion::RareClasses { .. }
        | Suspicion::DuplicateRows { .. }
        | Suspicion::AbsurdValue { .. }
        | Suspicion::Time { .. }
        | Suspicion::Groups { .. }
        | Suspicion::MostlyMissing { .. }
        | Suspicion::MissingMarker { .. }
        | Suspicion::OtherSpelling { .. }
        | Suspicion::FewNumbers { .. }
        | Suspicion::NonResponse { .. }
        | Suspicion::TotalRow { .. }
        | Suspicion::ManyLevels { .. }
        | Suspicion::Skewed { .. } => None,
    }
}

/// Adds a line. Comments are aligned if lines are short enough.
fn push_line(text: &mut String, yaml: &str, comment: &str) {
    const COMMENTS: usize = 34;
    let _ = match comment {
        "" => writeln!(text, "{yaml}"),
        comment => writeln!(text, "{yaml:<COMMENTS$} # {comment}"),
    };
}

#[cfg(test)]
mod tests;
