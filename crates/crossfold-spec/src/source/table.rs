//! The keys of `data` about a table's columns, in whatever file.

use std::collections::BTreeMap;

use crossfold_network::Task;
use crossfold_study::{ColumnKind, DateOrder, GivenKind, Preprocessing, SequenceColumns, TableSpec, TestRows};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_yaml::Value;

use super::SourceSpec;
use crate::checked::Raw;
use crate::choice::{Choice, Detailed};
use crate::findings::Findings;
use crate::literal::Literal;
use crate::path::Path;
use crate::text::Text;
use crate::word::{Named, Word, enumerate};
use crate::yaml::{Entries, by_name, map, path};

/// A column's kind, and more about its values.
pub(crate) type ColumnSpec = Choice<ColumnWord, ColumnDetails>;

/// A kind, or no column at all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum ColumnWord {
    Kind(ColumnKind),
    Drop,
}

impl Named for ColumnWord {
    const ALL: &'static [ColumnWord] = &[
        ColumnWord::Kind(ColumnKind::Numeric),
        ColumnWord::Kind(ColumnKind::Categorical),
        ColumnWord::Kind(ColumnKind::Boolean),
        ColumnWord::Kind(ColumnKind::Date),
        ColumnWord::Kind(ColumnKind::Id),
        ColumnWord::Kind(ColumnKind::Text),
        ColumnWord::Drop,
    ];

    fn name(self) -> &'static str {
        match self {
            ColumnWord::Kind(kind) => kind.name(),
            ColumnWord::Drop => "drop",
        }
    }
}

/// Levels with an order, or dates in one.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(inline)]
pub(crate) struct ColumnDetails {
    /// From the lowest to the highest.
    pub(crate) ordinal: Option<Vec<Option<Literal>>>,
    /// The order of day, month and year in dates such as `1/2/2026`.
    pub(crate) date: Option<Word<DateOrder>>,
}

impl Detailed for ColumnDetails {
    const FORM: &'static str = "`{ordinal: [low, middle, high]}` or `{date: day_first}`";
}

/// The columns that make sequences of rows.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(rename = "Sequence")]
pub(crate) struct SequenceSpec {
    /// The column that says which sequence a row is of.
    #[schemars(required)]
    pub(crate) id: Option<Text>,
    /// The column with a row's place in its sequence. Left out: rows are in order.
    pub(crate) step: Option<Text>,
}

/// What to do with rows without a target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum MissingTarget {
    #[default]
    Refuse,
    Drop,
}

impl Named for MissingTarget {
    const ALL: &'static [MissingTarget] = &[MissingTarget::Refuse, MissingTarget::Drop];

    fn name(self) -> &'static str {
        match self {
            MissingTarget::Refuse => "refuse",
            MissingTarget::Drop => "drop",
        }
    }
}

/// The columns of the table that `data` describes; `None` where `findings` holds a reason.
pub(super) fn check(data: SourceSpec, preprocessing: Preprocessing, findings: &mut Findings<'_>) -> Option<TableSpec> {
    let at = Path::new("data");
    let target = findings.required(&at.key("target"), data.target, "the name of the column to predict");
    let test = match (data.test_path, data.test_share.and_then(|share| share.checked())) {
        (Some(_), Some(_)) => {
            findings.misplaced(&at.key("test_share"), "excluded by `test_path`, which names the test rows").hint =
                Some("keep one of the two".to_owned());
            TestRows::None
        }
        (Some(path), None) => TestRows::File(path.0.into()),
        (None, Some(share)) => TestRows::Share(share),
        (None, None) => TestRows::None,
    };
    let sequence = data.sequence.and_then(|sequence| {
        let id = findings.required(&at.key("sequence").key("id"), sequence.id, "the column that names a sequence")?;
        Some(SequenceColumns { id: id.0, step: sequence.step.map(|step| step.0) })
    });
    let kinds = kinds(data.columns.unwrap_or_default(), findings);
    Some(TableSpec {
        target: target?.0,
        task: data.task.map_or(Task::default(), |task| task.0),
        drop_missing_target: data.missing_target.map_or(MissingTarget::default(), |what| what.0) == MissingTarget::Drop,
        test,
        kinds,
        sequence,
        preprocessing,
    })
}

fn kinds(columns: BTreeMap<String, Option<ColumnSpec>>, findings: &mut Findings<'_>) -> BTreeMap<String, GivenKind> {
    let mut kinds = BTreeMap::new();
    for (name, spec) in columns {
        let at = Path::new("data.columns").key(&name);
        let kind = match spec {
            None => continue,
            Some(Choice::Word(ColumnWord::Drop)) => GivenKind::Drop,
            Some(Choice::Word(ColumnWord::Kind(kind))) => GivenKind::Kind(kind),
            Some(Choice::Map(ColumnDetails { ordinal, date })) => {
                match (findings.one_of(&at, &["ordinal", "date"]), date) {
                    (Some("ordinal"), _) => GivenKind::Ordinal(levels(ordinal, &at.key("ordinal"), findings)),
                    (Some(_), Some(Word(order))) => GivenKind::Date(order),
                    (Some(_), None) => {
                        let names: Vec<String> = DateOrder::ALL.map(|order| format!("`{}`", order.name())).to_vec();
                        findings.required(&at.key("date"), None::<DateOrder>, &enumerate(&names, "or"));
                        continue;
                    }
                    (None, _) => continue,
                }
            }
        };
        kinds.insert(name, kind);
    }
    kinds
}

/// The levels of an ordinal column, at least two.
fn levels(ordinal: Option<Vec<Option<Literal>>>, at: &Path, findings: &mut Findings<'_>) -> Vec<String> {
    let levels = findings.required(at, ordinal, "levels from the lowest to the highest").unwrap_or_default();
    let levels: Vec<String> = levels.into_iter().flatten().map(|Literal(text)| text).collect();
    if let Some(second) = (1..levels.len()).find(|&i| levels[..i].contains(&levels[i])) {
        findings.wrong(&at.index(second), "the same level twice");
    }
    if levels.len() < 2 && !findings.is_hole(at) {
        findings.wrong(at, "expected at least two levels");
    }
    levels
}

/// The entries of `data` about the target and the test rows.
pub(super) fn roles(table: &TableSpec) -> Entries {
    let mut entries: Entries = vec![("target", table.target.as_str().into())];
    if table.task != Task::default() {
        entries.push(("task", table.task.name().into()));
    }
    if table.drop_missing_target {
        entries.push(("missing_target", "drop".into()));
    }
    match &table.test {
        TestRows::None => {}
        TestRows::File(file) => entries.push(("test_path", path(file))),
        TestRows::Share(share) => entries.push(("test_share", (*share).into())),
    }
    entries
}

/// The entries of `data` about columns.
pub(super) fn columns(table: &TableSpec) -> Entries {
    let mut entries = Entries::new();
    if !table.kinds.is_empty() {
        entries.push(("columns", by_name(table.kinds.iter().map(|(name, given)| (name, kind(given))))));
    }
    if let Some(sequence) = &table.sequence {
        let step = sequence.step.as_ref().map(|step| ("step", step.as_str().into()));
        entries.push(("sequence", map([("id", sequence.id.as_str().into())].into_iter().chain(step))));
    }
    entries
}

fn kind(given: &GivenKind) -> Value {
    match given {
        GivenKind::Kind(kind) => kind.name().into(),
        GivenKind::Ordinal(levels) => map([("ordinal", levels.clone().into())]),
        GivenKind::Date(order) => map([("date", order.name().into())]),
        GivenKind::Drop => "drop".into(),
    }
}
