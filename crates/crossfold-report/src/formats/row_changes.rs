//! Changes of rows in words.

use super::figure::{Precision, probability};
use crate::analysis::out_of_fold::{ErrorChange, RowChanges};
use crossfold_study::RowLoss;

/// What changed, in one line without its end.
pub(super) fn line(changes: &RowChanges) -> String {
    match *changes {
        RowChanges::Classes { right_to_wrong, wrong_to_right, p_value } => format!(
            "rows out of fold: {right_to_wrong} from right to wrong, {wrong_to_right} from wrong to right \
             (McNemar's p {})",
            probability(p_value)
        ),
        RowChanges::Numbers(ErrorChange { loss, difference, standard_error, rows, closer, further }) => {
            let error = standard_error.unwrap_or_default();
            let precision = Precision::four_digits(difference.abs().max(error));
            let way = if difference > 0.0 { "more" } else { "less" };
            let (difference, error) = (precision.show(difference.abs()), precision.show(error));
            let loss = match loss {
                RowLoss::AbsoluteError => "absolute error",
                RowLoss::SquaredError => "squared error",
            };
            format!(
                "rows out of fold: mean {loss} {difference} {way}, standard error {error}; \
                 of {rows} rows {closer} closer, {further} further off"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossfold_study::Metric;

    use crate::analysis::out_of_fold::PerRow;

    /// By hand: the differences of absolute errors are −1, 2 and 0, with a standard deviation of √(7/3), those of
    /// squared errors −3, 8 and 0, with one of √(97/3).
    #[test]
    fn errors_are_compared_row_by_row() {
        let errors = |line: &str| [PerRow::try_from(line.to_owned()).unwrap()];
        let line =
            |metric| line(&RowChanges::compare_errors(metric, &errors("2 - -1 3"), &errors("-1 - 3 3")).unwrap());
        assert_eq!(
            line(Metric::Mae),
            "rows out of fold: mean absolute error 0.3333 more, standard error 0.8819; \
             of 3 rows 1 closer, 1 further off"
        );
        assert_eq!(
            line(Metric::Rmse),
            "rows out of fold: mean squared error 1.667 more, standard error 3.283; \
             of 3 rows 1 closer, 1 further off"
        );
        assert_eq!(line(Metric::R2), line(Metric::Rmse));
    }

    #[test]
    fn classes_that_changed_are_counted() {
        let marks = |line: &str| [line.to_owned()];
        let line = line(&RowChanges::count_classes(&marks("1100-"), &marks("1011-")).unwrap());
        assert_eq!(line, "rows out of fold: 1 from right to wrong, 2 from wrong to right (McNemar's p 1.00)");
    }
}
