//! Mistakes in specs as people see them: each with its place, a caret and a hint.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::ops::Range;

use crossfold_study::spec::{Mistake, Mistakes, Place};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, Severity,
    SourceCode, SourceSpan, SpanContents,
};

/// All `mistakes` in the file called `file_name` and in overrides, then a line that counts them.
///
/// `source` is the file, which may not be text; `width` is the terminal's, in columns.
pub(crate) fn render(file_name: &str, source: &[u8], mistakes: &Mistakes, colour: bool, width: usize) -> String {
    let mut theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    theme.characters.error = "error:".to_owned();
    theme.characters.advice = "note:".to_owned();
    let handler = GraphicalReportHandler::new_themed(theme).with_width(width).with_links(false);
    // What isn't UTF-8 is shown as U+FFFD; bytes in front of it stay where they are.
    let file = Text { name: file_name.to_owned(), text: String::from_utf8_lossy(source).into_owned() };

    let mut text = String::new();
    for mistake in mistakes.iter() {
        write_mistake(&mut text, &handler, &file, mistake).expect("a string takes any text");
    }
    let summary = match mistakes.count() {
        1 => format!("1 mistake in {file_name}"),
        count if mistakes.more() => format!("more than {count} mistakes in {file_name}, the first {count} are shown"),
        count => format!("{count} mistakes in {file_name}"),
    };
    text + "error: " + &summary + "\n"
}

fn write_mistake(text: &mut String, handler: &GraphicalReportHandler, file: &Text, mistake: &Mistake) -> fmt::Result {
    let title = match mistake.path.as_str() {
        "" => mistake.message.clone(),
        path => format!("`{path}`: {}", mistake.message),
    };
    let mut labels = vec![label(None, &mistake.place)];
    let mut elsewhere = None;
    if let Some((place, part)) = mistake.other.as_deref() {
        if same_text(place, &mistake.place) {
            labels.push(label(Some(part.clone()), place));
        } else {
            elsewhere = Some((place, part));
        }
    }
    let source = source_of(&mistake.place, file);
    handler.render_report(text, &Shown { severity: Severity::Error, title, source: &source, labels })?;
    if let Some((place, part)) = elsewhere {
        let (title, labels) = (part.clone(), vec![label(None, place)]);
        let source = source_of(place, file);
        handler.render_report(text, &Shown { severity: Severity::Advice, title, source: &source, labels })?;
    }
    match &mistake.hint {
        Some(hint) => writeln!(text, "  hint: {hint}\n"),
        None => writeln!(text),
    }
}

const OPTION: &str = "--set ";

fn source_of<'a>(place: &Place, file: &'a Text) -> Cow<'a, Text> {
    match place {
        Place::File(_) => Cow::Borrowed(file),
        Place::Override { text, .. } => {
            Cow::Owned(Text { name: "command line".to_owned(), text: format!("{OPTION}{text}") })
        }
    }
}

fn label(text: Option<String>, place: &Place) -> LabeledSpan {
    let Range { start, end } = match place {
        Place::File(range) => range.clone(),
        Place::Override { range, .. } => range.start + OPTION.len()..range.end + OPTION.len(),
    };
    match text {
        None => LabeledSpan::new_primary_with_span(None, start..end),
        Some(text) => LabeledSpan::new_with_span(Some(text), start..end),
    }
}

fn same_text(a: &Place, b: &Place) -> bool {
    match (a, b) {
        (Place::File(_), Place::File(_)) => true,
        (Place::Override { number: a, .. }, Place::Override { number: b, .. }) => a == b,
        (Place::File(_), Place::Override { .. }) | (Place::Override { .. }, Place::File(_)) => false,
    }
}

/// A text with a name, whose columns are characters where miette's own sources count bytes.
#[derive(Clone)]
struct Text {
    name: String,
    text: String,
}

impl SourceCode for Text {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let bytes = self.text.as_str().read_span(span, before, after)?;
        let start = bytes.span().offset();
        let line = self.text[..start].rfind('\n').map_or(0, |end| end + 1);
        let column = self.text[line..start].chars().filter(|c| *c != BYTE_ORDER_MARK).count();
        let (data, line, lines) = (bytes.data(), bytes.line(), bytes.line_count());
        Ok(Box::new(MietteSpanContents::new_named(self.name.clone(), data, *bytes.span(), line, column, lines)))
    }
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// A mistake as miette shows it: a title, and carets in one text.
struct Shown<'a> {
    severity: Severity,
    title: String,
    source: &'a Text,
    labels: Vec<LabeledSpan>,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)
    }
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)
    }
}

impl std::error::Error for Shown<'_> {}

impl Diagnostic for Shown<'_> {
    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

#[cfg(test)]
mod tests {
    use crossfold_study::spec::{self, Override};

    use super::*;

    fn check(text: &str, overrides: &[Override], expected: &str) {
        let mistakes = spec::read(text.as_bytes(), overrides).unwrap_err();
        assert_eq!(render("a.yaml", text.as_bytes(), &mistakes, false, 100), expected);
    }

    const LEAST: &str = "\
version: 1
name: a
data: {source: mnist, path: mnist}
model: {kind: mlp, layers: 0, dropout: 0.1}
training: {epochs: 5}
";

    #[test]
    fn a_caret_points_into_the_file() {
        check(
            &LEAST.replace("epochs: 5", "epochs: \"五\", l2: 5.x"),
            &[],
            "  \
  error: `training.epochs`: expected a whole number from 1 to 100000, found `\"五\"`
   ╭─[a.yaml:5:20]
 4 │ model: {kind: mlp, layers: 0, dropout: 0.1}
 5 │ training: {epochs: \"五\", l2: 5.x}
   ·                    ────
   ╰────

  error: `training.l2`: expected a number of at least 0, found `5.x`
   ╭─[a.yaml:5:29]
 4 │ model: {kind: mlp, layers: 0, dropout: 0.1}
 5 │ training: {epochs: \"五\", l2: 5.x}
   ·                              ───
   ╰────

error: 2 mistakes in a.yaml
",
        );
    }

    #[test]
    fn a_caret_points_into_the_command_line_and_the_file() {
        let set = Override { path: "search.space.dropout".to_owned(), value: "[0, 0.5]".to_owned() };
        check(
            LEAST,
            &[set],
            "  \
  error: `search.space.dropout`: has a domain here and a fixed value as `model.dropout`
   ╭─[command line:1:20]
 1 │ --set search.space.dropout=[0, 0.5]
   ·                    ───────
   ╰────
  note: fixed here
   ╭─[a.yaml:4:31]
 3 │ data: {source: mnist, path: mnist}
 4 │ model: {kind: mlp, layers: 0, dropout: 0.1}
   ·                               ───────
 5 │ training: {epochs: 5}
   ╰────
  hint: keep one of the two

error: 1 mistake in a.yaml
",
        );
    }
}
