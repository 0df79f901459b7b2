//! A fresh score against a baseline's: a line for people, JSON, and JUnit XML.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crossfold_study::{Direction, Metric, Task};
use serde::Serialize;

use crate::figure::Precision;
use crate::out_of_fold::Changed;
use crate::{Baseline, BaselineError, Leaderboard};

/// Differences this small, against 1 or the score, are the arithmetic's, not the network's.
const ROUNDING: f64 = 1e-12;

/// Whether what is new is as good as what was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Better, as good, or worse by at most the margin.
    Holds,
    /// Worse by more than the margin.
    Worse,
}

/// How a fresh score compares with a baseline's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The study's.
    pub name: String,
    pub verdict: Verdict,
    pub metric: Metric,
    /// The baseline's mean.
    pub baseline: f64,
    /// The new mean.
    pub fresh: f64,
    /// The new mean less the baseline's.
    pub difference: f64,
    /// How much worse the mean may be.
    pub margin: f64,
    /// The means of each metric that both know: the baseline's, and the new one. The verdict hangs on one alone.
    pub metrics: BTreeMap<Metric, [f64; 2]>,
    /// Both scores of each fold; empty where the folds aren't the same.
    pub folds: Vec<FoldComparison>,
    /// `None` where the rows or their folds aren't the same.
    pub changed: Option<Changed>,
    /// What else differs, by name: what the baseline has, and what there is now.
    pub origin: BTreeMap<String, [String; 2]>,
}

/// Both scores of a fold; repeats and folds are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FoldComparison {
    pub repeat: u32,
    pub fold: u32,
    pub baseline: f64,
    pub fresh: f64,
}

impl Baseline {
    /// Holds `fresh` against this.
    ///
    /// # Errors
    /// Where they are judged by different metrics.
    pub fn compare(&self, fresh: &Baseline, margin: f64) -> Result<Comparison, BaselineError> {
        if self.metric != fresh.metric {
            return Err(BaselineError::Metric { baseline: self.metric, fresh: fresh.metric });
        }
        let difference = fresh.mean - self.mean;
        let loss = match self.metric.direction() {
            Direction::Maximize => -difference,
            Direction::Minimize => difference,
        };
        Ok(Comparison {
            name: self.name.clone(),
            verdict: if loss > margin + ROUNDING * self.mean.abs().max(1.0) { Verdict::Worse } else { Verdict::Holds },
            metric: self.metric,
            baseline: self.mean,
            fresh: fresh.mean,
            difference,
            margin,
            metrics: self.metrics_against(fresh),
            folds: self.folds_against(fresh),
            changed: self.changed(fresh),
            origin: self.origin_against(fresh),
        })
    }

    fn metrics_against(&self, fresh: &Baseline) -> BTreeMap<Metric, [f64; 2]> {
        let both = |(&metric, &old): (&Metric, &f64)| Some((metric, [old, *fresh.metrics.get(&metric)?]));
        self.metrics.iter().filter_map(both).collect()
    }

    fn folds_against(&self, fresh: &Baseline) -> Vec<FoldComparison> {
        let both = || self.folds.iter().zip(&fresh.folds);
        let are_same = self.folds.len() == fresh.folds.len()
            && both().all(|(old, new)| (old.repeat, old.fold) == (new.repeat, new.fold));
        if !are_same {
            return Vec::new();
        }
        let pair = |(old, new): (&crate::baseline::FoldRecord, &crate::baseline::FoldRecord)| FoldComparison {
            repeat: old.repeat,
            fold: old.fold,
            baseline: old.score,
            fresh: new.score,
        };
        both().map(pair).collect()
    }

    fn changed(&self, fresh: &Baseline) -> Option<Changed> {
        let data = |baseline: &Baseline| baseline.origin.iter().find(|line| line.starts_with("data ")).cloned();
        if self.rows != fresh.rows || data(self) != data(fresh) {
            return None;
        }
        match self.metric.task() {
            Task::Classification => Changed::of_classes(&self.correct, &fresh.correct),
            Task::Regression => Changed::of_numbers(self.metric, &self.errors, &fresh.errors),
        }
    }

    fn origin_against(&self, fresh: &Baseline) -> BTreeMap<String, [String; 2]> {
        let named = |baseline: &Baseline| -> BTreeMap<String, String> {
            let line = |line: &String| line.split_once(' ').map(|(name, value)| (name.to_owned(), value.to_owned()));
            baseline.origin.iter().filter_map(line).collect()
        };
        let (old, new) = (named(self), named(fresh));
        let names = old.keys().chain(new.keys());
        let both = |name: &String| [&old, &new].map(|lines| lines.get(name).cloned().unwrap_or_default());
        names.map(|name| (name.clone(), both(name))).filter(|(_, [old, new])| old != new).collect()
    }
}

/// What a gate has to tell.
pub trait Told {
    /// A line, then what differs.
    ///
    /// # Errors
    /// Where `out` takes no more.
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()>;

    /// # Errors
    /// Where `out` takes no more.
    fn write_json(&self, out: &mut dyn Write) -> io::Result<()>;

    /// JUnit XML as CI servers read it: a suite with one case, which fails where the gate does.
    ///
    /// # Errors
    /// Where `out` takes no more.
    fn write_junit(&self, out: &mut dyn Write) -> io::Result<()>;
}

/// There is nothing to compare: the network could not be trained.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Untrained {
    /// The study's.
    pub name: String,
    /// Always `untrained`.
    pub verdict: &'static str,
    pub metric: Metric,
    /// Why.
    pub error: String,
}

impl Untrained {
    /// Of a study of which no trial was scored.
    pub fn new(board: &Leaderboard<'_>, name: &str) -> Untrained {
        let failure = board.rows().iter().find_map(|row| board.failure(row));
        let error = failure.unwrap_or_else(|| "stopped before it was scored".to_owned());
        Untrained { name: name.to_owned(), verdict: "untrained", metric: board.metric(), error }
    }

    fn headline(&self) -> String {
        format!("{}: could not be trained: {}", self.name, self.error)
    }
}

impl Told for Untrained {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.headline())
    }

    fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        write_json(out, self)
    }

    fn write_junit(&self, out: &mut dyn Write) -> io::Result<()> {
        let problem = Problem { element: "error", kind: "untrained", message: self.headline() };
        write_junit(out, &self.name, self.metric, Some(problem), &self.headline())
    }
}

impl Told for Comparison {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.headline())?;
        if let Some(changed) = &self.changed {
            writeln!(out, "{}", changed.line())?;
        }
        if !self.origin.is_empty() {
            let names: Vec<&str> = self.origin.keys().map(String::as_str).collect();
            writeln!(out, "not as for the baseline: {}", names.join(", "))?;
        }
        Ok(())
    }

    fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        write_json(out, self)
    }

    fn write_junit(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut details = Vec::new();
        self.write_text(&mut details)?;
        for FoldComparison { repeat, fold, baseline, fresh } in &self.folds {
            writeln!(details, "repeat {repeat} fold {fold}: {fresh}, baseline {baseline}")?;
        }
        let problem = match self.verdict {
            Verdict::Holds => None,
            Verdict::Worse => Some(Problem { element: "failure", kind: "worse", message: self.headline() }),
        };
        write_junit(out, &self.name, self.metric, problem, &String::from_utf8_lossy(&details))
    }
}

fn write_json(mut out: &mut dyn Write, told: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut out, told)?;
    out.write_all(b"\n")
}

/// Why a case of JUnit's doesn't pass.
struct Problem {
    /// `failure` or `error`.
    element: &'static str,
    kind: &'static str,
    message: String,
}

fn write_junit(
    out: &mut dyn Write,
    name: &str,
    metric: Metric,
    problem: Option<Problem>,
    details: &str,
) -> io::Result<()> {
    let count = |element: &str| u32::from(problem.as_ref().is_some_and(|problem| problem.element == element));
    let (failures, errors) = (count("failure"), count("error"));
    let (name, details) = (escaped(name), escaped(details));
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(out, r#"<testsuites name="crossfold gate" tests="1" failures="{failures}" errors="{errors}">"#)?;
    writeln!(out, r#"  <testsuite name="{name}" tests="1" failures="{failures}" errors="{errors}" skipped="0">"#)?;
    writeln!(out, r#"    <testcase name="{metric}" classname="crossfold.{name}">"#)?;
    if let Some(Problem { element, kind, message }) = &problem {
        writeln!(out, r#"      <{element} message="{}" type="{kind}"></{element}>"#, escaped(message))?;
    }
    writeln!(out, "      <system-out>{details}</system-out>")?;
    writeln!(out, "    </testcase>\n  </testsuite>\n</testsuites>")
}

impl Comparison {
    fn headline(&self) -> String {
        let verdict = match self.verdict {
            Verdict::Holds => "holds",
            Verdict::Worse => "worse",
        };
        let Comparison { name, metric, .. } = self;
        let precision = Precision::of(*metric, self.baseline);
        let [fresh, baseline, margin] = [self.fresh, self.baseline, self.margin].map(|value| precision.show(value));
        format!("{name}: {verdict}: {metric} {fresh}, baseline {baseline}, margin {margin}")
    }
}

/// Text for an XML document: its five special characters named, and what no document may hold left out.
fn escaped(text: &str) -> String {
    let is_allowed = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    text.chars().filter(is_allowed).fold(String::new(), |mut escaped, c| {
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
    use crate::baseline::tests::{example, example_of_numbers};

    fn verdict(old: f64, new: f64, margin: f64) -> Verdict {
        example(&[old], "1").compare(&example(&[new], "1"), margin).unwrap().verdict
    }

    #[test]
    fn worse_by_more_than_the_margin_is_worse() {
        assert_eq!(verdict(0.9, 0.95, 0.0), Verdict::Holds);
        assert_eq!(verdict(0.9, 0.9, 0.0), Verdict::Holds);
        // 0.9 − 0.895 is a little above 0.005 in binary.
        assert_eq!(verdict(0.9, 0.895, 0.005), Verdict::Holds);
        assert_eq!(verdict(0.9, 0.8949, 0.005), Verdict::Worse);
    }

    #[test]
    fn less_loss_is_better_and_metrics_do_not_mix() {
        let of = |score| {
            let mut baseline = example(&[score], "1");
            baseline.metric = Metric::LogLoss;
            baseline
        };
        assert_eq!(of(0.3).compare(&of(0.1), 0.0).unwrap().verdict, Verdict::Holds);
        assert_eq!(of(0.3).compare(&of(0.4), 0.05).unwrap().verdict, Verdict::Worse);
        assert!(of(0.3).compare(&example(&[0.3], "1"), 0.0).is_err());
    }

    #[test]
    fn what_changed_is_counted_and_named() {
        let old = example(&[0.5, 0.75], "1100-");
        let mut new = example(&[0.75, 0.25], "1011-");
        new.origin[2] = "libraries gemm 0.20.0".to_owned();
        new.metrics = [(Metric::F1, 0.5), (Metric::Brier, 0.25)].into();
        let comparison = old.compare(&new, 0.1).unwrap();
        assert_eq!(comparison.changed, Some(Changed::Classes { right_to_wrong: 1, wrong_to_right: 2 }));
        assert_eq!(comparison.metrics, [(Metric::F1, [1.0 / 3.0, 0.5])].into());
        assert_eq!(comparison.folds[1], FoldComparison { repeat: 1, fold: 2, baseline: 0.75, fresh: 0.25 });
        let mut text = Vec::new();
        comparison.write_text(&mut text).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "\
example: worse: accuracy 0.5000, baseline 0.6250, margin 0.1000
rows out of fold: 1 from right to wrong, 2 from wrong to right
not as for the baseline: libraries
"
        );
        new.correct = vec!["-0111".to_owned()];
        assert_eq!(old.compare(&new, 0.1).unwrap().changed, None, "other rows validate");
        new.origin[0] = "data 42".to_owned();
        assert_eq!(old.compare(&new, 0.1).unwrap().changed, None, "other rows");
    }

    /// The file's form, of which tools read the names.
    #[test]
    fn errors_of_numbers_are_compared_row_by_row() {
        let (old, new) = (example_of_numbers(&[254.5], "2 - -1 3"), example_of_numbers(&[255.0], "-1 - 3 3"));
        let comparison = old.compare(&new, 0.25).unwrap();
        let mut text = Vec::new();
        comparison.write_text(&mut text).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "\
example: worse: rmse 255.00, baseline 254.50, margin 0.25
rows out of fold: mean squared error 1.6667 more, standard error 3.2830; of 3 rows 1 closer, 1 further off
"
        );
        let changed = serde_json::to_value(comparison.changed).unwrap();
        let names: Vec<&String> = changed.as_object().unwrap().keys().collect();
        assert_eq!(names, ["closer", "difference", "further", "loss", "rows", "standard_error"]);
        assert_eq!(changed["loss"], "squared_error");
        assert_eq!(old.compare(&example_of_numbers(&[254.0], "1 1 - 1"), 0.0).unwrap().changed, None, "other rows");
    }

    #[test]
    fn large_scores_are_rounded_more() {
        let verdict = |new: f64| {
            let [old, new] = [5e4, new].map(|score| example_of_numbers(&[score], "1"));
            old.compare(&new, 0.3).unwrap().verdict
        };
        // 50000.3 − 50000 is 3·10⁻¹² above 0.3 in binary.
        assert_eq!(verdict(50_000.3), Verdict::Holds);
        assert_eq!(verdict(50_000.300_1), Verdict::Worse);
    }

    #[test]
    fn junit_is_one_case_that_fails_with_the_gate() {
        let mut old = example(&[0.75], "1");
        old.name = "a<b".to_owned();
        let mut text = Vec::new();
        old.compare(&example(&[0.5], "0"), 0.0).unwrap().write_junit(&mut text).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="crossfold gate" tests="1" failures="1" errors="0">
  <testsuite name="a&lt;b" tests="1" failures="1" errors="0" skipped="0">
    <testcase name="accuracy" classname="crossfold.a&lt;b">
      <failure message="a&lt;b: worse: accuracy 0.5000, baseline 0.7500, margin 0.0000" type="worse"></failure>
      <system-out>a&lt;b: worse: accuracy 0.5000, baseline 0.7500, margin 0.0000
rows out of fold: 1 from right to wrong, 0 from wrong to right
repeat 1 fold 1: 0.5, baseline 0.75
</system-out>
    </testcase>
  </testsuite>
</testsuites>
"#
        );
        assert_eq!(escaped("a\u{1}&\"'\n"), "a&amp;&quot;&apos;\n");
    }
}
