//! The inputs of a network for some rows, for programs that use its weights by themselves.

use std::io::{self, Write};

use super::column::{Column, write_rows};

/// The inputs of a network for some rows.
pub struct InputRows<'a> {
    /// The column of names: `line`, or the column that identifies sequences.
    pub named_by: &'a str,
    /// The name of each row.
    pub names: &'a [String],
    /// The names of the inputs of a row, or of a sequence's step.
    pub inputs: &'a [String],
    /// Rows × inputs; of a sequence the inputs of all steps, with padding after the last.
    pub values: &'a [f32],
    /// The number of steps of each row, where rows are sequences.
    pub lengths: Option<&'a [u32]>,
}

/// Writes the inputs of the first layer, in the fewest digits that tell a number from its neighbours: one row per row, or
/// one per step, counted from 1 in the column `step`.
///
/// # Errors
/// If `out` can't be written to.
pub fn write_inputs(out: impl Write, rows: &InputRows<'_>) -> io::Result<()> {
    let &InputRows { named_by, names, inputs, values, lengths } = rows;
    let mut columns = vec![Column::text(named_by, "", |line: &Line<'_>| Some(line.name))];
    columns.extend(lengths.map(|_| Column::integer("step", "", |line: &Line<'_>| Some(line.step))));
    columns.extend(
        inputs
            .iter()
            .enumerate()
            .map(|(place, input)| Column::number(input, "", move |line: &Line<'_>| line.values.get(place).copied())),
    );
    let rows = values.chunks_exact(values.len() / names.len());
    let lines = names.iter().zip(rows).enumerate().flat_map(|(row, (name, values))| {
        let steps = lengths.map_or(1, |lengths| lengths[row]);
        (1..=steps).zip(values.chunks_exact(inputs.len())).map(move |(step, values)| Line { name, step, values })
    });
    write_rows(out, &columns, lines)
}

/// A row, or a step of one.
struct Line<'a> {
    name: &'a str,
    /// From 1.
    step: u32,
    values: &'a [f32],
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rows: &InputRows<'_>, expected: &str) {
        let mut out = Vec::new();
        write_inputs(&mut out, rows).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn each_row_is_a_line() {
        let (names, inputs) = (["2", "3"].map(str::to_owned), ["size", "town=A,B"].map(str::to_owned));
        let values = &[0.1, -1.0, 3e-9, 1.0];
        check(
            &InputRows { named_by: "line", names: &names, inputs: &inputs, values, lengths: None },
            "line,size,\"town=A,B\"\n2,0.1,-1\n3,0.000000003,1\n",
        );
    }

    #[test]
    fn each_step_is_a_line_without_padding() {
        let (names, inputs) = (["a", "=b"].map(str::to_owned), ["x".to_owned()]);
        let values = &[1.0, 2.0, 3.0, 4.0, 0.0, 0.0];
        check(
            &InputRows { named_by: "who", names: &names, inputs: &inputs, values, lengths: Some(&[3, 1]) },
            "who,step,x\na,1,1\na,2,2\na,3,3\n'=b,1,4\n",
        );
    }
}
