//! Short hashes that tell whether two things have the same bits.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// The first 64 bits of a SHA-256: equal for equal bytes, and for others only with probability 10⁻¹⁹.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 8]);

impl Fingerprint {
    /// The fingerprint of the concatenated `pieces`.
    pub fn from_pieces<P: AsRef<[u8]>>(pieces: impl IntoIterator<Item = P>) -> Fingerprint {
        let hash = pieces.into_iter().fold(Sha256::new(), |hash, piece| hash.chain_update(piece));
        let mut first = [0; 8];
        first.copy_from_slice(&hash.finalize()[..8]);
        Fingerprint(first)
    }

    pub fn to_bytes(self) -> [u8; 8] {
        self.0
    }
}

/// In hexadecimal.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// The text isn't a fingerprint.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("expected 16 hexadecimal digits and not `{0}`")]
pub struct ParseFingerprintError(String);

/// Parses the output of `Display`.
impl FromStr for Fingerprint {
    type Err = ParseFingerprintError;

    fn from_str(text: &str) -> Result<Fingerprint, ParseFingerprintError> {
        let none = || ParseFingerprintError(text.to_owned());
        if text.len() != 16 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(none());
        }
        u64::from_str_radix(text, 16).map(|number| Fingerprint(number.to_be_bytes())).map_err(|_| none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected value is from `sha256sum`, for `abc`.
    #[test]
    fn fingerprint_is_a_prefix_of_sha256() {
        let found = Fingerprint::from_pieces([b"ab".as_slice(), b"c"]);
        assert_eq!(found.to_string(), "ba7816bf8f01cfea");
        assert_eq!("ba7816bf8f01cfea".parse(), Ok(found));
        for text in ["", "ba7816bf8f01cfe", "+a7816bf8f01cfea", "ba7816bf8f01cfeaa", "éa7816bf8f01cfe"] {
            assert!(text.parse::<Fingerprint>().is_err(), "{text}");
        }
    }
}
