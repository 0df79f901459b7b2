//! How a fresh score compares with a baseline's.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crossfold_study::Metric;
use serde::Serialize;

use super::exact::Exactness;
use super::junit::{Problem, write_junit};
use super::verdict::{CONFIDENCE, Settles, Verdict};
use super::{Told, markdown, write_json};
use crate::analysis::against::{About, Against, Matched, in_unit, sign};
use crate::analysis::baseline::{Baseline, BaselineError};
use crate::analysis::out_of_fold::Changed;
use crate::analysis::statistics::{Difference, apart};
use crate::formats::figure::Precision;

/// What a gate lets pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    /// How much worse the mean may be.
    pub margin: f64,
    /// Whether not knowing passes.
    pub allow_inconclusive: bool,
    /// Whether every bit must be the same, whatever the scores are.
    pub exact: bool,
}

/// How a fresh score compares with a baseline's. Differences are the new less the baseline's, in the metric's unit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The study's.
    pub name: String,
    pub verdict: Verdict,
    /// Whether the gate lets it pass.
    pub passes: bool,
    pub metric: Metric,
    /// The baseline's mean.
    pub baseline: f64,
    /// The new mean.
    pub fresh: f64,
    pub difference: f64,
    /// Of the difference; `None` where nothing says how much scores scatter.
    pub standard_error: Option<f64>,
    /// Where the true difference is with 90 % confidence.
    pub interval: Option<[f64; 2]>,
    /// How probable a difference at least as far from 0 is where there is none.
    pub p_value: Option<f64>,
    /// How much worse the mean may be.
    pub margin: f64,
    pub matched: Matched,
    /// What would settle an inconclusive difference.
    pub settles: Option<Settles>,
    /// Rows of the baseline.
    pub rows: u64,
    /// The means of each metric that both know: the baseline's, and the new one. The verdict hangs on one alone.
    pub metrics: BTreeMap<Metric, [f64; 2]>,
    /// Both scores of each fold; empty where the folds aren't the same.
    pub folds: Vec<FoldComparison>,
    /// `None` where the rows aren't the same.
    pub changed: Option<Changed>,
    /// Where bits are asked for.
    pub exact: Option<Exactness>,
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
    /// Where they are judged by different metrics, or can't be compared bit by bit.
    pub fn compare(&self, fresh: &Baseline, terms: Terms) -> Result<Comparison, BaselineError> {
        let Terms { margin, allow_inconclusive, exact } = terms;
        if self.metric != fresh.metric {
            return Err(BaselineError::Metric { baseline: self.metric, fresh: fresh.metric });
        }
        let exact = exact.then(|| self.exactness(fresh)).transpose()?;
        let Against { matched, difference, changed, ratio } = self.against(fresh, About::TheseRows);
        let apart = apart(self.mean, fresh.mean);
        let better = sign(self.metric) * apart;
        // Of what is the same the least and the most are, too.
        let interval = difference.map(|difference| difference.interval(CONFIDENCE));
        let scored = Verdict::of(better, interval, margin, self.mean);
        let verdict = match &exact {
            Some(Exactness { first: None, .. }) => Verdict::Identical,
            Some(Exactness { first: Some(_), .. }) => Verdict::Differs,
            None => scored,
        };
        let settles = difference.filter(|_| scored == Verdict::Inconclusive).and_then(|difference| {
            // The nearer of the two: that it isn't worse by more than the margin, or that it is worse.
            let distance = (better + margin).max(-better);
            let parts = [self.folds.len() as u32, self.repeats()];
            Settles::find(difference, distance, (1.0 - CONFIDENCE) / 2.0, ratio, parts)
        });
        Ok(Comparison {
            name: self.name.clone(),
            verdict,
            passes: match verdict {
                Verdict::Better | Verdict::Equivalent | Verdict::Identical => true,
                Verdict::Inconclusive => allow_inconclusive,
                Verdict::Worse | Verdict::Differs => false,
            },
            metric: self.metric,
            baseline: self.mean,
            fresh: fresh.mean,
            difference: apart,
            standard_error: difference.map(|difference| difference.error()),
            interval: interval.map(|ends| in_unit(self.metric, ends)),
            p_value: difference.as_ref().map(Difference::p_value),
            margin,
            matched,
            settles,
            rows: self.rows,
            metrics: self.metrics_against(fresh),
            folds: self.folds_against(fresh, matched),
            changed,
            exact,
            origin: self.origin_against(fresh),
        })
    }

    pub(crate) fn metrics_against(&self, fresh: &Baseline) -> BTreeMap<Metric, [f64; 2]> {
        let both = |(&metric, &old): (&Metric, &f64)| Some((metric, [old, *fresh.metrics.get(&metric)?]));
        self.metrics.iter().filter_map(both).collect()
    }

    fn folds_against(&self, fresh: &Baseline, matched: Matched) -> Vec<FoldComparison> {
        match matched {
            Matched::RowsAndFolds | Matched::Folds => {}
            Matched::Rows | Matched::Nothing => return Vec::new(),
        }
        let pair = |(old, new): (&crate::analysis::baseline::FoldRecord, &crate::analysis::baseline::FoldRecord)| {
            FoldComparison { repeat: old.repeat, fold: old.fold, baseline: old.score, fresh: new.score }
        };
        self.folds.iter().zip(&fresh.folds).map(pair).collect()
    }

    pub(crate) fn origin_against(&self, fresh: &Baseline) -> BTreeMap<String, [String; 2]> {
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

impl Comparison {
    /// How many digits its figures are shown with.
    pub(super) fn precision(&self) -> Precision {
        Precision::of(self.metric, self.baseline)
    }

    pub(super) fn headline(&self) -> String {
        let Comparison { name, verdict, .. } = self;
        let repeats = self.folds.iter().any(|fold| fold.repeat > 1);
        match &self.exact {
            Some(exact) => format!("{name}: {}: {}", verdict.name(), exact.line(repeats)),
            None => format!("{name}: {}: {}", verdict.name(), self.figures()),
        }
    }

    /// The scores, how far they are apart, and how sure that is.
    fn figures(&self) -> String {
        let precision = self.precision();
        let [fresh, baseline, margin] = [self.fresh, self.baseline, self.margin].map(|value| precision.show(value));
        let difference = precision.signed(self.difference);
        let between = self.interval.map(|ends| ends.map(|end| precision.signed(end)));
        let between = between.map(|[least, most]| format!("between {least} and {most} (90 %), ")).unwrap_or_default();
        let metric = self.metric;
        format!("{metric} {fresh}, baseline {baseline}; difference {difference}, {between}margin {margin}")
    }

    /// What there is to know besides, a line each.
    pub(super) fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        if let Some(changed) = &self.changed {
            remarks.push(changed.line());
        }
        match (self.matched, self.interval) {
            (Matched::RowsAndFolds, _) => {}
            (Matched::Rows, _) => remarks.push("the same rows as the baseline's, split into other folds".to_owned()),
            (Matched::Folds, Some(_)) => {
                remarks.push("the baseline doesn't say how each row did: compared by folds".to_owned())
            }
            (Matched::Nothing, Some(_)) => {
                remarks.push(
                    "other rows than the baseline's: compared as two samples, of which less can be told".to_owned(),
                );
            }
            (Matched::Folds | Matched::Nothing, None) => {
                remarks.push("a single part without its rows: the margin alone decides".to_owned());
            }
        }
        if self.verdict == Verdict::Inconclusive {
            let next = match &self.settles {
                Some(settles) => format!("{} would settle it in 4 of 5 cases", settles.words(self.rows)),
                None => "nothing but the same bits settles it without a margin".to_owned(),
            };
            remarks.push(next);
        }
        if !self.origin.is_empty() {
            let names: Vec<&str> = self.origin.keys().map(String::as_str).collect();
            remarks.push(format!("not as for the baseline: {}", names.join(", ")));
        }
        remarks.extend(self.exact.as_ref().and_then(Exactness::reason));
        remarks
    }
}

impl Told for Comparison {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.headline())?;
        if self.exact.is_some() {
            writeln!(out, "{}", self.figures())?;
        }
        self.remarks().iter().try_for_each(|remark| writeln!(out, "{remark}"))
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
        let problem =
            (!self.passes).then(|| Problem { element: "failure", kind: self.verdict.name(), message: self.headline() });
        write_junit(out, &self.name, self.metric, problem, &String::from_utf8_lossy(&details))
    }

    fn write_markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        markdown::write(out, self)
    }
}
