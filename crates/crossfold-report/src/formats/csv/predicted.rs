//! Predictions of new rows.

use std::io::{self, Write};

use crossfold_study::{Predictions, most_probable};

use super::cell;
use super::column::{Column, write_rows};

/// Writes predictions, one row each: its name, in the column `named_by`; `predicted`; and for `classes` the probability of
/// each, in columns `p_` and its name. Without classes, a number is predicted.
///
/// # Errors
/// If `out` can't be written to.
pub fn write_predicted(
    out: impl Write,
    named_by: &str,
    names: &[String],
    classes: &[String],
    Predictions(predictions): &Predictions,
) -> io::Result<()> {
    type NamedRow<'a> = (&'a String, &'a [f32]);
    let mut columns = vec![Column::text(named_by, "", |row: &NamedRow<'_>| Some(row.0))];
    columns.push(Column::outcome("predicted", "", |(_, outputs): &NamedRow<'_>| match classes {
        [] => cell::number(outputs[0]),
        classes => cell::text(&classes[most_probable(outputs)]),
    }));
    columns.extend(classes.iter().enumerate().map(|(class, name)| {
        Column::number(format!("p_{name}"), "", move |row: &NamedRow<'_>| row.1.get(class).copied())
    }));
    write_rows(out, &columns, names.iter().zip(predictions.chunks_exact(classes.len().max(1))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(classes: &[&str], predictions: &[f32], expected: &str) {
        let classes: Vec<String> = classes.iter().map(|&class| class.to_owned()).collect();
        let names = ["2", "=3"].map(str::to_owned);
        let mut out = Vec::new();
        write_predicted(&mut out, "line", &names, &classes, &Predictions(predictions.into())).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
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
