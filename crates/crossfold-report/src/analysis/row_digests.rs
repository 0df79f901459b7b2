//! The digests of a baseline's rows, by which they are recognised in data that have changed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use crossfold_study::RowDigest;
use serde::{Deserialize, Serialize};

/// The bytes that a row takes in a file: its inputs' digest, then its target's.
const BYTES: usize = 8;

/// The digest of each row of the file that is trained on, by its place in the file; `None` for others. In a baseline it is
/// Base64 of 8 bytes per row, which are zeros for `None`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RowDigests(pub Vec<Option<RowDigest>>);

impl RowDigests {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The places and digests of the rows that are trained on.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (usize, RowDigest)> {
        self.0.iter().enumerate().filter_map(|(place, digest)| Some((place, (*digest)?)))
    }
}

impl From<RowDigests> for String {
    fn from(RowDigests(digests): RowDigests) -> String {
        let bytes = |digest: &Option<RowDigest>| {
            let mut bytes = [0; BYTES];
            if let Some(RowDigest { inputs, target }) = digest {
                bytes[..inputs.len()].copy_from_slice(inputs);
                bytes[inputs.len()..].copy_from_slice(target);
            }
            bytes
        };
        STANDARD_NO_PAD.encode(digests.iter().flat_map(bytes).collect::<Vec<u8>>())
    }
}

/// The text isn't of digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected Base64 of {BYTES} bytes per row")]
pub struct ParseDigestsError;

impl TryFrom<String> for RowDigests {
    type Error = ParseDigestsError;

    fn try_from(text: String) -> Result<RowDigests, ParseDigestsError> {
        let bytes = STANDARD_NO_PAD.decode(text).map_err(|_| ParseDigestsError)?;
        let (rows, rest) = bytes.as_chunks::<BYTES>();
        let digest = |&[a, b, c, d, e, f, g, h]: &[u8; BYTES]| RowDigest { inputs: [a, b, c, d, e, f], target: [g, h] };
        let known = |row: &[u8; BYTES]| (row != &[0; BYTES]).then(|| digest(row));
        if rest.is_empty() { Ok(RowDigests(rows.iter().map(known).collect())) } else { Err(ParseDigestsError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected text is from Python's `base64.b64encode(bytes(range(1, 9)) + bytes(8))`.
    #[test]
    fn digests_round_trip() {
        let digest = RowDigest { inputs: [1, 2, 3, 4, 5, 6], target: [7, 8] };
        let digests = RowDigests(vec![Some(digest), None]);
        let text = String::from(digests.clone());
        assert_eq!(text, "AQIDBAUGBwgAAAAAAAAAAA");
        assert_eq!(RowDigests::try_from(text.clone()), Ok(digests.clone()));
        assert_eq!(digests.rows().collect::<Vec<_>>(), [(0, digest)]);
        for broken in [&text[..12], "A", "!!!!!!!!!!!"] {
            assert_eq!(RowDigests::try_from(broken.to_owned()), Err(ParseDigestsError), "{broken}");
        }
    }
}
