//! `data` with `source: csv`.

use crossfold_study::{CsvSource, MissingMarkers, TableFormat};
use serde_yaml::Value;

use super::{SourceSpec, table};
use crate::findings::Findings;
use crate::missing::MissingSpec;
use crate::preprocessing::{self, PreprocessingSpec};
use crate::yaml::{Entries, map, path};

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
        missing: missing.map(MissingSpec::markers).unwrap_or_default(),
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
    entries.extend(markers(missing).map(|markers| ("missing", markers)));
    entries.extend(rows.map(|rows| ("rows", rows.into())));
    entries.extend(table::columns(table));
    entries
}

/// The value of `missing`; `None` for the default markers.
fn markers(missing: &MissingMarkers) -> Option<Value> {
    let MissingMarkers { everywhere, columns } = missing;
    if columns.is_empty() {
        return everywhere.clone().map(Value::from);
    }
    let everywhere = everywhere.iter().map(|markers| (MissingMarkers::EVERYWHERE, markers));
    let columns = columns.iter().map(|(column, markers)| (column.as_str(), markers));
    Some(map(everywhere.chain(columns).map(|(name, markers)| (name, Value::from(markers.clone())))))
}
