//! The page template.

use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::block;

const TEMPLATE: &str = include_str!("../../../assets/report.html");
const STYLE: &str = include_str!("../../../assets/report.css");
const LIBRARY: &str = include_str!("../../../assets/library/echarts.partial.min.js");
/// The library as a block, which the build script makes.
const LIBRARY_BLOCK: &str = include_str!(concat!(env!("OUT_DIR"), "/library.txt"));
const NOTICE: &str = include_str!("../../../assets/library/NOTICE");

/// The scripts, each after those it uses; they share one scope of their own.
const SCRIPTS: &[&str] = &[
    include_str!("../../../assets/js/elements.js"),
    include_str!("../../../assets/js/figures.js"),
    include_str!("../../../assets/js/inflate.js"),
    include_str!("../../../assets/js/tip.js"),
    include_str!("../../../assets/js/study.js"),
    include_str!("../../../assets/js/theme.js"),
    include_str!("../../../assets/js/axes.js"),
    include_str!("../../../assets/js/charts.js"),
    include_str!("../../../assets/js/paper.js"),
    include_str!("../../../assets/js/selection.js"),
    include_str!("../../../assets/js/filter.js"),
    include_str!("../../../assets/js/summary.js"),
    include_str!("../../../assets/js/models.js"),
    include_str!("../../../assets/js/about.js"),
    include_str!("../../../assets/js/leaderboard.js"),
    include_str!("../../../assets/js/history.js"),
    include_str!("../../../assets/js/folds.js"),
    include_str!("../../../assets/js/curves.js"),
    include_str!("../../../assets/js/space.js"),
    include_str!("../../../assets/js/importance.js"),
    include_str!("../../../assets/js/classes.js"),
    include_str!("../../../assets/js/numbers.js"),
    include_str!("../../../assets/js/mistakes.js"),
    include_str!("../../../assets/js/price.js"),
    include_str!("../../../assets/js/provenance.js"),
    include_str!("../../../assets/js/main.js"),
];

/// Writes the page of the study `name` with its data, the `document`.
pub(super) fn fill(mut out: impl Write, name: &str, document: &[u8]) -> io::Result<()> {
    let script = format!("\n(() => {{\n\"use strict\";\n{}start();\n}})();\n", SCRIPTS.concat());
    let style = format!("\n{STYLE}");
    let mut pieces = TEMPLATE.split("{{");
    out.write_all(pieces.next().unwrap_or_default().as_bytes())?;
    for piece in pieces {
        let (slot, rest) = piece.split_once("}}").unwrap_or((piece, ""));
        match slot {
            "name" => out.write_all(escaped(name).as_bytes())?,
            "style" => out.write_all(style.as_bytes())?,
            "script" => out.write_all(script.as_bytes())?,
            "script-digest" => out.write_all(digest(&script).as_bytes())?,
            "library-digest" => out.write_all(digest(LIBRARY).as_bytes())?,
            "style-digest" => out.write_all(digest(&style).as_bytes())?,
            "data" => out.write_all(block::encode(document)?.as_bytes())?,
            "library" => out.write_all(LIBRARY_BLOCK.as_bytes())?,
            "notice" => out.write_all(escaped(NOTICE).as_bytes())?,
            other => unreachable!("the template has a slot `{other}`"),
        }
        out.write_all(rest.as_bytes())?;
    }
    Ok(())
}

/// The source of a content security policy that allows a script or style of exactly this text.
fn digest(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

/// Text for HTML, or for an attribute in double quotes.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_names_is_escaped() {
        assert_eq!(escaped("a<b>&\"c\""), "a&lt;b&gt;&amp;&quot;c&quot;");
    }

    /// A browser would take these for the end.
    #[test]
    fn scripts_and_styles_contain_no_end_tag() {
        for script in SCRIPTS {
            assert!(!script.contains("</script") && !script.contains("<!--"));
            assert!(!script.contains("innerHTML"), "data become text, never markup");
        }
        assert!(!STYLE.contains("</style"));
    }
}
