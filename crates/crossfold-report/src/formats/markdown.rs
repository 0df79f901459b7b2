//! Names and numbers in Markdown and YAML, escaped so that they are nothing else.

use crossfold_network::shorten;
use crossfold_study::{visible_json, visible_line};

/// Text as code, in one line.
pub(super) fn code(text: &str) -> String {
    let line = visible_line(text);
    let runs = line.split(|c| c != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or(0) + 1);
    // Markdown removes a space on either side, which separates backticks in the text from the fence.
    let needs_room = line.starts_with('`') || line.ends_with('`') || line.trim().is_empty();
    let room = if needs_room { " " } else { "" };
    format!("{fence}{room}{line}{room}{fence}")
}

/// Text in one line that is no markup but for code, which messages have in them.
pub(super) fn inert(text: &str) -> String {
    let text = visible_line(text);
    let mut inert = String::new();
    for (part, is_code) in split_code(&text) {
        for next in part.chars() {
            inert.extend((!is_code && "\\<[]!|&*".contains(next)).then_some('\\'));
            inert.push(next);
        }
    }
    inert
}

/// The parts of a text, and whether they are code with its backticks: a run of backticks begins code if one of the same length
/// ends it (CommonMark, section 6.1).
pub(super) fn split_code(text: &str) -> Vec<(&str, bool)> {
    let (mut parts, mut start, mut at) = (Vec::new(), 0, 0);
    while let Some(found) = text[at..].find('`') {
        let begin = at + found;
        let rest = &text[begin..];
        let run = rest.len() - rest.trim_start_matches('`').len();
        at = begin + run;
        if let Some(end) = end_of_code(&text[at..], run) {
            at += end;
            parts.extend([(&text[start..begin], false), (&text[begin..at], true)]);
            start = at;
        }
    }
    parts.push((&text[start..], false));
    parts
}

/// Where the run of as many backticks as `run` ends in `text`, the first one of that length.
fn end_of_code(text: &str, run: usize) -> Option<usize> {
    if run == 0 {
        return None;
    }
    let mut at = 0;
    loop {
        at += text[at..].find('`')?;
        let length = text[at..].len() - text[at..].trim_start_matches('`').len();
        at += length;
        if length == run {
            return Some(at);
        }
    }
}

/// `` `a`, `b` and 3 more ``.
pub(super) fn list<T: AsRef<str>>(names: &[T], most: usize) -> String {
    let shown: Vec<String> = names.iter().take(most).map(|name| code(name.as_ref())).collect();
    shorten(&shown, names.len())
}

/// A string in YAML, which includes JSON.
pub(super) fn quoted(text: &str) -> String {
    visible_json(&serde_json::to_string(text).expect("text is text")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_characters_in_names_are_escaped() {
        for (text, expected) in [
            ("age", "`age`"),
            ("a | *b*", "`a | *b*`"),
            ("a`b", "``a`b``"),
            ("``", "``` `` ```"),
            ("two\nlines\u{202e}", "`two\\nlines\\u{202e}`"),
            (" ", "`   `"),
        ] {
            assert_eq!(code(text), expected);
        }
        for (text, expected) in [
            ("a <img src=x> `c`", "a \\<img src=x> `c`"),
            ("two\nlines", "two\\\\nlines"),
            ("![x](http://y) | &lt;b*", "\\!\\[x\\](http://y) \\| \\&lt;b\\*"),
            ("`a[0]` [x](y)", "`a[0]` \\[x\\](y)"),
            ("``a`[b``c`[d]", "``a`[b``c`\\[d\\]"),
            ("`[x](y)", "`\\[x\\](y)"),
            ("\\`[x]`", "\\\\`[x]`"),
        ] {
            assert_eq!(inert(text), expected, "{text}");
        }
        assert_eq!(list(&["a", "b", "c"], 3), "`a`, `b`, `c`");
        assert_eq!(list(&["a", "b", "c"], 2), "`a`, `b` and 1 more");
        assert_eq!(quoted("a: \"b\"\n\u{202e}"), r#""a: \"b\"\n\u202e""#);
    }

    #[test]
    fn a_single_thing_has_the_singular() {}
}
