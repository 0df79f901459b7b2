//! MNIST's four files, and data sets of the same format.

mod fault;
mod idx;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crossfold_data::{Dataset, Features, StudyData, Targets};
use crossfold_network::Form;
use crossfold_study::{MnistSource, Seed};

use crate::error::SourceError;
use crate::{Loaded, Request};
pub use fault::IdxFault;
use idx::IdxFile;

/// Labels are the ten digits, even in data sets that lack some of them.
const CLASSES: usize = 10;

/// Reads the images of a study.
pub(crate) fn load(
    source: &MnistSource,
    train_rows: Option<usize>,
    request: &Request<'_>,
) -> Result<Loaded, SourceError> {
    if let Some(column) = request.splits.columns().next() {
        return Err(SourceError::NoColumns { column: column.to_owned() });
    }
    let (train, test) = read(&request.locate(&source.path), train_rows, request.seed, request.test)?;
    Ok(Loaded { data: StudyData::from_images(train, test), reader: None, groups: Vec::new() })
}

const TRAINING: [&str; 2] = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"];
const TEST: [&str; 2] = ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

/// The files of a data set in `folder` that are there.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    [TRAINING, TEST].into_iter().flatten().filter_map(|name| find_file(folder, name).ok()).collect()
}

/// Reads the training files in `folder`, and the test files if asked for.
fn read(
    folder: &Path,
    train_rows: Option<usize>,
    seed: Seed,
    need_test: bool,
) -> Result<(Dataset, Option<Dataset>), SourceError> {
    let train = Pair::open(folder, TRAINING)?;
    let test = need_test.then(|| Pair::open(folder, TEST)).transpose()?;
    if let Some(test) = &test
        && test.pixels() != train.pixels()
    {
        let [found, expected] = [test, &train].map(|pair| pair.pixels().map(|side| side.to_string()).join(" × "));
        return Err(SourceError::ImageSize { path: test.images.path().to_owned(), found, expected });
    }
    let subset = train.targets(None).draw_subset(train_rows, seed)?;
    Ok((train.dataset(subset.as_deref())?, test.map(|test| test.dataset(None)).transpose()?))
}

/// A file of images that aren't read yet, and their labels.
struct Pair {
    images: IdxFile<3>,
    labels: Vec<u32>,
}

impl Pair {
    fn open(folder: &Path, [images, labels]: [&'static str; 2]) -> Result<Pair, SourceError> {
        let images = IdxFile::<3>::open(&find_file(folder, images)?)?;
        let labels_path = find_file(folder, labels)?;
        let labels = IdxFile::<1>::open(&labels_path)?.values(None)?;
        let [rows, ..] = images.dimensions();
        if rows != labels.len() {
            return Err(SourceError::Unpaired {
                images_path: images.path().to_owned(),
                images: rows,
                labels_path,
                labels: labels.len(),
            });
        }
        if let Some(row) = labels.iter().position(|&label| usize::from(label) >= CLASSES) {
            return Err(SourceError::Label { path: labels_path, row: row + 1, label: labels[row] });
        }
        Ok(Pair { images, labels: labels.into_iter().map(u32::from).collect() })
    }

    /// Height and width of an image.
    fn pixels(&self) -> [usize; 2] {
        let [_, high, wide] = self.images.dimensions();
        [high, wide]
    }

    fn targets(&self, subset: Option<&[u32]>) -> Targets {
        let labels = match subset {
            Some(rows) => rows.iter().map(|&row| self.labels[row as usize]).collect(),
            None => self.labels.clone(),
        };
        Targets::Classes { labels, names: (0..CLASSES).map(|digit| digit.to_string()).collect() }
    }

    fn dataset(self, subset: Option<&[u32]>) -> Result<Dataset, SourceError> {
        let targets = Arc::new(self.targets(subset));
        let [height, width] = self.pixels();
        let form = Form::Image { height, width, channels: 1 };
        Ok(Dataset::new(Features::Bytes(self.images.values(subset)?), targets).with_form(form))
    }
}

fn find_file(folder: &Path, name: &'static str) -> Result<PathBuf, SourceError> {
    [folder.join(name).with_extension("gz"), folder.join(name)]
        .into_iter()
        .find(|path| path.exists())
        .ok_or_else(|| SourceError::NoIdxFile { folder: folder.to_owned(), name })
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    const MNIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/mnist");

    fn counts(labels: &[u32]) -> Vec<usize> {
        (0..10).map(|digit| labels.iter().filter(|&&label| label == digit).count()).collect()
    }

    fn labels(dataset: &Dataset) -> &[u32] {
        match &**dataset.targets() {
            Targets::Classes { labels, .. } => labels,
            Targets::Numbers(_) => panic!("MNIST has classes"),
        }
    }

    fn sum(dataset: &Dataset) -> u64 {
        match dataset.features() {
            Features::Bytes(values) => values.iter().map(|&value| u64::from(value)).sum(),
            Features::Floats(_) => panic!("images stay bytes"),
        }
    }

    #[test]
    fn mnist_files_match_their_readme() {
        let readme = std::fs::read_to_string(Path::new(MNIST).join("README.md")).unwrap();
        let files: Vec<&str> = readme.lines().filter(|line| line.contains(".gz`")).collect();
        assert_eq!(files.len(), 4);
        for line in files {
            let cells: Vec<&str> = line.split('`').collect();
            let digest = Sha256::digest(std::fs::read(Path::new(MNIST).join(cells[1])).unwrap());
            let found: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(found, cells[3], "{}", cells[1]);
        }
        let (train, test) = read(Path::new(MNIST), None, Seed(1), true).unwrap();
        for (name, dataset) in [("train", train), ("test", test.unwrap())] {
            let cells: Vec<String> = counts(labels(&dataset)).iter().map(usize::to_string).collect();
            let line = format!("| {name} | {} |", cells.join(" | "));
            assert!(readme.contains(&line), "{line}");
        }
    }

    /// Rows, sums of all grey levels and the first labels are from NumPy. The first sum gives MNIST's well-known mean
    /// of 0.1307. The digest is from Python's `hashlib`.
    #[test]
    fn mnist_rows_match_numpy() {
        let (train, test) = read(Path::new(MNIST), None, Seed(1), true).unwrap();
        let test = test.unwrap();
        assert_eq!((train.rows(), train.shape().inputs, sum(&train)), (60_000, 784, 1_567_298_545));
        assert_eq!((test.rows(), test.shape().outputs, sum(&test)), (10_000, 10, 264_923_200));
        assert_eq!(labels(&train)[..8], [5, 0, 4, 1, 9, 2, 1, 3]);
        assert_eq!(train.digest(), "52455bca8d03ccad17f1629341d26be29de87d9bdb1c142c34e22c449766e09d");
    }

    #[test]
    fn subset_is_stratified_and_in_file_order() {
        let (all, test) = read(Path::new(MNIST), None, Seed(1), false).unwrap();
        assert!(test.is_none());
        let (some, _) = read(Path::new(MNIST), Some(10_000), Seed(1), false).unwrap();
        // Expected counts are largest remainders, computed with NumPy.
        assert_eq!(counts(labels(&some)), [987, 1124, 993, 1022, 974, 904, 986, 1044, 975, 991]);
        let mut row = [[0.0; 784]; 2];
        let mut next = 0..all.rows() as u32;
        for kept in 0..some.rows() as u32 {
            some.gather(&[kept], &mut row[0]);
            let found = next.any(|candidate| {
                all.gather(&[candidate], &mut row[1]);
                row[0] == row[1] && labels(&some)[kept as usize] == labels(&all)[candidate as usize]
            });
            assert!(found, "row {kept} of the subset is not in the file behind the one before");
        }
    }

    #[test]
    fn subset_depends_on_the_seed() {
        let [a, b, again] =
            [1, 2, 1].map(|seed| read(Path::new(MNIST), Some(100), Seed(seed), false).unwrap().0.digest());
        assert_ne!(a, b);
        assert_eq!(a, again);
    }

    /// Writes the training files to a folder that has no test files.
    #[test]
    fn uncompressed_files_are_read() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/bad/mnist-test-missing");
        let (train, _) = read(Path::new(folder), None, Seed(1), false).unwrap();
        assert_eq!(labels(&train), [3, 1, 4, 1, 5, 9]);
        let expected = (0..24u32).map(|i| (17 * i % 256) as u8).collect();
        assert_eq!(*train.features(), Features::Bytes(expected));
    }
}
