//! Text as a scalar of YAML.

use crate::visible::{is_hidden, visible_yaml};

/// Text as a scalar or key of YAML on one line: as it is where readers of YAML 1.1 and 1.2 take it for that text, else
/// in quotes.
pub fn yaml_scalar(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else if text.contains(is_hidden) {
        visible_yaml(text)
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    let begins = text.trim_start_matches("../").starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '/'));
    let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ' ' | '(' | ')' | '+' | '%');
    begins && text.chars().all(goes_on) && !text.ends_with(' ') && !WORDS.contains(&text.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What PyYAML 6.0 (YAML 1.1) and ruamel.yaml 0.18 (YAML 1.2) read as text only in quotes, or as something else. The
    /// texts are held against PyYAML by `tests/readers/best_yaml.py`.
    #[test]
    fn ambiguous_text_is_yaml_scalar() {
        for word in include_str!("../../../tests/readers/ambiguous.txt").lines() {
            assert_eq!(yaml_scalar(word), format!("'{word}'"));
        }
        for plain in ["age", "Größe", "../../data/a b.csv", "/data/x.csv", "street 1", "a-b_c", "min_max", "yes please"]
        {
            assert_eq!(yaml_scalar(plain), plain);
        }
        for (text, expected) in [
            ("", "''"),
            ("it's", "'it''s'"),
            ("'", "''''"),
            ("a: b", "'a: b'"),
            ("two\nlines\t", r#""two\nlines\t""#),
            ("\u{1b}\u{9b}\u{2028}\u{ffff}\u{e0041}\"\\", r#""\x1B\x9B\u2028\uFFFF\U000E0041\"\\""#),
        ] {
            assert_eq!(yaml_scalar(text), expected);
        }
    }
}
