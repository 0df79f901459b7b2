//! Any two trials side by side: how far they are apart, and whether that is chance.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crossfold_study::Metric;
use serde::Serialize;

use crate::analysis::against::{About, Against, Matched, in_unit, sign};
use crate::analysis::baseline::{Baseline, BaselineError};
use crate::analysis::gate::{Settles, write_json};
use crate::analysis::out_of_fold::{Changed, probability};
use crate::analysis::statistics::{Difference, LEVEL, ROUNDING, apart};
use crate::formats::figure::Precision;

/// How a second trial compares with a first. Differences are the second's less the first's, in the metric's unit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Contrast {
    pub metric: Metric,
    pub first: Contrasted,
    pub second: Contrasted,
    pub difference: f64,
    /// Of the difference, on more such rows; `None` where nothing says how much scores scatter.
    pub standard_error: Option<f64>,
    /// Where the true difference is with 95 % confidence.
    pub interval: Option<[f64; 2]>,
    /// How probable a difference at least as far from 0 is where there is none.
    pub p_value: Option<f64>,
    pub matched: Matched,
    /// `None` where the rows aren't the same.
    pub changed: Option<Changed>,
    pub margin: Option<f64>,
    /// Whether a difference of more than the margin, either way, can be excluded: two one-sided tests at 5 % (Schuirmann
    /// 1987, "A comparison of the two one-sided tests procedure and the power approach for assessing the equivalence of
    /// average bioavailability", Journal of Pharmacokinetics and Biopharmaceutics 15). `None` without a margin.
    pub alike: Option<bool>,
    /// What would tell them apart, where nothing does.
    pub settles: Option<Settles>,
    /// The means of each metric that both know.
    pub metrics: BTreeMap<Metric, [f64; 2]>,
}

/// One of two trials.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Contrasted {
    /// As it was asked for: `study` or `study:trial`.
    pub name: String,
    pub mean: f64,
    /// How many rows its study has.
    pub rows: u64,
}

impl Baseline {
    /// Compares `second` with this on more rows like theirs; `names` are what they are called.
    ///
    /// # Errors
    /// Where they are judged by different metrics.
    pub fn contrast(
        &self,
        second: &Baseline,
        names: [&str; 2],
        margin: Option<f64>,
    ) -> Result<Contrast, BaselineError> {
        if self.metric != second.metric {
            return Err(BaselineError::Metric { baseline: self.metric, fresh: second.metric });
        }
        let Against { matched, difference, changed, ratio } = self.against(second, About::SuchRows);
        let p_value = difference.as_ref().map(Difference::p_value);
        let parts = [self.folds.len() as u32, self.repeats()];
        let settle = |difference: Difference| Settles::find(difference, difference.value, LEVEL / 2.0, ratio, parts);
        let is_alike = |margin: f64| {
            let ends = difference.map(|difference| difference.interval(1.0 - 2.0 * LEVEL));
            // Differences this small are the arithmetic's.
            let reach = margin + ROUNDING * self.mean.abs().max(1.0);
            ends.is_some_and(|[least, most]| -reach < least && most < reach)
        };
        let [name, other] = names.map(str::to_owned);
        Ok(Contrast {
            metric: self.metric,
            first: Contrasted { name, mean: self.mean, rows: self.rows },
            second: Contrasted { name: other, mean: second.mean, rows: second.rows },
            difference: apart(self.mean, second.mean),
            standard_error: difference.map(|difference| difference.error()),
            interval: difference.map(|difference| in_unit(self.metric, difference.interval(1.0 - LEVEL))),
            p_value,
            matched,
            changed,
            margin,
            alike: margin.map(is_alike),
            settles: difference.filter(|_| p_value.is_some_and(|p| p > LEVEL)).and_then(settle),
            metrics: self.metrics_against(second),
        })
    }
}

impl Contrast {
    /// Both scores, how far they are apart, and in plain words what that says.
    ///
    /// # Errors
    /// Where `out` takes no more.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let Contrast { metric, first, second, .. } = self;
        let precision = Precision::of(*metric, first.mean);
        let width = first.name.len().max(second.name.len());
        for Contrasted { name, mean, rows: _ } in [first, second] {
            writeln!(out, "{name:width$}  {metric} {}", precision.show(*mean))?;
        }
        let mut line = format!("difference {}", precision.signed(self.difference));
        if let (Some(ends), Some(p)) = (self.interval, self.p_value) {
            let [least, most] = ends.map(|end| precision.signed(end));
            line += &format!(", between {least} and {most} (95 %), p {}", probability(p));
        }
        writeln!(out, "{line}; {}", self.how())?;
        if let Some(line) = self.rows_line() {
            writeln!(out, "{line}")?;
        }
        writeln!(out, "{}", self.sentence(precision))?;
        match (self.margin, self.alike) {
            (Some(margin), Some(true)) => writeln!(
                out,
                "alike within {}: that they are further apart, either way, can be excluded",
                precision.show(margin)
            ),
            (Some(margin), _) => {
                writeln!(out, "whether they are alike within {} isn't known", precision.show(margin))
            }
            (None, _) => Ok(()),
        }
    }

    /// # Errors
    /// Where `out` takes no more.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        write_json(out, self)
    }

    fn how(&self) -> &'static str {
        match self.matched {
            Matched::RowsAndFolds => "the same rows in the same folds, each compared with itself",
            Matched::Rows => "the same rows in other folds, each compared with itself",
            Matched::Folds => "the same folds, each compared with itself",
            Matched::Nothing => "other rows, so compared as two samples, of which less can be told",
        }
    }

    fn rows_line(&self) -> Option<String> {
        let [first, second] = [&self.first, &self.second].map(|side| &side.name);
        match &self.changed {
            Some(Changed::Classes { right_to_wrong, wrong_to_right, p_value }) => Some(format!(
                "rows out of fold: {right_to_wrong} that only {first} has right, {wrong_to_right} that only {second} has \
                 (McNemar's p {})",
                probability(*p_value)
            )),
            Some(Changed::Numbers(change)) => {
                let [closer, further] = [change.closer, change.further];
                Some(format!("rows out of fold: {first} is closer on {further}, {second} on {closer}"))
            }
            None => None,
        }
    }

    fn sentence(&self, precision: Precision) -> String {
        let apart = precision.show(self.difference.abs());
        let better = match sign(self.metric) * self.difference > 0.0 {
            true => &self.second.name,
            false => &self.first.name,
        };
        match (self.p_value, &self.settles) {
            (None, _) => "whether they differ can't be told: nothing says how much their scores scatter".to_owned(),
            (Some(p), _) if p <= LEVEL => {
                format!(
                    "{better} is better: a difference this great is rare where there is none (p {})",
                    probability(p)
                )
            }
            (Some(_), _) if self.difference == 0.0 => "no evidence that they differ: they came to the same".to_owned(),
            (Some(_), Some(settles)) => format!(
                "no evidence that they differ: if they truly lie {apart} apart, {} would show it in 4 of 5 studies",
                settles.words(self.first.rows)
            ),
            (Some(_), None) => "no evidence that they differ".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::baseline::tests::{example, example_of_numbers};

    fn text(contrast: &Contrast) -> String {
        let mut text = Vec::new();
        contrast.write_text(&mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn what_cannot_be_told_apart_is_said_to_be_so() {
        let (first, second) = (example(&[0.5, 0.75], "11001110"), example(&[0.75, 0.75], "11101110"));
        let contrast = first.contrast(&second, ["a", "b:3"], Some(0.01)).unwrap();
        assert_eq!(
            text(&contrast),
            "\
a    accuracy 0.6250
b:3  accuracy 0.7500
difference +0.1250, between -1.0000 and +1.0000 (95 %), p 0.56; the same rows in the same folds, each compared with itself
rows out of fold: 0 that only a has right, 1 that only b:3 has (McNemar's p 1.00)
no evidence that they differ: if they truly lie 0.1250 apart, about 2200 rows more would show it in 4 of 5 studies
whether they are alike within 0.0100 isn't known
"
        );
        let same = first.contrast(&first, ["a", "a"], Some(0.01)).unwrap();
        assert!(text(&same).ends_with(
            "no evidence that they differ: they came to the same\n\
             alike within 0.0100: that they are further apart, either way, can be excluded\n"
        ));
        let metrics = Baseline { metric: Metric::F1, ..second };
        assert!(first.contrast(&metrics, ["a", "b"], None).is_err());
    }

    /// Less is better: the first's errors are all greater by 10.
    #[test]
    fn what_is_better_is_named() {
        let first = example_of_numbers(&[11.0, 11.1, 10.9], "11 -11.1 10.9 11 11.1 -10.9");
        let second = example_of_numbers(&[1.0, 1.1, 0.9], "1 -1.1 0.9 1 1.1 -0.9");
        let [first, second] = [first, second].map(|side| Baseline { metric: Metric::Mae, ..side });
        let contrast = first.contrast(&second, ["a", "b"], None).unwrap();
        assert_eq!(contrast.interval.map(|[least, most]| most - least < 0.01), Some(true));
        assert!(text(&contrast).contains("rows out of fold: a is closer on 0, b on 6"), "{}", text(&contrast));
        assert!(text(&contrast).contains("b is better"), "{}", text(&contrast));
    }
}
