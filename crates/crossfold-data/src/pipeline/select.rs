//! Univariate feature selection by F statistics.

use std::ops::Range;

use crate::statistics;
use crate::targets::Targets;

/// The F statistic of each input among the training rows: of an analysis of variance for classes, of a simple linear
/// regression for numbers. A constant input scores 0; one that determines the target scores infinity.
///
/// `cases` are rows, or the steps of sequences. A sequence counts as one observation, the mean of its steps, because
/// its steps have one target. `write` puts the inputs of a row into a slice of `width`. It is called several times per
/// row.
pub(super) fn scores(
    targets: &Targets,
    cases: &[Range<usize>],
    width: usize,
    mut write: impl FnMut(usize, &mut [f64]),
) -> Vec<f64> {
    let (mut inputs, mut mean) = (vec![0.0; width], vec![0.0; width]);
    let mut each = |visit: &mut dyn FnMut(usize, &[f64])| {
        for case in cases {
            mean.fill(0.0);
            for row in case.clone() {
                write(row, &mut inputs);
                add(&mut mean, &inputs);
            }
            mean.iter_mut().for_each(|mean| *mean /= case.len() as f64);
            visit(case.start, &mean);
        }
    };
    let scores = match targets {
        Targets::Classes { labels, names } => by_variance(labels, names.len(), width, &mut each),
        Targets::Numbers(numbers) => by_regression(numbers, cases, width, &mut each),
    };
    let varies = varies(width, &mut each);
    let score = |(score, varies): (f64, bool)| if varies && score > 0.0 { score } else { 0.0 };
    scores.into_iter().zip(varies).map(score).collect()
}

/// The indices of the `count` highest scores, ascending. Of equal scores, the first are taken.
pub(super) fn best(scores: &[f64], count: usize) -> Vec<u32> {
    let mut places: Vec<u32> = (0..scores.len() as u32).collect();
    places.sort_by(|&a, &b| scores[b as usize].total_cmp(&scores[a as usize]));
    places.truncate(count);
    places.sort_unstable();
    places
}

/// Visits all cases, with the first row and the inputs of each.
type Each<'a> = dyn FnMut(&mut dyn FnMut(usize, &[f64])) + 'a;

/// Whether each input varies between cases.
fn varies(width: usize, each: &mut Each<'_>) -> Vec<bool> {
    let mut first: Vec<f64> = Vec::new();
    let mut varies = vec![false; width];
    each(&mut |_, inputs| {
        if first.is_empty() {
            first.extend_from_slice(inputs);
        }
        varies.iter_mut().zip(inputs.iter().zip(&first)).for_each(|(varies, (input, first))| *varies |= input != first);
    });
    varies
}

/// Variance between classes over variance within classes, each per degree of freedom.
fn by_variance(labels: &[u32], classes: usize, width: usize, each: &mut Each<'_>) -> Vec<f64> {
    let mut counts = vec![0.0; classes];
    // Of shape classes × inputs.
    let mut means = vec![0.0; classes * width];
    let mut mean = vec![0.0; width];
    each(&mut |row, inputs| {
        let class = labels[row] as usize;
        counts[class] += 1.0;
        add(&mut means[class * width..][..width], inputs);
        add(&mut mean, inputs);
    });
    let rows: f64 = counts.iter().sum();
    mean.iter_mut().for_each(|mean| *mean /= rows);
    for (class, count) in counts.iter().enumerate().filter(|&(_, &count)| count > 0.0) {
        means[class * width..][..width].iter_mut().for_each(|mean| *mean /= count);
    }
    let mut within = vec![0.0; width];
    each(&mut |row, inputs| {
        let means = &means[labels[row] as usize * width..][..width];
        within.iter_mut().zip(inputs.iter().zip(means)).for_each(|(sum, (x, mean))| *sum += (x - mean).powi(2));
    });
    let present = counts.iter().filter(|&&count| count > 0.0).count() as f64;
    let score = |input: usize| {
        let square = |class: usize| counts[class] * (means[class * width + input] - mean[input]).powi(2);
        let between: f64 = (0..classes).filter(|&class| counts[class] > 0.0).map(square).sum();
        between / (present - 1.0) / (within[input] / (rows - present))
    };
    (0..width).map(score).collect()
}

/// The explained sum of squares over the unexplained one, each per degree of freedom.
fn by_regression(numbers: &[f64], cases: &[Range<usize>], width: usize, each: &mut Each<'_>) -> Vec<f64> {
    let count = cases.len() as f64;
    let mut mean = vec![0.0; width];
    each(&mut |_, inputs| add(&mut mean, inputs));
    mean.iter_mut().for_each(|mean| *mean /= count);
    let targets = cases.iter().map(|case| numbers[case.start]);
    let target_mean = statistics::mean(targets.clone());
    let target_squares = statistics::sum_of_squares(targets, target_mean);
    let mut squares = vec![0.0; width];
    let mut products = vec![0.0; width];
    each(&mut |row, inputs| {
        for (input, x) in inputs.iter().enumerate() {
            squares[input] += (x - mean[input]).powi(2);
            products[input] += (x - mean[input]) * (numbers[row] - target_mean);
        }
    });
    let score = |(squares, product): (&f64, &f64)| {
        let correlation: f64 = product / squares.sqrt() / target_squares.sqrt();
        // Rounding may take it above 1.
        let explained = correlation.powi(2).min(1.0);
        explained / (1.0 - explained) * (count - 2.0)
    };
    squares.iter().zip(&products).map(score).collect()
}

fn add(sums: &mut [f64], inputs: &[f64]) {
    sums.iter_mut().zip(inputs).for_each(|(sum, input)| *sum += input);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::tests::{assert_near, fixture, read};

    #[test]
    fn scores_match_scikit_learn() {
        let case = fixture("select");
        let inputs: Vec<Vec<f64>> = read(&case["inputs"]);
        let names = ["a", "b", "c", "none"].map(str::to_owned).to_vec();
        let classes = Targets::Classes { labels: read(&case["classes"]), names };
        let rows: Vec<Range<usize>> = (0..inputs.len()).map(|row| row..row + 1).collect();
        for (targets, expected) in [(classes, "anova"), (Targets::Numbers(read(&case["numbers"])), "regression")] {
            let found = scores(&targets, &rows, 6, |row, to| to.copy_from_slice(&inputs[row]));
            let expected: Vec<f64> = read(&case[expected]);
            assert_eq!(found.len(), expected.len());
            found.iter().zip(&expected).for_each(|(&found, &expected)| assert_near(found, expected, &targets));
        }
    }

    /// Sequences of one, two and three steps, with the same means as single rows.
    #[test]
    fn sequences_count_once() {
        let inputs = [1.0, 4.0, 2.0, 8.0, 3.0, 5.0];
        let (mut steps, mut cases, mut row_of_step) = (Vec::new(), Vec::new(), Vec::new());
        for (row, &input) in inputs.iter().enumerate() {
            let around = [&[0.0][..], &[-0.5, 0.5], &[-2.0, 0.0, 2.0]][row % 3];
            cases.push(steps.len()..steps.len() + around.len());
            steps.extend(around.iter().map(|by| input + by));
            row_of_step.extend(around.iter().map(|_| row));
        }
        let rows: Vec<Range<usize>> = (0..inputs.len()).map(|row| row..row + 1).collect();
        let classes = |rows: &mut dyn Iterator<Item = usize>| {
            let names = vec!["a".to_owned(), "b".to_owned()];
            Targets::Classes { labels: rows.map(|row| (row % 2) as u32).collect(), names }
        };
        let numbers =
            |rows: &mut dyn Iterator<Item = usize>| Targets::Numbers(rows.map(|row| (row * row % 5) as f64).collect());
        for targets in [classes as fn(&mut dyn Iterator<Item = usize>) -> Targets, numbers] {
            let expected = scores(&targets(&mut (0..inputs.len())), &rows, 1, |row, to| to[0] = inputs[row]);
            let found = scores(&targets(&mut row_of_step.iter().copied()), &cases, 1, |step, to| to[0] = steps[step]);
            assert!(expected[0] > 0.0);
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn ties_keep_the_first_inputs() {
        assert_eq!(best(&[1.0, 0.0, 3.0, 1.0, f64::INFINITY, 1.0], 4), [0, 2, 3, 4]);
        assert_eq!(best(&[0.0, 0.0], 5), [0, 1]);
        assert!(best(&[2.0, 2.0], 0).is_empty());
    }

    /// Degenerate cases: one class, one row, and an input that determines the target.
    #[test]
    fn scores_are_never_nan() {
        let inputs = [[0.0, 1.0, 2.0], [0.0, 2.0, 2.0], [0.0, 3.0, 5.0], [0.0, 3.5, 5.0]];
        let score = |targets: &Targets, rows: Range<usize>| {
            let rows: Vec<Range<usize>> = rows.map(|row| row..row + 1).collect();
            scores(targets, &rows, 3, |row, to| to.copy_from_slice(&inputs[row]))
        };
        let names = vec!["a".to_owned(), "b".to_owned()];
        let classes = Targets::Classes { labels: vec![0, 0, 1, 1], names };
        let found = score(&classes, 0..4);
        assert_eq!((found[0], found[2]), (0.0, f64::INFINITY));
        assert!(found[1] > 0.0 && found[1].is_finite());
        let numbers = Targets::Numbers(vec![1.0, 2.0, 3.0, 3.5]);
        assert!(score(&numbers, 0..4)[1] > 1e12);
        for rows in [1..2, 0..2] {
            assert!(score(&classes, rows.clone()).iter().all(|&score| score == 0.0));
            assert!(score(&numbers, rows).iter().all(|score| !score.is_nan()));
        }
    }
}
