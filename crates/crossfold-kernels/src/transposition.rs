//! Matrices stored column by column instead of row by row.

/// Returns the transpose of a matrix with `columns` columns, stored row by row.
pub fn transpose<T: Copy>(values: &[T], columns: usize) -> Vec<T> {
    let mut transposed = Vec::new();
    transpose_into(values, columns, &mut transposed);
    transposed
}

/// Does what [`transpose`] does, into existing memory.
pub fn transpose_into<T: Copy>(values: &[T], columns: usize, transposed: &mut Vec<T>) {
    transposed.clear();
    transposed.extend((0..columns).flat_map(|column| values[column..].iter().step_by(columns)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transpose_swaps_rows_and_columns() {
        assert_eq!(transpose(&[1, 2, 3, 4, 5, 6], 3), [1, 4, 2, 5, 3, 6]);
        assert_eq!(transpose(&[1, 4, 2, 5, 3, 6], 2), [1, 2, 3, 4, 5, 6]);
    }
}
