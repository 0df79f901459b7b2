//! Reading other tables in the same way as the training table.

use std::collections::BTreeMap;
use std::path::Path;

use crossfold_study::{MissingMarkers, TableFormat};

use super::columns;
use super::header::Template;
use super::schema::Schema;
use super::{ParsedTable, read_rows};
use crate::error::SourceError;

/// Reads tables with the format of the training table, and with columns of the same kinds.
#[derive(Clone, Debug)]
pub struct TableReader {
    /// The settings in the spec.
    pub(crate) format: TableFormat,
    /// The columns of the training table.
    pub(crate) schema: Schema,
}

impl TableReader {
    /// Reads a table. Its dialect is detected where `format` leaves it open, and is that of the training table where
    /// detection can't tell. Columns are found by name. Those for which `need` returns `false` may be missing. `memory` is
    /// the number of available bytes, if known.
    ///
    /// # Errors
    /// If the file can't be read, doesn't fit into `memory`, lacks a column, or has values that don't fit a column's
    /// kind.
    pub(crate) fn read(
        &self,
        path: &Path,
        format: &TableFormat,
        need: impl Fn(&str) -> bool,
        memory: Option<u64>,
    ) -> Result<ParsedTable, SourceError> {
        let MissingMarkers { everywhere, columns } = self.format.missing.clone();
        let missing = MissingMarkers { everywhere: format.missing.everywhere.clone().or(everywhere), columns };
        let format = TableFormat { missing, ..format.clone() };
        let template = Template { format: &self.format, schema: &self.schema, need: &need };
        let parse = |bytes: &[u8]| columns::parse(bytes, &format, &BTreeMap::new(), Some(&template), memory);
        parse(&read_rows(path, &format, memory, &parse)?)
            .map_err(|mistakes| SourceError::Table { path: path.to_owned(), mistakes })
    }
}
