//! The outcome of a gate on a CI job's page.

use std::io::{self, Write};

use super::wording::{headline, precision, remarks};
use crate::analysis::gate::{GateComparison, GateVerdict};
use crate::formats::figure::Precision;
use crate::formats::markdown::inert;

/// Writes the verdict, a table of scores, remarks, and what to do next.
pub(super) fn write(out: &mut dyn Write, comparison: &GateComparison) -> io::Result<()> {
    let GateComparison { name, verdict, metric, passes, .. } = comparison;
    let end = if *passes { "passes" } else { "fails" };
    writeln!(out, "### Gate `{name}`: {}, {end}\n", verdict.name())?;
    writeln!(out, "{}\n", in_words(comparison))?;
    writeln!(out, "| | baseline | now | difference | 90 % interval | margin |\n|---|---|---|---|---|---|")?;
    let precision = precision(comparison);
    let [baseline, fresh, margin] =
        [comparison.baseline, comparison.fresh, comparison.margin].map(|value| precision.show(value));
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
        writeln!(out, "| {other} | {baseline} | {fresh} | {difference} | | |")?;
    }
    writeln!(out)?;
    remarks(comparison).iter().try_for_each(|remark| writeln!(out, "- {}", inert(remark)))?;
    writeln!(out, "\n{}\n", next_step(comparison))
}

/// The meaning of the verdict.
fn in_words(comparison: &GateComparison) -> String {
    let precision = precision(comparison);
    let margin = precision.show(comparison.margin);
    if comparison.interval.is_none() && comparison.exact.is_none() {
        let is_worse = comparison.verdict == GateVerdict::Worse;
        let more = if is_worse { "worse by more" } else { "not worse by more" };
        return format!(
            "It is {more} than the margin, {margin}; how far that is chance can't be told from a single part."
        );
    }
    match comparison.verdict {
        GateVerdict::Better => "It is better: that it is no better can be excluded (5 %, one-sided).".to_owned(),
        GateVerdict::Equivalent => {
            format!("It is as good: a loss of more than the margin, {margin}, can be excluded (5 %, one-sided).")
        }
        GateVerdict::Inconclusive => format!(
            "It can't be told: that it is worse by more than the margin, {margin}, can't be excluded, and neither can that \
             it is as good (5 %, one-sided)."
        ),
        GateVerdict::Worse => format!(
            "It is worse: that it is as good can be excluded (5 %, one-sided), and a loss of more than the margin, \
             {margin}, can't."
        ),
        GateVerdict::Identical | GateVerdict::Differs => {
            let headline = headline(comparison);
            let line = headline.rsplit_once(": ").map_or(headline.as_str(), |(_, line)| line);
            format!("Bit for bit: {line}.")
        }
    }
}

/// What to do next.
fn next_step(comparison: &GateComparison) -> String {
    let name = &comparison.name;
    match comparison.verdict {
        GateVerdict::Equivalent | GateVerdict::Identical => "There is nothing to do.".to_owned(),
        GateVerdict::Better => format!(
            "If that is meant, renew the baseline in the same commit, so that it is held from now on: `crossfold run`, \
             then `crossfold baseline {name} -o FILE`."
        ),
        GateVerdict::Inconclusive => {
            "Look for what changed. If a loss of this size may pass, raise `--margin`; if the study is \
             too small to tell, give it more rows or repeats; or let it pass with `--allow-inconclusive`."
                .to_owned()
        }
        GateVerdict::Worse => format!(
            "Look for what changed. If the loss is meant, renew the baseline in the same commit: `crossfold run`, then \
             `crossfold baseline {name} -o FILE`."
        ),
        GateVerdict::Differs => format!(
            "Look for what changed. If other bits are meant, or the baseline is of another kind of CPU, renew it: \
             `crossfold baseline {name} --exact -o FILE`."
        ),
    }
}
