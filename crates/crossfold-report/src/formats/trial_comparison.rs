//! The text and JSON of `crossfold compare`.

use std::io::{self, Write};

use crossfold_network::counted;

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
        let mut line =
            format!("difference {} ({} minus {})", precision.show_signed(self.difference), second.name, first.name);
        if let (Some(ends), Some(p)) = (self.interval, self.p_value) {
            let [least, most] = ends.map(|end| precision.show_signed(end));
            line += &format!(", between {least} and {most} (95 %), p {}", probability(p));
        }
        writeln!(out, "{line}; {}", self.matching())?;
        if let Some(line) = self.rows_line() {
            writeln!(out, "{line}")?;
        }
        writeln!(out, "{}", self.conclusion(precision))?;
        if let Some(verdict) = &self.leaderboard {
            writeln!(out, "{}", self.quoted(verdict))?;
        }
        match (self.margin, self.alike) {
            (Some(margin), Some(true)) => writeln!(
                out,
                "equivalent within {}: a larger difference, either way, can be excluded",
                precision.show(margin)
            ),
            (Some(margin), _) => {
                writeln!(out, "not shown to be equivalent within {}", precision.show(margin))
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
            Pairing::Nothing => "different rows, so compared as two independent samples, which shows less",
        }
    }

    fn rows_line(&self) -> Option<String> {
        let [first, second] = [&self.first, &self.second].map(|side| &side.name);
        match &self.changed {
            Some(RowChanges::Classes { right_to_wrong, wrong_to_right, p_value }) => Some(format!(
                "out of fold, only {first} is right on {}, only {second} on {} (McNemar's p {})",
                counted(*right_to_wrong, "row"),
                counted(*wrong_to_right, "row"),
                probability(*p_value)
            )),
            Some(RowChanges::Numbers(change)) => {
                let [closer, further] = [change.closer, change.further].map(|rows| counted(rows, "row"));
                Some(format!("out of fold, {first} is closer on {further}, {second} on {closer}"))
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
            (None, _) => "no verdict: nothing says how much their scores vary".to_owned(),
            (Some(p), _) if p <= LEVEL => {
                format!(
                    "{better} is significantly better: without a true difference, one of this size is rare (p {})",
                    probability(p)
                )
            }
            (Some(_), _) if self.leaderboard.is_some_and(|verdict| verdict.adjusted_p <= LEVEL) => {
                format!("{better} is better by the leaderboard, which estimates from more trials how much scores vary")
            }
            (Some(_), _) if self.difference == 0.0 => {
                "no evidence of a difference: both have the same score".to_owned()
            }
            (Some(_), Some(needed)) => format!(
                "no evidence of a difference; if it is really {apart}, {} would be needed to show it (these two alone, 5 % error \
                 rate, in 4 of 5 studies)",
                words(needed, self.first.rows)
            ),
            (Some(_), None) => "no evidence of a difference".to_owned(),
        }
    }

    /// The leaderboard's verdict, which weighs more than that of a pair that was picked from it.
    fn quoted(&self, &LeaderboardVerdict { compared, adjusted_p, tied, below }: &LeaderboardVerdict) -> String {
        let p = format!("adjusted p {}", probability(adjusted_p));
        let verdict = match (tied, below) {
            (true, None) => format!("calls them tied ({p})"),
            (true, Some(below)) => format!("calls them tied ({p}), and the worse one scores {below}"),
            (false, None) => format!("calls the worse one significantly worse ({p})"),
            (false, Some(below)) => format!("does not call them tied ({p}), since the worse one is {below}"),
        };
        // An adjustment alone never lowers a p-value.
        let lower = match self.p_value {
            Some(own) if adjusted_p < own && probability(adjusted_p) != probability(own) => {
                "; its p is lower in spite of that, because it estimates from all trials how much scores vary"
            }
            Some(_) | None => "",
        };
        let trials = counted(compared, "trial");
        format!(
            "the leaderboard, which allows for {trials}, {verdict}{lower}; use this comparison only if you had this pair in mind \
             beforehand"
        )
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
difference +0.1250 (b:3 minus a), between -0.1860 and +0.4360 (95 %), p 0.34; the same rows in the same folds, each compared with itself
out of fold, only a is right on 0 rows, only b:3 on 1 row (McNemar's p 1.00)
no evidence of a difference; if it is really 0.1250, about 78 more rows would be needed to show it (these two alone, 5 % error rate, in 4 of 5 studies)
not shown to be equivalent within 0.0100
"
        );
        let below = Some(LeaderboardVerdict {
            compared: 12,
            adjusted_p: 0.35,
            tied: false,
            below: Some("below the majority class"),
        });
        let quoted = text(&TrialComparison { leaderboard: below, ..comparison.clone() });
        let line = "does not call them tied (adjusted p 0.35), since the worse one is below the majority class; ";
        assert!(quoted.contains(line), "{quoted}");
        let lower = Some(LeaderboardVerdict { compared: 12, adjusted_p: 0.21, tied: true, below: None });
        let quoted = text(&TrialComparison { leaderboard: lower, ..comparison.clone() });
        let line = "calls them tied (adjusted p 0.21); its p is lower in spite of that, because it estimates from all trials how \
                    much scores vary; use";
        assert!(quoted.contains(line), "{quoted}");
        let verdict = Some(LeaderboardVerdict { compared: 12, adjusted_p: 0.934, tied: true, below: None });
        let quoted = text(&TrialComparison { leaderboard: verdict, ..comparison });
        let line = "\nthe leaderboard, which allows for 12 trials, calls them tied (adjusted p 0.93); use this comparison only if \
                    you had this pair in mind beforehand\n";
        assert!(quoted.contains(line), "{quoted}");
        let same = first.compare(&first, ["a", "a"], Some(0.01)).unwrap();
        assert!(text(&same).ends_with(
            "no evidence of a difference: both have the same score\n\
             equivalent within 0.0100: a larger difference, either way, can be excluded\n"
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
        assert!(text(&comparison).contains("out of fold, a is closer on 0 rows, b on 6 rows"), "{}", text(&comparison));
        assert!(text(&comparison).contains("b is significantly better"), "{}", text(&comparison));
    }
}
