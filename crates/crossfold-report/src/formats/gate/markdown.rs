//! The outcome of a gate on a CI job's page.

use std::io::{self, Write};

use super::wording::{exactness_line, has_repeats, in_words, margin, outcome, precision, remarks};
use crate::analysis::gate::{GateComparison, GateVerdict};
use crate::formats::figure::Precision;
use crate::formats::markdown::inert;

/// Writes the verdict, a table of scores, remarks, and what to do next.
pub(super) fn write(out: &mut dyn Write, comparison: &GateComparison) -> io::Result<()> {
    let GateComparison { name, verdict, metric, passes, .. } = comparison;
    writeln!(out, "### {} `{name}`: {}\n", outcome(*passes), verdict.name())?;
    match &comparison.exact {
        Some(exact) => {
            writeln!(out, "{}: {}.\n", in_words(comparison), exactness_line(exact, has_repeats(comparison)))?
        }
        None => writeln!(out, "{}.\n", in_words(comparison))?,
    }
    writeln!(out, "| | baseline | now | difference | 90 % interval | margin |\n|---|---|---|---|---|---|")?;
    let precision = precision(comparison);
    let [baseline, fresh] = [comparison.baseline, comparison.fresh].map(|value| precision.show(value));
    let margin = margin(comparison);
    let interval = match comparison.interval {
        Some(ends) => {
            let [least, most] = ends.map(|end| precision.show_signed(end));
            format!("{least} to {most}")
        }
        None => "unknown".to_owned(),
    };
    let difference = precision.show_signed(comparison.difference);
    writeln!(out, "| **{metric}** | {baseline} | {fresh} | {difference} | {interval} | {margin} |")?;
    for (other, [old, new]) in comparison.metrics.iter().filter(|(other, _)| *other != metric) {
        let precision = Precision::for_score(*other, *old);
        let [baseline, fresh, difference] =
            [precision.show(*old), precision.show(*new), precision.show_signed(new - old)];
        let all = if comparison.changed_data.is_some() { ", on all rows" } else { "" };
        writeln!(out, "| {other}{all} | {baseline} | {fresh} | {difference} | | |")?;
    }
    writeln!(out)?;
    remarks(comparison).iter().try_for_each(|remark| writeln!(out, "- {}", inert(remark)))?;
    writeln!(out, "\n{}\n", next_step(comparison))
}

/// What to do next.
fn next_step(comparison: &GateComparison) -> String {
    let name = &comparison.name;
    match comparison.verdict {
        GateVerdict::Equivalent | GateVerdict::Identical => "Nothing to do.".to_owned(),
        GateVerdict::Better => format!(
            "To hold the gain from now on, renew the baseline in the same commit: `crossfold run`, then \
             `crossfold baseline {name} -o FILE`."
        ),
        GateVerdict::Inconclusive => {
            "Look for what changed. If a loss of this size is acceptable, raise `--margin`. If the \
             study is too small to tell, add rows or repeats. `--allow-inconclusive` lets it pass."
                .to_owned()
        }
        GateVerdict::Worse => format!(
            "Look for what changed. If the loss is intended, renew the baseline in the same commit: `crossfold run`, then \
             `crossfold baseline {name} -o FILE`."
        ),
        GateVerdict::Differs => format!(
            "Look for what changed. If other bits are intended, or the baseline is from a machine of another class, renew it: \
             `crossfold baseline {name} --exact -o FILE`."
        ),
    }
}
