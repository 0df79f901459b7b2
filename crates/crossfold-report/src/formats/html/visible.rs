//! JSON whose strings show what a browser would obey: control and bidirectional characters become escapes in the text.

use std::io::{self, Write};

use crossfold_study::visible_text;
use serde::Serialize;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter, Serializer};

pub(super) fn to_json(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut json = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut json, Visible))?;
    Ok(json)
}

struct Visible;

impl Formatter for Visible {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        out.write_all(visible_text(fragment).replace('\\', r"\\").as_bytes())
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, out: &mut W, escape: CharEscape) -> io::Result<()> {
        match escape {
            CharEscape::AsciiControl(byte) => write!(out, r"\\u{{{byte:x}}}"),
            CharEscape::Backspace => write!(out, r"\\u{{8}}"),
            CharEscape::FormFeed => write!(out, r"\\u{{c}}"),
            CharEscape::Quote
            | CharEscape::ReverseSolidus
            | CharEscape::Solidus
            | CharEscape::LineFeed
            | CharEscape::CarriageReturn
            | CharEscape::Tab => CompactFormatter.write_char_escape(out, escape),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_harmless_and_keep_their_lines() {
        let json = to_json(&["a\\b\"\n\t\r", "\u{1b}[1m\u{8}\u{c}\u{202e}<b>\u{7f}é"]).unwrap();
        let read: [String; 2] = serde_json::from_slice(&json).unwrap();
        assert_eq!(read, ["a\\b\"\n\t\r", r"\u{1b}[1m\u{8}\u{c}\u{202e}<b>\u{7f}é"]);
    }
}
