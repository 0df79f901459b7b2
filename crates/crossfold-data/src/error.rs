//! What can be wrong with data.

use std::io;
use std::path::PathBuf;

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
            DataError::NoTest => "name a file in `data.test_path`, or set `final.test: false`",
        };
        Some(hint.to_owned())
    }
}

/// Each folder under `tests/data/bad` holds data that are refused, and `refusals.txt` there says for
/// what. How they differ from good data is written in `make.py`.
#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use crossfold_study::{DataSource, DataSpec, Seed};

    use crate::load;

    const BAD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/bad");

    /// Loads the data of a folder as its spec does, and returns the message and the hint.
    fn refusal(name: &str) -> String {
        let folder = Path::new(BAD).join(name);
        let source = if name.starts_with("mnist-") {
            DataSource::Mnist { path: ".".into() }
        } else {
            let path = if name == "csv-folder" { "." } else { "rows.csv" };
            let test_path = folder.join("test.csv").exists().then(|| "test.csv".into());
            DataSource::Csv { path: path.into(), target: "y".to_owned(), test_path }
        };
        let train_rows = match name {
            "mnist-few-rows" => Some(7),
            "mnist-subset-of-one-class" => Some(1),
            "csv-few-rows" => Some(3),
            _ => None,
        };
        let need_test = name.contains("-test-");
        let error = load(&DataSpec { source, train_rows }, &folder, Seed(1), need_test).unwrap_err();
        format!("{error}\nhint: {}", error.hint().unwrap()).replace(folder.to_str().unwrap(), "DIR")
    }

    #[test]
    fn bad_data_are_refused_with_what_is_wrong_and_what_to_do() {
        let entries = std::fs::read_dir(BAD).unwrap().map(|entry| entry.unwrap());
        let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
        let names: BTreeSet<String> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
        let refusals: String = names.iter().map(|name| format!("== {name}\n{}\n", refusal(name))).collect();
        let expected = include_str!("../../../tests/data/bad/refusals.txt");
        assert!(refusals == expected, "the refusals now are:\n{refusals}");
    }
}
