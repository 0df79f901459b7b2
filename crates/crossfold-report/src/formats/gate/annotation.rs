//! Annotations, which GitHub shows on the page of a pull request.

use super::GateReport;

/// The line that has GitHub Actions annotate a run with a gate's outcome: an error where it fails, else a notice
/// (<https://docs.github.com/actions/reference/workflow-commands-for-github-actions>).
pub fn github_annotation(report: &dyn GateReport) -> String {
    let mut text = Vec::new();
    report.write_text(&mut text).expect("memory takes any text");
    let level = if report.passes() { "notice" } else { "error" };
    format!("::{level} title=crossfold gate::{}", escaped(String::from_utf8_lossy(&text).trim_end()))
}

/// Escapes a workflow command's message as GitHub's `@actions/core` does.
fn escaped(message: &str) -> String {
    message.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::gate::NoVerdict;

    /// As `escapeData` in `packages/core/src/command.ts` of `actions/toolkit`.
    #[test]
    fn a_message_stays_one_command() {
        let hint = Some("90 %".to_owned());
        let report = NoVerdict { name: "ci".to_owned(), verdict: "no_verdict", error: "a::b\r\nc".to_owned(), hint };
        assert_eq!(
            github_annotation(&report),
            "::error title=crossfold gate::FAIL ci: no verdict: a::b%0D%0Ac%0Ahint: 90 %25"
        );
    }
}
