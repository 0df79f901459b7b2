//! JUnit XML, as CI servers read it.

use std::io::{self, Write};

use crossfold_study::visible_text;

/// Why a case does not pass.
pub(super) struct Problem {
    /// `failure` or `error`.
    pub(super) element: &'static str,
    pub(super) kind: &'static str,
    pub(super) message: String,
}

/// Writes a suite with one case.
pub(super) fn write_junit(
    out: &mut dyn Write,
    name: &str,
    case: &str,
    problem: Option<Problem>,
    details: &str,
) -> io::Result<()> {
    let count = |element: &str| u32::from(problem.as_ref().is_some_and(|problem| problem.element == element));
    let (failures, errors) = (count("failure"), count("error"));
    let (name, details) = (escaped(name), escaped(details));
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(out, r#"<testsuites name="crossfold gate" tests="1" failures="{failures}" errors="{errors}">"#)?;
    writeln!(out, r#"  <testsuite name="{name}" tests="1" failures="{failures}" errors="{errors}" skipped="0">"#)?;
    writeln!(out, r#"    <testcase name="{case}" classname="crossfold.{name}">"#)?;
    if let Some(Problem { element, kind, message }) = &problem {
        writeln!(out, r#"      <{element} message="{}" type="{kind}"></{element}>"#, escaped(message))?;
    }
    writeln!(out, "      <system-out>{details}</system-out>")?;
    writeln!(out, "    </testcase>\n  </testsuite>\n</testsuites>")
}

/// Writes what a file says while its gate has reached no verdict, and afterwards should it reach none: an error.
///
/// # Errors
/// If `out` can't be written to.
pub fn write_junit_without_verdict(out: &mut dyn Write) -> io::Result<()> {
    let message = "the gate has reached no verdict";
    let problem = Problem { element: "error", kind: "unfinished", message: message.to_owned() };
    write_junit(out, "gate", "verdict", Some(problem), message)
}

/// Text for an XML document, with the five special characters escaped. Those that XML doesn't allow are made visible.
fn escaped(text: &str) -> String {
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
