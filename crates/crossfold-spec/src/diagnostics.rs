//! Renders mistakes in specs, each with its place, a caret and a hint.

mod excerpt;

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::ops::Range;

use crossfold_study::{shortened, visible_line};
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, SourceCode};

use crate::{Mistake, Mistakes, Place};
use excerpt::{Excerpt, Mark, Text};

/// Renders all mistakes in a spec and its overrides, then a line that counts them. The spec is called `name`, its bytes are
/// `source`, and `width` is that of the terminal, in columns.
pub fn render_mistakes(mistakes: &Mistakes, name: &str, source: &[u8], colour: bool, width: usize) -> String {
    let file_name = &visible_line(name).into_owned();
    let mut theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    theme.characters.error = "error:".to_owned();
    theme.characters.advice = "note:".to_owned();
    let handler = GraphicalReportHandler::new_themed(theme).with_width(width).with_links(false);
    // Bytes that aren't UTF-8 are shown as U+FFFD; those before them keep their places.
    let file = Text::new(file_name, String::from_utf8_lossy(source));

    let mut text = String::new();
    for mistake in mistakes.iter() {
        write_mistake(&mut text, &handler, &file, mistake).expect("a string takes any text");
    }
    text + "error: " + &mistakes.summary(file_name) + "\n"
}

fn write_mistake(
    text: &mut String,
    handler: &GraphicalReportHandler,
    file: &Text<'_>,
    mistake: &Mistake,
) -> fmt::Result {
    let title = match mistake.path.as_str() {
        "" => mistake.message.clone(),
        path => format!("`{}`: {}", shortened(path), mistake.message),
    };
    let title = visible_line(&title).into_owned();
    let source = source_text(&mistake.place, file);
    let mut others = Vec::new();
    let mut elsewhere = None;
    if let Some((place, part)) = mistake.other.as_deref() {
        if are_near(place, &mistake.place, &source) {
            others.push(Mark { text: Some(part.clone()), range: range_in_source(place) });
        } else {
            elsewhere = Some((place, part.clone()));
        }
    }
    let excerpt = Excerpt::new(&source, Mark { text: None, range: range_in_source(&mistake.place) }, others);
    handler.render_report(text, &RenderedMistake { severity: Severity::Error, title, excerpt })?;
    if let Some((place, title)) = elsewhere {
        let source = source_text(place, file);
        let excerpt = Excerpt::new(&source, Mark { text: None, range: range_in_source(place) }, Vec::new());
        handler.render_report(text, &RenderedMistake { severity: Severity::Advice, title, excerpt })?;
    }
    match &mistake.hint {
        Some(hint) => writeln!(text, "  hint: {}\n", visible_line(hint)),
        None => writeln!(text),
    }
}

const OPTION: &str = "--set ";

fn source_text<'a>(place: &Place, file: &'a Text<'a>) -> Cow<'a, Text<'a>> {
    match place {
        Place::File(_) => Cow::Borrowed(file),
        Place::Override { text, .. } => Cow::Owned(Text::new("command line", format!("{OPTION}{text}").into())),
    }
}

fn range_in_source(place: &Place) -> Range<usize> {
    match place {
        Place::File(range) => range.clone(),
        Place::Override { range, .. } => range.start + OPTION.len()..range.end + OPTION.len(),
    }
}

/// Whether both places are in `source`, the text of the second, and close enough for one excerpt.
fn are_near(a: &Place, b: &Place, source: &Text<'_>) -> bool {
    const NEAR: usize = 10;
    let same_text = match (a, b) {
        (Place::File(_), Place::File(_)) => true,
        (Place::Override { number: a, .. }, Place::Override { number: b, .. }) => a == b,
        (Place::File(_), Place::Override { .. }) | (Place::Override { .. }, Place::File(_)) => false,
    };
    let line = |place| source.line(range_in_source(place).start);
    same_text && line(a).abs_diff(line(b)) <= NEAR
}

/// A mistake in the form that miette renders: a title, and carets in one text.
struct RenderedMistake<'a> {
    severity: Severity,
    title: String,
    excerpt: Excerpt<'a>,
}

impl fmt::Display for RenderedMistake<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)
    }
}

impl fmt::Debug for RenderedMistake<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)
    }
}

impl std::error::Error for RenderedMistake<'_> {}

impl Diagnostic for RenderedMistake<'_> {
    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.excerpt.labels.iter().cloned()))
    }
}

#[cfg(test)]
mod tests {
    use crossfold_study::Override;

    use super::*;

    fn mistakes(text: &str, overrides: &[Override]) -> Mistakes {
        crate::read(text.as_bytes(), overrides).unwrap_err()
    }

    fn shown(mistakes: &Mistakes, text: &str) -> String {
        render_mistakes(mistakes, "a.yaml", text.as_bytes(), false, 100)
    }

    fn check(text: &str, overrides: &[Override], expected: &str) {
        assert_eq!(shown(&mistakes(text, overrides), text), expected);
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

    #[test]
    fn a_caret_far_to_the_right_has_its_column() {
        let rates: String = (10_000..20_000).map(|rate| format!("0.{rate}, ")).collect();
        check(
            &format!("{LEAST}search: {{space: {{l2: [{rates}x]}}}}\n"),
            &[],
            &format!(
                "  \
  error: `search.space.l2[10000]`: expected a number of at least 0, found `x`
   ╭─[a.yaml:6:90023]
 5 │ training: {{epochs: 5}}
 6 │ …{}x]}}}}
   · {}─
   ╰────

error: 1 mistake in a.yaml
",
                &rates[rates.len() - 100..],
                " ".repeat(101)
            ),
        );
    }

    /// A hundred mistakes in one line of 70,000 columns, and a key as long.
    #[test]
    fn the_text_of_a_mistake_is_limited() {
        let rates = "-0.123, ".repeat(9_000);
        let key = "k".repeat(70_000);
        for wrong in [format!("l2: [{rates}]"), format!("{key}: 1")] {
            let text = format!("{LEAST}search: {{space: {{{wrong}}}}}\n");
            let spec = mistakes(&text, &[]);
            let (shown, count) = (shown(&spec, &text), spec.count());
            assert!(shown.len() < count * 1_000, "{} for {count}", shown.len());
        }
    }
}
