//! Predictions of new rows.

use std::io::{self, Write};

use crossfold_study::{Predictions, most_probable};

use super::cell;
use super::column::{Column, write_rows};

/// Predictions of a trained network for new rows.
#[derive(Clone, Debug)]
pub struct PredictedRows {
    /// What `names` are: `line`, or the column that tells sequences apart.
    pub named_by: String,
    /// A name for each row.
    pub names: Vec<String>,
    /// The classes; empty if numbers are predicted.
    pub classes: Vec<String>,
    /// Row by row the probability of each class, or the number in the target's unit.
    pub predictions: Predictions,
}

impl PredictedRows {
    /// Writes the predictions as CSV, one row each: its name, in the column `named_by`; `predicted`; and for classes the
    /// probability of each, in columns `p_` and its name. Of [too many](lists_probabilities) classes, only `probability`,
    /// that of the predicted class. A row for which the network calculates something else than finite numbers has empty
    /// cells.
    ///
    /// # Errors
    /// If `out` can't be written to.
    pub fn write(&self, out: impl Write) -> io::Result<()> {
        type NamedRow<'a> = (&'a String, Option<&'a [f32]>);
        let PredictedRows { named_by, names, classes, .. } = self;
        let mut columns = vec![Column::text(named_by.as_str(), "", |row: &NamedRow<'_>| Some(row.0))];
        columns.push(Column::outcome("predicted", "", |(_, outputs): &NamedRow<'_>| {
            outputs.map_or_else(String::new, |outputs| match classes.as_slice() {
                [] => cell::number(outputs[0]),
                classes => cell::text(&classes[most_probable(outputs)]),
            })
        }));
        if lists_probabilities(names.len(), classes.len()) {
            columns.extend(classes.iter().enumerate().map(|(class, name)| {
                Column::number(format!("p_{name}"), "", move |row: &NamedRow<'_>| row.1?.get(class).copied())
            }));
        } else {
            let greatest = |row: &NamedRow<'_>| row.1.map(|outputs| outputs[most_probable(outputs)]);
            columns.push(Column::number("probability", "", greatest));
        }
        write_rows(out, &columns, names.iter().zip(self.outputs()))
    }

    /// The outputs for each row; `None` where one of them is not finite.
    fn outputs(&self) -> impl Iterator<Item = Option<&[f32]>> {
        let outputs = self.predictions.0.chunks_exact(self.classes.len().max(1));
        outputs.map(|outputs| outputs.iter().all(|output| output.is_finite()).then_some(outputs))
    }

    /// What a reader of the file should know.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        let mut unknown = self.names.iter().zip(self.outputs()).filter(|(_, outputs)| outputs.is_none());
        if let Some((first, _)) = unknown.next() {
            let (rows, named_by) = (1 + unknown.count(), &self.named_by);
            remarks.push(format!(
                "{rows} rows are not predicted, the first with {named_by} {first}: from their values, which are far \
                 outside the range of training, the network calculates no finite number"
            ));
        }
        if !lists_probabilities(self.names.len(), self.classes.len()) {
            remarks.push(only_one_probability(self.names.len(), self.classes.len()));
        }
        remarks
    }
}

/// The most probabilities that a file lists; some 400 MB of text.
const MOST_PROBABILITIES: usize = 20_000_000;

/// Whether a file of predictions lists the probability of each class. A regression has none, and lists them all.
pub fn lists_probabilities(rows: usize, classes: usize) -> bool {
    rows.saturating_mul(classes) <= MOST_PROBABILITIES
}

/// Why a file doesn't.
pub fn only_one_probability(rows: usize, classes: usize) -> String {
    format!(
        "predictions have the probability of the predicted class alone: those of {classes} classes on {rows} rows are more \
         than the {MOST_PROBABILITIES} that a file lists"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(classes: &[&str], predictions: &[f32], expected: &str) {
        let classes: Vec<String> = classes.iter().map(|&class| class.to_owned()).collect();
        let names = ["2", "=3"].map(str::to_owned).to_vec();
        let predictions = Predictions(predictions.into());
        let mut text = Vec::new();
        PredictedRows { named_by: "line".to_owned(), names, classes, predictions }.write(&mut text).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }

    #[test]
    fn outputs_that_are_not_finite_leave_cells_empty() {
        let predictions = Predictions([f32::NAN, f32::NAN, 0.5, 0.5].into());
        let names = ["2", "3"].map(str::to_owned).to_vec();
        let classes = ["no", "yes"].map(str::to_owned).to_vec();
        let rows = PredictedRows { named_by: "line".to_owned(), names, classes, predictions };
        let mut text = Vec::new();
        rows.write(&mut text).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), "line,predicted,p_no,p_yes\n2,,,\n3,no,0.5,0.5\n");
        assert!(rows.remarks()[0].starts_with("1 rows are not predicted, the first with line 2"));
    }

    #[test]
    fn many_classes_have_one_probability() {
        assert!(lists_probabilities(100_000, 200) && !lists_probabilities(100_000, 201));
        assert!(lists_probabilities(usize::MAX, 0) && !lists_probabilities(usize::MAX, 2));
    }

    #[test]
    fn classes_are_written_with_their_probabilities() {
        let expected = "line,predicted,p_no,\"p_yes, maybe\"\n2,\"yes, maybe\",0.25,0.75\n'=3,no,0.5,0.5\n";
        check(&["no", "yes, maybe"], &[0.25, 0.75, 0.5, 0.5], expected);
    }

    #[test]
    fn numbers_are_written_unchanged() {
        check(&[], &[-1.5, 250_000.0], "line,predicted\n2,-1.5\n'=3,250000\n");
    }
}
