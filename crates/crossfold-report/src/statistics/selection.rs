//! By how much the best is flattered because it was selected.

use super::evidence::Evidence;

/// The score of the best, without what it owes to having been selected: the bootstrap bias corrected cross-validation
/// of Tsamardinos, Greasidou and Borboudakis (2018, "Bootstrapping the out-of-sample predictions for efficient and
/// accurate cross-validation", Machine Learning 107). In each draw of rows the best trial is selected by the rows that
/// were drawn, as often as they were, and scored on those that weren't; the mean over draws counts. Nothing is trained.
///
/// `draws` are how often each row was drawn, `deviations` what became of scores, draws × trials; `shares` are rows by
/// trial. Greater is better. `None` without `trials` whose rows are known, and where every row was drawn each time, as a
/// single one is.
pub(crate) fn corrected(
    evidence: &Evidence,
    shares: &[&[f32]],
    trials: &[usize],
    draws: &[Vec<u8>],
    deviations: &[Vec<f32>],
) -> Option<f64> {
    let (first, others) = trials.split_first()?;
    let means: Vec<f64> = (0..evidence.trials()).map(|trial| evidence.mean(trial)).collect();
    let (mut sum, mut count) = (0.0, 0);
    for (draw, deviations) in draws.iter().zip(deviations) {
        let left_out = draw.iter().filter(|&&times| times == 0).count();
        if left_out == 0 {
            continue;
        }
        let score = |trial: usize| means[trial] + f64::from(deviations[trial]);
        let best = others.iter().fold(*first, |best, &trial| if score(trial) > score(best) { trial } else { best });
        let of_those: f64 =
            draw.iter().zip(shares[best]).filter(|(times, _)| **times == 0).map(|(_, &share)| f64::from(share)).sum();
        sum += means[best] + of_those * draw.len() as f64 / left_out as f64;
        count += 1;
    }
    (count > 0).then(|| sum / f64::from(count))
}
