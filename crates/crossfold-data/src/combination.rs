//! Whether the target is a linear combination of several columns, such as the sum of the items of a scale.

use crossfold_study::yaml_scalar;

use crate::column::{Column, MISSING, Values};
use crate::messages::{format_number, listed, quoted};
use crate::statistics;

/// The most columns that are looked at: those that correlate most with the target.
const MAX_COLUMNS: usize = 200;
/// The most rows that coefficients are fitted on, and the most rows that they are checked on.
const MAX_ROWS: usize = 1000;
/// Rows to fit on per column, and besides. With fewer, a combination may fit by chance.
const ROWS_PER_COLUMN: usize = 3;
const MORE_ROWS: usize = 20;
/// The share of the target's variance that a combination may leave: measurements leave more.
const UNEXPLAINED: f64 = 1e-3;
/// The share of a column's variance below which it is a combination of the columns before it.
const DEPENDENT: f64 = 1e-8;

/// A linear combination of at least two columns that equals the target in nearly all respects.
#[derive(Clone, Debug, PartialEq)]
pub struct Combination {
    /// Each column with its coefficient, in the order of the table.
    pub terms: Vec<(String, f64)>,
    pub constant: f64,
    /// The share of the target's variance that it explains, in rows that it wasn't fitted on.
    pub r2: f64,
    /// Whether the target is a number. Otherwise it is one of two classes, read as 0 and 1.
    is_number: bool,
}

impl Combination {
    /// Finds a combination of few of `columns` that explains the target, by least squares and backward elimination.
    /// Rows with a missing value are left out, and columns as long as too few rows are without. Single columns that
    /// repeat the target are those of [`Likeness`](crate::Likeness), and shouldn't be among `columns`.
    pub fn find<'a>(columns: impl Iterator<Item = &'a Column>, target: &Column) -> Option<Combination> {
        let y = numbers_of_target(&target.values)?;
        let mut candidates: Vec<Candidate<'a>> = columns.filter_map(|column| Candidate::new(column, &y)).collect();
        if candidates.len() < 2 {
            return None;
        }
        keep_correlated(&mut candidates, MAX_COLUMNS);
        let rows = complete_rows(&mut candidates, &y);
        // Rows in turn are fitted and checked on.
        let step = rows.len().div_ceil(2 * MAX_ROWS).max(1);
        let sample: Vec<usize> = rows.into_iter().step_by(step).collect();
        let part = |odd: usize| sample.iter().copied().skip(odd).step_by(2).collect::<Vec<usize>>();
        let (fitted, checked) = (part(0), part(1));
        keep_correlated(&mut candidates, fitted.len().saturating_sub(MORE_ROWS) / ROWS_PER_COLUMN);
        if candidates.len() < 2 {
            return None;
        }
        let columns: Vec<&[f64]> = candidates.iter().map(|candidate| candidate.numbers).collect();
        let fit = Fit::new(&columns, &y, &fitted)?;
        let r2 = fit.r2(&columns, &y, &checked);
        if !(fit.terms.len() > 1 && r2 > 1.0 - UNEXPLAINED) {
            return None;
        }
        let name = |&(place, coefficient): &(usize, f64)| (candidates[place].name.to_owned(), coefficient);
        let terms = fit.terms.iter().map(name).collect();
        let is_number = matches!(target.values, Values::Numbers(_)) || y.iter().any(|&y| y != 0.0 && y != 1.0);
        // Rounding leaves a constant that means nothing.
        let scale = y.iter().filter(|y| !y.is_nan()).fold(0.0_f64, |most, y| most.max(y.abs()));
        let constant = if fit.constant.abs() < 1e-6 * scale { 0.0 } else { fit.constant };
        Some(Combination { terms, constant, r2, is_number })
    }

    /// `0.5 × a + b - 3`, with four significant digits; `None` for classes, which aren't numbers.
    pub fn formula(&self) -> Option<String> {
        const MAX_SHOWN: usize = 6;
        if !self.is_number {
            return None;
        }
        let mut text = String::new();
        for (name, coefficient) in self.terms.iter().take(MAX_SHOWN) {
            let (sign, size) = (if *coefficient < 0.0 { "-" } else { "+" }, format_number(coefficient.abs()));
            let sign = match (text.is_empty(), sign) {
                (true, "+") => String::new(),
                (true, _) => sign.to_owned(),
                (false, _) => format!(" {sign} "),
            };
            let factor = if size == "1" { String::new() } else { format!("{size} × ") };
            text += &format!("{sign}{factor}{}", quoted(name));
        }
        if self.terms.len() > MAX_SHOWN {
            text += &format!(" + … ({} columns in all)", self.terms.len());
        }
        if self.constant != 0.0 {
            let sign = if self.constant < 0.0 { '-' } else { '+' };
            text += &format!(" {sign} {}", format_number(self.constant.abs()));
        }
        Some(text)
    }

    /// Whether it leaves nothing but rounding.
    pub fn is_exact(&self) -> bool {
        self.r2 > 0.99995
    }

    /// What is wrong, without advice: `the target follows from 3 columns: …`.
    pub fn in_words(&self, target: &str) -> String {
        let what = match self.formula() {
            Some(formula) => format!("{} = {formula}", quoted(target)),
            None => listed(&self.columns().map(str::to_owned).collect::<Vec<_>>()),
        };
        format!(
            "the target is {}a linear combination of {} columns: {what} (R² {:.4} on rows not used for the fit)",
            if self.is_exact() { "" } else { "nearly " },
            self.terms.len(),
            self.r2
        )
    }

    /// The key that drops its columns.
    pub fn drop_key(&self) -> String {
        let drops: Vec<String> = self.columns().map(|column| format!("{}: drop", yaml_scalar(column))).collect();
        format!("data.columns: {{{}}}", drops.join(", "))
    }

    /// The names of its columns.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().map(|(name, _)| name.as_str())
    }
}

/// A column of numbers, and the absolute value of its correlation with the target.
struct Candidate<'a> {
    name: &'a str,
    numbers: &'a [f64],
    correlation: f64,
}

impl<'a> Candidate<'a> {
    /// `None` if the column has no numbers, or mostly missing ones, or only one.
    fn new(column: &'a Column, y: &[f64]) -> Option<Candidate<'a>> {
        let Values::Numbers(numbers) = &column.values else { return None };
        if 2 * column.values.missing() > numbers.len() {
            return None;
        }
        let correlation = statistics::correlation(numbers, y)?.abs();
        Some(Candidate { name: &column.name, numbers, correlation })
    }
}

/// The target's numbers; of classes the numbers that are their names, or 0 and 1 if there are two.
fn numbers_of_target(target: &Values) -> Option<Vec<f64>> {
    match target {
        Values::Numbers(numbers) => Some(numbers.clone()),
        Values::Levels { codes, levels } => {
            let parsed: Option<Vec<f64>> = levels.iter().map(|level| level.parse().ok()).collect();
            let numbers = match (parsed, levels.len()) {
                (_, 2) => vec![0.0, 1.0],
                (Some(numbers), _) => numbers,
                (None, _) => return None,
            };
            let number = |&code: &u32| if code == MISSING { f64::NAN } else { numbers[code as usize] };
            Some(codes.iter().map(number).collect())
        }
    }
}

/// Keeps the `most` candidates that correlate most with the target, in their order.
fn keep_correlated(candidates: &mut Vec<Candidate<'_>>, most: usize) {
    if candidates.len() <= most {
        return;
    }
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by(|&a, &b| candidates[b].correlation.total_cmp(&candidates[a].correlation).then(a.cmp(&b)));
    let mut is_kept = vec![false; candidates.len()];
    order[..most].iter().for_each(|&place| is_kept[place] = true);
    let mut is_kept = is_kept.into_iter();
    candidates.retain(|_| is_kept.next() == Some(true));
}

/// The rows in which no candidate and not the target is missing. Candidates with most missing values are dropped as long
/// as that leaves too few rows.
fn complete_rows(candidates: &mut Vec<Candidate<'_>>, y: &[f64]) -> Vec<usize> {
    loop {
        let is_complete = |&row: &usize| !y[row].is_nan() && candidates.iter().all(|it| !it.numbers[row].is_nan());
        let rows: Vec<usize> = (0..y.len()).filter(is_complete).collect();
        let enough = 2 * (ROWS_PER_COLUMN * candidates.len() + MORE_ROWS);
        if rows.len() >= enough.min(y.len() / 2) {
            return rows;
        }
        let missing = |candidate: &Candidate<'_>| candidate.numbers.iter().filter(|number| number.is_nan()).count();
        let most = (0..candidates.len()).rev().max_by_key(|&place| missing(&candidates[place]));
        match most.filter(|&place| missing(&candidates[place]) > 0) {
            Some(place) => drop(candidates.remove(place)),
            None => return rows,
        }
    }
}

/// Least squares on some of the columns.
struct Fit {
    /// Columns by their places, with their coefficients.
    terms: Vec<(usize, f64)>,
    constant: f64,
}

impl Fit {
    /// Fits all columns, and drops those that are of no use. `None` if a column or the target is constant in `rows`, or
    /// too great to be squared, or if the combination leaves too much.
    fn new(columns: &[&[f64]], y: &[f64], rows: &[usize]) -> Option<Fit> {
        let count = columns.len();
        let scaled: Vec<Scaled> =
            columns.iter().chain([&y]).map(|numbers| Scaled::new(numbers, rows)).collect::<Option<_>>()?;
        let mut matrix: Vec<Vec<f64>> = vec![vec![0.0; count + 1]; count + 1];
        for (i, a) in scaled.iter().enumerate() {
            for (j, b) in scaled[..=i].iter().enumerate() {
                let product: f64 = a.numbers.iter().zip(&b.numbers).map(|(a, b)| a * b).sum();
                (matrix[i][j], matrix[j][i]) = (product, product);
            }
        }
        // Columns enter by what the ones before leave of them. What is left of the target is in the last cell.
        let mut is_in = vec![false; count];
        while let Some(next) =
            (0..count).filter(|&i| !is_in[i]).max_by(|&a, &b| matrix[a][a].total_cmp(&matrix[b][b]).then(b.cmp(&a)))
            && matrix[next][next] > DEPENDENT
        {
            sweep(&mut matrix, next);
            is_in[next] = true;
        }
        let left = matrix[count][count];
        if left.is_nan() || left >= UNEXPLAINED {
            return None;
        }
        // A combination that is exact stays so.
        let most = (4.0 * left).clamp(1e-9, UNEXPLAINED);
        let loss = |matrix: &[Vec<f64>], i: usize| -matrix[i][count].powi(2) / matrix[i][i];
        while let Some(least) = (0..count)
            .filter(|&i| is_in[i])
            .min_by(|&a, &b| loss(&matrix, a).total_cmp(&loss(&matrix, b)).then(b.cmp(&a)))
            && matrix[count][count] + loss(&matrix, least) < most
        {
            sweep(&mut matrix, least);
            is_in[least] = false;
        }
        let of_y = &scaled[count];
        let coefficient = |i: usize| (i, matrix[i][count] * of_y.size / scaled[i].size);
        let terms: Vec<(usize, f64)> = (0..count).filter(|&i| is_in[i]).map(coefficient).collect();
        let constant = of_y.mean - terms.iter().map(|&(i, factor)| factor * scaled[i].mean).sum::<f64>();
        Some(Fit { terms, constant })
    }

    /// The share of the variance of `y` that it explains in `rows`.
    fn r2(&self, columns: &[&[f64]], y: &[f64], rows: &[usize]) -> f64 {
        let value = |row: usize| self.terms.iter().map(|&(i, factor)| factor * columns[i][row]).sum::<f64>();
        let left: f64 = rows.iter().map(|&row| (y[row] - self.constant - value(row)).powi(2)).sum();
        let mean = statistics::mean(rows.iter().map(|&row| y[row]));
        1.0 - left / statistics::sum_of_squares(rows.iter().map(|&row| y[row]), mean)
    }
}

/// Numbers with mean 0 and length 1.
struct Scaled {
    numbers: Vec<f64>,
    mean: f64,
    /// The length before scaling.
    size: f64,
}

impl Scaled {
    fn new(numbers: &[f64], rows: &[usize]) -> Option<Scaled> {
        let mean = statistics::mean(rows.iter().map(|&row| numbers[row]));
        let size = statistics::sum_of_squares(rows.iter().map(|&row| numbers[row]), mean).sqrt();
        let numbers = rows.iter().map(|&row| (numbers[row] - mean) / size).collect();
        (size > statistics::rounding(rows.len(), mean.abs()) && size.is_finite()).then_some(Scaled {
            numbers,
            mean,
            size,
        })
    }
}

/// The sweep operator (Goodnight 1979) on a symmetric matrix, with the signs by which a second sweep undoes the first:
/// regresses all other columns on column `k`, or takes it out of the regression.
fn sweep(matrix: &mut [Vec<f64>], k: usize) {
    let row = matrix[k].clone();
    let pivot = row[k];
    for (cells, &factor) in matrix.iter_mut().zip(&row) {
        cells.iter_mut().zip(&row).for_each(|(cell, other)| *cell -= factor * other / pivot);
        cells[k] = factor / pivot.abs();
    }
    matrix[k] = row.iter().map(|cell| cell / pivot.abs()).collect();
    matrix[k][k] = -1.0 / pivot;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossfold_study::ColumnKind;

    /// Numbers in [0, 1) that follow no order.
    fn noise(seed: u64, count: usize) -> Vec<f64> {
        let hash = |row: u64| {
            let mut bits = (row + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ seed.wrapping_mul(0xD1B5_4A32_D192_ED03);
            for _ in 0..3 {
                bits = (bits ^ (bits >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            }
            (bits >> 11) as f64 / (1_u64 << 53) as f64
        };
        (0..count as u64).map(hash).collect()
    }

    fn column(name: &str, numbers: Vec<f64>) -> Column {
        Column { name: name.to_owned(), kind: ColumnKind::Numeric, values: Values::Numbers(numbers) }
    }

    /// A survey's items from 0 to 10, an age, and a target of them.
    fn survey(rows: usize, target: impl Fn([f64; 4], f64) -> f64) -> (Vec<Column>, Column) {
        let item = |seed| noise(seed, rows).into_iter().map(|x| (x * 11.0).floor()).collect::<Vec<f64>>();
        let items = [1, 2, 3, 4].map(item);
        let error = noise(9, rows);
        let y = (0..rows).map(|row| target(std::array::from_fn(|i| items[i][row]), error[row] - 0.5)).collect();
        let columns = ["economy", "culture", "place", "age"].into_iter().zip(items);
        (columns.map(|(name, numbers)| column(name, numbers)).collect(), column("sentiment", y))
    }

    #[track_caller]
    fn check(columns: &[Column], target: &Column, expected: Option<&str>) {
        let found = Combination::find(columns.iter(), target);
        assert_eq!(found.map(|found| found.formula().unwrap_or_default()).as_deref(), expected);
    }

    #[test]
    fn sums_and_means_are_found() {
        let (columns, target) = survey(200, |[a, b, c, _], _| a + b + c);
        check(&columns, &target, Some("`economy` + `culture` + `place`"));
        let (columns, target) = survey(200, |[a, b, c, _], _| (a + b + c) / 3.0);
        check(&columns, &target, Some("0.3333 × `economy` + 0.3333 × `culture` + 0.3333 × `place`"));
        // Rounded to two decimals.
        let (columns, target) = survey(200, |[a, b, c, _], _| ((a + b + c) / 3.0 * 100.0).round() / 100.0);
        let found = Combination::find(columns.iter(), &target).unwrap();
        assert_eq!(found.columns().collect::<Vec<_>>(), ["economy", "culture", "place"]);
        assert!(found.is_exact());
        let (columns, target) = survey(200, |[a, _, c, d], _| 40.0 - 2.0 * a + c - 0.25 * d);
        check(&columns, &target, Some("-2 × `economy` + `place` - 0.25 × `age` + 40"));
        // A difference of columns that nearly agree with each other, and not with it.
        let (mut columns, target) = survey(200, |[a, b, ..], _| a - b);
        let shifted = |column: &Column| {
            let Values::Numbers(numbers) = &column.values else { unreachable!() };
            numbers.iter().zip(noise(7, 200)).map(|(a, shift)| a + 500.0 * shift).collect()
        };
        columns = vec![column("after", shifted(&columns[0])), column("before", shifted(&columns[1]))];
        check(&columns, &target, Some("`after` - `before`"));
    }

    #[test]
    fn missing_values_and_dependent_columns_are_in_order() {
        let (mut columns, target) = survey(200, |[a, b, ..], _| a + b);
        let Values::Numbers(numbers) = &mut columns[2].values else { unreachable!() };
        (0..90).for_each(|row| numbers[2 * row] = f64::NAN);
        let Values::Numbers(numbers) = &mut columns[0].values else { unreachable!() };
        (0..9).for_each(|row| numbers[20 * row] = f64::NAN);
        columns.push(columns[1].clone());
        columns[4].name = "again".to_owned();
        check(&columns, &target, Some("`economy` + `culture`"));
    }

    #[test]
    fn classes_may_be_combinations() {
        let (columns, target) = survey(200, |[a, b, ..], _| a + b);
        let Values::Numbers(numbers) = &target.values else { unreachable!() };
        let levels: Vec<String> = (0..=20).map(|level| level.to_string()).collect();
        let codes = numbers.iter().map(|&number| number as u32).collect();
        let values = Values::Levels { codes, levels };
        check(&columns, &Column { kind: ColumnKind::Categorical, values, ..target }, Some("`economy` + `culture`"));
        // Three columns of which exactly one is 1.
        let dummy = |of: usize| (0..200).map(|row| f64::from(u8::from(row * 7 % 11 % 3 == of))).collect();
        let columns = ["red", "green", "blue"].into_iter().zip(0..).map(|(name, of)| column(name, dummy(of)));
        let codes = (0..200).map(|row: u32| u32::from(row * 7 % 11 % 3 < 2)).collect();
        let values = Values::Levels { codes, levels: vec!["no".to_owned(), "yes".to_owned()] };
        let target = Column { name: "y".to_owned(), kind: ColumnKind::Categorical, values };
        let columns: Vec<Column> = columns.take(2).collect();
        let found = Combination::find(columns.iter(), &target).unwrap();
        assert_eq!((found.columns().collect::<Vec<_>>(), found.formula()), (vec!["red", "green"], None));
    }

    #[test]
    fn what_is_only_predicted_well_is_no_combination() {
        // The error has 1 % of the variance of the sum of three items.
        let (columns, target) = survey(400, |[a, b, c, _], error| a + b + c + 2.0 * error);
        check(&columns, &target, None);
        let (columns, target) = survey(400, |[a, b, ..], _| a * b);
        check(&columns, &target, None);
        // As many columns as rows explain everything, and prove nothing.
        let columns: Vec<Column> = (10..60).map(|seed| column(&format!("x{seed}"), noise(seed, 60))).collect();
        check(&columns, &column("y", noise(5, 60)), None);
        // A single column is the business of `Likeness`.
        let (columns, target) = survey(200, |[a, ..], _| 2.0 * a);
        check(&columns, &target, None);
        let huge = |seed| noise(seed, 100).into_iter().map(|x| x * 1e300).collect();
        check(&[column("a", huge(1)), column("b", huge(2))], &column("y", noise(3, 100)), None);
    }
}
