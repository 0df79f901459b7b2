//! `data` with `source: csv`.

use crossfold_study::{CsvSource, TableFormat};

use super::{SourceSpec, table};
use crate::findings::Findings;
use crate::literal::Literal;
use crate::preprocessing::{self, PreprocessingSpec};
use crate::yaml::{Entries, path};

/// The source; `None` where `findings` holds a reason.
pub(super) fn check(
    mut data: SourceSpec,
    preprocessing: Option<PreprocessingSpec>,
    findings: &mut Findings<'_>,
) -> Option<CsvSource> {
    let preprocessing = preprocessing::check(preprocessing.unwrap_or_default(), findings);
    let path = data.path.take();
    let missing = data.missing.take();
    let format = TableFormat {
        delimiter: data.delimiter.map(|word| word.0),
        header: data.header.map(|switch| switch.0),
        encoding: data.encoding.map(|word| word.0),
        decimal: data.decimal.map(|word| word.0),
        missing: missing.map(|markers| markers.into_iter().flatten().map(|Literal(text)| text).collect()),
        rows: data.rows.map(|rows| rows.get()),
    };
    let table = table::check(data, preprocessing, findings);
    Some(CsvSource { path: path?.0.into(), format, table: table? })
}

/// The entries of `data`, besides `source` and `train_rows`.
pub(super) fn entries(source: &CsvSource) -> Entries {
    let CsvSource { path: file, format, table } = source;
    let TableFormat { delimiter, header, encoding, decimal, missing, rows } = format;
    let mut entries = vec![("path", path(file))];
    entries.extend(table::roles(table));
    entries.extend(delimiter.map(|delimiter| ("delimiter", delimiter.name().into())));
    entries.extend(header.map(|header| ("header", header.into())));
    entries.extend(encoding.map(|encoding| ("encoding", encoding.name().into())));
    entries.extend(decimal.map(|decimal| ("decimal", decimal.name().into())));
    entries.extend(missing.as_ref().map(|markers| ("missing", markers.clone().into())));
    entries.extend(rows.map(|rows| ("rows", rows.into())));
    entries.extend(table::columns(table));
    entries
}
