//! The digest of a dataset, which doesn't depend on the files that it came from.

use sha2::{Digest, Sha256};

use super::{Dataset, Features};
use crate::targets::Targets;

impl Dataset {
    /// SHA-256 of features, labels and class names, in hexadecimal.
    ///
    /// Stored results are keyed by it, so its contents must never change: the numbers of rows, features and classes;
    /// each class's name, preceded by its length; the labels; `u` and the bytes, or `f` and the floats. Numbers are
    /// little-endian, counts have 64 bits.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        let count = |hash: &mut Sha256, count: usize| hash.update((count as u64).to_le_bytes());
        let shape = self.shape();
        for number in [self.rows(), shape.inputs, shape.outputs] {
            count(&mut hash, number);
        }
        match &**self.targets() {
            Targets::Classes { labels, names } => {
                for class in names {
                    count(&mut hash, class.len());
                    hash.update(class);
                }
                for label in labels {
                    hash.update(label.to_le_bytes());
                }
            }
            Targets::Numbers(numbers) => numbers.iter().for_each(|number| hash.update(number.to_le_bytes())),
        }
        match self.features() {
            Features::Bytes(values) => {
                hash.update(b"u");
                hash.update(values);
            }
            Features::Floats(values) => {
                hash.update(b"f");
                for value in values {
                    hash.update(value.to_le_bytes());
                }
            }
        }
        hex(&hash.finalize())
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn digest(features: Features) -> String {
        let targets = Targets::Classes { labels: vec![1, 0], names: vec!["no".to_owned(), "yes".to_owned()] };
        Dataset::new(features, Arc::new(targets)).digest()
    }

    /// Stored results are keyed by these digests. Expected values are from Python's `hashlib`.
    #[test]
    fn digest_never_changes() {
        assert_eq!(
            digest(Features::Bytes(vec![0, 1, 254, 255])),
            "5867b91b87268688bc779095d261f4bf98c0b799cfb889a15dc2234f16e037a5"
        );
        assert_eq!(
            digest(Features::Floats(vec![0.5, -2.0])),
            "31ecd587120cba47bc7b3a43824a5d129666725e72cc2f434d67a659731f4615"
        );
    }
}
