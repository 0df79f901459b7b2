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
    /// What is learnt from the rows.
    pub fn task(&self) -> Task {
        self.source.table().map_or(Task::Classification, |table| table.task)
    }
}

/// A source of rows. Paths are as written: relative ones start from the spec's folder.
///
/// Each source is a file of its own here, in `crossfold-spec` (its keys) and in `crossfold-sources` (its files).
#[derive(Clone, Debug, PartialEq)]
pub enum DataSource {
    Mnist(MnistSource),
    Csv(Box<CsvSource>),
}

/// What every source says about itself.
trait Source {
    /// The name used in specs.
    fn name(&self) -> &'static str;

    /// What it is, in a few words for people.
    fn description(&self) -> &'static str;

    /// The file or folder that it is known by.
    fn path(&self) -> &Path;

    /// All paths that a spec names for it.
    fn paths_mut(&mut self) -> Vec<&mut PathBuf>;

    /// What its columns are for; `None` where rows are images.
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

    /// What it is, in a few words for people.
    pub fn description(&self) -> &'static str {
        self.source().description()
    }

    /// The file or folder that it is known by.
    pub fn path(&self) -> &Path {
        self.source().path()
    }

    /// All paths that a spec names for it.
    pub fn paths(&self) -> Vec<PathBuf> {
        let mut source = self.clone();
        source.source_mut().paths_mut().into_iter().map(std::mem::take).collect()
    }

    /// The same source with all of its paths changed.
    pub fn map_paths(&self, change: impl Fn(&Path) -> PathBuf) -> DataSource {
        let mut source = self.clone();
        source.source_mut().paths_mut().into_iter().for_each(|path| *path = change(path));
        source
    }

    /// What the columns of its table are for; `None` where rows are images.
    pub fn table(&self) -> Option<&TableSpec> {
        self.source().table()
    }
}
