//! Files of rows, what their columns seem to be, and first specs for them.
//!
//! [`load`] reads the rows of a study from the source that its spec names, or says what is wrong with the files and
//! where. A [`Profile`] shows what a table holds before there is a spec, and a [`Proposal`] is a spec made from it. An
//! [`Adapter`] reads new rows for a trained network. This is the only crate that opens files of rows, and it only
//! reads them. It knows neither how rows are split nor networks: `crossfold-data` takes the rows from here.

mod adapter;
mod csv;
mod error;
mod file;
mod mnist;
mod profile;
mod proposal;
mod yaml;

use std::path::{Path, PathBuf};

use crossfold_data::{DataError, StudyData, Targets};
use crossfold_study::{DataSource, DataSpec, Seed, Splits};

pub use adapter::Adapter;
pub use csv::{Compression, Found, FoundTable, Mistakes, Note, TableReader, parse_table, read_table};
pub use error::SourceError;
pub use mnist::IdxFault;
pub use profile::{ColumnProfile, Levels, Numbers, Profile, Summary, Suspicion, TargetProfile};
pub use proposal::{Proposal, study_name};

/// What a study needs from its source.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The spec's folder, which relative paths start from.
    pub folder: &'a Path,
    /// How the rows will be split: their columns are read as keys.
    pub splits: &'a Splits,
    /// What subsets and test rows are drawn from.
    pub seed: Seed,
    /// Whether to read test rows. They are never cut.
    pub test: bool,
    /// How many bytes of memory are available, where that is known. What is larger is refused.
    pub memory: Option<u64>,
}

impl Request<'_> {
    /// Where a path of the spec leads.
    fn locate(&self, path: &Path) -> PathBuf {
        // Without the dots of `./rows.csv`, which would only lengthen messages.
        self.folder.join(path).components().collect()
    }
}

/// A study's rows, as read.
#[derive(Debug)]
pub struct Loaded {
    pub data: StudyData,
    /// How other tables are read like the training table; `None` where rows are images.
    pub reader: Option<TableReader>,
}

/// Reads the rows that a spec names.
///
/// With `train_rows`, the training rows are a random subset in file order, in which each class has its share of the file
/// to within one row (largest remainders).
///
/// # Errors
/// Whatever keeps the files from being read exactly as they claim to be, or from being split so.
pub fn load(spec: &DataSpec, request: &Request<'_>) -> Result<Loaded, SourceError> {
    let loaded = match &spec.source {
        DataSource::Mnist(source) => mnist::load(source, spec.train_rows, request)?,
        DataSource::Csv(source) => csv::load(source, spec.train_rows, request)?,
    };
    if let Targets::Classes { labels, names } = &**loaded.data.targets()
        && labels.iter().all(|label| *label == labels[0])
    {
        let class = names[labels[0] as usize].clone();
        return Err(DataError::OneClass { class, subset: spec.train_rows.is_some() }.into());
    }
    Ok(loaded)
}
