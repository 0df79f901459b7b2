//! Predictions of new rows.

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
    /// The predictions as CSV, one row each: its name, in the column `named_by`; `predicted`; and for classes the
    /// probability of each, in columns `p_` and its name.
    pub fn csv(&self) -> String {
        type NamedRow<'a> = (&'a String, &'a [f32]);
        let PredictedRows { named_by, names, classes, predictions: Predictions(outputs) } = self;
        let mut columns = vec![Column::text(named_by.as_str(), "", |row: &NamedRow<'_>| Some(row.0))];
        columns.push(Column::outcome("predicted", "", |(_, outputs): &NamedRow<'_>| match classes.as_slice() {
            [] => cell::number(outputs[0]),
            classes => cell::text(&classes[most_probable(outputs)]),
        }));
        columns.extend(classes.iter().enumerate().map(|(class, name)| {
            Column::number(format!("p_{name}"), "", move |row: &NamedRow<'_>| row.1.get(class).copied())
        }));
        let mut text = Vec::new();
        let rows = names.iter().zip(outputs.chunks_exact(classes.len().max(1)));
        write_rows(&mut text, &columns, rows).expect("memory takes any text");
        String::from_utf8(text).expect("cells are text")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(classes: &[&str], predictions: &[f32], expected: &str) {
        let classes: Vec<String> = classes.iter().map(|&class| class.to_owned()).collect();
        let names = ["2", "=3"].map(str::to_owned).to_vec();
        let predictions = Predictions(predictions.into());
        assert_eq!(PredictedRows { named_by: "line".to_owned(), names, classes, predictions }.csv(), expected);
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
