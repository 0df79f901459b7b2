//! Blocks of bytes as text that is safe in a page.

use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;

/// Encodes bytes by raw deflate, then base64, whose characters have no meaning in HTML. Browsers decode both without a
/// library.
pub(super) fn encode(bytes: &[u8]) -> io::Result<String> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(9));
    encoder.write_all(bytes)?;
    Ok(STANDARD.encode(encoder.finish()?))
}

#[cfg(test)]
pub(super) fn decode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let deflated = STANDARD.decode(text).unwrap();
    io::Read::read_to_end(&mut flate2::read::DeflateDecoder::new(&deflated[..]), &mut bytes).unwrap();
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_decode_to_their_bytes() {
        for bytes in [&b""[..], b"</script><!--", &[0, 255, 7].repeat(1000)] {
            let text = encode(bytes).unwrap();
            assert_eq!(decode(&text), bytes);
            assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)));
        }
    }
}
