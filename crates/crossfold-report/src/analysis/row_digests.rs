//! The digests of a baseline's rows, by which they are recognised in data that have changed.

use std::collections::HashSet;

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
    /// Digests by which rows are recognised whatever their places, ascending, so that they don't disclose any order.
    pub fn of_a_set(mut digests: Vec<RowDigest>) -> RowDigests {
        digests.sort_unstable_by_key(|digest| (digest.inputs, digest.target));
        digests.dedup();
        RowDigests(digests.into_iter().map(Some).collect())
    }

    /// Number of `rows` that are among these.
    pub fn count_known(&self, rows: &[RowDigest]) -> usize {
        let known: HashSet<RowDigest> = self.rows().map(|(_, digest)| digest).collect();
        rows.iter().filter(|row| known.contains(row)).count()
    }

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

    #[test]
    fn rows_of_a_set_are_recognised() {
        let [a, b, c, d] = [(1, 9), (2, 1), (2, 2), (1, 8)]
            .map(|(inputs, target)| RowDigest { inputs: [inputs; 6], target: [target; 2] });
        let set = RowDigests::of_a_set(vec![c, a, b, a]);
        assert_eq!(set, RowDigests(vec![Some(a), Some(b), Some(c)]));
        assert_eq!((set.count_known(&[d, b, a, a]), RowDigests::default().count_known(&[a])), (3, 0));
    }

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
