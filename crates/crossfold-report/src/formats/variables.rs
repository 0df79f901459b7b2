//! Which columns matter, in words and as a table.

use crossfold_study::Direction;

use super::figure::{Precision, two_digits};
use super::markdown::code;
use super::text_table::TextColumn;
use crate::analysis::variables::{CorrelatedPair, Loss, STRONG_CORRELATION, Variable, Variables};

/// The most columns that a sentence names.
const NAMED: usize = 3;
/// The most columns in `report.md`; `variables.csv` has all.
const LISTED: usize = 20;

impl Variables {
    /// Which columns matter most, and how many don't matter measurably; without a full stop. `None` without columns. They are named by
    /// the first metric by which one matters.
    pub(super) fn in_words(&self) -> Option<String> {
        let ranked = self.ranked();
        let matters = |variable: &Variable<'_>, place: usize| {
            let loss = variable.losses[place];
            loss.is_measurable().unwrap_or(true) && loss.mean.is_some_and(|mean| mean > 0.0)
        };
        let mut places = 0..self.metrics.len();
        let Some(place) = places.find(|&place| ranked.iter().any(|variable| matters(variable, place))) else {
            return (!ranked.is_empty()).then(|| "no column by itself matters measurably".to_owned());
        };
        let metric = self.metrics[place];
        let moves = match metric.direction() {
            Direction::Maximize => "falls",
            Direction::Minimize => "rises",
        };
        let mut named: Vec<(&str, f64)> = ranked
            .iter()
            .filter(|variable| matters(variable, place))
            .filter_map(|variable| Some((variable.column, variable.losses[place].mean?)))
            .collect();
        named.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        named.truncate(NAMED);
        let (&(first, most), others) = named.split_first()?;
        let mut names =
            format!("{} ({} {moves} by {} when it is shuffled)", code(first), metric.in_words(), two_digits(most));
        for (place, (column, loss)) in (1..).zip(others) {
            let joint = if place == others.len() { " and" } else { "," };
            names += &format!("{joint} {} ({})", code(column), two_digits(*loss));
        }
        let is_unmeasurable =
            |variable: &&Variable<'_>| variable.losses.iter().all(|loss| loss.is_measurable() == Some(false));
        let unmeasurable = ranked.iter().filter(is_unmeasurable).count();
        let by = match self.metrics[..] {
            [one, other] => format!(", neither by {} nor by {}", one.in_words(), other.in_words()),
            _ => String::new(),
        };
        let rest = match (self.folds.len(), unmeasurable) {
            (..=1, _) => "; one validation part gives no intervals".to_owned(),
            (_, 0) => String::new(),
            (_, 1) => format!("; 1 of {} columns doesn't matter measurably{by}", ranked.len()),
            (_, some) => format!("; {some} of {} columns don't matter measurably{by}", ranked.len()),
        };
        let are = if named.len() == 1 { "most important column" } else { "most important columns" };
        Some(format!("{are}: {names}{rest}"))
    }

    /// [`Variables::in_words`] as a paragraph.
    pub(super) fn paragraph(&self) -> Option<String> {
        let sentence = self.in_words()?;
        Some(format!("{}{}.", sentence[..1].to_uppercase(), &sentence[1..]))
    }

    /// Which columns can stand in for each other, as a sentence; `None` without strongly correlated ones.
    pub(super) fn correlated_in_words(&self) -> Option<String> {
        let pair = |CorrelatedPair { columns: [one, other], r }: &CorrelatedPair| {
            format!("{} and {} ({r:.2})", code(one), code(other))
        };
        let pairs: Vec<String> = self.correlated.iter().take(NAMED).map(pair).collect();
        let more = match self.correlated.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(", and {more} more pairs"),
        };
        (!pairs.is_empty())
            .then(|| format!("Strongly correlated (|r| > {STRONG_CORRELATION}): {}{more}.", pairs.join(", ")))
    }

    /// The columns of a table of the most important variables.
    pub(super) fn table(&self) -> Vec<TextColumn> {
        let mut columns = vec![vec!["column".to_owned()]];
        for metric in &self.metrics {
            columns.extend([vec![format!("{} lost", metric.label())], vec!["95 % interval".to_owned()]]);
        }
        let ranked = self.ranked();
        // All values of a column have the precision of the largest.
        let precision = |place: usize| {
            let means = ranked.iter().filter_map(|variable: &Variable<'_>| variable.losses[place].mean);
            Precision::for_score(self.metrics[place], means.fold(0.0, |most: f64, mean| most.max(mean.abs())))
        };
        for variable in ranked.iter().take(LISTED) {
            columns[0].push(code(variable.column));
            for (place, Loss { mean, interval, .. }) in variable.losses.iter().copied().enumerate() {
                let show = |value: f64| precision(place).show_signed(value);
                columns[1 + 2 * place].push(mean.map(show).unwrap_or_default());
                let interval = interval.map(|[low, high]| format!("{} to {}", show(low), show(high)));
                columns[2 + 2 * place].push(interval.unwrap_or_default());
            }
        }
        columns
    }
}

/// Which columns matter most, in a line; `None` where `budget.wall` left no time to find out.
pub fn describe_variables(found: Option<&Variables>) -> String {
    match found {
        Some(variables) => variables.in_words().unwrap_or_else(|| "no column could be shuffled".to_owned()),
        None => {
            "which columns matter was not found out: `budget.wall` leaves no time to retrain the winner on each fold"
                .to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::variables::tests::variables;
    use crossfold_study::Metric;

    #[test]
    fn the_columns_that_matter_are_named() {
        let none = variables();
        let said = "most important columns: `age` (log loss rises by 0.40 when it is shuffled) and `noise` (0.20); 1 of 3 columns \
                    doesn't matter measurably, neither by accuracy nor by log loss";
        assert_eq!(none.in_words().unwrap(), said, "accuracies vary too much");
        let none = Variables { metrics: vec![Metric::Accuracy], ..none };
        assert_eq!(none.in_words().unwrap(), "no column by itself matters measurably");
        let mut sure = variables();
        // The same loss on both folds.
        sure.folds = vec![sure.folds[0].clone(); 2];
        let said = "most important column: `age` (accuracy falls by 0.25 when it is shuffled); 1 of 3 columns \
                    doesn't matter measurably, neither by accuracy nor by log loss";
        assert_eq!(sure.in_words().unwrap(), said);
        let one = Variables { folds: vec![sure.folds[0].clone()], ..sure.clone() };
        assert_eq!(
            one.in_words().unwrap(),
            "most important column: `age` (accuracy falls by 0.25 when it is shuffled); one validation part gives no intervals"
        );
        assert_eq!(Variables { columns: Vec::new(), folds: Vec::new(), ..one }.in_words(), None);
    }

    #[test]
    fn correlated_columns_are_named() {
        let pair = CorrelatedPair { columns: ["a".to_owned(), "b".to_owned()], r: -0.987 };
        let correlated = vec![pair; 5];
        let words = Variables { correlated, ..variables() }.correlated_in_words();
        let pairs = ["`a` and `b` (-0.99)"; 3].join(", ");
        assert_eq!(words.unwrap(), format!("Strongly correlated (|r| > 0.9): {pairs}, and 2 more pairs."));
        assert_eq!(variables().correlated_in_words(), None);
    }
}
