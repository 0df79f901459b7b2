//! What can be wrong with data.

use std::io;
use std::path::PathBuf;

use crate::FoldsError;
use crate::column_fault::ColumnFault;
use crate::idx::IdxFault;
use crate::mistake::Mistakes;

/// Why a study's data can't be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    #[error("there is no file `{path}`", path = .path.display())]
    NoFile { path: PathBuf },
    #[error("can't read `{path}`: {error}", path = .path.display())]
    Unreadable { path: PathBuf, error: io::Error },
    #[error("`{path}` is not a file", path = .path.display())]
    NotAFile { path: PathBuf },
    #[error(
        "`{path}` is past the {limit} GiB that are read from one file",
        path = .path.display(),
        limit = crate::file::LARGEST >> 30
    )]
    TooLarge { path: PathBuf },
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
    #[error("`data.train_rows` asks for {asked} of {rows} rows")]
    TooFewRows { asked: usize, rows: usize },
    #[error("there is nothing to tell apart: every training row is of class `{class}`")]
    OneClass {
        class: String,
        /// Whether they are a subset that `train_rows` asked for.
        subset: bool,
    },
    #[error("images have no column `{column}` to be split by")]
    NoColumns { column: String },
    #[error("`{path}`{fault}", path = .path.display())]
    Column { path: PathBuf, fault: ColumnFault },
    #[error("can't set test rows aside by `data.test_share`: {0}")]
    TestShare(FoldsError),
    #[error(
        "{parts} parts of the rows with {inputs} inputs each take {} MB as networks see them, and {} MB of memory are left",
        .bytes / 1_000_000, .available / 1_000_000
    )]
    PartsTooLarge { parts: usize, inputs: usize, bytes: u64, available: u64 },
    #[error("`training.class_weights` weighs `{class}`, and there is no such class")]
    NoSuchClass { class: String, classes: Vec<String> },
    #[error("a test score is asked for, but there are no test rows")]
    NoTest,
}

impl DataError {
    /// What to do about it, where that can be said.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            DataError::NoFile { .. } => "paths under `data` are relative to the spec's folder",
            DataError::Unreadable { .. } => return None,
            DataError::NotAFile { .. } => "name the file itself, not its folder",
            DataError::TooLarge { .. } => "keep a subset of the rows in a file of their own",
            DataError::TooLargeForMemory { .. } => "read its first rows alone with `data.rows: N`",
            DataError::NoIdxFile { .. } => {
                "`data.path` names the folder with the four files of MNIST, relative to the spec's folder"
            }
            DataError::Idx { fault, .. } => return Some(fault.hint().to_owned()),
            DataError::Unpaired { .. } => "the two files must come from the same set",
            DataError::Label { .. } => "only sets of ten classes, like MNIST's digits, can be read from IDX files",
            DataError::ImageSize { .. } => "the test files must come from the same set as the training files",
            DataError::Table { mistakes, .. } => return mistakes.hint(),
            DataError::TooFewRows { rows, .. } => {
                return Some(format!("ask for at most {rows}, or leave it out to take all"));
            }
            DataError::OneClass { subset: true, .. } => "raise `data.train_rows`",
            DataError::OneClass { subset: false, .. } => "give rows of at least two classes",
            DataError::NoColumns { .. } => "split them by `folds` or `hold_out` alone",
            DataError::Column { fault, .. } => return Some(fault.hint()),
            DataError::TestShare(error) => return error.hint(),
            DataError::PartsTooLarge { .. } => {
                "make fewer folds or repeats, read fewer rows (`data.rows`), or encode names of many levels by `target` or \
                 `embedding` in place of `one_hot`"
            }
            DataError::NoSuchClass { classes, .. } => {
                return Some(format!("the classes are {}", crate::mistake::listed(classes)));
            }
            DataError::NoTest => {
                "name a file in `data.test_path`, set rows aside with `data.test_share`, or set `final.test: false`"
            }
        };
        Some(hint.to_owned())
    }
}
