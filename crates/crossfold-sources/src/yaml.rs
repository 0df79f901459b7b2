//! YAML scalars in files that are edited by hand.

use crossfold_study::visible_yaml;

/// Words that some YAML parsers read as something other than text.
const RESERVED: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];

/// Formats text as a scalar or key on one line: plain if every parser reads it as that text, otherwise in double
/// quotes.
pub(crate) fn scalar(text: &str) -> String {
    let relative = text.trim_start_matches("../");
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
    let bare = relative.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '/'))
        && relative.chars().all(is_plain)
        && !RESERVED.contains(&text.to_ascii_lowercase().as_str());
    if bare { text.to_owned() } else { visible_yaml(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ambiguous_scalars_are_quoted() {
        for bare in ["age", "MedInc", "a.b", "_x", "x-1", "../data/rows.csv", "/data/rows.csv"] {
            assert_eq!(scalar(bare), bare);
        }
        for (text, expected) in [
            ("", r#""""#),
            ("2019", r#""2019""#),
            ("No", r#""No""#),
            ("a: b", r#""a: b""#),
            ("a #b", r##""a #b""##),
            ("-", r#""-""#),
            ("Größe", r#""Größe""#),
            ("say \"x\\y\"", r#""say \"x\\y\"""#),
            ("two\nlines\r\u{2028}", r#""two\nlines\x0D\u2028""#),
        ] {
            assert_eq!(scalar(text), expected);
        }
    }
}
