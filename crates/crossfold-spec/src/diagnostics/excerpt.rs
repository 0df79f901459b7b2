//! The lines of a text that are shown with a mistake.

use std::borrow::Cow;
use std::ops::Range;

use crossfold_study::visible_text;
use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

const BYTE_ORDER_MARK: char = '\u{feff}';

/// A text that mistakes point into, by bytes.
#[derive(Clone)]
pub(super) struct Text<'a> {
    name: &'a str,
    text: Cow<'a, str>,
    /// Where each line begins; the last is empty where the text ends with a line's end.
    lines: Vec<usize>,
}

impl<'a> Text<'a> {
    pub(super) fn new(name: &'a str, text: Cow<'a, str>) -> Text<'a> {
        let lines = [0].into_iter().chain(text.match_indices('\n').map(|(end, _)| end + 1)).collect();
        Text { name, text, lines }
    }

    /// The line, counted from 0, that holds the byte at `offset`.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset) - 1
    }

    /// The bytes of a line without its end.
    fn bytes(&self, line: usize) -> Range<usize> {
        let start = self.lines[line];
        let end = self.lines.get(line + 1).map_or(self.text.len(), |next| next - 1);
        start..start + self.text[start..end].trim_end_matches('\r').len()
    }

    /// The column, counted from 0 in characters, of the byte at `offset`.
    fn column(&self, offset: usize) -> usize {
        self.text[self.lines[self.line(offset)]..offset].chars().filter(|c| *c != BYTE_ORDER_MARK).count()
    }

    /// A part of a line as it is shown, without a byte order mark.
    fn shown(&self, part: Range<usize>) -> Cow<'_, str> {
        // What isn't UTF-8 is shown by more bytes than it has.
        let end = self.text.ceil_char_boundary(part.end);
        visible_text(self.text[part.start..end].trim_start_matches(BYTE_ORDER_MARK))
    }

    /// A short line in full; of a long one the parts near any of `points`.
    fn windows(&self, line: Range<usize>, points: impl Iterator<Item = usize>) -> Vec<Range<usize>> {
        /// Characters on either side of a point.
        const NEAR: usize = 100;
        let after = |from: usize, count| self.text[from..line.end].char_indices().nth(count).map(|(at, _)| from + at);
        let before = |to: usize, count| self.text[line.start..to].char_indices().nth_back(count - 1);
        if after(line.start, 2 * NEAR).is_none() {
            return vec![line];
        }
        let mut points: Vec<usize> = points.map(|point| point.min(line.end)).collect();
        points.sort_unstable();
        if points.is_empty() {
            points.push(line.start);
        }
        let mut windows: Vec<Range<usize>> = Vec::new();
        for point in points {
            let start = before(point, NEAR).map_or(line.start, |(at, _)| line.start + at);
            let end = after(point, NEAR).unwrap_or(line.end);
            match windows.last_mut() {
                Some(last) if start <= last.end => last.end = end,
                Some(_) | None => windows.push(start..end),
            }
        }
        windows
    }
}

/// A range of a text with its label.
pub(super) struct Mark {
    pub(super) range: Range<usize>,
    pub(super) text: Option<String>,
}

/// The lines of a text around some marks, long ones cut.
///
/// miette shows whole lines, once per mistake in them, and places no caret past column 65,535. It also counts columns in
/// bytes, while editors count characters.
pub(super) struct Excerpt<'a> {
    name: &'a str,
    text: String,
    first_line: usize,
    /// Line and column of the first mark in the whole text, from 0.
    place: (usize, usize),
    /// The marks, as places in the excerpt.
    pub(super) labels: Vec<LabeledSpan>,
}

impl<'a> Excerpt<'a> {
    /// The excerpt of `source` from the line before its marks to the line after them. `about` is its subject, `others` are
    /// further marks.
    pub(super) fn new(source: &'a Text<'_>, about: Mark, others: Vec<Mark>) -> Excerpt<'a> {
        let place = (source.line(about.range.start), source.column(about.range.start));
        let marks: Vec<Mark> = [about].into_iter().chain(others).collect();
        let marked = || marks.iter().map(|mark| source.line(mark.range.start));
        let first_line = marked().min().map_or(0, |line| line.saturating_sub(1));
        let last_line = marked().max().map_or(0, |line| line + 1).min(source.lines.len() - 1);

        let mut text = String::new();
        let mut labels = Vec::new();
        for number in first_line..=last_line {
            let line = source.bytes(number);
            let here = || marks.iter().filter(|mark| source.line(mark.range.start) == number);
            let mut shown_to = line.start;
            for window in source.windows(line.clone(), here().map(|mark| mark.range.start)) {
                if shown_to < window.start {
                    text.push('…');
                }
                for Mark { range, text: said } in here() {
                    let start = range.start.min(line.end);
                    if window.start <= start && start <= window.end {
                        let length = source.shown(start..range.end.min(window.end).max(start)).len();
                        let at = text.len() + source.shown(window.start..start).len();
                        labels.push(match said {
                            None => LabeledSpan::new_primary_with_span(None, (at, length)),
                            Some(said) => LabeledSpan::new_with_span(Some(said.clone()), (at, length)),
                        });
                    }
                }
                shown_to = window.end;
                text.push_str(&source.shown(window));
            }
            if shown_to < line.end {
                text.push('…');
            }
            // After the end of the last line there is nothing to show, not even an empty line.
            if number + 1 < source.lines.len() || !line.is_empty() {
                text.push('\n');
            }
        }
        Excerpt { name: source.name, text, first_line, place, labels }
    }
}

impl SourceCode for Excerpt<'_> {
    /// The whole excerpt for any span: with lines around it where miette shows it, without where it asks for the place.
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (line, column) = if before + after == 0 { self.place } else { (self.first_line, 0) };
        let whole = SourceSpan::from((0, self.text.len()));
        let (name, data) = (self.name.to_owned(), self.text.as_bytes());
        Ok(Box::new(MietteSpanContents::new_named(name, data, whole, line, column, data.len())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Marks two places of `text`, and compares the excerpt and the place of each.
    fn check(text: &str, marks: [Range<usize>; 2], shown: &str, places: [&str; 2]) {
        let source = Text::new("a.yaml", text.into());
        let [about, other] = marks.map(|range| Mark { range, text: None });
        let excerpt = Excerpt::new(&source, about, vec![other]);
        assert_eq!(excerpt.text, shown);
        let mut found: Vec<&str> =
            excerpt.labels.iter().map(|label| &excerpt.text[label.offset()..label.offset() + label.len()]).collect();
        found.sort_unstable();
        assert_eq!(found, places);
    }

    #[test]
    fn long_lines_are_cut_around_each_mark() {
        let (left, right) = ("é".repeat(99), "é".repeat(98));
        let text = format!("{0}\n{0}ab{0}cd{0}\n{0}\n", "é".repeat(300));
        let at = [600 + 1 + 600, 600 + 1 + 600 + 2 + 600];
        let context = "é".repeat(100) + "…\n";
        check(
            &text,
            at.map(|at| at..at + 2),
            &format!("{context}…é{left}ab{right}…é{left}cd{right}…\n{context}"),
            ["ab", "cd"],
        );
    }

    #[test]
    fn adjacent_windows_are_merged_and_marks_are_clipped() {
        let text = format!("{}abc{}", "-".repeat(300), "+".repeat(300));
        let shown = format!("…{}abc{}…\n", "-".repeat(100), "+".repeat(98));
        let long = format!("abc{}", "+".repeat(98));
        check(&text, [300..600, 301..302], &shown, [&long, "b"]);
    }

    #[test]
    fn a_mark_at_the_end_of_a_text_is_shown() {
        check("a\r\nbc", [5..5, 3..4], "a\nbc\n", ["", "b"]);
        check("a\n", [2..2, 0..1], "a\n", ["", "a"]);
        check("", [0..0, 0..0], "", ["", ""]);
    }
}
