//! Errors in files of rows.

use std::io;
use std::path::PathBuf;

use crossfold_data::{ColumnFault, DataError};

use crate::csv::Mistakes;
use crate::mnist::IdxFault;

/// Why a file or its rows can't be used.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error("there is no file `{path}`", path = .path.display())]
    NoFile { path: PathBuf },
    #[error("can't read `{path}`: {error}", path = .path.display())]
    Unreadable { path: PathBuf, error: io::Error },
    #[error("`{path}` is not a regular file", path = .path.display())]
    NotAFile { path: PathBuf },
    #[error(
        "`{path}` is past the {} GiB that are read from one file",
        .limit >> 30, path = .path.display()
    )]
    TooLarge {
        path: PathBuf,
        /// In bytes.
        limit: u64,
    },
    #[error(
        "`{path}` is {} MB, which read as a table is more than the {} MB of memory that are left",
        .length / 1_000_000, .available / 1_000_000, path = .path.display()
    )]
    TooLargeForMemory { path: PathBuf, length: u64, available: u64 },
    #[error("`{folder}` has neither `{name}.gz` nor `{name}`", folder = .folder.display())]
    NoIdxFile { folder: PathBuf, name: &'static str },
    #[error("`{path}` {fault}", path = .path.display())]
    Idx { path: PathBuf, fault: IdxFault },
    #[error(
        "`{images_path}` has {images} images, but `{labels_path}` has {labels} labels",
        images_path = .images_path.display(),
        labels_path = .labels_path.display()
    )]
    Unpaired { images_path: PathBuf, images: usize, labels_path: PathBuf, labels: usize },
    #[error("`{path}`: the label of row {row} is {label}, where labels are 0 to 9", path = .path.display())]
    Label {
        path: PathBuf,
        /// Counted from 1.
        row: usize,
        label: u8,
    },
    #[error(
        "`{path}` has images of {found} pixels, those of the training file have {expected}",
        path = .path.display()
    )]
    ImageSize { path: PathBuf, found: String, expected: String },
    #[error("`{path}`{mistakes}", path = .path.display())]
    Table { path: PathBuf, mistakes: Mistakes },
    #[error("images have no column `{column}` to be split by")]
    NoColumns { column: String },
    #[error("`{path}`{fault}", path = .path.display())]
    Column { path: PathBuf, fault: ColumnFault },
    #[error("a test score is asked for, but there are no test rows")]
    NoTest,
    /// The files are correct, but their rows can't be used.
    #[error(transparent)]
    Rows(#[from] DataError),
}

impl SourceError {
    /// As [`SourceError::hint`], where the file and its format are given by arguments and options of a command, not by a spec.
    pub fn hint_with_options(&self) -> Option<String> {
        if let SourceError::NoFile { .. } = self {
            None
        } else if let SourceError::NotAFile { .. } = self {
            Some("name a file, not a folder, a pipe or a device; `-` reads standard input".to_owned())
        } else if let SourceError::Table { mistakes, .. } = self {
            mistakes.hint_with_options()
        } else {
            self.hint()
        }
    }

    /// What to do about it, if there is any advice.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            SourceError::NoFile { .. } => "paths under `data` are relative to the spec's folder",
            SourceError::Unreadable { .. } => return None,
            SourceError::NotAFile { .. } => "name the file itself, not its folder, a pipe or a device",
            SourceError::TooLarge { .. } => "keep a subset of the rows in a file of their own",
            SourceError::TooLargeForMemory { .. } => "read its first rows alone with `data.rows: N`",
            SourceError::NoIdxFile { .. } => {
                "`data.path` names the folder with the four files of MNIST, relative to the spec's folder"
            }
            SourceError::Idx { fault, .. } => return Some(fault.hint().to_owned()),
            SourceError::Unpaired { .. } => "the two files must come from the same set",
            SourceError::Label { .. } => "only sets of ten classes, like MNIST's digits, can be read from IDX files",
            SourceError::ImageSize { .. } => "the test files must come from the same set as the training files",
            SourceError::Table { mistakes, .. } => return mistakes.hint(),
            SourceError::NoColumns { .. } => "split them by `folds` or `hold_out` alone",
            SourceError::Column { fault, .. } => return Some(fault.hint()),
            SourceError::Rows(error) => return error.hint(),
            SourceError::NoTest => {
                "name a file in `data.test_path`, set rows aside with `data.test_share`, or set `final.test: false`"
            }
        };
        Some(hint.to_owned())
    }
}
