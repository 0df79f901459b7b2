//! What a dataset is, whatever files it came from.

use sha2::{Digest, Sha256};

use crate::{Dataset, Features};

impl Dataset {
    /// SHA-256 of features, labels and class names, in hexadecimal.
    ///
    /// Stored results are found by it, so what is hashed never changes: the number of rows, of
    /// features and of classes; each class's name behind its length; the labels; `u` and the bytes
    /// or `f` and the floats. Numbers are little-endian, counts in 64 bits.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        let count = |hash: &mut Sha256, count: usize| hash.update((count as u64).to_le_bytes());
        let shape = self.shape();
        for number in [self.rows(), shape.inputs, shape.outputs] {
            count(&mut hash, number);
        }
        for class in self.classes() {
            count(&mut hash, class.len());
            hash.update(class);
        }
        for label in self.labels() {
            hash.update(label.to_le_bytes());
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
    use super::*;

    fn digest(features: Features) -> String {
        Dataset::new(features, vec![1, 0], vec!["no".to_owned(), "yes".to_owned()]).digest()
    }

    /// What Python's `hashlib` makes of the same bytes: stored results are found by them.
    #[test]
    fn the_digest_never_changes() {
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
