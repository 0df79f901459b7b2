//! Quotation marks: which ones a file uses, and whether each field that begins with one ends with it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crossfold_study::Delimiter;
use csv::ReaderBuilder;

/// How quoted fields are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quoting {
    /// `"` or `'`.
    pub(super) mark: u8,
    /// Whether a backslash before a quotation mark makes it a part of the field. A doubled one always is.
    pub(super) backslash: bool,
    /// Whether spaces between a delimiter and a quotation mark are no part of the field.
    pub(super) skips_spaces: bool,
}

/// The first field that begins with a quotation mark and doesn't end with one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadQuote {
    /// The byte at which the field begins.
    pub(super) at: usize,
    /// Whether there is no other quotation mark; otherwise there is text behind it.
    pub(super) open: bool,
}

/// A field that begins with a quotation mark.
struct QuotedField {
    /// The byte at which the spaces in front of it begin.
    spaces: usize,
    /// The byte of its first quotation mark.
    start: usize,
    /// The byte of its last one, unless it is never closed.
    end: Option<usize>,
}

/// The quoted fields of a text.
struct Quoted {
    fields: usize,
    /// The number of those with spaces in front of them, and whether there are any, the bad one included.
    behind_spaces: usize,
    has_spaces: bool,
    /// Whether a field has a line end.
    lines: bool,
    bad: Option<BadQuote>,
}

impl Quoting {
    const USUAL: Quoting = Quoting { mark: b'"', backslash: false, skips_spaces: false };

    /// Detects the quotation marks of a text, or of a sample whose last field may be cut off.
    ///
    /// Doubled quotation marks are usual. Backslashes are assumed only if the text can't be read without them, and
    /// single quotation marks only if no field begins with a double one or the text can't be read with those.
    pub(super) fn detect(text: &str, delimiter: Delimiter, is_sample: bool) -> Quoting {
        let is_bad = |quoted: &Quoted| quoted.bad.is_some_and(|bad| !(bad.open && is_sample));
        let with = |mark, backslash| {
            let literal = Quoting { mark, backslash, skips_spaces: false };
            let skipping = Quoting { skips_spaces: true, ..literal };
            let quoted = skipping.scan(text, delimiter);
            if !quoted.has_spaces {
                return (literal, quoted);
            }
            if quoted.behind_spaces > 0 && skipping.is_likelier_than(literal, text, delimiter, is_bad(&quoted)) {
                return (skipping, quoted);
            }
            (literal, literal.scan(text, delimiter))
        };
        let (usual, quoted) = with(b'"', false);
        if text.contains("\\\"") {
            let (escaped, others) = with(b'"', true);
            let is_better = others.bad.is_none() || (is_bad(&quoted) && !is_bad(&others));
            // Bad fields behind spaces are text.
            let is_text = escaped.skips_spaces && !usual.skips_spaces;
            if is_better && (quoted.bad.is_some() || is_text) {
                return escaped;
            }
        }
        if (quoted.fields > 0 || quoted.bad.is_some()) && !is_bad(&quoted) {
            return usual;
        }
        let is_good = |quoted: &Quoted| quoted.fields > 1 && !quoted.lines && quoted.bad.is_none();
        let (single, quoted) = with(b'\'', false);
        if is_good(&quoted) {
            return single;
        }
        let (escaped, others) = with(b'\'', true);
        let is_text = escaped.skips_spaces && !single.skips_spaces;
        if (quoted.bad.is_some() || is_text) && is_good(&others) { escaped } else { usual }
    }

    /// Whether quotation marks behind spaces are quotation marks, and no text as in a `literal` reading. Records tell it:
    /// most have the same number of fields.
    fn is_likelier_than(self, literal: Quoting, text: &str, delimiter: Delimiter, is_bad: bool) -> bool {
        let most = if is_bad { 1 } else { self.irregular_records(text, delimiter) };
        literal.irregular_records(text, delimiter) >= most
    }

    /// The number of records that don't have as many fields as most have.
    fn irregular_records(self, text: &str, delimiter: Delimiter) -> usize {
        let Some((text, separator)) = self.separate(text, delimiter) else { return usize::MAX };
        let mut reader = self.reader(text.as_bytes(), separator);
        let (mut record, mut records, mut widths) = (csv::ByteRecord::new(), 0, BTreeMap::new());
        while reader.read_byte_record(&mut record).unwrap_or(false) {
            records += 1;
            *widths.entry(record.len()).or_insert(0_usize) += 1;
        }
        records - widths.values().max().unwrap_or(&0)
    }

    /// Whether these aren't the quotation marks of RFC 4180.
    pub(super) fn is_unusual(self) -> bool {
        (self.mark, self.backslash) != (Quoting::USUAL.mark, false)
    }

    /// The byte of the first double quotation mark behind spaces that is a part of a value, though these spaces may be no
    /// part of it.
    pub(super) fn first_literal(self, text: &str, delimiter: Delimiter) -> Option<usize> {
        if self.skips_spaces || self.mark != Quoting::USUAL.mark {
            return None;
        }
        // Of a value in quotation marks that contains none, they are removed later.
        let is_plain = |field: &QuotedField| {
            field.end.is_some_and(|end| {
                let inner = &text[field.start + 1..end];
                ends_field(&text[end + 1..], delimiter) && !inner.contains(|c| c == '"' || delimits(c, delimiter))
            })
        };
        let mut fields = Quoting { skips_spaces: true, ..self }.fields(text, delimiter);
        fields.find(|field| field.spaces < field.start && !is_plain(field)).map(|field| field.start)
    }

    /// The first field of a text whose quotation marks are wrong.
    pub(super) fn first_bad(self, text: &str, delimiter: Delimiter) -> Option<BadQuote> {
        self.scan(text, delimiter).bad
    }

    /// The number of quoted fields up to the first bad one, and whether there is a bad one that isn't just cut off.
    pub(super) fn count(self, sample: &str, delimiter: Delimiter) -> (usize, bool) {
        let quoted = self.scan(sample, delimiter);
        (quoted.fields, quoted.bad.is_some_and(|bad| !bad.open))
    }

    /// The quoted fields of a text. Looks at each quotation mark, and at nothing between them, which takes hardly any
    /// time.
    fn fields(self, text: &str, delimiter: Delimiter) -> impl Iterator<Item = QuotedField> {
        let mut at = 0;
        std::iter::from_fn(move || {
            loop {
                let start = at + text.get(at..)?.find(char::from(self.mark))?;
                at = start + 1;
                let before = &text[..start];
                let spaces =
                    if self.skips_spaces { before.trim_end_matches(|c| is_space(c, delimiter)) } else { before }.len();
                if begins_field(&text[..spaces], delimiter) {
                    let end = self.closing(text, at);
                    at = end.map_or(text.len(), |end| end + 1);
                    return Some(QuotedField { spaces, start, end });
                }
            }
        })
    }

    fn scan(self, text: &str, delimiter: Delimiter) -> Quoted {
        let mut quoted = Quoted { fields: 0, behind_spaces: 0, has_spaces: false, lines: false, bad: None };
        for QuotedField { spaces, start, end } in self.fields(text, delimiter) {
            quoted.has_spaces |= spaces < start;
            let Some(end) = end else {
                quoted.bad = Some(BadQuote { at: start, open: true });
                break;
            };
            quoted.fields += 1;
            quoted.lines |= text.as_bytes()[start..end].contains(&b'\n');
            if !ends_field(&text[end + 1..], delimiter) {
                quoted.bad = Some(BadQuote { at: start, open: false });
                break;
            }
            quoted.behind_spaces += usize::from(spaces < start);
        }
        quoted
    }

    /// The place of the quotation mark that closes the field whose text begins at `start`.
    fn closing(self, text: &str, start: usize) -> Option<usize> {
        let bytes = text.as_bytes();
        let mut at = start;
        loop {
            let end = at + text[at..].find(char::from(self.mark))?;
            let escapes = || bytes[start..end].iter().rev().take_while(|&&byte| byte == b'\\').count();
            if self.backslash && escapes() % 2 == 1 {
                at = end + 1;
            } else if bytes.get(end + 1) == Some(&self.mark) {
                at = end + 2;
            } else {
                return Some(end);
            }
        }
    }

    /// A text in which a single byte delimits fields, without the spaces that are skipped, and that byte. Lines stay as
    /// they are. `None` if the text has every byte that could delimit.
    pub(super) fn separate(self, text: &str, delimiter: Delimiter) -> Option<(Cow<'_, str>, u8)> {
        let text = if self.skips_spaces { Cow::Owned(self.skip_spaces(text, delimiter)) } else { Cow::Borrowed(text) };
        let text = if self.backslash { Cow::Owned(self.keep_backslashes(&text, delimiter)) } else { text };
        Some(match delimiter {
            Delimiter::Comma => (text, b','),
            Delimiter::Semicolon => (text, b';'),
            Delimiter::Tab => (text, b'\t'),
            Delimiter::Pipe => (text, b'|'),
            Delimiter::Character(c) if c.is_ascii() => (text, c as u8),
            Delimiter::Character(_) | Delimiter::Space => {
                // Control characters that hardly any text has.
                let free = (1..=8).chain(14..=31).rev().find(|&byte| !text.as_bytes().contains(&byte))?;
                (Cow::Owned(self.replace_delimiters(&text, delimiter, char::from(free))), free)
            }
        })
    }

    /// Doubles the backslashes in quoted fields that escape nothing: the reader of records would leave them out.
    fn keep_backslashes(self, text: &str, delimiter: Delimiter) -> String {
        let (bytes, mut kept, mut from) = (text.as_bytes(), String::with_capacity(text.len()), 0);
        for QuotedField { start, end, .. } in self.fields(text, delimiter) {
            let (mut at, end) = (start + 1, end.unwrap_or(text.len()));
            while let Some(found) = text[at..end].find('\\') {
                at += found + 1;
                if bytes.get(at).is_some_and(|&next| next == self.mark || next == b'\\') {
                    at += 1;
                } else {
                    kept.push_str(&text[from..at]);
                    kept.push('\\');
                    from = at;
                }
            }
        }
        kept + &text[from..]
    }

    fn skip_spaces(self, text: &str, delimiter: Delimiter) -> String {
        let mut kept = String::with_capacity(text.len());
        let mut from = 0;
        for QuotedField { spaces, start, .. } in self.fields(text, delimiter) {
            kept.push_str(&text[from..spaces]);
            from = start;
        }
        kept + &text[from..]
    }

    fn replace_delimiters(self, text: &str, delimiter: Delimiter, with: char) -> String {
        let mut replaced = String::with_capacity(text.len());
        let mut rest = text;
        let mut begins = true;
        while let Some(c) = rest.chars().next() {
            if begins && rest.as_bytes()[0] == self.mark {
                let end = self.closing(rest, 1).map_or(rest.len(), |end| end + 1);
                replaced.push_str(&rest[..end]);
                (rest, begins) = (&rest[end..], false);
                continue;
            }
            let delimiters = match delimiter {
                Delimiter::Character(one) => usize::from(c == one) * one.len_utf8(),
                Delimiter::Space => rest.len() - rest.trim_start_matches([' ', '\t']).len(),
                Delimiter::Comma | Delimiter::Semicolon | Delimiter::Tab | Delimiter::Pipe => 0,
            };
            if delimiters == 0 {
                replaced.push(c);
                (rest, begins) = (&rest[c.len_utf8()..], matches!(c, '\n' | '\r'));
                continue;
            }
            rest = &rest[delimiters..];
            // White space at both ends of a line delimits nothing.
            let at_end = begins_line(&replaced) || rest.is_empty() || rest.starts_with(['\n', '\r']);
            if delimiter != Delimiter::Space || !at_end {
                replaced.push(with);
            }
            begins = true;
        }
        replaced
    }

    /// A reader of records with any number of fields, which `separator` delimits.
    pub(super) fn reader(self, text: &[u8], separator: u8) -> csv::Reader<&[u8]> {
        let mut builder = ReaderBuilder::new();
        builder.has_headers(false).flexible(true).delimiter(separator).quote(self.mark);
        builder.escape(self.backslash.then_some(b'\\')).from_reader(text)
    }
}

/// Whether a character is white space within a line that doesn't delimit fields.
fn is_space(c: char, delimiter: Delimiter) -> bool {
    matches!(c, ' ' | '\t') && !delimits(c, delimiter)
}

fn begins_line(before: &str) -> bool {
    before.is_empty() || before.ends_with(['\n', '\r'])
}

fn begins_field(before: &str, delimiter: Delimiter) -> bool {
    begins_line(before) || before.ends_with('\u{feff}') || before.ends_with(|c: char| delimits(c, delimiter))
}

fn ends_field(after: &str, delimiter: Delimiter) -> bool {
    let rest = after.trim_start_matches(|c: char| is_space(c, delimiter));
    rest.is_empty() || rest.starts_with(['\n', '\r', '\u{1a}']) || rest.starts_with(|c: char| delimits(c, delimiter))
}

/// Whether a character delimits fields.
pub(super) fn delimits(c: char, delimiter: Delimiter) -> bool {
    match delimiter {
        Delimiter::Comma => c == ',',
        Delimiter::Semicolon => c == ';',
        Delimiter::Tab => c == '\t',
        Delimiter::Pipe => c == '|',
        Delimiter::Space => matches!(c, ' ' | '\t'),
        Delimiter::Character(one) => c == one,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_quotation_marks_are_found_where_their_field_begins() {
        let bad = |text| Quoting::USUAL.first_bad(text, Delimiter::Comma).map(|bad| (bad.at, bad.open));
        for (text, expected) in [
            ("a,b\n\"x\",\"y\"\n", None),
            ("a,\"x \"\"y\"\"\"\n", None),
            ("a,5\" nail,b \"c\" d\n", None),
            ("a,\"x\" ,b\n", None),
            ("a,\"\",\"\"\"\"\n", None),
            ("a\n\"bolt,1\nnut,2\n\"nail,3\n", Some((2, false))),
            ("a\nb,\"x\n", Some((4, true))),
            ("\"a\"b,c\n", Some((0, false))),
        ] {
            assert_eq!(bad(text), expected, "{text:?}");
        }
    }

    #[test]
    fn quotation_marks_are_detected() {
        let found = |text| {
            let Quoting { mark, backslash, .. } = Quoting::detect(text, Delimiter::Comma, false);
            (char::from(mark), backslash)
        };
        for (text, expected) in [
            ("a,b\n", ('"', false)),
            ("\"TV 50\\\"\",1\n\"TV 40\\\"\",2\n", ('"', true)),
            ("\"say \\\"hi\\\" now\",1\n", ('"', true)),
            // Windows' folders end in a backslash.
            ("\"C:\\\",1\n\"D:\\\",2\n", ('"', false)),
            ("\"C:\\\\\",1\n", ('"', false)),
            ("'a, b',1\n'c',2\n", ('\'', false)),
            ("'it\\'s',1\n'c',2\n", ('\'', true)),
            ("'it''s',1\n'c',2\n", ('\'', false)),
            ("'tis,1\n'twas,2\n", ('"', false)),
            ("'tis,1\n", ('"', false)),
            ("'say \"hi\"',1\n'5\" nail',2\n", ('\'', false)),
            ("'a',\"b\"\n'a',\"b\"\n", ('"', false)),
        ] {
            assert_eq!(found(text), expected, "{text:?}");
        }
    }

    #[test]
    fn quotation_marks_behind_spaces_are_detected() {
        for (text, expected) in [
            ("a, \"b, c\"\n", true),
            ("\"a\", \"b, c\"\n", true),
            ("1, 'b, c', 'd'\n", true),
            ("1, \"b \\\"c\\\"\", d\n", true),
            ("1, \"C:\\\", d\n", true),
            ("1, 'it\\'s', 'd'\n", true),
            ("a, b \"c\"\n", false),
            ("a, \"b\" c\n", false),
            ("a, \"b\"\n1, \"b\" c\n", false),
            ("a, \"b, c\"\n1, \"b\" c\n", true),
            // The header has as many names as a literal reading has fields.
            ("w,x,y\n1, \"2, 3\"\n1, \"4, 5\"\n", false),
            ("1, 'tis\n", false),
        ] {
            assert_eq!(Quoting::detect(text, Delimiter::Comma, false).skips_spaces, expected, "{text:?}");
        }
    }

    #[test]
    fn delimiters_become_single_bytes() {
        let separate = |text, delimiter| {
            let (text, byte) = Quoting::USUAL.separate(text, delimiter).unwrap();
            text.replace(char::from(byte), "|")
        };
        let space = "  a  b\tc \n\n 1 \"x  y\"   3\n";
        assert_eq!(separate(space, Delimiter::Space), "a|b|c\n\n1|\"x  y\"|3\n");
        assert_eq!(separate("a¦b\n\"¦\"¦¦2\n", Delimiter::Character('¦')), "a|b\n\"¦\"||2\n");
        assert_eq!(separate("a  b\n", Delimiter::Character(' ')), "a||b\n");
        let skipping = Quoting { skips_spaces: true, ..Quoting::USUAL };
        let separated = skipping.separate(" \"a\" , b,\t\"c, \"\"d\"\"\"\n  e", Delimiter::Comma).unwrap().0;
        assert_eq!(separated, "\"a\" , b,\"c, \"\"d\"\"\"\n  e");
    }
}
