//! Readers of files of rows, profiles of tables, and proposals of specs.
//!
//! [`load`] reads the rows of a study from the source that its spec names, or says what is wrong with the files and
//! where. A [`Profile`] describes a table before there is a spec, and a [`Proposal`] is a spec made from it. An
//! [`Adapter`] reads new rows for a trained network. This is the only crate that opens files of rows, and it never
//! writes. Splitting and preprocessing are left to `crossfold-data`.

mod adapter;
mod csv;
mod error;
mod file;
mod mnist;
mod profile;
mod proposal;
mod table;

use std::path::{Path, PathBuf};

use crossfold_data::{DataError, StudyData, SuspectedGroups, Targets};
use crossfold_study::{DataSource, DataSpec, Seed, Splits};

pub use adapter::Adapter;
pub use csv::{Compression, DetectedFormat, Mistakes, Note, ParsedTable, TableReader, parse_table, read_table};
pub use error::SourceError;
pub use mnist::IdxFault;
pub use profile::{ColumnProfile, Levels, Numbers, Profile, Summary, Suspicion, TargetProfile};
pub use proposal::{Proposal, study_name};

/// A study's request to its source.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The spec's folder, to which relative paths refer.
    pub folder: &'a Path,
    /// How the rows will be split. The columns named here are read as keys.
    pub splits: &'a Splits,
    /// The seed of subsets and test rows.
    pub seed: Seed,
    /// Whether to read test rows. They are never reduced to a subset.
    pub test: bool,
    /// The number of available bytes of memory, if known. Larger data is refused.
    pub memory: Option<u64>,
}

impl Request<'_> {
    /// Resolves a path in the spec.
    fn locate(&self, path: &Path) -> PathBuf {
        // The `./` of `./rows.csv` would only lengthen messages.
        self.folder.join(path).components().collect()
    }
}

/// A study's rows, with the reader for other tables.
#[derive(Debug)]
pub struct Loaded {
    pub data: StudyData,
    /// Reads other tables like the training table; `None` if rows are images.
    pub reader: Option<TableReader>,
    /// Columns that look like groups of rows.
    pub groups: Vec<SuspectedGroups>,
}

/// The files that a source reads, where relative paths start from `folder`. Of a folder they are those that MNIST has.
pub fn files(source: &DataSource, folder: &Path) -> Vec<PathBuf> {
    let paths = source.paths().into_iter().map(|path| folder.join(path));
    paths.flat_map(|path| if path.is_dir() { mnist::files(&path) } else { vec![path] }).collect()
}

/// Reads the rows that a spec names.
///
/// With `train_rows`, the training rows are a random subset in file order, in which each class has its share of the
/// file to within one row (largest remainders).
///
/// # Errors
/// If a file can't be read, doesn't have the format that it claims, doesn't match the spec, or doesn't fit into memory.
pub fn load(spec: &DataSpec, request: &Request<'_>) -> Result<Loaded, SourceError> {
    let loaded = match &spec.source {
        DataSource::Mnist(source) => mnist::load(source, spec.train_rows, request)?,
        DataSource::Csv(source) => table::load(source, spec.train_rows, request)?,
    };
    if let Targets::Classes { labels, names } = &**loaded.data.targets()
        && labels.iter().all(|label| *label == labels[0])
    {
        let class = names[labels[0] as usize].clone();
        return Err(DataError::OneClass { class, subset: spec.train_rows.is_some() }.into());
    }
    Ok(loaded)
}
