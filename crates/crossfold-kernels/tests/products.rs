//! Matrix products, against values from elsewhere. They are no unit tests, which would compile all loops once more.

use crossfold_kernels::simd::{Vectors, fuses, limit_vectors};
use crossfold_kernels::{Matrix, MatrixMut, add_product, multiply};

const LEFT: [f64; 6] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
const RIGHT: [f64; 6] = [7.0, 8.0, 9.0, 10.0, 11.0, 12.0];

/// Expected values from NumPy.
#[test]
fn products_of_views_match_numpy() {
    let (left, right) = (Matrix::new(&LEFT, 3), Matrix::new(&RIGHT, 2));
    let mut to = [1.0; 4];
    multiply(left, right, MatrixMut::new(&mut to, 2));
    assert_eq!(to, [58.0, 64.0, 139.0, 154.0]);
    add_product(left, right, MatrixMut::new(&mut to, 2));
    assert_eq!(to, [116.0, 128.0, 278.0, 308.0]);
    let mut to = [0.0; 9];
    multiply(
        left.transposed(),
        right.columns(0..2).transposed().columns(1..3),
        MatrixMut::first_columns(&mut to, 2, 3),
    );
    assert_eq!(to, [49.0, 59.0, 0.0, 68.0, 82.0, 0.0, 87.0, 105.0, 0.0]);
}

/// Numbers in [-1, 1) that look random.
fn numbers(count: usize, mut state: u32) -> Vec<f32> {
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    std::iter::repeat_with(next).take(count).collect()
}

/// A matrix within some values, and where its elements are.
struct View<'a> {
    values: &'a [f32],
    strides: [usize; 2],
    matrix: Matrix<'a, f32>,
}

impl<'a> View<'a> {
    /// In either layout, and with values between its rows.
    fn new(values: &'a [f32], [rows, columns]: [usize; 2], is_transposed: bool, gap: usize) -> View<'a> {
        if is_transposed {
            let matrix = Matrix::new(&values[..(rows + gap) * columns], rows + gap).columns(0..rows).transposed();
            View { values, strides: [1, rows + gap], matrix }
        } else {
            let matrix = Matrix::new(&values[..rows * (columns + gap)], columns + gap).columns(0..columns);
            View { values, strides: [columns + gap, 1], matrix }
        }
    }

    fn at(&self, row: usize, column: usize) -> f32 {
        self.values[row * self.strides[0] + column * self.strides[1]]
    }
}

/// A sum is a chain of fused multiply-adds, or, along the rows of a matrix with one column on its right, 16 chains that are
/// added in halves. Written down as such, with any layout and any vectors.
#[test]
fn sums_are_chains_with_any_vectors() {
    const SIZES: [usize; 11] = [1, 2, 3, 5, 8, 15, 16, 17, 33, 50, 300];
    let values = numbers(2 * 310 * 310, 1);
    let (left_values, right_values) = values.split_at(310 * 310);
    let mut seed = numbers(6_000, 2).into_iter().map(|number| ((number + 1.0) * 500.0) as usize);
    for case in 0..600 {
        let mut draw = |count: usize| seed.next().unwrap() % count;
        let [rows, inner, columns] = std::array::from_fn(|_| SIZES[draw(SIZES.len())]);
        let [left_is_transposed, right_is_transposed, adds] = std::array::from_fn(|_| draw(2) == 1);
        let gap = 3 * draw(2);
        let left = View::new(left_values, [rows, inner], left_is_transposed, gap);
        let right = View::new(right_values, [inner, columns], right_is_transposed, gap);
        let stride = columns + gap;
        let before = numbers(rows * stride, case);
        let fused = |row: usize, column: usize, k: usize, sum: f32| {
            if fuses() {
                libm::fmaf(left.at(row, k), right.at(k, column), sum)
            } else {
                left.at(row, k) * right.at(k, column) + sum
            }
        };
        let is_dot = columns == 1 && left.strides[1] == 1 && right.strides[0] == 1;
        let turns = columns == 1 && stride == 1 && left.strides[0] == 1 && left.strides[1] > 1;
        let mut expected = before.clone();
        for row in 0..rows {
            for column in 0..columns {
                let start = if adds { before[row * stride + column] } else { 0.0 };
                expected[row * stride + column] = if is_dot && !turns {
                    let mut sums = [0.0; 16];
                    let whole = inner / 16 * 16;
                    // What is left of the row is aligned to the end of the chains, or to their beginning in a short row.
                    let lane = |k: usize| if k >= whole && whole > 0 { 16 + k - inner } else { k % 16 };
                    (0..inner).for_each(|k| sums[lane(k)] = fused(row, column, k, sums[lane(k)]));
                    for half in [8, 4, 2, 1] {
                        (0..half).for_each(|lane| sums[lane] += sums[lane + half]);
                    }
                    if adds { start + sums[0] } else { sums[0] }
                } else {
                    (0..inner).fold(start, |sum, k| fused(row, column, k, sum))
                };
            }
        }
        for vectors in Vectors::ALL {
            limit_vectors(vectors);
            let mut to = before.clone();
            let place = MatrixMut::first_columns(&mut to, columns, stride);
            if adds {
                add_product(left.matrix, right.matrix, place)
            } else {
                multiply(left.matrix, right.matrix, place)
            }
            assert!(
                to.iter().zip(&expected).all(|(a, b)| a.to_bits() == b.to_bits()),
                "case {case}: {rows} × {inner} × {columns}, {vectors:?}, {left_is_transposed}, {right_is_transposed}, {adds}, {gap}"
            );
        }
        limit_vectors(Vectors::Avx512);
    }
}

#[test]
#[should_panic(expected = "the destination holds the product")]
fn overflowing_stride_panics() {
    let mut to = [0.0; 4];
    let place = MatrixMut::first_columns(&mut to, 2, usize::MAX);
    multiply(Matrix::new(&LEFT, 3), Matrix::new(&RIGHT, 2), place);
}

#[test]
#[should_panic(expected = "the destination holds the product")]
fn short_destination_panics() {
    multiply(Matrix::new(&LEFT, 3), Matrix::new(&RIGHT, 2), MatrixMut::new(&mut [0.0; 3], 2));
}

#[test]
#[should_panic(expected = "match the rows")]
fn mismatched_shapes_panic() {
    multiply(Matrix::new(&LEFT, 3), Matrix::new(&RIGHT, 3), MatrixMut::new(&mut [0.0; 9], 3));
}
