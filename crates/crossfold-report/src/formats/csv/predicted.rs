//! Predictions of rows whose truth nobody knows.

use std::io::{self, Write};

use crossfold_study::{Predictions, most_probable};

use super::sheet::{Sheet, cell, number};

/// Writes predictions, a row each: what it is called, under `named_by`; what is `predicted`; and, of
/// `classes`, how probable each is, under `p_` and its name. Without classes, a number is predicted.
///
/// # Errors
/// Where `out` takes no more.
pub fn write_predicted(
    out: impl Write,
    named_by: &str,
    names: &[String],
    classes: &[String],
    Predictions(predictions): &Predictions,
) -> io::Result<()> {
    let mut sheet = Sheet::new(out);
    let probabilities = classes.iter().map(|class| cell(format!("p_{class}")));
    sheet.row([cell(named_by), cell("predicted")].into_iter().chain(probabilities))?;
    for (name, predictions) in names.iter().zip(predictions.chunks_exact(classes.len().max(1))) {
        if classes.is_empty() {
            sheet.row([cell(name), number(predictions[0])])?;
        } else {
            let predicted = cell(&classes[most_probable(predictions)]);
            sheet.row([cell(name), predicted].into_iter().chain(predictions.iter().map(cell)))?;
        }
    }
    sheet.finish()
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
    fn classes_come_with_their_probabilities() {
        let expected = "line,predicted,p_no,\"p_yes, maybe\"\n2,\"yes, maybe\",0.25,0.75\n'=3,no,0.5,0.5\n";
        check(&["no", "yes, maybe"], &[0.25, 0.75, 0.5, 0.5], expected);
    }

    #[test]
    fn numbers_come_as_they_are() {
        check(&[], &[-1.5, 250_000.0], "line,predicted\n2,-1.5\n'=3,250000\n");
    }
}
