//! Where a study's rows come from.

mod csv;
mod mnist;

use std::path::{Path, PathBuf};

use crossfold_network::Task;

pub use csv::{CsvSource, DecimalMark, Delimiter, TableFormat, TextEncoding};
pub use mnist::MnistSource;

use crate::rows::TableSpec;

/// The rows that a spec asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct DataSpec {
    pub source: DataSource,
    /// The number of training rows in a stratified subset; `None` keeps all. Test rows are never cut.
    pub train_rows: Option<usize>,
}

impl DataSpec {
    /// The task to learn from the rows.
    pub fn task(&self) -> Task {
        self.source.table().map_or(Task::Classification, |table| table.task)
    }
}

/// A source of rows. Paths are as written: relative ones start from the spec's folder.
///
/// Each source has one file here, one in `crossfold-spec` (its keys) and one in `crossfold-sources` (its reader).
#[derive(Clone, Debug, PartialEq)]
pub enum DataSource {
    Mnist(MnistSource),
    Csv(Box<CsvSource>),
}

/// The properties that every source has.
trait Source {
    /// The name used in specs.
    fn name(&self) -> &'static str;

    /// A noun phrase for messages.
    fn description(&self) -> &'static str;

    /// The file or folder that identifies the source.
    fn path(&self) -> &Path;

    /// All paths in the source's section of a spec.
    fn paths_mut(&mut self) -> Vec<&mut PathBuf>;

    /// The roles of the table's columns; `None` if rows are images.
    fn table(&self) -> Option<&TableSpec>;
}

impl DataSource {
    fn source(&self) -> &dyn Source {
        match self {
            DataSource::Mnist(mnist) => mnist,
            DataSource::Csv(csv) => &**csv,
        }
    }

    fn source_mut(&mut self) -> &mut dyn Source {
        match self {
            DataSource::Mnist(mnist) => mnist,
            DataSource::Csv(csv) => &mut **csv,
        }
    }

    /// The name used in specs.
    pub fn name(&self) -> &'static str {
        self.source().name()
    }

    /// A noun phrase for messages.
    pub fn description(&self) -> &'static str {
        self.source().description()
    }

    /// The file or folder that identifies the source.
    pub fn path(&self) -> &Path {
        self.source().path()
    }

    /// All paths in the source's section of a spec.
    pub fn paths(&self) -> Vec<PathBuf> {
        let mut source = self.clone();
        source.source_mut().paths_mut().into_iter().map(std::mem::take).collect()
    }

    /// The same source with `change` applied to all of its paths.
    pub fn map_paths(&self, change: impl Fn(&Path) -> PathBuf) -> DataSource {
        let mut source = self.clone();
        source.source_mut().paths_mut().into_iter().for_each(|path| *path = change(path));
        source
    }

    /// The roles of the table's columns; `None` if rows are images.
    pub fn table(&self) -> Option<&TableSpec> {
        self.source().table()
    }
}
