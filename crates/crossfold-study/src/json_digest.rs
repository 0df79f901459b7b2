//! Digests within JSON files, which tell whether a file is as it was written.
//!
//! A digest covers all text but white space between values, so that line ends and indentation may change: version
//! control and formatters change them.

use crate::Fingerprint;

/// JSON in which `"digest": ""`, the first of that name, has the digest of the text and of the contents of other files
/// that belong to it.
pub fn add_digest(json: &str, others: &[u8]) -> String {
    json.replacen(r#""digest": """#, &format!(r#""digest": "{}""#, digest(json, "", others)), 1)
}

/// Whether `known`, the digest within the text, is the one that [`add_digest`] added.
pub fn has_digest(json: &[u8], known: &str, others: &[u8]) -> bool {
    digest(&String::from_utf8_lossy(json), known, others) == known
}

/// The digest of a text without the digest itself.
fn digest(json: &str, known: &str, others: &[u8]) -> String {
    let (mut is_in_string, mut is_escaped) = (false, false);
    let is_content = |c: &char| {
        is_in_string ^= *c == '"' && !is_escaped;
        is_escaped = *c == '\\' && !is_escaped;
        is_in_string || !c.is_ascii_whitespace()
    };
    let content: String = json.chars().filter(is_content).collect();
    let content = content.replacen(&format!(r#""digest":"{known}""#), r#""digest":"""#, 1);
    Fingerprint::from_pieces([content.as_bytes(), others]).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected value is from `sha256sum`, for `{"digest":"","a":["x y\" z","C:\\",1.5]}beside`.
    #[test]
    fn only_white_space_between_values_may_change() {
        let written = add_digest("{\n  \"digest\": \"\",\n  \"a\": [\"x y\\\" z\", \"C:\\\\\", 1.5]\n}\n", b"beside");
        let known = "629920d4f6c1776f";
        assert!(written.contains(&format!("\"digest\": \"{known}\"")), "{written}");
        let holds = |text: &str, others: &[u8]| has_digest(text.as_bytes(), known, others);
        for same in [written.clone(), written.replace('\n', "\r\n"), written.replace("\n  ", ""), format!(" {written}")]
        {
            assert!(holds(&same, b"beside"), "{same}");
        }
        assert!(!holds(&written, b"besides"));
        for (from, to) in [("1.5", "1.6"), ("x y", "xy"), ("y\\\" z", "y\\\"z"), ("\"a\"", "\"b\""), ("]", ",0]")] {
            assert!(!holds(&written.replace(from, to), b"beside"), "{from}");
        }
        assert!(!has_digest(b"{}", "", b""), "no file is without a digest");
    }
}
