//! What a network sees of rows, for programs that use its weights by themselves.

use std::io::{self, Write};

use super::sheet::{Sheet, cell, number};

/// What a network sees of some rows.
pub struct SeenRows<'a> {
    /// What `names` are: `line`, or the column that tells sequences apart.
    pub named_by: &'a str,
    /// What to call each row.
    pub names: &'a [String],
    /// Of a row, or of a sequence's step.
    pub inputs: &'a [String],
    /// Rows × their inputs; of a sequence those of all steps, and behind the last one what there is to ignore.
    pub values: &'a [f32],
    /// Steps of each row, where rows are sequences.
    pub lengths: Option<&'a [u32]>,
}

/// Writes them as they go into the first layer, in the fewest digits that tell a number from its neighbours: a
/// row each, or a row a step, counted from 1 under `step`.
///
/// # Errors
/// Where `out` takes no more.
pub fn write_inputs(out: impl Write, seen: &SeenRows<'_>) -> io::Result<()> {
    let mut sheet = Sheet::new(out);
    let &SeenRows { named_by, names, inputs, values, lengths } = seen;
    let step = lengths.map(|_| cell("step"));
    sheet.row([cell(named_by)].into_iter().chain(step).chain(inputs.iter().map(cell)))?;
    let rows = values.chunks_exact(values.len() / names.len());
    for (row, (name, values)) in names.iter().zip(rows).enumerate() {
        match lengths {
            None => sheet.row([cell(name)].into_iter().chain(values.iter().map(|&value| number(value))))?,
            Some(lengths) => {
                for (step, values) in (1..=lengths[row]).zip(values.chunks_exact(inputs.len())) {
                    sheet.row([cell(name), cell(step)].into_iter().chain(values.iter().map(|&value| number(value))))?;
                }
            }
        }
    }
    sheet.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(seen: &SeenRows<'_>, expected: &str) {
        let mut out = Vec::new();
        write_inputs(&mut out, seen).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn a_row_is_a_line() {
        let (names, inputs) = (["2", "3"].map(str::to_owned), ["size", "town=A,B"].map(str::to_owned));
        let values = &[0.1, -1.0, 3e-9, 1.0];
        check(
            &SeenRows { named_by: "line", names: &names, inputs: &inputs, values, lengths: None },
            "line,size,\"town=A,B\"\n2,0.1,-1\n3,0.000000003,1\n",
        );
    }

    #[test]
    fn a_step_is_a_line_and_padding_is_none() {
        let (names, inputs) = (["a", "=b"].map(str::to_owned), ["x".to_owned()]);
        let values = &[1.0, 2.0, 3.0, 4.0, 0.0, 0.0];
        check(
            &SeenRows { named_by: "who", names: &names, inputs: &inputs, values, lengths: Some(&[3, 1]) },
            "who,step,x\na,1,1\na,2,2\na,3,3\n'=b,1,4\n",
        );
    }
}
