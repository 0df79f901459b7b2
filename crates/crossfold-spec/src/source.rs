//! `data`: where rows come from.
//!
//! All sources share one map of keys, so that a key in the wrong source is reported as such. Each source has a file that
//! checks its keys and writes them.

mod csv;
mod mnist;
mod table;

use std::collections::BTreeMap;

use crossfold_network::Task;
use crossfold_study::{CsvSource, DataSource, DataSpec, DecimalMark, MnistSource, TextEncoding};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_yaml::Value;

use super::delimiter::DelimiterWord;
use super::findings::Findings;
use super::missing::MissingSpec;
use super::number::Count;
use super::path::Path;
use super::preprocessing::PreprocessingSpec;
use super::share::Share;
use super::switch::Switch;
use super::text::Text;
use super::word::{Named, Word, list_names};
use super::yaml::map;
use table::{ColumnSpec, MissingTarget, SequenceSpec};

/// Where the rows come from.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a map")]
pub(super) struct SourceSpec {
    #[schemars(required, description = SourceKind::describe_all())]
    pub(super) source: Option<Word<SourceKind>>,
    /// The folder or file, relative to this spec.
    #[schemars(required)]
    pub(super) path: Option<Text>,
    /// The column to predict (`csv`).
    pub(super) target: Option<Text>,
    /// The task: to predict one of several classes, or a number (`csv`).
    #[schemars(extend("default" = Task::default().name()))]
    pub(super) task: Option<Word<Task>>,
    /// What happens to rows without a target (`csv`).
    #[schemars(extend("default" = MissingTarget::default().name()))]
    pub(super) missing_target: Option<Word<MissingTarget>>,
    /// A file with the test rows, relative to this spec (`csv`).
    pub(super) test_path: Option<Text>,
    /// Set aside this share of the rows for the test (`csv`).
    pub(super) test_share: Option<Share>,
    /// The field delimiter (`csv`): `comma`, `semicolon`, `tab`, `pipe`, `space` (any amount of white space), or one
    /// character. Left out: detected.
    pub(super) delimiter: Option<DelimiterWord>,
    /// Whether the first line names the columns (`csv`). Left out: detected.
    pub(super) header: Option<Switch>,
    /// The character encoding (`csv`). Left out: detected.
    pub(super) encoding: Option<Word<TextEncoding>>,
    /// The decimal mark of numbers (`csv`). Left out: detected.
    pub(super) decimal: Option<Word<DecimalMark>>,
    /// The texts and numbers that mark a missing value (`csv`): a list for all columns, in place of the usual `NA`, `?`, …;
    /// or a list per column, such as `{age: [999]}`, besides those of `"*"`, which is for all columns. An empty cell is
    /// always missing.
    pub(super) missing: Option<MissingSpec>,
    /// Read only this many rows from the beginning of the file (`csv`).
    pub(super) rows: Option<Count<1, { u32::MAX as u64 }>>,
    /// The kinds of columns (`csv`): `numeric`, `categorical`, `boolean`, `date`, `id`, `text`,
    /// `{ordinal: [low, high]}`, `{date: day_first}`, or `drop`. Left out: detected.
    pub(super) columns: Option<BTreeMap<String, Option<ColumnSpec>>>,
    /// The columns of sequences whose steps are rows (`csv`).
    pub(super) sequence: Option<SequenceSpec>,
    /// Train on a stratified subset of this many rows. Left out: all. Test rows are never cut.
    pub(super) train_rows: Option<Count<2, { u32::MAX as u64 }>>,
}

macro_rules! kinds {
    ($($kind:ident: $source:ty),* $(,)?) => {
        /// A source by its name.
        #[derive(Clone, Copy, Debug)]
        pub(super) enum SourceKind {
            $($kind),*
        }

        impl Named for SourceKind {
            const ALL: &'static [SourceKind] = &[$(SourceKind::$kind),*];

            fn name(self) -> &'static str {
                match self {
                    $(SourceKind::$kind => <$source>::NAME),*
                }
            }
        }

        impl SourceKind {
            /// The description of `source` in the schema: what each is.
            fn describe_all() -> String {
                [$((<$source>::NAME, <$source>::DOCUMENTATION)),*]
                    .map(|(name, documentation)| format!("`{name}`: {documentation}."))
                    .join(" ")
            }
        }
    };
}

kinds! {
    Mnist: MnistSource,
    Csv: CsvSource,
}

/// The rows that `data` asks for; `None` where `findings` holds a reason.
pub(super) fn check(
    data: SourceSpec,
    preprocessing: Option<PreprocessingSpec>,
    findings: &mut Findings<'_>,
) -> Option<DataSpec> {
    let at = Path::new("data");
    let source = findings.required(&at.key("source"), data.source, &list_names::<SourceKind>());
    findings.required(&at.key("path"), data.path.as_ref(), "a path, relative to the spec");
    let train_rows = data.train_rows.map(|rows| usize::try_from(rows.get()).expect("a 32-bit count is an index"));
    let source = match source?.0 {
        SourceKind::Mnist => DataSource::Mnist(mnist::check(data, findings)?),
        SourceKind::Csv => DataSource::Csv(Box::new(csv::check(data, preprocessing, findings)?)),
    };
    Some(DataSpec { source, train_rows })
}

/// The value of `data`.
pub(super) fn write(data: &DataSpec) -> Value {
    let mut entries = vec![("source", data.source.name().into())];
    entries.extend(match &data.source {
        DataSource::Mnist(source) => mnist::entries(source),
        DataSource::Csv(source) => csv::entries(source),
    });
    entries.extend(data.train_rows.map(|rows| ("train_rows", (rows as u64).into())));
    map(entries)
}
