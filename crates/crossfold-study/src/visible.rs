//! Text of others made visible: names, paths and messages from specs, tables, models, baselines and stores.
//!
//! A terminal obeys control characters, and a reader doesn't see what bidirectional and invisible ones do. All such
//! characters are shown as their escape, such as `\u{1b}`. Letters of every script, accents and emoji stay.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use crate::rows::is_hidden;

/// `text` on one line, with line ends and tabs escaped as well.
pub fn visible_line(text: &str) -> Cow<'_, str> {
    escape(text, is_hidden, |c, out| out.extend(c.escape_debug()))
}

/// `text` without its middle, if it is longer than 200 characters: messages quote what files hold, which may be anything.
pub fn shortened(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 200;
    const END: usize = 80;
    if text.chars().nth(LONGEST).is_none() {
        return Cow::Borrowed(text);
    }
    let beginning: String = text.chars().take(LONGEST - END).collect();
    let mut end: Vec<char> = text.chars().rev().take(END).collect();
    end.reverse();
    Cow::Owned(format!("{beginning}…{}", String::from_iter(end)))
}

/// `text` as one word of a command that can be copied into a shell, with quotes where it needs them. What can't be shown is
/// escaped, so that the word then isn't the text.
pub fn shell_word(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./+,:=@%".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("'{}'", visible_line(text).replace('\'', r"'\''")))
}

/// `text` of several lines.
pub fn visible_text(text: &str) -> Cow<'_, str> {
    escape(text, |c| is_hidden(c) && !matches!(c, '\n' | '\t'), |c, out| out.extend(c.escape_debug()))
}

/// JSON that means the same and is harmless to show: its strings have escapes for such characters.
pub fn visible_json(json: &str) -> Cow<'_, str> {
    // Outside of strings JSON has no such characters but line ends.
    escape(
        json,
        |c| is_hidden(c) && !matches!(c, '\n' | '\t'),
        |c, out| {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}").expect("a string takes any text");
            }
        },
    )
}

fn escape(text: &str, is_escaped: impl Fn(char) -> bool, push: impl Fn(char, &mut String)) -> Cow<'_, str> {
    if !text.chars().any(&is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_escaped(c) { push(c, &mut shown) } else { shown.push(c) }
    }
    Cow::Owned(shown)
}

/// A log's writer: each write is one event, and an event is one line.
pub struct VisibleLines<W> {
    pub out: W,
    /// Whether escape characters pass, because the writer has escaped foreign ones already and adds colours.
    pub has_colours: bool,
}

impl<W: Write> Write for VisibleLines<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        const ESCAPE: char = '\u{1b}';
        let text = String::from_utf8_lossy(event);
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let is_escaped = |c| is_hidden(c) && !(self.has_colours && c == ESCAPE);
        let line = escape(line, is_escaped, |c, out| out.extend(c.escape_debug()));
        self.out.write_all(format!("{line}\n").as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A writer of text for a terminal; the last line is written when it ends, or is flushed.
pub struct VisibleText<W> {
    out: W,
    line: Vec<u8>,
}

impl<W: Write> VisibleText<W> {
    pub fn new(out: W) -> VisibleText<W> {
        VisibleText { out, line: Vec::new() }
    }

    fn show(&mut self, text: &[u8]) -> io::Result<()> {
        self.out.write_all(visible_text(&String::from_utf8_lossy(text)).as_bytes())
    }
}

impl<W: Write> Write for VisibleText<W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.line.extend(text);
        if let Some(end) = self.line.iter().rposition(|&byte| byte == b'\n') {
            let rest = self.line.split_off(end + 1);
            let lines = std::mem::replace(&mut self.line, rest);
            self.show(&lines)?;
        }
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        self.show(&line)?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected words from Python's `shlex.quote`.
    #[test]
    fn long_texts_lose_their_middle() {
        let text = format!("invalid type: string \"{}\", expected u64 at line 1", "é".repeat(1000));
        let shown = shortened(&text);
        assert_eq!(shown.chars().count(), 201);
        assert!(shown.starts_with("invalid type") && shown.ends_with("at line 1") && shown.contains("é…é"), "{shown}");
        assert_eq!(shortened(&text[..100]), &text[..100]);
    }

    #[test]
    fn words_of_a_shell_are_quoted_where_they_must_be() {
        for (text, word) in [
            ("a/b-1.yaml", "a/b-1.yaml"),
            ("My Survey.yaml", "'My Survey.yaml'"),
            ("it's", r"'it'\''s'"),
            ("$HOME", "'$HOME'"),
            ("", "''"),
        ] {
            assert_eq!(shell_word(text), word);
        }
    }

    #[test]
    fn what_is_obeyed_or_not_seen_is_escaped() {
        for (text, expected) in [
            ("plain, Größe, a\u{301}, שלום, 中文, 👩\u{200d}🔬", None),
            ("می\u{200c}خواهم", None),
            ("\u{1b}]0;TITLE\u{7}", Some("\\u{1b}]0;TITLE\\u{7}")),
            ("\u{9b}31m", Some("\\u{9b}31m")),
            ("a\u{202e}gpj.exe", Some("a\\u{202e}gpj.exe")),
            ("a\u{2066}b\u{2069}", Some("a\\u{2066}b\\u{2069}")),
            ("a\u{feff}\u{200b}\u{ad}b", Some("a\\u{feff}\\u{200b}\\u{ad}b")),
            ("\u{ffff}\u{10fffe}\u{e0041}", Some("\\u{ffff}\\u{10fffe}\\u{e0041}")),
            ("a\nb\r\tc\u{7f}", Some("a\\nb\\r\\tc\\u{7f}")),
            ("a\u{2028}b", Some("a\\u{2028}b")),
        ] {
            assert_eq!(visible_line(text), expected.unwrap_or(text));
        }
        assert_eq!(visible_text("a\n\tb\r\n\u{8}"), "a\n\tb\\r\n\\u{8}");
    }

    #[test]
    fn json_means_the_same() {
        let json = "{\"a\u{9b}\": \"\u{202e}\u{e0041}\u{7f}é\"}\n";
        let shown = visible_json(json);
        assert_eq!(shown, "{\"a\\u009b\": \"\\u202e\\udb40\\udc41\\u007fé\"}\n");
        let [meant, read] = [json, &shown].map(|json| serde_json::from_str::<serde_json::Value>(json).unwrap());
        assert_eq!(read, meant);
    }

    #[test]
    fn an_event_is_a_line() {
        let mut out = Vec::new();
        write!(VisibleLines { out: &mut out, has_colours: false }, "a\nb\u{1b}[1m\n").unwrap();
        writeln!(VisibleLines { out: &mut out, has_colours: true }, "\u{1b}[1mc\u{202e}").unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "a\\nb\\u{1b}[1m\n\u{1b}[1mc\\u{202e}\n");
    }

    #[test]
    fn text_for_a_terminal_is_shown_line_by_line() {
        let mut out = VisibleText::new(Vec::new());
        for byte in "é\u{9b}\r\n\tb\u{202e}".bytes() {
            out.write_all(&[byte]).unwrap();
        }
        assert_eq!(out.out, "é\\u{9b}\\r\n".as_bytes());
        out.flush().unwrap();
        assert_eq!(out.out, "é\\u{9b}\\r\n\tb\\u{202e}".as_bytes());
    }
}
