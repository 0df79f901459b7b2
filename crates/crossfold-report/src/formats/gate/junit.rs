//! JUnit XML, as CI servers read it.

use std::io::{self, Write};

use crate::formats::xml::escaped;

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
