//! Mistakes in specs as people see them: each with its place, a caret and a hint.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::ops::Range;

use crossfold_study::spec::{Mistake, Mistakes, Place};
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};

/// All `mistakes` in the file called `file_name` and in overrides, then a line that counts them.
///
/// `source` is the file, which may not be text; `width` is the terminal's, in columns.
pub(crate) fn render(file_name: &str, source: &[u8], mistakes: &Mistakes, colour: bool, width: usize) -> String {
    let mut theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    theme.characters.error = "error:".to_owned();
    let handler = GraphicalReportHandler::new_themed(theme).with_width(width).with_links(false).with_context_lines(0);
    // What isn't UTF-8 is shown as U+FFFD; bytes in front of it stay where they are.
    let file = NamedSource::new(file_name, String::from_utf8_lossy(source).into_owned());

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

fn write_mistake(
    text: &mut String,
    handler: &GraphicalReportHandler,
    file: &NamedSource<String>,
    mistake: &Mistake,
) -> fmt::Result {
    let title = match mistake.path.as_str() {
        "" => mistake.message.clone(),
        path => format!("`{path}`: {}", mistake.message),
    };
    let mut labels = vec![label(None, &mistake.place)];
    let mut elsewhere = None;
    if let Some((place, part)) = &mistake.other {
        if same_text(place, &mistake.place) {
            labels.push(label(Some(part.clone()), place));
        } else {
            elsewhere = Some((place, part));
        }
    }
    handler.render_report(text, &Shown { title, source: &*source(&mistake.place, file), labels })?;
    if let Some((place, part)) = elsewhere {
        let labels = vec![label(Some(part.clone()), place)];
        handler.render_report(text, &Shown { title: String::new(), source: &*source(place, file), labels })?;
    }
    match &mistake.hint {
        Some(hint) => writeln!(text, "  hint: {hint}\n"),
        None => writeln!(text),
    }
}

const OPTION: &str = "--set ";

fn source<'a>(place: &Place, file: &'a NamedSource<String>) -> Cow<'a, NamedSource<String>> {
    match place {
        Place::File(_) => Cow::Borrowed(file),
        Place::Override { text, .. } => Cow::Owned(NamedSource::new("command line", format!("{OPTION}{text}"))),
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

/// A mistake as miette shows it: a title, and carets in one text.
struct Shown<'a> {
    title: String,
    source: &'a (dyn SourceCode + 'a),
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
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
