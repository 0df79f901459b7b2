//! Images in the four files of MNIST.

use std::path::{Path, PathBuf};

use super::Source;
use crate::rows::TableSpec;

/// A folder with MNIST's four IDX files, gzipped or not.
#[derive(Clone, Debug, PartialEq)]
pub struct MnistSource {
    pub path: PathBuf,
}

impl MnistSource {
    /// The name used in specs.
    pub const NAME: &str = "mnist";
    /// What it is, in the schema of specs.
    pub const DOCUMENTATION: &str = "a folder with MNIST's four files";
}

impl Source for MnistSource {
    fn name(&self) -> &'static str {
        MnistSource::NAME
    }

    fn description(&self) -> &'static str {
        "a folder of MNIST's IDX files"
    }

    fn path(&self) -> &Path {
        &self.path
    }

    fn paths_mut(&mut self) -> Vec<&mut PathBuf> {
        let MnistSource { path } = self;
        vec![path]
    }

    fn table(&self) -> Option<&TableSpec> {
        None
    }
}
