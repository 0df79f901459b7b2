//! Text in XML documents.

use crossfold_study::visible_text;

/// Text for an XML document, with the five special characters escaped. Those that XML doesn't allow are made visible.
pub(crate) fn escaped(text: &str) -> String {
    visible_text(text).chars().fold(String::new(), |mut escaped, c| {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            c => escaped.push(c),
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_characters_are_escaped() {
        assert_eq!(escaped("a\u{1}\u{ffff}&\"'<\n"), "a\\u{1}\\u{ffff}&amp;&quot;&apos;&lt;\n");
    }
}
