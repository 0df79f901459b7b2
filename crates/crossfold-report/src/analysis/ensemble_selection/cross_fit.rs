//! An ensemble's score on rows that had no part in picking it.

use crossfold_study::{Generator, Metric, Predictions};

use super::picking::{Part, pick};

/// The number of parts that the rows of a single validation part are divided into.
const DIVISIONS: usize = 5;

/// What is predicted of each fold's rows by picks that were made on other rows.
pub(super) struct CrossFitted {
    /// By the ensemble.
    pub(super) ensemble: Vec<Predictions>,
    /// By the best candidate.
    pub(super) single: Vec<Predictions>,
}

/// Picks for each of the folds on the other folds of its repeat, and predicts its rows with what was picked. The same row
/// validates in other repeats, too, so these don't count. A fold that is alone in its repeat is divided at random: each part
/// of its rows is predicted by what is picked on the others. Rows of a group, of which `groups` has the number for each row
/// of a fold, stay together.
///
/// `None` where the metric is undefined on the other rows, or a fold is a single row or group.
pub(super) fn cross_fit(
    folds: &[Part<'_>],
    groups: &[Option<&[u32]>],
    picks: u32,
    metric: Metric,
    mut generator: Generator,
) -> Option<CrossFitted> {
    let mut fitted = CrossFitted { ensemble: Vec::new(), single: Vec::new() };
    for (held_out, groups) in folds.iter().zip(groups) {
        let is_other = |part: &&Part<'_>| part.fold.repeat == held_out.fold.repeat && part.fold != held_out.fold;
        let others: Vec<&Part<'_>> = folds.iter().filter(is_other).collect();
        let [ensemble, single] = if others.is_empty() {
            within(held_out, *groups, picks, metric, &mut generator)?
        } else {
            predict(&others, held_out, picks, metric)?
        };
        fitted.ensemble.push(Predictions(ensemble.into()));
        fitted.single.push(Predictions(single.into()));
    }
    Some(fitted)
}

/// What the ensemble and the best candidate of some parts predict of others.
fn predict(picked_on: &[&Part<'_>], held_out: &Part<'_>, picks: u32, metric: Metric) -> Option<[Vec<f32>; 2]> {
    let picked = pick(picked_on, picks, metric)?;
    Some([held_out.weighted_mean(&picked.weights), held_out.predictions[picked.single].to_vec()])
}

/// The same of a fold's rows, with picks that are made within it.
fn within(
    fold: &Part<'_>,
    groups: Option<&[u32]>,
    picks: u32,
    metric: Metric,
    generator: &mut Generator,
) -> Option<[Vec<f32>; 2]> {
    let divisions = divide(fold.rows(), groups, generator);
    let outputs = fold.outputs();
    let unknown = || vec![0.0; fold.rows() * outputs];
    let mut predictions = [unknown(), unknown()];
    for division in 0..DIVISIONS {
        let places = |is_held_out: bool| -> Vec<usize> {
            (0..fold.rows()).filter(|&row| (divisions[row] == division) == is_held_out).collect()
        };
        let (held_out, others) = (places(true), places(false));
        if held_out.is_empty() {
            continue;
        }
        if others.is_empty() {
            return None;
        }
        let found = predict(&[&fold.select(&others)], &fold.select(&held_out), picks, metric)?;
        for (predictions, found) in predictions.iter_mut().zip(found) {
            for (&row, values) in held_out.iter().zip(found.chunks_exact(outputs)) {
                predictions[row * outputs..(row + 1) * outputs].copy_from_slice(values);
            }
        }
    }
    Some(predictions)
}

/// The division of each row: rows, or groups, in random order are dealt out in turn.
fn divide(rows: usize, groups: Option<&[u32]>, generator: &mut Generator) -> Vec<usize> {
    let unit = |row: usize| groups.map_or(row as u32, |groups| groups[row]);
    let mut units: Vec<u32> = (0..rows).map(unit).collect();
    units.sort_unstable();
    units.dedup();
    let mut divisions: Vec<usize> = (0..units.len()).map(|place| place % DIVISIONS).collect();
    generator.shuffle(&mut divisions);
    let place = |row| units.binary_search(&unit(row)).expect("each unit is among them");
    (0..rows).map(|row| divisions[place(row)]).collect()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use crossfold_study::{FoldId, FoldScore, Scorer, Seed, Truth};

    use super::*;

    /// Candidates that guess labels of two classes at random, on `folds` folds of as many rows.
    fn noise(generator: &mut Generator, folds: u32, rows: usize, candidates: usize) -> Vec<Part<'static>> {
        let mut part = |fold| {
            let mut guess = || -> Vec<f32> {
                (0..rows).map(|_| generator.unit() as f32).flat_map(|share| [1.0 - share, share]).collect()
            };
            let predictions = (0..candidates).map(|_| Cow::Owned(guess())).collect();
            let labels = (0..rows).map(|_| generator.below(2) as u32).collect();
            Part { fold: FoldId { repeat: 0, fold }, truth: Cow::Owned(Truth::Labels(labels)), predictions }
        };
        (0..folds).map(&mut part).collect()
    }

    fn accuracy(folds: &[Part<'_>], predictions: &[Predictions]) -> f64 {
        let mut scorer = Scorer::default();
        let mut score = |(part, Predictions(predictions)): (&Part<'_>, &Predictions)| {
            part.score(&mut scorer, Metric::Accuracy, predictions)
        };
        FoldScore::mean(&folds.iter().zip(predictions).map(&mut score).collect::<Vec<_>>(), Metric::Accuracy)
            .unwrap()
            .get()
    }

    /// 200 studies of 30 trials that guess, of which every ensemble is right half the time on new rows. The score on the rows
    /// that picked it promises more; the cross-fitted one is within 0.5 points.
    #[test]
    fn the_cross_fitted_score_of_guesses_is_unbiased() {
        const STUDIES: u64 = 200;
        for (folds, rows) in [(5, 60), (1, 300)] {
            let mut sums = [0.0; 3];
            for study in 0..STUDIES {
                let mut generator = Seed(study).sampling("guesses", u64::from(folds));
                let parts = noise(&mut generator, folds, rows, 30);
                let picked = pick(&parts.iter().collect::<Vec<_>>(), 10, Metric::Accuracy).unwrap();
                let none = vec![None; parts.len()];
                let fitted = cross_fit(&parts, &none, 10, Metric::Accuracy, generator).unwrap();
                sums[0] += picked.score.get();
                sums[1] += accuracy(&parts, &fitted.ensemble);
                sums[2] += accuracy(&parts, &fitted.single);
            }
            let [naive, ensemble, single] = sums.map(|sum| sum / STUDIES as f64);
            assert!(naive > 0.55, "{naive}");
            assert!((ensemble - 0.5).abs() < 0.005 && (single - 0.5).abs() < 0.005, "{folds}: {ensemble}, {single}");
        }
    }

    /// The first candidate is perfect on the first fold and always wrong on the others, the second the other way round.
    #[test]
    fn a_fold_has_no_say_in_what_predicts_it() {
        let part = |repeat, fold, is_first: bool| {
            let right = if is_first { [[0.9, 0.1], [0.2, 0.8]] } else { [[0.2, 0.8], [0.9, 0.1]] };
            let predictions = right.map(|row: [f32; 2]| Cow::Owned(row.to_vec())).to_vec();
            Part { fold: FoldId { repeat, fold }, truth: Cow::Owned(Truth::Labels(vec![0])), predictions }
        };
        let folds = [part(0, 0, true), part(0, 1, false), part(0, 2, false)];
        let fitted = |folds: &[Part<'_>]| {
            cross_fit(folds, &vec![None; folds.len()], 3, Metric::LogLoss, Seed(1).ensemble()).unwrap()
        };
        let found = fitted(&folds);
        assert_eq!(*found.single[0].0, [0.2, 0.8]);
        assert_eq!(*found.ensemble[0].0, [0.2, 0.8]);
        // Another repeat has the same rows in other folds, and no say either.
        let folds = [part(0, 0, true), part(0, 1, false), part(1, 0, true), part(1, 1, true)];
        assert_eq!(*fitted(&folds).single[0].0, [0.2, 0.8]);
    }

    #[test]
    fn groups_stay_together() {
        let groups: Vec<u32> = (0..40).map(|row| row % 8).collect();
        let divisions = divide(40, Some(&groups), &mut Seed(1).ensemble());
        assert!((8..40).all(|row| divisions[row] == divisions[row - 8]));
        let sizes = |divisions: &[usize]| -> Vec<usize> {
            (0..DIVISIONS).map(|division| divisions.iter().filter(|&&of| of == division).count()).collect()
        };
        assert!(sizes(&divisions).iter().all(|&rows| rows == 5 || rows == 10));
        let alone = divide(40, None, &mut Seed(1).ensemble());
        assert_eq!(sizes(&alone), [8; DIVISIONS]);
        let single = |groups: &[u32]| {
            let parts = noise(&mut Seed(1).ensemble(), 1, 2, 3);
            cross_fit(&parts, &[Some(groups)], 2, Metric::Accuracy, Seed(1).ensemble()).is_none()
        };
        assert!(single(&[7, 7]) && !single(&[7, 8]));
    }
}
