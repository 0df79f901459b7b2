//! The text and JSON of `crossfold compare`.

use std::io::{self, Write};

use super::figure::{Precision, probability};
use super::json::write_json;
use super::sample_size::words;
use crate::analysis::baseline_pair::Pairing;
use crate::analysis::out_of_fold::RowChanges;
use crate::analysis::statistics::{LEVEL, sign};
use crate::analysis::trial_comparison::{ComparedTrial, LeaderboardVerdict, TrialComparison};

impl TrialComparison {
    /// Writes both scores, how far apart they are, and what follows from that, for people.
    ///
    /// # Errors
    /// If `out` can't be written to.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let TrialComparison { metric, first, second, .. } = self;
        let precision = Precision::for_score(*metric, first.mean);
        let width = first.name.len().max(second.name.len());
        for ComparedTrial { name, mean, rows: _ } in [first, second] {
            writeln!(out, "{name:width$}  {metric} {}", precision.show(*mean))?;
        }
        let mut line = format!("difference {}", precision.show_signed(self.difference));
        if let (Some(ends), Some(p)) = (self.interval, self.p_value) {
            let [least, most] = ends.map(|end| precision.show_signed(end));
            line += &format!(", between {least} and {most} (95 %), p {}", probability(p));
        }
        writeln!(out, "{line}; {}", self.matching())?;
        if let Some(line) = self.rows_line() {
            writeln!(out, "{line}")?;
        }
        writeln!(out, "{}", self.conclusion(precision))?;
        if let Some(LeaderboardVerdict { compared, adjusted_p, tied, below }) = self.leaderboard {
            let p = probability(adjusted_p);
            let verdict = match (tied, below) {
                (true, _) => "tied".to_owned(),
                (false, None) => "not tied".to_owned(),
                (false, Some(below)) => format!("not tied: the worse one is {below}"),
            };
            writeln!(out, "leaderboard, which allows for all of its {compared} trials: p {p}, {verdict}")?;
        }
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

    /// Writes the comparison as JSON.
    ///
    /// # Errors
    /// If `out` can't be written to.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        write_json(out, self)
    }

    fn matching(&self) -> &'static str {
        match self.matched {
            Pairing::RowsAndFolds => "the same rows in the same folds, each compared with itself",
            Pairing::Rows => "the same rows in other folds, each compared with itself",
            Pairing::Folds => "the same folds, each compared with itself",
            Pairing::Nothing => "other rows, so compared as two samples, of which less can be told",
        }
    }

    fn rows_line(&self) -> Option<String> {
        let [first, second] = [&self.first, &self.second].map(|side| &side.name);
        match &self.changed {
            Some(RowChanges::Classes { right_to_wrong, wrong_to_right, p_value }) => Some(format!(
                "rows out of fold: {right_to_wrong} that only {first} has right, {wrong_to_right} that only {second} has \
                 (McNemar's p {})",
                probability(*p_value)
            )),
            Some(RowChanges::Numbers(change)) => {
                let [closer, further] = [change.closer, change.further];
                Some(format!("rows out of fold: {first} is closer on {further}, {second} on {closer}"))
            }
            None => None,
        }
    }

    fn conclusion(&self, precision: Precision) -> String {
        let apart = precision.show(self.difference.abs());
        let better = match sign(self.metric) * self.difference > 0.0 {
            true => &self.second.name,
            false => &self.first.name,
        };
        match (self.p_value, &self.needed) {
            (None, _) => "whether they differ can't be told: nothing says how much their scores scatter".to_owned(),
            (Some(p), _) if p <= LEVEL => {
                format!(
                    "{better} is better: a difference this great is rare where there is none (p {})",
                    probability(p)
                )
            }
            (Some(_), _) if self.leaderboard.is_some_and(|verdict| verdict.adjusted_p <= LEVEL) => {
                format!("{better} is better by the leaderboard, which has more trials to tell how much scores scatter")
            }
            (Some(_), _) if self.difference == 0.0 => "no evidence that they differ: they came to the same".to_owned(),
            (Some(_), Some(needed)) => format!(
                "no evidence that they differ: if they truly lie {apart} apart, {} would show it in 4 of 5 studies",
                words(needed, self.first.rows)
            ),
            (Some(_), None) => "no evidence that they differ".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::baseline::Baseline;
    use crossfold_study::Metric;

    use crate::analysis::baseline::tests::{example, example_of_numbers};

    fn text(comparison: &TrialComparison) -> String {
        let mut text = Vec::new();
        comparison.write_text(&mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn tied_trials_are_reported_as_such() {
        let (first, second) = (example(&[0.5, 0.75], "11001110"), example(&[0.75, 0.75], "11101110"));
        let comparison = first.compare(&second, ["a", "b:3"], Some(0.01)).unwrap();
        assert_eq!(
            text(&comparison),
            "\
a    accuracy 0.6250
b:3  accuracy 0.7500
difference +0.1250, between -0.1860 and +0.4360 (95 %), p 0.34; the same rows in the same folds, each compared with itself
rows out of fold: 0 that only a has right, 1 that only b:3 has (McNemar's p 1.00)
no evidence that they differ: if they truly lie 0.1250 apart, about 78 rows more would show it in 4 of 5 studies
whether they are alike within 0.0100 isn't known
"
        );
        let below = Some(LeaderboardVerdict {
            compared: 12,
            adjusted_p: 0.35,
            tied: false,
            below: Some("below the majority class"),
        });
        let quoted = text(&TrialComparison { leaderboard: below, ..comparison.clone() });
        assert!(quoted.contains(": p 0.35, not tied: the worse one is below the majority class\n"), "{quoted}");
        let verdict = Some(LeaderboardVerdict { compared: 12, adjusted_p: 0.934, tied: true, below: None });
        let quoted = text(&TrialComparison { leaderboard: verdict, ..comparison });
        let line = "\nleaderboard, which allows for all of its 12 trials: p 0.93, tied\n";
        assert!(quoted.contains(line), "{quoted}");
        let same = first.compare(&first, ["a", "a"], Some(0.01)).unwrap();
        assert!(text(&same).ends_with(
            "no evidence that they differ: they came to the same\n\
             alike within 0.0100: that they are further apart, either way, can be excluded\n"
        ));
        let metrics = Baseline { metric: Metric::F1, ..second };
        assert!(first.compare(&metrics, ["a", "b"], None).is_err());
    }

    /// Less is better: the first trial's errors are all greater by about 10.
    #[test]
    fn the_better_trial_is_named() {
        let first = example_of_numbers(&[11.1, 10.9, 11.0], "11 -11.2 10.8 11 11.1 -10.9");
        let second = example_of_numbers(&[1.05, 0.95, 1.0], "1 -1.1 0.9 1 1.1 -0.9");
        let [first, second] = [first, second].map(|side| Baseline { metric: Metric::Mae, ..side });
        let comparison = first.compare(&second, ["a", "b"], None).unwrap();
        assert_eq!(comparison.interval.map(|[least, most]| most - least < 2.0), Some(true));
        assert!(text(&comparison).contains("rows out of fold: a is closer on 0, b on 6"), "{}", text(&comparison));
        assert!(text(&comparison).contains("b is better"), "{}", text(&comparison));
    }
}
