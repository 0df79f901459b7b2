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
/// one per step, counted from 1 in the column `step`. Of several `networks` with inputs of their own, which differ in values
/// alone, the number of the network comes first, counted from 0 as in the names of its tensors; then follow its rows.
///
/// # Errors
/// If `out` can't be written to.
///
/// # Panics
/// If there is no network.
pub fn write_inputs(out: impl Write, networks: &[InputRows<'_>]) -> io::Result<()> {
    let &InputRows { named_by, inputs, lengths, .. } = &networks[0];
    let mut columns = Vec::new();
    if networks.len() > 1 {
        columns.push(Column::integer("member", "", |line: &Line<'_>| Some(line.member)));
    }
    columns.push(Column::text(named_by, "", |line: &Line<'_>| Some(line.name)));
    columns.extend(lengths.map(|_| Column::integer("step", "", |line: &Line<'_>| Some(line.step))));
    columns.extend(
        inputs
            .iter()
            .enumerate()
            .map(|(place, input)| Column::number(input, "", move |line: &Line<'_>| line.values.get(place).copied())),
    );
    let lines = (0..).zip(networks).flat_map(|(member, network)| {
        let &InputRows { names, values, .. } = network;
        let rows = values.chunks_exact(values.len() / names.len());
        names.iter().zip(rows).enumerate().flat_map(move |(row, (name, values))| {
            let steps = lengths.map_or(1, |lengths| lengths[row]);
            let steps = (1..=steps).zip(values.chunks_exact(inputs.len()));
            steps.map(move |(step, values)| Line { member, name, step, values })
        })
    });
    write_rows(out, &columns, lines)
}

/// A row, or a step of one.
struct Line<'a> {
    /// The number of the network, from 0.
    member: u32,
    name: &'a str,
    /// From 1.
    step: u32,
    values: &'a [f32],
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rows: &[InputRows<'_>], expected: &str) {
        let mut out = Vec::new();
        write_inputs(&mut out, rows).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn each_row_is_a_line() {
        let (names, inputs) = (["2", "3"].map(str::to_owned), ["size", "town=A,B"].map(str::to_owned));
        let values = &[0.1, -1.0, 3e-9, 1.0];
        check(
            &[InputRows { named_by: "line", names: &names, inputs: &inputs, values, lengths: None }],
            "line,size,\"town=A,B\"\n2,0.1,-1\n3,0.000000003,1\n",
        );
    }

    #[test]
    fn each_step_is_a_line_without_padding() {
        let (names, inputs) = (["a", "=b"].map(str::to_owned), ["x".to_owned()]);
        let values = &[1.0, 2.0, 3.0, 4.0, 0.0, 0.0];
        check(
            &[InputRows { named_by: "who", names: &names, inputs: &inputs, values, lengths: Some(&[3, 1]) }],
            "who,step,x\na,1,1\na,2,2\na,3,3\n'=b,1,4\n",
        );
    }

    #[test]
    fn networks_with_inputs_of_their_own_follow_one_another() {
        let (names, inputs) = (["2", "3"].map(str::to_owned), ["size".to_owned()]);
        let network = |values| InputRows { named_by: "line", names: &names, inputs: &inputs, values, lengths: None };
        check(
            &[network(&[0.5, -1.0]), network(&[0.25, -2.0])],
            "member,line,size\n0,2,0.5\n0,3,-1\n1,2,0.25\n1,3,-2\n",
        );
    }
}
