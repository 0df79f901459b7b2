//! What a spec says of a table: how it is read, and what its columns are.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::choice::{Choice, Detailed};
use super::findings::Findings;
use super::literal::Literal;
use super::path::Path;
use super::raw::{Raw, SourceSpec};
use super::text::Text;
use super::word::{MissingTarget, Named};
use crossfold_network::Task;
use crossfold_study::{ColumnKind, GivenKind, TableFormat};
use crossfold_study::{Preprocessing, SequenceColumns, TableSource, TestRows};

/// A column's kind, or `{ordinal: [low, high]}`.
pub(super) type ColumnSpec = Choice<ColumnWord, OrdinalSpec>;

/// A kind, or no column at all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum ColumnWord {
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

/// Levels with an order.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(inline)]
pub(super) struct OrdinalSpec {
    /// From the lowest to the highest.
    #[schemars(required)]
    pub(super) ordinal: Option<Vec<Option<Literal>>>,
}

impl Detailed for OrdinalSpec {
    const FORM: &'static str = "`{ordinal: [low, middle, high]}`";
}

/// The columns that make sequences of rows.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
#[schemars(rename = "Sequence")]
pub(super) struct SequenceSpec {
    /// The column that says which sequence a row is of.
    #[schemars(required)]
    pub(super) id: Option<Text>,
    /// The column with a row's place in its sequence. Left out: rows are in order.
    pub(super) step: Option<Text>,
}

/// The table that `data` describes; `None` where `findings` holds a reason.
pub(super) fn check(
    data: SourceSpec,
    preprocessing: Preprocessing,
    findings: &mut Findings<'_>,
) -> Option<TableSource> {
    let at = Path::of("data");
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
    let missing = data.missing.map(|markers| markers.into_iter().flatten().map(|Literal(text)| text).collect());
    let sequence = data.sequence.and_then(|sequence| {
        let id = findings.required(&at.key("sequence").key("id"), sequence.id, "the column that names a sequence")?;
        Some(SequenceColumns { id: id.0, step: sequence.step.map(|step| step.0) })
    });
    Some(TableSource {
        path: data.path?.0.into(),
        target: target?.0,
        task: data.task.map_or(Task::default(), |task| task.0),
        drop_missing_target: data.missing_target.is_some_and(|what| what.0 == MissingTarget::Drop),
        test,
        format: TableFormat {
            delimiter: data.delimiter.map(|word| word.0),
            header: data.header.map(|switch| switch.0),
            encoding: data.encoding.map(|word| word.0),
            decimal: data.decimal.map(|word| word.0),
            missing,
            rows: data.rows.map(|rows| rows.get()),
        },
        kinds: kinds(data.columns.unwrap_or_default(), findings),
        sequence,
        preprocessing,
    })
}

fn kinds(columns: BTreeMap<String, Option<ColumnSpec>>, findings: &mut Findings<'_>) -> BTreeMap<String, GivenKind> {
    let mut kinds = BTreeMap::new();
    for (name, spec) in columns {
        let at = Path::of("data.columns").key(&name);
        let kind = match spec {
            None => continue,
            Some(Choice::Word(ColumnWord::Drop)) => GivenKind::Drop,
            Some(Choice::Word(ColumnWord::Kind(kind))) => GivenKind::Kind(kind),
            Some(Choice::Map(OrdinalSpec { ordinal })) => {
                let at = at.key("ordinal");
                let levels =
                    findings.required(&at, ordinal, "levels from the lowest to the highest").unwrap_or_default();
                let levels: Vec<String> = levels.into_iter().flatten().map(|Literal(text)| text).collect();
                if let Some(second) = (1..levels.len()).find(|&i| levels[..i].contains(&levels[i])) {
                    findings.wrong(&at.index(second), "the same level twice");
                }
                if levels.len() < 2 && !findings.is_hole(&at) {
                    findings.wrong(&at, "expected at least two levels");
                }
                GivenKind::Ordinal(levels)
            }
        };
        kinds.insert(name, kind);
    }
    kinds
}
