//! Names and numbers in Markdown and YAML, escaped so that they are nothing else.

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

/// Text in one line that is neither markup nor a comment. Backticks stay, because messages have code in them.
pub(super) fn inert(text: &str) -> String {
    visible_line(text).replace('<', "\\<")
}

/// `` `a`, `b` and 3 more ``.
pub(super) fn list<T: AsRef<str>>(names: &[T], most: usize) -> String {
    let shown: Vec<String> = names.iter().take(most).map(|name| code(name.as_ref())).collect();
    match names.len().checked_sub(most) {
        None | Some(0) => shown.join(", "),
        Some(rest) => format!("{} and {rest} more", shown.join(", ")),
    }
}

/// A string in YAML, which includes JSON.
pub(super) fn quoted(text: &str) -> String {
    visible_json(&serde_json::to_string(text).expect("text is text")).into_owned()
}

/// `118,282`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 row`, `2 rows`: a number with a noun, given in the plural.
pub(super) fn counted(number: u64, plural: &str) -> String {
    let word = if number == 1 { plural.strip_suffix('s').unwrap_or(plural) } else { plural };
    format!("{} {word}", grouped(number))
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
        assert_eq!(inert("a <img src=x>\n\n# b `c`"), "a \\<img src=x>\\n\\n# b `c`");
        assert_eq!(list(&["a", "b", "c"], 3), "`a`, `b`, `c`");
        assert_eq!(list(&["a", "b", "c"], 2), "`a`, `b` and 1 more");
        assert_eq!(quoted("a: \"b\"\n\u{202e}"), r#""a: \"b\"\n\u202e""#);
    }

    #[test]
    fn numbers_are_grouped() {
        let check = |number, expected: &str| assert_eq!(grouped(number), expected);
        check(0, "0");
        check(999, "999");
        check(1000, "1,000");
        check(1_234_567, "1,234,567");
        assert_eq!(counted(1, "rows"), "1 row");
        assert_eq!(counted(2000, "classes"), "2,000 classes");
    }
}
