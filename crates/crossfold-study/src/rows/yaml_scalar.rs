//! Text as a scalar of YAML.

use std::fmt::Write;

/// Text as a scalar or key of YAML on one line: as it is where readers of YAML 1.1 and 1.2 take it for that text, else
/// in quotes.
pub fn yaml_scalar(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else if text.contains(is_hidden) {
        in_double_quotes(text)
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

/// Double quotes allow escapes (YAML 1.2.2, section 5.7), which YAML 1.1 reads alike.
fn in_double_quotes(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    for c in text.chars() {
        match (c, u32::from(c)) {
            ('"' | '\\', _) => write!(quoted, "\\{c}"),
            ('\n', _) => write!(quoted, "\\n"),
            ('\t', _) => write!(quoted, "\\t"),
            (_, _) if !is_hidden(c) => write!(quoted, "{c}"),
            (_, code @ ..=0xff) => write!(quoted, "\\x{code:02X}"),
            (_, code @ ..=0xffff) => write!(quoted, "\\u{code:04X}"),
            (_, code) => write!(quoted, "\\U{code:08X}"),
        }
        .expect("a string takes any text");
    }
    quoted + "\""
}

/// Whether a character is obeyed or not seen, in place of being shown.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            // Soft hyphen, the Arabic letter mark, the Mongolian vowel separator.
            '\u{ad}' | '\u{61c}' | '\u{180e}'
            // Spaces without width and marks of direction. Some scripts need the joiners between these.
            | '\u{200b}' | '\u{200e}'..='\u{200f}'
            // Line ends, embeddings and overrides; invisible operators, isolates.
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            // The byte order mark and annotations; tags.
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
        // Noncharacters, which XML doesn't allow.
        || u32::from(c) & 0xfffe == 0xfffe
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
    fn ambiguous_text_is_quoted() {
        for word in include_str!("../../../../tests/readers/ambiguous.txt").lines() {
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

    #[test]
    fn yaml_in_double_quotes() {
        let text = "\u{1b}\u{9b}\u{2028}\u{ffff}\u{e0041}\"\\\n\té";
        assert_eq!(in_double_quotes(text), r#""\x1B\x9B\u2028\uFFFF\U000E0041\"\\\n\té""#);
        assert_eq!(in_double_quotes(""), "\"\"");
    }
}
